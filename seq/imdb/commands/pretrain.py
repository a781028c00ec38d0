"""`charlm imdb pretrain`: train a word model that a classifier can start from."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from charlm.console.interrupts import Interrupts
from charlm.console.options import INPUT, Out, Resume, TensorBoardToo, TextColumn, given, overrides
from charlm.console.program import notice
from charlm.training.config import preset
from corpora.errors import UserError
from seq.imdb.config import PRESETS, PretrainingConfig, ReaderConfig

if TYPE_CHECKING:
    from charlm.training.session import Training
    from seq.imdb.data import Source
    from seq.imdb.words.training import WordModelRequest

DEFAULT_PRESET = "pretrained"

Options = overrides(ReaderConfig, PretrainingConfig, module=__name__)


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
    """Train a word model: it predicts the next word, and with a second direction the one before.

    Parameters
    ----------
    data
        `imdb` (its training and unlabelled reviews), which it is by default, or texts of your own;
        labels are not needed.
    preset_name
        Whose shape and settings the options below change, by default those of `pretrained`.
    """
    changes = given(options)
    from charlm.console.watch import open_training
    from charlm.training.request import Hooks
    from charlm.training.tensorboard import require_tensorboard
    from seq.imdb.config import IMDB
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
        **(moved_source(source, data) if resume else {}),
    )
    with opened as ready:
        return watch_word_model(ready, stop, tensorboard)


def moved_source(source: Source, data: str | None) -> dict[str, Any]:
    """Return where the texts of a resumed training are now, if that is said.

    Raises:
        UserError: columns are named, but no data: a resumed training reads those it did before.
    """
    if data is None and (source.text_column or source.label_column):
        raise UserError("--resume reads the columns that it did before: leave out --text-column")
    return {} if data is None else {"source": source}


def watch_word_model(ready: Training, stop: Interrupts, tensorboard: bool) -> int:
    """Train a word model, and say at its end how a classifier starts from it."""
    from charlm.console.watch import watch
    from seq.imdb.config import IMDB

    corpus = ready.run.signed["corpus"]
    about = [] if corpus["spec"] == IMDB else [corpus["spec"]]
    about += ["--text-column", corpus["text_column"]] if corpus["text_column"] else []
    texts = "".join(f" {shlex.quote(word)}" for word in about).replace("{", "{{").replace("}", "}}")
    use = (
        f"start a classifier from it: charlm imdb train{texts} --preset {DEFAULT_PRESET} "
        "--init-from {run}"
    )
    return watch(ready, stop, use=use, tensorboard=tensorboard)
