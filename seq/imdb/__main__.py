"""The program `charlm imdb`, also `python -m seq.imdb`."""

from __future__ import annotations

from cyclopts import App

from charlm.console.process import share_cores
from charlm.console.program import run

COMMANDS = {
    "train": (
        "seq.imdb.commands.train:train",
        "Train a classifier on reviews, or on texts of your own.",
    ),
    "pretrain": (
        "seq.imdb.commands.pretrain:pretrain",
        "Train a word model that a classifier can start from.",
    ),
    "compare": ("seq.imdb.commands.compare:compare", "Train several presets and compare them."),
    "classify": (
        "seq.imdb.commands.classify:classify",
        "Classify a text, and show which words decide.",
    ),
    "evaluate": ("seq.imdb.commands.evaluate:evaluate", "Report how well a classifier predicts."),
}

app = App(name="imdb", help="Classify reviews with recurrent networks.", version_flags=[])
for _name, (_path, _help) in COMMANDS.items():
    app.command(_path, name=_name, help=_help, version_flags=())

if __name__ == "__main__":
    share_cores()
    run(app)
