"""Train a classifier from Python: `seq.train_classifier`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from charlm.trained import Folders, Progress, Trained, take_settings, train_here
from charlm.training.config import preset as choose
from corpora.errors import UserError
from corpora.labelled.given import label_texts
from seq.imdb.config import DEFAULT_PRESET, PRESETS, ClassifierConfig, ClassifierTraining, Preset
from seq.imdb.data import GivenTexts, Source
from seq.imdb.library import TextClassifier, load
from seq.imdb.training import ClassifierRequest


def train_classifier(
    texts: Any = None,
    labels: Any = None,
    *,
    preset: str = DEFAULT_PRESET,
    init_from: str | None = None,
    vectors: str | Path | None = None,
    text_column: str | None = None,
    label_column: str | None = None,
    out: str | Path | None = None,
    resume: str | Path | None = None,
    progress: Progress = "auto",
    **settings: Any,
) -> Trained[TextClassifier]:
    """Train a classifier of texts, and return it with the history of its losses.

    Ctrl-C (in a notebook: the stop button) ends the training after a save: then `interrupted` is
    true, the model so far is there, and `resume=result.run`, with the same texts, goes on.

    >>> result = seq.train_classifier(["Superb.", "A bore."], [1, 0])  # doctest: +SKIP

    Args:
        texts: a list of texts; or a data frame or a data set of Hugging Face with a column of texts
            and one of labels; or a path or `imdb`, as for `charlm imdb train`. None only with
            `resume`.
        labels: the label of each text, a string or a number; None where `texts` has them.
        preset: settings to start from, such as lstm100 or best.
        init_from: word model or classifier to start from.
        vectors: file of word vectors to start from.
        text_column: column with the texts, if it has none of the usual names.
        label_column: column with the labels, if it has none of the usual names.
        out: folder of the run; None for a new one under runs/.
        resume: folder of a run that goes on.
        progress: auto, off, or a function that takes the events.
        **settings: fields of `seq.imdb.config.ClassifierConfig` and `ClassifierTraining`.

    Raises:
        UserError: texts, labels or a setting cannot be used.
    """
    take_settings(settings, ClassifierConfig, ClassifierTraining)
    if texts is None and resume is None:
        raise UserError("which texts? give a list with its labels, a table, a path or imdb")
    moved: dict[str, Any] = (
        {} if texts is None else {"source": _place(texts, labels, text_column, label_column)}
    )

    def request(folder: Path | None) -> ClassifierRequest:
        return ClassifierRequest(
            **_choose(preset, init_from).change(settings),
            **moved,
            preset=preset,
            init_from=init_from,
            vectors=None if vectors is None else Path(vectors),
            run=folder,
        )

    return train_here(
        ClassifierRequest, request, load, settings, moved, Folders(out, resume), progress
    )


def _choose(name: str, init_from: str | None) -> Preset:
    """Return a preset; raise `UserError` for one that begins with the training of a word model."""
    chosen = choose(name, PRESETS)
    if chosen.pretraining is not None and init_from is None:
        raise UserError(
            f"the preset {name} begins with a word model: train one with charlm imdb pretrain, and "
            "name it with init_from"
        )
    return chosen


def _place(texts: Any, labels: Any, text_column: str | None, label_column: str | None) -> Source:
    if isinstance(texts, str | Path):
        if labels is not None:
            raise UserError("one text alone teaches nothing: give a list of texts with the labels")
        return Source(str(texts), text_column, label_column)
    found = label_texts(texts, labels, text_column=text_column, label_column=label_column)
    return GivenTexts(texts=found)
