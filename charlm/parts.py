"""Parts that users register by name: recurrent cells, and kinds of attention. No torch here.

A model file records the name of such a part, and the module that registered it. That module is
never imported because a file names it: a file may come from a stranger. It counts only once the
user has imported it, in Python or with `--plugin`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from reprlib import repr as shortened
from typing import Annotated, Any, Literal, TypeVar, get_args

from corpora.errors import UserError

KindOfPart = Literal["cell", "attention"]
KnownCell = Literal["rnn", "rnn_relu", "gru", "lstm"]
CellByHand = Literal["rnn", "gru", "lstm"]
"""Cells that `charlm.inside` works out by hand."""
KnownAttention = Literal["none", "scaled_dot", "dot", "cosine", "additive"]
Made = TypeVar("Made", bound=type)

TAKEN: Mapping[KindOfPart, tuple[str, ...]] = {
    "cell": get_args(KnownCell),
    "attention": get_args(KnownAttention),
}
"""Names of charlm's own parts, which nobody else can have."""

MODULES = "modules"
"""Where a file records which module registered a part of a model, by the field that names it."""

MAIN = "__main__"
"""Name of the module that a script or a notebook is."""


@dataclass(frozen=True)
class OwnPart:
    """A part that was registered."""

    kind: KindOfPart
    name: str
    make: Callable[..., Any]
    """The class: a `torch.nn.Module`."""
    module: str
    """Name of the module that registered it."""


_registered: dict[tuple[KindOfPart, str], OwnPart] = {}


def register_cell(name: str) -> Callable[[Made], Made]:
    """Return a decorator that registers a recurrent cell, for `--cell NAME` and `cell="NAME"`.

    The class is a `torch.nn.Module` that can be called as `nn.RNN` can, with less:

    - `Cell(input_size, hidden_size)` makes one layer of one direction. Stacks and second directions
      are made of several of them.
    - `cell(x)` and `cell(x, state)` return `(outputs, state)`: `x` is (T, B, input_size), time
      first, `outputs` are (T, B, hidden_size). The state is one tensor (1, B, hidden_size), or a
      tuple of two, as in `nn.LSTM`. No state stands for a state of zeros.
    - To read T steps at once is to read them one by one and hand the state on.

    It computes in single precision, on any device, and draws nothing at random: then runs resume
    exactly, and a layer that is used in several threads does no harm.

    >>> @register_cell("elman")
    ... class Elman(torch.nn.RNN): ...  # doctest: +SKIP

    Args:
        name: letters, digits, `_` and `-`, at most 40.

    Raises:
        UserError: the name is taken, or cannot be one.
    """
    return _register("cell", name, _find_caller())


def register_attention(name: str) -> Callable[[Made], Made]:
    """Return a decorator that registers a kind of attention, for `--attention NAME`.

    The class is a `torch.nn.Module`:

    - `Attention(query_size, key_size)` makes it; both sizes count features.
    - `attention(queries, keys)` returns scores (T, B, S) for queries (T, B, query_size) and keys
      (S, B, key_size). The softmax over S, which leaves out the padding, and the weighted sum are
      made for it.

    Args:
        name: letters, digits, `_` and `-`, at most 40.

    Raises:
        UserError: the name is taken, or cannot be one.
    """
    return _register("attention", name, _find_caller())


def _find_caller() -> str:
    """Return the name of the module that calls the function that calls this one."""
    return str(sys._getframe(2).f_globals.get("__name__", MAIN))


def _register(kind: KindOfPart, name: str, module: str) -> Callable[[Made], Made]:
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", name):
        raise UserError(
            f"{shortened(name)} cannot name a part: take a letter, and then letters, digits, _ or -"
        )
    if name in TAKEN[kind]:
        raise UserError(f"{name} is a {kind} of charlm's own; choose another name")
    before = _registered.get((kind, name))
    # A notebook runs a cell of its own again, and a module is reloaded: then the new one counts.
    if before is not None and before.module != module:
        raise UserError(
            f"the {kind} {name!r} has been registered by {before.module}; choose another name"
        )

    def register(made: Made) -> Made:
        if not isinstance(made, type):
            raise UserError(f"register_{kind} takes a class, not {shortened(made)}")
        _registered[kind, name] = OwnPart(kind, name, made, module)
        return made

    return register


def find_part(kind: KindOfPart, name: str) -> OwnPart | None:
    """Return the part that was registered by that name, None for one of charlm's own.

    Raises:
        UserError: nothing was registered by that name.
    """
    if name in TAKEN[kind]:
        return None
    if (found := _registered.get((kind, name))) is None:
        raise UserError(f"{kind} {name!r} is not registered")
    return found


def list_names(kind: KindOfPart) -> tuple[str, ...]:
    """Return the names of charlm's own parts of that kind, and then those that were registered."""
    own = (name for which, name in _registered if which == kind)
    return (*TAKEN[kind], *own)


@dataclass(frozen=True)
class PartName:
    """Says that a text names a part: an annotation of a field of a `Config`."""

    kind: KindOfPart

    def check(self, field: str, value: object) -> None:
        """Raise `UserError` unless `value` is the name of a part."""
        known = list_names(self.kind)
        if value not in known:
            raise UserError(
                f"{field} must be one of {', '.join(known)}, not {shortened(value)}; what a module "
                "of your own registers is there with --plugin MODULE"
            )

    def find_module(self, value: object) -> str | None:
        """Return the module that registered the part; None for one of charlm's own."""
        found = find_part(self.kind, str(value))
        return found.module if found else None

    def check_recorded(self, value: object, module: object) -> None:
        """Raise `UserError` for a part in a file that is not registered here.

        Args:
            value: its name, as the file records it.
            module: the module that registered it, as the file records it; None if it records none.
        """
        if module is None or not isinstance(value, str) or value in list_names(self.kind):
            return
        what = f"the {self.kind} {shortened(value)} is not registered here"
        if not isinstance(module, str) or not re.fullmatch(r"[\w.]{1,200}", module):
            raise UserError(f"{what}, and the record of its module is damaged")
        if module == MAIN:
            raise UserError(
                f"{what}: a script or notebook registered it; run that part of it first, or move "
                "it into a module and name that with --plugin MODULE"
            )
        raise UserError(
            f"{what}: it came from the module {module}; if you trust that one, name it with "
            f"--plugin {module}, or import it first (what a file names is never imported)"
        )


AttentionKind = Annotated[str, PartName("attention")]
"""A kind of attention: none, scaled_dot, dot, cosine, additive, or one that was registered."""
