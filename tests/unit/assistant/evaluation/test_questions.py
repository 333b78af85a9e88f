# ruff: noqa: E501 - one case a line
"""How questions are judged: rows by the contract's rules, every other outcome by what was due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest

from analytics.model import (
    Ambiguity,
    Cell,
    Chart,
    Choice,
    Column,
    Finding,
    InsightOutcome,
    Receipt,
    Refusal,
)
from assistant.errors import EvaluationError
from assistant.evaluation.questions import (
    Case,
    evaluate_questions,
    load_suite,
    rows_differ,
)


def finding(*rows: tuple[Cell, ...], analysis: str = "metric", **slots: object) -> Finding:
    return Finding(
        analysis=analysis,
        text="",
        columns=tuple(Column(name=str(i), label="") for i in range(len(rows[0]) if rows else 0)),
        rows=rows,
        chart=Chart(kind="table", title=""),
        receipt=Receipt(
            definition="", period="", filters=(), sql="", n_rows=0, as_of=date(2026, 6, 30)
        ),
        slots=slots,
    )


class Always:
    """Gives the same outcome to every question."""

    def __init__(self, outcome: InsightOutcome) -> None:
        self.outcome = outcome

    def ask(
        self, text: str, *, turns: Sequence[str] = (), as_of: date | None = None
    ) -> InsightOutcome:
        return self.outcome


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    duckdb.execute(f"COPY (SELECT 1 AS a UNION ALL SELECT 2) TO '{tmp_path / 't.parquet'}'")
    return tmp_path


def verdict(case: dict[str, object], outcome: InsightOutcome, folder: Path) -> str:
    full = Case.model_validate({"id": "1", "text": "?", **case})
    result = evaluate_questions([full], folder, Always(outcome))
    cases = result["cases"]
    assert isinstance(cases, list)
    return str(cases[0]["verdict"])


ANSWER = {"expect": "answer", "sql": "SELECT sum(a) FROM t"}
ASKED = Ambiguity(question="?", choices=(Choice(label="a", question="a"),))
REFUSED = Refusal(reason="no")


@pytest.mark.parametrize(
    ("case", "outcome", "expected"),
    [
        (ANSWER, finding((3,)), "right"),
        (ANSWER, finding((3.0000001,)), "right"),
        (ANSWER, finding((4,)), "wrong"),
        (ANSWER, finding((None,)), "wrong"),
        (ANSWER, ASKED, "clarified_wrong"),
        (ANSWER, REFUSED, "refused_wrong"),
        ({"expect": "clarify"}, ASKED, "clarified_right"),
        ({"expect": "clarify"}, finding((3,)), "wrong"),
        ({"expect": "clarify"}, REFUSED, "refused_wrong"),
        ({"expect": "refuse"}, REFUSED, "refused_right"),
        ({"expect": "refuse"}, finding((3,)), "wrong"),
        ({"expect": "refuse"}, ASKED, "clarified_wrong"),
        ({"expect": "analysis", "analysis": "funnel"}, Refusal(reason="", analysis="funnel"), "analysis_right"),
        ({"expect": "analysis", "analysis": "funnel"}, finding(analysis="funnel"), "analysis_right"),
        ({"expect": "analysis", "analysis": "funnel"}, finding(analysis="segments"), "analysis_wrong"),
        ({"expect": "analysis", "analysis": "funnel"}, finding((3,)), "wrong"),
        ({"expect": "analysis", "analysis": "funnel"}, REFUSED, "refused_wrong"),
    ],
)  # fmt: skip
def test_each_outcome_has_its_verdict(
    case: dict[str, object], outcome: InsightOutcome, expected: str, folder: Path
) -> None:
    assert verdict(case, outcome, folder) == expected


@pytest.mark.parametrize(
    ("expected", "found", "right"),
    [
        ({"top_n": 5}, {"top_n": 5, "horizon": "3 months"}, True),
        ({"top_n": 5}, {"top_n": 6}, False),
        ({"top_n": 5}, {}, False),
        ({"horizon": "1 month"}, {"horizon": "1 months"}, True),
        ({"filters": {"plan": "premium"}}, {"filters": {"plan": "premium"}}, True),
        ({"filters": {"plan": "premium"}}, {"filters": {"plan": "premium", "region": "West"}}, False),
        ({"filters": {"delay": 0}}, {"filters": {"delay": False}}, True),
        ({"group": ["A", "B"]}, {"group": ["B", "A"]}, True),
        ({"campaign": 5}, {"campaign": "5"}, True),
        ({"product": "Laptops"}, {"product": "laptops"}, True),
    ],
)  # fmt: skip
def test_every_slot_listed_must_have_its_value(
    expected: dict[str, object], found: dict[str, object], right: bool, folder: Path
) -> None:
    case = {"expect": "analysis", "analysis": "forecast", "slots": expected}
    outcome = Refusal(reason="", analysis="forecast", slots=found)

    assert (verdict(case, outcome, folder) == "analysis_right") is right


A, B, D = "a", "b", date(2026, 1, 1)


@pytest.mark.parametrize(
    ("gold", "found", "ordered", "exact", "same"),
    [
        ([(A, 1)], [(A, 1)], False, False, True),
        ([(A, 1), (B, 2)], [(B, 2), (A, 1)], False, False, True),
        ([(A, 1), (B, 2)], [(B, 2), (A, 1)], True, False, False),
        ([(A, 1)], [(1, A)], False, False, True),
        ([(A, 1, 2)], [(A, 2, 1)], False, False, False),
        ([(A, 1)], [(A, 1, 9)], False, False, True),
        ([(A, 1)], [(A, 1, 9)], False, True, False),
        ([(A, 1, 9)], [(A, 1)], False, False, False),
        ([(A, 1), (B, 0)], [(A, 1)], False, False, False),
        ([(None, 1)], [(None, 1)], False, False, True),
        ([(A, None)], [(A, 0)], False, False, False),
        ([(A, float("nan"))], [(A, None)], False, False, True),
        ([(D, 1.0)], [(D, 1)], False, False, True),
        ([(A, 1_000_000.0)], [(A, 1_000_000.5)], False, False, True),
        ([(A, 1_000_000.0)], [(A, 1_000_002.0)], False, False, False),
        ([], [], False, False, True),
    ],
)  # fmt: skip
def test_rows_are_compared_by_position_kind_and_tolerance(
    gold: list[tuple[Cell, ...]],
    found: list[tuple[Cell, ...]],
    ordered: bool,
    exact: bool,
    same: bool,
) -> None:
    assert (rows_differ(gold, found, ordered=ordered, exact_width=exact) is None) is same


def test_a_suite_of_nothing_says_nothing_about_wrong_numbers(folder: Path) -> None:
    result = evaluate_questions([], folder, Always(REFUSED))

    assert result["wrong_rate"] == {"value": 0.0, "ci95": [0, 1]}


def test_the_summary_has_the_keys_of_the_contract(folder: Path) -> None:
    cases = [Case(id="1", text="?", expect="answer", sql="SELECT 3", slice="x")]
    result = evaluate_questions(cases, folder, Always(finding((4,))))

    assert set(result) == {
        "n", "right", "wrong", "clarified_right", "clarified_wrong", "refused_right",
        "refused_wrong", "analysis_right", "analysis_wrong", "wrong_rate", "by_slice",
        "latency_ms", "cases",
    }  # fmt: skip
    assert (result["n"], result["wrong"]) == (1, 1)
    assert result["by_slice"] == {"x": {"n": 1, "wrong": 1}}


def test_a_suite_that_is_no_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "suite.yaml"
    path.write_text("a: b", encoding="utf-8")

    with pytest.raises(EvaluationError, match="no list"):
        load_suite(path)


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no Parquet file"):
        evaluate_questions([], tmp_path, Always(REFUSED))
