from __future__ import annotations

import re

import pytest

from corpora.errors import UserError
from corpora.known.catalog import CATALOG, lookup, suggest


@pytest.mark.parametrize("name", CATALOG)
def test_every_entry_can_be_found_named_and_verified(name: str) -> None:
    entry = lookup(name)
    assert entry.name == name
    assert entry.path == f"corpora/{name}.txt"
    assert entry.title
    assert entry.licence
    for source in entry.sources:
        assert source.url or source.packaged
        assert source.url is None or source.url.startswith("https://")
        if source.sha256 is not None:
            assert re.fullmatch(r"[0-9a-f]{64}", source.sha256)
        if source.edition is not None or source.sha256 is None:
            # Without a digest to insist on, the text is known by its two ends.
            assert source.packaged or (source.opening and source.closing)


def test_an_unknown_name_brings_the_ones_that_come_close() -> None:
    with pytest.raises(UserError, match=r"did you mean war_and_peace\?"):
        lookup("war_and_pece")
    with pytest.raises(UserError) as caught:
        lookup("zzz")
    assert all(name in str(caught.value) for name in CATALOG)
    assert "did you mean" not in str(caught.value)
    assert "novel.txt" in suggest("nowel.txt", "novel.txt")
