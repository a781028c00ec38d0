from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import pytest
from story import HOSTILE, STORY

from charlm.training.tensorboard import TensorBoard
from corpora.errors import UserError


def test_without_tensorboard_the_advice_is_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard.writer", None)
    with pytest.raises(UserError, match=r"pip install 'tensorboard"):
        TensorBoard(tmp_path / "board")
    assert not (tmp_path / "board").exists()


def test_tensorboard_gets_the_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Any, ...]] = []

    class Writer:
        def __init__(self, folder: str, purge_step: int | None) -> None:
            told.append(("open", folder, purge_step))

        def add_scalar(self, name: str, value: float, step: int) -> None:
            told.append((name, value, step))

        def add_text(self, name: str, text: str, step: int) -> None:
            told.append((name, text, step))

        def close(self) -> None:
            told.append(("close",))

    package, module = (types.ModuleType(name) for name in ("tensorboard", "writer"))
    module.SummaryWriter = Writer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", package)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard.writer", module)
    monkeypatch.setattr("charlm.training.tensorboard.require_tensorboard", lambda: None)
    board = TensorBoard(tmp_path, step=7)
    for event in STORY:
        board(event)
    board.close()
    assert told[0] == ("open", str(tmp_path), 7)
    assert told[-1] == ("close",)
    for figure in (
        ("train/loss", 1.4, 20),
        ("train/gradient_norm", 0.75, 10),
        ("validation/loss", 1.25, 15),
        ("sample", HOSTILE, 30),
    ):
        assert figure in told
