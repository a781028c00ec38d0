from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hand_built import COUNTER, QUOTE, built_model, quoted_text, random_model
from tiny_models import language_model, random_text

import charlm.inside
from charlm.config import ModelConfig
from charlm.generation.network import Network
from charlm.inside.reading import WARM_UP
from charlm.inside.units.clamping import count_passes
from charlm.inside.units.features import FEATURES, Feature
from charlm.inside.units.findings import UnitSearch
from charlm.inside.units.samples import RARE, choose_places, draw_places, find_gap, split_levels
from charlm.inside.units.unit_scores import score
from charlm.language_model import LanguageModel
from corpora.errors import UserError
from corpora.text.vocabulary import code_points

CHARACTERS = 4_000


@cache
def search_built(seed: int) -> UnitSearch:
    # One stream: a quote switch that starts inside of a quotation is the wrong way round for ever.
    return charlm.inside.find_units(built_model(seed), quoted_text(CHARACTERS, seed), streams=1)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_units_built_by_hand_are_found_and_no_others(seed: int) -> None:
    search = search_built(seed)
    found = {f.feature.name: f for f in search.findings if f.known_by == "one unit"}
    assert {name: finding.unit for name, finding in found.items()} == {
        "quotes": QUOTE,
        "line": COUNTER,
    }
    for finding in found.values():
        assert finding.sign == 1
        assert finding.score > 0.999
    assert found["quotes"].levels == pytest.approx((-1, 1), abs=0.01)


@pytest.mark.wide
@pytest.mark.parametrize("seed", range(4))
def test_random_weights_follow_nothing(seed: int) -> None:
    patterns = ["after a=(?<=a).", "third=(?<=a..)."]
    search = charlm.inside.find_units(
        random_model(seed), quoted_text(CHARACTERS, seed), patterns=patterns
    )
    assert [f.feature.name for f in search.findings if f.found] == []
    assert charlm.inside.clamp_units(random_model(seed), search).rows == ()
    assert count_passes(search) == 0


def test_what_two_characters_say_is_no_finding() -> None:
    finding = {f.feature.name: f for f in search_built(0).findings}["sentence"]
    assert finding.score > 0.9
    assert finding.known_by == "two characters"


def test_features_that_the_text_lacks_are_named() -> None:
    assert set(search_built(0).missing) == {
        "brackets", "first line", "paragraph", "upper case", "digits"
    }  # fmt: skip


def test_excerpts_are_where_the_unit_is_highest_and_lowest() -> None:
    search = search_built(0)
    quotes, line, *_ = search.findings
    inside, place = (f.feature.compute(search.text) for f in (quotes, line))
    assert inside[list(quotes.highest)].all()
    assert not inside[list(quotes.lowest)].any()
    assert place[list(line.highest)].min() > place[list(line.lowest)].max()
    assert min(quotes.highest + line.lowest) >= CHARACTERS // 2


def test_the_control_is_another_unit_of_the_layer() -> None:
    for finding in search_built(1).findings:
        assert finding.control[0] == finding.unit[0]
        assert finding.control != finding.unit


