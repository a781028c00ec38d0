"""A training in a run folder, whatever its job: begun, logged, taken up again.

`start` and `resume` are the one way from a `Request` to a `Training`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import torch

from charlm.runs.files import CONFIG, LAST, METRICS, VOCABULARY, locate, parse_json, read_json
from charlm.runs.registry import KINDS
from charlm.runs.run_folder import RunFolder
from charlm.training.config import Device, Precision
from charlm.training.device import pick_arithmetic, pick_device, pick_precision
from charlm.training.distributed import World, join_world, under_torchrun
from charlm.training.events import Event
from charlm.training.log import LogWriter, log_and_hold
from charlm.training.loop import Trainer
from charlm.training.precision import settle_precision
from charlm.training.request import Hooks, Job, Request
from charlm.training.tensorboard import TensorBoard
from corpora.errors import UserError

MAY_CHANGE = frozenset(
    {"epochs", "max_minutes", "patience", "save_seconds", "sample_length", "device"}
)
"""Fields of the training configuration that may have other values when a run is resumed."""


@dataclass(frozen=True)
class Training:
    """A training that is ready: iterate over `events` to train."""

    kind: str
    run: RunFolder
    trainer: Trainer
    leads: bool
    """Whether this process is the one that reports."""

    def events(self, *, tensorboard: bool = False) -> Iterator[Event]:
        """Train; log every event in the run folder, and yield it."""
        if not self.leads:
            yield from self.trainer.events()
            return
        position, folder = self.trainer.position, self.run.path
        evaluated = position.since_evaluation.steps == 0
        log = LogWriter(folder / METRICS, step=position.step, evaluated=evaluated)
        self.trainer.before_save = log.sync
        logs: list[LogWriter | TensorBoard] = [log]
        if tensorboard:
            logs.append(TensorBoard(locate(folder, "tensorboard/events").parent, position.step))
        with ExitStack() as stack:
            for one in logs:
                stack.callback(one.close)
            try:
                yield from log_and_hold(self.trainer.events(), logs)
            except UserError:  # the disk of the log is full: what was trained is worth a save
                with suppress(UserError):
                    self.trainer.save()
                raise


@contextmanager
def start(request: Request, hooks: Hooks | None = None) -> Iterator[Training]:
    """Make a run folder for `request`, and yield its training.

    Raises:
        UserError: the data, the device or the folder cannot be used.
    """
    hooks = hooks or Hooks()
    _check_processes(request)
    job = request.job(hooks)
    config = job.training
    device = pick_device(config.device)
    with join_world(device) as world, ExitStack() as stack:
        precision = settle_precision(job, world, hooks.notice)
        # The caller's generator is put back: a library call does not reseed it.
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(config.seed)  # not those of GPUs: drawn on the CPU
            task = job.task(world, precision)
        resolved = {"device": device.type, "precision": precision, "processes": world.size}
        resolved["threads"] = torch.get_num_threads()
        resolved["recurrent"] = pick_arithmetic(precision, device)
        versions = {"torch": torch.__version__, "numpy": np.__version__}
        record = {**job.record, "resolved": resolved, "versions": versions}
        run = stack.enter_context(_new_run(request.run, job, record, world))
        run.signed = {"vocabulary": job.vocabulary, **record}
        trainer = Trainer(task, config, run, world=world, precision=precision, stop=hooks.stop)
        yield Training(job.kind, run, trainer, world.leads)


@contextmanager
def _new_run(
    folder: Path | None, job: Job, record: dict[str, Any], world: World
) -> Iterator[RunFolder]:
    """Make the folder of a new run, and hold its lock."""
    reserved: list[RunFolder] = []
    created: list[RunFolder] = []
    with ExitStack() as stack:

        def create() -> None:
            run = RunFolder(folder) if folder else RunFolder.reserve(job.name)
            reserved.append(run)
            stack.enter_context(run.locked())
            run.create(job.kind, job.vocabulary, record)
            created.append(run)

        try:
            world.led(create)
            yield RunFolder(Path(world.share(str(created[0].path) if created else "")))
        finally:
            for run in reserved:
                run.give_up(created=bool(created))


@contextmanager
def resume(
    request_class: type[Request],
    folder: Path,
    *,
    changes: Mapping[str, Any] | None = None,
    hooks: Hooks | None = None,
    **moved: Any,
) -> Iterator[Training]:
    """Yield the training of an existing run folder, as its last save left it.

    Args:
        request_class: what it must be a training of.
        folder: the run.
        changes: fields of the training configuration to change, such as `epochs`.
        hooks: what the caller is asked, told and shown.
        moved: where the data is now, if not where it was; see `Request.recorded`.

    Raises:
        UserError: the folder holds no such run, it is damaged, or its data has changed.
    """
    hooks = hooks or Hooks()
    run = RunFolder(folder)
    about, signed = run.read_config(request_class.kind), _read_signed(run, request_class.kind)
    request = _recorded(request_class, signed, run, moved)
    _check_processes(request)
    request = dataclasses.replace(request, training=request.training.replace(changes or {}))
    job = request.job(hooks, signed["vocabulary"])
    _check_same(job, signed, request)
    # What auto meant when the run began is kept, unless another device is asked for.
    config, resolved = job.training, signed["resolved"]
    device = pick_device(resolved["device"] if config.device == "auto" else config.device)
    precision = pick_precision(resolved["precision"], device)
    with join_world(device) as world, ExitStack() as stack:
        if world.size != (before := resolved["processes"]):
            raise UserError(
                f"{folder} was trained by {before} process{'es' * (before > 1)}, not by "
                f"{world.size}; resume it with as many"
            )
        world.led(lambda: stack.enter_context(run.locked()))
        with torch.random.fork_rng(devices=[]):
            task = job.task(world, precision)
        trainer = Trainer(task, config, run, world=world, precision=precision, stop=hooks.stop)
        trainer.resume()
        _say_what_differs(trainer, signed, changes or {}, hooks)
        run.signed = {**signed, "training": config.to_json()}
        if world.leads:
            run.clean()
            if changes:
                run.write_config({**about, "training": config.to_json()})
        yield Training(job.kind, run, trainer, world.leads)


def _recorded(
    request_class: type[Request], signed: Mapping[str, Any], run: RunFolder, moved: dict[str, Any]
) -> Request:
    """Return the request that a run recorded; raise `UserError` if the record is damaged."""
    try:
        return request_class.recorded(signed, **moved)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UserError(f"{run.path / LAST} is damaged: its record makes no training") from error


def _check_processes(request: Request) -> None:
    if under_torchrun() and not request.shares_batches:
        raise UserError(
            f"{KINDS[request.kind].what} is trained by one process; start it without torchrun"
        )


def _check_same(job: Job, signed: Mapping[str, Any], request: Request) -> None:
    """Raise `UserError` unless `job` is the one that the run recorded, as far as it must be."""
    place = request.place
    if _without(job.about["corpus"], place) != _without(signed["corpus"], place):
        raise UserError("what the run was trained on has changed, or is another corpus")
    before = type(job.training).from_json(signed["training"]).to_json()  # with what came later
    if _without(job.training.to_json(), MAY_CHANGE) != _without(before, MAY_CHANGE):
        raise UserError(f"only {', '.join(sorted(MAY_CHANGE))} may change while a run is resumed")


def _read_signed(run: RunFolder, kind: str) -> dict[str, Any]:
    """Return what the last checkpoint says of the run, under its checksum.

    Raises:
        UserError: it is damaged, or the JSON files of the folder contradict it.
    """
    run.load_last()
    about, signed = run.read_config(kind), run.signed
    fields = {"model": None, "corpus": None, "resolved": None, "training": MAY_CHANGE}
    for field, free in fields.items():
        if field not in signed or _without(about.get(field), free) != _without(signed[field], free):
            raise UserError(f"{run.path / CONFIG} does not belong to the checkpoint in {LAST}")
    _check_resolved(signed["resolved"], run)
    path = run.path / VOCABULARY
    if read_json(path) != parse_json(signed.get("vocabulary", ""), path):
        raise UserError(f"{path} does not belong to the checkpoint in {LAST}")
    return signed


def _say_what_differs(
    trainer: Trainer, signed: Mapping[str, Any], changes: Mapping[str, Any], hooks: Hooks
) -> None:
    """Tell what makes the rest of a resumed training another one than it would have been."""
    threads = signed["resolved"].get("threads")
    if threads not in (None, torch.get_num_threads()) and trainer.world.device.type == "cpu":
        hooks.notice(
            f"the run used {threads} threads, now there are {torch.get_num_threads()}: sums are "
            "rounded in another order, so the weights differ in their last bits from then on "
            f"(OMP_NUM_THREADS={threads} keeps them)"
        )
    arithmetic = pick_arithmetic(trainer.precision, trainer.world.device)
    if (recorded := signed["resolved"].get("recurrent", arithmetic)) != arithmetic:
        hooks.notice(
            f"the recurrent layers computed in {recorded}, here they compute in {arithmetic}"
        )
    before = type(trainer.config).from_json(signed["training"])
    steps = trainer.task.steps_per_epoch * before.epochs
    longer = {"epochs", "max_minutes"} & set(changes)
    if longer and trainer.position.settle(steps, before.max_minutes):
        rate = trainer.config.learning_rate * trainer.config.final_learning_rate
        hooks.notice(f"the learning rate's schedule had ended: it stays at its last, {rate:.2g}")


def _check_resolved(resolved: object, run: RunFolder) -> None:
    """Raise `UserError` unless `resolved` has a device, a precision and a number of processes."""
    allowed = {"device": get_args(Device), "precision": get_args(Precision)}
    good = isinstance(resolved, dict) and all(resolved.get(k) in v for k, v in allowed.items())
    if not good or type(resolved.get("processes")) is not int:  # type: ignore[attr-defined]
        raise UserError(f"{run.path / LAST} is damaged: it does not say where the run was trained")


def _without(data: object, names: frozenset[str] | None) -> object:
    """Return an object of JSON without the fields `names`."""
    if names is None or not isinstance(data, dict):
        return data
    return {key: value for key, value in data.items() if key not in names}
