"""`charlm imdb pretrain`: train a word model that a classifier can start from."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from charlm.console.completers import complete_from
from charlm.console.interrupts import Interrupts
from charlm.console.options import (
    INPUT,
    RUN,
    Encoding,
    RunOptions,
    TextColumn,
    select_given,
    trains,
)
from charlm.console.program import notice
from charlm.system import join_words
from charlm.training.config import preset
from corpora.errors import UserError
from seq.imdb.config import IMDB, PRESETS, PretrainingConfig, ReaderConfig

if TYPE_CHECKING:
    from charlm.training.session import Training
    from seq.imdb.data import Source
    from seq.imdb.words.training import WordModelRequest

DEFAULT_PRESET = "pretrained"

Data = Annotated[str | None, INPUT]
PresetName = Annotated[str | None, Parameter(name="--preset", completer=complete_from(PRESETS))]


@trains(ReaderConfig, PretrainingConfig)
def pretrain(
    data: Data = None,
    /,
    *,
    preset_name: PresetName = None,
    text_column: TextColumn = None,
    encoding: Encoding = "utf-8",
    options: RunOptions = RUN,
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
    from seq.imdb.data import Source
    from seq.imdb.words.training import WordModelRequest

    source = Source(data or IMDB, text_column, encoding=encoding)

    def request() -> WordModelRequest:
        chosen = preset(name := preset_name or DEFAULT_PRESET, PRESETS)
        return WordModelRequest(
            model=ReaderConfig().replace(chosen.model.to_json()).replace(changes),
            training=(chosen.pretraining or PretrainingConfig()).replace(changes),
            source=source,
            preset=name,
            run=options.folder,
        )

    stop = Interrupts()
    opened = open_training(
        WordModelRequest,
        request,
        options,
        Hooks(stop=stop, notice=notice),
        beside={"--preset": preset_name},
        **(find_moved_source(source, data) if options.resume else {}),
    )
    with opened as ready:
        return watch_word_model(ready, stop, options.tensorboard)


def find_moved_source(source: Source, data: str | None) -> dict[str, Any]:
    """Return the place of the texts of a resumed training, if the user gives a new one.

    Args:
        source: the place that the options describe.
        data: file or folder that the user named; None if there is none.

    Returns:
        The keyword argument `source` for `Request.recorded`, or nothing.

    Raises:
        UserError: columns or an encoding are given without data. A resumed training reads its
            texts as it did before.
    """
    given = [
        name for name, value in asdict(source).items() if value != getattr(type(source)(), name)
    ]
    if data is None and given:
        option = given[0].replace("_", "-")
        raise UserError(f"--resume reads the texts as it did before: leave out --{option}")
    return {} if data is None else {"source": source}


def watch_word_model(ready: Training, stop: Interrupts, tensorboard: bool) -> int:
    """Train a word model, then print how to start a classifier from it; return the exit code."""
    from charlm.console.watch import watch

    corpus = ready.run.signed["corpus"]
    about = [] if corpus["spec"] == IMDB else [corpus["spec"]]
    about += ["--text-column", corpus["text_column"]] if corpus["text_column"] else []
    encoding = corpus.get("encoding", "utf-8")
    about += ["--encoding", encoding] if encoding != "utf-8" else []
    texts = (
        "".join(f" {join_words([word])}" for word in about).replace("{", "{{").replace("}", "}}")
    )
    use = (
        f"start a classifier from it: charlm imdb train{texts} --preset {DEFAULT_PRESET} "
        "--init-from {run}"
    )
    return watch(ready, stop, use=use, tensorboard=tensorboard)
