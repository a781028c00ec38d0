"""Recurrent layers: how they run on each device, and the state that is carried between windows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from charlm.nn.cells import LAYERS, RecurrentLayer, count_states
from charlm.nn.own import LayerState as LayerState
from charlm.nn.own import OwnLayer

State: TypeAlias = "list[LayerState]"
"""State of a stack of layers, from the lowest one up."""


WEIGHTS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
"""Parameters of a layer, in the order in which cuDNN wants them in memory."""

SMOOTH = ("rnn", "gru", "lstm")
"""Cells whose gradients change little with rounding. At 0, that of a ReLU is 0 or 1."""

_KERNELS: dict[str, Callable[..., tuple[Tensor, ...]]] = {
    "RNN_TANH": torch.rnn_tanh,
    "RNN_RELU": torch.rnn_relu,
    "GRU": torch.gru,
    "LSTM": torch.lstm,
}


def run_layer(
    layer: RecurrentLayer,
    x: Tensor,
    state: LayerState | None = None,
    *,
    lengths: Tensor | None = None,
    weights: Mapping[str, Tensor] | None = None,
) -> tuple[Tensor, LayerState]:
    """Run a layer of one direction. Every recurrent layer of every model runs here.

    On a CPU, autocast decides the arithmetic. On other devices autocast is switched off around the
    layer, because torch casts the arguments of cuDNN's recurrences to half precision, whatever type
    autocast has. There, the layer gets bf16 weights, input and state where autocast asks for bf16
    and the device can (see `runs_bf16`). Otherwise they keep the type of the weights.

    The layer is only read, so several threads can run it. Its mode makes no difference. What holds
    for a layer with a registered cell is said in `charlm.parts.register_cell`.

    Args:
        layer: has biases, and no dropout of its own.
        x: input features, (T, B, F).
        state: state before the first step, of any floating type; None for zeros.
        lengths: lengths of the sequences, (B,), on the CPU. The sequences are then packed.
        weights: tensors to use in the place of the layer's own, by their names.

    Returns:
        The outputs (T, B, H) in the type of `x`, and the state after the last step, in the type in
        which the layer has computed. For packed sequences it is the state after the last symbol.
    """
    replaced = weights or {}
    if isinstance(layer, OwnLayer):
        assert not replaced  # configurations see to it
        own: tuple[Tensor, LayerState] = layer(x, state, lengths)
        return own
    used = [replaced.get(name, getattr(layer, name)) for name in WEIGHTS]
    kind = x.device.type
    if kind == "cpu":
        if isinstance(layer, nn.LSTM) and lengths is None and torch.is_autocast_enabled(kind):
            # Autocast would cast as well, but then torch calls a kernel that not every processor
            # has: it raises a RuntimeError on those without AVX-512.
            x = x.to(torch.get_autocast_dtype(kind))
        # A checkpoint holds states in fp32. A GRU that gets bf16 features rounds its state as well.
        known = cast_state(state, x.dtype) if x.dtype == torch.bfloat16 else state
        return _compute(layer, x, known, lengths, used)
    dtype: torch.dtype = used[0].dtype
    if torch.is_autocast_enabled(kind) and torch.get_autocast_dtype(kind) == torch.bfloat16:
        dtype = torch.bfloat16 if runs_bf16(x.device) else dtype
    if replaced or dtype != used[0].dtype:
        used = _join_in_memory(used, dtype)
    with torch.autocast(kind, enabled=False):
        y, after = _compute(layer, x.to(dtype), cast_state(state, dtype), lengths, used)
    return y.to(x.dtype), after


def _join_in_memory(weights: Sequence[Tensor], dtype: torch.dtype) -> list[Tensor]:
    """Return the weights of a layer in one piece of memory, in `dtype`, with their gradients.

    cuDNN reads them from one piece. Without it, torch copies them at every call, and warns.
    """
    joined = torch.cat([weight.flatten() for weight in weights]).to(dtype)
    parts = torch.split(joined, [weight.numel() for weight in weights])
    return [part.view(weight.shape) for part, weight in zip(parts, weights, strict=True)]


def _compute(
    layer: nn.RNNBase,
    x: Tensor,
    state: LayerState | None,
    lengths: Tensor | None,
    weights: list[Tensor],
) -> tuple[Tensor, LayerState]:
    """Call torch's function for the layer, as the module does, but with `weights`."""
    packed: PackedSequence | None = None
    if lengths is not None:
        packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
    if state is None:
        zeros = x.new_zeros(1, x.shape[1], layer.hidden_size)
        state = (zeros, torch.zeros_like(zeros)) if layer.mode == "LSTM" else zeros
    elif packed is not None:
        state = _select_rows(state, packed.sorted_indices)
    # cuDNN computes gradients only for a layer that trains. One layer alone drops nothing.
    train = layer.training or torch.is_grad_enabled()
    options = (True, 1, 0.0, train, False)  # biases, layers, dropout, training, both directions
    kernel = _KERNELS[layer.mode]
    if packed is None:
        y, *parts = kernel(x, state, weights, *options, False)
    else:
        y, *parts = kernel(packed.data, packed.batch_sizes, state, weights, *options)
        y, _ = pad_packed_sequence(packed._replace(data=y), total_length=len(x))
    after: LayerState = parts[0] if len(parts) == 1 else (parts[0], parts[1])
    return y, after if packed is None else _select_rows(after, packed.unsorted_indices)


