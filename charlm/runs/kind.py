"""What is known of a kind of models; `charlm.runs.registry` has the table of all kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What is known of a kind of models without loading it.

    Code is named by import path, `module:attribute`, and loaded when it is called: so this package
    knows the kinds of the packages above it without importing them.
    """

    what: str
    """What such a model is, with its article, for messages."""
    package: str
    """Package that the models of this kind ship with."""
    config: str
    """Function that checks a model's configuration, an object of JSON."""
    vocabulary: str
    """Function that reads a vocabulary (JSON); `symbols` of what it returns lists the symbols."""
    symbols: str
    """What the symbols are called, in the plural."""
    embedding: str = "embedding.weight"
    """Weight with the vectors of the symbols, in the order of the vocabulary."""
    frozen: str | None = None
    """Function that says of a weight, by the configuration and its name, whether it is never
    trained; None if all are."""
    load: str | None = None
    """Function that loads a model by name, ready to use; None if it has no use by itself."""
    command: tuple[str, ...]
    """Arguments of `python -m` that train a model, and resume a training with `--resume RUN`."""
    use: str = ""
    """What a trained model is used with: a sentence with `{run}` for its folder."""
    tag: str
    """What such a model does, as the Hugging Face hub calls it."""
    measure: str
    """Command that measures a model: a sentence with `{model}` and `{data}`."""
    purpose: str
    """What such models are for: a sentence for model cards."""
    limits: str
    """What they are not for."""
    trace: str | None = None
    """Function that traces a text; None for the one of `charlm.inside`, or if there is none. See
    `charlm.inside.other_kinds` for what it takes and returns."""
    units: str | None = None
    """Function that finds the units that follow something; as `trace`."""

    @property
    def typed(self) -> str:
        """The same command as a person types it: the console script works in every folder."""
        first, *rest = self.command
        return " ".join(["charlm", first.rpartition(".")[2], *rest])

    def check_config(self, config: object) -> None:
        """Raise `UserError` unless `config` is the configuration of such a model."""
        import_attribute(self.config)(config)

    def is_frozen(self, config: Mapping[str, Any], weight: str) -> bool:
        """Return whether a weight of a model of this configuration is never trained."""
        return self.frozen is not None and bool(import_attribute(self.frozen)(config, weight))

    def read_symbols(self, vocabulary: str) -> tuple[str, ...]:
        """Return the symbols of a vocabulary.

        Raises:
            UserError: `vocabulary` is not the JSON of one.
        """
        return tuple(import_attribute(self.vocabulary)(vocabulary).symbols)


def import_attribute(path: str) -> Any:
    """Return what `module:attribute` names."""
    module, _, attribute = path.partition(":")
    return attrgetter(attribute)(import_module(module))
