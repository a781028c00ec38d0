"""The vocabularies of a translator."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from commands_of_scan import some

from corpora.errors import UserError
from corpora.scan.grammar import ACTIONS, WORDS
from seq.padding import END
from seq.scan.vocabularies import Languages

LANGUAGES = Languages.from_symbols(WORDS, ACTIONS)


def test_languages_read_what_they_have_written() -> None:
    assert Languages.from_json(LANGUAGES.to_json()) == LANGUAGES
    pair = some(1)[0]
    ids = LANGUAGES.encode_actions(pair.actions)
    assert ids[-1] == END
    assert LANGUAGES.decode_actions(ids.tolist()) == pair.actions


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: "no JSON",
        lambda data: json.dumps([]),
        lambda data: json.dumps({**data, "format": "charlm-vocabulary"}),
        lambda data: json.dumps({**data, "version": 2}),
        lambda data: json.dumps({**data, "source": None}),
        lambda data: json.dumps({**data, "source": data["target"], "target": data["source"]}),
    ],
)
def test_what_is_no_pair_of_vocabularies_is_refused(damage: Callable[[Any], str]) -> None:
    with pytest.raises(UserError, match="vocabular"):
        Languages.from_json(damage(json.loads(LANGUAGES.to_json())))
