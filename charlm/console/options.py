"""Command-line options, made from the fields of configurations, and options of several commands."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from types import FunctionType
from typing import Annotated, Any, TypeVar, cast, get_args, get_type_hints

from cyclopts import Parameter, Token, convert
from docstring_parser import parse_from_object

from charlm.console.completers import complete_models, complete_texts
from charlm.training.config import Device, Precision
from corpora.text.decoding import Decoding, Errors, find_decoder
from corpora.text.normal_form import Form

Command = TypeVar("Command", bound=Callable[..., Any])


def _refuse_options(kind: Any, value: str | None) -> None:
    if value is not None and value.startswith("-") and value != "-":
        raise ValueError(f"there is no option {value}")


def convert_strictly(kind: Any, tokens: Sequence[Token]) -> Any:
    """Return the value of an option; unlike `cyclopts.convert`, without rounding.

    Raises:
        ValueError: a whole number has a fraction, or a path is empty: an empty path would mean the
            working folder.
    """
    kinds = set(_flatten(kind))
    for token in tokens:
        if int in kinds and not kinds & {float, str} and "." in token.value:
            raise ValueError(f"{token.value} is not a whole number")
        if Path in kinds and (not token.value.strip() or "\0" in token.value):
            raise ValueError("a path cannot be empty, nor hold the character NUL")
    return convert(kind, tokens)


def _flatten(kind: Any) -> Iterator[Any]:
    """Yield the types that an annotation is made of."""
    inner = get_args(kind)
    if not inner:
        yield kind
    for one in inner:
        yield from _flatten(one)


STRICT = Parameter(converter=convert_strictly)
"""What holds for every option of every command."""

SWITCH = Parameter(negative="")
"""Parameter of a switch that has no --no-OPTION."""

TEXT = Parameter(allow_leading_hyphen=True, negative="")
"""Parameter of an option whose value may begin with a hyphen, such as a prompt."""

INPUT = Parameter(allow_leading_hyphen=True, validator=_refuse_options)
"""Parameter of a positional argument that names a text, or standard input with -."""

SEVERAL = Parameter(
    negative="", consume_multiple=True, show_default=lambda values: " ".join(map(str, values))
)
"""Parameter of an option with several values: `--layers 1 2`, or `--layers 1 --layers 2`."""

# Options that several commands have, with their help.
Corpus = Annotated[
    str,
    INPUT,
    Parameter(
        help="A file, a folder, a name that `charlm corpora` lists, or - for standard input.",
        completer=complete_texts,
    ),
]
Model = Annotated[
    str,
    Parameter(
        help="A model that ships with charlm, a run folder, a .safetensors file, or hf:user/name "
        "of the Hugging Face hub (with @revision if you like).",
        completer=complete_models,
    ),
]
OnDevice = Annotated[Device, Parameter(help="Where to compute.")]
InPrecision = Annotated[
    Precision,
    Parameter(help="Arithmetic of the recurrent layers; bf16 is faster on some processors."),
]
Encoding = Annotated[str, Parameter(help="Character encoding of files of texts.")]
TextColumn = Annotated[
    str | None,
    Parameter(help="Column with the texts, if it is not called text, review, sentence or content."),
]
LabelColumn = Annotated[
    str | None,
    Parameter(
        help="Column with the labels, if it is not called label, sentiment, class or category."
    ),
]
Json = Annotated[bool, Parameter(negative="", help="Write one JSON object.")]


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunOptions:
    """The options that all commands share that train one model."""

    folder: Annotated[
        Path | None,
        Parameter(name="--out", help="Folder to write to; by default a new one under runs/."),
    ] = None
    resume: Annotated[Path | None, Parameter(help="Continue the training in this run folder.")] = (
        None
    )
    tensorboard: Annotated[
        bool,
        Parameter(negative="", help="Log for TensorBoard as well (needs the extra of that name)."),
    ] = False


RUN = RunOptions()
"""The options of a run when none is given."""


@Parameter(name="*")
@dataclasses.dataclass(frozen=True)
class DecodingOptions:
    """The options by which the bytes of a file become text; None where the user gave none."""

    encoding: Annotated[
        str | None, Parameter(help="Character encoding of the text, by default utf-8.")
    ] = None
    errors: Annotated[
        Errors | None,
        Parameter(
            help="What to do with bytes that are not of that encoding: stop (strict, the default), "
            "replace each by U+FFFD, or skip them."
        ),
    ] = None
    normalize: Annotated[
        Form | None, Parameter(help="Bring the text into this Unicode normal form.")
    ] = None

    def make(self) -> Decoding:
        """Return the decoding.

        Raises:
            UserError: there is no such encoding.
        """
        decoding = Decoding(self.encoding or "utf-8", self.errors or "strict", self.normalize)
        find_decoder(decoding.encoding)
        return decoding


DECODING = DecodingOptions()
"""The options of a decoding when none is given."""


@Parameter(name="*")
@dataclasses.dataclass(frozen=True)
class CorpusOptions(DecodingOptions):
    """The options by which a corpus is read, which may be a folder; None where none was given."""

    suffix: Annotated[
        tuple[str, ...] | None,
        Parameter(
            negative="",
            help="Of a folder, read the files whose names end so (--suffix .py --suffix .tex), by "
            "default all files that hold text.",
        ),
    ] = None


CORPUS_OPTIONS = CorpusOptions()
"""The options of a corpus when none is given."""


@Parameter(name="*")
@dataclasses.dataclass(frozen=True)
class ComputingOptions:
    """Where a loaded model computes, and in which arithmetic."""

    device: OnDevice = "auto"
    precision: InPrecision = "fp32"


COMPUTING = ComputingOptions()
"""The options of computing when none is given."""


def select_given(options: object) -> dict[str, Any]:
    """Return the fields of configurations that the user has given, by name: those not None."""
    shared = {field.name for field in dataclasses.fields(RunOptions)}
    given = vars(options).items()
    return {name: value for name, value in given if value is not None and name not in shared}


def make_options(
    *configs: type,
    module: str,
    base: type | None = None,
    default: str = "default preset",
    without: Collection[str] = (),
) -> type:
    """Return a dataclass with the fields of `configs`, all None by default.

    An option that the user does not give stays None, so that a preset can supply its value. The
    docstring under each field becomes its help.

    Args:
        configs: dataclasses whose fields become options.
        module: `__name__` of the caller.
        base: a dataclass with other options, such as `RunOptions`; None for none.
        default: what the help calls the default of a field.
        without: fields that are left out.
    """
    # Not inherited: the annotations of `base` are strings, which only its own module can read.
    ready = get_type_hints(base, include_extras=True) if base is not None else {}
    fields: list[tuple[str, Any, Any]] = [
        (name, hint, dataclasses.field(default=getattr(base, name))) for name, hint in ready.items()
    ]
    for config in configs:
        hints = get_type_hints(config)
        helps = read_explanations(config)
        for field in dataclasses.fields(config):
            if field.name in without:
                continue
            text = f"{helps[field.name].rstrip('.')} [{default}: {field.default}]"
            parameter = Parameter(help=" ".join(text.split()), show_default=False)
            optional: Any = hints[field.name] | None
            fields.append(
                (field.name, Annotated[optional, parameter], dataclasses.field(default=None))
            )
    made = dataclasses.make_dataclass("Options", fields, kw_only=True, frozen=True)
    made.__module__ = module  # cyclopts takes classes of the module `types` for built-in ones
    return made


def trains(*configs: type, default: str = "default preset") -> Callable[[Command], Command]:
    """Return a decorator that gives a command that trains the fields of `configs` as options.

    They stand beside those of a run in its parameter `options`; see `make_options`.
    """

    def decorate(command: Command) -> Command:
        made = make_options(*configs, module=command.__module__, base=RunOptions, default=default)
        function = cast("FunctionType", command)
        function.__annotations__["options"] = Annotated[made, Parameter(name="*")]
        function.__kwdefaults__ = {**(function.__kwdefaults__ or {}), "options": made()}
        return command

    return decorate


def read_explanations(config: type) -> dict[str, str]:
    """Return the docstring under each field of a dataclass, inherited ones included."""
    family = [base for base in reversed(config.__mro__) if dataclasses.is_dataclass(base)]
    known = [param for base in family for param in parse_from_object(base).params]
    return {param.arg_name: param.description for param in known if param.description}
