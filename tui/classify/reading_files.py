"""The threads that read a file of reviews, and have a second classifier read it as well."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from textual.worker import get_current_worker

from charlm.console.program import format_name
from corpora.errors import UserError
from tui.classify.judging import JudgingPane, OutdatedError
from tui.classify.opened import OpenedFile
from tui.classify.opening import OpenReviews
from tui.classify.opinions import Opinion
from tui.classify.reviews import Reviews
from tui.collecting import spare_what_stays
from tui.files import parse_path
from tui.workers import in_thread

if TYPE_CHECKING:
    from seq.imdb.library import TextClassifier
    from tui.classify.rows import Row

AT_ONCE = 32
"""Reviews that are classified as one batch, and then shown: about half a second's work."""
SPARED = 1000
"""Reviews after which the garbage collector is told that they stay."""


def classify(classifier: TextClassifier, texts: Sequence[str]) -> list[Opinion]:
    """Return what a classifier says of texts."""
    return [Opinion.of(one) for one in classifier.classify(list(texts))]


def check_whole(path: str, done: int, total: int) -> None:
    """Raise UserError if the process that reads a file has ended too early."""
    if done < total:
        raise UserError(f"{format_name(path)}: reading ended after {done:,} of {total:,} reviews")


class FilePane(JudgingPane):
    """A pane that reads files and folders of reviews into its panel of reviews."""

    @property
    def reviews(self) -> Reviews:
        """The panel with the tables."""
        return self.query_one(Reviews)

    @in_thread("classify-file")
    def read_file(self, name: str, path: str) -> None:
        """Classify the reviews of a file, and show each batch once it is classified."""
        worker, panel = get_current_worker(), self.reviews
        self.show_later(worker, panel.show_work, f"opening {format_name(path)}")
        try:
            place = str(parse_path(path))
            chosen = self.get_classifier(worker, name)
            classes = tuple(getattr(chosen, "classes", ()))
            with OpenReviews(place, classes) as source:
                head = source.read_head()
                file = OpenedFile(path, head, name, classes)
                self.show_later(worker, self.begin_file, file)
                reviews = chain.from_iterable(source.read_pieces())
                done = 0
                while some := list(islice(reviews, AT_ONCE)):
                    if worker.is_cancelled:
                        return
                    opinions = classify(chosen, [text for text, _, _ in some])
                    rows = file.make_rows(done, some, opinions)
                    done += len(rows)
                    self.show_later(worker, self.add_rows, file, rows)
            check_whole(path, done, head.total)
            self.show_later(worker, self.end_file)
        except OutdatedError:
            return
        except Exception:
            self.show_later(worker, panel.end_work)
            raise

    def begin_file(self, file: OpenedFile) -> None:
        """Show an empty table for another file."""
        self.reviews.begin_file(file)

    def add_rows(self, file: OpenedFile, rows: Sequence[Row]) -> None:
        """Show reviews of a file that have been classified, and how far it is read."""
        self.reviews.add(rows)
        if file.done // SPARED > (file.done - len(rows)) // SPARED:
            spare_what_stays()
        what = f"{file.name} · {file.speed:,.0f} reviews/s"
        self.reviews.show_work(what, file.done, file.head.total)

    def end_file(self) -> None:
        """Show that a file is read."""
        self.reviews.end_work()

    def stop_file(self) -> bool:
        """Stop reading; return whether a file was being read."""
        panel = self.reviews
        busy = panel.work is not None
        self.workers.cancel_group(self, "classify-file")
        self.workers.cancel_group(self, "compare")
        panel.end_work()
        if busy and panel.file is not None and not panel.file.finished:
            panel.file.stopped = True
        panel.describe()
        return busy

    @in_thread("compare")
    def compare(self, name: str, file: OpenedFile) -> None:
        """Have a second classifier read the reviews of the file that are in the table."""
        worker, panel = get_current_worker(), self.reviews
        try:
            chosen = self.get_classifier(worker, name)
            rows = list(file.rows.all)
            for start in range(0, len(rows), AT_ONCE):
                if worker.is_cancelled:
                    return
                some = [row for row in rows[start : start + AT_ONCE] if row.other is None]
                opinions = classify(chosen, [row.text for row in some])
                self.show_later(worker, self._compare, file, some, opinions)
                done = start + len(some)
                what = f"second opinion of {format_name(name)}"
                self.show_later(worker, panel.show_work, what, done, len(rows))
            self.show_later(worker, panel.end_work)
        except OutdatedError:
            return
        except Exception:
            self.show_later(worker, panel.end_work)
            raise

    def _compare(self, file: OpenedFile, rows: Sequence[Row], opinions: Sequence[Opinion]) -> None:
        file.compare(rows, opinions)
        if self.reviews.file is file:
            self.reviews.show_second()
