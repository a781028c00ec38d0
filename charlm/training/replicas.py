"""A batch shared by threads: on a CPU, small recurrent layers cannot keep several cores busy.

A step in time of 64 streams and 128 units is too little work to be divided, and the next one waits
for it. But streams know nothing of each other: each thread takes some of them through all layers
and back. Two threads with half of the streams each train 4x128 in bf16 1.6 times as fast as two
that share every product.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

Model = TypeVar("Model", bound=nn.Module)


class Shards(Generic[Model]):
    """Threads that share batches; each has a replica of the model, with the same parameters.

    Args:
        model: on the CPU; a replica is a copy of its modules as they are now.
        count: of threads, which share the processor's threads that torch uses.
    """

    def __init__(self, model: Model, count: int) -> None:
        self.parameters = list(model.parameters())
        # Modules of their own: what one replica puts in the place of a parameter for a moment
        # (`functional_call`) must not be seen by another.
        shared = {id(parameter): parameter for parameter in self.parameters}
        self.replicas = [copy.deepcopy(model, dict(shared)) for _ in range(count)]
        total = torch.get_num_threads()
        all_started = Barrier(count)

        def start() -> None:
            torch.get_num_threads()  # a thread's first call takes over what holds for the process
            torch.set_num_threads(max(1, total // count))  # of the thread that calls it ...
            all_started.wait()

        self.pool = ThreadPoolExecutor(count, "shard", initializer=start)
        list(self.pool.map(lambda _: None, range(count)))
        torch.set_num_threads(total)  # ... and of those that come later

    def mean(self, loss: Callable[[int, Model], Tensor]) -> Tensor:
        """Return the mean of `loss(index, replica)`, each called in a thread of its own.

        The threads have computed the gradients as well: `backward()` of the mean only copies them
        to the parameters. There are no gradients with respect to anything else.
        """
        device = "cpu"
        # Of a thread, not of the process.
        enabled, kind = torch.is_autocast_enabled(device), torch.get_autocast_dtype(device)

        def gradient(index: int) -> tuple[Tensor, tuple[Tensor, ...]]:
            # Without the cache, which belongs to the process: graphs would have parts in common.
            with torch.autocast(device, kind, enabled, cache_enabled=False):
                own = loss(index, self.replicas[index])
            return own.detach(), torch.autograd.grad(own, self.parameters)

        losses, gradients = zip(*self.pool.map(gradient, range(len(self.replicas))), strict=True)
        count = len(losses)
        total = list(gradients[0])
        for others in gradients[1:]:
            torch._foreach_add_(total, others)
        torch._foreach_div_(total, count)
        mean = sum(losses) / count
        made: Tensor = _Made.apply(mean, total, *self.parameters)  # type: ignore[no-untyped-call]
        return made


class _Made(torch.autograd.Function):
    """A loss whose gradients have been computed."""

    @staticmethod
    def forward(ctx: Any, loss: Tensor, gradients: list[Tensor], *parameters: Tensor) -> Tensor:
        ctx.gradients = gradients
        return loss

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, factor: Tensor) -> tuple[Tensor | None, ...]:
        return None, None, *torch._foreach_mul(ctx.gradients, factor)
