"""`charlm evaluate`: how well a model predicts a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from charlm.commands.inside.corpus_part import PartOfText
from charlm.console.options import (
    COMPUTING,
    CORPUS_OPTIONS,
    ComputingOptions,
    Corpus,
    CorpusOptions,
    Json,
    Model,
)
from charlm.console.program import print_json, printable, stderr, stdout
from charlm.console.slow import slow
from charlm.language_model import DEFAULT_MODEL
from charlm.runs.registry import find
from corpora.errors import UserError
from corpora.text.encoded import EncodedText, Split

HOTTEST = 100
"""Highest temperature, as for writing."""

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from charlm.evaluation import Score
    from charlm.model import CharLM
    from charlm.training.config import Precision


def evaluate(
    model: Model = DEFAULT_MODEL,
    corpus: Corpus = "war_and_peace",
    /,
    *,
    split: PartOfText = "test",
    temperature: float = 1.0,
    dynamic: Annotated[bool, Parameter(negative="")] = False,
    reading: CorpusOptions = CORPUS_OPTIONS,
    computing: ComputingOptions = COMPUTING,
    json: Json = False,
) -> None:
    """Report the cross-entropy of a text under a model.

    Every character of the part but the first is predicted once, from the characters before it in
    the part. The CRLF-equivalent counts each line feed as two bytes, as in the edition of War and
    Peace that the published results use.

    Parameters
    ----------
    temperature
        Divide the logits by it. `charlm calibrate` fits one, and puts it into the weights.
    dynamic
        Report dynamic evaluation as well, in fp32: the model continues to learn from the text that
        it has been scored on (Krause et al. 2018), at the rate that `charlm calibrate` has fitted.
    """
    if not 0 < temperature <= HOTTEST:
        raise UserError(f"--temperature must lie above 0, up to {HOTTEST}, not {temperature:g}")
    from charlm.console.download_bar import read_corpus
    from charlm.start import load_torch_model
    from charlm.training.device import pick_device

    path = find(model)
    text = read_corpus(corpus, reading, model)
    if (size := len(text.split(split))) < 2:
        raise UserError(f"the {split} part of {corpus} has {size} characters; 2 are needed")
    where = pick_device(computing.device)
    network, vocabulary = load_torch_model(path, where)
    about: dict[str, Any] = {"device": where, "line_feed": vocabulary.line_feed}
    about["remap"] = text.remap_table(vocabulary)
    score = _score(network, text, split, computing.precision, about, temperature)
    figures = {"model": model, "corpus": text.name, "split": split, **_list_figures(score)}
    if dynamic:
        adapted = _score_dynamically(network, text, split, about, path)
        figures["dynamic"] = _list_figures(adapted)
    if json:
        print_json(figures)
    else:
        _show(figures)


def _score(
    model: CharLM,
    text: EncodedText,
    split: Split,
    precision: Precision,
    about: dict[str, Any],
    temperature: float,
) -> Score:
    """Score a part of `text`. `about` holds other arguments of `charlm.evaluation.evaluate`."""
    from charlm.console.process import keep_freed_memory
    from charlm.evaluation import evaluate
    from charlm.training.device import autocast, pick_precision

    device: torch.device = about["device"]
    keep_freed_memory()
    with (
        slow(stderr(), "predicting every character …"),
        autocast(device, pick_precision(precision, device)),
    ):
        return evaluate(model, text.split(split), temperature=temperature, **about)


def _score_dynamically(
    model: CharLM, text: EncodedText, split: Split, about: dict[str, Any], path: Path
) -> Score:
    """Score a part of `text` by dynamic evaluation, which changes the weights of `model`."""
    from charlm.calibration import read_dynamic
    from charlm.dynamic_evaluation import evaluate_dynamically

    ids = text.split(split)
    with stderr().status("adapting to the text …") as status:

        def show(done: int) -> None:
            status.update(f"adapting to the text … {done / len(ids):.0%}")

        return evaluate_dynamically(
            model, ids, text.split("train"), read_dynamic(path), progress=show, **about
        )


def _show(figures: dict[str, Any]) -> None:
    console = stdout()
    part = "{model} on the {split} part of {corpus}, {characters:,} characters".format(**figures)
    console.print(printable(part), soft_wrap=True)
    console.print(_format_line("", figures), soft_wrap=True)
    if "dynamic" in figures:
        console.print(_format_line("dynamic ", figures["dynamic"]), soft_wrap=True)


def _list_figures(score: Score) -> dict[str, float]:
    return {
        "characters": score.characters,
        "nats_per_character": score.nats_per_character,
        "bits_per_character": score.bits_per_character,
        "perplexity": score.perplexity,
        "crlf_equivalent": score.crlf_equivalent,
    }


def _format_line(label: str, figures: dict[str, float]) -> str:
    return (
        f"{label}{figures['nats_per_character']:.4f} nats per character, "
        f"{figures['bits_per_character']:.4f} bits, perplexity {figures['perplexity']:.3f}; "
        f"CRLF-equivalent {figures['crlf_equivalent']:.4f} nats"
    )
