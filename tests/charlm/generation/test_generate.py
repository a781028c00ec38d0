from __future__ import annotations

import math
from collections import Counter
from itertools import islice
from typing import Any

import numpy as np
import pytest
from generation_helpers import (
    ABC,
    CYCLE,
    EVEN,
    Bigrams,
    assert_likely,
    text_of,
)
from tiny_models import VOCABULARY, language_model, random_text

from charlm.generation.generate import generate, generate_many, opening_ids, read, score
from charlm.generation.sampling import BLOCK, Sampling
from corpora.errors import UserError
from corpora.text.vocabulary import UnknownSymbol, Vocabulary


def test_a_seed_below_zero_is_refused() -> None:
    with pytest.raises(UserError, match="seed"):
        next(generate(CYCLE, ABC, seed=-1))


def test_the_same_seed_the_same_text() -> None:
    model = language_model()
    texts = [model.generate("a", length=80, temperature=1, seed=seed) for seed in (3, 3, 4)]
    assert texts[0] == texts[1] != texts[2]
    free = [model.generate("a", length=80, temperature=1) for _ in range(2)]
    assert free[0] != free[1], "without a seed, chance decides"


def test_random_numbers_do_not_repeat_after_a_block() -> None:
    tokens = text_of(generate(EVEN, ABC, length=4 * BLOCK, seed=1))
    blocks = {tokens[start : start + BLOCK] for start in range(0, len(tokens), BLOCK)}
    assert len(blocks) == 4


def test_a_sample_is_the_same_whatever_the_number_of_samples() -> None:
    model = language_model()

    def texts(samples: int) -> list[str]:
        about: dict[str, Any] = {"length": 60, "seed": 8, "sampling": Sampling(temperature=1)}
        rows = generate_many(model.network, VOCABULARY, "abc", samples=samples, **about)
        return [text_of(sample) for sample in zip(*rows, strict=True)]

    alone, two, many = texts(1), texts(2), texts(7)
    assert alone == many[:1]
    assert two == many[:2]
    assert len(set(many)) == 7
    assert alone[0] == model.generate("abc", length=60, seed=8, temperature=1)


def test_samples_together_are_distributed_as_one() -> None:
    table = np.log([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1]] * 2)
    net: Any = Bigrams(table)
    for samples, length in ((1, 8000), (50, 160)):
        counts = np.zeros((4, 4), int)
        rows = generate_many(
            net, ABC, "a", samples=samples, length=length, sampling=Sampling(temperature=1), seed=2
        )
        for sample in zip(*rows, strict=True):
            ids = [ABC.index("a"), *(token.id for token in sample)]
            np.add.at(counts, (ids[:-1], ids[1:]), 1)
        for row, probabilities in zip(counts, np.exp(table), strict=True):
            assert_likely(row, probabilities)


@pytest.mark.parametrize("length", [0, 1, 2, 300])
def test_exactly_as_many_characters_as_asked_for(length: int) -> None:
    assert text_of(generate(CYCLE, ABC, length=length)) == ("abc" * 100)[:length]
    rows = list(generate_many(CYCLE, ABC, samples=3, length=length))
    assert [len(row) for row in rows] == [3] * length


def test_without_a_length_it_writes_on_for_ever() -> None:
    assert text_of(islice(generate(CYCLE, ABC), 1000)) == ("abc" * 334)[:1000]


def test_the_prompt_decides_and_is_not_repeated() -> None:
    assert text_of(generate(CYCLE, ABC, "ab", length=4)) == "cabc"
    assert text_of(generate(CYCLE, ABC, "a\nb", length=4)) == "cabc"


def test_a_text_begins_as_after_a_line_feed() -> None:
    model = language_model()
    assert opening_ids(model.vocabulary, "").tolist() == [model.vocabulary.index("\n")]
    state = model.network.start()
    read(model.network, state, model.vocabulary.encode("\nab"))
    (token,) = model.stream("ab", length=1, seed=1)
    np.testing.assert_array_equal(token.logits, state.logits[:, 0])


def test_a_vocabulary_without_line_feed_begins_with_its_first_symbol() -> None:
    plain = Vocabulary(("x", "y"))
    net: Any = Bigrams([[-50, 0], [0, -50]])
    assert text_of(generate(net, plain, length=3)) == "yxy"


