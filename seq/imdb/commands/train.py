"""`charlm imdb train`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from charlm.console.interrupts import Interrupts
from charlm.console.options import (
    INPUT,
    LabelColumn,
    Out,
    Resume,
    TensorBoardToo,
    TextColumn,
    given,
    overrides,
)
from charlm.console.program import notice
from charlm.runs.files import CONFIG, exists
from charlm.training.config import preset
from corpora.errors import UserError
from seq.imdb.commands.pretrain import moved_source, watch_word_model
from seq.imdb.config import (
    DEFAULT_PRESET,
    PRESETS,
    ClassifierConfig,
    ClassifierTraining,
    ReaderConfig,
)
from seq.imdb.config import Preset as PresetPair

if TYPE_CHECKING:
    from charlm.training.request import Hooks
    from seq.imdb.data import Source
    from seq.imdb.training import ClassifierRequest

SETTLED = {*ReaderConfig().to_json(), "embedding", "vocabulary_size", "min_frequency"}
"""Options that a model to start from has settled."""

FIRST_STEP = ("vocabulary_size", "min_frequency", "device", "precision", "seed", "max_minutes")
"""Options of the training of a classifier that hold for the word model before it as well."""

Options = overrides(ClassifierConfig, ClassifierTraining, module=__name__)


def train(
    data: Annotated[str | None, INPUT] = None,
    /,
    *,
    preset_name: Annotated[str | None, Parameter(name="--preset")] = None,
    run_folder: Out = None,
    resume: Resume = None,
    init_from: str | None = None,
    vectors: Path | None = None,
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    tensorboard: TensorBoardToo = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train a classifier. Stop with Ctrl-C at any time and go on with --resume.

    Parameters
    ----------
    data
        `imdb`, which it is by default, a .csv, .tsv, .jsonl or .parquet file with a text and a
        label column, or a folder with a folder of .txt files for each class.
    preset_name
        Named settings that the options below change, by default `best`: {presets}.
    init_from
        Start from this model: vocabulary, embedding and recurrent layers of a word model
        (`charlm imdb pretrain`) or of a classifier.
    vectors
        Start from the word vectors in this text file, as GloVe and word2vec write them; see
        --freeze-embedding.
    """
    changes = given(options)
    # Imported here: loading torch takes over a second, and --help does not need it.
    from charlm.console.watch import open_training, watch
    from charlm.training.request import Hooks
    from charlm.training.tensorboard import require_tensorboard
    from seq.imdb.config import IMDB
    from seq.imdb.data import Source
    from seq.imdb.training import ClassifierRequest

    if tensorboard:
        require_tensorboard()
    source = Source(spec=data or IMDB, text_column=text_column, label_column=label_column)
    stop = Interrupts()
    hooks = Hooks(stop=stop, notice=notice)
    name = preset_name or DEFAULT_PRESET
    start_from = init_from
    if resume is None:
        chosen = preset(name, PRESETS)
        _check_start(chosen, changes, init_from, vectors)
        if chosen.pretraining is not None and init_from is None:
            code, start_from = _pretrain(name, changes, source, run_folder, hooks, tensorboard)
            if stop.asked or code:
                return 128 + stop.asked if stop.asked else code

    def request() -> ClassifierRequest:
        return ClassifierRequest(
            model=chosen.model.replace(changes),
            training=chosen.training.replace(changes),
            source=source,
            preset=name,
            init_from=start_from,
            vectors=vectors,
            run=run_folder,
        )

    beside = {"--preset": preset_name, "--out": run_folder, "--init-from": init_from}
    opened = open_training(
        ClassifierRequest,
        request,
        resume=resume,
        changes=changes,
        beside={**beside, "--vectors": vectors},
        hooks=hooks,
        **(moved_source(source, data) if resume else {}),
    )
    with opened as ready:
        return watch(ready, stop, tensorboard=tensorboard)


train.__doc__ = (train.__doc__ or "").format(
    presets="; ".join(f"{name} ({preset.why})" for name, preset in PRESETS.items())
)


def _check_start(
    chosen: PresetPair, changes: Mapping[str, Any], init_from: str | None, vectors: Path | None
) -> None:
    """Raise `UserError` if options contradict what the classifier is to start from."""
    from charlm.console.watch import refuse

    if vectors is not None:
        refuse(set(changes) & {"embedding", "embedding_size"}, "while --vectors gives it")
        if init_from is not None or chosen.pretraining is not None:
            raise UserError("--vectors would replace what the model to start from has learned")
    if init_from is not None:
        refuse(set(changes) & SETTLED, "while --init-from gives the model")


def _pretrain(
    name: str,
    changes: Mapping[str, Any],
    source: Source,
    run_folder: Path | None,
    hooks: Hooks,
    tensorboard: bool,
) -> tuple[int, str]:
    """Train the word model that a preset starts from; return the exit code and its run folder."""
    from charlm.training import session
    from seq.imdb.words.training import WordModelRequest

    if run_folder is not None and exists(run_folder / CONFIG):
        raise UserError(f"{run_folder} holds a run already; name another --out")
    chosen = PRESETS[name]
    assert chosen.pretraining is not None
    request = WordModelRequest(
        model=ReaderConfig().replace(chosen.model.replace(changes).to_json()),
        training=chosen.pretraining.replace({name: changes.get(name) for name in FIRST_STEP}),
        source=source,
        preset=name,
        run=Path(f"{run_folder}-words") if run_folder else None,
    )
    assert isinstance(hooks.stop, Interrupts)
    with session.start(request, hooks) as ready:
        return watch_word_model(ready, hooks.stop, tensorboard), str(ready.run.path)
