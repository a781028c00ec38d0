"""The official files of the simple split: from a mirror or the network, verified."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from corpora.errors import UserError
from corpora.scan import official, splits
from corpora.scan.grammar import pairs


@pytest.mark.usefixtures("unreachable")
def test_a_file_that_is_not_the_official_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mirror" / "scan" / "simple_split" / "tasks_train_simple.txt"
    file.parent.mkdir(parents=True)
    file.write_text("IN: jump OUT: I_WALK\n")
    with pytest.raises(UserError, match="not the expected text of scan_simple_train"):
        splits.load("simple")


def test_the_official_draw_comes_from_the_network_once(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = list(pairs())
    parts = {"train": every[:20], "test": every[20:25]}
    digests = {}
    for part, some in parts.items():
        lines = [f"IN: {' '.join(p.command)} OUT: {' '.join(p.actions)}\n" for p in some]
        data = "".join(lines).encode()
        digests[part] = hashlib.sha256(data).hexdigest()
        server.pages[f"/simple_split/tasks_{part}_simple.txt"] = (200, data, None)
    monkeypatch.setattr(official, "REPOSITORY", server.url)
    monkeypatch.setattr(official, "_SHA256", digests)
    for _ in range(2):
        split = splits.load("simple")
        assert (split.train, split.test) == (tuple(parts["train"]), tuple(parts["test"]))
        assert split.official
    assert len(server.requests) == 2
