"""Generation and scoring of text, one token at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Integral

import numpy as np

from charlm.generation.network import Network, State
from charlm.generation.sampling import Sampler, Sampling
from charlm.generation.tokens import Token
from corpora.errors import UserError
from corpora.text.vocabulary import Vocabulary, describe_symbol


def read(network: Network, state: State, ids: np.ndarray) -> np.ndarray:
    """Read the same `ids` (T,), T > 0, on every stream of `state`; return the logits after them."""
    logits = state.logits
    for index in ids:
        logits = network.step(state, np.full(state.streams, index))
    return logits


def opening_ids(vocabulary: Vocabulary, prompt: str) -> np.ndarray:
    """Return the ids that a model reads before it writes: a line feed, then `prompt`.

    In a state of zeros, a model may be anywhere in a line, and often ends it soon: so a text starts
    after a line feed. If the vocabulary has none, and there is no prompt, the first symbol is read.
    """
    start = "\n" if "\n" in vocabulary else "" if prompt else vocabulary.symbols[0]
    return np.concatenate([vocabulary.encode(start), vocabulary.encode(prompt)])


def generate(
    network: Network,
    vocabulary: Vocabulary,
    prompt: str = "",
    *,
    length: int | None = None,
    sampling: Sampling | None = None,
    seed: int | None = None,
    stop: str | Sequence[str] = (),
) -> Iterator[Token]:
    """Yield the tokens that the model writes after `prompt`.

    Args:
        network: the model.
        vocabulary: its symbols.
        prompt: text to continue; its characters are not yielded.
        length: characters to write; None never ends.
        sampling: how to draw.
        seed: the same seed gives the same text; None takes a seed from the system.
        stop: a text, or several; once the model has written one, the generation ends.

    Raises:
        UnknownSymbol: the prompt has a character that the model does not know.
        UserError: another argument is not what it should be.
    """
    for (token,) in generate_many(
        network, vocabulary, prompt, length=length, sampling=sampling, seed=seed, stop=stop
    ):
        assert token is not None
        yield token


def generate_many(
    network: Network,
    vocabulary: Vocabulary,
    prompt: str = "",
    *,
    samples: int = 1,
    length: int | None = None,
    sampling: Sampling | None = None,
    seed: int | None = None,
    stop: str | Sequence[str] = (),
) -> Iterator[tuple[Token | None, ...]]:
    """Yield one token per sample at a time, None for a sample that a `stop` text has ended.

    Sample n is the same, whatever the number of samples.

    Args:
        network: the model.
        vocabulary: its symbols.
        prompt: text that every sample continues.
        samples: how many texts to write side by side.
        length: characters of each; None never ends.
        sampling: how to draw.
        seed: the same seed gives the same texts; None takes a seed from the system.
        stop: a text, or several; once a sample has written one of them, it ends.

    Raises:
        UnknownSymbol: the prompt has a character that the model does not know.
        UserError: another argument is not what it should be.
    """
    ends = (stop,) if isinstance(stop, str) else tuple(stop)
    _check_stop(ends, vocabulary)
    check_whole("length", length, least=0)
    check_whole("samples", samples, least=1)
    check_whole("seed", seed, least=0)
    ids = opening_ids(vocabulary, prompt)
    # The prompt is read once, for all samples.
    single = network.start()
    read(network, single, ids)
    state = single if samples == 1 else single.take(np.zeros(samples, np.int64))
    return _write(
        network,
        vocabulary,
        state,
        Sampler(sampling or Sampling(), seed, samples),
        length,
        tuple(filter(None, ends)),
    )


def check_whole(name: str, value: object, *, least: int) -> None:
    """Raise `UserError` unless `value` is None or a whole number of at least `least`."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise UserError(f"{name} must be a whole number of at least {least}, not {value!r}")


def _check_stop(stop: tuple[str, ...], vocabulary: Vocabulary) -> None:
    """Raise `UserError` for what is no text, or a text that the model can never write."""
    for text in stop:
        if not isinstance(text, str):
            raise UserError(f"stop takes texts, not {text!r}")
        for symbol in text:
            if symbol not in vocabulary:
                raise UserError(
                    f"the model does not know {describe_symbol(symbol)}: it would never stop at "
                    f"{text!r}"
                )


def _write(
    network: Network,
    vocabulary: Vocabulary,
    state: State,
    sampler: Sampler,
    length: int | None,
    stop: tuple[str, ...],
) -> Iterator[tuple[Token | None, ...]]:
    symbols, logits, samples = vocabulary.symbols, state.logits, state.streams
    ended = [False] * samples
    longest = max(map(len, stop), default=0)
    tails = [""] * samples
    written = 0
    while (length is None or written < length) and not all(ended):
        ids = sampler(logits)
        before = logits.T.copy()  # the buffer is overwritten by the next step
        tokens = tuple(
            None if ended[n] else Token(symbols[index], index, before[n])
            for n, index in enumerate(ids.tolist())
        )
        written += 1
        yield tokens
        if stop:
            for n, token in enumerate(tokens):
                if token is not None:
                    tails[n] = (tails[n] + token.character)[-longest:]
                    ended[n] = tails[n].endswith(stop)
        if length is None or written < length:
            network.step(state, ids)


def score(network: Network, vocabulary: Vocabulary, text: str) -> Iterator[Token]:
    """Yield a token per character of `text`, with the prediction of the model for its place.

    The first character is predicted after a line feed, as the first one of a text.

    Raises:
        UnknownSymbol: the text has a character that the model does not know.
    """
    ids = vocabulary.encode(text)
    state = network.start()
    logits = read(network, state, opening_ids(vocabulary, ""))
    for character, index in zip(text, ids, strict=True):
        yield Token(character, int(index), logits[:, 0].copy())
        network.step(state, np.array([index]))
