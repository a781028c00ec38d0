"""From a corpus and a configuration to a training under way: what `charlm.train` wires together."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from charlm.checkpoint import CONFIG, LAST, METRICS, VOCABULARY, Arrays
from charlm.config import ModelConfig, TrainingConfig
from charlm.device import (
    keep_freed_memory,
    pick_device,
    pick_precision,
    under_torchrun,
    world,
)
from charlm.events import Event
from charlm.library import KIND, find, read
from charlm.loop import Trainer
from charlm.model import CharLM
from charlm.report import JsonLines, TensorBoard
from charlm.run_folder import RunFolder
from charlm.task import LanguageModelling
from charlm.transfer import grown
from corpora.download import Progress
from corpora.encoded import EncodedText, encode
from corpora.errors import UserError
from corpora.vocabulary import Vocabulary

MAY_CHANGE = frozenset(
    {"epochs", "max_minutes", "patience", "save_seconds", "sample_length", "device"}
)
"""Fields of the training configuration that a run may be resumed with other values of."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A training that is asked for."""

    corpus: str
    """File, folder, catalogued name or path, or - for standard input."""
    model: ModelConfig
    training: TrainingConfig
    encoding: str = "utf-8"
    preset: str | None = None
    """Name of the preset that the configurations come from, for the record."""
    init_from: str | None = None
    """A model to start from; its shape then stands instead of `model`, but for the dropout."""
    run: Path | None = None
    """Folder to write to; by default a new one under runs/, named after the corpus."""


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
def start(
    request: Request,
    *,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress | None = None,
    notice: Callable[[str], None] | None = None,
) -> Iterator[Training]:
    """Make a run folder and yield its training.

    Raises:
        UserError: the corpus, the model to start from, or the folder cannot be used.
    """
    config = request.training
    device = pick_device(config.device)
    if request.corpus == "-" and under_torchrun():
        raise UserError("processes that train together cannot share standard input; name a file")
    text = encode(request.corpus, encoding=request.encoding, progress=progress, notice=notice)
    with world(device) as processes, ExitStack() as stack:
        torch.manual_seed(config.seed)
        model, vocabulary = _model(request, text, device)
        precision = pick_precision(config.precision, device)
        task = LanguageModelling(
            model, vocabulary, text, config, precision=precision, world=processes
        )
        run = RunFolder(request.run or _new_folder(text.name, processes.agree))
        about = {
            "preset": request.preset,
            "training": config.to_json(),
            "resolved": {
                "device": device.type,
                "precision": precision,
                "processes": processes.size,
            },
            "corpus": {
                "spec": request.corpus,
                "encoding": request.encoding,
                "characters": len(text),
                "sha256": text.sha256,
            },
            "init_from": request.init_from,
            "versions": {"torch": torch.__version__, "numpy": np.__version__},
        }

        def create() -> None:
            stack.enter_context(run.locked())
            run.create(KIND, model.config.to_json(), vocabulary.to_json(), about)

        processes.led(create)
        run.signed = {"vocabulary": vocabulary.to_json(), "model": model.config.to_json(), **about}
        keep_freed_memory()
        trainer = Trainer(task, config, run, world=processes, precision=precision, stop=stop)
        yield Training(run, trainer, processes.leads)


