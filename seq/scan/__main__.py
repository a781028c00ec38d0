"""The program `charlm scan`, also `python -m seq.scan`."""

from __future__ import annotations

from cyclopts import App

from charlm.console.process import share_cores
from charlm.console.program import run

COMMANDS = {
    "train": ("seq.scan.commands.train:train", "Train a translator on a split of SCAN."),
    "compare": (
        "seq.scan.commands.compare:compare",
        "Train with and without attention, and compare.",
    ),
    "translate": ("seq.scan.commands.translate:translate", "Translate commands into actions."),
    "attention": (
        "seq.scan.commands.attention:attention",
        "Show the attention weights of each action.",
    ),
    "evaluate": ("seq.scan.commands.evaluate:evaluate", "Report how well a translator translates."),
    "info": (
        "seq.scan.commands.info:info",
        "Show the sizes of a translator with and without attention.",
    ),
}

app = App(name="scan", help="Translate commands into actions.", version_flags=[])
for _name, (_path, _help) in COMMANDS.items():
    app.command(_path, name=_name, help=_help, version_flags=())

if __name__ == "__main__":
    share_cores()
    run(app)
