"""Measures of forecasts as a table."""

from __future__ import annotations

from collections.abc import Sequence

from seq.forecast.metrics import Measures

HEADINGS = ("MAE", "RMSE", "NRMSE", "sMAPE", "MASE", "CRPS", "in the 80 % band", "NRMSE, last step")


def format_measures(found: Sequence[Measures]) -> list[str]:
    """Return the cells of a row below `HEADINGS`: means, and deviations if there are several.

    Args:
        found: the measures of one method, of several seeds perhaps; at least one.
    """
    names = ("mae", "rmse", "nrmse", "smape", "mase", "crps", "coverage", "last_nrmse")
    shares = {"smape", "coverage"}
    return [_format([getattr(one, name) for one in found], name in shares) for name in names]


def _format(values: Sequence[float], share: bool) -> str:
    mean = sum(values) / len(values)
    if mean != mean:
        return "–"
    text = f"{mean:.1%}" if share else f"{mean:.4g}"
    if len(values) == 1:
        return text
    spread = (sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5
    return f"{text} ± {spread:.1%}" if share else f"{text} ± {spread:.2g}"
