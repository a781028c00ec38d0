"""Several processes on the CPU, started by torchrun: they train as one, and one of them writes."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from forked_programs import Program
from forked_programs import run as run_program
from training_helpers import (
    TIMES,
    environment,
    last_step,
    options,
    request,
    resume,
    short_text,
    start,
    train,
    trained,
)

from charlm.runs.files import METRICS
from charlm.runs.model_file import read_model
from charlm.runs.run_folder import RunFolder
from charlm.training.log import read_events
from corpora.errors import UserError

pytestmark = pytest.mark.long

TORCHRUN = ("torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m")
PLAIN = {"dropout": 0.2, "sample_length": 1000}  # long samples leave time to interrupt
RICH = PLAIN | {"ema_decay": 0.9, "ema_start": 0.3, "shift_streams": True, "zero_state": 0.1}


def ended(process: Program) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def wait_for(condition: Callable[[], bool], process: Program) -> None:
    while process.poll() is None and not condition():
        time.sleep(0.01)


def test_two_processes_train_as_one_would(tmp_path: Path) -> None:
    """Interrupted once, resumed once, and compared with one process that was not."""
    text, alone, run = short_text(tmp_path), Path("alone"), tmp_path / "run"
    trained(start(request(text, alone, **RICH)))

    process = train(text, "--out", run, *options(**RICH), folder=tmp_path, launcher=TORCHRUN)
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

    codes, out, err = ended_all(start_ranks("--resume", run, folder=tmp_path))
    assert codes == [0, 0], err
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
            known = a[name] is not None  # the loss of an average that has not begun
            assert b[name] == (pytest.approx(a[name], rel=1e-3) if known else None), name
    weights = [read_model(folder, "charlm").weights for folder in (alone, run)]
    for name, array in weights[0].items():
        assert abs(weights[1][name] - array).max() < 1e-2
    arrays, _ = RunFolder(run).load_last()
    ranks = {name.split(".")[1] for name in arrays if name.startswith("carried.")}
    assert ranks == {"0", "1"}


def start_ranks(
    *arguments: str | Path, folder: Path, launcher: tuple[str, ...] = ("charlm.train",)
) -> list[Program]:
    """Start two processes as torchrun does, but without it: nobody watches over them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "TORCHELASTIC_RUN_ID": "test"}
    shared |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    return [
        Program(
            *("-m", *launcher, *arguments),
            cwd=folder,
            env=environment(folder, **shared, RANK=rank, LOCAL_RANK=rank),
        )
        for rank in "01"
    ]


LONG = {"sample_length": 0, "epochs": 100_000, "evaluate_every": 20, "save_seconds": 1}


@pytest.mark.slow
@pytest.mark.parametrize("lost", [0, 1])
def test_when_one_process_is_killed_the_other_ends_with_a_line(tmp_path: Path, lost: int) -> None:
    text, run = short_text(tmp_path), tmp_path / "run"
    ranks = start_ranks(text, "--out", run, *options(**LONG), folder=tmp_path)
    wait_for(lambda: last_step(run) > 0, ranks[0])
    ranks[lost].kill()
    began = time.monotonic()
    code, _, err = ended(ranks[1 - lost])
    assert time.monotonic() - began < 60
    assert code == 2, err
    (line,) = [line for line in err.splitlines() if line.startswith("charlm: ")]
    assert "another process of the training is gone" in line
    assert "Traceback" not in err
    ended(ranks[lost])
    step = last_step(run)
    code, out, err = ended_all(
        start_ranks("--resume", run, "--max-minutes", "0.0001", folder=tmp_path)
    )
    assert code == [0, 0], err
    assert last_step(run) >= step
    assert "out of time" in out


def ended_all(ranks: list[Program]) -> tuple[list[int], str, str]:
    codes, outs, errs = zip(*map(ended, ranks), strict=True)
    return list(codes), "".join(outs), "".join(errs)


def test_a_signal_to_one_process_ends_all_with_a_save(tmp_path: Path) -> None:
    """To one that does not lead."""
    text, run = short_text(tmp_path), tmp_path / "run"
    ranks = start_ranks(text, "--out", run, *options(**LONG), folder=tmp_path)
    wait_for(lambda: last_step(run) > 0, ranks[0])
    ranks[1].send_signal(signal.SIGTERM)
    codes, out, err = ended_all(ranks)
    assert codes[1] == 128 + signal.SIGTERM, err
    assert out.count("interrupted at step") == 1
    assert f"interrupted at step {last_step(run)}" in out.replace(",", "")


def test_a_job_of_one_process_says_its_name_under_torchrun(tmp_path: Path) -> None:
    own = environment(tmp_path, TORCHELASTIC_RUN_ID="test")
    code, _, err = run_program(*("-m", "seq.scan", "train", "--epochs", "1"), cwd=tmp_path, env=own)
    assert code == 2
    assert "a translator is trained by one process; start it without torchrun" in err


def test_a_batch_that_cannot_be_shared_is_a_line_and_ends_all_processes(tmp_path: Path) -> None:
    given = (short_text(tmp_path), "--out", "run", *options(batch_size=7))
    codes, out, err = ended_all(start_ranks(*given, folder=tmp_path))
    assert codes == [2, 2]
    line = "charlm: --batch-size 7 cannot be shared by 2 processes; take a multiple of 2\n"
    assert err == 2 * line
    assert out == ""
    assert not (tmp_path / "run").exists()
