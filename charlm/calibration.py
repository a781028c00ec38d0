"""What is fitted to a trained model on the validation part: temperature, and dynamic evaluation.

A model that has learned its training part nearly by heart is too sure of itself elsewhere. Logits
divided by one number above 1 mend that (Guo, Pleiss, Sun and Weinberger 2017). The number goes into
the weights of the output layer, so that everything that reads the model has it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from charlm.dynamic_evaluation import Dynamic, evaluate_dynamically
from charlm.evaluation import evaluate, predict
from charlm.model import CharLM
from charlm.runs.files import CONFIG, read_json
from charlm.training.log import to_number
from corpora.errors import UserError

TEMPERATURES = np.exp(np.linspace(np.log(0.5), np.log(2.0), 25))
"""Temperatures that are tried, each 6 % above the one before."""
RATES = (3e-5, 1e-4, 3e-4)
"""Rates of dynamic evaluation that are tried."""
DECAYS = (2e-3, 1e-2, 5e-2)
"""Decays of dynamic evaluation that are tried, at the best rate."""
DYNAMIC_CHARACTERS = 16_000
"""Characters that rate and decay are fitted on: each pair takes a training on them."""


@dataclass(frozen=True)
class Fitted:
    """The temperature at which a model predicts a text best."""

    temperature: float
    """What its logits are divided by. Above 1: the model was too sure."""
    before: float
    """Loss without it, in nats per character."""
    after: float
    """Loss with it, in nats per character."""


def fit_temperature(
    model: CharLM, ids: np.ndarray, *, device: torch.device, remap: np.ndarray | None = None
) -> Fitted:
    """Find the temperature with the lowest loss on a text.

    The loss is measured at 25 temperatures from 0.5 to 2 in one pass; the lowest point of the
    parabola through the best of them and its neighbours is taken, and measured in a second pass.

    Args:
        model: the model, on `device`.
        ids: the text (N,), at least 2 characters. Take the validation part.
        device: where to compute, in the autocast context of the caller.
        remap: lookup table from `ids` to the ids of the model.
    """
    nats, before, characters = np.zeros(len(TEMPERATURES)), 0.0, 0
    for predicted in predict(model, ids, device=device, remap=remap):
        nats += [predicted.compute_nats(float(one)) for one in TEMPERATURES]
        before += predicted.compute_nats()
        characters += int(predicted.inside.sum())
    best = find_lowest(TEMPERATURES, nats)
    score = evaluate(model, ids, device=device, line_feed=None, remap=remap, temperature=best)
    return Fitted(best, before / characters, score.nats_per_character)


def find_lowest(places: np.ndarray, losses: np.ndarray) -> float:
    """Return where a curve is lowest, by a parabola in the logarithm of the place.

    Args:
        places: the K places, each by the same factor above the one before.
        losses: the curve there (K,).

    Returns:
        The lowest point of the parabola through the lowest place and its neighbours; at an end of
        the curve, that end.
    """
    best = int(np.argmin(losses))
    if best in (0, len(places) - 1):
        return float(places[best])
    left, middle, right = losses[best - 1 : best + 2]
    steps = 0.5 * (left - right) / (left - 2 * middle + right)
    return float(places[best] * (places[best + 1] / places[best]) ** steps)


def divide_logits(weights: Mapping[str, np.ndarray], temperature: float) -> dict[str, np.ndarray]:
    """Return the weights of a `CharLM` whose logits are divided by `temperature`."""
    output = ("output.weight", "output.bias")
    return {
        name: array / np.float32(temperature) if name in output else array
        for name, array in weights.items()
    }


def fit_dynamic(
    model: CharLM,
    ids: np.ndarray,
    training: np.ndarray,
    *,
    device: torch.device,
    remap: np.ndarray | None = None,
    progress: Callable[[str], None] = lambda what: None,
) -> Dynamic:
    """Return the rate and the decay of dynamic evaluation with the lowest loss on a text.

    First the rate is chosen, then the decay at that rate.

    Args:
        model: the model, on `device`; it is not changed.
        ids: the text; its first 16,000 characters are read. Take the validation part.
        training: text that the model was trained on, for the scale of its gradients.
        device: where to compute.
        remap: lookup table from ids to the ids of the model.
        progress: called with what is tried.
    """
    losses: dict[Dynamic, float] = {}

    def measure(one: Dynamic) -> float:
        if one not in losses:
            progress(f"rate {one.rate:g}, decay {one.decay:g}")
            score = evaluate_dynamically(
                copy.deepcopy(model),
                ids[: DYNAMIC_CHARACTERS + 1],
                training,
                one,
                device=device,
                line_feed=None,
                remap=remap,
            )
            losses[one] = score.nats_per_character if np.isfinite(score.nats) else np.inf
        return losses[one]

    best = min((Dynamic(rate=rate) for rate in RATES), key=measure)
    return min((replace(best, decay=decay) for decay in DECAYS), key=measure)


def read_dynamic(path: Path) -> Dynamic:
    """Return the settings of dynamic evaluation that were fitted to a model, or the usual ones.

    Args:
        path: run folder or model file.

    Raises:
        UserError: what the folder says of them is no number that they can be.
    """
    config = read_json(path / CONFIG) if path.is_dir() else None
    recorded = config.get("dynamic") if isinstance(config, dict) else None
    if recorded is None:
        return Dynamic()
    numbers = recorded if isinstance(recorded, dict) else {}
    rate, decay = (to_number(numbers.get(name)) for name in ("rate", "decay"))
    if rate is None or decay is None or not (0 < rate <= 1 and 0 <= decay <= 1):
        raise UserError(f"{path / CONFIG}: dynamic wants a rate and a decay between 0 and 1")
    return Dynamic(rate=rate, decay=decay)
