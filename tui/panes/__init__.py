"""The panes of the app, each a widget that is made when it is first looked at.

A pane has a title, a key, and a text of help; it talks to the app in messages. Its model work runs
in threads, and nothing that takes time is imported when the app starts.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pane:
    """Where a pane is found."""

    name: str
    """Its id, and its module in this package."""
    title: str
    key: str
    widget: str
    """Its class in that module."""


PANES = (
    Pane("generate", "Generate", "f2", "GeneratePane"),
    Pane("classify", "Classify", "f3", "ClassifyPane"),
    Pane("translate", "Translate", "f4", "TranslatePane"),
    Pane("train", "Train", "f5", "TrainPane"),
)
