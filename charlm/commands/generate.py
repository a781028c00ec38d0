"""`charlm generate`: write text."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from charlm.config import is_own
from charlm.console.completers import complete_models
from charlm.console.options import DECODING, TEXT, DecodingOptions
from charlm.console.program import notice, print_json, printable, read_input
from charlm.generation.generate import generate_many
from charlm.generation.sampling import Sampling
from charlm.generation.tokens import Token
from charlm.language_model import DEFAULT_MODEL, LanguageModel, load
from corpora.errors import UserError
from corpora.text.decoding import Decoding
from corpora.text.vocabulary import UnknownSymbol

LONG_PROMPT = 10_000
"""Characters of a prompt that takes long enough to read for a line about it."""
FLUSH_SECONDS = 1 / 60
"""Seconds between flushes of standard output."""
ALTERNATIVES = 5
"""Likeliest characters that JSON lists for each place."""


def generate(
    model: Annotated[str, Parameter(completer=complete_models)] = DEFAULT_MODEL,
    /,
    *,
    prompt: Annotated[str, TEXT] = "",
    prompt_file: Annotated[str | None, TEXT] = None,
    length: int = 500,
    temperature: float = Sampling.temperature,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int | None = None,
    samples: int = 1,
    stop: Annotated[tuple[str, ...], TEXT] = (),
    hold: Annotated[tuple[str, ...], TEXT] = (),
    echo: bool = True,
    unknown: Literal["error", "skip"] = "error",
    decoding: DecodingOptions = DECODING,
    compiled: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    r"""Write text in the style of the text that a model was trained on.

    Standard output carries the text and nothing else.

    Parameters
    ----------
    model
        A model that ships with charlm, a run folder, a .safetensors file, or hf:user/name of the
        Hugging Face hub (see `charlm models`).
    prompt
        Text to continue.
    prompt_file
        Read the prompt from this file, or from standard input with -.
    length
        Characters to write.
    temperature
        Below 1, likely characters become likelier, above 1 less likely; 0 always takes the
        likeliest one.
    top_k
        Draw from the k likeliest characters only.
    top_p
        Draw from the fewest characters whose probabilities sum to p.
    seed
        Seed of the random numbers: the same seed gives the same text.
    samples
        Texts to write, side by side.
    stop
        End a text once this has been written (\\n is a line feed); may be given several times.
    hold
        Hold a unit at a value while the model reads and writes, to see what it does: 3.42=1.0 holds
        the memory of unit 42 (from 0) of layer 3 (from 1), 3.42.forget=0 its forget gate,
        3.*=0 a whole layer; may be given several times.
    echo
        Write the prompt before the text.
    unknown
        What to do with characters of the prompt that the model does not know.
    compiled
        Write a single text nearly twice as fast, by compiled code. It takes some seconds to start
        the first time, and a moment later (needs the extra of that name).
    json
        Write one JSON object with every character, its probability and the likeliest alternatives.
    """
    if length < 1 or samples < 1:
        raise UserError("--length and --samples must be at least 1")
    sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
    prompt = _read_prompt(prompt_file, prompt, decoding.make())
    language_model = _load(model, compiled, hold)
    if unknown == "skip":
        prompt = language_model.vocabulary.drop_unknown(prompt)
    seed = secrets.randbits(32) if seed is None else seed
    with _reading(prompt):
        tokens = generate_many(
            language_model.network,
            language_model.vocabulary,
            prompt,
            samples=samples,
            length=length,
            sampling=sampling,
            seed=seed,
            stop=[text.replace("\\n", "\n") for text in stop],
        )
    if json:
        about = {"model": model, "prompt": prompt, "seed": seed, **vars(sampling)}
        about |= {"hold": hold} if hold else {}
        print_json({**about, "samples": _list_samples(language_model, tokens, samples)})
    else:
        _write(tokens, prompt if echo else "", samples)


def _load(name: str, compiled: bool, holds: Sequence[str]) -> LanguageModel:
    """Return a model with some units held; say it where the model is a slow one to step."""
    model = load(name, compiled=compiled).hold(*holds)
    if is_own(model.config.cell):
        notice(f"the cell {model.config.cell} has no form in NumPy: torch steps it")
    return model


@contextmanager
def _reading(prompt: str) -> Iterator[None]:
    """Show a line while a long prompt is read; unknown characters in it become a `UserError`."""
    try:
        if len(prompt) < LONG_PROMPT:
            yield  # the imports below would delay the first character
            return
        from charlm.console.program import stderr
        from charlm.console.slow import slow

        with slow(stderr(), "reading the prompt …"):
            yield
    except UnknownSymbol as error:
        raise UserError(f"the prompt: {error}; --unknown skip leaves it out") from error


def _read_prompt(file: str | None, prompt: str, decoding: Decoding) -> str:
    if file is None:
        return decoding.normalize(prompt)
    if prompt:
        raise UserError("give --prompt or --prompt-file, not both")
    return read_input(file, decoding).removesuffix("\n")  # a file ends with a line feed


def _list_samples(
    model: LanguageModel, tokens: Iterator[tuple[Token | None, ...]], samples: int
) -> list[dict[str, Any]]:
    collected: list[list[dict[str, Any]]] = [[] for _ in range(samples)]
    for row in tokens:
        for sample, token in zip(collected, row, strict=True):
            if token is not None:  # figures at once: a token holds logits of all symbols
                sample.append(_list_figures(model, token))
    return [
        {"text": "".join(token["character"] for token in sample), "tokens": sample}
        for sample in collected
    ]


def _list_figures(model: LanguageModel, token: Token) -> dict[str, Any]:
    symbols = model.vocabulary.symbols
    return {
        "character": token.character,
        "probability": token.probability,
        "surprisal": token.surprisal,
        "entropy": token.entropy,
        "alternatives": [
            {"character": symbols[index], "probability": probability}
            for index, probability in token.best(ALTERNATIVES)
        ],
    }


class _Writer:
    """Writes text to standard output, and flushes it 60 times a second."""

    def __init__(self) -> None:
        terminal = sys.stdout.isatty()
        # A terminal must not obey escapes that a model writes; a file gets the text as it is.
        self.clean = printable if terminal else lambda text: text
        self.flushed = 0.0
        self.last = ""

    def __call__(self, text: str) -> None:
        sys.stdout.write(self.clean(text))
        self.last = text or self.last
        if (now := perf_counter()) - self.flushed > FLUSH_SECONDS:
            sys.stdout.flush()
            self.flushed = now


def _write(tokens: Iterator[tuple[Token | None, ...]], prompt: str, samples: int) -> None:
    """Write the first sample while it is made, and then the others, which are made beside it."""
    write = _Writer()
    others: list[list[str]] = [[] for _ in range(samples - 1)]
    write(prompt)
    try:
        for first, *rest in tokens:
            if first is not None:
                write(first.character)
            for sample, token in zip(others, rest, strict=True):
                if token is not None:
                    sample.append(token.character)
        for sample in others:
            write("\n\n" + prompt + "".join(sample))
    finally:
        if not write.last.endswith("\n"):
            write("\n")
