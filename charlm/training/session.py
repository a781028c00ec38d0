"""A training in a run folder, whatever its task: begun, logged, taken up again."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from charlm.console.process import keep_freed_memory
from charlm.runs.files import CONFIG, LAST, METRICS, VOCABULARY, parse_json, read_json
from charlm.runs.run_folder import RunFolder
from charlm.training.config import LoopConfig, Precision
from charlm.training.device import pick_device, pick_precision
from charlm.training.distributed import World, world
from charlm.training.events import Event
from charlm.training.log import JsonLines, TensorBoard
from charlm.training.loop import Trainer
from charlm.training.task import Task
from corpora.errors import UserError

MAY_CHANGE = frozenset(
    {"epochs", "max_minutes", "patience", "save_seconds", "sample_length", "device"}
)
"""Fields of the training configuration that a run may be resumed with other values of."""

Stop = Callable[[], bool]


def never() -> bool:
    """Return False: a training that nobody stops."""
    return False


@dataclass(frozen=True, kw_only=True)
class Job:
    """A training that is asked for, as the run folder records it."""

    kind: str
    """What the model file will hold; see `checkpoint`."""
    name: str
    """Names the run folder where the user does not."""
    training: LoopConfig
    model: dict[str, Any]
    vocabulary: str
    """JSON."""
    about: Mapping[str, Any]
    """The rest of `config.json`; of it, what stands under `corpus` must be the same on resuming."""
    task: Callable[[World, Precision], Task]
    """Makes the model, on the world's device, and what trains it."""

    @property
    def record(self) -> dict[str, Any]:
        """All of it that is JSON, but for kind and vocabulary."""
        return {"model": self.model, "training": self.training.to_json(), **self.about}


@dataclass(frozen=True)
class Training:
    """A training that is ready: iterate over `events` to train."""

    run: RunFolder
    trainer: Trainer
    leads: bool
    """Whether this process is the one that reports."""

    def events(self, *, tensorboard: bool = False) -> Iterator[Event]:
        """Train; log every event in the run folder, and yield it."""
        if not self.leads:
            yield from self.trainer.events()
            return
        progress, folder = self.trainer.progress, self.run.path
        evaluated = progress.since_evaluation.steps == 0
        logs: list[JsonLines | TensorBoard] = [
            JsonLines(folder / METRICS, step=progress.step, evaluated=evaluated)
        ]
        if tensorboard:
            logs.append(TensorBoard(folder / "tensorboard", step=progress.step))
        with ExitStack() as stack:
            for log in logs:
                stack.callback(log.close)
            for event in self.trainer.events():
                for log in logs:
                    log(event)
                yield event


@contextmanager
def begin(job: Job, folder: Path | None = None, *, stop: Stop = never) -> Iterator[Training]:
    """Make a run folder for `job` and yield its training.

    Args:
        job: what to train.
        folder: where to write; by default a new folder under runs/, named after the job.
        stop: see `Trainer`.

    Raises:
        UserError: the device, the data or the folder cannot be used.
    """
    config = job.training
    device = pick_device(config.device)
    precision = pick_precision(config.precision, device)
    with world(device) as processes, ExitStack() as stack:
        torch.manual_seed(config.seed)
        task = job.task(processes, precision)
        run = RunFolder(folder or _new_folder(job.name, processes.agree))
        resolved = {"device": device.type, "precision": precision, "processes": processes.size}
        versions = {"torch": torch.__version__, "numpy": np.__version__}
        record = {**job.record, "resolved": resolved, "versions": versions}

        def create() -> None:
            stack.enter_context(run.locked())
            run.create(job.kind, job.vocabulary, record)

        processes.led(create)
        run.signed = {"vocabulary": job.vocabulary, **record}
        keep_freed_memory()
        trainer = Trainer(task, config, run, world=processes, precision=precision, stop=stop)
        yield Training(run, trainer, processes.leads)


@contextmanager
def reopen(
    folder: Path,
    kind: str,
    job_of: Callable[[Mapping[str, Any]], Job],
    *,
    changed: bool = False,
    stop: Stop = never,
) -> Iterator[Training]:
    """Yield the training of an existing run folder, as its last save left it.

    Args:
        folder: the run.
        kind: what it must be a run of.
        job_of: makes the job anew from what the last save recorded: `Job.record`, `resolved`,
            `versions` and `vocabulary`.
        changed: whether the job's training configuration differs from the recorded one.
        stop: see `Trainer`.

    Raises:
        UserError: the folder holds no such run, it is damaged, or its data has changed.
    """
    run = RunFolder(folder)
    about, signed = run.read_config(kind), _signed(run, kind)
    job = job_of(signed)
    if job.about["corpus"] != signed["corpus"]:
        raise UserError(f"what {folder} was trained on has changed, or is another corpus")
    if _fixed(job.training.to_json(), MAY_CHANGE) != _fixed(signed["training"], MAY_CHANGE):
        raise UserError(f"only {', '.join(sorted(MAY_CHANGE))} may change while a run is resumed")
    # What auto meant when the run began is kept, unless another device is asked for.
    config, resolved = job.training, signed["resolved"]
    device = pick_device(resolved["device"] if config.device == "auto" else config.device)
    precision = pick_precision(resolved["precision"], device)
    with world(device) as processes, ExitStack() as stack:
        if processes.size != (before := resolved["processes"]):
            raise UserError(
                f"{folder} was trained by {before} process{'es' * (before > 1)}, not by "
                f"{processes.size}; resume it with as many"
            )
        processes.led(lambda: stack.enter_context(run.locked()))
        task = job.task(processes, precision)
        keep_freed_memory()
        trainer = Trainer(task, config, run, world=processes, precision=precision, stop=stop)
        trainer.resume()
        run.signed = {**signed, "training": config.to_json()}
        if processes.leads:
            run.clean()
            if changed:
                run.write_config({**about, "training": config.to_json()})
        yield Training(run, trainer, processes.leads)


def _signed(run: RunFolder, kind: str) -> dict[str, Any]:
    """Return what the last checkpoint says of the run, under its checksum.

    Raises:
        UserError: it is damaged, or the JSON files of the folder tell another story.
    """
    run.load_last()
    about, signed = run.read_config(kind), run.signed
    fields = {"model": None, "corpus": None, "resolved": None, "training": MAY_CHANGE}
    for field, free in fields.items():
        if field not in signed or _fixed(about.get(field), free) != _fixed(signed[field], free):
            raise UserError(f"{run.path / CONFIG} does not belong to the checkpoint in {LAST}")
    path = run.path / VOCABULARY
    if read_json(path) != parse_json(signed.get("vocabulary", ""), path):
        raise UserError(f"{path} does not belong to the checkpoint in {LAST}")
    return signed


def _fixed(data: object, free: frozenset[str] | None) -> object:
    """Return an object of JSON without the fields that may change."""
    if free is None or not isinstance(data, dict):
        return data
    return {key: value for key, value in data.items() if key not in free}


def _new_folder(name: str, agree: Callable[..., list[float]]) -> Path:
    """Return the first free folder runs/NAME, runs/NAME-2, …, the same one on all ranks."""
    stem = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "run"
    number = next(n for n in itertools.count(1) if not _numbered(stem, n).exists())
    return _numbered(stem, int(agree(number)[0]))


def _numbered(stem: str, number: int) -> Path:
    return Path("runs") / (stem if number == 1 else f"{stem}-{number}")
