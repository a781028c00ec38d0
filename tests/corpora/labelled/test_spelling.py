"""Words that nobody knows are read as what they are a slip of."""

from __future__ import annotations

import sys

import pytest

from corpora.errors import UserError
from corpora.labelled import spelling
from corpora.labelled.spelling import correct_rare, describe_corrections
from corpora.labelled.words import WordTokenizer

KNOWN = ("<pad>", "<unk>", "superb", "film", "the", "a", "believe", "it", "don't", "tarantino")


@pytest.fixture(scope="module")
def tokenizer() -> WordTokenizer:
    return WordTokenizer(KNOWN, spelling=True)


@pytest.mark.parametrize("slip", ["supperb", "suprb", "puperb", "sueprb"])
def test_one_slip_is_read_as_the_word(tokenizer: WordTokenizer, slip: str) -> None:
    ids = tokenizer.encode([f"a {slip} film", "a superb film"])
    assert ids[0].tolist() == ids[1].tolist()


@pytest.mark.parametrize(
    "text",
    [
        "zzxqj",  # like nothing
        "movei",  # like a word that the vocabulary does not have
        "sup",  # too short
        "supperb2",
        "süperb",
        "supperb's",
        "supprbb",  # two slips
        "Supperb",  # may be a name
    ],
)
def test_what_is_no_slip_of_a_known_word_stays_unknown(tokenizer: WordTokenizer, text: str) -> None:
    assert tokenizer.encode([text])[0].tolist() == [WordTokenizer.UNKNOWN]
    assert not tokenizer.corrections([text])


def test_known_words_are_left_alone(tokenizer: WordTokenizer) -> None:
    """Whatever the dictionary thinks of them: the texts that were learned from have them."""
    strange = WordTokenizer(("<pad>", "<unk>", "supperb", "superb"), spelling=True)
    assert strange.encode(["supperb superb"])[0].tolist() == [2, 3]
    assert not tokenizer.corrections(["Tarantino: a SUPERB film, don't believe it"])


def test_words_keep_their_places_and_their_spelling(tokenizer: WordTokenizer) -> None:
    text = "I beleive&nbsp;the SUPPERB <br />fillm"
    found = tokenizer.split(text)
    assert [word.text for word in found] == ["I", "beleive", "the", "SUPPERB", "fillm"]
    assert [text[word.start : word.end] for word in found] == [word.text for word in found]
    assert [KNOWN[word.id] for word in found[1:]] == ["believe", "the", "superb", "film"]
    assert [word.id for word in found] == tokenizer.encode([text])[0].tolist()


def test_what_was_corrected_is_counted(tokenizer: WordTokenizer) -> None:
    found = tokenizer.corrections(["a supperb fillm", "SUPPERB!", "the film"])
    assert found == {("supperb", "superb"): 2, ("fillm", "film"): 1}
    assert describe_corrections(found) == (
        "spelling: 3 words (2 different) were corrected: supperb → superb, fillm → film"
    )
    assert "no word" in describe_corrections(tokenizer.corrections(["a film"]))
    assert not WordTokenizer(KNOWN).corrections(["a supperb fillm"])


def test_a_vocabulary_is_made_without_rare_slips() -> None:
    texts = ["a superb film", "a supperb film", *["the kubrik film"] * 5]
    plain, spelled = (WordTokenizer.train(texts, spelling=how) for how in (False, True))
    assert set(plain.words) - set(spelled.words) == {"supperb"}
    assert "kubrik" in spelled.words  # five times is no slip
    assert spelled.encode(["supperb"])[0].tolist() == spelled.encode(["superb"])[0].tolist()


def test_the_vocabulary_remembers_it() -> None:
    """Under another version, so that a program that corrects nothing does not read it."""
    for how in (False, True):
        made = WordTokenizer(KNOWN, spelling=how)
        assert WordTokenizer.from_json(made.to_json()) == made
    assert '"version":2' in WordTokenizer(KNOWN, spelling=True).to_json()
    assert '"version":1' in WordTokenizer(KNOWN).to_json()


def test_texts_keep_all_but_their_slips() -> None:
    texts = ["supperb? WONDERFULL, It's <br /> ok\n", "Tarantno", ""]
    expected = ["superb? wonderful, It's <br /> ok\n", "Tarantno", ""]
    assert list(correct_rare(texts)) == expected


def test_without_the_library_it_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    spelling._load_speller.cache_clear()
    monkeypatch.setitem(sys.modules, "symspellpy", None)
    with pytest.raises(UserError, match=r"needs symspellpy; pip install 'symspellpy>="):
        WordTokenizer(KNOWN, spelling=True).encode(["supperb"])
    assert WordTokenizer(KNOWN).encode(["supperb"])[0].tolist() == [WordTokenizer.UNKNOWN]
