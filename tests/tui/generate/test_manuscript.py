"""A text can be continued from any position, as if the model had read it from the beginning."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manuscripts import MODEL, begin, consume, predict, write
from tiny_models import (
    VOCABULARY,
    language_model,
    random_text,
    vocabulary_of,
)

from charlm.generation.tokens import log_softmax
from corpora.text.vocabulary import UnknownSymbol
from tui.generate.drafts import History
from tui.generate.pages import PAGE
from tui.generate.reading import read_again, transfer


def test_a_text_from_a_prompt_is_the_one_of_the_command() -> None:
    made = begin("bad")
    assert write(made, 50, seed=7) == MODEL.generate("bad", length=50, temperature=1.0, seed=7)
    assert made.text[:3] == "bad"
    assert made.prompt_length == 3


positions = st.integers(0, 700)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 300)),
        st.tuples(st.just("cut"), positions),
        st.tuples(st.just("add"), st.integers(0, len(VOCABULARY) - 1)),
        st.tuples(st.just("begin"), st.integers(0, 300)),
        st.tuples(st.just("undo"), st.just(0)),
    ),
    max_size=8,
)


@pytest.mark.long
@settings(derandomize=True, deadline=None, max_examples=40)
@given(steps)
def test_whatever_was_done_the_model_has_read_what_stands_there(
    done: list[tuple[str, int]],
) -> None:
    made = begin()
    versions = [""]
    for what, number in done:
        before = made.text
        match what:
            case "write":
                write(made, number)
                versions.append(before)
            case "cut":
                made.cut(number)
                versions.append(before)
            case "add":
                made.cut(len(made))
                made.add(number)
                versions.append(before)
            case "begin":
                consume(made.read(random_text(number)))
                versions.append(before)
            case "undo":
                assert made.undo() == bool(versions)
                assert made.text == (versions[-1] if versions else "")
                if versions:
                    assert made.redo()
                    assert made.text == before
                    assert made.undo()
                    versions.pop()
        next_shares = log_softmax(made.read_logits(len(made)))
        np.testing.assert_allclose(next_shares, predict(made.text), rtol=1e-4, atol=1e-5)
        tokens = list(MODEL.score(made.text))
        wanted = [token.surprisal for token in tokens]
        np.testing.assert_allclose(made.surprisals, wanted, rtol=1e-3, atol=1e-4)
        for place in {0, 255, 256, 300, *range(len(made) - 5, len(made))} & {*range(len(made))}:
            found = made.read_logits(place)
            np.testing.assert_allclose(tokens[place].logits, found, rtol=1e-3, atol=1e-4)


def test_going_on_from_a_place_reads_little_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = begin(random_text(5 * PAGE))
    stepped = []
    real = MODEL.network.step
    monkeypatch.setattr(MODEL.network, "step", lambda *a: stepped.append(1) or real(*a))
    made.cut(4 * PAGE + 10)
    made.find_logits(len(made))
    assert not stepped
    write(made, 1)
    assert len(stepped) == 10 + 1
    stepped.clear()
    made.undo()
    made.undo()
    write(made, 1)
    assert len(stepped) == 1


def test_the_same_seed_at_the_same_place_writes_the_same() -> None:
    made = begin()
    first = write(made, 40)
    second = write(made, 40)
    assert first != second
    made.cut(3 + 40)
    assert write(made, 40) == second
    made.cut(3)
    whole = write(made, 80)
    assert whole.startswith(first)
    assert whole != first + second  # the second half goes on with the random numbers of the first


def test_a_prompt_with_unknown_characters_changes_nothing() -> None:
    made = begin()
    with pytest.raises(UnknownSymbol):
        made.read("bad x")
    assert made.text == "bad"
    assert made.undo()
    assert made.text == ""
    assert not made.undo()


def test_another_model_reads_what_it_knows() -> None:
    old = begin("bad, abé.")
    network = MODEL.network
    other = type(MODEL)("other", MODEL.config, VOCABULARY, network)
    same, unknown = transfer(old.freeze(), other, History())
    assert (same.text, same.prompt_length, unknown) == (old.text, 9, "")
    assert not same.undo()
    few = vocabulary_of("\nabd")
    smaller = language_model()
    smaller = type(smaller)("few", smaller.config, few, smaller.network)
    less, unknown = transfer(old.freeze(), smaller, History())
    assert (less.text, less.prompt_length) == ("badab", 5)
    assert unknown == " ,.é"


def test_a_text_of_the_last_session_is_read_with_its_endings() -> None:
    text = random_text(600)
    other, shorter = text[:500] + "bad", text[:300]
    made = read_again(MODEL, text, prompt_length=700, endings=[other, shorter], at=1)
    assert (made.text, made.prompt_length) == (text, 600)
    assert not made.undo()
    np.testing.assert_allclose(
        made.surprisals, [one.surprisal for one in MODEL.score(text)], rtol=1e-3, atol=1e-4
    )
    assert (len(made.endings), made.endings.at) == (3, 1)
    assert made.move_ending(-1)
    assert made.text == other
    assert made.move_ending(2)
    assert made.text == shorter
    shared = {id(page) for one in made.endings.others for page in one.pages}
    assert len(shared) < sum(len(one.pages) for one in made.endings.others)
