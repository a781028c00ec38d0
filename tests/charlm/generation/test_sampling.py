import math
from collections import Counter
from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tiny_models import VOCABULARY, language_model, random_text

from charlm.generation.generate import generate, generate_many, opening, read, score
from charlm.generation.sampling import BLOCK, Sampler, Sampling, Token, log_softmax, weights
from corpora.errors import UserError
from corpora.text.vocabulary import UnknownSymbol, Vocabulary

drawn = settings(derandomize=True, deadline=None, max_examples=60)

LOGITS = np.array([0.3, 2.0, -1.0, 1.2, 0.0, -4.0, 1.9, 0.7], np.float32)
ABC = Vocabulary(("\n", "a", "b", "c"))
HUGE = float(np.finfo(np.float32).max)

some_logits = arrays(
    np.float32, st.integers(1, 12), elements=st.floats(-30, 30, width=32, allow_subnormal=False)
)


class Bigrams:
    """A stand-in for a network: the logits after a symbol are its row of a table (V, V)."""

    def __init__(self, table: Any) -> None:
        self.table = np.asarray(table, np.float32)

    def start(self, streams: int = 1) -> "BigramState":
        return BigramState(len(self.table), streams)

    def step(self, state: "BigramState", ids: np.ndarray) -> np.ndarray:
        state.logits[:] = self.table[ids].T
        return state.logits


class BigramState:
    def __init__(self, symbols: int, streams: int) -> None:
        self.streams, self.logits = streams, np.full((symbols, streams), np.nan, np.float32)

    def take(self, streams: np.ndarray) -> "BigramState":
        return BigramState(len(self.logits), len(streams))


def certain(**follower: str) -> Any:
    """A model of ABC that is certain of what follows each letter; an "a" follows a line feed."""
    table = np.full((len(ABC), len(ABC)), -HUGE)
    for first, second in {"\n": "a", **follower}.items():
        table[ABC.index(first), ABC.index(second)] = HUGE
    return Bigrams(table)


CYCLE = certain(a="b", b="c", c="a")
EVEN: Any = Bigrams(np.zeros((len(ABC), len(ABC))))


def text_of(tokens: Any) -> str:
    return "".join(token.character for token in tokens)


def draws(logits: np.ndarray, sampling: Sampling, streams: int, calls: int) -> np.ndarray:
    """How often each symbol is drawn from the same logits."""
    sampler = Sampler(sampling, seed=5, streams=streams)
    columns = np.repeat(logits[:, None], streams, axis=1)
    ids = np.concatenate([sampler(columns) for _ in range(calls)])
    return np.bincount(ids, minlength=len(logits))


def assert_likely(counts: np.ndarray, probabilities: np.ndarray) -> None:
    """Pearson's test: by chance its statistic passes the mean by six deviations 1 in 10^5 times."""
    expected = counts.sum() * probabilities
    assert not counts[expected == 0].any()
    statistic = ((counts - expected)[expected > 0] ** 2 / expected[expected > 0]).sum()
    freedom = np.count_nonzero(expected) - 1
    assert statistic < freedom + 6 * math.sqrt(2 * max(1, freedom))


@pytest.mark.parametrize(("streams", "calls"), [(1, 20_000), (100, 200)])
@pytest.mark.parametrize("temperature", [0.3, 0.7, 1.0, 2.0])
def test_frequencies_are_the_softmax_at_the_temperature(
    temperature: float, streams: int, calls: int
) -> None:
    counts = draws(LOGITS, Sampling(temperature=temperature), streams, calls)
    scaled = np.exp(LOGITS.astype(np.float64) / temperature)
    assert_likely(counts, scaled / scaled.sum())


def test_frequencies_of_top_k_and_top_p() -> None:
    sampling = Sampling(temperature=1.0, top_k=4, top_p=0.8)
    kept = np.argsort(-LOGITS)[:3]  # of the four likeliest, the fourth begins above 0.8
    expected = np.zeros(len(LOGITS))
    expected[kept] = np.exp(LOGITS[kept].astype(np.float64))
    for streams, calls in ((1, 10_000), (100, 100)):
        assert_likely(draws(LOGITS, sampling, streams, calls), expected / expected.sum())


