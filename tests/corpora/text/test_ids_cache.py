"""What the cache holds is used if it is whole, and only then."""

from __future__ import annotations

import json
import mmap
import pickle
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora.errors import UserError
from corpora.known.resolve import encode
from corpora.places import cache_dir
from corpora.text import encoded, ids_cache

Write = Callable[..., Path]
Harm = Callable[[Path, Path], object]

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
    assert [p.suffix for p in entries()] == [".json", ".npy"]
    forbid_building(monkeypatch)
    again = encode(str(written(STORY, "copy.txt")))
    assert again.vocabulary == first.vocabulary
    np.testing.assert_array_equal(again.ids, first.ids)
    with pytest.raises(AssertionError, match="built"):
        encode("copy.txt", decoding="latin-1")


def test_a_changed_file_and_another_encoding_are_other_texts(written: Write) -> None:
    path = written(STORY)
    texts = [encode(str(path)), encode(str(path), decoding="latin-1")]
    written(STORY[:-1] + "!")
    texts.append(encode(str(path)))
    assert len({text.sha256 for text in texts}) == 3


def _cut(ids: Path, description: Path) -> None:
    ids.write_bytes(ids.read_bytes()[:-1])


def _cut_header(ids: Path, description: Path) -> None:
    ids.write_bytes(ids.read_bytes()[:40])


def _damage_header(ids: Path, description: Path) -> None:
    data = bytearray(ids.read_bytes())
    data[20] ^= 1
    ids.write_bytes(data)


def _lengthen(ids: Path, description: Path) -> None:
    ids.write_bytes(ids.read_bytes() + b"\0")


def _zero(ids: Path, description: Path) -> None:
    ids.write_bytes(bytes(ids.stat().st_size))


def _empty(ids: Path, description: Path) -> None:
    ids.write_bytes(b"")


def _lose_ids(ids: Path, description: Path) -> None:
    ids.unlink()


def _cut_description(ids: Path, description: Path) -> None:
    description.write_bytes(description.read_bytes()[:-9])


def _falsify(**changes: object) -> Harm:
    def harm(ids: Path, description: Path) -> None:
        description.write_text(json.dumps({**json.loads(description.read_text()), **changes}))

    return harm


def _replace(change: Callable[[np.ndarray], object]) -> Harm:
    """Return a function that stores another array, or any object, with the right checksum."""

    def harm(ids: Path, description: Path) -> None:
        other = change(np.load(ids))
        with ids.open("wb") as file:
            if isinstance(other, np.ndarray):
                np.save(file, other, allow_pickle=True)
            else:
                pickle.dump(other, file)
        _falsify(crc32=zlib.crc32(ids.read_bytes()))(ids, description)

    return harm


class Boom:
    """An object whose pickle raises when it is loaded."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pytest.fail, ("a pickle was loaded",)


@pytest.mark.parametrize(
    "harm",
    [
        _cut,
        _cut_header,
        _damage_header,
        _lengthen,
        _zero,
        _empty,
        _lose_ids,
        _cut_description,
        _falsify(format="charlm-ids 1"),
        _falsify(format="charlm-ids 2"),
        _falsify(lost=[-1]),
        _falsify(lost=[1.5]),
        _falsify(lost=[True]),
        _falsify(lost=[10**300]),
        _falsify(lost=5),
        _falsify(lost=None),
        _falsify(length="many"),
        _falsify(length=-1),
        _falsify(length=1),
        _falsify(length=10**4000),
        _falsify(length=[1]),
        _falsify(length=None),
        _falsify(vocabulary="[]"),
        _falsify(vocabulary=None),
        _falsify(sha256=5),
        _falsify(crc32=0),
        _falsify(more=1),
        _replace(lambda ids: ids.astype(np.int8)),
        _replace(lambda ids: ids.astype(">u2")),
        _replace(lambda ids: ids.astype(float)),
        _replace(lambda ids: ids[:-1]),
        _replace(lambda ids: np.where(np.arange(len(ids)) == 7, ids.max() + 1, ids).astype("u1")),
        _replace(lambda ids: np.where(np.arange(len(ids)) == 7, 255, ids).astype("u1")),
        _replace(lambda ids: ids[None]),
        _replace(lambda ids: ids.reshape(5, -1)),
        _replace(lambda ids: np.asfortranarray(ids.reshape(5, -1))),
        _replace(lambda ids: ids.astype(object)),
        _replace(lambda ids: np.array([Boom()] * len(ids))),
        _replace(lambda ids: Boom()),
        lambda ids, description: description.write_text("[]"),
    ],
)
def test_a_broken_entry_is_rebuilt(written: Write, harm: Harm) -> None:
    path = written(STORY)
    encode(str(path))
    description, ids = entries()
    whole = ids.read_bytes(), description.read_bytes()
    harm(ids, description)
    text = encode(str(path))
    assert text.vocabulary.decode(text.ids) == STORY
    assert (ids.read_bytes(), description.read_bytes()) == whole


def test_the_ids_are_a_file_of_numpy(written: Write) -> None:
    text = encode(str(written(STORY)))
    _, ids = entries()
    np.testing.assert_array_equal(np.load(ids, allow_pickle=False), text.ids)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_damaged_file_is_not_used(data: st.DataObject) -> None:
    Path("a.txt").write_text(STORY)
    encode("a.txt")
    _, path = entries()
    whole = path.read_bytes()
    start = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(start, len(whole)))
    harmed = whole[:start] + data.draw(st.binary(max_size=20)) + whole[end:]
    path.write_bytes(harmed)
    found = ids_cache.load(path.parent, path.stem)
    assert (found is not None) == (harmed == whole)
    path.write_bytes(whole)


def test_entries_of_the_old_format_are_removed(written: Write) -> None:
    folder = cache_dir() / "ids"
    folder.mkdir(parents=True)
    for name in ("old.ids", "old.json", "other.json"):
        (folder / name).write_text("1")
    encode(str(written(STORY)))
    assert [path.suffix for path in entries()] == [".json", ".npy", ".json"]
    assert (folder / "other.json").exists()


def test_released_pages_come_back(written: Write) -> None:
    text = encode(str(written(STORY * 1000)))
    assert isinstance(text.ids._mmap, mmap.mmap)  # type: ignore[attr-defined]
    for ids in (text.ids, text.split("validation"), text.ids.copy()):
        before = ids.tolist()
        encoded.release(ids)
        assert ids.tolist() == before


def test_a_file_that_changes_meanwhile_leaves_no_entry(
    written: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(STORY)
    store = ids_cache.store

    def late(*args: Any, **about: Any) -> None:
        written(STORY.upper())
        store(*args, **about)

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


def test_an_id_that_is_not_in_the_vocabulary_is_refused_wherever_it_is(written: Write) -> None:
    symbols = "".join(map(chr, range(0x4E00, 0x4E00 + 300)))
    text = encode(str(written(symbols * 4000)))
    _, path = entries()
    ids = np.array(text.ids)
    for place in (0, 1 << 19, len(ids) - 1):
        wrong = ids.copy()
        wrong[place] = 300
        np.save(path, wrong)
        _falsify(crc32=zlib.crc32(path.read_bytes()))(path, path.with_suffix(".json"))
        assert ids_cache.load(path.parent, path.stem) is None
    np.save(path, ids)
    _falsify(crc32=zlib.crc32(path.read_bytes()))(path, path.with_suffix(".json"))
    assert ids_cache.load(path.parent, path.stem) is not None
