"""`charlm sweep`: train a grid of cells, depths and widths with one recipe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from charlm.config import DEFAULT_PRESET, PRESETS, Cell, ModelConfig, TrainingConfig
from charlm.console.completers import complete_from
from charlm.console.options import (
    CORPUS_OPTIONS,
    INPUT,
    SEVERAL,
    SWITCH,
    CorpusOptions,
    make_options,
    select_given,
)
from charlm.console.program import notice, print_json, printable, stderr, stdout
from charlm.console.tables import print_table
from charlm.experiments.grid import make_grid
from charlm.training.config import preset
from corpora.errors import UserError

if TYPE_CHECKING:
    from corpora.text.encoded import EncodedText


Options = make_options(
    ModelConfig,
    TrainingConfig,
    module=__name__,
    # The grid has several values of the first three; the last is an option of its own.
    without=("cell", "num_layers", "hidden_size", "embedding_size"),
)


def sweep(
    corpus: Annotated[str, INPUT],
    /,
    *,
    cells: Annotated[tuple[Cell, ...], SEVERAL] = ("rnn", "gru", "lstm"),
    layers: Annotated[tuple[int, ...], SEVERAL] = (1, 2, 3, 4),
    hidden: Annotated[tuple[int, ...], SEVERAL] = (64, 128, 256, 512),
    preset_name: Annotated[
        str, Parameter(name="--preset", completer=complete_from(PRESETS))
    ] = DEFAULT_PRESET,
    embedding_size: int | None = None,
    folder: Annotated[Path, Parameter(name="--out")] = Path("runs/sweep"),
    test: Annotated[bool, SWITCH] = False,
    reading: CorpusOptions = CORPUS_OPTIONS,
    json: Annotated[bool, SWITCH] = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train every cell with every depth and width, all with one recipe, and print one table.

    After each training, sweep.md and sweep.json are written into the folder, beside the run
    folders. A sweep that was stopped continues when the command is given again; a training that
    has ended, or has diverged, is not repeated. With other --epochs, --max-minutes or --patience,
    all trainings continue. The table shows the CRLF-equivalent in nats (see `charlm evaluate`) of
    the model with the lowest validation loss.

    Parameters
    ----------
    corpus
        A text file, a folder of text files, or a name that `charlm corpora` lists.
    cells
        Recurrent cells, of rnn, rnn_relu, gru, lstm, and those that a --plugin has registered:
        --cells gru lstm.
    layers
        Numbers of recurrent layers: --layers 1 2.
    hidden
        Units in each recurrent layer: --hidden 64 128.
    preset_name
        Preset for all other settings: {presets}.
    embedding_size
        Features of a character's embedding; by default as many as a layer has units, so that the
        first layer, too, has a residual connection.
    folder
        Folder to write to.
    test
        Compute the test losses, once for each model, and show them in the table.
    json
        Write the results as one JSON object instead of the table.
    """
    changes = select_given(options)
    chosen = preset(preset_name, PRESETS)
    training = chosen.training.replace(changes)
    shared = chosen.model.replace(changes)
    trials = make_grid(
        (layers, hidden, cells), shared, training, folder, embedding_size=embedding_size
    )
    text = _read_text(corpus, reading, training)
    from charlm.experiments.sweep import Sweep

    console = stderr() if json else stdout()
    made = Sweep(folder, trials, preset_name, corpus, reading, text, test, console)
    if code := made.run():
        return code
    if json:
        print_json(made.to_json())
        return 0
    console.print(printable(made.caption), soft_wrap=True)
    print_table(console, made.table())
    notice(f"written: {folder}/sweep.md, sweep.json")
    return 0


sweep.__doc__ = (sweep.__doc__ or "").format(presets=", ".join(PRESETS))


def _read_text(corpus: str, reading: CorpusOptions, training: TrainingConfig) -> EncodedText:
    """Return the text of a sweep, after checking that it is long enough.

    Raises:
        UserError: it cannot be read, or is too short.
    """
    if corpus == "-":
        raise UserError("a sweep reads its text several times; name a file")
    from charlm.console.download_bar import read_corpus
    from charlm.streams import check_length
    from charlm.training.distributed import under_torchrun

    if under_torchrun():
        raise UserError("a sweep trains in one process; call it without torchrun")
    text = read_corpus(corpus, reading)
    check_length(len(text), training)
    return text
