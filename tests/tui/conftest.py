"""The app with small models of its own, a state of its own, and screens to compare."""

import os
import re
import string
from collections.abc import Callable
from pathlib import Path

import pytest
from commands_of_scan import put
from commands_of_scan import request as translator_request
from review_helpers import understanding
from reviews import reviews
from tiny_models import vocabulary_of, write_run
from training_helpers import start, trained

from charlm.runs import registry

SNAPSHOTS = Path(__file__).parent / "snapshots"
REWRITE = "CHARLM_REWRITE_SNAPSHOTS"
"""Set in the environment, it has the snapshots written anew instead of compared."""


@pytest.fixture(scope="session")
def small_models(once: Callable[..., Path]) -> Path:
    """A folder with character models, a classifier and two translators, by package."""
    return once("small-models", make_small_models)


def make_small_models(folder: Path) -> None:
    letters = vocabulary_of(string.ascii_letters + " .,\n")
    write_run(folder / "charlm" / "tiny", vocabulary=letters)
    write_run(folder / "charlm" / "unlike", vocabulary=vocabulary_of("abc \n"))
    made = understanding(folder, reviews(160), adversarial=0.0, learning_rate=0.03)
    (folder / "seq").mkdir()
    made.rename(folder / "seq" / "reviews")
    with pytest.MonkeyPatch.context() as patch:
        put(patch)
        for name, kind in (("look", "scaled_dot"), ("plain", "none")):
            wanted = {"attention": kind, "epochs": 30, "hidden_size": 32}
            trained(start(translator_request(folder / "seq" / name, **wanted)))


@pytest.fixture(autouse=True)
def at_home(small_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the app the small models, and nothing of the user's."""
    monkeypatch.setattr(registry, "pretrained", lambda package: small_models / package)
    monkeypatch.setenv("CHARLM_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("COLUMNS")


@pytest.fixture
def compare() -> Callable[[str, str], None]:
    """Compare the screen of an app, an SVG, with the one that is kept under a name."""
    SNAPSHOTS.mkdir(exist_ok=True)

    def check(svg: str, name: str) -> None:
        # What differs from one export to the next: the ids of the styles.
        svg = re.sub(r"terminal-\d+-", "terminal-", svg)
        path = SNAPSHOTS / f"{name}.svg"
        if os.environ.get(REWRITE):
            path.write_text(svg, encoding="utf-8")
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        if svg != kept:
            seen = Path(f"{name}.svg").absolute()
            seen.write_text(svg, encoding="utf-8")
            pytest.fail(f"{seen} is not {path}; look at both, and set {REWRITE}=1 if it is right")

    return check
