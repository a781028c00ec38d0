"""From a corpus and a configuration to a training under way: what `charlm.train` wires together."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from charlm.cells import check_shapes
from charlm.checkpoint import METRICS, RunFolder, read_model
from charlm.config import ModelConfig, TrainingConfig
from charlm.device import keep_freed_memory, pick_device, pick_precision, world
from charlm.events import Event
from charlm.library import KIND, find
from charlm.loop import Trainer
from charlm.model import CharLM
from charlm.report import JsonLines, TensorBoard
from charlm.task import LanguageModelling
from charlm.transfer import grown
from corpora.download import Progress
from corpora.encoded import EncodedText, encode
from corpora.errors import UserError
from corpora.vocabulary import Vocabulary


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
        board = TensorBoard(self.run.path / "tensorboard") if tensorboard else None
        progress = self.trainer.progress
        evaluated = progress.since_evaluation.steps == 0
        path = self.run.path / METRICS
        with closing(JsonLines(path, step=progress.step, evaluated=evaluated)) as log:
            for event in self.trainer.events():
                log(event)
                if board is not None:
                    board(event)
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
    text = encode(request.corpus, encoding=request.encoding, progress=progress, notice=notice)
    with world(device) as processes:
        torch.manual_seed(config.seed)
        model, vocabulary = _model(request, text, device)
        precision = pick_precision(config.precision, device)
        keep_freed_memory()
        task = LanguageModelling(
            model, vocabulary, text, config, precision=precision, world=processes
        )
        run = RunFolder(request.run or _new_folder(text.name, processes.agree))
        if processes.leads:
            about = {
                "preset": request.preset,
                "training": config.to_json(),
                "resolved": {"device": str(device), "precision": precision},
                "corpus": {
                    "spec": request.corpus,
                    "encoding": request.encoding,
                    "characters": len(text),
                    "sha256": text.sha256,
                },
                "init_from": request.init_from,
                "versions": {"torch": torch.__version__, "numpy": np.__version__},
            }
            run.create(KIND, model.config.to_json(), vocabulary.to_json(), about)
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
    about = run.read_config(KIND)
    try:
        model_config = ModelConfig.from_json(about["model"])
        config = TrainingConfig.from_json(about["training"]).replace(changes or {})
        source, resolved = about["corpus"], about["resolved"]
        spec, encoding, sha256 = corpus or source["spec"], source["encoding"], source["sha256"]
        used = str(resolved["precision"])
    except (KeyError, TypeError) as error:
        raise UserError(f"{folder}: its config.json lacks {error}") from error
    if spec == "-":
        raise UserError("this run read standard input; give its text again: CORPUS --resume RUN")
    vocabulary = run.read_vocabulary()
    text = encode(spec, encoding=encoding, progress=progress, notice=notice)
    if text.sha256 != sha256:
        raise UserError(f"{spec} is not the text that {folder} was trained on; it has changed")
    device = pick_device(config.device)
    if config.precision == "auto" and used in ("fp32", "bf16"):
        config = config.replace({"precision": used})  # what it began with, on any machine
    with world(device) as processes:
        keep_freed_memory()
        precision = pick_precision(config.precision, device)
        model = CharLM(model_config, len(vocabulary)).to(device)
        task = LanguageModelling(
            model, vocabulary, text, config, precision=precision, world=processes
        )
        trainer = Trainer(task, config, run, world=processes, precision=precision, stop=stop)
        trainer.resume()
        if processes.leads:
            run.clean()
            if changes:
                run.write_config({**about, "training": config.to_json()})
        yield Training(run, trainer, processes.leads)


def loaded(path: Path, device: torch.device) -> tuple[CharLM, Vocabulary]:
    """Return the torch model in a run folder or model file, on `device`, and its vocabulary.

    Raises:
        UserError: it is missing, damaged, or a model of another kind.
    """
    return _grown(path, (), None, np.random.default_rng(0), device)


def _model(request: Request, text: EncodedText, device: torch.device) -> tuple[CharLM, Vocabulary]:
    """Return a new model for `text`, or the one to start from with what it lacks added."""
    config = request.model
    if request.init_from is None:
        return CharLM(config, len(text.vocabulary)).to(device), text.vocabulary
    random = np.random.default_rng(request.training.seed)
    path = find(request.init_from)
    return _grown(path, text.vocabulary.symbols, config.dropout, random, device)


def _grown(
    path: Path,
    symbols: Sequence[str],
    dropout: float | None,
    random: np.random.Generator,
    device: torch.device,
) -> tuple[CharLM, Vocabulary]:
    """Load a model and add the `symbols` that it lacks."""
    file = read_model(path, KIND)
    known = Vocabulary.from_json(file.vocabulary)
    config = ModelConfig.from_json(file.config).replace({"dropout": dropout})
    check_shapes(config, file.weights, len(known))
    vocabulary = known.extended(symbols)
    weights = grown(file.weights, len(vocabulary), random)
    model = CharLM(config, len(vocabulary))
    model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    return model.to(device), vocabulary


def _new_folder(name: str, agree: Callable[..., list[float]]) -> Path:
    """Return the first free folder runs/NAME, runs/NAME-2, …, the same one on all ranks."""
    stem = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "run"
    number = next(n for n in itertools.count(1) if not _numbered(stem, n).exists())
    return _numbered(stem, int(agree(number)[0]))


def _numbered(stem: str, number: int) -> Path:
    return Path("runs") / (stem if number == 1 else f"{stem}-{number}")
