"""`charlm export` and `charlm push`: give a trained model to others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
from cyclopts import Parameter

from charlm.commands.models import read_any
from charlm.console.completers import complete_models
from charlm.console.options import Json
from charlm.console.program import print_json, printable, stderr, stdout
from charlm.console.slow import slow
from charlm.generation.onnx_step import write_onnx
from charlm.language_model import read
from charlm.runs.card import Facts, without_places, write_card
from charlm.runs.files import CONFIG, MODEL, VOCABULARY, read_json
from charlm.runs.finished import write_finished
from charlm.runs.hub import CARD, PREFIX, HubName, forget, hash_file
from charlm.runs.hub_client import LOG_IN, connect, has_token
from charlm.runs.model_file import ModelFile
from charlm.runs.registry import CHARACTERS, find
from charlm.training.log import best_loss, keeps_average
from corpora.atomic import write_atomic
from corpora.errors import UserError

Licence = Annotated[
    str | None,
    Parameter(name="--license", help="Licence that you give the model: mit, cc-by-4.0, …"),
]

ONNX = "model.onnx"
Run = Annotated[str, Parameter(completer=complete_models)]


def export(
    run: Run,
    folder: Path,
    /,
    *,
    licence: Licence = None,
    onnx: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Write a trained model in half precision, to give it to others: half the size, no optimizer.

    Beside it stands a model card, README.md: data, recipe, figures, what it is for. The folder
    names no folder of this machine.

    Parameters
    ----------
    run
        A run folder.
    folder
        Folder for config.json, vocabulary.json, model.safetensors and README.md.
    onnx
        Write the step of a language model as model.onnx as well, in single precision: a character
        and the state in, logits and the new state out (needs the extra of that name).
    """
    step = _write_step(run) if onnx else None
    _export(run, folder, folder.resolve().name, licence)
    if step is not None:
        write_atomic(folder / ONNX, step)
    size = (folder / MODEL).stat().st_size
    stdout().print(f"{folder / MODEL}: {size / 1e6:.2f} MB", soft_wrap=True)


def push(
    run: Run,
    repo: str,
    /,
    *,
    private: Annotated[bool, Parameter(negative="")] = False,
    licence: Licence = None,
    json: Json = False,
) -> None:
    """Put a trained model on the Hugging Face hub, as `charlm export` writes it.

    Everybody then has it as hf:user/name, wherever a model is named. The token is that of HF_TOKEN,
    or of `hf auth login`.

    Parameters
    ----------
    run
        A run folder.
    repo
        user/name on the hub. It is made if it is not there; what it holds gets a new commit.
    private
        Make it so that only you can see it. One that is there stays as it is.
    """
    to = HubName.parse(repo)
    if to.revision != "main":
        raise UserError(f"a push makes a new revision: name {to.repo} without one")
    find(run)  # a wrong name is said before a missing token
    if not has_token():
        raise UserError(f"a push needs a token of the hub: {LOG_IN}")
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "model"
        _export(run, folder, str(to), licence)
        digest = hash_file(folder / MODEL)
        with slow(stderr(), f"pushing to {to} …"):
            commit = _upload(to, folder, private)
    forget(to.repo)
    pinned = f"{PREFIX}{to.repo}@{commit}"
    if json:
        print_json({"model": pinned, "commit": commit, "sha256": digest, "private": private})
        return
    stdout().print(printable(f"pushed {pinned}"), soft_wrap=True)
    stdout().print(f"{MODEL} has sha256 {digest}", soft_wrap=True)


def _write_step(run: str) -> bytes:
    """Return the ONNX file of the step of a language model."""
    file, config, vocabulary = read(find(run, CHARACTERS))
    return write_onnx(config, file.weights, vocabulary)


def _upload(to: HubName, folder: Path, private: bool) -> str:
    """Upload the files of an exported model in one commit, and return it."""
    from huggingface_hub import CommitOperationAdd

    names = (CONFIG, VOCABULARY, MODEL, CARD)
    files = [CommitOperationAdd(path_in_repo=n, path_or_fileobj=str(folder / n)) for n in names]
    with connect(str(to)) as api:
        api.create_repo(to.repo, private=private, exist_ok=True)
        made = api.create_commit(to.repo, files, commit_message="charlm push")
        return str(made.oid)


def _export(run: str, folder: Path, name: str, licence: str | None) -> None:
    """Write the model of a run folder into a new folder, in half precision, with its card.

    Args:
        run: the run folder, as the user named it.
        folder: folder that holds no model yet.
        name: what the card calls the model.
        licence: what the card says of its licence.

    Raises:
        UserError: the model cannot be read or halved, or the folder holds one.
    """
    source = find(run)
    if not source.is_dir():
        raise UserError(f"{run} is a single file; export takes a run folder")
    model = read_any(source)
    loss = best_loss(source)
    about = {**without_places(read_json(source / CONFIG)), "validation_loss": loss}
    about |= {"averaged": True} if keeps_average(source) else {}
    parameters = sum(array.size for array in model.weights.values())
    facts = Facts(name=name, about=about, parameters=parameters, loss=loss, licence=licence)
    write_finished(folder, _halve(model), about, {CARD: write_card(facts).encode()})


def _halve(model: ModelFile) -> ModelFile:
    """Return a model with its weights in half precision; raise `UserError` if one is too large."""
    largest = float(np.finfo(np.float16).max)
    if any((np.abs(array) > largest).any() for array in model.weights.values()):
        raise UserError("a weight is too large for half precision")
    weights = {name: array.astype(np.float16) for name, array in model.weights.items()}
    return replace(model, weights=weights)
