"""Which words speak for what a classifier says."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from review_helpers import genres, understood
from reviews import BAD, GOOD, reviews

from corpora.errors import UserError
from seq.imdb import explain as explaining
from seq.imdb.explain import OCCLUSION_WORDS, Explanation, explain
from seq.imdb.library import LONGEST_TEXT, TextClassifier, load


@pytest.fixture(scope="module")
def classifier(good_or_bad: Path) -> TextClassifier:
    """One that has understood which words matter."""
    return load(str(good_or_bad), device="cpu")


QUICKLY = {"adversarial": 0.0, "learning_rate": 0.03}


@pytest.fixture(scope="module")
def averaging(tmp_path_factory: pytest.TempPathFactory) -> TextClassifier:
    """One whose words add up, as far as those of a recurrent network do."""
    return understood(tmp_path_factory.mktemp("averaging"), pooling="mean")


@pytest.fixture(scope="module")
def of_three(crime_or_love_or_space: Path) -> TextClassifier:
    """One with three classes."""
    return load(str(crime_or_love_or_space), device="cpu")


@pytest.fixture(scope="module")
def one_hot(tmp_path_factory: pytest.TempPathFactory) -> TextClassifier:
    """One that reads one-hot words in both directions."""
    folder = tmp_path_factory.mktemp("one-hot")
    changes = {"embedding": "one-hot", "bidirectional": True, "epochs": 6}
    return understood(folder, reviews(160), **changes, **QUICKLY)


@pytest.fixture(params=["classifier", "averaging", "of_three", "one_hot"])
def any_classifier(request: pytest.FixtureRequest) -> TextClassifier:
    found: TextClassifier = request.getfixturevalue(request.param)
    return found


def log_odds(classifier: TextClassifier, text: str, label: str) -> float:
    """Of `label` against all others together."""
    (row,) = np.exp(classifier.log_probs([text]))
    own = row[classifier.classes.index(label)]
    return float(np.log(own / (row.sum() - own)))


def texts(classifier: TextClassifier, count: int, seed: int) -> list[str]:
    rows = reviews(count, seed) if len(classifier.classes) == 2 else genres(count, seed)
    return [text for text, _ in rows]


@pytest.mark.wide
def test_a_word_left_out_moves_the_odds_by_what_it_contributes(
    any_classifier: TextClassifier,
) -> None:
    for text in texts(any_classifier, 5, seed=5):
        found = explain(any_classifier, text)
        assert found.method == "occlusion"
        label = found.prediction.label
        assert label is not None
        whole = log_odds(any_classifier, text, label)
        for word, contribution in zip(found.words, found.contributions, strict=True):
            without = text[: word.start] + text[word.end :]
            moved = whole - log_odds(any_classifier, without, label)
            assert contribution == pytest.approx(moved, abs=1e-5)


def test_the_only_word_is_compared_with_one_that_is_unknown(classifier: TextClassifier) -> None:
    found = explain(classifier, "superb")
    label = found.prediction.label
    assert label == "good"
    moved = log_odds(classifier, "superb", label) - log_odds(classifier, "xyzzy", label)
    assert found.contributions == pytest.approx([moved], abs=1e-5)


def test_a_gradient_is_what_the_odds_gain_as_a_vector_grows(
    any_classifier: TextClassifier,
) -> None:
    """Central differences along each word's embedding, in double precision."""
    model, step = copy.deepcopy(any_classifier.model).double(), 1e-3
    for text in texts(any_classifier, 4, seed=11):
        found = explain(any_classifier, text, "gradient")
        assert found.prediction.label is not None
        label = any_classifier.classes.index(found.prediction.label)
        ids = torch.tensor([[word.id] for word in found.words])
        embedded = model.embedding(ids).detach()

        def odds(perturbation: torch.Tensor, ids: torch.Tensor = ids, label: int = label) -> float:
            logits = model(ids, torch.tensor([len(ids)]), perturbation=perturbation).double()
            others = torch.cat([logits[0, :label], logits[0, label + 1 :]])
            return (logits[0, label] - others.logsumexp(0)).item()

        for place, contribution in enumerate(found.contributions):
            along = torch.zeros_like(embedded)
            along[place] = embedded[place] * step
            slope = (odds(along) - odds(-along)) / (2 * step)
            assert contribution == pytest.approx(slope, abs=2e-3)


def test_by_either_method_the_word_that_decides_speaks_for_the_label(
    classifier: TextClassifier,
) -> None:
    strongest, signs = [], []
    for text in texts(classifier, 40, seed=6):
        found = explain(classifier, text, "occlusion")
        strongest.append(found.words[int(found.contributions.argmax())].text in GOOD + BAD)
        by_gradient = explain(classifier, text, "gradient")
        values = zip(by_gradient.words, by_gradient.contributions, strict=True)
        signs += [value > 0 for word, value in values if word.text in GOOD + BAD]
    # Not always: that no good word is there speaks for "bad", and no single word says so.
    assert np.mean(strongest) > 0.7
    assert np.mean(signs) > 0.9


def test_where_words_add_up_the_methods_agree(averaging: TextClassifier) -> None:
    agree, alike = [], []
    for text in texts(averaging, 40, seed=6):
        one, other = (
            explain(averaging, text, method).contributions for method in ("occlusion", "gradient")
        )
        strongest = int(np.abs(one).argmax())
        assert averaging.tokenizer.split(text)[strongest].text in GOOD + BAD
        agree.append(one[strongest] * other[strongest] > 0)
        alike.append(int(np.abs(other).argmax()) == strongest)
    assert np.mean(agree) > 0.95
    assert np.mean(alike) > 0.8


