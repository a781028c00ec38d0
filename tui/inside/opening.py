"""Open what is to be read: the model by its kind, and an example of our own.

This module uses no screen.
"""

from __future__ import annotations

from typing import Any

from charlm.language_model import DEFAULT_MODEL
from charlm.runs.kind import import_attribute
from charlm.runs.registry import CHARACTERS, CLASSIFIER, KINDS, TRANSLATOR
from corpora.errors import UserError
from tui.inside.subjects import Subject
from tui.models import list_names
from tui.reading import Reading

EXAMPLE = Reading(
    CHARACTERS,
    "",
    '"I will not go," said the old man, and he put the letter on the table.\n'
    "\n"
    "The officers were silent. Outside, in the yard, a horse was led to the\n"
    "gate; somebody laughed, and a door was shut.\n"
    "\n"
    '"You will go," answered his daughter quietly, "because he has asked for\n'
    "you, and because in 1812 you would not have waited to be asked twice.\n"
    'Take your hat, father." He looked at her (she had the eyes of her\n'
    "mother), sighed, and went out to the horse.\n",
    20,
)
"""A text to look at on the first visit; the model is found when it is opened."""


def load_model(kind: str, path: str) -> Any:
    """Return the model at a path; it may take seconds."""
    load = import_attribute(str(KINDS[kind].load))
    return load(path) if kind == CHARACTERS else load(path, device="cpu")


def find_example() -> Reading:
    """Return the example, with the model that ships, or the first that there is.

    Raises:
        UserError: there is no model of characters.
    """
    names = list_names(CHARACTERS)
    if not names:
        raise UserError("there is no model of characters to look into; train one with F5")
    name = DEFAULT_MODEL if DEFAULT_MODEL in names else names[0]
    return Reading(CHARACTERS, name, EXAMPLE.text, EXAMPLE.position)


def open_subject(reading: Reading, model: Any) -> Subject:
    """Return the text of a reading, ready to be looked at.

    Raises:
        UserError: the model cannot read it, or there is nothing in it to read.
    """
    subject = _open(reading, model)
    if not len(subject):
        raise UserError(f"there is no {subject.what} in the text that the model knows")
    return subject


def _open(reading: Reading, model: Any) -> Subject:
    if reading.kind == CLASSIFIER:
        from tui.inside.words import ReviewText

        return ReviewText(model, reading.text)
    if reading.kind == TRANSLATOR:
        from tui.inside.actions import CommandText

        return CommandText(model, reading.text)
    from tui.inside.characters import CharacterText

    return CharacterText(model, reading.text)


def name_origin(reading: Reading) -> str:
    """Return where a reading comes from, in a few words."""
    if reading.text == EXAMPLE.text:
        return "an example"
    names = {CHARACTERS: "Generate", CLASSIFIER: "Classify", TRANSLATOR: "Translate"}
    return f"the text of {names.get(reading.kind, reading.kind)}"
