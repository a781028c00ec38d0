"""Going back to the commands before."""

from __future__ import annotations

from tui.translate.history import MOST, History


def test_one_goes_back_and_on_and_what_was_typed_stays() -> None:
    history = History(["walk", "jump"])
    assert history.go_on() is None
    assert history.go_back("run tw") == "jump"
    assert history.go_back("jump") == "walk"
    assert history.go_back("walk") is None
    assert history.go_on() == "jump"
    assert history.go_on() == "run tw"
    assert history.go_on() is None


def test_what_is_shown_already_is_no_step_back() -> None:
    history = History(["walk", "jump"])
    assert history.go_back("jump") == "walk"
    assert History().go_back("walk") is None


def test_a_command_is_kept_once_and_goes_to_the_end() -> None:
    history = History(["walk", "jump"])
    assert history.add("walk")
    assert not history.add("walk")
    assert history.commands == ["jump", "walk"]
    history.go_back("x")
    history.add("run")
    assert history.go_back("run") == "walk"


def test_the_history_is_bounded() -> None:
    history = History(map(str, range(1000)))
    assert len(history.commands) == MOST
    history.add("new")
    assert len(history.commands) == MOST
    assert history.commands[-2:] == ["999", "new"]
