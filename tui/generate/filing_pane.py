"""A pane that reads texts of the user's, and writes its own to files."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual import on

from charlm.console.program import format_name
from corpora.errors import UserError
from tui.files import ask_path, parse_path, save
from tui.generate.looking_pane import LookingPane
from tui.generate.prompt import Prompt
from tui.screens import Choose
from tui.workers import in_turns

if TYPE_CHECKING:
    from charlm.language_model import LanguageModel


class FilingPane(LookingPane):
    """How a text of the user's comes in, and how the text goes out."""

    @in_turns("files")
    async def action_open(self) -> None:
        """Ask for a file, and have the model read it; nothing is written."""
        if not self.can_write():
            return
        typed = await ask_path(self.app, "Read which text file?", "book.txt")
        if typed is None:
            return
        from tui.generate.reading import MOST_CHARACTERS, read_file

        text, longer = await asyncio.to_thread(read_file, parse_path(typed))
        if longer:
            self.notify(f"read are the first {MOST_CHARACTERS:,} characters", severity="warning")
        await self._read_own(text, format_name(typed))

    @on(Prompt.Pasted)
    def read_pasted(self, event: Prompt.Pasted) -> None:
        """Have the model read what was pasted; nothing is written."""
        self.read_own(event.text)

    @in_turns("files")
    async def read_own(self, text: str) -> None:
        """Have the model read a text of the user's; ask before characters are left out."""
        if self.can_write():
            await self._read_own(text, "what was pasted")

    async def _read_own(self, text: str, name: str) -> None:
        from tui.generate.reading import describe_unknown

        author = self.desk.author
        if author is None:
            return
        if not text:
            raise UserError(f"{name} has no characters")
        model = author.manuscript.model
        if unknown := await asyncio.to_thread(describe_unknown, model, text):
            question = f"{format_name(model.name)} does not know {unknown}"
            answers = {"drop": "Leave them out", "no": "Do not read it"}
            if await self.app.push_screen_wait(Choose(question, answers)) != "drop":
                return
            text = model.vocabulary.drop_unknown(text)
        self._read(model, text)

    def _read(self, model: LanguageModel, text: str) -> None:
        """Have the author read a text whose characters it knows."""
        author = self.desk.author
        if author is None or author.manuscript.model is not model:
            self.fail("another model was chosen meanwhile: read the text again")
            return
        self.desk.stop()
        author.read(text)
        self.desk.show_unread(text)

    @in_turns("files")
    async def action_save(self) -> None:
        """Ask for a file name, and write the text to that file."""
        text = self.find_text()
        if text is not None:
            encode = partial(text.encode, "utf-8", "replace")
            await save(self.app, "Save the text to which file?", "text.txt", encode)

    def action_copy(self) -> None:
        """Copy the text to the clipboard of the terminal."""
        text = self.find_text()
        if text is not None:
            self.app.copy_to_clipboard(text)
            self.notify(f"{len(text):,} characters copied")

    def find_text(self) -> str | None:
        """Return the text that is saved or copied."""
        author = self.desk.author
        return None if author is None else author.manuscript.text
