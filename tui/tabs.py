"""The tabs of the app: where each pane is found, and which models it uses.

A pane is made when its tab is first looked at. It talks to the app in messages. Its model work runs
in threads, and nothing that takes time is imported when the app starts.
"""

from __future__ import annotations

from dataclasses import dataclass

from charlm.runs.registry import CHARACTERS, CLASSIFIER, TRANSLATOR


@dataclass(frozen=True)
class Tab:
    """Where a pane is found."""

    name: str
    """Its id, and the folder of its pane in this package."""
    title: str
    key: str
    widget: str
    """The class of its pane, in the module `pane` of that folder."""
    kind: str | None = None
    """Kind of the models that it uses; see `charlm.runs.registry`."""


TABS = (
    Tab("generate", "Generate", "f2", "GeneratePane", CHARACTERS),
    Tab("classify", "Classify", "f3", "ClassifyPane", CLASSIFIER),
    Tab("translate", "Translate", "f4", "TranslatePane", TRANSLATOR),
    Tab("train", "Train", "f5", "TrainPane"),
)
