"""THE training loop. It knows no task: characters, reviews and commands all train through it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from charlm.runs.files import MODEL
from charlm.runs.run_folder import RunFolder
from charlm.training.average import Average
from charlm.training.checkpoint import Checkpoint
from charlm.training.config import LoopConfig, Precision
from charlm.training.distributed import World
from charlm.training.events import Evaluated, Event, Finished, Reason, Sampled, Saved, Started, Step
from charlm.training.optimizer import learning_rate
from charlm.training.position import Position, Sums
from charlm.training.steps import Steps
from charlm.training.task import Task
from charlm.training.validation import Diverged, Validation

REPORT_EVERY = 10
"""Steps between `Step` events. Losses stay on the device until then, so that a GPU does not wait
for the host at every step."""


class Trainer:
    """Trains a task in a run folder, as an iterator of events that can be stopped and resumed.

    Args:
        task: what to train.
        config: how.
        run: an existing run folder; only the leading process writes there.
        world: the processes that train together.
        precision: fp32 or bf16.
        stop: asked before every step; True ends the training after a save.
        clock: seconds; a test may pass its own.
    """

    def __init__(
        self,
        task: Task[Any],
        config: LoopConfig,
        run: RunFolder,
        *,
        world: World,
        precision: Precision,
        stop: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.task, self.config, self.run, self.world = task, config, run, world
        self.precision, self.stop, self.clock = precision, stop, clock
        self.position = Position()
        self.total_steps = task.steps_per_epoch * config.epochs
        self.evaluate_every = config.evaluate_every or task.steps_per_epoch
        self.steps = Steps(task, config, world=world, precision=precision)
        self.average = Average(task.model, config.ema_decay)
        self.validation = Validation(task, run, world, self.average)
        self.checkpoint = Checkpoint(
            run, task, self.steps.optimizer, self.steps.generator, self.average, world
        )
        self.before_save: Callable[[], None] = lambda: None
        self.save_seconds, self.save_is_due = config.save_seconds, False
        self.began, self.saved_at, self.saved_step = 0.0, 0.0, 0
        # Sums since the last report, kept on the device so that no step waits for it.
        self.pending: list[tuple[Tensor, Tensor, Tensor]] = []

    def resume(self) -> None:
        """Go on where the last save left the training; raise `UserError` if that is impossible."""
        self.position = self.checkpoint.restore()

    def events(self) -> Iterator[Event]:
        """Train to the end, or until asked to stop; yield what happens."""
        self.began = self.clock() - self.position.elapsed
        self.saved_at, self.saved_step = self.clock(), self.position.step
        yield self._started()
        batches = self._batches()
        units, since = 0, self.clock()
        try:
            while (reason := self._agree_on_the_next_step()) is None:
                if self.save_is_due:
                    self._collect()
                    before = self.clock()
                    yield self.save()
                    since += self.clock() - before
                batch = next(batches)
                units += self.task.units(batch) * self.world.size
                self._step(batch)
                if self.position.step % REPORT_EVERY == 0:
                    self._collect()  # first: waiting for the device is time of training
                    yield self._report(units / max(1e-9, self.clock() - since))
                    units, since = 0, self.clock()
                if self.position.step % self.evaluate_every == 0:
                    self._collect()
                    before = self.clock()
                    yield from self._evaluate()
                    since += self.clock() - before  # the speed is that of training
            yield from self._finish(reason)
        except Diverged:
            yield self._finished("diverged")

    def _started(self) -> Started:
        return Started(
            run=str(self.run.path),
            step=self.position.step,
            total_steps=self.total_steps,
            parameters=sum(p.numel() for p in self.task.model.parameters() if p.requires_grad),
            device=str(self.world.device),
            precision=self.precision,
            unit=self.task.unit,
        )

    def _batches(self) -> Iterator[Any]:
        epoch, start = divmod(self.position.step, self.task.steps_per_epoch)
        while True:
            yield from self.task.batches(epoch, start)
            epoch, start = epoch + 1, 0

    def _agree_on_the_next_step(self) -> Reason | None:
        """Agree with the other ranks on the time, on a save, and on whether to go on.

        One exchange between the processes settles all three: it costs milliseconds at every step.
        """
        now = self.clock()
        due = self.position.step > self.saved_step and now - self.saved_at >= self.save_seconds
        asked, (elapsed, due_too) = self.world.agree_or_stop(self.stop(), now - self.began, due)
        self.position.elapsed, self.save_is_due = elapsed, bool(due_too)
        if asked:
            return "interrupted"
        if self.position.step >= self.total_steps:
            return "finished"
        if self._fraction() >= 1:
            return "out of time"
        if self.config.patience and self.position.stale >= self.config.patience:
            return "no improvement"
        return None

    def _fraction(self) -> float:
        """Return how much of the training is behind: of its steps or of its time."""
        fraction = self.position.step / self.total_steps
        if self.config.max_minutes:
            fraction = max(fraction, self.position.elapsed / (60 * self.config.max_minutes))
        return fraction

    def _step(self, batch: Any) -> None:
        fraction = 1.0 if self.position.settled else self._fraction()
        self.steps.rate = learning_rate(self.config, self.position.step, fraction)
        self.pending.append(self.steps.make(batch))
        self.position.step += 1
        if self.config.ema_decay and (self.position.averaged or fraction >= self.config.ema_start):
            self.average.add(self.position.averaged)
            self.position.averaged += 1

    def _collect(self) -> None:
        """Wait for the pending steps and add them up.

        Raises:
            Diverged: one of them was not finite. Nothing has been saved since.
        """
        if not self.pending:
            return
        rows = torch.stack([torch.stack(row) for row in self.pending]).cpu().double()
        self.pending.clear()
        losses = self.world.mean(*rows[:, 0].tolist())
        steps = [(loss, *row) for loss, row in zip(losses, rows[:, 1:].tolist(), strict=True)]
        if not all(math.isfinite(value) for step in steps for value in step):
            raise Diverged
        for loss, norm, clipped in steps:
            for sums in (self.position.since_evaluation, self.position.since_report):
                sums.add(loss, norm, clipped)
            self.position.clipped += clipped

    def _report(self, speed: float) -> Step:
        self.position.elapsed = self.clock() - self.began
        position, done = self.position, self._fraction()
        sums, position.since_report = position.since_report, Sums()
        return Step(
            step=position.step,
            epoch=position.step / self.task.steps_per_epoch,
            train_loss=sums.loss / sums.steps,
            learning_rate=self.steps.rate,
            gradient_norm=sums.norm,
            clipped=sums.clipped / sums.steps,
            units_per_second=speed,
            elapsed=position.elapsed,
            remaining=position.elapsed * (1 - done) / done if done else 0.0,
        )

    def _evaluate(self) -> Iterator[Event]:
        self._collect()
        position, found = self.position, self.validation.evaluate()
        best = found.loss < position.best_loss
        position.stale = 0 if best else position.stale + 1
        if best:
            position.best_loss, position.best_averaged = found.loss, found.averaged
        sums, position.since_evaluation = position.since_evaluation, Sums()
        text = self.validation.keep(found, position.step, best=best)
        yield Evaluated(
            step=position.step,
            epoch=position.step / self.task.steps_per_epoch,
            loss=found.loss,
            train_loss=sums.loss / max(1, sums.steps),
            best=best,
            metrics=found.metrics,
            averaged=found.averaged,
            other_loss=found.other_loss,
        )
        if text:
            yield Sampled(step=position.step, text=text)
        # The best model and what it is resumed from go to disk together.
        yield self.save()

    def save(self) -> Saved:
        """Write what the training is resumed from."""
        self._collect()
        self.position.elapsed = self.clock() - self.began
        self.before_save()  # the log up to here must not be behind what is resumed from
        path = self.checkpoint.save(self.position)
        self.saved_at, self.saved_step = self.clock(), self.position.step
        return Saved(step=self.position.step, path=str(path))

    def _finish(self, reason: Reason) -> Iterator[Event]:
        if reason == "interrupted":
            self._collect()
            # An evaluation now would not be one that an uninterrupted training makes.
            if self.world.leads and not (self.run.path / MODEL).exists():
                self.run.save_model(self.task.model_file())
            yield self.save()
        elif self.position.since_evaluation.steps or self.pending:
            yield from self._evaluate()
        yield self._finished(reason)

    def _finished(self, reason: Reason) -> Finished:
        return Finished(
            step=self.position.step,
            reason=reason,
            best_loss=self.position.best_loss,
            elapsed=self.position.elapsed,
            clipped=self.position.clipped / max(1, self.position.step),
            averaged=self.position.best_averaged,
        )
