"""The same texts and labels in any form of file; of whatever is wrong, one line."""

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import damaged

from corpora.errors import UserError
from corpora.labelled.texts import LabelledTexts, read

Write = Callable[..., Path]
Row = dict[str, Any]

TEXTS = ["So good,\nreally.", 'A "bad"\tfilm', "", "NA", "1984", "é 😀\u2028\x0b\x1c end"]
LABELS = ["pos", "neg", "pos", "neg", "neg", "pos"]
ROWS: list[Row] = [{"text": t, "label": x} for t, x in zip(TEXTS, LABELS, strict=True)]


def separated(rows: list[Row], delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def json_lines(rows: list[Row]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def parquet(rows: list[Row]) -> bytes:
    out = io.BytesIO()
    pandas.DataFrame(rows).to_parquet(out)
    return out.getvalue()


FORMS: dict[str, Callable[[list[Row]], bytes]] = {
    ".csv": separated,
    ".tsv": lambda rows: separated(rows, "\t"),
    ".json": lambda rows: json.dumps(rows).encode(),
    ".jsonl": json_lines,
    ".ndjson": json_lines,
    ".parquet": parquet,
}
forms = pytest.mark.parametrize("suffix", FORMS)
plain_forms = pytest.mark.parametrize("suffix", [form for form in FORMS if form != ".parquet"])


def fails(spec: object, match: str, **about: Any) -> str:
    with pytest.raises(UserError, match=match) as caught:
        read(str(spec), **about)
    line = str(caught.value)
    assert line.isprintable()
    assert len(line) < 1000
    return line


def folder_of(written: Write, files: dict[str, str | bytes]) -> Path:
    for name, data in files.items():
        written(data, f"reviews/{name}")
    return Path("reviews")


@forms
def test_a_table_of_any_form_gives_its_texts_and_labels(written: Write, suffix: str) -> None:
    found = read(str(written(FORMS[suffix](ROWS), f"mine{suffix}")))
    assert found.name == "mine"
    assert found.classes == ("neg", "pos")
    assert found.texts == TEXTS
    assert [found.classes[label] for label in found.labels] == LABELS
    assert found.labels.dtype == np.int64
    assert len(found) == len(TEXTS)


@forms
def test_the_suffix_may_be_in_capitals(written: Write, suffix: str) -> None:
    assert len(read(str(written(FORMS[suffix](ROWS), f"X{suffix.upper()}")))) == len(ROWS)


@plain_forms
def test_a_byte_order_mark_is_no_part_of_the_text(written: Write, suffix: str) -> None:
    path = written(b"\xef\xbb\xbf" + FORMS[suffix](ROWS), f"mine{suffix}")
    assert read(str(path)).texts == TEXTS


@forms
def test_columns_by_default_and_by_name(written: Write, suffix: str) -> None:
    rows: list[Row] = [
        {"sentiment": row["label"], "mood": "m" + row["label"], "id": 7, "review": row["text"]}
        for row in ROWS
    ]
    path = str(written(FORMS[suffix](rows), f"mine{suffix}"))
    assert read(path).texts == TEXTS
    assert read(path).classes == ("neg", "pos")
    assert read(path, label_column="mood").classes == ("mneg", "mpos")
    assert read(path, text_column="mood").texts == ["m" + label for label in LABELS]
    fails(
        path, "no column 'body'; name the right one of .*review.* --text-column", text_column="body"
    )
    fails(path, "no column 'stars'; .* --label-column", label_column="stars")
    other = written(FORMS[suffix]([{"a": "x", "b": "y"}]), f"other{suffix}")
    fails(other, "no column 'text' or 'review' or .* a, b with --text-column")
    fails(other, "no column 'label' or .* with --label-column", text_column="a")


@forms
def test_without_labels_a_table_needs_no_column_of_them(written: Write, suffix: str) -> None:
    rows: list[Row] = [{"n": 1, "text": text} for text in TEXTS]
    found = read(str(written(FORMS[suffix](rows), f"mine{suffix}")), labelled=False)
    assert found.texts == TEXTS
    assert found.labels.tolist() == [-1] * len(TEXTS)
    assert found.classes == ()
    path = str(written(FORMS[suffix](ROWS), f"both{suffix}"))
    assert read(path, labelled=False, classes=("a", "b")).classes == ("a", "b")


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".parquet"])
@pytest.mark.parametrize(
    ("values", "classes"),
    [
        ([1, 0, 1], ("0", "1")),
        ([1.0, 0.0, 1.0], ("0", "1")),
        ([True, False, True], ("false", "true")),
        ([10, 9, -1], ("-1", "9", "10")),
        ([0.5, 2.0, -0.0], ("0", "0.5", "2")),
        (["2", "10", "1.0"], ("1", "2", "10")),
        (["01", "1", "1"], ("01", "1")),
        ([" a", "b ", "a"], ("a", "b")),
        (["9" * 5000, "1", "x"], ("1", "9" * 5000, "x")),
        ([2**63, 1, 2**63], ("1", str(2**63))),
    ],
)
def test_labels_may_be_numbers_and_booleans(
    written: Write, suffix: str, values: list[Any], classes: tuple[str, ...]
) -> None:
    rows: list[Row] = [{"text": "a", "label": value} for value in values]
    if "9" * 5000 in values and suffix == ".parquet":
        rows = rows[::-1]
    path = str(written(FORMS[suffix](rows), f"mine{suffix}"))
    found = read(path)
    assert found.classes == classes
    again = read(path, classes=classes)
    np.testing.assert_array_equal(again.labels, found.labels)


