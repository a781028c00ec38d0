"""The panes of the app, each a widget that is made when it is first looked at.

A pane has a title, a key, and a text of help; it talks to the app in messages. Its model work runs
in threads, and nothing that takes time is imported when the app starts.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tab:
    """Where a pane is found."""

    name: str
    """Its id, and the module of its pane in this package."""
    title: str
    key: str
    widget: str
    """The class of its pane in that module."""


TABS = (
    Tab("generate", "Generate", "f2", "GeneratePane"),
    Tab("classify", "Classify", "f3", "ClassifyPane"),
    Tab("translate", "Translate", "f4", "TranslatePane"),
    Tab("train", "Train", "f5", "TrainPane"),
)
