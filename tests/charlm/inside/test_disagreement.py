from __future__ import annotations

import numpy as np
import pytest
from tiny_models import CONFIG, VOCABULARY, language_model, random_text, random_weights

from charlm.generation.network import Network
from charlm.inside.disagreement import Disagreement, compare
from charlm.language_model import LanguageModel
from corpora.errors import UserError

TEXT = random_text(60)


def larger() -> LanguageModel:
    """A model that knows more characters, in another order."""
    vocabulary = VOCABULARY.extend("XYZ")
    symbols = type(vocabulary)(vocabulary.symbols[::-1])
    network = Network(CONFIG, random_weights(CONFIG, symbols, 2), len(symbols))
    return LanguageModel("larger", CONFIG, symbols, network)


@pytest.fixture(scope="module")
def found() -> Disagreement:
    return compare(language_model(), larger(), TEXT)


def test_surprisals_are_those_of_each_model(found: Disagreement) -> None:
    for one, model in ((found.first, language_model()), (found.second, larger())):
        tokens = list(model.score(TEXT))
        np.testing.assert_allclose(one.surprisals, [t.surprisal for t in tokens], atol=1e-5)
        best = [t.best(1)[0] for t in tokens]
        assert one.likeliest == "".join(model.vocabulary.symbols[index] for index, _ in best)
        np.testing.assert_allclose(one.probabilities, [p for _, p in best], atol=1e-6)


def test_the_difference_turns_with_the_models(found: Disagreement) -> None:
    turned = compare(larger(), language_model(), TEXT)
    np.testing.assert_allclose(turned.difference, -found.difference)
    assert turned.places() == found.places()


def test_a_model_agrees_with_itself() -> None:
    assert not compare(language_model(), language_model(), TEXT).difference.any()


def test_places_are_those_of_the_largest_differences(found: Disagreement) -> None:
    sizes = np.abs(found.difference)
    places = found.places(10)
    assert len(set(places)) == 10
    assert [sizes[place] for place in places] == sorted(sizes, reverse=True)[:10]
    assert len(found.places(1000)) == len(TEXT)


def test_a_long_text_is_read_in_parts_as_in_one(found: Disagreement) -> None:
    text = random_text(5000, 1)
    whole = compare(language_model(), larger(), text)
    alone = [token.surprisal for token in language_model().score(text)]
    np.testing.assert_allclose(whole.first.surprisals, alone, atol=1e-3)


def test_characters_that_one_does_not_know_are_refused() -> None:
    with pytest.raises(UserError, match=r"tiny does not know 'X' \(U\+0058\) at position 2"):
        compare(larger(), language_model(), "abX")
    with pytest.raises(UserError, match="no text"):
        compare(larger(), language_model(), "")


def test_a_result_has_a_picture_a_page_and_records(found: Disagreement) -> None:
    assert found.plot().to_png().startswith(b"\x89PNG")
    assert [row["character"] for row in found.records()] == list(TEXT)
    page = compare(language_model(), larger(), "a.b")._repr_html_()
    assert page.count("<span") == 3
    assert "red: larger is more surprised; blue: tiny is" in page
    assert np.abs(found.scaled()).max() <= 1
