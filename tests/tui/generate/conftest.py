"""The pane Generate as it is after the first visit: a prompt, and no text yet."""

from __future__ import annotations

import json

import pytest

from tui import state


@pytest.fixture(autouse=True)
def visited_before(at_home: None) -> None:
    """Have the app remember that the pane was shown before: nothing is written unasked then."""
    state.find_folder().mkdir(parents=True)
    kept = {"panes": {"generate": {"text": None}}}
    (state.find_folder() / state.FILE).write_text(json.dumps(kept))
