"""Harm what strangers can hand over, and read it: an answer or one line, never anything else.

    python tests/fuzz_readers.py READER COUNT SEED

A program of its own, so that a crash of the interpreter is seen. It prints the number of answers
and of refusals.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent
for folder in ("charlm", "seq"):
    sys.path.insert(0, str(TESTS / folder))
sys.path.insert(0, str(TESTS.parent))

import numpy as np  # noqa: E402
from commands_of_scan import put  # noqa: E402
from commands_of_scan import request as translator_request  # noqa: E402
from fuzz_series_and_pictures import of_other_tables, of_seq  # noqa: E402
from reviews import request as classifier_request  # noqa: E402
from reviews import reviews, word_request, write_csv  # noqa: E402
from scene_helpers import request as scene_request  # noqa: E402
from series_helpers import request as series_request  # noqa: E402
from tiny_models import damaged, write_run  # noqa: E402
from training_helpers import request, resume, short_text, start, trained_until  # noqa: E402

from charlm import language_model  # noqa: E402
from charlm.experiments.curves import read_curve  # noqa: E402
from charlm.runs.files import CONFIG, LAST, METRICS, MODEL, VOCABULARY  # noqa: E402
from charlm.runs.tensors import read_tensors, write_tensors  # noqa: E402
from charlm.training.log import best_loss, read_events  # noqa: E402
from corpora.errors import UserError  # noqa: E402
from corpora.known.resolve import encode  # noqa: E402
from corpora.labelled.texts import read as read_table  # noqa: E402
from seq.imdb.vectors import read_vectors  # noqa: E402
from tui import state as app_state  # noqa: E402
from tui.train.log import RunLog  # noqa: E402

Random = np.random.Generator
Ask = Callable[[], object]

ODD: list[Any] = [
    None, True, -1, 0, 1, 2**31, 2**63, 10**400, 1.5, -0.0, 1e308, float("nan"), float("inf"), "",
    "x", "\0", "../../x", "\ud800", "9" * 500, [], [[]], [1], {}, {"x": 1}, ["lstm"],
]  # fmt: skip


class PatchForEver:
    """What `put` asks of a fixture of pytest, in a program that ends soon."""

    def setitem(self, of: Any, name: str, value: Any) -> None:
        of[name] = value


def odd_json(text: str, random: Random) -> str:
    """Return JSON in which some values are others, or missing, or doubled."""
    data = json.loads(text)
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, inner in list(items)[:50]:
            places.append((node, key))
            if isinstance(inner, dict | list):
                walk(inner)

    if isinstance(data, dict | list):
        walk(data)
    for _ in range(int(random.integers(1, 4))):
        if not places:
            break
        node, key = places[int(random.integers(len(places)))]
        how = int(random.integers(5))
        if how == 0 and isinstance(node, dict):
            node.pop(key, None)
        elif how == 1 and isinstance(node, dict):
            node[f"{key}x"] = node.get(key)
        elif isinstance(node, dict) or key < len(node):
            node[key] = ODD[int(random.integers(len(ODD)))]
    if random.integers(20) == 0:
        return "[" * int(random.integers(1, 200_000))
    return json.dumps(data)


def odd_arrays(arrays: dict[str, np.ndarray], random: Random) -> dict[str, np.ndarray]:
    """Return tensors of which one has another name, shape, type or content."""
    arrays = dict(arrays)
    name = sorted(arrays)[int(random.integers(len(arrays)))]
    array = arrays[name]
    match int(random.integers(8)):
        case 0:
            del arrays[name]
        case 1:
            arrays[f"{name}x"] = arrays.pop(name)
        case 2:
            arrays[name] = array.reshape(-1)[: max(0, array.size - 1)]
        case 3:
            arrays[name] = array.astype(random.choice([np.float16, np.float64, np.int64, np.uint8]))
        case 4:
            arrays[name] = np.array(3, array.dtype)
        case 5:
            arrays[name] = array[None]
        case 6:
            arrays[name] = np.zeros((0, *array.shape), array.dtype)
        case _:
            arrays[name] = np.full_like(array, random.choice([0, 1, 255]))
    return arrays


def harm_signed(path: Path, whole: bytes, random: Random) -> None:
    """Write a file of tensors that is whole by its checksum, with odd content."""
    path.write_bytes(whole)
    arrays, metadata = read_tensors(path)
    del metadata["sha256"]
    if random.integers(2):
        arrays = odd_arrays(arrays, random)
    else:
        keys = [key for key in sorted(metadata) if key != "vocabulary" or random.integers(2)]
        key = keys[int(random.integers(len(keys)))]
        metadata[key] = odd_json(metadata[key], random)
    write_tensors(path, arrays, metadata)


def harm(path: Path, whole: bytes, random: Random, kind: str) -> None:
    """Write a harmed version of a file: of its bytes, or of what is in it."""
    if random.integers(3) == 0:
        path.write_bytes(next(damaged(whole, 1, int(random.integers(2**31)))))
    elif kind == "tensors":
        harm_signed(path, whole, random)
    elif kind == "lines":
        lines = whole.decode().splitlines()
        at = int(random.integers(len(lines)))
        lines[at] = odd_json(lines[at], random)
        path.write_text("\n".join(lines) + "\n", "utf-8", "surrogatepass")
    elif kind == "json":
        path.write_text(odd_json(whole.decode(), random), "utf-8", "surrogatepass")
    else:
        path.write_bytes(next(damaged(whole, 1, int(random.integers(2**31)))))


Case = tuple[Path, str, list[Ask]]
"""A file, what it is, and what reads it."""


def of_models() -> Iterator[Case]:
    run = write_run(Path("runs/model"), validation_loss=1.5)
    asks: list[Ask] = [lambda: language_model.load(str(run)).generate(length=3, seed=1)]
    asks.append(lambda: best_loss(run))
    yield from _parts(run, MODEL, asks)
    for name, wanted, ask in of_seq():
        with start(wanted) as training:
            list(training.events())
        yield from _parts(Path("runs", name), MODEL, [ask])


def _parts(run: Path, tensors: str, asks: list[Ask]) -> Iterator[Case]:
    yield run / tensors, "tensors", asks
    yield run / CONFIG, "json", asks
    yield run / VOCABULARY, "json", asks


def of_trainings() -> Iterator[Case]:
    put(PatchForEver())
    file = write_csv(Path("own.csv"), reviews(60))
    wanted = {
        "characters": request(short_text(Path()), Path("runs/characters")),
        "reviews": classifier_request(file, Path("runs/reviews")),
        "words": word_request(file, Path("runs/words")),
        "commands": translator_request(Path("runs/commands")),
        "series": series_request(Path("runs/series"), "lorenz"),
        "pictures": scene_request(Path("runs/pictures"), epochs=4),
    }
    for name, one in wanted.items():
        trained_until(5, start, one)
        run = Path("runs") / name

        def ask(run: Path = run) -> None:
            with resume(run) as training:
                next(iter(training.trainer.events()))

        yield from _parts(run, LAST, [ask])
        yield run / METRICS, "lines", [ask]


def of_logs() -> Iterator[Case]:
    wanted = request(short_text(Path()), Path("runs/log"))
    with start(wanted) as training:
        list(training.events())
    run = Path("runs/log")

    def watch() -> None:
        log = RunLog(run)
        log.read()
        for shown in ("train", "norms", "validation", "sample", "best", "elapsed", "unit", "state"):
            getattr(log, shown)

    asks = [lambda: list(read_events(run)), lambda: best_loss(run), watch]
    yield run / METRICS, "lines", [*asks, lambda: read_curve("a", run)]


def of_caches() -> Iterator[Case]:
    text = short_text(Path())
    encode(str(text))
    ask: Ask = lambda: encode(str(text)).ids.sum()  # noqa: E731
    for path in sorted(Path(os.environ["CHARLM_CACHE"], "ids").iterdir()):
        yield path, "json" if path.suffix == ".json" else "bytes", [ask]


def of_tables() -> Iterator[Case]:
    rows = reviews(20)
    csv = write_csv(Path("t.csv"), rows)
    lines = Path("t.jsonl")
    lines.write_text("".join(json.dumps({"text": t, "label": b}) + "\n" for t, b in rows))
    vectors = Path("v.txt")
    vectors.write_text(
        "".join(f"{word} 0.5 -1e3 {n}\n" for n, word in enumerate(["a", "b", "film"]))
    )
    yield from of_other_tables()
    yield csv, "bytes", [lambda: read_table(str(csv))]
    yield lines, "lines", [lambda: read_table(str(lines))]
    yield vectors, "bytes", [lambda: read_vectors(vectors, ["<pad>", "<unk>", "film", "a"])]


def of_the_app() -> Iterator[Case]:
    file, state = app_state.StateFile(), app_state.State(panes={"generate": {"seed": 3}})
    file.write(state.encode(), file.number())
    yield app_state.find_folder() / app_state.FILE, "json", [app_state.load]


READERS: dict[str, Callable[[], Iterator[Case]]] = {
    "models": of_models,
    "trainings": of_trainings,
    "logs": of_logs,
    "caches": of_caches,
    "tables": of_tables,
    "app": of_the_app,
}


def main(reader: str, count: int, seed: int) -> int:
    answers = refusals = 0
    for path, kind, asks in READERS[reader]():
        whole = path.read_bytes()
        folder = path.parent if reader != "tables" else None
        kept = Path("kept")
        if folder is not None and reader == "trainings":
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(Path("runs"), kept)
        for number in range(count):
            random = np.random.default_rng([seed, number])
            harm(path, whole, random, kind)
            for ask in asks:
                try:
                    ask()
                    answers += 1
                except UserError as error:
                    refusals += 1
                    if "\n" in str(error):
                        raise
                except BaseException:
                    sys.stderr.write(f"{reader}: {path}, number {number} of seed {seed}\n")
                    traceback.print_exc()
                    return 1
        path.write_bytes(whole)
        if reader == "trainings":  # what a resumed training changed
            shutil.rmtree("runs")
            shutil.copytree(kept, "runs")
    sys.stdout.write(f"{answers} {refusals}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
