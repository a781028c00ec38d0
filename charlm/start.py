"""From a text and a configuration to the training of a character language model."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from charlm.config import REGULARIZATION, ModelConfig, TrainingConfig
from charlm.language_model import KIND, read
from charlm.model import CharLM
from charlm.runs.registry import find
from charlm.runs.tensors import Arrays
from charlm.task import LanguageModelling, fast_shards
from charlm.training.config import Precision
from charlm.training.distributed import World, under_torchrun
from charlm.training.session import Job, Stop, Training, begin, never, reopen
from charlm.transfer import grown
from corpora.errors import UserError
from corpora.known.download import Progress
from corpora.known.resolve import encode
from corpora.notice import Notice, silent
from corpora.text.encoded import EncodedText
from corpora.text.vocabulary import Vocabulary


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
    """A model to start from; its shape then stands instead of `model`, but for dropout."""
    run: Path | None = None
    """Folder to write to; by default a new one under runs/, named after the corpus."""


def start(
    request: Request,
    *,
    stop: Stop = never,
    progress: Progress | None = None,
    notice: Notice = silent,
) -> AbstractContextManager[Training]:
    """Open a new training; see `session.begin`.

    Args:
        request: what to train, on what.
        stop: see `Trainer`.
        progress: shown while the corpus is fetched.
        notice: told what the user should know of the corpus.

    Raises:
        UserError: the corpus, the model to start from, or the folder cannot be used.
    """
    if request.corpus == "-" and under_torchrun():
        raise UserError("processes that train together cannot share standard input; name a file")
    text = encode(request.corpus, encoding=request.encoding, progress=progress, notice=notice)
    model, vocabulary, weights = _parts(request, text)
    job = _job(
        text,
        model,
        vocabulary,
        request.training,
        {"spec": request.corpus, "encoding": request.encoding},
        weights=weights,
        about={"preset": request.preset, "init_from": request.init_from},
    )
    return begin(job, request.run, stop=stop)


def resume(
    folder: Path,
    *,
    corpus: str | None = None,
    changes: dict[str, Any] | None = None,
    stop: Stop = never,
    progress: Progress | None = None,
    notice: Notice = silent,
) -> AbstractContextManager[Training]:
    """Open the training of an existing run folder, as its last save left it.

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

    def job_of(signed: Mapping[str, Any]) -> Job:
        source = signed["corpus"]
        spec = corpus or source["spec"]
        if spec == "-":
            raise UserError(
                "this run read standard input; give its text again: CORPUS --resume RUN"
            )
        text = encode(spec, encoding=source["encoding"], progress=progress, notice=notice)
        if text.sha256 != source["sha256"]:
            raise UserError(f"{spec} is not the text that {folder} was trained on; it has changed")
        return _job(
            text,
            ModelConfig.from_json(signed["model"]),
            Vocabulary.from_json(signed["vocabulary"]),
            TrainingConfig.from_json(signed["training"]).replace(changes or {}),
            {"spec": source["spec"], "encoding": source["encoding"]},
        )

    return reopen(folder, KIND, job_of, changed=bool(changes), stop=stop)


def loaded(path: Path, device: torch.device) -> tuple[CharLM, Vocabulary]:
    """Return the torch model in a run folder or model file, on `device`, and its vocabulary.

    Raises:
        UserError: it is missing, damaged, or a model of another kind.
    """
    file, config, vocabulary = read(path)
    return _torch_model(config, file.weights, len(vocabulary)).to(device), vocabulary


def _job(
    text: EncodedText,
    model: ModelConfig,
    vocabulary: Vocabulary,
    config: TrainingConfig,
    source: Mapping[str, str],
    *,
    weights: Arrays | None = None,
    about: Mapping[str, Any] | None = None,
) -> Job:
    """Return the job of training `model` on `text`, from new weights or given ones."""

    def task(world: World, precision: Precision) -> LanguageModelling:
        if weights is None:
            made = CharLM(model, len(vocabulary))
        else:
            made = _torch_model(model, weights, len(vocabulary))
        return LanguageModelling(
            made.to(world.device),
            vocabulary,
            text,
            config,
            precision=precision,
            world=world,
            shards=fast_shards(model, config, world),
        )

    corpus = {**source, "characters": len(text), "sha256": text.sha256}
    return Job(
        kind=KIND,
        name=text.name,
        training=config,
        model=model.to_json(),
        vocabulary=vocabulary.to_json(),
        about={**(about or {}), "corpus": corpus},
        task=task,
    )


def _parts(request: Request, text: EncodedText) -> tuple[ModelConfig, Vocabulary, Arrays | None]:
    """Return the shape of the model, its vocabulary, and the weights to start from, if any.

    A model to start from gets new weights for the characters that it lacks.
    """
    if request.init_from is None:
        return request.model, text.vocabulary, None
    file, config, known = read(find(request.init_from))
    vocabulary = known.extended(text.vocabulary.symbols)
    random = np.random.default_rng(request.training.seed)
    weights = grown(file.weights, len(vocabulary), random)
    regularization = {name: getattr(request.model, name) for name in REGULARIZATION}
    return config.replace(regularization), vocabulary, weights


def _torch_model(config: ModelConfig, weights: Arrays, vocabulary_size: int) -> CharLM:
    model = CharLM(config, vocabulary_size)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    return model
