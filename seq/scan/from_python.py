"""Train a translator from Python: `seq.train_translator`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from charlm.trained import Folders, Progress, Trained, take_settings, train_here
from corpora.errors import UserError
from corpora.scan.splits import is_split
from seq.scan.config import PairsConfig, TranslatorConfig, TranslatorTraining
from seq.scan.library import CommandTranslator, load
from seq.scan.own_pairs import take_pairs
from seq.scan.training import TranslatorRequest


def train_translator(
    pairs: Any = None,
    *,
    out: str | Path | None = None,
    resume: str | Path | None = None,
    progress: Progress = "auto",
    **settings: Any,
) -> Trained[CommandTranslator]:
    """Train a translator on pairs, and return it with the history of its losses.

    Ctrl-C (in a notebook: the stop button) ends the training after a save: then `interrupted` is
    true, the model so far is there, and `resume=result.run`, with the same pairs, goes on.

    >>> result = seq.train_translator([("two by two", "2 2"), …])  # doctest: +SKIP

    Args:
        pairs: a list of pairs of a source and a target, each a text of words or a list of words; or
            a data frame or a data set of Hugging Face with the columns source and target, input
            and output, or command and actions; or the name of a split of SCAN, or the path of a
            file of pairs. None only with `resume`.
        out: folder of the run; None for a new one under runs/.
        resume: folder of a run that goes on.
        progress: auto, off, or a function that takes the events.
        **settings: fields of `TranslatorConfig`, `TranslatorTraining` and `PairsConfig` of
            `seq.scan.config`.

    Raises:
        UserError: the pairs or a setting cannot be used.
    """
    take_settings(settings, TranslatorConfig, TranslatorTraining, PairsConfig)
    if pairs is None and resume is None:
        raise UserError("which pairs? give a list, a table, a split or a path")
    given = {} if pairs is None else _place(pairs)

    def request(folder: Path | None) -> TranslatorRequest:
        return TranslatorRequest(
            model=TranslatorConfig().replace(settings),
            training=TranslatorTraining().replace(settings),
            pairs=PairsConfig().replace(settings),
            **given,
            run=folder,
        )

    moved = {key: value for key, value in given.items() if key != "split"}
    return train_here(
        TranslatorRequest, request, load, settings, moved, Folders(out, resume), progress
    )


def _place(pairs: Any) -> dict[str, Any]:
    """Return the argument of a request that pairs, a split or a path are."""
    if not isinstance(pairs, str | Path):
        return {"given": take_pairs(pairs)}
    return {"split": pairs} if isinstance(pairs, str) and is_split(pairs) else {"own": str(pairs)}
