"""`charlm novelty`: what a model copies from its training text, and which words it invents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from charlm.console.options import CORPUS_OPTIONS, SEVERAL, Corpus, CorpusOptions, Model
from charlm.console.program import print_json, printable, stderr, stdout
from charlm.console.tables import print_table
from charlm.experiments.novelty import (
    COPIED,
    find_overlaps,
    find_whole_words,
    find_words,
    measure_copying,
    measure_invention,
)
from charlm.generation.generate import generate_many
from charlm.generation.sampling import Sampling
from charlm.language_model import DEFAULT_MODEL, LanguageModel, load
from corpora.errors import UserError
from corpora.text.encoded import EncodedText

if TYPE_CHECKING:
    from rich.console import Console

STREAMS = 16
"""Texts that are written side by side: with 4x128, 3.6 times as fast as one after the other."""
LONGEST = 10_000_000
"""Most characters that can be written at each temperature."""
PASSAGE = 300
"""Characters of a passage that the terminal shows."""
SHOWN_WORDS = 8
"""Unknown words that the terminal shows."""

LEGEND = f"""\
copied: share of the characters in passages of {COPIED} or more that occur in the training part
known: share of the words (letters with apostrophes inside, in any case) that occur in the whole \
text; for the held-out text, in the training part"""
HEADINGS = ("temperature", "longest", "mean", "copied", "words known", "distinct known")


def novelty(
    model: Model = DEFAULT_MODEL,
    corpus: Corpus = "war_and_peace",
    /,
    *,
    temperatures: Annotated[tuple[float, ...], SEVERAL] = (0.2, 0.5, 0.8, 1.0, 1.2),
    length: int = 20_000,
    seed: int = 1,
    reading: CorpusOptions = CORPUS_OPTIONS,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Measure what a model copies from the text it was trained on, and what it invents.

    For every position of the text that the model writes, the longest passage is found that starts
    there and occurs in the training part of the corpus. The table shows the longest of all, the
    mean, and the share of the characters in passages of 50 or more. Words are letters with
    apostrophes inside them, in any case; a word is known if it occurs anywhere in the corpus. For
    comparison, the beginning of the test part is measured in the same way; its words are known if
    they occur in the training part.

    Parameters
    ----------
    temperatures
        Temperatures to write at: --temperatures 0.5 1.
    length
        Characters to write at each temperature, in up to 16 texts.
    seed
        Seed of the random numbers: the same seed gives the same texts.
    json
        Write one JSON object, with the longest passages and all unknown words.
    """
    from charlm.console.download_bar import read_corpus

    if not 1 <= length <= LONGEST:
        raise UserError(f"--length must lie between 1 and {LONGEST:,}, not {length:,}")
    samplings = [Sampling(temperature=value) for value in dict.fromkeys(temperatures)]
    language_model = load(model)
    text = read_corpus(corpus, reading, model)
    if not len(text.split("train")) or not len(text.split("test")):
        raise UserError(f"{text.name} has {len(text):,} characters, too few for a test part")
    with stderr().status("writing …") as status:
        samples = []
        for sampling in samplings:
            status.update(f"writing at temperature {sampling.temperature:g} …")
            samples.append(_write_texts(language_model, sampling, length, seed))
        status.update("comparing with the training part …")
        *rows, held_out = _measure(text, samples, length)
    if json:
        about = {"model": model, "corpus": text.name, "length": length, "seed": seed}
        by = [
            {"temperature": one.temperature, **row}
            for one, row in zip(samplings, rows, strict=True)
        ]
        print_json({**about, "samples": by, "held_out": held_out})
        return
    console = stdout()
    title = f"{model} beside {text.name}, {length:,} characters at each temperature"
    console.print(printable(title), soft_wrap=True)
    names = [*(f"{sampling.temperature:g}" for sampling in samplings), "held out"]
    _show(console, dict(zip(names, [*rows, held_out], strict=True)))


def _write_texts(model: LanguageModel, sampling: Sampling, length: int, seed: int) -> list[str]:
    """Return texts that the model writes, of `length` characters together."""
    streams = min(STREAMS, length)
    each = -(-length // streams)
    texts: list[list[str]] = [[] for _ in range(streams)]
    network, vocabulary = model.network, model.vocabulary
    for row in generate_many(
        network, vocabulary, samples=streams, length=each, sampling=sampling, seed=seed
    ):
        for text, token in zip(texts, row, strict=True):
            assert token is not None
            text.append(token.character)
    return _cut("".join(map("".join, texts))[:length], each)


def _cut(text: str, each: int) -> list[str]:
    return [text[start : start + each] for start in range(0, len(text), each)]


def _measure(text: EncodedText, samples: Sequence[list[str]], length: int) -> list[dict[str, Any]]:
    """Return the figures of each sample, and those of the beginning of the test part."""
    decode = text.vocabulary.decode
    training, held_out = decode(text.split("train")), decode(text.split("test")[:length])
    # Cut like the samples, because no passage goes beyond the end of a piece.
    every = [*samples, _cut(held_out, len(samples[0][0]))]
    lengths = iter(find_overlaps(training, [piece for pieces in every for piece in pieces]))
    found = [[word for piece in pieces for word in find_whole_words(piece)] for pieces in samples]
    known = [set(find_words(decode(text.split("all"))))] * len(samples)
    return [
        {
            "characters": sum(map(len, pieces)),
            **asdict(measure_copying(pieces, list(islice(lengths, len(pieces))))),
            **asdict(measure_invention(said, seen)),
        }
        for pieces, said, seen in zip(
            every,
            [*found, find_whole_words(held_out)],
            [*known, set(find_words(training))],
            strict=True,
        )
    ]


def _show(console: Console, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """Show the table, the longest passages, and unknown words."""
    from charlm.experiments.comparison import make_table

    lines = [
        [
            name,
            f"{row['longest']:,}",
            f"{row['mean']:.2f}",
            f"{row['copied']:.1%}",
            *(
                "–" if row[share] is None else f"{row[share]:.1%}"
                for share in ("known", "known_distinct")
            ),
        ]
        for name, row in rows.items()
    ]
    print_table(console, make_table(HEADINGS, lines))
    console.print(LEGEND, soft_wrap=True)
    for title, shown in (("longest passages", _quote_passage), ("words not known", _list_unknown)):
        console.print(f"\n{title}:")
        for name, row in rows.items():
            console.print(f"{name}  {printable(shown(row))}", soft_wrap=True)


def _quote_passage(row: Mapping[str, Any]) -> str:
    passage = " ".join(row["passage"].split())
    more = " …" * (len(passage) > PASSAGE)
    return f"“{passage[:PASSAGE]}{more}”"


def _list_unknown(row: Mapping[str, Any]) -> str:
    more = ["…"] * (len(row["unknown"]) > SHOWN_WORDS)
    return ", ".join([*row["unknown"][:SHOWN_WORDS], *more]) or "none"
