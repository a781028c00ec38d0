"""Errors that a user can cause, and their one-line messages."""

from __future__ import annotations

import errno
from os import PathLike, fspath

_REASONS: dict[int, tuple[str, str]] = {
    errno.ENOENT: ("it does not exist", "check the spelling"),
    errno.EACCES: ("permission denied", "check its permissions"),
    errno.EPERM: ("permission denied", "check its permissions"),
    errno.ENOSPC: ("the disk is full", "free some space and try again"),
    errno.EDQUOT: ("the disk quota is used up", "free some space and try again"),
    errno.EROFS: ("the file system is read-only", "choose another place"),
    errno.EISDIR: ("it is a folder", "name a file"),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "check the path"),
    errno.EEXIST: ("a file is in the way of a folder", "check the path"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter one"),
    errno.ELOOP: ("its symbolic links go round in a circle", "check the links"),
    errno.EMFILE: ("too many files are open", "close some or raise `ulimit -n`"),
}


class UserError(Exception):
    """An error of one line that says what is wrong and what to do.

    Commands print the line and exit with code 2. Line breaks, control characters and lone
    surrogates in the message (they come from file names and from texts) are escaped, so the message
    is always one line and can always be printed.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(_escape(message))

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows, instead of a traceback."""
        return [f"charlm: {self}"]


def os_error(
    error: OSError, path: str | PathLike[str], doing: str = "read", advice: str | None = None
) -> UserError:
    """Return a `UserError` for an error of the operating system.

    Args:
        error: the error.
        path: the file or folder that it is about.
        doing: the verb of the message: "cannot `doing` `path`".
        advice: what to advise instead of the usual advice for this kind of error.
    """
    reason, usual = _REASONS.get(error.errno or 0, (error.strerror or str(error), ""))
    line = f"cannot {doing} {fspath(path)}: {reason or type(error).__name__}"
    advice = usual if advice is None else advice
    return UserError(f"{line}; {advice}" if advice else line)


def _escape(message: str) -> str:
    if message.isprintable():
        return message
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in message
    )
