"""`charlm imdb train`: train a classifier, and before it the word model that a preset asks for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charlm.console.interrupts import Interrupts
from charlm.console.options import (
    RUN,
    Encoding,
    LabelColumn,
    RunOptions,
    TextColumn,
    select_given,
    trains,
)
from charlm.console.program import notice
from charlm.runs.files import CONFIG, exists
from charlm.training.config import preset
from corpora.errors import UserError
from seq.imdb.commands.pretrain import (
    Data,
    PresetName,
    find_moved_source,
    watch_word_model,
)
from seq.imdb.config import (
    DEFAULT_PRESET,
    IMDB,
    PRESETS,
    ClassifierConfig,
    ClassifierTraining,
    ReaderConfig,
)

if TYPE_CHECKING:
    from charlm.training.request import Hooks
    from seq.imdb.data import Source
    from seq.imdb.training import ClassifierRequest

SETTLED = {
    *ReaderConfig().to_json(),
    "embedding",
    "vocabulary_size",
    "min_frequency",
    "correct_spelling",
}
"""Options that cannot be given with --init-from, because the model decides them."""

FIRST_STEP = (
    "vocabulary_size",
    "min_frequency",
    "correct_spelling",
    "device",
    "precision",
    "seed",
    "max_minutes",
)
"""Options of the classifier's training that also apply to the word model before it."""


@trains(ClassifierConfig, ClassifierTraining)
def train(
    data: Data = None,
    /,
    *,
    preset_name: PresetName = None,
    init_from: str | None = None,
    vectors: Path | None = None,
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    encoding: Encoding = "utf-8",
    options: RunOptions = RUN,
) -> int:
    """Train a classifier. Stop with Ctrl-C at any time and go on with --resume.

    Parameters
    ----------
    data
        `imdb`, the default, or a .csv, .tsv, .jsonl or .parquet file with a text and a label
        column, or a folder with a folder of .txt files for each class.
    preset_name
        Preset whose settings the options below change, by default `best`: {presets}.
    init_from
        Start from the vocabulary, the embedding and the recurrent layers of this model, a word
        model (`charlm imdb pretrain`) or a classifier.
    vectors
        Start from the word vectors in this file, in the format of GloVe or word2vec (binary: .bin).

    See Also:
        --freeze-embedding.
    """
    changes = select_given(options)
    # Imported here, because torch takes over a second to load and --help does not need it.
    from charlm.console.watch import open_training, watch
    from charlm.training.request import Hooks
    from seq.imdb.data import Source
    from seq.imdb.training import ClassifierRequest

    source = Source(data or IMDB, text_column, label_column, encoding)
    stop = Interrupts()
    hooks = Hooks(stop=stop, notice=notice)
    name, start_from = preset_name or DEFAULT_PRESET, init_from
    if options.resume is None and _needs_word_model(name, changes, init_from, vectors):
        code, start_from = _pretrain(name, changes, source, options, hooks)
        if code:
            return code
    beside = {"--preset": preset_name, "--init-from": init_from, "--vectors": vectors}
    opened = open_training(
        ClassifierRequest,
        partial(_make_request, name, changes, source, start_from, vectors, options.folder),
        options,
        hooks,
        beside=beside,
        **(find_moved_source(source, data) if options.resume else {}),
    )
    with opened as ready:
        return watch(ready, stop, tensorboard=options.tensorboard)


train.__doc__ = (train.__doc__ or "").format(
    presets="; ".join(f"{name} ({preset.why})" for name, preset in PRESETS.items())
)


def _make_request(
    name: str,
    changes: Mapping[str, Any],
    source: Source,
    init_from: str | None,
    vectors: Path | None,
    run_folder: Path | None,
) -> ClassifierRequest:
    """Return the request for a classifier of preset `name`, with `changes` to its settings."""
    from seq.imdb.training import ClassifierRequest

    chosen = PRESETS[name]
    return ClassifierRequest(
        **chosen.change(changes),
        source=source,
        preset=name,
        init_from=init_from,
        vectors=vectors,
        run=run_folder,
    )


def _needs_word_model(
    name: str, changes: Mapping[str, Any], init_from: str | None, vectors: Path | None
) -> bool:
    """Return whether a word model must be trained before the classifier.

    Raises:
        UserError: there is no such preset, or options contradict what the classifier starts from.
    """
    from charlm.console.watch import refuse

    chosen = preset(name, PRESETS)
    if vectors is not None:
        refuse(set(changes) & {"embedding", "embedding_size"}, "while --vectors gives it")
        if init_from is not None or chosen.pretraining is not None:
            raise UserError("--vectors would replace what the model to start from has learned")
    if init_from is not None:
        refuse(set(changes) & SETTLED, "while --init-from gives the model")
    return chosen.pretraining is not None and init_from is None


def _pretrain(
    name: str,
    changes: Mapping[str, Any],
    source: Source,
    options: RunOptions,
    hooks: Hooks,
) -> tuple[int, str]:
    """Train the word model that a preset starts from, and return the exit code and its run folder.

    Raises:
        UserError: the run folder of the classifier is in use, or the training cannot be opened.
    """
    from charlm.training import session
    from seq.imdb.words.training import WordModelRequest

    if options.folder is not None and exists(options.folder / CONFIG):
        raise UserError(f"{options.folder} holds a run already; name another --out")
    chosen = PRESETS[name]
    assert chosen.pretraining is not None
    request = WordModelRequest(
        model=ReaderConfig().replace(chosen.model.replace(changes).to_json()),
        training=chosen.pretraining.replace({name: changes.get(name) for name in FIRST_STEP}),
        source=source,
        preset=name,
        run=Path(f"{options.folder}-words") if options.folder else None,
    )
    assert isinstance(hooks.stop, Interrupts)
    with session.start(request, hooks) as ready:
        code = watch_word_model(ready, hooks.stop, options.tensorboard)
    # Ctrl-C may come after the last step, when the word model has ended as usual.
    return 128 + hooks.stop.signal if hooks.stop.signal else code, str(ready.run.path)
