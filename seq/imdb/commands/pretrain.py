"""`charlm imdb pretrain`: train a word model that a classifier can start from."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from charlm.console.interrupts import Interrupts
from charlm.console.options import (
    INPUT,
    Out,
    Resume,
    TensorBoardToo,
    TextColumn,
    make_options,
    select_given,
)
from charlm.console.program import notice
from charlm.training.config import preset
from corpora.errors import UserError
from seq.imdb.config import IMDB, PRESETS, PretrainingConfig, ReaderConfig

if TYPE_CHECKING:
    from charlm.training.session import Training
    from seq.imdb.data import Source
    from seq.imdb.words.training import WordModelRequest

DEFAULT_PRESET = "pretrained"

Options = make_options(ReaderConfig, PretrainingConfig, module=__name__)


def pretrain(
    data: Annotated[str | None, INPUT] = None,
    /,
    *,
    preset_name: Annotated[str | None, Parameter(name="--preset")] = None,
    run_folder: Out = None,
    resume: Resume = None,
    text_column: TextColumn = None,
    tensorboard: TensorBoardToo = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train a word model, which predicts the next word and, with --bidirectional, the previous one.

    Parameters
    ----------
    data
        `imdb`, the default: its training and its unlabelled reviews. Or your own texts, which need
        no labels.
    preset_name
        Preset whose settings the options below change, by default `pretrained`.
    """
    changes = select_given(options)
    from charlm.console.watch import open_training
    from charlm.training.request import Hooks
    from charlm.training.tensorboard import require_tensorboard
    from seq.imdb.data import Source
    from seq.imdb.words.training import WordModelRequest

    if tensorboard:
        require_tensorboard()
    source = Source(spec=data or IMDB, text_column=text_column)

    def request() -> WordModelRequest:
        name = preset_name or DEFAULT_PRESET
        chosen = preset(name, PRESETS)
        return WordModelRequest(
            model=ReaderConfig().replace(chosen.model.to_json()).replace(changes),
            training=(chosen.pretraining or PretrainingConfig()).replace(changes),
            source=source,
            preset=name,
            run=run_folder,
        )

    stop = Interrupts()
    opened = open_training(
        WordModelRequest,
        request,
        resume=resume,
        changes=changes,
        beside={"--preset": preset_name, "--out": run_folder},
        hooks=Hooks(stop=stop, notice=notice),
        **(find_moved_source(source, data) if resume else {}),
    )
    with opened as ready:
        return watch_word_model(ready, stop, tensorboard)


def find_moved_source(source: Source, data: str | None) -> dict[str, Any]:
    """Return the place of the texts of a resumed training, if the user gives a new one.

    Args:
        source: the place that the options describe.
        data: file or folder that the user named; None if there is none.

    Returns:
        The keyword argument `source` for `Request.recorded`, or nothing.

    Raises:
        UserError: columns are named without data. A resumed training reads its own columns.
    """
    if data is None and (source.text_column or source.label_column):
        raise UserError("--resume reads the columns that it did before: leave out --text-column")
    return {} if data is None else {"source": source}


def watch_word_model(ready: Training, stop: Interrupts, tensorboard: bool) -> int:
    """Train a word model, then print how to start a classifier from it; return the exit code."""
    from charlm.console.watch import watch

    corpus = ready.run.signed["corpus"]
    about = [] if corpus["spec"] == IMDB else [corpus["spec"]]
    about += ["--text-column", corpus["text_column"]] if corpus["text_column"] else []
    texts = "".join(f" {shlex.quote(word)}" for word in about).replace("{", "{{").replace("}", "}}")
    use = (
        f"start a classifier from it: charlm imdb train{texts} --preset {DEFAULT_PRESET} "
        "--init-from {run}"
    )
    return watch(ready, stop, use=use, tensorboard=tensorboard)
