"""Part of a corpus, as the text that a model reads to be looked into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from charlm.console.options import CorpusOptions
from corpora.errors import UserError
from corpora.text.encoded import Split

if TYPE_CHECKING:
    from charlm.language_model import LanguageModel

PartOfText = Annotated[
    Split,
    Parameter(help="Part of the text: the first 80 %, the next 10 %, the last 10 %, or all of it."),
]
"""The option of commands that read a part of a corpus."""


def read_part(
    model: LanguageModel,
    corpus: str,
    split: Split,
    characters: int,
    reading: CorpusOptions,
    name: str,
) -> str:
    """Return the first characters of a part of a corpus.

    Args:
        model: the model that will read it.
        corpus: a file, a folder, a name, or - for standard input.
        split: the part of the text.
        characters: how many characters, at most.
        reading: how the corpus is read.
        name: the model, as the user named it.

    Raises:
        UserError: there is no such corpus, it is too short, the model does not know one of its
            characters, or `characters` is too small.
    """
    from charlm.console.download_bar import read_corpus

    if characters < 2:
        raise UserError(f"--characters must be at least 2, not {characters}")
    text = read_corpus(corpus, reading, name)
    text.remap_table(model.vocabulary)  # what the model does not know is said with its place
    part = text.split(split)[:characters]
    if len(part) < 2:
        raise UserError(f"the {split} part of {corpus} has {len(part)} characters; 2 are needed")
    return text.vocabulary.decode(part)
