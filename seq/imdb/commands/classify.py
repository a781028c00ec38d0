"""`charlm imdb classify`: classify texts, and show the contributions of their words."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.text import Text

from charlm.console.options import (
    COMPUTING,
    SWITCH,
    TEXT,
    ComputingOptions,
    Encoding,
    Model,
    TextColumn,
)
from charlm.console.program import format_name, notice, print_json, printable, stderr, stdout
from charlm.console.slow import DELAY_SECONDS, counting, slow
from charlm.drawing.words import COLORS, SIXTEEN, color_words
from corpora.errors import UserError
from corpora.labelled.spelling import Corrections, describe_corrections
from seq.imdb.commands.evaluate import CorrectSpelling
from seq.imdb.commands.given_texts import read_texts

if TYPE_CHECKING:
    from rich.console import Console

    from seq.imdb.explain import Explanation, Method
    from seq.imdb.library import Prediction, TextClassifier

STRONGEST = 5
"""Number of words that are listed for the label, and against it."""
LEAST = 0.005
"""Smallest contribution that does not print as 0.00."""


def classify(
    *what: Annotated[str, TEXT],
    model: Model = "imdb",
    explain: Annotated[bool, SWITCH] = False,
    method: Annotated[str | None, Parameter(show_choices=False)] = None,
    text_column: TextColumn = None,
    encoding: Encoding = "utf-8",
    correct_spelling: CorrectSpelling = False,
    computing: ComputingOptions = COMPUTING,
    json: Annotated[bool, SWITCH] = False,
) -> None:
    """Print the most probable class of each text, and its probability.

    Parameters
    ----------
    what
        A text, a file (.txt with a text on each line, .csv, .tsv, .jsonl, .parquet), a folder of
        .txt files, or - for standard input with a text on each line. Without it, you can type texts
        one by one.
    explain
        Colour the words by their contributions to the label. In texts of up to 400 words that is
        the decrease of the label's log-odds if the word is left out (occlusion), in longer texts
        gradient times embedding.
    method
        Explain by this method, occlusion or gradient, whatever the length of the text.
    json
        Write one JSON object for each text.
    """
    if method not in (None, "occlusion", "gradient"):
        raise UserError(f"--method is occlusion or gradient, not {method!r}")
    if len(what) > 1:
        for word in what:
            if word.startswith("--") and word.split() == [word]:
                raise UserError(f"there is no option {word}")
        raise UserError(f"one text or file, not {len(what):,}; put a text into quotes")
    texts, total = read_texts(what[0] if what else None, text_column, encoding)
    from rich.cells import cell_len

    from charlm.drawing.panels import shorten
    from seq.imdb.library import LONGEST_TEXT, describe_longer, load

    classifier = load(model, **vars(computing))
    if correct_spelling:
        classifier = classifier.correct_spelling()
    texts = _tell_corrections(classifier, texts)
    if explain or method:
        _explain(classifier, texts, method, json)  # type: ignore[arg-type]
        return
    console = stdout()
    predictions = _classify_with_progress(classifier, texts, total)
    longer = 0
    for row, (text, prediction) in enumerate(predictions, 1):
        longer += prediction.words > LONGEST_TEXT
        if json:
            print_json({"row": row, **_to_json(prediction)})
        else:
            line = _format_prediction(prediction)
            room = max(20, console.width - cell_len(line) - 2) if total != 1 else 0
            sys.stdout.write(f"{line}  {shorten(text[: 4 * room], room)}".rstrip() + "\n")
    if longer:
        sys.stdout.flush()
        notice(describe_longer(longer))


def _tell_corrections(classifier: TextClassifier, texts: Iterable[str]) -> Iterator[str]:
    """Yield texts; after the last one tell which words of them were corrected, if any can be."""
    found: Corrections = Corrections()
    for text in texts:
        found += classifier.tokenizer.corrections([text])
        yield text
    if classifier.tokenizer.spelling:
        sys.stdout.flush()
        notice(describe_corrections(found))


def _classify_with_progress(
    classifier: TextClassifier, texts: Iterable[str], total: int | None
) -> Iterator[tuple[str, Prediction]]:
    """Yield texts and predictions; show a bar on standard error while they are computed.

    Where results are printed to the same terminal, the bar comes after a second.
    """
    if sys.stdin is not None and sys.stdin.isatty() and total is None:
        for text in texts:  # typed texts are classified at once, one by one
            yield text, classifier.classify([text])[0]
        return
    from seq.imdb.library import CHUNK

    remaining, done = iter(texts), 0
    after = DELAY_SECONDS if total == 1 or sys.stdout.isatty() else 0
    while chunk := list(islice(remaining, CHUNK)):
        with counting(stderr(), "classifying", total, done=done, after=after) as advance:
            predictions = list(classifier.stream(chunk, progress=advance))
        done += len(chunk)
        yield from zip(chunk, predictions, strict=True)


def _to_json(prediction: Prediction) -> dict[str, Any]:
    return {
        "label": prediction.label,
        "probability": prediction.probability,
        "probabilities": dict(prediction.probabilities),
        "words": prediction.words,
        "unknown": prediction.unknown,
    }


def _format_prediction(prediction: Prediction) -> str:
    if prediction.label is None or prediction.probability is None:
        return "–  no words: nothing can be said"
    line = f"{format_name(prediction.label)}  {prediction.probability:.1%}"
    if prediction.unknown == prediction.words:
        return f"{line}  (not one of its words is known: a guess)"
    return line


def _explain(
    classifier: TextClassifier, texts: Iterable[str], method: Method | None, json: bool
) -> None:
    from seq.imdb.explain import explain
    from seq.imdb.library import LONGEST_TEXT, describe_longer

    console = stdout()
    for row, text in enumerate(texts, 1):
        with slow(stderr(), "explaining …"):
            explanation = explain(classifier, text, method)
        if explanation.prediction.words > LONGEST_TEXT:
            notice(describe_longer(1))
        if json:
            words = [
                {"text": word.text, "start": word.start, "end": word.end, "contribution": value}
                for word, value in zip(
                    explanation.words, explanation.contributions.tolist(), strict=True
                )
            ]
            about = {"method": explanation.method, "contributions": words}
            print_json({"row": row, **_to_json(explanation.prediction), **about})
        else:
            _show(console, explanation)


def _show(console: Console, explanation: Explanation) -> None:
    """Print the text with coloured words, and list the words with the largest contributions."""
    prediction = explanation.prediction
    console.print(_format_prediction(prediction), soft_wrap=True)
    if prediction.label is None:
        return
    values = explanation.contributions
    styles = SIXTEEN if console.color_system in ("standard", "windows") else COLORS
    console.print(color_words(explanation.pieces(), styles), soft_wrap=True)
    label = format_name(prediction.label)
    order = values.argsort()
    for side, sign, rows in (("for", 1, order[::-1]), ("against", -1, order)):
        strongest = [row for row in rows[:STRONGEST] if sign * values[row] >= LEAST]
        named = [
            f"{printable(explanation.words[row].text)} {values[row]:+.2f}" for row in strongest
        ]
        line = Text(f"{side} {label}: ", styles[sign < 0][1])
        console.print(line.append("  ".join(named) or "–", "default"), soft_wrap=True)
    how = {"occlusion": "if the word is left out", "gradient": "by gradient × embedding"}
    about = f"nats of log-odds of {label} {how[explanation.method]}"
    if prediction.unknown:
        about += f"; {prediction.unknown:,} of {prediction.words:,} words are unknown"
    console.print(about, style="dim", soft_wrap=True)
