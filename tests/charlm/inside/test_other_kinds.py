from __future__ import annotations

from pathlib import Path

import pytest
from tiny_models import write_signed

from charlm.inside.other_kinds import find_looker
from charlm.runs.registry import CHARACTERS, KINDS
from corpora.errors import UserError


def test_a_model_of_characters_is_looked_into_here(run: Path) -> None:
    assert find_looker(str(run), "trace") is None
    assert find_looker(str(run), "units") is None


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != CHARACTERS])
@pytest.mark.parametrize("look", ["trace", "units"])
def test_a_kind_is_looked_into_by_the_function_that_it_names(
    tmp_path: Path, kind: str, look: str
) -> None:
    """The header alone says what a file holds."""
    path = write_signed(tmp_path / "model.safetensors", kind=kind)
    named = getattr(KINDS[kind], look)
    if named is None:
        with pytest.raises(UserError, match=f"is a {kind}: `charlm inside {look}` has nothing"):
            find_looker(str(path), look)  # type: ignore[arg-type]
    else:
        looker = find_looker(str(path), look)  # type: ignore[arg-type]
        assert f"{looker.__module__}:{looker.__name__}" == named  # type: ignore[union-attr]
