"""What the panels say: numbers, blocks, colours, and lines that fit."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from rich.cells import cell_len
from rich.style import Style
from textual.color import Color

from charlm.inside.memory.gate_statistics import EDGES, GateStatistics
from charlm.language_model import LanguageModel
from tui.inside.around import draw_around
from tui.inside.brake import EVERY, Brake, Stopped
from tui.inside.cards import break_equation, draw_step, draw_unit, fit_number, name_step, wrap_hint
from tui.inside.characters import CharacterText
from tui.inside.choices import MOST_PINS, Choices
from tui.inside.findings import Findings
from tui.inside.map_columns import BLOCKS, WIDEST, Columns, draw_block, is_marked
from tui.inside.map_rows import MapRows
from tui.inside.measures import choose_symbols, count_stuck, draw_counts, draw_layers, draw_memory
from tui.inside.page_text import draw_page
from tui.inside.palette import LEAST_CONTRAST, make_palette
from tui.inside.picture import draw_picture
from tui.inside.runs import assemble_runs
from tui.inside.sights import Sight
from tui.inside.subjects import LayerLoss
from tui.inside.words import ReviewText
from tui.themes import measure_contrast

MINUS = "\N{MINUS SIGN}"
DARK = make_palette(Color.parse("#121212"))


def ignore(count: int) -> None:
    """Take a number of steps, and do nothing."""


@pytest.fixture
def sight(built: LanguageModel, page: str) -> Sight:
    return CharacterText(built, page).look(100, ignore)


@pytest.fixture
def findings(built: LanguageModel, page: str) -> Findings:
    return Findings(CharacterText(built, page).gather(0, ignore))


def widths(content: Any) -> list[int]:
    return [cell_len(line) for line in content.plain.split("\n")]


@pytest.mark.parametrize("width", [35, 60, 84])
def test_the_lines_of_a_unit_and_a_step_fit(sight: Sight, findings: Findings, width: int) -> None:
    card = draw_unit(findings, sight, (0, 3), "none", width)
    assert max(widths(card)) <= width
    step = draw_step(sight, 100, [(0, 3), (1, 5)], width)
    assert max(widths(step)) <= width
    around = draw_around(sight, 100, (0, 3), DARK, width)
    assert max(widths(around)) <= width
    assert len(around.plain.split("\n")) == 7  # a head, four gates and two states
    page = draw_page(sight, 0, 3, "cell", 100, DARK, width)
    assert max(widths(page)) <= width
    assert page.plain.replace("\n", "").replace("↵", "") == "".join(sight.labels).replace("\n", "")


def test_until_a_text_is_read_a_card_says_so(sight: Sight) -> None:
    said = draw_unit(None, sight, (0, 3), "none", 40).plain
    assert "as soon as" in said
    assert "pushes" in said


def test_steps_have_names(sight: Sight, classifier: Any) -> None:
    labels = "".join(sight.labels)
    for place, here in enumerate(labels[:60]):
        name = name_step(sight, sight.start + place)
        if here == " ":
            assert name == "the space"
        elif here == "\n":
            assert name == "the line feed"
        elif here.isalnum():
            assert name.startswith(f"the {here} of ")
            assert name.split('"')[1] in labels
        else:
            assert name == f"the {here}"
    words = ReviewText(classifier, "A superb film").look(1, ignore)
    assert name_step(words, 1) == 'the word "superb"'


def test_numbers_fit_their_column() -> None:
    values = (0.5, -0.5, 1.234, -1.0, -12.345, 123.4)
    written = [fit_number(value, 4) for value in values]
    assert written == [".50", f"{MINUS}.50", "1.23", f"{MINUS}1.0", f"{MINUS}12", "123"]


def test_long_equations_are_broken_at_their_signs() -> None:
    line = "c = f·c + i·g = .99·.94 = .93"
    assert break_equation(line, 40) == [line]
    assert break_equation(line, 20) == ["c = f·c + i·g", "  = .99·.94", "  = .93"]
    assert [one.plain for one in wrap_hint("one two three", 8)] == ["one two", "three"]


def test_blocks_grow_with_the_size_and_signs_are_marked() -> None:
    heights = [BLOCKS.index(draw_block(value)) for value in np.linspace(0, 1, 50)]
    assert heights == sorted(heights)
    assert (heights[0], heights[-1]) == (0, len(BLOCKS) - 1)
    assert draw_block(-0.7) == draw_block(0.7)
    assert [is_marked(value) for value in (-1, -0.3, -0.1, 0, 0.9)] == [True, True] + [False] * 3


def test_columns_show_what_is_around_the_cursor() -> None:
    labels = [*"abcdefghij", "a long word that does not fit", *"klmnopqrst"]
    columns = Columns(labels, 50)
    for width, place in itertools.product((4, 9, 30, 200), range(50, 50 + len(labels))):
        columns.keep_in_view(place, width)
        seen = [one for one, _, _ in columns.visible(width)]
        assert sum(own for _, _, own in columns.visible(width)) <= width
        if width >= WIDEST:
            assert place in seen
            start, end = columns.find_cells(place, width) or (0, 0)
            assert [columns.find_place(x) for x in (start, end - 1)] == [place, place]
    columns.keep_in_view(70, 1)  # no room at all, while a window is laid out
    columns.show_around(53, 200)
    assert columns.left == 50
    columns.show_around(70, 20)
    assert columns.find_cells(70, 20)
    assert columns.find_place(-1) is None
    assert columns.find_cells(49, 200) is None
    assert columns.measure(60) == WIDEST


def test_a_row_is_drawn_once_and_the_cursor_lies_over_it() -> None:
    rows = MapRows(Style(), DARK)
    columns = Columns("abcdef", 0)
    values = np.array([-1, -0.5, 0, 0.2, 0.7, 1], np.float32)
    row = rows.draw(3, values, columns, 12)
    assert rows.get(3) is row
    assert row.text == f"▇{MINUS}▄{MINUS}▁ ▂ ▅ ▇ "
    parts = rows.put_cursor(row, (4, 6), chosen=True)
    assert "".join(part.text for part in parts) == row.text
    assert all(segment.style.reverse for segment in parts[1])
    assert rows.put_cursor(row, None, chosen=False) == [row]


@pytest.mark.parametrize("ground", ["#121212", "#1e1e1e", "#e0e0e0", "#ffffff", "#000000"])
def test_every_colour_can_be_told_from_the_ground(ground: str) -> None:
    palette = make_palette(Color.parse(ground))
    for colors in (palette.positive, palette.negative):
        contrasts = [measure_contrast(color, Color.parse(ground)) for color in colors]
        assert min(contrasts) >= LEAST_CONTRAST
        assert contrasts == sorted(contrasts)  # little is near the ground
        assert min(measure_contrast(color, palette.here) for color in colors) >= 4.5
    assert palette.pick(-0.9) in palette.negative
    assert palette.pick(0.9) == palette.positive[-1]


def test_a_terminal_of_few_colours_keeps_its_own() -> None:
    palette = make_palette(Color.parse("ansi_default"))
    assert {color.ansi for color in palette.positive} == {1}


def test_runs_of_one_style_are_joined() -> None:
    content = assemble_runs([("a", "bold"), ("b", "bold"), ("c", ""), ("d", "bold")])
    assert content.plain == "abcd"
    assert len(content.spans) == 2


def gates(shut: float) -> GateStatistics:
    shares = {gate: np.full((2, 4), shut) for gate in ("input", "forget", "output")}
    means = {gate: np.array([[0.1, 0.6, 0.9, 0.99]] * 2) for gate in shares}
    return GateStatistics("a", "lstm", 9, means, shares, shares)


@pytest.mark.parametrize("width", [22, 40])
def test_layers_say_what_is_lost_and_stuck(width: int) -> None:
    losses = [LayerLoss(0.5, 0.1), LayerLoss(1.0, 0.1)]
    said = draw_layers(losses, gates(0.95), 2, "", width)
    assert max(widths(said)) <= width
    assert "0.50" in said.plain
    assert "f 100%" in said.plain
    assert said.plain.index("1.00") < said.plain.index("0.50")  # the top layer stands on top
    assert "f 0%" in draw_layers(losses, gates(0.5), 2, "", width).plain
    assert "not measured" in draw_layers([], gates(0.5), 2, "not measured", width).plain
    assert "two characters" in draw_layers([], gates(0.5), 2, "", 80).plain
    assert "once the text" in draw_layers(None, None, 2, "", 80).plain
    assert count_stuck(gates(0.95))["f"].tolist() == [1.0, 1.0]


def test_memory_is_a_histogram(built: LanguageModel) -> None:
    anatomy = CharacterText(built, "abc").anatomy
    said = draw_memory(gates(0), anatomy, ["a", "Ä"], 1, "character", 40).plain
    assert f"1/(1{MINUS}f) in characters" in said
    first, *_, last = EDGES
    assert any(line.split() == [str(first), "8", "64", f"{last}+"] for line in said.split("\n"))
    assert "W_ih" in said
    assert "Ä" not in said
    assert draw_counts(np.array([0, 1, 7])) == " ▂▇"
    assert choose_symbols("banana", 5, 3) == ["a", "n", "b"]
    assert choose_symbols("ab", 9, 3) == []


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_pictures_are_files_of_their_form(sight: Sight, classifier: Any, kind: Any) -> None:
    begins = {"png": b"\x89PNG", "svg": b"<?xml"}
    made = draw_picture(sight, 0, "cell", list(range(12)), 100, kind)
    assert made.startswith(begins[kind])
    words = ReviewText(classifier, "A superb film " * 80).look(1, ignore)
    assert draw_picture(words, 0, "forget", [3, 1], 120, kind).startswith(begins[kind])


def test_choices_come_back() -> None:
    choices = Choices(layer=2, unit=7, quantity="forget", order="index", pattern="[a", value="-")
    for unit in range(MOST_PINS + 3):
        assert choices.toggle_pin(("a", 0, unit))
    assert not choices.toggle_pin(("a", 0, 5))
    assert Choices.from_json(choices.to_json()) == choices
    assert len(choices.pins) == MOST_PINS - 1
    assert Choices.from_json({}) == Choices()


def test_choices_fit_the_model(built: LanguageModel) -> None:
    anatomy = CharacterText(built, "abc").anatomy
    choices = Choices(layer=9, unit=99, quantity="update", pins=[("built", 0, 3), ("x", 0, 1)])
    choices.fit(anatomy)
    assert (choices.layer, choices.unit, choices.quantity) == (1, 11, "cell")
    assert choices.list_pinned(anatomy) == [(0, 3)]


def test_a_brake_reports_now_and_then_and_ends_what_is_not_wanted() -> None:
    now, reports, cancelled = [0.0], [], [False]
    brake = Brake(lambda: cancelled[0], reports.append, lambda: now[0])
    for _ in range(10):
        now[0] += EVERY / 2.5
        brake(3)
    assert reports == [9, 18, 27]
    cancelled[0] = True
    with pytest.raises(Stopped):
        brake(1)
