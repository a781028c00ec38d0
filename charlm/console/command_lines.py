"""Command lines: groups of commands, their help, and what was meant by what they do not take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclopts import App, UnusedCliTokensError


def make_group(name: str, about: str, commands: Mapping[str, str], *, package: str) -> App:
    """Return an app with several commands, without loading any of them.

    Args:
        name: name of the app.
        about: its help.
        commands: the help of each command. The command `x` is the function `x` of `package`.x.
        package: import path of the package with the commands.
    """
    from cyclopts import App

    app = App(name=name, help=about, version_flags=[])
    for command, text in commands.items():
        app.command(f"{package}.{command}:{command}", name=command, help=text, version_flags=())
    return app


HELP = ("--help", "-h")


def use_docstring(app: App, arguments: Sequence[str]) -> None:
    """Let the help of a command be its whole docstring; lists of commands show one line of it."""
    if set(HELP) & set(arguments):
        _, apps, _ = app.parse_commands([one for one in arguments if one not in HELP])
        if apps[-1].default_command is not None:
            apps[-1].help = None


MEANT = {
    ("generate",): "a text to continue is given with --prompt",
    ("scan", "train"): "SCAN brings its own pairs; choose some with --split",
    ("models",): "a folder is given with --folder",
}
"""What was probably meant by arguments that a command does not take."""


def explain_unused(error: UnusedCliTokensError) -> str:
    """Return a line about arguments that a command does not take."""
    tokens = " ".join(map(repr, error.unused_tokens or ()))
    chain = tuple(error.command_chain or ())
    meant = MEANT.get(chain, "see --help")
    return f"{' '.join(('charlm', *chain))} does not take {tokens}; {meant}"
