"""The program `charlm caption`, also `python -m seq.caption`."""

from __future__ import annotations

from charlm.console.command_lines import make_group
from charlm.console.process import share_cores
from charlm.console.program import run

COMMANDS = {
    "train": "Train a captioner on scenes or on pictures of your own.",
    "describe": "Say in words what a picture shows, and where each word looks.",
    "evaluate": "Report how often a captioner says what is true.",
    "compare": "Train several captioners from several seeds, and print one table.",
    "draw": "Draw scenes, with the sentences that say them.",
    "info": "Show what pictures and captions there are to learn from.",
}

ABOUT = "Say in words what pictures show."

app = make_group("caption", ABOUT, COMMANDS, package="seq.caption.commands")

if __name__ == "__main__":
    share_cores()
    run(app)
