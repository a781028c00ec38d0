"""The frame of every command: exit codes, safe text for terminals, JSON output, consoles."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from charlm.console.command_lines import explain_unused, use_docstring
from charlm.console.cursor import CURSOR
from charlm.console.plugins import take_plugins
from charlm.console.process import collect_seldom
from charlm.console.terminals import can_redraw
from charlm.system import is_broken_pipe
from corpora.errors import UserError, os_error
from corpora.notice import telling

if TYPE_CHECKING:
    from cyclopts import App
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    from corpora.text.decoding import Decoding

PIPE_WIDTH = 160
"""Columns of tables where standard output is no terminal."""
OUT_OF_MEMORY = "out of memory; take a smaller --batch-size, --window or model, or fewer --samples"
INTERRUPTED = 130
"""Exit code of a program that Ctrl-C ended, as in shells."""


def run(app: App) -> NoReturn:
    """Run a command line, and exit. An error that a user can cause is one line and exit code 2."""
    try:
        _run(app)
    except KeyboardInterrupt:  # it may come while the first line of a command is being prepared
        _fail("charlm: interrupted", INTERRUPTED)


def _run(app: App) -> NoReturn:
    from cyclopts import CycloptsError, UnusedCliTokensError

    from charlm.console.options import STRICT

    collect_seldom()
    _prepare_streams()
    app.default_parameter = STRICT
    app.suppress_keyboard_interrupt = False  # it would end the program without a message
    try:
        with _signals_as_exceptions(), telling(notice):
            arguments = take_plugins(sys.argv[1:])
            use_docstring(app, arguments)
            code = app(
                arguments, print_error=False, exit_on_error=False, result_action="return_value"
            )
            sys.stdout.flush()
    except UnusedCliTokensError as error:
        _fail(f"charlm: {explain_unused(error)}", 2)
    except (UserError, CycloptsError) as error:
        _fail(f"charlm: {error}", 2)
    except OSError as error:
        if is_broken_pipe(error):
            silence_stdout()  # the reader is gone (`| head`): nothing is reported
            sys.exit(128 + 13)
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EIO):
            raise
        _fail(f"charlm: {error.filename or 'writing'}: {error.strerror}", 2)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        _fail(f"charlm: {OUT_OF_MEMORY}", 2)
    sys.exit(code if isinstance(code, int) else 0)


def silence_stdout() -> None:
    """Send standard output to nowhere from now on: what is left must not be flushed at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether `error` says, in Python, NumPy or torch, that memory is used up."""
    if isinstance(error, MemoryError):
        return True
    # torch's own class is a RuntimeError; on a CPU only the message tells.
    named = type(error).__name__ == "OutOfMemoryError"
    return named or "can't allocate memory" in str(error) or "out of memory" in str(error).lower()


@contextmanager
def _signals_as_exceptions() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the program as an exception: cursor and files are put right."""

    def end(number: int, frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # One that is ignored (nohup) stays ignored; threads other than the first may set none.
    first = threading.current_thread() is threading.main_thread()
    changed = [n for n in numbers if first and signal.getsignal(n) == signal.SIG_DFL]
    for number in changed:
        signal.signal(number, end)
    try:
        yield
    finally:
        CURSOR.show()
        for number in changed:
            signal.signal(number, signal.SIG_DFL)


def _prepare_streams() -> None:
    """Make output work for every text, and for a stream that was closed (`>&-`)."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  (open as long as the program runs)
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
    # A character that the encoding of the terminal lacks is shown as "?".
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _fail(line: str, code: int) -> NoReturn:
    sys.stderr.write(printable(line.replace("\n", " ")) + "\n")
    sys.exit(code)


BIDI = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Controls of the direction of writing: they make a line read as another one."""
CONTROLS = {
    code: "\ufffd"
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000), *BIDI)
    if chr(code) not in "\n\t"
}


def printable(text: str) -> str:
    """Return `text` with control characters replaced: a model may write escapes for terminals."""
    return text.translate(CONTROLS)


FEEDS = str.maketrans(dict.fromkeys("\n\t", "\ufffd"))


def format_name(name: str) -> str:
    """Return a name as one line of characters that can be seen.

    Names of runs, classes and actions come from files. In the app, a widget may take the returned
    string for markup: give it `tui.strangers.format_label(name)` there.
    """
    return printable(name).translate(FEEDS)


def read_input(file: str, decoding: Decoding | str = "utf-8") -> str:
    """Return the text of a file, or of standard input for -, with LF line ends.

    Raises:
        UserError: it cannot be read or decoded.
    """
    from corpora.text.decoding import Decoding, decode

    how = Decoding.of(decoding)
    if file == "-" and sys.stdin is None:
        raise UserError("there is no standard input to read; name a file")
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise os_error(error, file) from error
    except ValueError as error:  # a path with U+0000
        raise UserError(f"cannot read {file}: {error}") from error
    name = "standard input" if file == "-" else file
    return how.normalize(decode(data, name, how), name)


def print_json(data: Any) -> None:
    """Write one JSON object to standard output, on one line."""
    sys.stdout.write(json.dumps(data, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def stdout() -> Console:
    """Return a console on standard output. It respects NO_COLOR, and uses no colours in a pipe."""
    # Without a terminal, Rich assumes 80 columns, and would cut tables.
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    return _make_console(width=width)


def notice(line: str) -> None:
    """Write one line, which may be long, to standard error: for what is not a result."""
    stderr().print(printable(line), soft_wrap=True)


def stderr() -> Console:
    """Return a console on standard error."""
    return _make_console(stderr=True)


def _make_console(**options: Any) -> Console:
    from rich.console import Console

    class PlainConsole(Console):
        """Takes nothing for markup, and leaves a pipe that nobody reads to the caller.

        It prints no control character but its own, and Ctrl-Z does not leave its cursor hidden.
        """

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # Rich would end the program, with code 1

        def render(
            self, renderable: RenderableType, options: ConsoleOptions | None = None
        ) -> Iterator[Segment]:
            # All that is printed passes here: no text may hold escapes, wherever it comes from.
            for part in super().render(renderable, options):
                safe = part.control or part.text.isprintable()
                yield part if safe else part._replace(text=printable(part.text))

        def show_cursor(self, show: bool = True) -> bool:
            # A display begins or ends here. Ctrl-Z may come as soon as the cursor is hidden.
            terminal = self.file.isatty()
            if terminal and not show:
                CURSOR.record(self.file.fileno())
            changed = super().show_cursor(show)
            if terminal and show:
                CURSOR.record(None)
            return changed

    options |= {"highlight": False, "markup": False, "emoji": False, "force_jupyter": False}
    console = PlainConsole(**options)
    if can_redraw(console.file):
        return console
    # FORCE_COLOR makes Rich take everything for a terminal: colours stay, the cursor does not move.
    options |= {"force_terminal": False, "color_system": console.color_system}
    return PlainConsole(**options)
