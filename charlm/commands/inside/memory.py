"""`charlm inside memory`: how far back a model remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from charlm.commands.inside.corpus_part import read_part
from charlm.commands.inside.output import File, Html, Png, Words, choose_text, save_outputs
from charlm.console.options import CORPUS_OPTIONS, INPUT, SEVERAL, TEXT, CorpusOptions, Json, Model
from charlm.console.program import print_json, stderr
from charlm.console.slow import counting
from charlm.inside.memory.context_curves import POSITIONS
from charlm.language_model import DEFAULT_MODEL, load
from corpora.errors import UserError
from corpora.text.encoded import Split

if TYPE_CHECKING:
    from charlm.inside.memory.memory import Memory
    from charlm.language_model import LanguageModel

CORPUS = "war_and_peace"
"""What is read if no text is given."""
CHARACTERS = 20_000
"""How much of it is read."""


def memory(
    model: Model = DEFAULT_MODEL,
    text: Words = None,
    /,
    *,
    file: File = None,
    corpus: Annotated[str | None, INPUT] = None,
    split: Split | None = None,
    characters: int | None = None,
    positions: int = POSITIONS,
    beside: Annotated[tuple[str, ...], SEVERAL] = (),
    method: Literal["leave-out", "gradient"] = "leave-out",
    next: Annotated[str | None, TEXT] = None,
    reading: CorpusOptions = CORPUS_OPTIONS,
    png: Png = None,
    html: Html = None,
    json: Json = False,
) -> None:
    r"""Measure how far back a model remembers, in four ways.

    First, the loss when the model sees the last 1, 2, 4 … 512 characters only. Second, the
    influence of each character on the prediction after the text, as colours (red speaks for the
    next character, blue against it) and by distance. Third, the memory length of the units,
    1/(1-f), where f is the mean of their forget gate. Fourth, how often gates are nearly closed
    (below 0.1) or open (above 0.9). Without a text, part of a corpus is read.

    Parameters
    ----------
    corpus
        Read this corpus instead of a text: a file, a folder, a name that `charlm corpora` lists, or
        -. If there is no text either, it is war_and_peace.
    split
        Part of the corpus: the first 80 %, the next 10 %, which is the default, the last 10 %, or
        all of it.
    characters
        Characters of the corpus to read, at most; by default 20,000.
    positions
        Places at which the context is cut, at most; a hundred take some seconds.
    beside
        Other models, whose curves are drawn beside.
    method
        What colours the text: each character is left out, or the gradient times its embedding.
    next
        The character whose prediction is looked at (\\n is a line feed); by default the likeliest
        one.
    """
    if positions < 1:
        raise UserError(f"--positions must be at least 1, not {positions}")
    if corpus is not None and (text is not None or file is not None):
        raise UserError("give a text, --file or --corpus, and not several of them")
    given = None if text is None and file is None else choose_text(text, file, reading)
    if given is not None and (split is not None or characters is not None):
        raise UserError("--split and --characters choose a part of a corpus; a text is read whole")
    language_model = load(model)
    others = [load(name) for name in beside]
    if given is None:
        limit = CHARACTERS if characters is None else characters
        where = split or "validation"
        given = read_part(language_model, corpus or CORPUS, where, limit, reading, model)
    following = None if next is None else next.replace("\\n", "\n")
    found = _measure(language_model, others, given, positions, following)
    save_outputs(found, png, html)
    if json:
        print_json({"model": model, **_list_figures(found)})
    else:
        from charlm.commands.inside.memory_report import show

        show(found, method)


def _measure(
    model: LanguageModel,
    beside: list[LanguageModel],
    text: str,
    positions: int,
    following: str | None,
) -> Memory:
    from charlm.inside.memory.memory import estimate_work, measure_memory

    total = estimate_work(text, 1 + len(beside), positions)
    with counting(stderr(), "reading", total) as progress:
        return measure_memory(
            model,
            text,
            beside=beside,
            positions=positions,
            following=following,
            progress=progress,
        )


def _list_figures(found: Memory) -> dict[str, object]:
    influence = found.influence
    return {
        "curves": [
            {
                "model": curve.model,
                "positions": curve.positions,
                "full": curve.full,
                "reach": curve.reach(),
                "records": curve.records(),
            }
            for curve in found.curves
        ],
        "influence": {
            "text": influence.text,
            "next": influence.following,
            "probability": influence.probability,
            "records": influence.records(),
        },
        "profile": {"places": found.profile.places, "records": found.profile.records()},
        "gates": {
            "characters": found.gates.characters,
            "saturation": found.gates.saturation(),
            "records": found.gates.records(),
        },
    }
