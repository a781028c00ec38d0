"""Training in several processes: what they agree on, and how they share a batch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import torch
import torch.distributed as dist

from charlm.training.device import count_cores
from corpora.errors import UserError

ROWS_OF_A_THREAD = 16
"""At least: matrix units multiply as many rows at once."""

PATIENCE = timedelta(minutes=30)
"""Longest time that a process waits for another one. While the leading process evaluates, the
others wait. A process that was killed is noticed at once, because its connections are closed."""


_left: list[object] = []
"""Groups of processes that this one has left, kept to its end. Otherwise the last one who holds a
group is the `Reducer` of DistributedDataParallel. As that goes, it waits for the group's thread and
has Python's lock, for which the thread may wait: neither ever ends (seen with torch 2.13, gloo)."""


class LostPeer(UserError):
    """Another process of the training has ended, or does not answer."""


@dataclass(frozen=True)
class World:
    """The processes that train together; by default this one alone."""

    rank: int = 0
    size: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @property
    def leads(self) -> bool:
        """Whether this process is the one that evaluates and writes."""
        return self.rank == 0

    def agree(self, *values: float) -> list[float]:
        """Return the leader's `values` on every rank, over gloo: the GPU is not waited for."""
        if self.size == 1:
            return list(values)
        tensor = torch.tensor(values, dtype=torch.float64)
        with self.talking():
            dist.broadcast(tensor, src=0)
        return tensor.tolist()

    def agree_or_stop(self, stop: bool, *values: float) -> tuple[bool, list[float]]:
        """Return whether any rank wants to stop, and the leader's `values`, on every rank.

        It is one exchange. The values must be finite.
        """
        if self.size == 1:
            return stop, list(values)
        own = values if self.leads else [-torch.inf] * len(values)
        tensor = torch.tensor([float(stop), *own], dtype=torch.float64)
        with self.talking():
            dist.all_reduce(tensor, dist.ReduceOp.MAX)
        any_stop, *agreed = tensor.tolist()
        return bool(any_stop), agreed

    @contextmanager
    def talking(self) -> Iterator[None]:
        """Turn what torch raises when another process is gone into one line.

        Raises:
            LostPeer: another process has ended, or has not answered for `PATIENCE`.
        """
        try:
            yield
        except RuntimeError as error:
            named = ("gloo", "nccl", "connection closed", "connection reset", "broken pipe")
            text = str(error).lower()
            if self.size == 1 or not (
                isinstance(error, dist.DistError) or any(name in text for name in named)
            ):
                raise
            raise LostPeer(
                f"process {self.rank} ends because another process of the training is gone; "
                "resume it from its last save with --resume"
            ) from error

    def led(self, work: Callable[[], object]) -> None:
        """Let the leader do `work`; if it fails there, raise `UserError` on every rank."""
        failure: UserError | None = None
        if self.leads:
            try:
                work()
            except UserError as error:
                failure = error
        (failed,) = self.agree(float(failure is not None))
        if failure is not None:
            raise failure
        if failed:
            raise UserError(f"process {self.rank} ends with the one that leads")

    def share(self, text: str) -> str:
        """Return the leader's `text` on every rank."""
        if self.size == 1:
            return text
        texts = [text]
        with self.talking():
            dist.broadcast_object_list(texts, src=0)
        return texts[0]

    def mean(self, *values: float) -> list[float]:
        """Return the means of `values` over the ranks, on every rank."""
        if self.size == 1:
            return list(values)
        tensor = torch.tensor(values, dtype=torch.float64)
        with self.talking():
            dist.all_reduce(tensor)
        return [float(value) / self.size for value in tensor]

    def gather(self, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Return the named tensors of all ranks, on the CPU, to the leader; others get none."""
        if self.size == 1:
            return dict(tensors)
        own = {name: tensor.cpu() for name, tensor in tensors.items()}
        parts: list[dict[str, torch.Tensor] | None] | None = (
            [None] * self.size if self.leads else None
        )
        with self.talking():
            dist.gather_object(own, parts)
        return {name: tensor for part in parts or () for name, tensor in (part or {}).items()}

    def rows(self, total: int) -> slice:
        """Return this rank's share of `total` rows of a batch; raise `UserError` if uneven."""
        if total % self.size:
            raise UserError(
                f"--batch-size {total} cannot be shared by {self.size} processes; "
                f"take a multiple of {self.size}"
            )
        share = total // self.size
        return slice(self.rank * share, (self.rank + 1) * share)

    def shards(self, rows: int) -> int:
        """Return how many threads should share this process's `rows` of a batch, evenly."""
        if self.device.type != "cpu" or self.size > 1:
            return 1
        most = min(torch.get_num_threads(), rows // ROWS_OF_A_THREAD)
        return max((n for n in range(1, most + 1) if rows % n == 0), default=1)

    def parallel(self, model: torch.nn.Module) -> torch.nn.Module:
        """Wrap `model` so that gradients are averaged over the ranks."""
        if self.size == 1:
            return model
        return torch.nn.parallel.DistributedDataParallel(model)


def under_torchrun() -> bool:
    """Whether torchrun started this process, among others."""
    return "TORCHELASTIC_RUN_ID" in os.environ


@contextmanager
def join_world(device: torch.device) -> Iterator[World]:
    """Join the processes that torchrun started, if it did, and leave them at the end."""
    if not under_torchrun():
        yield World(device=device)
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)  # NCCL, and what torch does without a device, use this GPU
    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
    dist.init_process_group(backend, timeout=PATIENCE)
    _left.append(dist.group.WORLD)
    lost = False
    try:
        if "OMP_NUM_THREADS" not in os.environ:  # torchrun sets it to 1 if there are several
            # All ranks of one machine share its cores.
            local = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
            torch.set_num_threads(max(1, count_cores() // local))
        world = World(dist.get_rank(), dist.get_world_size(), device)
        yield world
        # One that leaves while another still talks to it can be aborted by gloo's threads.
        with world.talking():
            dist.barrier()
    except LostPeer:
        lost = True
        raise
    finally:
        if not (lost and device.type == "cuda"):  # NCCL would wait for what can never finish
            dist.destroy_process_group()
