"""`charlm imdb classify` as people call it: texts of any form, colours, prompt, pipes."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from reviews import reviews, write_csv

from seq.drawing.words import EDGES
from seq.imdb import library
from seq.imdb.explain import explain
from seq.imdb.library import TextClassifier

Charlm = Callable[..., Any]
Said = Callable[..., list[dict[str, Any]]]

ROOT = Path(library.__file__).resolve().parents[2]
COLOR = re.compile(r"\x1b\[[0-9;]*m")
ODD = (
    "superb [bold]film[/bold] [/nope]",
    "\x1b[31mred\x1b[0m superb \x1b]0;title\x07",
    "a\rb\x00superb\x9b31m\x08",
    "superb\n\n  dull\tfilm",
    "超級 film 🎬 superb",
    "caf\u00e9 İstanbul ﬁlm &amp; superb&lt;br /&gt;",
)


@pytest.fixture
def classify(charlm: Charlm, good_or_bad: Path) -> Charlm:
    def call(*arguments: str | Path, **given: Any) -> Any:
        return charlm("imdb", "classify", "--model", good_or_bad, *arguments, **given)

    return call


@pytest.fixture
def said(classify: Charlm) -> Said:
    """What the JSON says, a row each."""

    def call(*arguments: str | Path, **given: Any) -> list[dict[str, Any]]:
        ended = classify("--json", *arguments, **given)
        assert (ended.code, ended.err) == (0, "")
        rows = [json.loads(line) for line in ended.out.splitlines()]
        assert [row.pop("row") for row in rows] == list(range(1, len(rows) + 1))
        return rows

    return call


@pytest.fixture
def classifier(good_or_bad: Path) -> TextClassifier:
    return library.load(str(good_or_bad), device="cpu")


def rounded(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Rows without what differs with the texts that are computed with beside them."""
    return [(row["label"], round(row["probability"] or 0, 4), row["words"]) for row in rows]


def test_a_text_and_what_is_said_of_it(
    classify: Charlm, said: Said, classifier: TextClassifier
) -> None:
    (row,) = said("a superb film")
    (found,) = classifier.classify(["a superb film"])
    assert row == {
        "label": "good",
        "probability": found.probability,
        "probabilities": dict(found.probabilities),
        "words": 3,
        "unknown": 0,
    }
    ended = classify("a superb film")
    assert (ended.code, ended.out, ended.err) == (0, f"good  {found.probability:.1%}\n", "")
    assert classify("a dull film").out.startswith("bad  ")


def test_texts_of_every_form_are_the_same_texts(said: Said) -> None:
    texts = [text for text, _ in reviews(20)]
    alone = rounded([row for text in texts for row in said(text)])
    lines = "\n".join(texts)
    Path("lines.txt").write_text(lines + "\n")
    write_csv(Path("table.csv"), reviews(20))
    Path("objects.jsonl").write_text("".join(json.dumps({"body": t}) + "\n" for t in texts))
    for number, text in enumerate(texts):
        Path("folder/deeper").mkdir(parents=True, exist_ok=True)
        Path(f"folder/deeper/{number:02}.txt").write_text(text)
    body = "--text-column=body"
    for asked in (["lines.txt"], ["table.csv"], ["objects.jsonl", body], ["folder"]):
        assert rounded(said(*asked)) == alone
    windows = ("\ufeff" + lines.replace("\n", "\r\n")).encode()
    for piped in (lines.encode(), lines.encode() + b"\n", windows):
        assert rounded(said("-", stdin=piped)) == alone
        assert rounded(said(stdin=piped)) == alone


def test_an_empty_line_is_a_row_of_which_nothing_is_said(classify: Charlm, said: Said) -> None:
    rows = said("-", stdin=b"superb\n\n  \nunheard\n")
    assert [row["label"] for row in rows[:3]] == ["good", None, None]
    assert [(row["words"], row["unknown"]) for row in rows] == [(1, 0), (0, 0), (0, 0), (1, 1)]
    lines = classify("-", stdin=b"superb\n\n  \nunheard\n").out.splitlines()
    assert lines[1] == lines[2] == "–  no words: nothing can be said"
    assert "(not one of its words is known: a guess)  unheard" in lines[3]
    assert classify("").out == lines[1] + "\n"
    assert classify("-", stdin=b"").out == classify(stdin=b"").out == ""


@pytest.mark.parametrize("text", ["- superb", "--superb", "-superb", "-5 superb", "--superb film"])
def test_a_text_may_begin_with_a_hyphen(said: Said, text: str) -> None:
    assert said(text) == said("--", text) == said(f" {text}")
    assert said(text)[0]["label"] == "good"