def test_labels_that_are_equal_but_not_the_same_stay_apart(written: Write) -> None:
    rows = [{"text": "a", "label": label} for label in (True, 1, 1.0, "1", "true", False, 0)]
    found = read(str(written(json_lines(rows), "mine.jsonl")))
    assert found.classes == ("0", "1", "false", "true")
    assert found.labels.tolist() == [3, 1, 1, 1, 3, 2, 0]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl"])
def test_booleans_are_the_same_however_they_are_spelled(written: Write, suffix: str) -> None:
    spelled: list[Any] = ["True", "FALSE", "true", True, False]
    rows: list[Row] = [{"text": "a", "label": value} for value in spelled]
    found = read(str(written(FORMS[suffix](rows), f"mine{suffix}")))
    assert found.classes == ("false", "true")
    assert found.labels.tolist() == [1, 0, 1, 1, 0]


@forms
def test_labels_must_be_among_given_classes(written: Write, suffix: str) -> None:
    classes = ("negative", "Positive", "mixed", "mixture")

    def labels(*values: str, classes: tuple[str, ...] = classes) -> list[int]:
        rows: list[Row] = [{"text": "a", "label": value} for value in values]
        path = written(FORMS[suffix](rows), f"mine{suffix}")
        return read(str(path), classes=classes).labels.tolist()

    assert labels("negative", "NEG", "pos", "POSITIVE", "mixed", "mixt") == [0, 0, 1, 1, 2, 3]
    assert labels("0", "1", "3", "1.0") == [0, 1, 3, 1]
    assert labels("neg", "neg") == [0, 0]
    assert labels("pos", "POS", "positive", classes=("pos", "positive")) == [0, 0, 1]
    for label in ("mix", "x", "4", "-1", "negatives", "9" * 5000, "²"):
        with pytest.raises(UserError, match=r"row 2: .* is none of the classes negative, Positive"):
            labels("neg", label)


def test_a_folder_has_a_folder_for_each_class(written: Write) -> None:
    files: dict[str, str | bytes] = {
        "pos/b.txt": "good",
        "pos/a.txt": "\ufeffbetter\r\n",
        "neg/a.TXT": "bad",
        "meh/a.txt": "",
        "pos/notes.md": "no",
        "readme.txt": "no",
        "unsup/a.txt": "whatever",
    }
    path = folder_of(written, files)
    (path / "pos" / "folder.txt").mkdir()
    (path / "empty").mkdir()
    found = read(str(path))
    assert found.name == "reviews"
    assert found.classes == ("meh", "neg", "pos")
    assert found.texts == ["", "bad", "better\n", "good"]
    assert found.labels.tolist() == [0, 1, 2, 2]
    assert read(str(path), classes=("neg", "pos", "meh")).labels.tolist() == [2, 0, 1, 1]
    fails(path, "'meh' is none of the classes neg, pos", classes=("neg", "pos"))
    every = read(str(path), labelled=False)
    assert sorted(every.texts) == ["", "bad", "better\n", "good", "no", "whatever"]
    assert set(every.labels.tolist()) == {-1}


def test_what_is_hidden_is_left_out(written: Write) -> None:
    files: dict[str, str | bytes] = {"pos/a.txt": "good", "neg/a.txt": "bad"}
    hidden: dict[str, str | bytes] = {"pos/._a.txt": b"\0\5\x16\xff", ".old/a.txt": "x"}
    path = folder_of(written, files | hidden)
    found = read(str(path))
    assert (found.classes, found.texts) == (("neg", "pos"), ["bad", "good"])
    assert read(str(path), labelled=False).texts == ["bad", "good"]
    assert read(str(path / ".old"), labelled=False).texts == ["x"]


