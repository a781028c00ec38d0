"""`charlm inside agree`: does a model remember what a later word depends on?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from charlm.commands.inside.output import OUTPUTS, Outputs, save_outputs, shows_colors
from charlm.console.options import DECODING, INPUT, SEVERAL, DecodingOptions, Model
from charlm.console.program import notice, print_json, printable, read_input, stderr, stdout
from charlm.console.slow import counting
from charlm.language_model import DEFAULT_MODEL, load
from corpora.errors import UserError

if TYPE_CHECKING:
    from rich.table import Table

    from charlm.inside.agreement.agreement import Agreement
    from charlm.inside.agreement.minimal_pairs import Pair

HEIGHT = 20
"""Lines of the plot."""
MOST_WORST = 8
"""Tests of which the pair is shown in which the wrong form leads by most."""


def agree(
    model: Model = DEFAULT_MODEL,
    /,
    *,
    pairs: Annotated[str | None, INPUT] = None,
    test: Annotated[
        tuple[Literal["number", "reflexive", "quotation", "bracket"], ...],
        SEVERAL,
        Parameter(show_default=False),
    ] = (),
    distance: Annotated[tuple[int, ...], SEVERAL] = (10, 20, 40, 60, 80),
    count: int | None = None,
    line_width: int | None = None,
    seed: Annotated[int | None, Parameter(show_default=False)] = None,
    decoding: DecodingOptions = DECODING,
    outputs: Outputs = OUTPUTS,
) -> None:
    """Test whether a model remembers what a later word depends on.

    The model reads the beginning of a sentence. Then two forms are compared, one right, one wrong:
    "The soldier who stood near the horses" was or were. It is right if the right form, with the
    space after it, is the more probable one; half would be chance. Shown is how often it is right,
    by the number of characters between the word that decides and the form, and by what stands
    between: nothing that could be mistaken for it, nouns or names of the same number or gender, or
    of the other one (Linzen, Dupoux and Goldberg 2016; Marvin and Linzen 2018).

    Parameters
    ----------
    pairs
        A file with pairs of your own, or - for standard input: on each line the beginning, the
        right form and the wrong form, with tabs between, or an object of JSON with prefix, right,
        wrong and, if you like, distance, dependency and attractor.
    test
        Only these tests of the pairs that are made by rule: the number of a verb, himself or
        herself, the end of a quotation, the end of a bracket.
    distance
        Characters at which a new column begins.
    count
        Pairs of each test, of each kind and number of parts between [40].
    line_width
        Columns at which the lines of these pairs are broken [72, as in the book]; 0 breaks none.
    seed
        Seed of the draw of these pairs [1].
    """
    from charlm.inside.agreement.agreement import agree as test_agreement
    from charlm.inside.agreement.agreement import check_edges

    edges = check_edges(distance)
    chosen = _choose_pairs(pairs, test, count, line_width, seed, decoding)
    language_model = load(model)
    with counting(stderr(), "reading pairs", len(chosen)) as advance:
        found = test_agreement(language_model, chosen, edges=edges, progress=advance)
    if found.left_out:
        them = f"{found.left_out:,} pairs are" if found.left_out > 1 else "1 pair is"
        notice(f"{them} left out: {found.model} does not know {found.unknown!r}")
    save_outputs(found, outputs.png)
    if outputs.json:
        about = {"model": model, "left_out": found.left_out, "unknown": found.unknown}
        print_json({**about, "records": found.records(), "pairs": list(found.judged())})
    else:
        _show(found)


def _choose_pairs(
    file: str | None,
    tests: tuple[Literal["number", "reflexive", "quotation", "bracket"], ...],
    count: int | None,
    line_width: int | None,
    seed: int | None,
    decoding: DecodingOptions,
) -> list[Pair]:
    from charlm.inside.agreement.minimal_pairs import COUNT, DEPENDENCIES, LINE_WIDTH, make_pairs

    how = decoding.make()
    if file is not None:
        if any(value is not None for value in (tests or None, count, line_width, seed)):
            raise UserError("--test, --count, --line-width and --seed are for pairs made by rule")
        from charlm.inside.agreement.pairs_file import parse_pairs

        return parse_pairs(read_input(file, how), "standard input" if file == "-" else file)
    bounds = (
        ("count", count, 2, 1000),
        ("line-width", line_width, 0, 1000),
        ("seed", seed, 0, 2**63 - 1),
    )
    for name, value, least, most in bounds:
        if value is not None and not least <= value <= most:
            raise UserError(f"--{name} must lie between {least} and {most:,}, not {value:,}")
    return make_pairs(
        tuple(dict.fromkeys(tests)) or DEPENDENCIES,
        count=COUNT if count is None else count,
        seed=1 if seed is None else seed,
        line_width=LINE_WIDTH if line_width is None else line_width,
    )


def _show(found: Agreement) -> None:
    from charlm.console.tables import print_table
    from charlm.drawing.braille import draw

    console = stdout()
    panel, names = found.draw_lines()
    color = shows_colors(console)
    if len(panel.lines) > 1 and len({x for line in panel.lines for x, _ in line.points}) > 2:
        drawn = draw([panel], names, min(console.width, 100), HEIGHT, color=color)
        console.print(drawn, soft_wrap=True)
        console.print()
    print_table(console, _make_table(found))
    share = float(found.preferred.mean())
    if found.twins():
        console.print("twins: the same text but for the word that decides; told apart if it counts")
    console.print(
        printable(
            f"{found.model} prefers the right form in {share:.1%} of {len(found.pairs):,} pairs; "
            "chance is 50%"
        ),
        soft_wrap=True,
    )
    _show_worst(found)


def _make_table(found: Agreement) -> Table:
    """Return a table of the shares: a row a kind of pairs, a column a range of distances."""
    from rich.table import Table

    groups = [*found.groups(), *found.twins()]
    tests = list(dict.fromkeys(group.dependency for group in groups))
    groups.sort(key=lambda group: tests.index(group.dependency))
    starts = sorted({group.distance_from for group in groups})
    ends = {group.distance_from: group.distance_to for group in groups}
    table = Table(box=None)
    table.add_column("test")
    table.add_column("between")
    for start in starts:
        end = ends[start]
        table.add_column(f"{start}+" if end is None else f"{start}–{end - 1}", justify="right")
    table.add_column("pairs", justify="right")
    for kind in dict.fromkeys((group.dependency, group.attractor) for group in groups):
        own = {g.distance_from: g for g in groups if (g.dependency, g.attractor) == kind}
        shares = [f"{own[start].right:.0%}" if start in own else "" for start in starts]
        pairs = sum(group.pairs for group in own.values())
        table.add_row(*map(printable, kind), *shares, f"{pairs:,}")
    return table


def _show_worst(found: Agreement) -> None:
    """Show the pair of each test in which the wrong form leads by most."""
    from rich.text import Text

    console = stdout()
    margins = (found.right - found.wrong).tolist()
    worst: dict[str, int] = {}
    for number in sorted(range(len(margins)), key=margins.__getitem__):
        if margins[number] < 0:
            worst.setdefault(found.pairs[number].dependency, number)
    if worst:
        console.print("\nfurthest from right (right form / wrong form, nats by which that leads):")
    for number in list(worst.values())[:MOST_WORST]:
        pair = found.pairs[number]
        forms = Text.assemble(
            (printable(pair.right), "green"), (" / ", "dim"), (printable(pair.wrong), "red"),
            f"  {-margins[number]:.1f}",
        )  # fmt: skip
        room = max(20, min(console.width, 160) - forms.cell_len - 3)
        start = printable(pair.prefix.replace("\n", " ").replace("\t", " "))
        start = start if len(start) <= room else "…" + start[1 - room :]
        console.print(Text(f"  {start}").append_text(forms), soft_wrap=True)
