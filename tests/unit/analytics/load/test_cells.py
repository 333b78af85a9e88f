"""How single cells are read, and when a column is refused instead of guessed."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from analytics.load import dates, numerals
from analytics.load.cells import Cell, read_booleans, read_listed, read_missing
from analytics.load.dates import order_of, read_dates
from analytics.load.numerals import decimal_mark_of, read_numbers


def values(cells: list[Cell]) -> list[object]:
    return [cell.value for cell in cells]


def problems(cells: list[Cell]) -> set[str]:
    return {cell.problem for cell in cells}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "-2.5", "1e3", ".5"], [1.0, -2.5, 1000.0, 0.5]),
        (["1.234,56", "12,5", "7"], [1234.56, 12.5, 7.0]),
        (["1,234", "5.5"], [1234.0, 5.5]),
        (["1,234,567", "1,234"], [1234567.0, 1234.0]),
        (["1.234.567", "1.234"], [1234567.0, 1234.0]),
        (["0,125", "1,500"], [0.125, 1.5]),
        (["1 234,5", "1\u202f000,0"], [1234.5, 1000.0]),
        (["1'234.50"], [1234.5]),
        (["$1,200.00", "€ 12.5", "12 EUR", "CHF5", "R$ 3"], [1200.0, 12.5, 12.0, 5.0, None]),
        (["(3.50)", "3.50-", "- 3.5", "−3.5"], [-3.5, -3.5, -3.5, -3.5]),
        (["45 %", "12.5%"], [0.45, 0.125]),
        (["", " ", "n/a", "NULL", "-", "NaN"], [None] * 6),
    ],
)
def test_fractions(texts: list[str], expected: list[float | None]) -> None:
    assert values(read_numbers(texts, "DOUBLE")) == expected


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        (["1,234"], numerals.AMBIGUOUS),
        (["1,234", "12,500"], numerals.AMBIGUOUS),
        (["12,34", "1.5"], numerals.MIXED),
        (["abc"], numerals.NOT_A_NUMBER),
        (["1,23,4"], numerals.NOT_A_NUMBER),
        (["1.2.3"], numerals.NOT_A_NUMBER),
        (["12 34"], numerals.NOT_A_NUMBER),
        (["inf"], numerals.NOT_A_NUMBER),
        (["1e999"], "is too large"),
    ],
)
def test_numbers_that_cannot_be_told_are_problems(texts: list[str], problem: str) -> None:
    assert problems(read_numbers(texts, "DOUBLE")) == {problem}


def test_a_format_settles_what_a_comma_means() -> None:
    assert values(read_numbers(["1,234"], "DOUBLE", mark=",")) == [1.234]
    assert values(read_numbers(["1,234"], "DOUBLE", mark=".")) == [1234.0]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("007", "BIGINT", 7),
        ("3.0", "INTEGER", 3),
        ("1,234", "INTEGER", 1234),
        ("2e3", "INTEGER", 2000),
        ("9223372036854775807", "BIGINT", 2**63 - 1),
        ("9223372036854775808", "BIGINT", "is too large"),
        ("2147483648", "INTEGER", "is too large"),
        ("3.5", "INTEGER", "is not a whole number"),
        ("50 %", "INTEGER", "is a percentage where a whole number belongs"),
        ("C-17", "BIGINT", "is not a number"),
    ],
)
def test_whole_numbers(text: str, kind: str, expected: object) -> None:
    (cell,) = read_numbers([text], kind)
    assert (cell.problem or cell.value) == expected


@pytest.mark.parametrize(
    ("example", "mark"),
    [("1.234,56", ","), ("1,234.56", "."), ("1234,5", ","), ("1,234", None), ("euro", None)],
)
def test_number_formats_are_given_by_example(example: str, mark: str | None) -> None:
    assert decimal_mark_of(example) == mark


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-01", datetime(2024, 3, 1)),
        ("2024-3-1", datetime(2024, 3, 1)),
        ("2024/03/01 9:05", datetime(2024, 3, 1, 9, 5)),
        ("20240301", datetime(2024, 3, 1)),
        ("2024-03-01T10:00:00+02:00", datetime(2024, 3, 1, 8)),
        ("2024-03-01 10:00Z", datetime(2024, 3, 1, 10)),
        ("2024-03-01T10:00:00.1234567", datetime(2024, 3, 1, 10, 0, 0, 123456)),
        ("01.03.2024 10:00", datetime(2024, 3, 1, 10)),
        ("1 Mar 2024", datetime(2024, 3, 1)),
        ("March 1st, 2024 3:04 pm", datetime(2024, 3, 1, 15, 4)),
        ("1-Sept-2024", datetime(2024, 9, 1)),
        ("12:30", None),
        ("03/03/2024", datetime(2024, 3, 3)),
    ],
)
def test_dates_with_one_reading(text: str, expected: datetime | None) -> None:
    (cell,) = read_dates([text], "TIMESTAMP")
    assert cell.value == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("01/02/2024", dates.AMBIGUOUS),
        ("1-2-2024 10:00", dates.AMBIGUOUS),
        ("1.2.24", dates.TWO_DIGITS),
        ("01/02/24 10:00", dates.TWO_DIGITS),
        ("5-Mar-24", dates.TWO_DIGITS),
        ("2024-02-30", dates.IMPOSSIBLE),
        ("31.04.2024", dates.IMPOSSIBLE),
        ("2024-01-05 25:00", dates.NO_SUCH_TIME),
        ("2024-01-05 13:00 pm", dates.NO_SUCH_TIME),
        ("45321", dates.NOT_A_DATE),
        ("1700000000", dates.NOT_A_DATE),
        ("5 Foo 2024", dates.NOT_A_DATE),
        ("yesterday", dates.NOT_A_DATE),
    ],
)
def test_dates_without_one_reading_are_problems(text: str, problem: str) -> None:
    assert read_dates([text], "TIMESTAMP") == [Cell(problem=problem)]


def test_one_day_above_twelve_settles_a_whole_column() -> None:
    assert values(read_dates(["13/02/2024", "01/02/2024"], "DATE")) == [
        date(2024, 2, 13),
        date(2024, 2, 1),
    ]
    assert values(read_dates(["02/13/2024", "01/02/2024"], "DATE")) == [
        date(2024, 2, 13),
        date(2024, 1, 2),
    ]


def test_a_column_that_contradicts_itself_is_refused_as_a_whole() -> None:
    cells = read_dates(["13/02/2024", "02/13/2024", "03/03/2024", "2024-05-01"], "DATE")
    assert [cell.problem for cell in cells] == [dates.MIXED] * 3 + [""]


def test_a_format_settles_the_order() -> None:
    assert values(read_dates(["01/02/2024"], "DATE", order=order_of("MM/DD/YYYY"))) == [
        date(2024, 1, 2)
    ]
    (cell,) = read_dates(["13/02/2024"], "DATE", order=order_of("MM/DD/YYYY"))
    assert cell.problem == dates.IMPOSSIBLE


def test_the_time_of_day_of_a_date_is_named_when_it_is_lost() -> None:
    midnight, noon = read_dates(["2024-03-01 00:00", "2024-03-01 12:00"], "DATE")
    assert (midnight.value, midnight.note) == (date(2024, 3, 1), "")
    assert (noon.value, noon.note) == (date(2024, 3, 1), "time of day left out")


def test_words_of_a_list_are_known_in_any_spelling_and_none_is_a_word() -> None:
    cells = read_listed(["Cross Sell", "WIN_BACK", "none", "N/A", "x"], ["cross-sell", "win-back",
                        "none"], is_closed=True)  # fmt: skip
    assert values(cells) == ["cross-sell", "win-back", "none", None, None]
    assert cells[4].problem.startswith("is not one of cross-sell")


def test_words_of_ones_own_are_kept_where_the_list_is_open() -> None:
    assert values(read_listed([" Shoes ", "phones"], ["Phones"], is_closed=False)) == [
        "Shoes",
        "Phones",
    ]


def test_truth_values() -> None:
    cells = read_booleans(["Yes", "n", "1", "FALSE", "", "2"])
    assert values(cells) == [True, False, True, False, None, None]
    assert cells[5].problem


def test_words_for_missing_are_noted_and_names_are_not_among_them() -> None:
    assert read_missing(" ") == Cell()
    assert read_missing("N/A") == Cell(note="'N/A' read as missing")
    assert read_missing("Nadia") is None