@drawn
@given(some_logits)
def test_temperature_zero_and_nearly_zero_take_the_likeliest(logits: np.ndarray) -> None:
    for temperature in (0.0, 5e-324, 1e-300, 1e-9):
        for streams in (1, 3):
            ids = Sampler(Sampling(temperature=temperature), 1, streams)(
                np.repeat(logits[:, None], streams, axis=1)
            )
            assert (logits[ids] >= logits.max() - 1e-6).all()


def test_a_high_temperature_is_nearly_uniform() -> None:
    counts = draws(LOGITS, Sampling(temperature=100), 100, 200)
    share = counts / counts.sum()
    assert np.abs(share - 1 / len(LOGITS)).max() < 0.02


@drawn
@given(some_logits, st.integers(1, 14), st.floats(0.1, 10))
def test_top_k_keeps_the_k_likeliest_as_they_were(
    logits: np.ndarray, k: int, temperature: float
) -> None:
    free = weights(logits[:, None], Sampling(temperature=temperature))[:, 0]
    cut = weights(logits[:, None], Sampling(temperature=temperature, top_k=k))[:, 0]
    kept = np.flatnonzero(cut)
    assert len(kept) == min(k, np.count_nonzero(free))
    np.testing.assert_array_equal(cut[kept], free[kept])
    if len(kept) < len(logits):
        assert logits[kept].min() >= np.delete(logits, kept).max()


@drawn
@given(some_logits, st.floats(0.01, 0.999), st.floats(0.1, 10))
def test_top_p_keeps_the_smallest_set_that_sums_to_p(
    logits: np.ndarray, p: float, temperature: float
) -> None:
    free = weights(logits[:, None], Sampling(temperature=temperature))[:, 0]
    cut = weights(logits[:, None], Sampling(temperature=temperature, top_p=p))[:, 0]
    kept = np.flatnonzero(cut)
    np.testing.assert_array_equal(cut[kept], free[kept])
    assert len(kept) == len(logits) or free[kept].min() >= np.delete(free, kept).max()
    total, held = free.sum(), cut.sum()
    assert held >= p * total * (1 - 1e-12)
    assert held - free[kept].min() < p * total * (1 + 1e-12)


@pytest.mark.parametrize("k", range(1, 7))
def test_of_equals_top_k_still_keeps_k(k: int) -> None:
    mass = weights(np.zeros((6, 2)), Sampling(top_k=k))
    assert np.count_nonzero(mass, axis=0).tolist() == [k, k]


def test_cutting_nothing_changes_nothing() -> None:
    free = weights(LOGITS[:, None], Sampling())
    for sampling in (Sampling(top_k=8), Sampling(top_k=10**9), Sampling(top_p=1.0)):
        np.testing.assert_array_equal(weights(LOGITS[:, None], sampling), free)


@pytest.mark.parametrize(
    "logits",
    [
        [HUGE, -HUGE, 0.0],
        [-HUGE, -HUGE, -HUGE],
        [HUGE, HUGE, -HUGE],
        [1e30, 1e30 + 1e25, 0.0],
        [0.0, -1e-45, 1e-45],
        [7.0],
    ],
)
@pytest.mark.parametrize("temperature", [0.0, 5e-324, 1e-30, 0.7, 100.0])
def test_extreme_logits_do_not_overflow(logits: list[float], temperature: float) -> None:
    column = np.array(logits, np.float32)[:, None]
    exact = column.astype(np.float64)
    for streams in (1, 4):
        for cuts in ({}, {"top_k": 2}, {"top_p": 0.5}):
            sampler = Sampler(Sampling(temperature=temperature, **cuts), 1, streams)
            for _ in range(20):
                ids = sampler(np.repeat(column, streams, axis=1))
                assert (exact[ids] >= exact.max() - 1e26).all(), "the impossible is never drawn"
    token = Token("x", 0, column[:, 0])
    assert math.isclose(np.exp(token.log_probs).sum(), 1)
    assert 0 <= token.entropy <= math.log(len(logits)) + 1e-9
    assert math.isfinite(token.surprisal)


@pytest.mark.parametrize("streams", [1, 3])
@pytest.mark.parametrize(("number", "drawn_id"), [(0.0, 1), (1 - 2**-53, 3)])
def test_the_ends_of_the_random_range_draw_what_is_possible(
    number: float, drawn_id: int, streams: int
) -> None:
    class Constant:
        def random(self, size: int) -> np.ndarray:
            return np.full(size, number)

    logits = np.array([-HUGE, 0, 0, 0, -HUGE, -HUGE], np.float32)
    sampler = Sampler(Sampling(temperature=1), 1, streams)
    sampler.generators = [Constant()] * streams  # type: ignore[list-item]
    ids = sampler(np.repeat(logits[:, None], streams, axis=1))
    assert ids.tolist() == [drawn_id] * streams


