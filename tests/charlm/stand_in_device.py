"""A device that no machine lacks: it keeps its numbers on the CPU, and is as strict as a GPU.

It is torch's own open device (PrivateUse1) under another name, with a tensor that wraps a CPU
tensor. It refuses to meet a plain CPU tensor of more than one number and to become a NumPy array.
Like MPS, it has no float64. Like cuDNN, its recurrent layers want all their arguments in one type,
compute gradients only for a layer that trains, and run in half precision under autocast, which here
is an error.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_flatten, tree_map
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

NAME = "standin"
aten = torch.ops.aten

MAY_MEET = {
    aten.copy_.default,
    aten._to_copy.default,
    aten._copy_from.default,
    aten._pack_padded_sequence.default,
    aten._pack_padded_sequence_backward.default,
    aten._pad_packed_sequence.default,
}
"""Operations that take tensors from one device to the other, or lengths that lie on the CPU."""


class StandIn(torch.Tensor):
    """A tensor on the stand-in device; `inner` holds its numbers."""

    inner: Tensor

    @staticmethod
    def __new__(cls, inner: Tensor) -> StandIn:
        if inner.dtype == torch.float64:
            raise TypeError(f"the {NAME} device has no float64")
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            inner.shape,
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            device=torch.device(NAME, 0),
        )
        made.inner = inner
        return made

    def __repr__(self) -> str:
        return f"StandIn({self.inner})"

    def numpy(self, *, force: bool = False) -> Any:
        raise TypeError(f"can't convert {NAME} device type tensor to numpy")

    def __array__(self, dtype: Any = None) -> Any:
        return self.numpy()

    def tolist(self) -> Any:
        return self.detach().cpu().tolist()

    @classmethod
    def __torch_dispatch__(
        cls, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        return _call(function, args, kwargs or {})


def _call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call `function` on what the tensors hold, and wrap what it returns."""
    if function in _recurrences:  # only in inference mode; else autograd has called it
        return _recurrences[function](*args, **kwargs)
    if function.has_kernel_for_dispatch_key(torch.DispatchKey.CompositeImplicitAutograd):
        return function.decompose(*args, **kwargs)
    given, _ = tree_flatten((args, kwargs))
    for other in given:
        plain = isinstance(other, Tensor) and not isinstance(other, StandIn)
        if plain and other.numel() > 1 and function not in MAY_MEET:
            raise RuntimeError(f"{function}: tensors on the {NAME} device and on the CPU")
        if other is torch.float64:
            raise TypeError(f"the {NAME} device has no float64")
    target = kwargs.get("device")
    if function is aten.copy_.default and not isinstance(args[0], StandIn):
        return args[0].copy_(args[1].inner)
    inner_kwargs = tree_map(_unwrap, kwargs) | ({} if target is None else {"device": "cpu"})
    made = function(*tree_map(_unwrap, args), **inner_kwargs)
    if function is aten._to_copy.default and target is not None and target.type == "cpu":
        return made
    if function is aten._pack_padded_sequence.default:
        return StandIn(made[0]), made[1]  # the sizes of the batches lie on the CPU
    known = {id(one.inner): one for one in given if isinstance(one, StandIn)}

    def wrap(one: Any) -> Any:
        if not isinstance(one, Tensor):
            return one
        return known[id(one)] if id(one) in known else StandIn(one)

    return tree_map(wrap, made)


def _unwrap(value: Any) -> Any:
    return value.inner if isinstance(value, StandIn) else value


class _Recurrence(torch.autograd.Function):
    """A recurrent layer of the device, forward and backward, as one operation."""

    @staticmethod
    def forward(ctx: Any, compute: Any, train: bool, *tensors: Tensor) -> Any:
        with torch.enable_grad():
            leaves = [_unwrap(t).detach().requires_grad_() for t in tensors]
            outputs = compute(*leaves)
        ctx.train, ctx.kept = train, (outputs, leaves)
        return tuple(StandIn(output.detach()) for output in outputs)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        if not ctx.train:
            raise RuntimeError("cudnn RNN backward can only be called in training mode")
        outputs, leaves = ctx.kept
        found = torch.autograd.grad(outputs, leaves, [_unwrap(g) for g in gradients])
        return None, None, *(StandIn(gradient) for gradient in found)