@pytest.mark.parametrize("text", ["superb.", "superb/dull or so", "lines.txt is dull", "...", "*"])
def test_a_text_may_look_like_a_path(said: Said, text: str) -> None:
    Path("lines.txt").write_text("superb\n" * 3)
    assert len(said(text)) == 1
    assert len(said("lines.txt")) == 3


def test_a_long_line_is_a_text_like_any_other(said: Said, classify: Charlm) -> None:
    text = "superb film the " * 2_000
    (row,) = said("-", stdin=text.encode())
    assert (row["words"], row["unknown"]) == (6_000, 0)
    line = classify("-", stdin=text.encode()).out
    assert len(line) == 201
    assert line.endswith("…\n")
    Path("long.txt").write_text(text)
    assert said("long.txt") == [row]
    explained = classify("--explain", "long.txt")
    assert explained.code == 0
    assert text.strip() in explained.out
    assert "by gradient × embedding" in explained.out


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("how", [[], ["--explain"], ["--method=gradient"]])
def test_a_text_is_never_obeyed(
    classify: Charlm, monkeypatch: pytest.MonkeyPatch, text: str, how: list[str]
) -> None:
    """Neither escapes for the terminal nor markup do anything."""
    Path("texts.jsonl").write_text(json.dumps({"text": text}))
    for colored in (False, True):
        if colored:
            monkeypatch.setenv("FORCE_COLOR", "1")
        ended = classify(*how, "texts.jsonl")
        assert (ended.code, ended.err) == (0, "")
        plain = COLOR.sub("", ended.out)
        assert all(character.isprintable() or character in "\n\t" for character in plain)
        if "bold" in text:
            assert text in plain


SHADES = {"xterm": {True: "32", False: "31"}, "xterm-256color": {True: "38;5", False: "38;5"}}


@pytest.mark.parametrize("terminal", SHADES)
def test_colours_say_which_words_speak_for_it(
    classify: Charlm,
    classifier: TextClassifier,
    monkeypatch: pytest.MonkeyPatch,
    terminal: str,
) -> None:
    text = "superb film; a dull end"
    plain = classify("--explain", text).out
    assert plain.splitlines()[1] == text
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", terminal)
    for name in ("COLORTERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    colored = classify("--explain", text).out
    assert COLOR.sub("", colored) == plain
    shown = re.findall(r"(?:\x1b\[([\d;]+)m)?(\w+|;)(?:\x1b\[0m)?", colored.splitlines()[1])
    found = explain(classifier, text)
    assert [word for _, word in shown] == [word.text for word in found.words]
    shares = found.contributions / abs(found.contributions).max()
    styles: dict[bool, set[str]] = {True: set(), False: set()}
    for (style, _), share in zip(shown, shares, strict=True):
        assert bool(style) == (abs(share) >= EDGES[0])
        if style:
            assert SHADES[terminal][share > 0] in style
            styles[share > 0].add(style)
    assert styles[True]
    assert styles[False]
    assert not styles[True] & styles[False]
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[\d;]*[34]\d", classify("--explain", text).out)


def test_an_explanation_in_json_is_that_of_the_library(
    said: Said, classifier: TextClassifier
) -> None:
    for text in ("a superb film, but dull", *ODD[:1], *ODD[4:]):
        for method in ("occlusion", "gradient"):
            (row,) = said(f"--method={method}", text)
            found = explain(classifier, text, method)  # type: ignore[arg-type]
            assert row["method"] == method
            words = row["contributions"]
            assert [word["contribution"] for word in words] == pytest.approx(
                found.contributions.tolist(), abs=1e-5
            )
            assert all(text[w["start"] : w["end"]] == w["text"] for w in words)
            assert row["label"] == found.prediction.label
    assert said("--explain", "")[0]["contributions"] == []


def test_contributions_that_would_print_as_nothing_are_not_named(classify: Charlm) -> None:
    for text, _ in reviews(10, seed=2):
        assert not re.search(r"[+-]0\.00\b", classify("--explain", text + " unheard of").out)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nowhere.txt"], "there is no file or folder 'nowhere.txt'; if it is a text, pipe it"),
        (["./nowhere"], "there is no file or folder './nowhere'"),
        (["nowhere.jsonl"], "'nowhere.jsonl'"),
        (["empty folder"], "empty folder holds no texts"),
        (["empty.txt"], "empty.txt holds no texts"),
        (["binary.txt"], "binary.txt is not a text"),
        (["binary.parquet"], "binary.parquet cannot be read"),
        (["binary.bin"], "binary.bin is none of"),
        (["table.csv", "--text-column=body"], "no column 'body'"),
        (["a", "superb", "film"], "one text or file, not 3; put a text into quotes"),
        (["a text", "--jsno"], "there is no option --jsno"),
        (["--jsno", "a text"], "there is no option --jsno"),
        (["a text", "--method=guess"], "--method is occlusion or gradient, not 'guess'"),
        (["a text", "--device=tpu"], "--device"),
        (["a text", "--precision=fp8"], "--precision"),
        (["a text", "--model"], "--model"),
    ],
)
def test_what_classify_cannot_do_is_a_line(
    refused: Callable[..., str], good_or_bad: Path, arguments: list[str], line: str
) -> None:
    Path("empty folder").mkdir()
    Path("empty.txt").touch()
    for suffix in ("txt", "parquet", "bin"):
        Path(f"binary.{suffix}").write_bytes(bytes(range(256)))
    write_csv(Path("table.csv"), reviews(4))
    model = [] if arguments[-1] == "--model" else ["--model", str(good_or_bad)]
    assert line in refused("imdb", "classify", *arguments, *model)


