"""What the tests of training share: a short text, a tiny model, and trainings of a blink."""

from __future__ import annotations

import dataclasses
import os
import random
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from forked_programs import Program
from hypothesis import settings

from charlm.config import ModelConfig, TrainingConfig
from charlm.runs.files import LAST, MODEL
from charlm.runs.run_folder import RunFolder
from charlm.start import LanguageModelRequest
from charlm.training import session
from charlm.training.events import Event
from charlm.training.log import read_events
from charlm.training.request import Hooks, Request, never
from charlm.training.session import Training
from corpora.errors import UserError
from corpora.notice import silent

SAMPLE = Path(__file__).resolve().parents[2] / "corpora" / "sample.txt"

MODEL_CONFIG = ModelConfig(hidden_size=10, embedding_size=10, num_layers=2, dropout=0.2)
TRAINING_CONFIG = TrainingConfig(
    epochs=2,
    batch_size=6,
    window=16,
    warmup_steps=10,
    evaluate_every=15,
    save_seconds=10**6,
    sample_length=8,
    precision="fp32",
    device="cpu",
)

STEPS_PER_PASS = 33
"""Of `short_text`, as configured here."""

drawn = settings(derandomize=True, deadline=None, max_examples=60)
"""The same examples each time, however busy the machine is."""

TIMES = {"elapsed", "remaining", "units_per_second"}
"""Fields of events that differ from one run to the next."""


def short_text(folder: Path, characters: int = 4000, name: str = "text.txt") -> Path:
    """Write the beginning of the sample: 4000 characters are 33 steps a pass as configured."""
    path = folder / name
    path.write_text(SAMPLE.read_text(encoding="utf-8")[:characters], encoding="utf-8")
    return path


def request(text: Path | str, run: Path | None, **changes: Any) -> LanguageModelRequest:
    return LanguageModelRequest(
        corpus=str(text),
        model=MODEL_CONFIG.replace(changes),
        training=TRAINING_CONFIG.replace(changes),
        run=run,
    )


def start(request: Request, **hooks: Any) -> AbstractContextManager[Training]:
    """Open a new training; `hooks` are those of `Hooks`."""
    return session.start(request, Hooks(**hooks))


def resume(
    run: Path,
    *,
    changes: Mapping[str, Any] | None = None,
    stop: Callable[[], bool] = never,
    notice: Callable[[str], None] = silent,
    kind: str | None = None,
    **moved: Any,
) -> AbstractContextManager[Training]:
    """Open the training of a run folder, by default one of the kind that it says it is."""
    kind = kind or RunFolder(run).read_config()["kind"]
    classes = {found.kind: found for found in every_request()}
    request_class = classes.get(kind, LanguageModelRequest)
    return session.resume(
        request_class, run, changes=changes, hooks=Hooks(stop=stop, notice=notice), **moved
    )


def every_request() -> list[type[Request]]:
    from seq.caption.training import CaptionerRequest
    from seq.forecast.training import ForecasterRequest
    from seq.imdb.training import ClassifierRequest
    from seq.imdb.words.training import WordModelRequest
    from seq.scan.training import TranslatorRequest

    return [
        LanguageModelRequest,
        ClassifierRequest,
        WordModelRequest,
        TranslatorRequest,
        ForecasterRequest,
        CaptionerRequest,
    ]


def options(**changes: Any) -> list[str]:
    """The command line's options for what `request` asks for."""
    return options_of(MODEL_CONFIG.to_json() | TRAINING_CONFIG.to_json() | changes)


def options_of(fields: Mapping[str, Any]) -> list[str]:
    """The command line that asks for these fields, as a person would write it."""
    given: list[str] = []
    for name, value in fields.items():
        option = name.replace("_", "-")
        if isinstance(value, bool):
            given.append(f"--{option}" if value else f"--no-{option}")
        elif value is not None:
            given += [f"--{option}", str(value)]
    return given


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a program that is to see no cache but its own, and to leave cores free."""
    own = {"CHARLM_CACHE": str(folder / "cache"), "CHARLM_MIRROR": str(folder)}
    return os.environ | own | {"OMP_NUM_THREADS": "1", "COLUMNS": "200"} | more


def train(*arguments: str | Path, folder: Path, launcher: Iterable[str] = ()) -> Program:
    """Start `python -m charlm.train` in `folder`."""
    command = ("-m", *launcher, "charlm.train", *arguments)
    return Program(*command, cwd=folder, env=environment(folder))


def trained(opening: AbstractContextManager[Training]) -> list[Event]:
    """Train to the end and return the events."""
    with opening as training:
        return list(training.events())


class StopAt:
    """A `stop` that asks for the end once the training that it is given stands at `step`."""

    def __init__(self, step: int) -> None:
        self.step = step
        self.training: Training | None = None

    def __call__(self) -> bool:
        return self.training is not None and self.training.trainer.position.step >= self.step


def trained_until(
    step: int, opening: Callable[..., AbstractContextManager[Training]], *given: Any
) -> list[Event]:
    """Train until `step` is reached, and stop there as Ctrl-C does."""
    stop = StopAt(step)
    with opening(*given, stop=stop) as training:
        stop.training = training
        return list(training.events())


def assert_refused(
    run: Path, match: str, again: Callable[..., AbstractContextManager[Training]] = resume
) -> None:
    """Resuming is one line, and leaves every file as it was."""
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    with pytest.raises(UserError, match=match) as caught, again(run):
        pass
    assert "\n" not in str(caught.value)
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def refusals_of_flipped_bits(run: Path, name: str, count: int) -> int:
    """Flip one bit of a file, `count` times: each time resuming is refused, or changes nothing.

    Return how often it was refused.
    """
    good, harm = (run / name).read_bytes(), random.Random(1)
    with resume(run) as whole:
        config, symbols = whole.trainer.config, whole.trainer.task.vocabulary  # type: ignore[attr-defined]
    refusals = 0
    for _ in range(count):
        data = bytearray(good)
        data[harm.randrange(len(data))] ^= 1 << harm.randrange(8)
        (run / name).write_bytes(data)
        try:
            with resume(run) as training:
                assert training.trainer.config == config
                assert training.trainer.task.vocabulary == symbols  # type: ignore[attr-defined]
        except UserError:
            refusals += 1
    return refusals


@dataclasses.dataclass
class Result:
    """What two runs must agree in to be the same training."""

    tensors: dict[str, bytes]
    """Weights, optimizer, random states and carried state."""
    state: dict[str, Any]
    model: bytes
    logged: list[dict[str, Any]]
    """Steps, evaluations and samples, without their times."""


def result(run: Path) -> Result:
    arrays, state = RunFolder(run).load_last()
    kinds = ("step", "evaluated", "sampled")
    return Result(
        tensors={name: array.tobytes() for name, array in arrays.items()},
        state={key: value for key, value in state.items() if key not in TIMES},
        model=(run / MODEL).read_bytes(),
        logged=[
            {key: value for key, value in event.items() if key not in TIMES}
            for event in read_events(run)
            if event["event"] in kinds
        ],
    )


def last_step(run: Path) -> int:
    """The step of the last save; -1 before the first."""
    if not (run / LAST).exists():
        return -1
    return int(RunFolder(run).load_last()[1]["step"])


def random_ids(size: int, symbols: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(symbols, size=size).astype(np.uint8)
