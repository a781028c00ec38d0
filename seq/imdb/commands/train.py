"""`charlm imdb train` and `charlm imdb pretrain`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from charlm.console.interrupts import Interrupts
from charlm.console.options import INPUT, overrides
from charlm.console.program import notice
from charlm.console.watch import refuse, watch
from charlm.runs.files import CONFIG, exists
from charlm.training.config import preset
from corpora.errors import UserError
from seq.imdb.config import (
    DEFAULT_PRESET,
    PRESETS,
    ClassifierConfig,
    ClassifierTraining,
    PretrainingConfig,
    ReaderConfig,
)

if TYPE_CHECKING:
    from charlm.training.session import Training
    from seq.imdb.data import Source

SWITCH = Parameter(negative="")
IMDB = "imdb"

SETTLED = {*ReaderConfig().to_json(), "embedding", "vocabulary_size", "min_frequency"}
"""Options that a model to start from has settled."""

FIRST_STEP = ("vocabulary_size", "min_frequency", "device", "precision", "seed", "max_minutes")
"""Options of the training of a classifier that hold for the word model before it as well."""

Options = overrides(ClassifierConfig, ClassifierTraining, module=__name__)
PretrainingOptions = overrides(ReaderConfig, PretrainingConfig, module=__name__)


def train(
    data: Annotated[str | None, INPUT] = None,
    /,
    *,
    preset_name: Annotated[str, Parameter(name="--preset")] = DEFAULT_PRESET,
    run_folder: Annotated[Path | None, Parameter(name="--out")] = None,
    resume: Path | None = None,
    init_from: str | None = None,
    vectors: Path | None = None,
    text_column: str | None = None,
    label_column: str | None = None,
    tensorboard: Annotated[bool, SWITCH] = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train a classifier. Stop with Ctrl-C at any time and go on with --resume.

    Parameters
    ----------
    data
        `imdb`, which it is by default, a .csv, .tsv, .jsonl or .parquet file with a text and a
        label column, or a folder with a folder of .txt files for each class.
    preset_name
        Named settings that the options below change: {presets}.
    run_folder
        Folder to write to; by default a new one under runs/.
    resume
        Go on with the training in this run folder.
    init_from
        Start from this model: vocabulary, embedding and recurrent layers of a word model
        (`charlm imdb pretrain`) or of a classifier.
    vectors
        Start from the word vectors in this text file, as GloVe and word2vec write them; see
        --freeze-embedding.
    text_column
        Column with the texts, if it is not called text, review, sentence or content.
    label_column
        Column with the labels, if it is not called label, sentiment, class or category.
    tensorboard
        Log for TensorBoard as well (needs the extra of that name).
    """
    changes = {name: value for name, value in vars(options).items() if value is not None}
    # Imported here: loading torch takes over a second, and --help does not need it.
    from seq.imdb import training
    from seq.imdb.data import Source
    from seq.imdb.words import training

    _prepare(tensorboard)
    columns = {"text_column": text_column, "label_column": label_column}
    source = Source(spec=IMDB if data is None else data, **columns)
    stop = Interrupts()
    if resume is not None:
        moved = _resumed_source(source, data, run_folder, init_from, vectors)
        _check_changes(set(changes))
        opened = training.resume(resume, source=moved, changes=changes, stop=stop, notice=notice)
        with opened as ready:
            return _watched(ready, stop, tensorboard)
    chosen = preset(preset_name, PRESETS)
    model = chosen.model.replace(changes)
    if vectors is not None:
        refuse(set(changes) & {"embedding", "embedding_size"}, "while --vectors gives it")
        if init_from is not None or chosen.pretraining is not None:
            raise UserError("--vectors would replace what the model to start from has learned")
    if init_from is not None:
        refuse(set(changes) & SETTLED, "while --init-from gives the model")
    elif chosen.pretraining is not None:
        if run_folder is not None and exists(run_folder / CONFIG):
            raise UserError(f"{run_folder} holds a run already; name another --out")
        words = Path(f"{run_folder}-words") if run_folder else None
        shape = ReaderConfig().replace(model.to_json())
        config = chosen.pretraining.replace({name: changes.get(name) for name in FIRST_STEP})
        opened = training.start(
            shape, config, source, preset=preset_name, run=words, stop=stop, notice=notice
        )
        with opened as ready:
            code = _watched_words(ready, stop, tensorboard)
            if stop.asked:
                return 128 + stop.asked
            if code:
                return code
            init_from = str(ready.run.path)
    request = training.Request(
        model=model,
        training=chosen.training.replace(changes),
        source=source,
        preset=preset_name,
        init_from=init_from,
        vectors=vectors,
        run=run_folder,
    )
    with training.start(request, stop=stop, notice=notice) as ready:
        return _watched(ready, stop, tensorboard)


