"""A translator on the test commands of a split, as commands report it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from charlm.console.program import notice, stderr
from charlm.training.config import Device, Precision

if TYPE_CHECKING:
    from corpora.scan.splits import Split
    from seq.scan.metrics import Report
    from seq.scan.trained_on import TrainedOn

TestSplit = Annotated[
    str | None,
    Parameter(
        help="Split whose test commands are translated, or a file of pairs of your own; by default "
        "the split that the model was trained on."
    ),
]


@dataclass(frozen=True)
class Tested:
    """What was translated, by which translator, and how well."""

    trained_on: TrainedOn
    """What the translator was trained on."""
    split: Split
    """The test commands."""
    report: Report
    """Exact match, and the mistakes."""


def translate_test(model: str, split: str | None, device: Device, precision: Precision) -> Tested:
    """Translate the test commands of a split.

    Args:
        model: name of the translator.
        split: name of a split, or a file of pairs; None for the split of the training.
        device: device to compute on.
        precision: arithmetic of the recurrent layers.

    Raises:
        UserError: there is no such model or split, or no pairs to test on.
    """
    from seq.scan.library import load
    from seq.scan.metrics import report
    from seq.scan.own_pairs import load_test
    from seq.scan.trained_on import find_trained_on

    translator = load(model, device=device, precision=precision)
    trained_on = find_trained_on(model)
    chosen = load_test(split or trained_on.require_split(model), notice)
    with stderr().status(f"translating {len(chosen.test):,} commands …"):
        return Tested(trained_on, chosen, report(translator, chosen.test))
