"""The process that looks at a training before it starts: `python -m tui.train.estimating`.

It reads a form as one line of JSON and answers with one line, again and again, until its input
ends. In a process of its own torch is loaded, and steps are made, without a pause of the app.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from charlm.console.process import keep_freed_memory, share_cores
from charlm.console.program import is_out_of_memory
from corpora.errors import UserError
from corpora.notice import silent
from tui.train.form import Form
from tui.train.requests import make_request
from tui.train.sources import check_source, is_here
from tui.train.tasks import load_task

if TYPE_CHECKING:
    from charlm.training.config import LoopConfig
    from charlm.training.distributed import World
    from charlm.training.request import Job
    from charlm.training.task import Task as TrainingTask

LARGEST_MODEL = 20_000_000
"""Parameters of a model whose speed is measured: a step of a larger one may take minutes."""
MEASURE_FOR = 1.0
"""Seconds of steps that are made to measure a speed."""
FIRST_STEPS = 2
"""Steps before them, which are slower: memory is taken then."""
LATER = "it is fetched at the start; size and time are known then"


def main() -> None:
    """Answer every line of standard input, and end with it."""
    share_cores()
    keep_freed_memory()
    warnings.simplefilter("ignore")  # weights that are not copied: nothing is trained here
    for line in sys.stdin:
        sys.stdout.write(f"{json.dumps(answer(json.loads(line)))}\n")
        sys.stdout.flush()


def answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is found out about a training; `error` says what is wrong with it.

    Args:
        asked: name of the `task`, its `form` as JSON, and whether to `measure` the speed.
    """
    try:
        form = Form.from_json(load_task(asked["task"]), asked["form"])
        return look_at(form, measured=bool(asked["measure"]))
    except UserError as error:
        return {"error": str(error)}
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        return {"error": "out of memory: choose a smaller model, batch or window"}


def look_at(form: Form, *, measured: bool) -> dict[str, Any]:
    """Return size of the data, parameters, and steps and units of a pass; perhaps the speed too.

    Raises:
        UserError: the training would be refused.
    """
    import torch

    from charlm.training.device import pick_device
    from charlm.training.distributed import World
    from charlm.training.precision import settle_precision
    from charlm.training.request import Hooks

    form.make_configs()
    check_source(form.task, form.source)
    if not is_here(form.task, form.source):
        return {"data": LATER}
    job = make_request(form).job(Hooks())
    device = pick_device(job.training.device)
    precision = settle_precision(job, World(device=device), silent)
    meta = torch.device("meta")
    with meta:  # sizes without memory
        shape = job.task(World(device=meta), precision)
    parameters = sum(one.numel() for one in shape.model.parameters() if one.requires_grad)
    found: dict[str, Any] = {"data": describe_data(job), "parameters": parameters}
    found |= {"unit": shape.unit, "steps": shape.steps_per_epoch}
    found["units"] = count_units(job, shape)
    if measured and parameters <= LARGEST_MODEL:
        world = World(device=device)
        found["speed"] = measure(job.task(world, precision), job.training, world, precision)
    return found


def describe_data(job: Job) -> str:
    """Return how much there is to read."""
    corpus, symbols = job.about["corpus"], json.loads(job.vocabulary)
    if "characters" in corpus:
        return f"{corpus['characters']:,} chars · {len(symbols['symbols'])} symbols"
    if "texts" in corpus:
        classes = ", ".join(job.model["classes"][:3])
        return f"{corpus['texts']:,} texts · {classes}"
    if "rows" in corpus:
        return f"{corpus['rows']:,} rows · {', '.join(corpus['inputs'])}"
    if "pictures" in corpus:
        return f"{corpus['pictures']:,} pictures · {len(symbols['symbols'])} words"
    if "scenes" in corpus:
        return f"{corpus['scenes']:,} scenes a pass, drawn by rule"
    return f"{corpus['pairs']:,} {'commands' if 'split' in corpus else 'pairs'}"


def count_units(job: Job, task: TrainingTask[Any]) -> int:
    """Return how many units one pass reads."""
    window = getattr(job.training, "window", None)
    if window is not None:
        return int(task.steps_per_epoch * job.training.batch_size * window)
    training: Any = task
    return len(training.training)


def measure(task: TrainingTask[Any], config: LoopConfig, world: World, precision: Any) -> float:
    """Return units per second, over some steps that are made as a training makes them."""
    from charlm.training.steps import Steps

    steps = Steps(task, config, world=world, precision=precision)
    task.model.train()
    units, began, least = 0, time.perf_counter(), time.perf_counter()
    for number, batch in enumerate(task.batches(config.epochs - 1, 0)):
        if number == FIRST_STEPS:
            units, began = 0, time.perf_counter()
        loss, _, _ = steps.make(batch)
        float(loss)  # wait for a GPU
        units += task.units(batch)
        if time.perf_counter() - least > MEASURE_FOR:
            break
    return units / max(1e-9, time.perf_counter() - began)


if __name__ == "__main__":
    main()
