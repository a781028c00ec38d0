"""The figures of a run as lines of text. This module uses no screen."""

from __future__ import annotations

from charlm.console.lines import format_clock
from charlm.console.program import format_name
from charlm.training.log import to_number
from tui.train.log import Evaluation, RunLog

AVERAGED = "avg"
"""Mark of a best model that is the average of the weights; see `ema_decay`."""
STOPPED = "it ended without a word: it was killed, or the machine went down; f7 goes on"


def format_figures(log: RunLog, state: str | None = None) -> str:
    """Return the state and the newest figures of a run, in one to five lines.

    Args:
        log: log of the run.
        state: state that the app knows better than the log; None takes that of the log.
    """
    step, start = log.step, log.start
    state = log.state if state is None else state
    lines = [f"{format_name(str(log.folder))}: {state}"]
    if (parameters := to_number(start.get("parameters"))) is not None:
        lines.append(f"{parameters:,.0f} parameters")
        if precision := start.get("precision"):
            lines[-1] += f", {format_name(str(precision))[:8]}"
    if step:
        lines.append(f"pass {step['epoch']:.2f}, train {step['train_loss']:.4f} nats")
    if (best := log.best_evaluation) is not None:
        average = ", average of the weights" if best.averaged else ""
        figure = f"best {best.loss:.4f} nats{_add_accuracy(best)}, pass {best.epoch:.4g}"
        lines.append(f"{figure}{average}")
    if state == "stopped":
        lines.append(STOPPED)
    return "\n".join(lines)


def _add_accuracy(best: Evaluation) -> str:
    return "" if best.accuracy is None else f", {best.accuracy:.1%} right"


def format_best(log: RunLog) -> str:
    """Return the best figure of a run for a table: its accuracy, or its loss."""
    best = log.best_evaluation
    if best is None:
        return "–"
    mark = f" {AVERAGED}" if best.averaged else ""
    if best.accuracy is not None:
        return f"{best.accuracy:.1%}{mark}"
    return f"{best.loss:.3f} nats{mark}" if abs(best.loss) < 1e6 else f"{best.loss:.1e} nats{mark}"


def format_took(log: RunLog) -> str:
    """Return how long a run has trained."""
    return "–" if log.elapsed is None or log.elapsed > 1e9 else format_clock(log.elapsed)


def format_speed(log: RunLog) -> str:
    """Return the speed of a training now."""
    return f"{log.step['units_per_second']:,.0f} {log.unit}/s" if log.step else ""


def format_time_left(log: RunLog) -> str:
    """Return how long a training will still take, as it estimates."""
    remaining = to_number(log.step.get("remaining"))
    if remaining is None or not 0 <= remaining < 1e9:
        return ""
    return f"{format_clock(remaining)} left"


def find_share_done(log: RunLog) -> float | None:
    """Return how much of a training is behind, from 0 to 1; None if the log does not tell."""
    if log.end.get("reason") == "finished":
        return 1.0
    elapsed, remaining = (to_number(log.step.get(name)) for name in ("elapsed", "remaining"))
    if elapsed is not None and remaining is not None and elapsed + remaining > 0:
        return max(0.0, min(1.0, elapsed / (elapsed + remaining)))
    step, total = to_number(log.step.get("step")), to_number(log.start.get("total_steps"))
    if step is None or not total:
        return None
    return max(0.0, min(1.0, step / total))


def describe_progress(log: RunLog, passes: float | None) -> str:
    """Return how far a run is: `pass 11.1 of 25`."""
    if not log.step:
        return ""
    of = "" if passes is None else f" of {passes:g}"
    return f"pass {log.step['epoch']:.1f}{of}"
