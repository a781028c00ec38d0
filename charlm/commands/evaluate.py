"""`charlm evaluate`: how well a model predicts a text."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated, Any

from cyclopts import Parameter

from charlm.console.options import INPUT, Encoding, InPrecision, Json, Model, OnDevice
from charlm.console.program import notice, print_json, printable, stderr, stdout
from charlm.language_model import DEFAULT_MODEL
from charlm.runs.registry import find
from corpora.errors import UserError
from corpora.text.encoded import Split


def evaluate(
    model: Model = DEFAULT_MODEL,
    corpus: Annotated[str, INPUT] = "war_and_peace",
    /,
    *,
    split: Split = "test",
    dynamic: Annotated[bool, Parameter(negative="")] = False,
    encoding: Encoding = "utf-8",
    device: OnDevice = "auto",
    precision: InPrecision = "fp32",
    json: Json = False,
) -> None:
    """Report the cross-entropy of a text under a model.

    Every character of the part but the first is predicted once, with the part's own characters
    before it as context. The CRLF-equivalent counts each line feed as the two bytes that it is in
    the edition of War and Peace whose results are published.

    Parameters
    ----------
    corpus
        A file, a folder, a known name or path, or - for standard input.
    split
        Which part: the first 80 %, the next 10 %, the last 10 %, or all of it.
    dynamic
        Report dynamic evaluation as well, in fp32: the model goes on learning from what it has
        read (Krause et al. 2018).
    """
    from charlm.console.download_bar import DownloadBar
    from charlm.console.process import keep_freed_memory
    from charlm.dynamic_evaluation import Dynamic, evaluate_dynamically
    from charlm.evaluation import evaluate as scored
    from charlm.start import load_torch_model
    from charlm.training.device import autocast, pick_device, pick_precision
    from corpora.known.resolve import encode

    path = find(model)
    with closing(DownloadBar(stderr())) as bar:
        text = encode(corpus, encoding=encoding, progress=bar, notice=notice)
    where = pick_device(device)
    language_model, vocabulary = load_torch_model(path, where)
    remap = text.remap_table(vocabulary)
    ids = text.split(split)
    if len(ids) < 2:
        raise UserError(f"the {split} part of {corpus} has {len(ids)} characters; 2 are needed")
    line_feed = vocabulary.line_feed
    about: dict[str, Any] = {"device": where, "line_feed": line_feed, "remap": remap}
    keep_freed_memory()
    with autocast(where, pick_precision(precision, where)):
        score = scored(language_model, ids, **about)
    figures: dict[str, Any] = {"model": model, "corpus": text.name, "split": split}
    figures |= _figures(score)
    if dynamic:
        with stderr().status("adapting to the text …") as status:
            adapted = evaluate_dynamically(
                language_model,
                ids,
                text.split("train"),
                Dynamic(),
                progress=lambda done: status.update(
                    f"adapting to the text … {done / len(ids):.0%}"
                ),
                **about,
            )
        figures["dynamic"] = _figures(adapted)
    if json:
        print_json(figures)
        return
    console = stdout()
    part = f"{model} on the {split} part of {text.name}, {score.characters:,} characters"
    console.print(printable(part), soft_wrap=True)
    console.print(_line("", figures), soft_wrap=True)
    if dynamic:
        console.print(_line("dynamic ", figures["dynamic"]), soft_wrap=True)


def _figures(score: Any) -> dict[str, float]:
    return {
        "characters": score.characters,
        "nats_per_character": score.nats_per_character,
        "bits_per_character": score.bits_per_character,
        "perplexity": score.perplexity,
        "crlf_equivalent": score.crlf_equivalent,
    }


def _line(label: str, figures: dict[str, float]) -> str:
    return (
        f"{label}{figures['nats_per_character']:.4f} nats per character, "
        f"{figures['bits_per_character']:.4f} bits, perplexity {figures['perplexity']:.3f}; "
        f"CRLF-equivalent {figures['crlf_equivalent']:.4f} nats"
    )
