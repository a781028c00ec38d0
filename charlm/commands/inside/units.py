"""`charlm inside units`: the units that follow something in a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from charlm.commands.inside.corpus_part import PartOfText, read_part
from charlm.commands.inside.output import OUTPUTS, Outputs, save_outputs
from charlm.console.options import CORPUS_OPTIONS, SEVERAL, TEXT, Corpus, CorpusOptions, Model
from charlm.console.program import print_json, stderr
from charlm.console.slow import counting
from charlm.language_model import DEFAULT_MODEL, load
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.inside.units.clamping import Clampings
    from charlm.inside.units.findings import UnitSearch
    from charlm.language_model import LanguageModel

CORPUS = "war_and_peace"
ONE_EACH = Parameter(consume_multiple=False, show_default=False)
"""A pattern may begin with a hyphen: so each has its own --pattern."""


def units(
    model: Model = DEFAULT_MODEL,
    corpus: Corpus = CORPUS,
    /,
    *,
    split: PartOfText = "validation",
    characters: int = 100_000,
    pattern: Annotated[tuple[str, ...], SEVERAL, ONE_EACH, TEXT] = (),
    of: str | None = None,
    clamp: int = 20_000,
    reading: CorpusOptions = CORPUS_OPTIONS,
    outputs: Outputs = OUTPUTS,
) -> None:
    r"""Find the units that follow quotations, the place in the line or a pattern of yours.

    For each feature of the text, the unit of all layers is sought that follows it best: by the area
    under the ROC curve (AUC) for yes or no, where 0.5 is chance and 1 is perfect, and by Spearman's
    r for numbers. It is chosen on the first half of the text; all figures are those of the second.
    Beside it stand a linear probe of each whole layer, and what the last one and the last two
    characters tell: what they follow needs no memory, and is no finding.

    A unit that is found is then held at its median of either answer, to see whether the model uses
    it: what happens to the surprisal where the answer changes, and where it is the other one? A
    control unit of the same layer is held beside it.

    The value of a feature at a character, and the state after that character, belong together.

    For a classifier, the unit is sought that follows the label of the reviews it is tested on, or
    of labelled texts of your own.

    Parameters
    ----------
    characters
        Read this many characters of it, from its start.
    pattern
        One more feature: a regular expression, yes where a match covers the character. Give it a
        name with NAME=REGEX; repeat --pattern for several.
    of
        What of the units: by default the cell of an LSTM, else hidden; or a gate.
    clamp
        Characters that are read with units held; 0 leaves this out.
    """
    from charlm.commands.inside.units_report import show
    from charlm.generation.hold import check_field
    from charlm.inside.units.search import list_features

    _check_clamp(clamp)
    if _show_other_kind(model, corpus, outputs, given=bool(pattern or of)):
        return
    language_model = load(model)
    if of is not None:
        check_field(of, language_model.config.cell)
    list_features(pattern)  # what is wrong with a pattern is said before long work
    text = read_part(language_model, corpus, split, characters, reading, model)
    found, clamped = _search(language_model, text, of, pattern, clamp)
    save_outputs(found, outputs.png)
    where = {"model": model, "corpus": corpus, "split": split, "characters": len(text)}
    if outputs.json:
        held = clamped.records() if clamped is not None else []
        missing = {"missing": found.missing, "clamped": held}
        print_json({**where, "of": found.field, "records": found.records(), **missing})
    else:
        show(found, clamped, f"{len(text):,} characters of {corpus}, {split}")


def _show_other_kind(model: str, corpus: str, outputs: Outputs, given: bool) -> bool:
    """Find the unit of a classifier that follows its label, and return whether it is one."""
    from charlm.commands.inside.other_kinds import show_other_kind
    from charlm.inside.other_kinds import UnitsRequest, find_looker

    if given and find_looker(model, "units") is not None:
        raise UserError("--pattern and --of are for models of characters")
    request = UnitsRequest(corpus=None if corpus == CORPUS else corpus)
    return show_other_kind(model, "units", request, **vars(outputs))


def _check_clamp(clamp: int) -> None:
    if clamp < 0 or clamp == 1:
        raise UserError(f"--clamp must be 0, or at least 2 characters, not {clamp}")


def _search(
    model: LanguageModel, text: str, of: str | None, patterns: tuple[str, ...], clamp: int
) -> tuple[UnitSearch, Clampings | None]:
    from charlm.inside.units.clamping import clamp_units, count_passes
    from charlm.inside.units.search import find_units

    console = stderr()
    with counting(console, "reading", len(text)) as progress:
        found = find_units(model, text, of=of, patterns=patterns, progress=progress)
    if not clamp:
        return found, None
    total = count_passes(found) * min(clamp, len(text) - len(text) // 2)
    with counting(console, "holding units", total) as progress:
        return found, clamp_units(model, found, characters=clamp, progress=progress)
