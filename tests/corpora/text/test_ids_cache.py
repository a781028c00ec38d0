"""What the cache holds is used if it is whole, and only then."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from corpora.errors import UserError
from corpora.known.resolve import encode
from corpora.places import cache_dir
from corpora.text import encoded, ids_cache

Write = Callable[..., Path]

STORY = "It rained on the tête-à-tête.\nNobody minded.\n"


def entries() -> list[Path]:
    return sorted((cache_dir() / "ids").iterdir())


def forbid_building(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(*args: object) -> None:
        raise AssertionError("built although it was in the cache")

    monkeypatch.setattr(encoded, "_build", build)


def test_the_second_time_it_comes_from_the_cache(
    written: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = encode(str(written(STORY)))
    assert [p.suffix for p in entries()] == [".ids", ".json"]
    forbid_building(monkeypatch)
    again = encode(str(written(STORY, "copy.txt")))
    assert again.vocabulary == first.vocabulary
    np.testing.assert_array_equal(again.ids, first.ids)
    with pytest.raises(AssertionError, match="built"):
        encode("copy.txt", encoding="latin-1")


def test_a_changed_file_and_another_encoding_are_other_texts(written: Write) -> None:
    path = written(STORY)
    texts = [encode(str(path)), encode(str(path), encoding="latin-1")]
    written(STORY[:-1] + "!")
    texts.append(encode(str(path)))
    assert len({text.sha256 for text in texts}) == 3


def _cut(ids: Path, described: Path) -> None:
    ids.write_bytes(ids.read_bytes()[:-1])


def _lengthen(ids: Path, described: Path) -> None:
    ids.write_bytes(ids.read_bytes() + b"\0")


def _zero(ids: Path, described: Path) -> None:
    ids.write_bytes(bytes(ids.stat().st_size))


def _lose_ids(ids: Path, described: Path) -> None:
    ids.unlink()


def _cut_description(ids: Path, described: Path) -> None:
    described.write_bytes(described.read_bytes()[:-9])


def _falsify(**changes: object) -> Callable[[Path, Path], None]:
    def harm(ids: Path, described: Path) -> None:
        described.write_text(json.dumps({**json.loads(described.read_text()), **changes}))

    return harm


@pytest.mark.parametrize(
    "harm",
    [
        _cut,
        _lengthen,
        _zero,
        _lose_ids,
        _cut_description,
        _falsify(format="charlm-ids 0"),
        _falsify(dtype="<u2"),
        _falsify(length="many"),
        _falsify(length=-1),
        _falsify(vocabulary="[]"),
        _falsify(vocabulary=None),
        _falsify(sha256=5),
        _falsify(more=1),
        lambda ids, described: described.write_text("[]"),
    ],
)
def test_a_broken_entry_is_rebuilt(written: Write, harm: Callable[[Path, Path], None]) -> None:
    path = written(STORY)
    encode(str(path))
    ids, described = entries()
    whole = ids.read_bytes(), described.read_bytes()
    harm(ids, described)
    text = encode(str(path))
    assert text.vocabulary.decode(text.ids) == STORY
    assert (ids.read_bytes(), described.read_bytes()) == whole


def test_a_file_that_changes_meanwhile_leaves_no_entry(
    written: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(STORY)
    store = ids_cache.store

    def late(*args: object) -> None:
        written(STORY.upper())
        store(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(ids_cache, "store", late)
    with pytest.raises(UserError, match="changed while it was being read; try again"):
        encode(str(path))
    assert entries() == []


def test_processes_may_encode_the_same_text_at_once(written: Write) -> None:
    path = written(STORY * 5000)
    program = (
        "import sys; from corpora.known.resolve import encode\n"
        "text = encode(sys.argv[1]); print(text.sha256, text.ids.sum(dtype=int))"
    )
    root = Path(encoded.__file__).resolve().parents[2]
    command = [sys.executable, "-c", program, str(path)]
    runs = [
        subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    outputs = {run.communicate()[0] for run in runs}
    assert [run.returncode for run in runs] == [0, 0, 0]
    text = encode(str(path))
    assert outputs == {f"{text.sha256} {text.ids.sum(dtype=int)}\n"}
    assert len(entries()) == 2
