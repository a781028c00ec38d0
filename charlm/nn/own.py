"""Layers of cells that users register: checked once, and run like those of torch."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import torch
from torch import Tensor, nn

from charlm.parts import OwnPart
from corpora.errors import UserError

LayerState: TypeAlias = "Tensor | tuple[Tensor, Tensor]"
"""State of one layer: h, or (h, c) of an LSTM, each (1, B, H)."""

TOLERANCE = 1e-3
"""Largest difference between reading at once and by steps: sums are rounded in another order."""


class OwnLayer(nn.Module):
    """One layer of one direction, whose cell was registered; see `charlm.parts.register_cell`.

    It computes in single precision, whatever autocast asks for.

    Args:
        part: the cell.
        input_size: F, features of the input.
        hidden_size: H, units.

    Raises:
        UserError: the cell is not what `register_cell` asks for.
    """

    def __init__(self, part: OwnPart, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.part, self.input_size, self.hidden_size = part, input_size, hidden_size
        self.states = 1
        """Tensors of the state: 1, or 2 as those of an LSTM."""
        self.cell = make_own(part, input_size, hidden_size)
        if not any(parameter.is_meta for parameter in self.cell.parameters()):
            self._check()

    def forward(
        self, x: Tensor, state: LayerState | None = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, LayerState]:
        """Read features (T, B, F) from a state on; see `charlm.nn.recurrent.run_layer`."""
        with torch.autocast(x.device.type, enabled=False):
            given = None if state is None else _map_state(state)
            if lengths is None or bool((lengths == len(x)).all()):
                y, after = self._read(x.float(), given)
            else:
                y, after = self._read_ragged(x.float(), given, lengths)
        return y.to(x.dtype), after

    def _read(self, x: Tensor, state: LayerState | None) -> tuple[Tensor, LayerState]:
        found = self.cell(x) if state is None else self.cell(x, state)
        if not isinstance(found, tuple) or len(found) != 2 or not isinstance(found[0], Tensor):
            raise UserError(f"the cell {self.part.name} must return a pair: outputs and state")
        y, after = found
        return y, after if isinstance(after, Tensor) else tuple(after)

    def _read_ragged(
        self, x: Tensor, state: LayerState | None, lengths: Tensor
    ) -> tuple[Tensor, LayerState]:
        """Read sequences of several lengths: the state after each one's last symbol is wanted.

        All sequences are read up to where the shortest ends, then the others on from there. So no
        padding is read, and no step twice.
        """
        rows, begin = torch.arange(x.shape[1]), 0
        outputs: list[Tensor] = []
        ended: list[tuple[Tensor, tuple[Tensor, ...]]] = []
        for end in sorted(set(lengths.tolist())):
            y, state = self._read(x[begin:end, rows.to(x.device)], state)
            whole = y.new_zeros(end - begin, x.shape[1], self.hidden_size)
            outputs.append(whole.index_copy(1, rows.to(x.device), y))
            here = lengths[rows] == end
            ended.append((rows[here], _select(state, here)))
            parts = _select(state, ~here)
            state = parts[0] if len(parts) == 1 else (parts[0], parts[1])
            rows, begin = rows[~here], end
        outputs.append(x.new_zeros(len(x) - begin, x.shape[1], self.hidden_size))
        order = torch.cat([which for which, _ in ended]).argsort().to(x.device)
        joined = [torch.cat(of, 1)[:, order] for of in zip(*(p for _, p in ended), strict=True)]
        after: LayerState = joined[0] if len(joined) == 1 else (joined[0], joined[1])
        return torch.cat(outputs), after

    @torch.no_grad()
    def _check(self) -> None:
        """Try the cell on small random features, and find how many tensors its state has."""
        random = torch.Generator().manual_seed(1)
        x = torch.empty(2, 3, self.input_size).uniform_(-1, 1, generator=random)
        name, mode = f"the cell {self.part.name}", self.training
        self.eval()
        with call_own(self.part):
            once, after = self._read(x, None)
            first, state = self._read(x[:1], None)
            second, _ = self._read(x[1:], state)
        self.train(mode)
        if tuple(once.shape) != (shape := (2, 3, self.hidden_size)):
            raise UserError(f"{name} must return outputs {shape} here, not {tuple(once.shape)}")
        parts = (after,) if isinstance(after, Tensor) else after
        wanted = (1, 3, self.hidden_size)
        if len(parts) not in (1, 2) or any(tuple(part.shape) != wanted for part in parts):
            raise UserError(
                f"{name} must return a state of one or two tensors {wanted} here, not "
                f"{', '.join(str(tuple(part.shape)) for part in parts)}"
            )
        if (torch.cat([first, second]) - once).abs().max() > TOLERANCE:
            raise UserError(
                f"{name} does not hand its state on: two steps at once give other outputs than one "
                "step after the other"
            )
        self.states = len(parts)


def make_own(part: OwnPart, *sizes: int) -> nn.Module:
    """Make the module of a registered part.

    Raises:
        UserError: its class does not take these sizes, or is none of modules.
    """
    with call_own(part):
        made = part.make(*sizes)
    if not isinstance(made, nn.Module):
        raise UserError(f"the {part.kind} {part.name} must be a torch.nn.Module")
    return made


@contextmanager
def call_own(part: OwnPart) -> Iterator[None]:
    """Make one line, which says where, of what goes wrong in a registered part.

    Raises:
        UserError: its code raised an exception.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        places = traceback.extract_tb(error.__traceback__)[1:]
        own = [one for one in places if "/torch/" not in Path(one.filename).as_posix()]
        where = f" in {own[-1].name}, line {own[-1].lineno}" if own else ""
        raise UserError(
            f"the {part.kind} {part.name} of {part.module} fails{where}: "
            f"{type(error).__name__}: {' '.join(str(error).split())}"
        ) from error


def _map_state(state: LayerState) -> LayerState:
    return state.float() if isinstance(state, Tensor) else (state[0].float(), state[1].float())


def _select(state: LayerState, rows: Tensor) -> tuple[Tensor, ...]:
    """Return the tensors of a state for the rows where the mask `rows` (B,) is true."""
    parts = (state,) if isinstance(state, Tensor) else state
    return tuple(part[:, rows.to(part.device)] for part in parts)
