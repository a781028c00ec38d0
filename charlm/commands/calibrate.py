"""`charlm calibrate`: fit a temperature, and the rate of dynamic evaluation, to a trained model."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

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
from charlm.language_model import read
from charlm.runs.card import without_places
from charlm.runs.files import CONFIG, read_json
from charlm.runs.finished import check_free, write_finished
from charlm.runs.registry import CHARACTERS, find
from corpora.errors import UserError

if TYPE_CHECKING:
    import numpy as np

    from charlm.model import CharLM


def calibrate(
    model: Model,
    folder: Path,
    corpus: Corpus = "war_and_peace",
    /,
    *,
    dynamic: Annotated[bool, Parameter(negative="")] = False,
    reading: CorpusOptions = CORPUS_OPTIONS,
    computing: ComputingOptions = COMPUTING,
    json: Json = False,
) -> None:
    """Write a model that is as sure as it is right: its logits divided by a fitted temperature.

    The temperature is the one with the lowest loss on the validation part of the corpus. It goes
    into the weights: charlm generate --temperature then multiplies it.

    Parameters
    ----------
    model
        A run folder, or a model that ships.
    folder
        Folder for the new model. `charlm export` makes half precision of it.
    corpus
        The text that the model was trained on.
    dynamic
        Fit the rate and the decay of dynamic evaluation as well, on the first 16,000 characters of
        the validation part. charlm evaluate --dynamic takes them from the new model.
    """
    path = find(model, CHARACTERS)
    if not path.is_dir():
        raise UserError(f"{model} is a single file; calibrate takes a run folder")
    check_free(folder)
    from charlm.calibration import divide_logits, fit_temperature
    from charlm.console.download_bar import read_corpus
    from charlm.console.process import keep_freed_memory
    from charlm.start import build_model
    from charlm.training.device import autocast, pick_device, pick_precision

    file, config, vocabulary = read(path)
    text = read_corpus(corpus, reading, model)
    ids = text.split("validation")
    if len(ids) < 2:
        raise UserError(f"the validation part of {corpus} has {len(ids)} characters; 2 are needed")
    device = pick_device(computing.device)
    about: dict[str, Any] = {"device": device, "remap": text.remap_table(vocabulary)}
    keep_freed_memory()
    network = build_model(config, file.weights, len(vocabulary)).to(device)
    with (
        slow(stderr(), "predicting every character …"),
        autocast(device, pick_precision(computing.precision, device)),
    ):
        fitted = fit_temperature(network, ids, **about)
    better = replace(file, weights=divide_logits(file.weights, fitted.temperature))
    record = {**without_places(read_json(path / CONFIG)), "validation_loss": fitted.after}
    record["calibration"] = {"corpus": text.name, **asdict(fitted)}
    if dynamic:
        network = build_model(config, better.weights, len(vocabulary)).to(device)
        record["dynamic"] = _fit_dynamic(network, ids, text.split("train"), about)
    write_finished(folder, better, record)
    figures = {**record["calibration"], **({"dynamic": record["dynamic"]} if dynamic else {})}
    print_json(figures) if json else _show(figures, folder)


def _fit_dynamic(
    network: CharLM, ids: np.ndarray, training: np.ndarray, about: dict[str, Any]
) -> dict[str, float]:
    """Return what is recorded of the settings of dynamic evaluation that suit a model best."""
    from charlm.calibration import fit_dynamic

    with stderr().status("trying …") as status:

        def show(what: str) -> None:
            status.update(f"trying {what} …")

        found = fit_dynamic(network, ids, training, progress=show, **about)
    return {"rate": found.rate, "decay": found.decay}


def _show(figures: dict[str, Any], folder: Path) -> None:
    console = stdout()
    line = (
        "temperature {temperature:.3f}: {before:.4f} → {after:.4f} nats per character of the "
        "validation part of {corpus}"
    )
    console.print(printable(line.format(**figures)), soft_wrap=True)
    if "dynamic" in figures:
        line = "dynamic evaluation: rate {rate:g}, decay {decay:g}"
        console.print(line.format(**figures["dynamic"]), soft_wrap=True)
    console.print(printable(f"written to {folder}"), soft_wrap=True)
