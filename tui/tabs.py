"""The tabs of the app: where the code of each pane lies, and which models it uses.

A pane is made when its tab is first shown. It talks to the app in messages. Models run in threads,
and modules that are slow to import are not imported when the app starts.
"""

from __future__ import annotations

from dataclasses import dataclass

from charlm.runs.registry import CAPTIONER, CHARACTERS, CLASSIFIER, FORECASTER, TRANSLATOR


@dataclass(frozen=True)
class Tab:
    """A tab: its title, its key, and where the code of its pane lies."""

    name: str
    """Id of the tab, and folder of its pane in this package."""
    title: str
    key: str
    widget: str
    """Class of the pane, in the module `pane` of that folder."""
    kind: str | None = None
    """Kind of the models that the pane uses, if any; see `charlm.runs.registry`."""


TABS = (
    Tab("generate", "Generate", "f2", "GeneratePane", CHARACTERS),
    Tab("classify", "Classify", "f3", "ClassifyPane", CLASSIFIER),
    Tab("translate", "Translate", "f4", "TranslatePane", TRANSLATOR),
    Tab("train", "Train", "f5", "TrainPane"),
    Tab("inside", "Inside", "f6", "InsidePane"),
    Tab("forecast", "Forecast", "f11", "ForecastPane", FORECASTER),
    Tab("caption", "Captions", "f12", "CaptionPane", CAPTIONER),
)
