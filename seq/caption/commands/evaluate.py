"""`charlm caption evaluate`: how often a captioner says what is true."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from charlm.console.options import COMPUTING, INPUT, ComputingOptions, Json, Model
from charlm.console.program import notice, print_json, printable, stderr, stdout
from charlm.console.tables import print_table
from charlm.experiments.comparison import make_table
from corpora.errors import UserError
from corpora.scenes.splits import Part, Split
from seq.beam import check_width

if TYPE_CHECKING:
    from seq.caption.metrics import Report

SHOWN = 10
"""Mistakes that are shown."""


def evaluate(
    model: Model = "scenes",
    /,
    *,
    data: Annotated[str | None, INPUT] = None,
    split: Split | None = None,
    part: Part = "test",
    count: int | None = None,
    seed: int | None = None,
    beam: int = 1,
    computing: ComputingOptions = COMPUTING,
    json: Json = False,
) -> None:
    """Report how often the captions of a captioner are true, and where its words look.

    A reader of sentences decides whether a caption is true of a scene; of pictures of your own,
    captions are compared with those that people wrote.

    Parameters
    ----------
    data
        scenes, or a folder of pictures with captions.txt, whose test part is taken; by default
        what the model was trained on.
    split
        Split of the scenes; by default that of the training.
    part
        Which part of the data.
    count
        Scenes, by default 1,000; of pictures of your own, at most so many, by default all.
    seed
        Seed of the scenes; by default that of the training.
    beam
        Width of the beam search; 1 takes the likeliest word at each step.
    """
    check_width(beam, "--beam")
    if count is not None and not 1 <= count <= 1_000_000:
        raise UserError(f"--count must lie between 1 and 1,000,000, not {count:,}")
    from dataclasses import replace

    from seq.caption.library import load
    from seq.caption.metrics import report
    from seq.caption.trained_on import find_trained_on

    captioner = load(model, **vars(computing))
    trained_on = find_trained_on(model)
    source = trained_on.source
    how = source.how.replace({"split": split, "data_seed": seed})
    source = replace(source, spec=source.spec if data is None else data, how=how)
    examples = source.read(captioner.size).part(part, trained_on.training, count)
    with stderr().status(f"describing {len(examples):,} pictures …"):
        found = report(captioner, examples, beam)
    what = f"split {how.split}" if source.is_made else Path(source.spec).name
    if json:
        print_json({"model": model, "data": source.spec, "part": part, **found.to_json()})
    else:
        _show(printable(f"{model}, {what}, {part} part"), found)


def _show(what: str, found: Report) -> None:
    """Print a report: the measures, by number of shapes, and some mistakes."""
    from seq.caption.report import HEADINGS, format_measures, format_shares

    console = stdout()
    console.print(f"{what}: {found.pictures:,} pictures", soft_wrap=True)
    cells = dict(zip(HEADINGS, format_measures([found]), strict=True))
    shown = {name: cell for name, cell in cells.items() if cell != "–"}
    print_table(console, make_table([*shown], [[*shown.values()]]))
    if found.by_shapes:
        console.print()
        lines = [
            [str(one.shapes), f"{one.pictures:,}", format_shares([one.true / one.pictures])]
            for one in found.by_shapes
        ]
        print_table(console, make_table(("shapes", "pictures", "true"), lines))
    if found.bleu is None:
        notice("no BLEU-4: it needs sacrebleu; pip install 'sacrebleu>=2.5'")
    if found.mistakes:
        console.print(f"\n{len(found.mistakes):,} mistakes, such as:")
    for one in found.mistakes[:SHOWN]:
        why = f" ({one.why})" if one.why else ""
        console.print(
            printable(f"{one.picture}: {one.said}{why}; as it is: {one.could}"), soft_wrap=True
        )