@pytest.mark.parametrize(
    "bad",
    [{"temperature": value} for value in (-1e-9, 100.1, math.inf, -math.inf, math.nan)]
    + [{"top_k": value} for value in (0, -1, -(10**30))]
    + [{"top_p": value} for value in (0, -0.1, 1.0001, math.inf, math.nan)],
)
def test_impossible_settings_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=next(iter(bad)).replace("_", "-")):
        Sampling(**bad)


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
    assert opening(model.vocabulary, "").tolist() == [model.vocabulary.index("\n")]
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
        (["zz", "ca"], "abca"),
        (["a"], "a"),
        (["c", "bc"], "abc"),
        (["", "c"], "abc"),
        (["abcabcabc"], "abcabcabc"),
    ],
)
def test_a_text_ends_once_it_has_written_a_stop(stop: list[str], written: str) -> None:
    assert text_of(generate(CYCLE, ABC, stop=stop)) == written


@pytest.mark.parametrize("stop", [[], [""], ["zz"], ["ba"], ["abcabcabcabc"]])
def test_a_stop_that_is_not_written_stops_nothing(stop: list[str]) -> None:
    assert text_of(generate(CYCLE, ABC, length=10, stop=stop)) == "abcabcabca"


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


@drawn
@given(some_logits, st.data())
def test_the_figures_of_a_token(logits: np.ndarray, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(logits) - 1))
    token = Token("x", index, logits)
    probabilities = np.exp(token.log_probs)
    assert math.isclose(probabilities.sum(), 1, rel_tol=1e-9)
    assert math.isclose(token.probability, probabilities[index])
    assert math.isclose(token.surprisal, -math.log(token.probability), abs_tol=1e-9)
    assert -1e-9 <= token.entropy <= math.log(len(logits)) + 1e-9
    by_hand = np.exp(logits.astype(np.float64))
    np.testing.assert_allclose(probabilities, by_hand / by_hand.sum(), rtol=1e-9)


@drawn
@given(some_logits, st.integers(0, 14))
def test_the_best_are_the_likeliest_in_order(logits: np.ndarray, count: int) -> None:
    token = Token("x", 0, logits)
    best = token.best(count)
    ids = [index for index, _ in best]
    probabilities = np.exp(token.log_probs)
    assert len(set(ids)) == len(best) == min(count, len(logits))
    assert [p for _, p in best] == [probabilities[i] for i in ids]
    assert [p for _, p in best] == sorted(probabilities, reverse=True)[: len(best)]


def test_entropy_is_largest_where_all_are_equal_and_zero_where_one_is_certain() -> None:
    assert math.isclose(Token("x", 0, np.zeros(9, np.float32)).entropy, math.log(9))
    assert Token("x", 0, np.array([0, 900, 0], np.float32)).entropy == 0


@drawn
@given(some_logits, st.floats(-20, 20, width=32))
def test_adding_a_constant_to_logits_changes_no_probability(
    logits: np.ndarray, constant: float
) -> None:
    shifted = logits.astype(np.float64) + constant
    np.testing.assert_allclose(log_softmax(shifted), log_softmax(logits), atol=1e-6)


def test_figures_belong_to_the_model_not_to_the_sampling() -> None:
    model = language_model()
    tokens = list(model.stream("abc", length=5, sampling=Sampling(temperature=0)))
    same = list(model.stream("abc", length=5, sampling=Sampling(temperature=1e-9, top_k=1), seed=1))
    assert [token.surprisal for token in tokens] == [token.surprisal for token in same]
    assert all(token.best(1)[0][0] == token.id for token in tokens)


def test_tokens_keep_their_logits_while_generation_goes_on() -> None:
    tokens = list(language_model().stream("a", length=20, seed=1))
    figures = [token.entropy for token in tokens]
    again = [token.entropy for token in language_model().stream("a", length=20, seed=1)]
    assert figures == again
    assert len({round(figure, 9) for figure in figures}) > 15


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
