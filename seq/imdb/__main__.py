"""The program `charlm imdb`, also `python -m seq.imdb`."""

from __future__ import annotations

from charlm.console.command_lines import make_group
from charlm.console.process import share_cores
from charlm.console.program import run

COMMANDS = {
    "train": "Train a classifier on reviews, or on texts of your own.",
    "pretrain": "Train a word model that a classifier can start from.",
    "compare": "Train several presets and compare them.",
    "classify": "Classify a text, and show which words decide.",
    "evaluate": "Report how well a classifier predicts.",
    "info": "Show how many parameters the presets have.",
}

app = make_group(
    "imdb", "Classify reviews with recurrent networks.", COMMANDS, package="seq.imdb.commands"
)

if __name__ == "__main__":
    share_cores()
    run(app)