@contextmanager
def resume(
    folder: Path,
    *,
    corpus: str | None = None,
    changes: dict[str, Any] | None = None,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress | None = None,
    notice: Callable[[str], None] | None = None,
) -> Iterator[Training]:
    """Yield the training of an existing run folder, as its last save left it.

    Args:
        folder: the run.
        corpus: where its text is now, if not where it was.
        changes: fields of the training configuration to change, such as `epochs`.
        stop: see `Trainer`.
        progress: shown while the corpus is fetched.
        notice: told what the user should know of the corpus.

    Raises:
        UserError: the folder holds no such run, it is damaged, or its text has changed.
    """
    run = RunFolder(folder)
    about, signed = run.read_config(KIND), _signed(run)
    config = TrainingConfig.from_json(signed["training"]).replace(changes or {})
    source, resolved = signed["corpus"], signed["resolved"]
    spec = corpus or source["spec"]
    if spec == "-":
        raise UserError("this run read standard input; give its text again: CORPUS --resume RUN")
    vocabulary = Vocabulary.from_json(signed["vocabulary"])
    text = encode(spec, encoding=source["encoding"], progress=progress, notice=notice)
    if text.sha256 != source["sha256"]:
        raise UserError(f"{spec} is not the text that {folder} was trained on; it has changed")
    # What auto meant when the run began is kept, unless another device is asked for.
    device = pick_device(resolved["device"] if config.device == "auto" else config.device)
    precision = pick_precision(resolved["precision"], device)
    with world(device) as processes, ExitStack() as stack:
        if processes.size != (before := resolved["processes"]):
            raise UserError(
                f"{folder} was trained by {before} process{'es' * (before > 1)}, not by "
                f"{processes.size}; resume it with as many"
            )
        processes.led(lambda: stack.enter_context(run.locked()))
        model = CharLM(ModelConfig.from_json(signed["model"]), len(vocabulary)).to(device)
        task = LanguageModelling(
            model, vocabulary, text, config, precision=precision, world=processes
        )
        keep_freed_memory()
        trainer = Trainer(task, config, run, world=processes, precision=precision, stop=stop)
        trainer.resume()
        run.signed = {**signed, "training": config.to_json()}
        if processes.leads:
            run.clean()
            if changes:
                run.write_config({**about, "training": config.to_json()})
        yield Training(run, trainer, processes.leads)


def _signed(run: RunFolder) -> dict[str, Any]:
    """Return what the last checkpoint says of the run, under its checksum.

    Raises:
        UserError: it is damaged, or the JSON files of the folder tell another story.
    """
    run.load_last()
    about, signed = run.read_config(KIND), run.signed
    fields = {"model": None, "corpus": None, "resolved": None, "training": MAY_CHANGE}
    for field, free in fields.items():
        if field not in signed or _fixed(about.get(field), free) != _fixed(signed[field], free):
            raise UserError(f"{run.path / CONFIG} does not belong to the checkpoint in {LAST}")
    if run.read_vocabulary().to_json() != signed.get("vocabulary"):
        raise UserError(f"{run.path / VOCABULARY} does not belong to the checkpoint in {LAST}")
    return signed


def _fixed(data: object, free: frozenset[str] | None) -> object:
    """Return an object of JSON without the fields that may change."""
    if free is None or not isinstance(data, dict):
        return data
    return {key: value for key, value in data.items() if key not in free}


def loaded(path: Path, device: torch.device) -> tuple[CharLM, Vocabulary]:
    """Return the torch model in a run folder or model file, on `device`, and its vocabulary.

    Raises:
        UserError: it is missing, damaged, or a model of another kind.
    """
    file, config, vocabulary = read(path)
    return _torch_model(config, file.weights, len(vocabulary)).to(device), vocabulary


def _model(request: Request, text: EncodedText, device: torch.device) -> tuple[CharLM, Vocabulary]:
    """Return a new model for `text`, or the one to start from with what it lacks added."""
    if request.init_from is None:
        return CharLM(request.model, len(text.vocabulary)).to(device), text.vocabulary
    file, config, known = read(find(request.init_from))
    vocabulary = known.extended(text.vocabulary.symbols)
    random = np.random.default_rng(request.training.seed)
    weights = grown(file.weights, len(vocabulary), random)
    config = config.replace({"dropout": request.model.dropout})
    return _torch_model(config, weights, len(vocabulary)).to(device), vocabulary


def _torch_model(config: ModelConfig, weights: Arrays, vocabulary_size: int) -> CharLM:
    model = CharLM(config, vocabulary_size)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    return model


def _new_folder(name: str, agree: Callable[..., list[float]]) -> Path:
    """Return the first free folder runs/NAME, runs/NAME-2, …, the same one on all ranks."""
    stem = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "run"
    number = next(n for n in itertools.count(1) if not _numbered(stem, n).exists())
    return _numbered(stem, int(agree(number)[0]))


def _numbered(stem: str, number: int) -> Path:
    return Path("runs") / (stem if number == 1 else f"{stem}-{number}")