train.__doc__ = (train.__doc__ or "").format(
    presets="; ".join(f"{name} ({preset.why})" for name, preset in PRESETS.items())
)


def pretrain(
    data: Annotated[str | None, INPUT] = None,
    /,
    *,
    preset_name: Annotated[str, Parameter(name="--preset")] = "pretrained",
    run_folder: Annotated[Path | None, Parameter(name="--out")] = None,
    resume: Path | None = None,
    text_column: str | None = None,
    tensorboard: Annotated[bool, SWITCH] = False,
    options: Annotated[PretrainingOptions, Parameter(name="*")] = PretrainingOptions(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train a word model: it predicts the next word, and with a second direction the one before.

    Parameters
    ----------
    data
        `imdb` (its training and unlabelled reviews), which it is by default, or texts of your own;
        labels are not needed.
    preset_name
        Whose shape and settings the options below change.
    run_folder
        Folder to write to; by default a new one under runs/.
    resume
        Go on with the training in this run folder.
    text_column
        Column with the texts, if it is not called text, review, sentence or content.
    tensorboard
        Log for TensorBoard as well (needs the extra of that name).
    """
    changes = {name: value for name, value in vars(options).items() if value is not None}
    from seq.imdb.data import Source
    from seq.imdb.words import training

    _prepare(tensorboard)
    source = Source(spec=IMDB if data is None else data, text_column=text_column)
    stop = Interrupts()
    if resume is not None:
        moved = _resumed_source(source, data, run_folder)
        _check_changes(set(changes))
        opened = training.resume(resume, source=moved, changes=changes, stop=stop, notice=notice)
    else:
        chosen = preset(preset_name, PRESETS)
        opened = training.start(
            ReaderConfig().replace(chosen.model.to_json()).replace(changes),
            (chosen.pretraining or PretrainingConfig()).replace(changes),
            source,
            preset=preset_name,
            run=run_folder,
            stop=stop,
            notice=notice,
        )
    with opened as ready:
        return _watched_words(ready, stop, tensorboard)


def _prepare(tensorboard: bool) -> None:
    from charlm.training.log import require_tensorboard

    if tensorboard:
        require_tensorboard()


def _resumed_source(source: Source, data: str | None, *others: object) -> Source | None:
    """Return where the texts are now, if that is said, of a training that goes on."""
    if any(other is not None for other in others):
        raise UserError("--resume goes on in its own folder, from where it was: leave out the rest")
    if data is None and (source.text_column or source.label_column):
        raise UserError("--resume reads the columns that it did before: leave out the rest")
    return source if data is not None else None


def _check_changes(changes: set[str]) -> None:
    from charlm.training.session import MAY_CHANGE

    refuse(changes - MAY_CHANGE, "while a training is resumed")


def _watched(ready: Training, stop: Interrupts, tensorboard: bool) -> int:
    use = 'classify with: charlm imdb classify --model {run} "…"'
    return watch(ready, stop, again="seq.imdb train", use=use, tensorboard=tensorboard)


def _watched_words(ready: Training, stop: Interrupts, tensorboard: bool) -> int:
    corpus = ready.run.signed["corpus"]
    about = [] if corpus["spec"] == IMDB else [corpus["spec"]]
    about += ["--text-column", corpus["text_column"]] if corpus["text_column"] else []
    texts = "".join(f" {shlex.quote(word)}" for word in about)
    start = f"start a classifier from it: charlm imdb train{texts} --preset pretrained"
    use = start.replace("{", "{{").replace("}", "}}") + " --init-from {run}"
    return watch(ready, stop, again="seq.imdb pretrain", use=use, tensorboard=tensorboard)
