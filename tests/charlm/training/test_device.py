from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from training_helpers import drawn, request, short_text, start

from charlm.console.process import keep_freed_memory
from charlm.training.device import (
    _tf32,
    autocast,
    count_cores,
    pick_device,
    pick_precision,
    set_rounding,
)
from charlm.training.distributed import World, join_world
from corpora.errors import UserError

CPU = torch.device("cpu")
Machine = Callable[..., None]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Pretend to be on a machine with the given devices and abilities."""

    def pretend(*, cuda: bool = False, mps: bool = False, **able: bool) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: 4 * cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        monkeypatch.setattr(
            torch.cuda, "is_bf16_supported", lambda including_emulation: able.get("bf16", False)
        )
        for name in ("amx", "avx512"):
            private = {"amx": "_is_amx_tile_supported", "avx512": "_is_avx512_bf16_supported"}
            answer = able.get(name, False)
            monkeypatch.setattr(torch.cpu, private[name], lambda answer=answer: answer)

    return pretend


@pytest.mark.parametrize(
    ("cuda", "mps", "chosen"),
    [(False, False, "cpu"), (True, False, "cuda"), (False, True, "cpu"), (True, True, "cuda")],
)
def test_auto_takes_a_gpu_where_there_is_one(
    machine: Machine, cuda: bool, mps: bool, chosen: str
) -> None:
    machine(cuda=cuda, mps=mps)
    assert pick_device("auto").type == chosen


def test_what_is_asked_for_is_taken(machine: Machine) -> None:
    machine(cuda=True, mps=True)
    assert [pick_device(name).type for name in ("cpu", "cuda", "mps")] == ["cpu", "cuda", "mps"]


def test_each_process_of_a_machine_takes_its_own_gpu(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(cuda=True)
    assert pick_device("cuda").index == 0
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert pick_device("auto").index == 3


def test_more_processes_than_gpus_are_a_line(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(cuda=True)
    monkeypatch.setenv("LOCAL_RANK", "4")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "6")
    with pytest.raises(UserError, match="6 processes cannot share 4 GPUs"):
        pick_device("cuda")


@pytest.mark.parametrize("wanted", ["cuda", "mps"])
def test_what_is_not_there_is_an_error_that_says_what_is(machine: Machine, wanted: str) -> None:
    machine()
    with pytest.raises(UserError, match=f"there is no {wanted} device here.* auto, cpu$"):
        pick_device(wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("device", "able", "chosen"),
    [
        ("cpu", {}, "fp32"),
        ("cpu", {"amx": True}, "bf16"),
        ("cpu", {"avx512": True}, "bf16"),
        ("cuda", {"bf16": True}, "bf16"),
        ("cuda", {"amx": True}, "fp32"),
        ("mps", {"amx": True, "bf16": True}, "fp32"),
    ],
)
def test_bf16_is_for_processors_that_are_fast_at_it(
    machine: Machine, device: str, able: dict[str, bool], chosen: str
) -> None:
    machine(cuda=True, **able)
    assert pick_precision("auto", torch.device(device)) == chosen
    for wanted in ("fp32", "bf16"):
        assert pick_precision(wanted, torch.device(device)) == wanted  # type: ignore[arg-type]


@pytest.mark.parametrize("fast", [True, False])
def test_slow_arithmetic_is_said(machine: Machine, tmp_path: Path, fast: bool) -> None:
    machine(avx512=fast)
    said: list[str] = []
    wanted = request(short_text(tmp_path), tmp_path / "run", precision="bf16")
    with start(wanted, notice=said.append):
        pass
    assert sum("bf16 is slow" in line for line in said) == (not fast)


def test_a_torch_that_does_not_tell_means_fp32(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_is_amx_tile_supported", "_is_avx512_bf16_supported"):
        monkeypatch.delattr(torch.cpu, name, raising=False)
    assert pick_precision("auto", CPU) == "fp32"


def test_forward_passes_run_in_the_precision() -> None:
    layer, x = torch.nn.Linear(3, 3), torch.zeros(2, 3)
    for precision, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        with autocast(CPU, precision):  # type: ignore[arg-type]
            assert layer(x).dtype == dtype
    assert layer(x).dtype == torch.float32


@drawn
@given(size=st.integers(1, 8), share=st.integers(0, 5))
def test_ranks_share_the_rows_of_a_batch(size: int, share: int) -> None:
    total = size * share
    parts = [range(total)[World(rank=rank, size=size).rows(total)] for rank in range(size)]
    assert list(itertools.chain(*parts)) == list(range(total))
    assert {len(part) for part in parts} == {share}


@drawn
@given(size=st.integers(2, 8), total=st.integers(1, 40))
def test_rows_that_cannot_be_shared_are_an_error(size: int, total: int) -> None:
    if total % size == 0:
        World(rank=0, size=size).rows(total)
        return
    with pytest.raises(UserError, match=f"take a multiple of {size}"):
        World(rank=0, size=size).rows(total)


def test_a_process_alone_leads_and_agrees_with_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
    model = torch.nn.Linear(1, 1)
    with join_world(CPU) as alone:
        assert (alone.rank, alone.size, alone.device, alone.leads) == (0, 1, CPU, True)
        assert alone.agree(1.5, 2.0) == [1.5, 2.0]
        assert alone.agree_or_stop(True, 1.5, 2.0) == (True, [1.5, 2.0])
        assert alone.mean(1.5, 2.0) == [1.5, 2.0]
        assert alone.gather({"a": torch.ones(2)}).keys() == {"a"}
        assert alone.parallel(model) is model
    assert not torch.distributed.is_initialized()


def test_cores_are_those_that_the_process_may_use() -> None:
    if not hasattr(os, "sched_getaffinity"):
        assert count_cores() == os.cpu_count()
        return
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert count_cores() == 1
    finally:
        os.sched_setaffinity(0, before)
    assert count_cores() == len(before)


@pytest.mark.parametrize("first", ["tf32", "ieee"])
def test_rounding_is_allowed_for_bf16_only_and_put_back(first: str) -> None:
    """torch keeps these settings without a GPU, too."""
    cuda, before = torch.device("cuda", 0), _tf32.read()
    _tf32.write(first)
    try:
        for precision, value in (("fp32", "ieee"), ("bf16", "tf32")):
            with set_rounding(cuda, precision):  # type: ignore[arg-type]
                assert _tf32.read() == value
                with set_rounding(cuda, precision):  # type: ignore[arg-type]
                    assert _tf32.read() == value
                assert _tf32.read() == value
            assert _tf32.read() == first
        with set_rounding(CPU, "fp32"):
            assert _tf32.read() == first
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(_round_a_moment, range(100)))
        assert _tf32.read() == first
    finally:
        _tf32.write(before)


def _round_a_moment(number: int) -> None:
    with set_rounding(torch.device("cuda", 0), "fp32" if number % 2 else "bf16"):
        pass


def test_keeping_freed_memory_changes_no_result() -> None:
    before = torch.arange(10.0).sum()
    keep_freed_memory()
    assert torch.equal(torch.arange(10.0).sum(), before)
