"""Parts that users register, by name: what is taken, what is recorded, what is never imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from own_parts import forget, registered, write_plugin

import charlm
from charlm import parts
from charlm.config import ModelConfig, is_own
from charlm.console.plugins import list_options, take_plugins
from corpora.errors import UserError
from seq.imdb.config import ClassifierConfig
from seq.scan.config import TranslatorConfig

__all__ = ["registered"]


def test_a_registered_name_is_one_of_the_cells(registered: None) -> None:
    assert ModelConfig(cell="mgu", weight_dropout=0.0).cell == "mgu"
    assert is_own("mgu")
    assert not is_own("lstm")
    assert TranslatorConfig(cell="pair", attention="bilinear").attention == "bilinear"
    with pytest.raises(UserError, match=r"cell must be one of rnn, .*, mgu, pair, not 'mug'"):
        ModelConfig(cell="mug")


def test_names_that_cannot_be(registered: None) -> None:
    for name in ("", "1st", "a b", "x" * 41, "é", 3):
        with pytest.raises(UserError, match="cannot name a part"):
            charlm.register_cell(name)  # type: ignore[arg-type]
    for name in ("lstm", "rnn"):
        with pytest.raises(UserError, match="choose another name"):
            charlm.register_cell(name)
    with pytest.raises(UserError, match="has been registered by mycells"):
        charlm.register_cell("mgu")
    with pytest.raises(UserError, match="takes a class"):
        charlm.register_cell("function")(len)  # type: ignore[type-var]
    assert charlm.register_attention("lstm")  # another kind of part: the names are its own


def test_a_notebook_may_run_its_registration_again(monkeypatch: pytest.MonkeyPatch) -> None:
    forget(monkeypatch)
    one, other = type("One", (), {}), type("Other", (), {})
    charlm.register_cell("mine")(one)
    charlm.register_cell("mine")(other)
    found = parts.find_part("cell", "mine")
    assert found is not None
    assert found.make is other
    assert found.module == __name__


CONFIGS = (
    ModelConfig(),
    ClassifierConfig(),
    TranslatorConfig(),
)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: type(config).__name__)
def test_the_file_records_the_module_and_a_file_without_own_parts_is_as_before(
    registered: None, monkeypatch: pytest.MonkeyPatch, config: Any
) -> None:
    assert "modules" not in config.to_json()
    own = config.replace({"cell": "mgu"})
    written = own.to_json()
    assert written["modules"] == {"cell": "mycells"}
    assert type(config).from_json(written) == own
    forget(monkeypatch)
    with pytest.raises(UserError, match=r"cell 'mgu' is not registered here: .*--plugin mycells"):
        type(config).from_json(written)
    written["modules"] = {"cell": "__main__"}
    with pytest.raises(UserError, match="a script or notebook registered it"):
        type(config).from_json(written)
    for damage in ({"cell": "a b"}, {"cell": 3}, "mycells", 3):
        with pytest.raises(UserError, match=r"not registered|record of its module is damaged"):
            type(config).from_json({**written, "modules": damage})


def test_what_own_cells_do_not_have_is_one_line(registered: None) -> None:
    with pytest.raises(UserError, match="weight_dropout is for charlm's own cells"):
        ModelConfig(cell="mgu", weight_dropout=0.1)
    with pytest.raises(UserError, match="embedding must be learned"):
        ClassifierConfig(cell="mgu", embedding="one-hot")


def test_plugins_are_taken_from_anywhere_before_two_hyphens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_plugin()
    for words, left in (
        (["--plugin", "mycells", "train", "x"], ["train", "x"]),
        (["train", "--plugin=mycells", "x"], ["train", "x"]),
        (["train", "x", "--plugin", "mycells"], ["train", "x"]),
    ):
        forget(monkeypatch, "mycells")
        assert take_plugins(words) == left
        assert is_own("mgu")
        assert list_options() == ["--plugin", "mycells"]
    forget(monkeypatch, "mycells")
    assert take_plugins(["classify", "--", "--plugin", "mycells"])[1:] == [
        "--",
        "--plugin",
        "mycells",
    ]
    with pytest.raises(UserError, match="not registered"):
        is_own("mgu")


@pytest.mark.parametrize(
    ("name", "source", "message"),
    [
        ("absent", None, "there is no module 'absent'"),
        ("absent.cells", None, "there is no module 'absent'"),
        ("needs", "import not_there", "no module 'not_there', which needs imports"),
        ("wrong", "1 +", "--plugin wrong fails: SyntaxError"),
        ("raises", "1 / 0", "--plugin raises fails: ZeroDivisionError: division by zero"),
        ("cells.py", "", "takes a module"),
        ("../cells", None, "takes a module"),
        ("", None, "takes a module"),
    ],
)
def test_a_plugin_that_cannot_be_imported(
    monkeypatch: pytest.MonkeyPatch, name: str, source: str | None, message: str
) -> None:
    forget(monkeypatch, name)
    if source is not None:
        Path(name.removesuffix(".py") + ".py").write_text(source)
    with pytest.raises(UserError, match=message) as caught:
        take_plugins(["train", f"--plugin={name}"])
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match="needs the name of a module"):
        take_plugins(["train", "--plugin"])
