"""Series of Python: lists, arrays, dictionaries and frames come to the same as a table."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from corpora.errors import UserError
from corpora.series.given import take_columns
from corpora.series.load import load_series
from corpora.series.series import Series

VALUES = [3.0, 1.5, -2.0, 7.25, 0.0]
DAYS = [date(2001, 1, 1) + timedelta(days=n) for n in range(5)]


def load(values: Any, **how: Any) -> Series:
    return load_series(take_columns(values), **how)


def test_numbers_are_one_column_in_any_form() -> None:
    import pandas

    Path("own.csv").write_text("value\n" + "".join(f"{one}\n" for one in VALUES))
    wanted = load_series("own.csv").digest
    for values in (
        VALUES,
        tuple(VALUES),
        np.array(VALUES),
        np.array(VALUES)[:, None],
        torch.tensor(VALUES),
        pandas.Series(VALUES, name="other"),
        {"value": VALUES},
        pandas.DataFrame({"value": VALUES}),
        iter(VALUES),
    ):
        assert load(values).digest == wanted


def test_rows_are_columns_with_numbers_for_names() -> None:
    import pandas

    rows = np.arange(12.0).reshape(4, 3)
    found = load(rows)
    assert found.columns == ("0", "1", "2")
    assert np.array_equal(found.values, rows)
    for same in (rows.tolist(), [*rows], torch.from_numpy(rows), pandas.DataFrame(rows)):
        assert load(same).digest == found.digest


def test_times_are_a_column_or_the_index_of_a_frame() -> None:
    import pandas

    stamps = pandas.to_datetime(DAYS)
    frames = [
        pandas.DataFrame({"y": VALUES, "date": DAYS}),
        pandas.DataFrame({"y": VALUES, "date": stamps}),
        pandas.DataFrame({"y": VALUES}, index=stamps),
        {"y": VALUES, "date": stamps.to_numpy()},
        pandas.DataFrame({"y": VALUES}, index=stamps.tz_localize("UTC")),
    ]
    for frame in frames:
        found = load(frame)
        assert found.columns == ("y",)
        assert found.times is not None
        assert [one[:10] for one in found.times] == [str(day) for day in DAYS]
    holes = pandas.Series(VALUES, index=stamps).drop(stamps[2])
    said: list[str] = []
    filled = load(holes, fill="linear", notice=said.append)
    assert filled.values[:, 0].tolist() == [3, 1.5, 4.375, 7.25, 0]
    assert filled.known[:, 0].tolist() == [True, True, False, True, True]
    assert said[0].startswith("1 rows that the series leaves out are put in")


def test_what_is_missing_stays_missing_whatever_it_is_called() -> None:
    import pandas

    for values in (
        [1.0, None, 3.0],
        [1.0, float("nan"), 3.0],
        pandas.Series([1, pandas.NA, 3], dtype="Int64"),
        {"value": ["1", "NA", "3"]},
    ):
        found = load(values, fill="last")
        assert found.values[:, 0].tolist() == [1, 1, 3]
        assert found.known[:, 0].tolist() == [True, False, True]


def test_a_series_is_taken_as_it_is() -> None:
    made = load_series("lorenz", length=30)
    assert load_series(made).digest == made.digest
    assert load_series(made, columns=["z"]).columns == ("z",)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (3, "a series must be a list, not 3"),
        (b"12", "a series must be a list"),
        (np.array(3.0), "a series must be a list"),
        ([], "the series holds no row"),
        ({}, "no column of numbers; it has none"),
        ([1, "two", 3], "column 'value', row 2: 'two' is not a number"),
        ([1.0, 1e400], "column 'value', row 2: 'inf' is not a number"),
        ([1, 1j], "row 2: '1j' is not a number"),
        ([[1, 2], [3]], "rows of a series must all have as many"),
        ([[1, 2], 3], "rows of a series must all have as many"),
        (np.zeros((2, 2, 2)), "no column of numbers"),
        ({"a": [1], "b": [1, 2]}, "as many values each, not a 1, b 2"),
        ({"a": [1, 2], "time": [1, 1]}, "must ascend; row 2"),
    ],
)
def test_what_is_no_series_is_one_line(values: Any, message: str) -> None:
    with pytest.raises(UserError, match=message) as raised:
        load(values)
    assert "\n" not in str(raised.value)


def test_a_frame_with_a_column_twice_is_refused() -> None:
    import pandas

    frame = pandas.DataFrame([[1, 2], [3, 4]], columns=["a", "a"])
    with pytest.raises(UserError, match="more than one column 'a'"):
        load(frame)