def text_that_is_read_from_outside() -> str:
    """A text of which the clamped part, and what is read before it, begins outside a quotation."""
    texts = (quoted_text(CHARACTERS, seed) for seed in range(20))
    return next(one for one in texts if one[: CHARACTERS // 2 - WARM_UP].count('"') % 2 == 0)


def write_marks(model: LanguageModel) -> LanguageModel:
    """The same model, which expects a mark exactly where the quote unit is positive."""
    weights = dict(model.network.weights)
    weights["output.weight"] = np.zeros_like(weights["output.weight"])
    weights["output.bias"] = np.zeros_like(weights["output.bias"])
    mark = model.vocabulary.index('"')
    weights["output.weight"][mark, QUOTE[1]] = 4
    # The layer above adds nothing: the hidden state of the quote unit goes through.
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        weights[f"layers.1.{name}_l0"] = np.zeros_like(weights[f"layers.1.{name}_l0"])
    network = Network(model.config, weights, len(model.vocabulary))
    return LanguageModel("writer", model.config, model.vocabulary, network)


def test_a_clamped_unit_shows_in_the_loss_where_the_model_uses_it() -> None:
    model, text = write_marks(built_model()), text_that_is_read_from_outside()
    search = charlm.inside.find_units(model, text, streams=1)
    assert [f.unit for f in search.findings if f.found] == [QUOTE]
    calls: list[int] = []
    clamped = charlm.inside.clamp_units(
        model, search, characters=1500, streams=1, progress=calls.append
    )
    assert (sum(calls), clamped.characters) == (1500 * count_passes(search), 1500)
    rows = {(row.level, row.where): row for row in clamped.rows}
    assert set(rows) == {("no", "yes → no"), ("no", "yes"), ("yes", "no → yes"), ("yes", "no")}
    # Without the unit, the mark that closes a quotation is a surprise; what is not a mark is less.
    assert rows["no", "yes → no"].held > rows["no", "yes → no"].free + 1
    assert rows["no", "yes"].held < rows["no", "yes"].free
    assert rows["yes", "no → yes"].held < rows["yes", "no → yes"].free - 1
    for row in clamped.rows:
        assert row.control_held == pytest.approx(row.free, abs=0.05)
    marks = search.findings[0].feature.compute(text)[CHARACTERS // 2 : CHARACTERS // 2 + 1500]
    assert rows["no", "yes → no"].places == np.count_nonzero(np.diff(marks) == -1)


def test_places_of_a_rare_answer_keep_the_auc() -> None:
    random = np.random.default_rng(0)
    text = "".join(random.choice(list("ab"), 60_000))
    values = (random.random(60_000) < 0.02).astype(np.int64)
    feature = Feature("rare", "rare", False, lambda _: values)
    base = draw_places(len(text), 0)
    sample = choose_places(feature, values, code_points(text), base)
    assert sample.own_places
    unit = random.normal(size=60_000) + values
    for half, part in enumerate(sample.halves):
        own = slice(30_000 * half, 30_000 * (half + 1))
        assert part.labels.sum() == min(RARE, values[own].sum())
        assert np.array_equal(values[part.places], part.labels)
        assert np.all(np.diff(part.places) > 0)
        all_of_it = score(unit[None, own], values[own], False)[0]
        assert score(unit[None, part.places], part.labels, False)[0] == pytest.approx(
            all_of_it, abs=0.01
        )


def test_places_are_spread_evenly_and_the_same_for_a_seed() -> None:
    first, second = draw_places(50_001, 3)
    assert np.array_equal(first, draw_places(50_001, 3)[0])
    assert (first.min() >= 0, first.max() < 25_000) == (True, True)
    assert (second.min() >= 25_000, second.max() < 50_001) == (True, True)
    assert np.diff(first).max() <= 5
    short, _ = draw_places(100, 0)
    assert short.tolist() == list(range(50))


def test_a_number_that_only_grows_is_left_out() -> None:
    assert find_gap(np.arange(1000), True) is not None
    assert find_gap(np.arange(1000) % 10, True) is None
    assert find_gap(np.arange(1000) < 500, False) is not None
    assert find_gap(np.arange(1000) % 2, False) is None


@pytest.mark.parametrize("labels", [[0, 1], [0, 0, 0, 0, 9], [0, 9, 9, 9, 9, 9], list(range(100))])
def test_levels_are_two_parts_and_neither_is_empty(labels: list[int]) -> None:
    low, high = split_levels(np.array(labels), True)
    assert low.any()
    assert high.any()
    assert not (low & high).any()
    assert np.array(labels)[low].max() < np.array(labels)[high].min()


@pytest.mark.wide
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_every_cell_and_field_can_be_searched(cell: str) -> None:
    config = ModelConfig(cell=cell, hidden_size=6, num_layers=3, embedding_size=5)
    model, text = language_model(config), random_text(1500)
    for of in (None, "hidden"):
        search = charlm.inside.find_units(model, text, of=of)
        (word,) = [f for f in search.findings if f.feature.name == "word"]
        assert len(word.probes) == 3
        assert search.plot().to_png().startswith(b"\x89PNG")


def test_results_are_shown_as_they_are() -> None:
    search = search_built(0)
    records = search.records()
    assert [row["feature"] for row in records] == [f.feature.name for f in search.findings]
    assert records[0]["unit"] == "1.3"
    for row, finding in zip(records, search.findings, strict=True):
        assert [row["probe_1"], row["probe_2"]] == list(finding.probes)
        assert all(len(excerpt[1]) == 1 for excerpt in row["highest"])
    clamped = charlm.inside.clamp_units(built_model(), search, characters=1000)
    assert len(clamped.records()) == len(clamped.rows) > 0
    for result in (search, clamped):
        assert result.plot().to_png().startswith(b"\x89PNG")
        assert "1.3" in result._repr_html_()


def test_patterns_and_markup_are_shown_as_text() -> None:
    patterns = ["b[$]{0}_[$]{0}^|c", "<script>|d"]
    search = charlm.inside.find_units(random_model(), quoted_text(2000), patterns=patterns)
    assert {row["feature"] for row in search.records()} > {pattern[:20] for pattern in patterns}
    assert search.plot().to_png().startswith(b"\x89PNG")
    assert "<script" not in search._repr_html_()


def test_nothing_found_is_shown() -> None:
    model = random_model()
    search = charlm.inside.find_units(model, "ab " * 500)
    clamped = charlm.inside.clamp_units(model, search)
    empty = UnitSearch(search.model, search.config, search.text, search.field, (), {})
    for result in (search, clamped, empty):
        assert result.plot().to_png().startswith(b"\x89PNG")
    assert clamped._repr_html_() == empty._repr_html_() == "<p>nothing was found</p>"


def test_what_cannot_be_searched_is_said() -> None:
    model, text = language_model(), random_text(1000)
    for ask, line in (
        (lambda: charlm.inside.find_units(model, text[:999]), "at least 1,000"),
        (lambda: charlm.inside.find_units(model, text + "X"), "'X'"),
        (lambda: charlm.inside.find_units(model, text, of="reset"), "have no 'reset'"),
        (lambda: charlm.inside.find_units(model, text, patterns=["("]), "no regular expression"),
        (lambda: charlm.inside.find_units(model, text, patterns=["line=a"]), "are called 'line'"),
        (lambda: charlm.inside.find_units(model, text, patterns=["a"] * 21), "at most 20"),
        (lambda: charlm.inside.clamp_units(model, search_built(0), characters=1), "at least 2"),
    ):
        with pytest.raises(UserError, match=line):
            ask()


def test_every_feature_says_what_it_is() -> None:
    names = [feature.name for feature in FEATURES]
    assert len(set(names)) == len(names)
    assert all(feature.about for feature in FEATURES)
