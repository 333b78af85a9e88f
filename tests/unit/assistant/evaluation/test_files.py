"""Evaluation files are read strictly, with line numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.evaluation.files import (
    AnswerRow,
    EvidenceRow,
    QueryRow,
    RoutingRow,
    join_evidence,
    read_qrels,
    read_rows,
    write_run,
)

GOOD = '{"id": "a", "text": "t", "label": "desk", "slice": "s", "note": "ignored"}\n'


def file_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text(text)
    return path


def test_rows_are_read_in_order_and_blank_lines_skipped(tmp_path: Path) -> None:
    rows = read_rows(file_of(tmp_path, GOOD + "\n" + GOOD.replace('"a"', '"b"')), RoutingRow)
    assert [row.id for row in rows] == ["a", "b"]
    assert rows[0].slice == "s"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: no valid JSON"),
        ('{"text": "t", "label": "desk"}', "line 2: id: field required"),
        ('{"id": "b", "text": "t", "label": "sales"}', "line 2: label: input should be"),
        ('{"id": "b", "text": "", "label": "desk"}', "line 2: text: string should have at least"),
        ('{"id": 7, "text": "t", "label": "desk"}', "line 2: id: input should be a valid string"),
        ("[1]", "line 2: the line: input should be"),
        (GOOD.strip(), "line 2: the id 'a' stood in an earlier line"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        read_rows(file_of(tmp_path, GOOD + line), RoutingRow)
    assert said in caught.value.message
    assert caught.value.hint


def test_a_file_that_is_empty_missing_or_binary_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="has no rows"):
        read_rows(file_of(tmp_path, "\n"), RoutingRow)
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_rows(tmp_path / "none.jsonl", RoutingRow)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EvaluationError, match="not UTF-8"):
        read_rows(tmp_path / "binary", RoutingRow)


def test_a_beir_query_has_its_id_under_the_beir_name(tmp_path: Path) -> None:
    rows = read_rows(file_of(tmp_path, '{"_id": "q1", "text": "why", "slice": "x"}'), QueryRow)
    assert (rows[0].id, rows[0].slice) == ("q1", "x")


def test_an_answer_row_may_leave_out_turns_and_evidence(tmp_path: Path) -> None:
    row = read_rows(
        file_of(tmp_path, '{"id": "a", "text": "t", "turns": null, "answerable": false}'), AnswerRow
    )[0]
    assert (row.turns, row.relevant, row.evidence, row.slice) == ((), {}, None, "all")


def test_a_line_may_hold_the_unicode_line_separator(tmp_path: Path) -> None:
    text = '{"id": "a", "text": "one\u2028two", "label": "desk"}'
    assert read_rows(file_of(tmp_path, text), RoutingRow)[0].text == "one\u2028two"


def test_qrels_are_read_by_query(tmp_path: Path) -> None:
    path = file_of(tmp_path, "query-id\tcorpus-id\tscore\nq\ta\t2\nq\tb\t0\n")
    assert read_qrels(path) == {"q": {"a": 2, "b": 0}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("q\ta\t1\n", "line 1: the header is"),
        ("query-id\tcorpus-id\tscore\nq a 1\n", "line 2: 1 columns"),
        ("query-id\tcorpus-id\tscore\nq\ta\thigh\n", "line 2: the score is 'high'"),
        ("query-id\tcorpus-id\tscore\nq\ta\t-1\n", "line 2: the score is '-1'"),
        ("query-id\tcorpus-id\tscore\nq\ta\t1\nq\ta\t2\n", "line 3: 'q' and 'a' were judged"),
        ("query-id\tcorpus-id\tscore\n", "no judgements"),
    ],
)
def test_malformed_qrels_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        read_qrels(file_of(tmp_path, text))
    assert said in caught.value.message


def test_evidence_is_joined_by_id() -> None:
    rows = [AnswerRow(id=name, text="t", answerable=True) for name in "ab"]
    extra = EvidenceRow.model_validate(
        {"id": "b", "evidence": {"d": [{"quote": "x", "kind": "fact"}]}, "key_terms": ["x"]}
    )
    joined = join_evidence(rows, [extra])
    assert joined[0].evidence is None
    assert joined[1].key_terms == ("x",)
    with pytest.raises(EvaluationError, match="'b'"):
        join_evidence(rows[:1], [extra])


def test_a_run_is_written_as_trec_lines(tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    write_run(path, {"q": [("a", 0.5), ("b", 0.25)]}, tag="deskwise")
    assert path.read_text() == "q Q0 a 1 0.500000 deskwise\nq Q0 b 2 0.250000 deskwise\n"


def test_a_run_with_a_space_in_an_id_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="an id has a space"):
        write_run(tmp_path / "run.txt", {"q": [("a b", 0.5)]}, tag="deskwise")
    with pytest.raises(EvaluationError, match="cannot be written"):
        write_run(tmp_path / "no" / "run.txt", {"q": [("a", 0.5)]}, tag="deskwise")
