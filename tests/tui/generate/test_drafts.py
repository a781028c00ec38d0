"""What is kept of texts: few bytes a character, endings, and what undo goes back to."""

from __future__ import annotations

import numpy as np
import pytest
from manuscripts import MODEL, WARM, begin, consume, predict, write
from tiny_models import (
    VOCABULARY,
    random_text,
    random_weights,
    vocabulary_of,
)

from charlm.config import ModelConfig
from charlm.generation.network import Network
from charlm.generation.tokens import log_softmax
from charlm.language_model import LanguageModel
from tui.generate import drafts, manuscript
from tui.generate.drafts import MOST_ENDINGS
from tui.generate.manuscript import Manuscript
from tui.generate.pages import PAGE, count_bytes, read_rows


def test_what_was_expected_at_a_place_is_read_again_once_it_was_forgotten() -> None:
    text = random_text(40 * PAGE)
    made = begin(text)
    rows = 4 * (PAGE + 1) * len(VOCABULARY)
    kept = max(2, manuscript.MOST_ROW_BYTES // rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manuscript, "MOST_ROW_BYTES", 3 * rows)
        made = begin(text)
        assert made.find_logits(40 * PAGE - 1) is not None
        assert made.find_logits(37 * PAGE) is not None
        assert made.find_logits(37 * PAGE - 1) is None
        found = made.read_logits(5)
        (*_, wanted) = MODEL.stream(text[:5], length=1)
        np.testing.assert_allclose(found, wanted.logits, rtol=1e-3, atol=1e-4)
        assert made.find_logits(6) is not None
    assert kept > 3


def test_rows_of_a_page_are_kept_only_by_a_text_that_has_it() -> None:
    made = begin(random_text(PAGE + 20))
    page, _ = made.find_page(PAGE + 4)
    rows = read_rows(MODEL.network, page)
    made.cut(PAGE + 3)
    write(made, 30)
    made.keep_rows(page, rows + 9)
    np.testing.assert_allclose(made.read_logits(PAGE), rows[0], atol=1e-5)
    assert abs(made.read_logits(PAGE + 3) - rows[3] - 9).min() > 1


def test_a_text_takes_few_bytes_a_character() -> None:
    """577 bytes with 100 symbols, when all logits were kept."""
    config = ModelConfig(hidden_size=128, num_layers=4, embedding_size=64)
    symbols = vocabulary_of("".join(map(chr, range(32, 132))))
    network = Network(config, random_weights(config, symbols), len(symbols))
    model = LanguageModel("of the usual size", config, symbols, network)
    made = Manuscript(model)
    consume(made.read(random_text(8 * PAGE, vocabulary=symbols)))
    assert count_bytes(made.list_pages()) / len(made) < 25
    for _ in range(50):  # versions share their beginning
        made.rewrite_from(8 * PAGE - 9)
        made.add(3)
    held = [page for draft in made.history.past for page in draft.list_pages()]
    assert count_bytes(held) < 3 * count_bytes(made.list_pages())


def test_history_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_BYTES", 60_000)
    made = begin()
    for number in range(16):
        consume(made.read(random_text(3 * PAGE, seed=number)))
    held = [page for draft in made.history.past for page in draft.list_pages()]
    assert count_bytes(held) <= 60_000
    assert 3 < len(made.history.past) < 16
    last = made.text
    assert made.undo()
    assert made.text == random_text(3 * PAGE, seed=14)
    assert made.redo()
    assert made.text == last


def test_endings_are_kept_and_come_back_to() -> None:
    made = begin("bad")
    first = made.text + write(made, 300)
    made.rewrite_from(100)
    assert len(made.endings) == 2
    second = made.text + consume(made.write(WARM, length=50, seed=9))
    made.rewrite_from(120)
    third = made.text + consume(made.write(WARM, length=60, seed=5))
    assert (len(made.endings), made.endings.at) == (3, 2)
    assert made.endings.find_branch(made.list_pages()) >= 120
    assert not made.move_ending(1)
    for steps, text in ((-1, second), (-1, first), (2, third), (-2, first), (1, second)):
        assert made.move_ending(steps)
        assert made.text == text
    np.testing.assert_allclose(
        log_softmax(made.read_logits(len(made))), predict(second), rtol=1e-4, atol=1e-5
    )
    made.add(3)  # what is changed in an ending stays with it
    assert made.move_ending(-1)
    assert made.text == first
    assert made.undo()
    assert made.text == second + VOCABULARY.symbols[3]
    assert (len(made.endings), made.endings.at) == (3, 1)
    consume(made.read("a new text"[:2]))
    assert len(made.endings) == 1
    assert made.undo()
    assert len(made.endings) == 3


def test_the_oldest_endings_are_forgotten() -> None:
    made = begin("bad")
    for number in range(MOST_ENDINGS + 5):
        made.rewrite_from(2)
        made.add(number % len(VOCABULARY))
    assert len(made.endings) == MOST_ENDINGS
    assert made.endings.at == MOST_ENDINGS - 1