def test_a_prompt_with_unknown_characters_is_refused() -> None:
    with pytest.raises(UnknownSymbol) as caught:
        next(generate(CYCLE, ABC, "ab?!"))
    assert (caught.value.symbol, caught.value.position, caught.value.count) == ("?", 2, 2)
    with pytest.raises(UnknownSymbol):
        generate_many(CYCLE, ABC, "ab?")


@pytest.mark.parametrize(
    ("stop", "written"),
    [
        (["c"], "abc"),
        (["bca"], "abca"),
        (["bb", "ca"], "abca"),
        (["a"], "a"),
        (["c", "bc"], "abc"),
        (["", "c"], "abc"),
        (["abcabcabc"], "abcabcabc"),
    ],
)
def test_a_text_ends_once_it_has_written_a_stop(stop: list[str], written: str) -> None:
    assert text_of(generate(CYCLE, ABC, stop=stop)) == written


@pytest.mark.parametrize("stop", [[], [""], "", ["ba"], "ba", ["abcabcabcabc"]])
def test_a_stop_that_is_not_written_stops_nothing(stop: list[str] | str) -> None:
    assert text_of(generate(CYCLE, ABC, length=10, stop=stop)) == "abcabcabca"


def test_one_text_is_one_stop() -> None:
    assert text_of(generate(CYCLE, ABC, stop="bc")) == "abc"


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"stop": ["zz"]}, "would never stop at 'zz'"),
        ({"stop": [5]}, "stop takes texts, not 5"),
        ({"length": -1}, "length must be a whole number of at least 0, not -1"),
        ({"length": 2.5}, "not 2.5"),
        ({"length": True}, "not True"),
        ({"length": "3"}, "not '3'"),
        ({"seed": -1}, "seed must be"),
        ({"seed": 1.5}, "not 1.5"),
    ],
)
def test_what_cannot_be_asked_for_is_said(given: dict[str, Any], match: str) -> None:
    with pytest.raises(UserError, match=match):
        next(generate(CYCLE, ABC, **given))


def test_only_what_is_written_stops() -> None:
    assert text_of(generate(CYCLE, ABC, "ab", length=5, stop=["ab", "bc"])) == "cab"


def test_a_sample_that_has_ended_is_silent_and_the_others_go_on() -> None:
    rows = list(generate_many(EVEN, ABC, samples=6, seed=4, stop=["b"], length=500))
    ends = []
    for sample in zip(*rows, strict=True):
        tokens = [token for token in sample if token is not None]
        assert sample[len(tokens) :] == (None,) * (len(rows) - len(tokens))
        assert text_of(tokens).index("b") == len(tokens) - 1
        ends.append(len(tokens))
    assert len(set(ends)) > 1
    assert len(rows) == max(ends), "it is over when the last one ends"


def test_generation_keeps_no_state_between_calls() -> None:
    model = language_model()
    once = [model.generate(prompt, length=30, seed=2) for prompt in ("abc", "fed")]
    streams = [model.stream(prompt, length=30, seed=2) for prompt in ("abc", "fed")]
    turns = list(zip(*streams, strict=True))
    assert [text_of(stream) for stream in zip(*turns, strict=True)] == once


def test_scoring_a_text_that_the_model_wrote_gives_its_own_figures() -> None:
    model = language_model()
    written = list(model.stream(length=50, seed=6, sampling=Sampling(temperature=1)))
    read = list(model.score(text_of(written)))
    assert text_of(read) == text_of(written)
    for mine, theirs in zip(written, read, strict=True):
        assert math.isclose(mine.surprisal, theirs.surprisal, rel_tol=1e-9)


def test_what_follows_a_character_does_not_change_its_score() -> None:
    model = language_model()
    text = random_text(40)
    whole = [token.surprisal for token in model.score(text)]
    for length in (1, 7, 39):
        assert [token.surprisal for token in model.score(text[:length])] == whole[:length]


def test_scoring_by_a_known_table() -> None:
    table = np.log([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1]] * 2)
    net: Any = Bigrams(table)
    # After the line feed that texts begin with: a, then \n after a, then c after \n.
    found = [token.probability for token in score(net, ABC, "a\nc")]
    np.testing.assert_allclose(found, [0.2, 0.7, 0.4], rtol=1e-6)
    assert list(score(net, ABC, "")) == []
    with pytest.raises(UnknownSymbol):
        next(score(net, ABC, "ab?"))


def test_every_symbol_can_be_written() -> None:
    counts = Counter(text_of(generate(EVEN, ABC, length=400, seed=1)))
    assert set(counts) == set(ABC.symbols)
