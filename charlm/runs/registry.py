"""Models by name: those that ship, run folders, single files; and what is known of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from charlm.runs import hub
from charlm.runs.files import CONFIG, MODEL, exists, read_json
from charlm.runs.kind import Kind
from corpora.errors import UserError

CHARACTERS, CLASSIFIER, WORD_MODEL, TRANSLATOR = "charlm", "classifier", "word-model", "translator"
FORECASTER, CAPTIONER = "forecaster", "captioner"
"""Names of the kinds, as model files and run folders record them."""
OWN_TASK = "own"
"""Kind of what `charlm.train_task` trains: only the program that trains it knows what it is."""


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
    CAPTIONER: Kind(
        what="a captioner",
        package="seq",
        config="seq.caption.config:CaptionerConfig.from_json",
        vocabulary="seq.caption.words:read_vocabulary",
        symbols="words",
        embedding="decoder.embedding.weight",
        load="seq.caption.library:load",
        command=("seq.caption", "train"),
        tag="image-to-text",
        measure="charlm caption evaluate {model}",
        purpose="It says in words what pictures like those that it was trained on show: for "
        "teaching and experiments.",
        limits="It has seen one kind of pictures and knows no others: of a photograph it says "
        "something as well, which means nothing.",
        use="describe with: charlm caption describe --model {run}",
    ),
}
"""The one table of kinds: loaders, commands, the app and its palette read it."""


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