def _select_rows(state: LayerState, rows: Tensor | None) -> LayerState:
    assert rows is not None  # packing has sorted the sequences
    return _map_state(lambda part: part.index_select(1, rows), state)


@cache
def runs_bf16(device: torch.device) -> bool:
    """Return whether recurrent layers run in bf16 on `device`. Each kind is tried once.

    cuDNN has bf16 recurrences from 9.13 on, and torch uses them from 2.10 on. An older torch
    computes step by step instead, with several kernels each; that counts as no.
    """
    if device.type == "mps":
        return False  # a type that Metal lacks can end the process
    try:
        with (
            torch.inference_mode(False),
            torch.enable_grad(),
            torch.autocast(device.type, enabled=False),
        ):
            return all(_compare_types(LAYERS[cell], device) for cell in SMOOTH)
    except RuntimeError:
        return False


def _compare_types(make: Callable[[int, int], nn.RNNBase], device: torch.device) -> bool:
    """Return whether a small layer gives in bf16, in one kernel, what it gives in fp32."""
    random = torch.Generator().manual_seed(1)

    def draw(*shape: int) -> Tensor:
        return torch.empty(shape).uniform_(-0.5, 0.5, generator=random).to(device)

    with torch.device("meta"):  # to draw its numbers would change torch's own generator
        layer = make(16, 16)
    weights = [draw(*getattr(layer, name).shape).requires_grad_() for name in WEIGHTS]
    x, upstream = draw(5, 4, 16), draw(5, 4, 16)
    found: list[tuple[Tensor, ...]] = []
    for dtype in (torch.float32, torch.bfloat16):
        y, _ = _compute(layer, x.to(dtype), None, None, _join_in_memory(weights, dtype))
        name = type(y.grad_fn).__name__
        if device.type == "cuda" and not name.startswith(("Cudnn", "Miopen")):
            return False
        found.append((y.float(), *torch.autograd.grad(y.float(), weights, upstream)))
    # bf16 has 8 bits. A comparison with NaN is false.
    return all(
        bool((low - full).norm() <= 0.05 * full.norm()) for full, low in zip(*found, strict=True)
    )


def cast_state(state: LayerState | None, dtype: torch.dtype) -> LayerState | None:
    """Return a layer's state in `dtype`, contiguous, as cuDNN wants it."""
    if state is None:
        return None
    return _map_state(lambda part: part.to(dtype).contiguous(), state)


def _map_state(change: Callable[[Tensor], Tensor], state: LayerState) -> LayerState:
    return change(state) if isinstance(state, Tensor) else (change(state[0]), change(state[1]))


def detach_state(state: State) -> State:
    """Detach `state` from its graph: here back-propagation through time is truncated."""
    return [_map_state(Tensor.detach, layer) for layer in state]


def flatten_state(state: State | None) -> dict[str, Tensor]:
    """Return the tensors of `state` by name, for a checkpoint."""
    named: dict[str, Tensor] = {}
    for index, layer in enumerate(state or ()):
        parts: Sequence[Tensor] = (layer,) if isinstance(layer, Tensor) else layer
        named |= {f"{index}.{part}": tensor for part, tensor in enumerate(parts)}
    return named


def unflatten_state(named: dict[str, Tensor]) -> State | None:
    """Return the state whose tensors `flatten_state` has named; None if there are none."""
    state: State = []
    while (first := named.get(f"{len(state)}.0")) is not None:
        second = named.get(f"{len(state)}.1")
        state.append(first if second is None else (first, second))
    return state or None


def restore_state(
    named: Mapping[str, Tensor], layers: Iterable[RecurrentLayer], rows: int
) -> State | None:
    """Return the state in a checkpoint, None if there is none.

    Args:
        named: the tensors of the checkpoint, as `flatten_state` names them.
        layers: the recurrent layers that carry the state.
        rows: number of streams in a batch.

    Raises:
        ValueError: the tensors have other names, shapes or types than the state of such layers.
    """
    wanted = {
        f"{index}.{part}": (1, rows, layer.hidden_size)
        for index, layer in enumerate(layers)
        for part in range(count_states(layer))
    }
    found = {name: tuple(tensor.shape) for name, tensor in named.items()}
    if found and found != wanted:
        raise ValueError("the carried state is not one of these layers and streams")
    if any(tensor.dtype != torch.float32 for tensor in named.values()):
        raise ValueError("the carried state is not in single precision")
    return unflatten_state(dict(named))


def zero_rows(state: State, rows: Tensor) -> State:
    """Return `state` with zeros for the streams where the mask `rows` (B,) is true."""
    mask = rows[None, :, None]
    return [_map_state(lambda part: part.masked_fill(mask, 0), layer) for layer in state]


def split_state(state: State | None, count: int) -> list[State | None]:
    """Split the state of a batch into the states of `count` equal parts of it."""
    parts = {name: tensor.chunk(count, 1) for name, tensor in flatten_state(state).items()}
    return [unflatten_state({name: own[n] for name, own in parts.items()}) for n in range(count)]


def join_states(states: Sequence[State | None]) -> State | None:
    """Join the states of the parts of a batch, in order."""
    parts = [flatten_state(state) for state in states]
    return unflatten_state(
        {name: torch.cat([part[name] for part in parts], 1) for name in parts[0]}
    )