def test_folders_that_do(written: Write) -> None:
    path = folder_of(written, {"pos/a.txt": "good", "neg/a.md": "bad"})
    fails(path, "one class only, 'pos'")
    assert read(str(path), classes=("neg", "pos")).labels.tolist() == [1]
    fails(path / "pos", "no folders of .txt files")
    fails(path / "neg", "no folders of .txt files")
    fails(path / "neg", "holds no texts", labelled=False)
    written(b"\xff\xfe", "reviews/pos/b.txt")
    for labelled in (True, False):
        fails(path, r"pos/b\.txt is not a text in UTF-8", labelled=labelled)
    written(b"a\0b", "reviews/pos/b.txt")
    fails(path, r"pos/b\.txt is not a text")
    (path / "pos" / "b.txt").unlink()
    (path / "pos" / "b.txt").symlink_to("nowhere")
    fails(path, r"cannot read .*pos/b\.txt: it does not exist")


def test_a_folder_that_holds_itself_is_read_once(written: Write) -> None:
    path = folder_of(written, {"pos/a.txt": "good"})
    (path / "pos" / "again").symlink_to(path.resolve())
    assert read(str(path), labelled=False).texts == ["good"]


def test_folders_without_a_name_of_their_own_get_it(
    written: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder_of(written, {"pos/a.txt": "good", "neg/a.txt": "bad"})
    monkeypatch.chdir(path)
    assert read(".").name == "reviews"
    assert read("..", labelled=False).name == "work"
    assert read("../reviews/").name == "reviews"


@contextmanager
def unprivileged(folder: Path) -> Iterator[None]:
    """Close `folder` even to the superuser."""
    folder.chmod(0o000)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)
        yield
    finally:
        os.seteuid(user)
        folder.chmod(0o755)


def test_an_unreadable_folder_is_not_an_empty_one() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        top = Path(temporary)
        for name in ("neg", "pos"):
            (top / name).mkdir()
            (top / name / "a.txt").write_text("a")
            (top / name).chmod(0o755)
        top.chmod(0o755)
        with unprivileged(top / "neg"):
            for labelled in (True, False):
                fails(top, "cannot read .*/neg: permission denied", labelled=labelled)
        with unprivileged(top / "neg" / "a.txt"):
            fails(top, r"cannot read .*/neg/a\.txt: permission denied")
        with unprivileged(top):
            fails(top / "neg", "cannot read .*: permission denied")


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        ("a\nb", ["a", "b"]),
        ("a\nb\n", ["a", "b"]),
        ("\n", [""]),
        ("a\n\n\nb\n\n", ["a", "", "", "b", ""]),
        ("a\r\nb\rc\r\n", ["a", "b", "c"]),
        (
            "\ufeffa\x0bb\x0cc\x1cd\x1ee\x85f\u2028g\u2029h\n",
            ["a\x0bb\x0cc\x1cd\x1ee\x85f\u2028g\u2029h"],
        ),
        (" a \n", [" a "]),
    ],
)
def test_a_text_file_has_a_text_on_each_line(written: Write, data: str, texts: list[str]) -> None:
    assert read(str(written(data)), labelled=False).texts == texts


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\0"))))
def test_lines_come_back(lines: list[str]) -> None:
    if lines and lines[0].startswith("\ufeff"):
        return
    Path("lines.txt").unlink(missing_ok=True)
    Path("lines.txt").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    if lines:
        assert read("lines.txt", labelled=False).texts == lines
    else:
        fails("lines.txt", "holds no texts", labelled=False)


@pytest.mark.parametrize("suffix", FORMS)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_any_text_comes_back(suffix: str, data: st.DataObject) -> None:
    binary = suffix == ".parquet"
    characters = st.characters(
        exclude_categories=["Cs"], exclude_characters="" if binary or "j" in suffix else "\0"
    )
    labels = st.sampled_from(["a", "b", "c d", "é", "-", "x,y", 'q"'])
    pairs = data.draw(st.lists(st.tuples(st.text(characters), labels), min_size=1))
    rows: list[Row] = [{"text": text, "label": label} for text, label in pairs]
    path = Path(f"any{suffix}")
    path.unlink(missing_ok=True)
    path.write_bytes(FORMS[suffix](rows))
    classes = sorted({label for _, label in pairs})
    if len(classes) == 1:
        fails(path, "has one class only")
        return
    found = read(str(path))
    assert list(found.classes) == classes
    assert [(t, classes[n]) for t, n in zip(found.texts, found.labels, strict=True)] == pairs


