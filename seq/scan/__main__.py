"""The program `charlm scan`, also `python -m seq.scan`."""

from __future__ import annotations

from charlm.console.command_lines import make_group
from charlm.console.process import share_cores
from charlm.console.program import run

COMMANDS = {
    "train": "Train a translator on a split of SCAN.",
    "rules": "Show the rules that are found in training pairs.",
    "compare": "Train with and without attention, and compare.",
    "translate": "Translate commands into actions.",
    "attention": "Show the attention weights of each action.",
    "evaluate": "Report how well a translator translates.",
    "failures": "List the mistakes of a translator by kind.",
    "info": "Show the sizes of a translator with and without attention.",
}

app = make_group("scan", "Translate commands into actions.", COMMANDS, package="seq.scan.commands")

if __name__ == "__main__":
    share_cores()
    run(app)
