from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_models import CONFIG, VOCABULARY, language_model, random_weights, write_run

from charlm.inside.neighbours import (
    GROUPS,
    Embedding,
    find_group,
    find_neighbours,
    find_symbol,
    project,
)
from corpora.errors import UserError


@pytest.fixture
def planted(tmp_path: Path) -> str:
    """A run in which b points where a points, and h the other way."""
    weights = random_weights()
    vectors = weights["embedding.weight"]
    a, b, h = map(VOCABULARY.index, "abh")
    vectors[b], vectors[h] = 3 * vectors[a], -vectors[a]
    return str(write_run(tmp_path / "planted", weights))


def test_what_points_the_same_way_is_the_nearest(planted: str) -> None:
    found = find_neighbours(planted, "a", count=100)
    assert len(found.nearest) == len(VOCABULARY) - 1
    assert found.nearest[0][:2] == ("a", "b")
    assert found.nearest[0][2] == pytest.approx(1)
    assert found.nearest[-1][:2] == ("a", "h")
    assert found.nearest[-1][2] == pytest.approx(-1)
    cosines = [cosine for *_, cosine in found.nearest]
    assert cosines == sorted(cosines, reverse=True)


def test_without_a_symbol_the_closest_pairs_come(planted: str) -> None:
    found = find_neighbours(planted, count=3)
    assert found.nearest[0][:2] == ("a", "b")
    assert len({frozenset(pair) for *pair, _ in found.nearest}) == 3
    assert len(found.shown) == len(VOCABULARY)
    assert found.map().marked is None


def test_a_model_in_hand_gives_what_its_folder_gives(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", random_weights())
    by_name, in_hand = find_neighbours(str(run), "é"), find_neighbours(language_model(), "é")
    assert by_name.records() == in_hand.records()
    np.testing.assert_array_equal(by_name.points, in_hand.points)


def test_the_map_is_the_plane_of_the_greatest_variance() -> None:
    vectors = np.random.default_rng(0).normal(size=(40, 6)) * [1, 5, 1, 3, 1, 1]
    points, shares = project(vectors)
    variances = np.sort(np.linalg.eigvalsh(np.cov(vectors.T)))[::-1]
    np.testing.assert_allclose(np.cov(points.T), np.diag(variances[:2]), atol=1e-9)
    np.testing.assert_allclose(shares, variances[:2] / variances.sum())
    np.testing.assert_allclose(project(-vectors)[0].std(axis=0), points.std(axis=0))


def test_what_lies_in_a_plane_keeps_its_distances() -> None:
    random = np.random.default_rng(1)
    flat = random.normal(size=(12, 2))
    turned = flat @ np.linalg.qr(random.normal(size=(5, 5)))[0][:2]
    points, shares = project(turned)
    distances = [
        np.linalg.norm(p[:, None] - p[None], axis=2) for p in (flat, points)
    ]  # fmt: skip
    np.testing.assert_allclose(*distances, atol=1e-9)
    assert sum(shares) == pytest.approx(1)


@pytest.mark.parametrize("shape", [(1, 4), (3, 1), (2, 2)])
def test_few_vectors_have_a_map_as_well(shape: tuple[int, int]) -> None:
    points, shares = project(np.ones(shape))
    assert not points.any()
    assert shares == (0, 0)


@pytest.mark.parametrize(
    ("typed", "symbol"), [("space", " "), ("\\n", "\n"), ("␣", " "), ("↵", "\n"), ("a", "a")]
)
def test_symbols_can_be_typed(typed: str, symbol: str) -> None:
    assert find_neighbours(language_model(), typed).symbol == symbol


def test_words_are_found_in_any_case() -> None:
    words = ("good", "Bad", "film")
    embedding = Embedding("words", words, np.eye(3, dtype=np.float32), "words")
    assert [find_symbol(embedding, word) for word in ("GOOD", "Bad", "film")] == [0, 1, 2]


def test_what_is_not_known_is_refused() -> None:
    model = language_model()
    with pytest.raises(UserError, match=r"tiny does not know 'Q'$"):
        find_neighbours(model, "Q")
    with pytest.raises(UserError, match="does not know 'abc'; give one character"):
        find_neighbours(model, "abc")
    with pytest.raises(UserError, match="at least 1, not 0"):
        find_neighbours(model, "a", count=0)


def test_symbols_are_grouped() -> None:
    named = {"a": "vowels", "é": "vowels", "z": "other small letters", "É": "capitals"}
    named |= {"7": "digits", ";": "marks", "\n": "white space", " ": "white space"}
    assert {symbol: GROUPS[find_group(symbol)] for symbol in named} == named
    assert GROUPS[find_group("i", "words")] == "words"
    assert GROUPS[find_group(",", "words")] == "marks"


def test_a_result_has_a_picture_and_a_table() -> None:
    found = find_neighbours(language_model(CONFIG), "a")
    assert found.plot().to_png().startswith(b"\x89PNG")
    assert "<table>" in found._repr_html_()
    drawn = found.map()
    assert drawn.labels[drawn.marked or 0] == "a"
    assert "␣" in drawn.labels