def test_a_field_may_be_long(written: Write) -> None:
    rows: list[Row] = [{"text": "x" * 300_000, "label": "a"}, {"text": "y", "label": "b"}]
    assert read(str(written(separated(rows), "long.csv"))).texts[0] == rows[0]["text"]


@pytest.mark.parametrize("labelled", [True, False])
def test_what_is_not_there_or_cannot_be_read(written: Write, labelled: bool) -> None:
    about = {"labelled": labelled}
    fails("nowhere.csv", "no file or folder 'nowhere.csv'", **about)
    fails("no\0where.csv", "no file or folder", **about)
    fails("x" * 300, "the name is too long|no file or folder", **about)
    fails(written("a,b", "a.xlsx"), r"a\.xlsx is none of \.csv, \.tsv, ", **about)
    fails(written("a,b", "noname"), "noname is none of", **about)
    fails(written("text") / "more.csv", "no file or folder", **about)
    Path("loop.csv").symlink_to("loop.csv")
    fails("loop.csv", "round in a circle|no file or folder", **about)


def test_a_text_file_has_no_labels(written: Write) -> None:
    fails(written("a\nb\n"), "holds no labels")


GARBAGE = np.random.default_rng(0).bytes(2000)


@pytest.mark.parametrize("suffix", [*FORMS, ".txt"])
def test_what_is_something_else(written: Write, suffix: str) -> None:
    about: dict[str, Any] = {"labelled": suffix != ".txt"}
    name = f"mine{suffix}"
    for data in (b"", b"\n", b"\xef\xbb\xbf") if suffix != ".txt" else (b"", b"\xef\xbb\xbf"):
        fails(written(data, name), name, **about)
    fails(written(GARBAGE, name), name, **about)
    fails(written(b"PK\3\4" + GARBAGE, name), name, **about)
    latin = FORMS.get(suffix, separated)(ROWS).replace(b"film", b"f\xe9lm")
    if suffix != ".parquet":
        fails(written(latin, name), "not a text in UTF-8", **about)
        utf16 = "text,label\né,1\n".encode("utf-16")
        fails(written(utf16, name), "not a text in UTF-8", **about)
        fails(written(b"text,label\na\0,b\nc,d\n", name), r"not a text: it holds U\+0000", **about)


@pytest.mark.parametrize(
    ("suffix", "text"),
    [(".parquet", None), *product([".json", ".jsonl"], [None, 5, True, ["a"], {"a": 1}])],
)
def test_a_text_that_is_none(written: Write, suffix: str, text: Any) -> None:
    rows = [*ROWS, {"text": text, "label": "pos"}]
    path = written(FORMS[suffix](rows), f"mine{suffix}")
    fails(path, "row 7: .* text.* --text-column")
    fails(path, "row 7: .* text.* --text-column", labelled=False)


@pytest.mark.parametrize(
    ("suffix", "value"),
    [
        *product(FORMS, [None, "", "  "]),
        *product([".json", ".jsonl"], [float("nan"), ["a"], {"a": 1}]),
    ],
)
def test_a_label_that_is_none(written: Write, suffix: str, value: Any) -> None:
    path = written(FORMS[suffix]([*ROWS, {"text": "a", "label": value}]), f"mine{suffix}")
    for classes in (None, ("neg", "pos")):
        fails(path, "row 7: the label is (missing|no name)", classes=classes)


def test_numbers_and_bytes_in_parquet_are_no_texts(written: Write) -> None:
    for text in (5, 2.5, b"a", ["a"], pandas.Timestamp(0)):
        path = written(parquet([{"text": text, "label": "a"}] * 2), "mine.parquet")
        fails(path, "row 1: .* is not a text")
        path = written(parquet([{"text": "a", "label": [text]}] * 2), "mine.parquet")
        fails(path, "row 1: the label is no name or number")


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_a_row_without_the_key(written: Write, suffix: str) -> None:
    for key, what in (("text", "the text is missing"), ("label", "the label is missing")):
        rows: list[Row] = [*ROWS, {k: "a" for k in ("text", "label") if k != key}]
        fails(written(FORMS[suffix](rows), f"mine{suffix}"), f"row 7: {what}")


@forms
def test_one_class_is_not_enough(written: Write, suffix: str) -> None:
    rows: list[Row] = [{"text": text, "label": "pos"} for text in TEXTS]
    path = written(FORMS[suffix](rows), f"mine{suffix}")
    fails(path, "has one class only, 'pos'; two are needed")
    assert set(read(str(path), classes=("neg", "pos")).labels.tolist()) == {1}