def test_of_three_classes_the_label_is_explained_against_the_others(
    of_three: TextClassifier,
) -> None:
    for text in ("murder the film", "a kiss of the plot", "the rocket was with it"):
        found = explain(of_three, text)
        assert found.prediction.label in of_three.classes
        (best,) = of_three.log_probs([text]).argmax(axis=1)
        assert found.prediction.label == of_three.classes[best]
        assert found.words[int(found.contributions.argmax())].text in ("murder", "kiss", "rocket")


def test_without_words_nothing_contributes(classifier: TextClassifier) -> None:
    for text in ("", " ", "<br />\n"):
        for method in (None, "occlusion", "gradient"):
            found = explain(classifier, text, method)  # type: ignore[arg-type]
            assert found.prediction.label is None
            assert len(found.words) == len(found.contributions) == 0
            assert "".join(piece for piece, _ in found.pieces()) == text


def test_a_long_text_is_explained_by_gradient(classifier: TextClassifier) -> None:
    for words, method in ((OCCLUSION_WORDS, "occlusion"), (OCCLUSION_WORDS + 1, "gradient")):
        found = explain(classifier, "film " * words)
        assert found.method == method
        assert len(found.contributions) == words
    asked = explain(classifier, "film " * (OCCLUSION_WORDS + 1), "occlusion")
    assert (asked.method, len(asked.contributions)) == ("occlusion", OCCLUSION_WORDS + 1)
    assert explain(classifier, "good", "gradient").method == "gradient"


def test_of_a_longer_text_yet_the_end_is_explained(
    classifier: TextClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "a good film, and <br />awful &amp; dull" + " it was" * 20
    whole = explain(classifier, text, "gradient")
    assert len(whole.words) < LONGEST_TEXT
    monkeypatch.setattr(explaining, "LONGEST_TEXT", 5)
    found = explain(classifier, text, "gradient")
    assert found.words == whole.words[-5:]
    assert found.prediction == whole.prediction
    pieces = list(found.pieces())
    assert "".join(piece for piece, _ in pieces) == text
    assert pieces[0] == (text[: found.words[0].start], 0.0)


def test_occlusion_of_a_very_long_text_is_refused(classifier: TextClassifier) -> None:
    with pytest.raises(UserError, match=r"2,000 words are the most, not 2,001.*gradient"):
        explain(classifier, "film " * 2001, "occlusion")


@pytest.mark.parametrize("method", ["occlusion", "gradient"])
def test_explaining_leaves_the_model_as_it_was(
    any_classifier: TextClassifier, method: explaining.Method
) -> None:
    model = any_classifier.model
    before = {name: t.clone() for name, t in model.state_dict().items()}
    trained = [p.requires_grad for p in model.parameters()]
    random = torch.get_rng_state()
    first = explain(any_classifier, "a superb film", method).contributions
    assert (explain(any_classifier, "a superb film", method).contributions == first).all()
    assert all(torch.equal(t, before[name]) for name, t in model.state_dict().items())
    assert not any(module.training for module in model.modules())
    assert all(p.grad is None for p in model.parameters())
    assert [p.requires_grad for p in model.parameters()] == trained
    assert torch.equal(torch.get_rng_state(), random)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("method", ["occlusion", "gradient"])
def test_a_gpu_explains_as_a_cpu_does(
    tmp_path: Path, method: explaining.Method
) -> None:  # pragma: no cover
    """cuDNN goes back through a recurrent layer in training mode only."""
    own = understood(tmp_path, bidirectional=True)
    other = load(str(tmp_path / "run"), device="cuda")
    for text in texts(own, 5, seed=3):
        np.testing.assert_allclose(
            explain(other, text, method).contributions,
            explain(own, text, method).contributions,
            atol=1e-2,
        )


ODD = ["&amp;", "&#39;", "&nbsp;", "&", "<br/>", "good", "\u0130", "\ufb01", "\U0001f642", "\0"]


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(
    st.text(max_size=40)
    | st.text("aG o\n.&;#x27amp<br />'\u2019\u0130\u00df\u0307\ud800", max_size=25)
    | st.lists(st.sampled_from(ODD)).map("".join)
    | st.sampled_from(["a &amp; b", "don&#39;t<br />good", "\u0130stanbul is good"])
)
def test_the_pieces_are_the_text(explained: Callable[[str], Explanation], text: str) -> None:
    found = explained(text)
    pieces = list(found.pieces())
    assert "".join(piece for piece, _ in pieces) == text
    assert all(piece for piece, _ in pieces)
    places = [(word.start, word.end) for word in found.words]
    assert places == sorted(places)
    if all(end <= start for (_, end), (start, _) in pairwise(places)):
        assert sum(value for _, value in pieces) == pytest.approx(found.contributions.sum())


@pytest.fixture(scope="module")
def explained(classifier: TextClassifier) -> Callable[[str], Explanation]:
    return lambda text: explain(classifier, text)


def test_an_explanation_says_how_far_it_is_and_can_be_stopped(
    classifier: TextClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "a good film and " * 4
    whole = explain(classifier, text)
    monkeypatch.setattr(explaining, "WORDS_TOGETHER", 16 * 7)
    seen: list[int] = []
    found = explain(classifier, text, progress=seen.append)
    assert seen == [7, 7, 2]
    np.testing.assert_allclose(found.contributions, whole.contributions, atol=1e-5)
    seen.clear()
    explain(classifier, text, "gradient", progress=seen.append)
    assert seen == [16]

    class StopError(Exception):
        pass

    def stop(words: int) -> None:
        seen.append(words)
        if len(seen) == 3:
            raise StopError

    with pytest.raises(StopError):
        explain(classifier, text, progress=stop)
    assert seen == [16, 7, 7]  # the last two words were not read
