"""`charlm imdb train` and `charlm imdb pretrain`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from charlm.config import preset
from charlm.options import INPUT, overrides
from charlm.terminal import notice
from charlm.watch import Interrupts, refuse, watch
from corpora.errors import UserError
from seq.config import (
    DEFAULT_PRESET,
    PRESETS,
    ClassifierConfig,
    ClassifierTraining,
    PretrainingConfig,
    ReaderConfig,
)

if TYPE_CHECKING:
    from charlm.session import Training

SWITCH = Parameter(negative="")

SHAPE = set(ReaderConfig().to_json())
"""Options that a model to start from has settled."""

Options = overrides(ClassifierConfig, ClassifierTraining, module=__name__)
PretrainingOptions = overrides(ReaderConfig, PretrainingConfig, module=__name__)


def train(
    data: Annotated[str, INPUT] = "imdb",
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
        `imdb`, a .csv, .tsv, .jsonl or .parquet file with a text and a label column, or a folder
        with a folder of .txt files for each class.
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
    from seq import pretraining, training
    from seq.data import Source

    _prepare(tensorboard)
    source = Source(spec=data, text_column=text_column, label_column=label_column)
    stop = Interrupts()
    if resume is not None:
        _only_resume(run_folder, init_from, vectors)
        _check_changes(set(changes))
        opened = training.resume(resume, changes=changes, stop=stop, notice=notice)
        with opened as ready:
            return _watched(ready, stop, tensorboard)
    chosen = preset(preset_name, PRESETS)
    model = chosen.model.replace(changes)
    if init_from is not None:
        refuse(set(changes) & SHAPE, "while --init-from gives the model")
    elif chosen.pretraining is not None:
        words = Path(f"{run_folder}-words") if run_folder else None
        shape = ReaderConfig().replace(model.to_json())
        device = {key: changes.get(key) for key in ("device", "precision", "seed", "max_minutes")}
        config = chosen.pretraining.replace(device)
        opened = pretraining.start(
            shape, config, source, preset=preset_name, run=words, stop=stop, notice=notice
        )
        with opened as ready:
            if (code := _watched_words(ready, stop, tensorboard)) or stop():
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
    data: Annotated[str, INPUT] = "imdb",
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
        `imdb` (its training and unlabelled reviews), or texts of your own; labels are not needed.
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
    from seq import pretraining
    from seq.data import Source

    _prepare(tensorboard)
    stop = Interrupts()
    if resume is not None:
        _only_resume(run_folder)
        _check_changes(set(changes))
        opened = pretraining.resume(resume, changes=changes, stop=stop, notice=notice)
    else:
        chosen = preset(preset_name, PRESETS)
        opened = pretraining.start(
            ReaderConfig().replace(chosen.model.to_json()).replace(changes),
            (chosen.pretraining or PretrainingConfig()).replace(changes),
            Source(spec=data, text_column=text_column),
            preset=preset_name,
            run=run_folder,
            stop=stop,
            notice=notice,
        )
    with opened as ready:
        return _watched_words(ready, stop, tensorboard)


def _prepare(tensorboard: bool) -> None:
    from charlm.report import require_tensorboard

    if tensorboard:
        require_tensorboard()


def _only_resume(*others: object) -> None:
    if any(other is not None for other in others):
        raise UserError("--resume goes on in its own folder, from where it was: leave out the rest")


def _check_changes(changes: set[str]) -> None:
    from charlm.session import MAY_CHANGE

    refuse(changes - MAY_CHANGE, "while a training is resumed")


def _watched(ready: Training, stop: Interrupts, tensorboard: bool) -> int:
    use = 'classify with: charlm imdb classify --model {run} "…"'
    return watch(ready, stop, again="seq.imdb train", use=use, tensorboard=tensorboard)


def _watched_words(ready: Training, stop: Interrupts, tensorboard: bool) -> int:
    use = "start a classifier from it: charlm imdb train --preset pretrained --init-from {run}"
    return watch(ready, stop, again="seq.imdb pretrain", use=use, tensorboard=tensorboard)
