"""`charlm imdb classify --explain`: colours and contributions; no text is obeyed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reviews import reviews

from charlm.drawing.words import EDGES
from seq.imdb.explain import explain
from seq.imdb.library import TextClassifier

Charlm = Callable[..., Any]
Said = Callable[..., list[dict[str, Any]]]

COLOR = re.compile(r"\x1b\[[0-9;]*m")
ODD = (
    "superb [bold]film[/bold] [/nope]",
    "\x1b[31mred\x1b[0m superb \x1b]0;title\x07",
    "a\rb\x00superb\x9b31m\x08",
    "superb\n\n  dull\tfilm",
    "超級 film 🎬 superb",
    "caf\u00e9 İstanbul ﬁlm &amp; superb&lt;br /&gt;",
)


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
