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
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charlm.console.process import keep_freed_memory, share_cores
from charlm.console.program import is_out_of_memory
from corpora.errors import UserError
from corpora.known.catalog import CATALOG
from corpora.notice import silent
from corpora.places import cache_dir, mirror_dir
from tui.train.form import Form, check_source
from tui.train.process import find_source
from tui.train.tasks import load_task

if TYPE_CHECKING:
    from charlm.training.config import LoopConfig
    from charlm.training.distributed import World
    from charlm.training.request import Job, Request
    from charlm.training.task import Task as TrainingTask

LARGEST_DATA = 50_000_000
"""Bytes of data that are read for an estimate."""
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
    if not is_here(form):
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


def make_request(form: Form) -> Request:
    """Return the request that the command of a form would make."""
    model, training = form.make_configs()
    changes: Any = {**form.changes, "model": model, "training": training}
    source = find_source(form.source.strip(), form.task.sources)
    if form.task.name == "text":
        from charlm.console.options import DecodingOptions
        from charlm.start import LanguageModelRequest

        names = ("encoding", "errors", "normalize")
        how = DecodingOptions(*(changes.get(name) for name in names)).make()
        return LanguageModelRequest(
            corpus=source, model=changes["model"], training=changes["training"], decoding=how,
            make=False, init_from=form.init_from,
            suffixes=(changes["suffix"],) if changes.get("suffix") else None,
        )  # fmt: skip
    if form.task.name == "reviews":
        from seq.imdb.data import Source
        from seq.imdb.training import ClassifierRequest

        texts = Source(source, changes.get("text_column"), changes.get("label_column"))
        texts = replace(texts, encoding=changes.get("encoding") or texts.encoding)
        return ClassifierRequest(
            model=changes["model"], training=changes["training"], source=texts,
            init_from=form.init_from, vectors=changes.get("vectors"),
        )  # fmt: skip
    from seq.scan.training import TranslatorRequest

    return TranslatorRequest(
        model=changes["model"], training=changes["training"], split=form.source
    )


def is_here(form: Form) -> bool:
    """Return whether the data can be read without a download.

    Raises:
        UserError: it is too large to be looked at before the start.
    """
    source, mirror, cache = form.source.strip(), mirror_dir(), cache_dir()
    places: list[Path] = []
    if form.task.name == "commands":
        if source != "simple":
            return True  # a rule makes it
        places = [cache / "corpora" / "scan_simple_train.txt"]
        places += [mirror / "scan/simple_split/tasks_train_simple.txt"] if mirror else []
    elif source == "imdb":
        places = [cache / "datasets"]
        places += [mirror / "imdb" / "train.parquet"] if mirror else []
    elif source in CATALOG:
        sources = CATALOG[source].sources
        if any(one.packaged for one in sources):
            return True
        places = [cache / "corpora" / f"{source}.txt"]
        places += [mirror / one.mirror for one in sources if mirror and one.mirror]
    else:
        check_size(Path(find_source(source, ())).expanduser())
        return True
    return any(place.exists() for place in places)


def check_size(path: Path) -> None:
    """Raise UserError if a file, or the files of a folder, are too large to be looked at."""
    total = 0
    for one in path.rglob("*") if path.is_dir() else [path]:
        total += one.stat().st_size if one.is_file() else 0
        if total > LARGEST_DATA:
            raise UserError(f"over {LARGEST_DATA // 10**6} MB: time and size show at the start")


def describe_data(job: Job) -> str:
    """Return how much there is to read."""
    corpus, symbols = job.about["corpus"], json.loads(job.vocabulary)
    if "characters" in corpus:
        return f"{corpus['characters']:,} chars · {len(symbols['symbols'])} symbols"
    if "texts" in corpus:
        classes = ", ".join(job.model["classes"][:3])
        return f"{corpus['texts']:,} texts · {classes}"
    return f"{corpus['pairs']:,} commands"


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
