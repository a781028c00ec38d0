"""A tree of folders and files, in front of the app, to choose one from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DirectoryTree

from charlm.console.program import format_name
from corpora.errors import UserError
from tui.screens import Modal
from tui.visitors import allow

KEYS = "enter takes a file or opens a folder · f takes a folder · ⌫ the folder above"


class Files(DirectoryTree):
    """The tree, without hidden files, and without what visitors may not see."""

    # Instead of pictures that many fonts lack.
    ICON_NODE, ICON_NODE_EXPANDED, ICON_FILE = "▸ ", "▾ ", "  "

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Return the paths to show."""
        return [one for one in paths if not one.name.startswith(".") and _may_be_seen(one)]


class Browser(Modal):
    """A tree of files; it answers the path that was taken, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "take_folder", "Take the folder"),
        Binding("backspace", "go_up", "The folder above"),
    ]

    def __init__(self, title: str, typed: str = "") -> None:
        """Show the folder of a path.

        Args:
            title: what is to be chosen.
            typed: a path that need not exist; the tree begins at its folder.

        Raises:
            UserError: visitors have no files.
        """
        super().__init__()
        self.title = title
        self.root = find_folder(typed)

    def compose(self) -> ComposeResult:
        """Lay out the tree."""
        with Vertical() as room:
            room.border_title, room.border_subtitle = self.title, KEYS
            yield Files(self.root)

    def on_mount(self) -> None:
        """Show where the tree begins."""
        self._show_root()

    @on(DirectoryTree.FileSelected)
    def take(self, event: DirectoryTree.FileSelected) -> None:
        """Answer a file."""
        event.stop()
        self.dismiss(shorten_path(event.path))

    def action_take_folder(self) -> None:
        """Answer the folder at the cursor."""
        node = self.query_one(Files).cursor_node
        if node is not None and node.data is not None:
            path = node.data.path
            self.dismiss(shorten_path(path if path.is_dir() else path.parent))

    def action_go_up(self) -> None:
        """Show the folder above."""
        above = self.root.parent
        if not _may_be_seen(above):
            self.notify("visitors of this app do not go further up", severity="warning")
            return
        self.root = above
        self.query_one(Files).path = above
        self._show_root()

    def _show_root(self) -> None:
        self.query_one(Vertical).border_title = f"{self.title} · {format_name(str(self.root))}"


def find_folder(typed: str) -> Path:
    """Return the nearest folder that exists on the way to a path: where a tree begins.

    Raises:
        UserError: visitors have no files.
    """
    here = allow(Path())
    path = Path(typed.replace("\0", ""))
    for folder in (path, *path.parents):
        try:
            found = allow(folder.expanduser()).resolve()
            if typed and found.is_dir():
                return found
        except (OSError, RuntimeError, ValueError, UserError):
            continue
    return here.resolve()


def shorten_path(path: Path) -> str:
    """Return a path as a person would type it: from the working folder on, if it is in there."""
    here = allow(Path()).resolve()
    found = path.resolve()
    return str(found.relative_to(here) if found.is_relative_to(here) else found)


def _may_be_seen(path: Path) -> bool:
    try:
        allow(path)
    except UserError:
        return False
    return True