@pytest.mark.parametrize(
    ("data", "match"),
    [
        ("text,label\na\n", "row 1 has 1 fields, the header 2"),
        ("text,label\na,b\nc,d,e\n", "row 2 has 3 fields, the header 2"),
        ("text,label\na,b,\nc,d,\n", "row 1 has 3 fields"),
        ('text,label\n"a,b\nc,d\n', "line 3: unexpected end of data"),
        ('text,label\n"a"b,c\n', "line 2: "),
        ("text,label,text\na,b,c\n", "more than one column 'text'"),
        ("text,label,label\na,b,c\n", "more than one column 'label'"),
        ("text,label\n", "holds no texts"),
        ("\n\n", "holds no texts"),
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_tables_out_of_shape(written: Write, suffix: str, data: str, match: str) -> None:
    fails(written(data.replace(",", "\t" if suffix == ".tsv" else ","), f"mine{suffix}"), match)


def test_the_same_columns_twice_in_parquet(written: Write) -> None:
    import pyarrow
    import pyarrow.parquet

    for names in (["text", "label", "label"], ["text", "text", "label"]):
        table = pyarrow.table([["a", "b"]] * 3, names=names)
        path = written(b"", "twice.parquet")
        pyarrow.parquet.write_table(table, path)
        fails(path, r"twice\.parquet")


@pytest.mark.parametrize(
    "data",
    [
        "null",
        "5",
        '"text"',
        "{}",
        '{"text": ["a", "b"], "label": [1, 2]}',
        '[["a", 1]]',
        "[1, 2]",
        '[{"text": "a", "label": 1}, null]',
        "[" * 100_000,
        "[{" + '"a":[' * 100_000,
        "1" * 5000,
        '[{"text": "a", "label": ' + "1" * 5000 + "}]",
        '[{"text": "a", "label": 1}] x',
        "[]",
        "[{}]",
    ],
)
@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_json_of_something_else(written: Write, suffix: str, data: str) -> None:
    name = f"mine{suffix}"
    fails(written(data, name), name)
    if suffix == ".jsonl":
        fails(written('{"text": "a", "label": 1}\n\n' + data, name), name)


@pytest.mark.parametrize("suffix", [*FORMS, ".txt"])
def test_damage_gives_one_line_or_texts(written: Write, suffix: str) -> None:
    whole = FORMS.get(suffix, separated)(ROWS * 3)
    classes = (None, ("neg", "pos"))
    for seed, harmed in enumerate(damaged(whole, 300, seed=len(suffix))):
        path = written(harmed, f"mine{suffix}")
        labelled = suffix != ".txt" and seed % 3 > 0
        try:
            found = read(str(path), classes=classes[seed % 2], labelled=labelled)
        except UserError:
            continue
        finally:
            path.unlink()  # to write over a file, or to remove it later, takes 3 ms
        assert all(type(text) is str for text in found.texts)
        assert len(found.texts) == len(found.labels) > 0
        if labelled:
            assert 0 <= found.labels.min() <= found.labels.max() < len(found.classes)
            assert "" not in found.classes


def some(*labels: int) -> LabelledTexts:
    texts = [f"text {n}" for n in range(len(labels))]
    return LabelledTexts("some", texts, np.array(labels, dtype=np.int64), ("a", "b"))


def test_the_digest_knows_classes_texts_labels_and_their_order() -> None:
    whole = some(0, 1, 1)
    others = [
        some(0, 1, 0),
        some(0, 1),
        whole.select(np.array([1, 0, 2])),
        LabelledTexts("some", whole.texts, whole.labels, ("b", "a")),
        LabelledTexts("some", ["text 0text 1", "", "text 2"], whole.labels, ("a", "b")),
        LabelledTexts("some", [*whole.texts[:2], "\ud800"], whole.labels, ("a", "b")),
    ]
    assert len({each.sha256 for each in [whole, *others]}) == 1 + len(others)
    renamed = LabelledTexts("other", tuple(whole.texts), whole.labels.astype(">i8"), ("a", "b"))
    assert renamed.sha256 == whole.sha256


@given(st.lists(st.integers(0, 1), min_size=2), st.data())
def test_what_is_taken_apart_can_be_joined_again(labels: list[int], data: st.DataObject) -> None:
    whole = some(*labels)
    cut = data.draw(st.integers(0, len(labels)))
    rows = np.arange(len(labels))
    parts = [whole.select(rows[:cut]), whole.select(rows[cut:])]
    assert [len(part) for part in parts] == [cut, len(labels) - cut]
    again = LabelledTexts.joined("some", parts)
    assert again.sha256 == whole.sha256
    assert again.classes == whole.classes
