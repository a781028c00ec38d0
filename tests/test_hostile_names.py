"""No name of a model, a file or a text reaches the terminal as an escape sequence."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_models import COMMANDS, MARK, SHOWN, SILENT, make_models
from pseudo_terminal import Program

from charlm.console.program import BIDI

pytestmark = pytest.mark.long

OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?25[hl]|\x1b\[[0-9]*[AGK]")
"""What charlm itself writes: colours, the cursor shown and hidden, lines moved to and cleared."""
THEIRS = ("\x1b]", "\x9b", "\x07", "\r[", "\x1b[31mM")


@pytest.fixture(scope="session")
def written(once: Callable[..., Path]) -> dict[str, str]:
    """What each command writes into a terminal."""

    def make(folder: Path) -> None:
        before = Path.cwd()
        os.chdir(folder)
        try:
            make_models()
            code = "from hostile_models import main; main()"
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("CHARLM_CACHE", str(folder / "cache" / SHOWN))
                patch.setenv("CHARLM_MIRROR", str(folder))
                program = Program(code)
            program.read_until(seconds=240)  # dozens of commands, perhaps on a busy machine
            program.end()
            Path("seen").write_bytes(program.seen)
        finally:
            os.chdir(before)

    seen = (once("hostile", make) / "seen").read_bytes().decode("utf-8")
    first = MARK.format("")
    parts = [part.partition("\r\n") for part in seen.split(f"\r\n{first}")[1:]]
    return {name: text for name, _, text in parts}


def test_every_command_came_to_its_end(written: dict[str, str]) -> None:
    assert list(written) == [*COMMANDS, "end"], list(written.values())[-1]
    assert "Traceback" not in "".join(written.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_no_name_is_obeyed(written: dict[str, str], name: str) -> None:
    text = written[name].replace("\r\n", "\n")
    assert SHOWN in text or name in SILENT, text
    assert not [piece for piece in THEIRS if piece in text], repr(text)
    rest = OURS.sub("", text)
    assert "\x1b" not in rest, repr(rest)
    found = {ord(c) for c in rest if ord(c) < 32 or 127 <= ord(c) < 160 or ord(c) in BIDI}
    assert found <= set(map(ord, "\n\t\r")), repr(rest)
