from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from refusals import refusals

from charlm import language_model
from charlm.generation.network import Network
from corpora.errors import UserError

Refused = Callable[..., str]

TINY = "runs/tiny"
ASKED = ("generate", TINY, "--prompt", "abc", "--length", "60", "--seed", "3", "--temperature", "1")

pytestmark = pytest.mark.usefixtures("run")


def test_a_held_unit_changes_what_is_written(charlm: Any) -> None:
    free = charlm(*ASKED)
    held = charlm(*ASKED, "--hold", "2.4=3.0")
    assert (held.code, held.err) == (0, "")
    assert held.out.startswith("abc")
    assert held.out != free.out == charlm(*ASKED).out


def test_the_command_holds_what_the_library_holds(charlm: Any) -> None:
    holds = ("2.4=3.0", "1.2.forget=0", "1.*.hidden=-0.5")
    expected = language_model.load(TINY).hold(*holds).generate("abc", length=60, seed=3)
    options = [part for hold in holds for part in ("--hold", hold)]
    found = charlm(*ASKED[:-2], *options)
    assert found.out.rstrip("\n") == ("abc" + expected).rstrip("\n")


def test_a_unit_is_held_while_it_reads_and_writes() -> None:
    """With both layers at rest and no residual part left, only the symbol that was read counts."""
    model = language_model.load(TINY)
    held = model.hold("1.*.hidden=0", "2.*.hidden=0")
    texts = ["aaab", "hg.b", "b"]
    (first, *others) = [np.array(list(held.score(text + "a"))[-1].logits) for text in texts]
    assert all(np.array_equal(first, other) for other in others)
    free = [np.array(list(model.score(text + "a"))[-1].logits) for text in texts]
    assert not np.array_equal(free[0], free[1])


def test_holding_leaves_the_model_as_it_was() -> None:
    model = language_model.load(TINY)
    before = model.generate("abc", seed=1, length=50)
    model.hold("1.*=0").generate("abc", seed=1, length=50)
    assert model.generate("abc", seed=1, length=50) == before
    assert model.hold().generate("abc", seed=1, length=50) == before


def test_the_first_of_several_samples_is_the_only_one(charlm: Any) -> None:
    asked = (*ASKED, "--hold", "2.4=3.0")
    alone, beside = charlm(*asked).out, charlm(*asked, "--samples", "3").out
    assert beside.startswith(alone.rstrip("\n"))
    assert beside.count("abc") >= 3


def test_compiled_models_hold_units_as_others_do(
    charlm: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba", exc_type=ImportError)
    asked = (*ASKED, "--hold", "2.4=3.0")
    expected, steps = charlm(*asked), 0
    step = Network.step

    def count(*arguments: Any) -> np.ndarray:
        nonlocal steps
        steps += 1
        return step(*arguments)

    monkeypatch.setattr(Network, "step", count)
    assert charlm(*asked, "--compiled") == expected
    assert steps == 4 + 59  # in NumPy: what is compiled holds nothing


def test_json_names_what_is_held(charlm: Any) -> None:
    data = json.loads(charlm(*ASKED, "--hold", "2.4=3.0", "--hold", "1.0=0", "--json").out)
    assert data["hold"] == ["2.4=3.0", "1.0=0"]
    assert "hold" not in json.loads(charlm(*ASKED, "--json").out)


def test_holding_needs_no_torch(run: Path) -> None:
    code = (
        "import sys; from charlm.language_model import load;"
        f"load({str(run)!r}).hold('1.1=0.5').generate(length=5, seed=1);"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@refusals(
    """
    --hold 3.1=0           | no layer 3
    --hold 0.1=0           | no layer 0
    --hold 1.6=0           | no unit 6
    --hold 1.1             | write LAYER.UNIT=VALUE
    --hold ""              | write LAYER.UNIT=VALUE
    --hold 1.1=            | write LAYER.UNIT=VALUE
    --hold 1.1=nan         | write LAYER.UNIT=VALUE
    --hold 1.1=inf         | write LAYER.UNIT=VALUE
    --hold 1.1=1e9         | from -1,000 to 1,000
    --hold 1.1.forget=1.5  | the forget gate lies from 0 to 1
    --hold 1.1.input=-0.1  | the input gate lies from 0 to 1
    --hold 1.1.reset=0     | have no 'reset'
    --hold 1.1=0 --hold x  | 'x' holds nothing
    """
)
def test_what_cannot_be_held_is_one_line(refused: Refused, arguments: list[str], line: str) -> None:
    assert line in refused(*ASKED, *arguments)


def test_the_library_refuses_as_well() -> None:
    with pytest.raises(UserError, match="no unit 99"):
        language_model.load(TINY).hold("1.99=0")
