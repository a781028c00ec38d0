"""The console script as a program: its streams, its exit codes, a terminal, a broken pipe."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from programs import ROOT, environment
from tiny_models import CONFIG, random_weights, write_run

from charlm import language_model
from charlm.__main__ import COMMANDS, DISTRIBUTION
from charlm.runs.kind import import_attribute
from corpora.text.vocabulary import Vocabulary

TINY = "runs/tiny"
TITLE = "\x1b]0;owned\x07"

pytestmark = pytest.mark.usefixtures("run")


def started(*arguments: str, **more: Any) -> subprocess.Popen[bytes]:
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "-m", "charlm", *arguments]
    return subprocess.Popen(command, env=environment(**more.pop("env", {})), **(streams | more))


def ended(*arguments: str, stdin: bytes = b"", **more: Any) -> tuple[int, str, str]:
    program = started(*arguments, stdin=subprocess.PIPE, **more)
    out, err = program.communicate(stdin, timeout=60)
    return program.returncode, (out or b"").decode(), err.decode()


def on_a_terminal(*arguments: str) -> bytes:
    """What a terminal gets to see when it is standard output."""
    ours, theirs = pty.openpty()
    program = started(*arguments, stdout=theirs, env={"TERM": "xterm-256color"})
    os.close(theirs)
    seen = b""
    try:
        while data := os.read(ours, 1 << 16):
            seen += data
    except OSError:  # Linux's way to say that the other side has closed
        pass
    os.close(ours)
    _, err = program.communicate()
    assert (program.returncode, err) == (0, b"")
    return seen


def test_the_program_is_the_library(run: Path) -> None:
    text = language_model.load(str(run)).generate("abc", length=50, seed=1)
    code, out, err = ended("generate", TINY, "--prompt=abc", "--length=50", "--seed=1")
    assert (code, err) == (0, "")
    assert out.rstrip("\n") == ("abc" + text).rstrip("\n")


def test_without_a_command_it_shows_its_commands(charlm: Any) -> None:
    shown = charlm()
    assert (shown.code, shown.err) == (0, "")
    assert all(name in shown.out for name in COMMANDS)
    assert shown == charlm("--help")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(charlm: Any, name: str) -> None:
    shown = charlm(name, "--help")
    assert (shown.code, shown.err) == (0, "")
    assert f"charlm {name}" in shown.out
    command = import_attribute(COMMANDS[name][0])
    about = command.help if COMMANDS[name][0].endswith(":app") else command.__doc__
    first = about.strip().split("\n")[0]
    assert first.split(".")[0].split("`")[0] in " ".join(shown.out.split())


@pytest.mark.parametrize("command", [["inside", "units"], ["generate"], ["imdb", "compare"]])
def test_the_help_of_a_command_is_its_whole_docstring(charlm: Any, command: list[str]) -> None:
    lines = charlm(*command, "--help").out.split("Parameters")[0].split("Arguments")[0]
    assert len(lines.split("\n\n")) >= 3, "usage, first line, what follows it"


def test_the_version(charlm: Any) -> None:
    shown = charlm("--version")
    assert (shown.code, shown.err) == (0, "")
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert shown.out.strip() == declared["version"]
    assert declared["name"] == DISTRIBUTION


@pytest.mark.parametrize("arguments", [["nothing"], ["--nope"], ["generat", TINY], ["-x"]])
def test_an_unknown_command_is_one_line(refused: Callable[..., str], arguments: list[str]) -> None:
    assert arguments[0] in refused(*arguments)


@pytest.mark.parametrize("arguments", [["nothing"], ["score", "nowhere.txt"], ["info", "--nope"]])
def test_what_is_wrong_is_one_line_on_standard_error(arguments: list[str]) -> None:
    code, out, err = ended(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("charlm: ")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [["generate", TINY, "--length", "1000000"], ["corpora", "--json"], ["info", TINY]]
)
def test_a_reader_that_leaves_is_no_reason_for_a_word(arguments: list[str]) -> None:
    program = started(*arguments)
    assert program.stdout is not None
    if "--length" in arguments:
        assert len(program.stdout.read(10)) == 10
    program.stdout.close()
    assert program.stderr is not None
    assert program.stderr.read() == b""
    program.stderr.close()
    assert program.wait(60) != 0 or "--length" not in arguments


@pytest.mark.long
def test_a_full_disk_is_one_line() -> None:
    for arguments in (["generate", TINY, "--seed", "1"], ["models"], ["info", TINY, "--json"]):
        with Path("/dev/full").open("wb") as full:
            code, _, err = ended(*arguments, stdout=full)
        assert code == 2
        assert "No space left" in err
        assert len(err.splitlines()) == 1


def test_ctrl_c_ends_it_in_one_line() -> None:
    # Programs in the background inherit that SIGINT is ignored; this one must not.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        program = started("generate", TINY, "--length", "100000000")
    finally:
        signal.signal(signal.SIGINT, before)
    assert program.stdout is not None
    program.stdout.read(10)
    program.send_signal(signal.SIGINT)
    _, err = program.communicate(timeout=60)
    assert program.returncode == 130
    assert err == b"charlm: interrupted\n"


def test_standard_input_and_closed_streams() -> None:
    code, out, err = ended("score", "-", "--model", TINY, "--json", stdin=b"abc")
    assert (code, err) == (0, "")
    assert json.loads(out)["characters"] == 3
    command = f"{sys.executable} -m charlm score --model {TINY} --json <&- 2>&1"
    done = subprocess.run(command, shell=True, env=environment(), capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stdout.decode().splitlines() == [
        "charlm: there is no standard input to read; name a file"
    ]


@pytest.mark.parametrize(
    "arguments", [["train", "-"], ["evaluate", TINY, "-"], ["score", "-", "--model", TINY]]
)
def test_a_hyphen_is_standard_input(refused: Callable[..., str], arguments: list[str]) -> None:
    assert "no text" in refused(*arguments, stdin=b"")


def test_a_terminal_of_another_encoding_gets_what_it_can_show() -> None:
    asked = ("generate", TINY, "--prompt=é", "--length=200", "--seed=1", "--temperature=2")
    code, out, err = ended(*asked, env={"PYTHONIOENCODING": "ascii"})
    assert (code, err) == (0, "")
    assert out == ended(*asked, env={"PYTHONIOENCODING": "utf-8"})[1].replace("é", "?")


@pytest.fixture
def rude(run: Path) -> Vocabulary:
    """A model, runs/rude, that writes little but escape sequences, and whose files hold them."""
    vocabulary = Vocabulary(("\x07", "\x1b", "\x9b", "\n", "]", "0", ";", "[", "2", "J", "\ud800"))
    weights = random_weights(CONFIG, vocabulary)
    weights["output.bias"][:3] = 3
    corpus = {"spec": f"{TITLE}.txt", TITLE: TITLE}
    write_run(run.parent / "rude", weights, vocabulary=vocabulary, corpus=corpus)
    write_run(run.parent / f"rude{TITLE}")
    return vocabulary


def test_a_terminal_never_obeys_a_model(rude: Vocabulary) -> None:
    asked = ("generate", "runs/rude", "--length", "400", "--seed", "1")
    seen = on_a_terminal(*asked, "--prompt", TITLE[:2])
    assert not set(seen) & set(b"\x1b\x07\x9b")
    assert seen.decode().count("\N{REPLACEMENT CHARACTER}") > 100
    text = language_model.load("runs/rude").generate(length=400, seed=1)
    assert "\x1b" in text
    code, out, err = ended(*asked)
    assert (code, err) == (0, "")
    expected = text.encode(errors="replace").decode().rstrip("\n")
    assert out.rstrip("\n") == expected, "a file gets what was written"


@pytest.mark.parametrize(
    "arguments",
    [
        [
            "score",
            "--text",
            f"{TITLE[:3]};{TITLE}\x9b2J".replace("owned", ""),
            "--model",
            "runs/rude",
        ],
        ["info", "runs/rude"],
        ["info", f"runs/rude{TITLE}"],
        ["models"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_terminal_never_obeys_a_text_or_a_file(rude: Vocabulary, arguments: list[str]) -> None:
    seen = on_a_terminal(*arguments)
    assert b"\x1b]" not in seen
    assert b"\x07" not in seen
    assert "\x9b" not in seen.decode()
    assert "\N{REPLACEMENT CHARACTER}" in seen.decode() or "U+001B" in seen.decode()
