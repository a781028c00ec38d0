"""The progress bar of a download, and the reading of a corpus with it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from charlm.console.options import CORPUS_OPTIONS, CorpusOptions
from charlm.console.program import notice, stderr
from charlm.runs.place import read_choice

if TYPE_CHECKING:
    from corpora.text.encoded import EncodedText


class DownloadBar:
    """A Rich progress bar in the form that pooch drives: `total`, `update`, `reset`, `close`.

    It appears with the first byte, so that nothing is drawn where nothing is downloaded.

    Args:
        console: where to draw it.
    """

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("downloading"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self.progress = Progress(*columns, console=console, transient=True)
        self.task = self.progress.add_task("download", total=None)
        self.total = 0

    def update(self, count: int) -> None:
        """Count `count` more bytes."""
        self.progress.start()
        self.progress.update(self.task, total=self.total or None, advance=count)

    def reset(self) -> None:
        """Start again at zero."""
        self.progress.reset(self.task)

    def close(self) -> None:
        """Remove the bar, if it has appeared: otherwise Rich would print an empty line."""
        if self.progress.live.is_started:
            self.progress.stop()


def read_corpus(corpus: str, reading: CorpusOptions, run: str | None = None) -> EncodedText:
    """Return the text that the user of a command named; a bar shows its download, if there is one.

    Args:
        corpus: file, folder, name or path that the catalogue knows, or - for standard input.
        reading: how it is read.
        run: a model. If it is a run that was trained on this folder, the folder is read as it was
            then, so far as `reading` says nothing else.

    Raises:
        UserError: `encode` raises it.
    """
    from corpora.known.resolve import encode

    decoding, suffixes = reading.make(), reading.suffix
    if run is not None and reading == CORPUS_OPTIONS and (found := read_choice(Path(run), corpus)):
        decoding, suffixes = found
    with closing(DownloadBar(stderr())) as bar:
        return encode(corpus, decoding=decoding, suffixes=suffixes, progress=bar, notice=notice)