def _make_recurrence(kernel: Any, states: int, packed: bool) -> Callable[..., Any]:
    """Return the operation of a kind of layer for the device."""

    def run(x: Tensor, *rest: Any) -> Any:
        sizes, rest = (rest[0], rest[1:]) if packed else (None, rest)
        hidden, weights, *options = rest
        hidden = list(hidden) if states == 2 else [hidden]
        if isinstance(sizes, StandIn):
            raise TypeError("the sizes of packed sequences lie on the CPU")
        tensors = [x, *hidden, *weights]
        if any(not isinstance(one, StandIn) for one in tensors):
            raise RuntimeError(f"a layer on the {NAME} device got tensors on the CPU")
        if any(not one.is_contiguous() for one in hidden):
            raise RuntimeError("rnn: hx is not contiguous")
        if len({one.dtype for one in tensors}) > 1:
            raise RuntimeError("a layer got tensors of several types")

        def compute(first: Tensor, *others: Tensor) -> Any:
            state = others[:states] if states == 2 else others[0]
            before = (first,) if sizes is None else (first, sizes)
            return kernel(*before, state, list(others[states:]), *options)

        return _Recurrence.apply(compute, options[3], *tensors)

    return run


def _refuse_autocast(*args: Any) -> Any:
    raise AssertionError("autocast would run this layer in half precision")


def _cast_linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    dtype = torch.get_autocast_dtype(NAME)
    with torch.autocast(NAME, enabled=False):
        bias = None if bias is None else bias.to(dtype)
        return torch.nn.functional.linear(x.to(dtype), weight.to(dtype), bias)


def _cast_product(kernel: Any) -> Callable[[Tensor, Tensor], Tensor]:
    def product(a: Tensor, b: Tensor) -> Tensor:
        dtype = torch.get_autocast_dtype(NAME)
        with torch.autocast(NAME, enabled=False):
            return kernel(a.to(dtype), b.to(dtype))

    return product


def _empty(size: Any, *, dtype: Any = None, **others: Any) -> Tensor:
    return StandIn(torch.empty(size, dtype=dtype))


def _empty_strided(size: Any, stride: Any, *, dtype: Any = None, **others: Any) -> Tensor:
    return StandIn(torch.empty_strided(size, stride, dtype=dtype))


def register() -> torch.device:
    """Make the device known to torch in this process, once, and return it."""
    if _libraries:
        return torch.device(NAME, 0)
    module = types.SimpleNamespace(
        is_available=lambda: True,
        device_count=lambda: 1,
        current_device=lambda: 0,
        get_amp_supported_dtype=lambda: [torch.bfloat16],
        _is_in_bad_fork=lambda: False,
        manual_seed_all=lambda seed: None,
    )
    _setup_privateuseone_for_python_backend(NAME, module)
    library = torch.library.Library("aten", "IMPL")
    library.impl("empty.memory_format", _empty, "PrivateUse1")
    library.impl("empty_strided", _empty_strided, "PrivateUse1")
    for name, kernel, states in (
        ("rnn_tanh", torch.rnn_tanh, 1),
        ("gru", torch.gru, 1),
        ("lstm", torch.lstm, 2),
    ):
        for overload in ("input", "data"):
            run = _make_recurrence(kernel, states, packed=overload == "data")
            library.impl(f"{name}.{overload}", run, "AutogradPrivateUse1")
            _recurrences[getattr(getattr(aten, name), overload)] = run
            library.impl(f"{name}.{overload}", _refuse_autocast, "AutocastPrivateUse1")
    library.impl("linear", _cast_linear, "AutocastPrivateUse1")
    for name in ("matmul", "bmm"):
        library.impl(name, _cast_product(getattr(torch, name)), "AutocastPrivateUse1")
    everything = torch.library.Library("_", "IMPL")
    everything.fallback(torch.library.fallthrough_kernel, "AutocastPrivateUse1")
    _libraries.extend([library, everything])
    return torch.device(NAME, 0)


_recurrences: dict[Any, Callable[..., Any]] = {}
"""The operations of recurrent layers."""

_libraries: list[torch.library.Library] = []
"""What is registered stays as long as this list."""