def test_models_that_are_none_are_a_line(refused: Callable[..., str]) -> None:
    Path("notes.txt").write_text("a superb film")
    assert "there is no model 'imdb'" in refused("imdb", "classify", "a text")
    assert "no model 'nowhere'" in refused("imdb", "classify", "--model=nowhere", "a text")
    line = refused("imdb", "classify", "--model=notes.txt", "a text")
    assert "notes.txt is not a model file" in line


def test_bytes_that_are_no_text_end_a_pipe_with_a_line(classify: Charlm) -> None:
    ended = classify("-", stdin=b"superb\n\xff\xfe\n")
    assert ended.code == 2
    assert ended.err == "charlm: standard input, line 2, is not UTF-8 text\n"


# As a program of its own, with a terminal or a pipe


def started(model: Path, *arguments: str, **streams: Any) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "charlm", "imdb", "classify", "--model", str(model), *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "TERM": "xterm"},
        **{"stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE, **streams},
    )


def read_until(terminal: int, end: bytes, seconds: float = 60) -> bytes:
    """What comes to the terminal, up to `end` or, without one, to its last byte."""
    seen, before = b"", time.monotonic() + seconds
    with suppress(OSError):  # Linux's way to say that the other side has closed
        while not (end and seen.endswith(end)) and time.monotonic() < before:
            if select.select([terminal], [], [], 0.1)[0]:
                seen += os.read(terminal, 1 << 16)
    return seen


def test_results_go_where_they_are_sent_while_a_bar_is_drawn(good_or_bad: Path) -> None:
    """Even though the bar is on a terminal."""
    Path("lines.txt").write_text("a superb film\n" * 40)
    ours, theirs = pty.openpty()
    with Path("labels.jsonl").open("wb") as file:
        program = started(good_or_bad, "lines.txt", "--json", stdout=file, stderr=theirs)
        os.close(theirs)
        seen = read_until(ours, b"")
    os.close(ours)
    assert program.wait(timeout=60) == 0
    lines = Path("labels.jsonl").read_text().splitlines()
    assert [json.loads(line)["row"] for line in lines] == list(range(1, 41))
    assert b"classifying" in seen
    assert b"probabilities" not in seen


@pytest.mark.parametrize(("key", "code"), [(b"\x04", 0), (b"\x03", 130)])
def test_texts_are_asked_for_one_by_one(good_or_bad: Path, key: bytes, code: int) -> None:
    """Ctrl-D and Ctrl-C end that."""
    ours, theirs = pty.openpty()
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    program = started(good_or_bad, **streams, start_new_session=True, preexec_fn=controlling)
    os.close(theirs)
    assert b"Ctrl-D ends" in read_until(ours, b"> ")
    for typed, label in (
        (b"superb\r", b"good  "),
        (b"dulX\x7fl\r", b"bad  "),
        (b"\r", b"no words"),
    ):
        os.write(ours, typed)
        assert label in read_until(ours, b"> ")
    rest = b""
    # Python's prompt misses a SIGINT that comes just before it waits; nobody types that fast. And a
    # second one while it ends would end it in another way.
    for _ in range(6):
        with suppress(OSError):  # it may have ended by now
            os.write(ours, key)
        rest += read_until(ours, b"", seconds=10)
        with suppress(subprocess.TimeoutExpired):  # it closes its terminal before it has ended
            program.wait(timeout=5)
            break
    os.close(ours)
    assert program.wait(timeout=60) == code, rest
    assert (b"charlm: interrupted" in rest) == (code == 130)
    assert b"Traceback" not in rest


def controlling() -> None:
    """Make the terminal of a new session the one whose Ctrl-C counts."""
    import fcntl
    import signal
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background job ignores it


def test_a_reader_that_leaves_is_no_error(good_or_bad: Path) -> None:
    Path("lines.txt").write_text("a superb film\n" * 5000)
    with started(good_or_bad, "lines.txt", stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stdout.readline().startswith(b"good")
        program.stdout.close()
        assert program.stderr.read() == b""
    assert program.returncode == 141
