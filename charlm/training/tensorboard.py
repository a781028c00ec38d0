"""The events of a training for TensorBoard, an extra."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from charlm.training.events import Evaluated, Event, Sampled, Step
from corpora.errors import UserError


def require_tensorboard() -> None:
    """Raise `UserError` unless TensorBoard is installed."""
    if find_spec("tensorboard") is None:
        raise UserError("TensorBoard is not installed; pip install 'tensorboard>=2.18'")


class TensorBoard:
    """Writes scalars for TensorBoard, which comes with the extra of that name."""

    def __init__(self, folder: Path, step: int = 0) -> None:
        require_tensorboard()
        from torch.utils.tensorboard.writer import SummaryWriter

        # What was logged after `step`, from which the run goes on, is not shown.
        self.writer = SummaryWriter(str(folder), purge_step=step or None)

    def __call__(self, event: Event) -> None:
        """Log `event` if TensorBoard can show it."""
        if isinstance(event, Step | Evaluated):
            kind = "train" if isinstance(event, Step) else "validation"
            for name, value in _scalars(event):
                self.writer.add_scalar(f"{kind}/{name}", value, event.step)
        elif isinstance(event, Sampled):
            self.writer.add_text("sample", event.text, event.step)

    def close(self) -> None:
        """Write what is still to be written."""
        self.writer.close()


def _scalars(event: Step | Evaluated) -> Iterator[tuple[str, float]]:
    if isinstance(event, Evaluated):
        yield from event.metrics.items()
        return
    yield "loss", event.train_loss
    yield "learning_rate", event.learning_rate
    yield "gradient_norm", event.gradient_norm
    yield "units_per_second", event.units_per_second
