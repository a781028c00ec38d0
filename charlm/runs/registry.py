"""Models by name: those that ship, run folders, single files; and what is known of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path
from typing import Any

from charlm.runs import hub
from charlm.runs.files import CONFIG, MODEL, exists, read_json
from corpora.errors import UserError

CHARACTERS, CLASSIFIER, WORD_MODEL, TRANSLATOR = "charlm", "classifier", "word-model", "translator"
FORECASTER = "forecaster"
"""Names of the kinds, as model files and run folders record them."""
OWN_TASK = "own"
"""Kind of what `charlm.train_task` trains: only the program that trains it knows what it is."""


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


KINDS: Mapping[str, Kind] = {
    CHARACTERS: Kind(
        what="a language model",
        package="charlm",
        config="charlm.config:ModelConfig.from_json",
        vocabulary="corpora.text.vocabulary:Vocabulary.from_json",
        symbols="characters",
        load="charlm.language_model:load",
        command=("charlm.train",),
        use="write with: charlm generate {run}",
        tag="text-generation",
        measure="charlm evaluate {model} {data} --split validation",
        purpose="It writes text in the manner of what it has read, one character after the other, "
        "and says how much a text surprises it: for teaching and experiments.",
        limits="It knows nothing but its corpus. What it writes is made up, repeats prejudices of "
        "the corpus, and may hold passages of it word for word: `charlm novelty` measures that.",
    ),
    CLASSIFIER: Kind(
        what="a classifier",
        package="seq",
        config="seq.imdb.config:read_shape",
        vocabulary="corpora.labelled.words:WordTokenizer.from_json",
        symbols="words",
        frozen="seq.imdb.config:is_frozen",
        load="seq.imdb.library:load",
        command=("seq.imdb", "train"),
        use='classify with: charlm imdb classify --model {run} "…"',
        tag="text-classification",
        measure="charlm imdb evaluate {model} {data}",
        purpose="It sorts texts like those that it was trained on into their classes.",
        limits="It answers to any text: what it says of other kinds of text, or in another "
        "language, means nothing, however sure it is. It is not for decisions about people.",
        trace="seq.imdb.inside:trace_named",
        units="seq.imdb.unit_search:find_named",
    ),
    WORD_MODEL: Kind(
        what="a word model",
        package="seq",
        config="seq.imdb.config:ReaderConfig.from_json",
        vocabulary="corpora.labelled.words:WordTokenizer.from_json",
        symbols="words",
        command=("seq.imdb", "pretrain"),
        tag="feature-extraction",
        measure="",
        purpose="Classifiers start from it: charlm imdb train --init-from {model}.",
        limits="By itself it has no use; it knows the words of its corpus and no others.",
    ),
    TRANSLATOR: Kind(
        what="a translator",
        package="seq",
        config="seq.scan.config:TranslatorConfig.from_json",
        vocabulary="seq.scan.vocabularies:Languages.from_json",
        symbols="words",
        embedding="source_embedding.weight",
        frozen="seq.scan.config:is_frozen",
        load="seq.scan.library:load",
        command=("seq.scan", "train"),
        use='translate with: charlm scan translate --model {run} "jump twice"',
        tag="translation",
        measure="charlm scan evaluate {model}",
        purpose="It translates commands into actions: for experiments on what networks generalise.",
        limits="It reads the words of its vocabulary and no others, and may fail on commands "
        "unlike those that it was trained on, though each of their words is known.",
        trace="seq.scan.inside:trace_named",
    ),
    FORECASTER: Kind(
        what="a forecaster",
        package="seq",
        config="seq.forecast.config:ForecasterConfig.from_json",
        vocabulary="seq.forecast.data:Columns.from_json",
        symbols="columns",
        load="seq.forecast.library:load",
        command=("seq.forecast", "train"),
        tag="time-series-forecasting",
        measure="charlm forecast evaluate {model}",
        purpose="It forecasts series like those that it was trained on: for teaching and "
        "experiments.",
        limits="It knows the past of one kind of series: where that changes, its forecasts and "
        "their intervals are wrong. It is not for decisions about money or safety.",
        use="forecast with: charlm forecast predict --model {run}",
    ),
}
"""The one table of kinds: loaders, commands, the app and its palette read it."""


def import_attribute(path: str) -> Any:
    """Return what `module:attribute` names."""
    module, _, attribute = path.partition(":")
    return attrgetter(attribute)(import_module(module))


def find_kind(name: str, path: Path) -> Kind:
    """Return what is known of the kind `name`, which the file or folder `path` is said to be of.

    Raises:
        UserError: there is no such kind.
    """
    if name not in KINDS:
        raise UserError(f"{path} holds a model of kind {name!r}, which this charlm does not know")
    return KINDS[name]


def pretrained(package: str) -> Path:
    """Return the folder of the models that ship with a package, without importing the package."""
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec is not None else None
    if not places:
        raise UserError(f"the package {package} is not installed; install charlm anew")
    return Path(places[0]) / "pretrained"


def shipped(*kinds: str) -> dict[str, Path]:
    """Return the folders of the models that ship, by name: those of `kinds`, or of all kinds."""
    packages = dict.fromkeys(kind.package for kind in KINDS.values())
    found = {
        path.parent.name: path.parent
        for package in packages
        for path in sorted(pretrained(package).glob(f"*/{MODEL}"))
    }
    if not kinds:
        return found
    return {name: path for name, path in found.items() if _recorded_kind(path) in kinds}


def is_shipped(folder: Path) -> bool:
    """Return whether a folder holds a model that ships."""
    return any(path.samefile(folder) for path in shipped().values())


def _recorded_kind(folder: Path) -> str | None:
    config = read_json(folder / CONFIG, follow=True)
    return config.get("kind") if isinstance(config, dict) else None


def runs(folder: Path = Path("runs")) -> dict[str, Path]:
    """Return the run folders directly under `folder`, by path as one would type it."""
    return {str(path.parent): path.parent for path in sorted(folder.glob(f"*/{CONFIG}"))}


def find(name: str, *kinds: str) -> Path:
    """Return the folder or file of a model, by its path, the name that it ships under, or a hub's.

    Args:
        name: path or name; `hf:user/name[@revision]` is fetched from the Hugging Face hub.
        kinds: whose names the error message lists; by default all.

    Raises:
        UserError: there is no such model.
    """
    if hub.is_hub_name(name):
        return hub.fetch(name)
    path, known = Path(name), shipped()
    # A folder of that name that holds no model does not hide the one that ships.
    holds_one = (
        (exists(path) and not path.is_dir()) or exists(path / CONFIG) or exists(path / MODEL)
    )
    if name in known and not holds_one:
        return known[name]
    if exists(path):
        return path
    there = ", ".join([*shipped(*kinds), *runs()]) or "none"
    raise UserError(f"there is no model {name!r}; known are: {there}")


def model_name(path: Path) -> str:
    """Return the name of the model in a folder or file."""
    if path.is_dir():
        return hub.show_name(path) or path.name
    return path.stem
