"""The console script `charlm`. A command is named by import path, and loaded when it is called."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclopts import App

COMMANDS = {
    "train": ("charlm.train:train", "Train a model on a text."),
    "sweep": ("charlm.commands.sweep:sweep", "Train many models with one recipe, and compare."),
    "generate": ("charlm.commands.generate:generate", "Write text with a model."),
    "evaluate": ("charlm.commands.evaluate:evaluate", "Report how well a model predicts a text."),
    "calibrate": ("charlm.commands.calibrate:calibrate", "Make a model as sure as it is right."),
    "novelty": ("charlm.commands.novelty:novelty", "Measure what a model copies and invents."),
    "score": ("charlm.commands.score:score", "Show where a text surprises a model."),
    "inside": ("charlm.inside.__main__:app", "Look inside: cells, units, memory, gradients."),
    "models": ("charlm.commands.models:models", "List the models that can be used."),
    "curves": ("charlm.commands.curves:curves", "Draw the losses of trainings."),
    "info": ("charlm.commands.models:info", "Show the shape, size and training of a model."),
    "export": ("charlm.commands.sharing:export", "Write a trained model in half precision."),
    "push": ("charlm.commands.sharing:push", "Put a trained model on the Hugging Face hub."),
    "corpora": ("charlm.commands.corpora:app", "List or fetch texts that are known by name."),
    "imdb": ("seq.imdb.__main__:app", "Classify reviews, or texts of your own."),
    "scan": ("seq.scan.__main__:app", "Translate commands into actions."),
    "forecast": ("seq.forecast.__main__:app", "Forecast numbers in time."),
    "caption": ("seq.caption.__main__:app", "Say in words what pictures show."),
    "tui": ("tui.__main__:tui", "Open the app, with all of this in one window."),
    "stop": ("charlm.commands.stop:stop", "Stop a training, saved, wherever it was started."),
    "check": ("charlm.commands.check:check", "Read every file of a run, and say what is damaged."),
    "bench": ("charlm.commands.bench:bench", "Measure the speed of training and generation."),
}


DISTRIBUTION = "charlm-toolkit"
"""Name by which the package is installed. Another project is called charlm on the public index."""


def build_app() -> App:
    """Return the command line, without loading any command."""
    from cyclopts import App

    from charlm.console.plugins import ABOUT

    app = App(
        name="charlm",
        help=f"Character-level text generation with recurrent networks.{ABOUT}",
        version=find_version,
    )
    for name, (path, text) in COMMANDS.items():
        # A command that is an App sets version_flags itself.
        own = {} if path.endswith(":app") else {"version_flags": ()}
        app.command(path, name=name, help=text, **own)
    app.register_install_completion_command(help="Let the Tab key of your shell complete names.")
    return app


def find_version() -> str:
    """Return the version of the package that is installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "not installed: it runs from its source"


def main() -> None:
    """Run the console script."""
    try:
        from charlm.console.process import share_cores
        from charlm.console.program import run

        share_cores()
        run(build_app())
    except KeyboardInterrupt:  # before `run` could take it: imports take a tenth of a second
        os.write(2, b"charlm: interrupted\n")
        os._exit(130)


if __name__ == "__main__":
    main()
