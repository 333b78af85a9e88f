from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.arrays import Lines, line_arrays, read_arrays, write_arrays
from knowledge_base.postings import Keys, Postings


def test_arrays_come_back_as_they_were_and_cannot_be_written_to(tmp_path: Path) -> None:
    arrays = {
        "a": np.arange(7, dtype=np.int32),
        "b.c": np.ones((3, 5), dtype=np.float32),
        "empty": np.empty((0, 4), dtype=np.float32),
        "flags": np.asarray([True, False]),
    }
    write_arrays(tmp_path / "file", arrays)
    found = read_arrays(tmp_path / "file")
    assert set(found) == set(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)
        assert not found[name].flags.writeable


def test_objects_are_never_written_and_other_files_never_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected numbers"):
        write_arrays(tmp_path / "file", {"a": np.asarray([object()])})
    (tmp_path / "other").write_bytes(b"\x80\x04pickle, or something")
    with pytest.raises(ValueError, match="no file of arrays"):
        read_arrays(tmp_path / "other")
    write_arrays(tmp_path / "cut", {"a": np.arange(1000)})
    (tmp_path / "cut").write_bytes((tmp_path / "cut").read_bytes()[:500])
    with pytest.raises(ValueError, match="too short"):
        read_arrays(tmp_path / "cut")


def test_lines_of_several_parts_are_numbered_on() -> None:
    parts = [[{"n": 0}, {"n": 1, "é": "✓"}], [], [{"n": 2}]]
    lines = Lines([line_arrays(part) for part in parts])
    assert [lines.read(row) for row in range(len(lines))] == [each for p in parts for each in p]
    with pytest.raises(IndexError):
        lines.read(3)


@given(st.sets(st.text(max_size=5)), st.text(max_size=5))
def test_keys_are_found_where_they_stand(words: set[str], other: str) -> None:
    ordered = sorted(words, key=lambda word: word.encode("utf-8", "surrogatepass"))
    keys = Keys.build(ordered)
    assert keys.all() == ordered
    assert [keys.find(word) for word in ordered] == list(range(len(ordered)))
    assert (keys.find(other) >= 0) == (other in words)


def test_keys_out_of_order_are_refused() -> None:
    for wrong in (["b", "a"], ["a", "a"]):
        with pytest.raises(ValueError, match="sorted and distinct"):
            Keys.build(wrong)


@given(st.lists(st.lists(st.sampled_from("abcde"), max_size=6), max_size=8))
def test_postings_count_the_words_of_each_row(rows: list[list[str]]) -> None:
    postings = Postings.build(rows)
    for word in "abcdef":
        span = postings.span(word)
        found = dict(zip(postings.rows[span].tolist(), postings.values[span].tolist(), strict=True))
        assert found == {n: row.count(word) for n, row in enumerate(rows) if word in row}
