"""`charlm inside gradients`: back-propagation through time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from charlm.commands.inside.output import OUTPUTS, Outputs, print_records, save_outputs
from charlm.console.options import CORPUS_OPTIONS, SEVERAL, SWITCH, Corpus, CorpusOptions
from charlm.console.program import stderr
from charlm.console.slow import counting
from charlm.inside.through_time.decay import LINEAR, follow_linear
from charlm.language_model import DEFAULT_MODEL, load
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.config import Cell
    from charlm.inside.results import Result
    from charlm.inside.through_time.subjects import Subject
    from corpora.text.vocabulary import Vocabulary

CORPUS, STEPS, PLACES, SEED = "sample", 100, 16, 1
MOST_MODELS = 8
"""Most models of a picture."""
MOST_CHARACTERS = 100_000
"""Characters at the end of a corpus that are read: of War and Peace, part of the test part."""


def gradients(
    *models: Annotated[
        str, Parameter(help="Models or runs; by default a new rnn and gru, and war_and_peace.")
    ],
    corpus: Corpus = CORPUS,
    steps: int = STEPS,
    places: int = PLACES,
    seed: int = SEED,
    linear: Annotated[bool, SWITCH] = False,
    w: Annotated[tuple[float, ...], SEVERAL] = LINEAR,
    clipping: Annotated[bool, SWITCH] = False,
    truncation: Annotated[tuple[int, ...], SEVERAL, Parameter(show_default=False)] = (),
    reading: CorpusOptions = CORPUS_OPTIONS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """Show how gradients vanish or explode on their way back through time.

    Parameters
    ----------
    steps
        How far back to go, in characters.
    places
        Places of the text over which the geometric mean is taken.
    seed
        Seed of the weights before training.
    linear
        Show one linear unit instead: its gradient is exactly w^k.
    w
        Weights of linear units.
    clipping
        Show instead what clipping by norm and by value does to a step that explodes.
    truncation
        Show instead what is cut off if the gradient goes back through windows of so many steps:
        --truncation 8 32 128.
    """
    _check(models, linear, clipping, truncation, seed)
    given = {"steps": steps != STEPS, "places": places != PLACES}
    given |= {"corpus": corpus != CORPUS, "seed": seed != SEED}
    _refuse_ignored(given, {"linear": linear, "clipping": clipping, "truncation": bool(truncation)})
    if w != LINEAR and not linear:
        raise UserError("--w gives the weights of linear units: it needs --linear")
    about: dict[str, Any] = {"steps": steps}
    result: Result
    if linear:
        result = follow_linear(w, steps)
    else:
        text, vocabulary = _read(corpus, reading, models)
        about = {"corpus": corpus, "seed": seed}
        if clipping:
            from charlm.inside.through_time.clipping import clip_steps

            result = clip_steps(vocabulary, text, seed=seed)
            about["clip"] = result.clip
        else:
            how = {} if truncation else {"steps": steps, "places": places}
            result = _go_back(_choose(models), text, seed, truncation, how)
            about |= how
    save_outputs(result, outputs.png)
    if outputs.json:
        print_records(result, about)
    else:
        from charlm.commands.inside.gradients_report import show

        show(result, corpus)


def _go_back(
    subjects: list[Subject], text: str, seed: int, truncation: Sequence[int], how: dict[str, int]
) -> Result:
    """Return what windows of some lengths cut off, or without them the gradients themselves."""
    windows = sorted(set(truncation))
    total = len(subjects) * (1 + len(windows))
    with counting(stderr(), "going back through time", total) as done:
        if windows:
            from charlm.inside.through_time.truncation import truncate

            return truncate(subjects, text, windows, seed=seed, progress=done)
        from charlm.inside.through_time.gradients import measure_gradients

        return measure_gradients(subjects, text, **how, seed=seed, progress=done)


def _check(
    models: Sequence[str], linear: bool, clipping: bool, truncation: Sequence[int], seed: int
) -> None:
    if linear + clipping + bool(truncation) > 1:
        raise UserError("give only one of --linear, --clipping and --truncation")
    if models and (linear or clipping):
        raise UserError("--linear and --clipping take no model: they show an example")
    if len(models) > MOST_MODELS:
        raise UserError(f"a picture has room for {MOST_MODELS} models, not for {len(models)}")
    if not 0 <= seed < 1 << 63:
        raise UserError(f"--seed must lie between 0 and 2^63 - 1, not {seed}")


IGNORED = {
    "linear": ("places", "corpus", "seed"),
    "clipping": ("steps", "places"),
    "truncation": ("steps", "places"),
}
"""Options that do nothing with another one."""


def _refuse_ignored(given: Mapping[str, bool], chosen: Mapping[str, bool]) -> None:
    for name, ignored in IGNORED.items():
        for option in ignored:
            if chosen[name] and given[option]:
                raise UserError(f"--{option} does nothing with --{name}")


def _read(corpus: str, reading: CorpusOptions, models: Sequence[str]) -> tuple[str, Vocabulary]:
    """Return the end of a corpus, and its vocabulary."""
    from charlm.console.download_bar import read_corpus

    text = read_corpus(corpus, reading, models[0] if models else None)
    return text.vocabulary.decode(text.ids[-MOST_CHARACTERS:]), text.vocabulary


def _choose(models: Sequence[str]) -> list[Subject]:
    """Return the models before and after training; by default a new rnn and gru as well."""
    from charlm.config import ModelConfig
    from charlm.inside.through_time.subjects import Subject, before_and_after

    loaded = [load(model) for model in models or [DEFAULT_MODEL]]
    names = [model.name for model in loaded]
    if len(set(names)) < len(names):  # runs of the same name, in several folders
        loaded = [replace(model, name=name) for model, name in zip(loaded, models, strict=True)]
    subjects: list[Subject] = []
    if not models:
        cells: tuple[Cell, ...] = ("rnn", "gru")
        vocabulary = loaded[0].vocabulary
        subjects = [Subject(cell, ModelConfig(cell=cell), vocabulary) for cell in cells]
    return subjects + [subject for model in loaded for subject in before_and_after(model)]
