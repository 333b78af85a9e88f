"""Text files as people export them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from analytics.errors import InputError
from analytics.load.delimited import read_delimited

TEXT = "id,name\n1,Zoë\n2,Ülo\n"


def rows(path: Path) -> list[tuple[str, ...]]:
    columns = [column.to_pylist() for column in read_delimited(path).columns]
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("latin-1", "Windows-1252"),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, note: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode(encoding))
    read = read_delimited(path)
    assert read.headers == ("id", "name")
    assert rows(path) == [("1", "Zoë"), ("2", "Ülo")]
    assert (not note and not read.notes) or note in read.notes[0]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_and_line_ends(tmp_path: Path, separator: str, end: str) -> None:
    path = tmp_path / "a.csv"
    lines = [["id", "text"], ["1", '"a, b; c"'], ["2", '"two\nlines ""x"""']]
    path.write_bytes(end.join(separator.join(line) for line in lines).encode())
    assert rows(path) == [("1", "a, b; c"), ("2", 'two\nlines "x"')]


def test_a_decimal_comma_does_not_make_the_comma_a_separator(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;price;cost\n1;1,50;0,70\n2;2,50;0,90\n")
    assert rows(path) == [("1", "1,50", "0,70"), ("2", "2,50", "0,90")]


def test_the_separator_line_of_a_spreadsheet_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=;\nid;name\n1;a\n")
    assert read_delimited(path).headers == ("id", "name")


def test_gzip(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode()))
    assert rows(path) == [("1", "Zoë"), ("2", "Ülo")]


def test_rows_that_do_not_fit_the_header_are_kept_apart_with_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,name\n1,a\n2,b,c\n3,d\n4\n5,e\n")
    read = read_delimited(path)
    assert read.rows == (2, 4, 6)
    assert [(one.row, one.problem) for one in read.ragged] == [
        (3, "has 3 cells where the header has 2"),
        (5, "has 1 cells where the header has 2"),
    ]


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,name\n")
    read = read_delimited(path)
    assert read.headers == ("id", "name")
    assert [len(column) for column in read.columns] == [0, 0]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b""),
        ("a.csv", b" \n\n"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x01\x02\x03\xff\xfe"),
        ("a.csv.gz", b"not gzip"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=name):
        read_delimited(path)
