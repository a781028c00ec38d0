"""`charlm bench`: the speed of generation and training beside torch's own LSTM."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter
from rich.table import Table

from charlm.config import DEFAULT_PRESET, PRESETS
from charlm.console.options import Json
from charlm.console.program import print_json, stderr, stdout
from charlm.experiments.speed import Measurement, measure_generation, measure_training
from charlm.training.config import preset
from corpora.errors import UserError

What = Literal["all", "generation", "training"]
Where = Literal["auto", "cpu", "cuda"]


def bench(
    *,
    what: What = "all",
    presets: Annotated[tuple[str, ...], Parameter(name="--preset", consume_multiple=True)] = (
        DEFAULT_PRESET,
    ),
    seconds: float = 1.0,
    rounds: int = 3,
    device: Where = "cpu",
    json: Json = False,
) -> None:
    """Measure the speed of generation and training beside torch's own LSTM.

    Generation is compared on one thread of the CPU: charlm steps and samples in NumPy and, if
    Numba is installed, in compiled code; torch steps an nn.LSTM and samples. Training is compared
    on all cores, or on a GPU: charlm trains presets as `charlm train` does, in bf16 and in fp32;
    torch trains a plain nn.LSTM of the same size in fp32. The column "floor" is the speed of the
    matrix products alone, in the same arithmetic; those of generation are one product of all
    weights, which for the compiled code has as many bytes as its weights in half precision. Every
    figure is measured in a process of its own; the two sides take turns, and the best round counts.

    Parameters
    ----------
    what
        What to measure.
    presets
        Presets to train.
    seconds
        Time for each measurement of a round.
    rounds
        Rounds, the best of which counts.
    device
        Where to train: cuda is a GPU, auto is a GPU if there is one.
    """
    from charlm.training.device import count_cores, pick_device

    if seconds <= 0 or rounds < 1:
        raise UserError("--seconds must be above 0 and --rounds at least 1")
    for name in presets:
        preset(name, PRESETS)
    where = pick_device(device).type
    measurements: list[Measurement] = []
    with stderr().status("measuring …"):
        if what != "training":
            measurements += measure_generation(seconds, rounds)
        if what != "generation":
            measurements += measure_training(presets, seconds, rounds, where)
    if json:
        rows = [{**vars(m), "ratio": m.ratio} for m in measurements]
        print_json({"measurements": rows, "device": where, "cores": count_cores()})
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("characters per second")
    for heading in ("streams", "charlm", "torch", "ratio", "floor", "of it"):
        table.add_column(heading, justify="right")
    for m in measurements:
        figures = (f"{m.ours:,.0f}", f"{m.torch:,.0f}", f"{m.ratio:.1f}")
        shares = (f"{m.floor:,.0f}", f"{m.ours / m.floor:.0%}")
        table.add_row(m.what, str(m.streams), *figures, *shares)
    stdout().print(table)
