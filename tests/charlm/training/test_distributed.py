"""Several processes on the CPU, started by torchrun: they train as one, and one of them writes."""

import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from training_helpers import TIMES, options, request, resume, short_text, start, train, trained

from charlm.runs.files import METRICS
from charlm.runs.model_file import read_model
from charlm.runs.run_folder import RunFolder
from charlm.training.log import read_events
from corpora.errors import UserError

TORCHRUN = ("torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m")
PLAIN = {"dropout": 0.2, "sample_length": 1000}  # long samples leave time to interrupt


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    while process.poll() is None and not condition():
        time.sleep(0.01)


def test_two_processes_train_as_one_would(tmp_path: Path) -> None:
    """Interrupted once, resumed once, and compared with one process that was not."""
    text, alone, run = short_text(tmp_path), Path("alone"), tmp_path / "run"
    trained(start(request(text, alone, **PLAIN)))

    process = train(text, "--out", run, *options(**PLAIN), folder=tmp_path, launcher=TORCHRUN)
    log = run / METRICS
    wait_for(lambda: log.exists() and b'"evaluated", "step": 15' in log.read_bytes(), process)
    process.send_signal(signal.SIGTERM)
    _, out, err = ended(process)
    assert "interrupted at step" in out, err
    assert out.count("resume with") == 1  # only the leader speaks
    with (
        pytest.raises(UserError, match="by 2 processes, not by 1; resume it with as many"),
        resume(run),
    ):
        pass

    code, out, err = ended(train("--resume", run, folder=tmp_path, launcher=TORCHRUN))
    assert code == 0, err
    assert out.count("finished at step 66") == 1
    assert_same_training(alone, run)


def assert_same_training(alone: Path, run: Path) -> None:
    """The same events, once each, with the same figures, to what sums of floats differ by."""
    kinds = ("step", "evaluated")
    one, two = (
        [event for event in read_events(folder) if event["event"] in kinds]
        for folder in (alone, run)
    )
    assert [(e["event"], e["step"]) for e in two] == [(e["event"], e["step"]) for e in one]
    for a, b in zip(one, two, strict=True):
        for name in a.keys() - TIMES - {"event", "best", "metrics"}:
            assert b[name] == pytest.approx(a[name], rel=1e-3), name
    weights = [read_model(folder, "charlm").weights for folder in (alone, run)]
    for name, array in weights[0].items():
        assert abs(weights[1][name] - array).max() < 1e-2
    arrays, _ = RunFolder(run).load_last()
    ranks = {name.split(".")[1] for name in arrays if name.startswith("carried.")}
    assert ranks == {"0", "1"}


def test_a_batch_that_cannot_be_shared_is_a_line_and_ends_all_processes(tmp_path: Path) -> None:
    text = short_text(tmp_path)
    given = options(batch_size=7)
    code, out, err = ended(train(text, "--out", "run", *given, folder=tmp_path, launcher=TORCHRUN))
    assert code != 0
    assert "charlm: --batch-size 7 cannot be shared by 2 processes; take a multiple of 2" in err
    assert re.search(r"exitcode\s*: 2", err)  # of the process, as torchrun reports it
    assert "charlm/" not in err.split("charlm: ")[0]  # and no traceback of ours
    assert out == ""
    assert not (tmp_path / "run").exists()
