"""`deskwise eval questions`: managers' questions against gold SQL on the same warehouse.

The verdicts keep a wrong number apart from every other outcome: `wrong` is a question that was
answered with rows that are not the gold rows, whatever had been expected.
"""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from analytics.model import Ambiguity, Finding, InsightOutcome
from analytics.ports import Answerer
from assistant.errors import EvaluationError
from assistant.evaluation.metrics import wilson_interval

Verdict = Literal[
    "right", "wrong", "clarified_right", "clarified_wrong", "refused_right", "refused_wrong",
    "analysis_right", "analysis_wrong",
]  # fmt: skip
VERDICTS: tuple[Verdict, ...] = (
    "right", "wrong", "clarified_right", "clarified_wrong", "refused_right", "refused_wrong",
    "analysis_right", "analysis_wrong",
)  # fmt: skip
_TOLERANCE = 1e-6


class Case(BaseModel):
    """One question of a suite."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    text: str
    turns: tuple[str, ...] = ()
    as_of: date | None = None
    expect: Literal["answer", "clarify", "refuse", "analysis"]
    sql: str | None = None
    ordered: bool = False
    analysis: str | None = None
    slots: dict[str, object] = {}
    slice: str = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What became of one question."""

    case: Case
    verdict: Verdict
    understood: str
    latency_ms: float
    detail: str = field(default="", repr=False)


def load_suite(path: Path) -> tuple[Case, ...]:
    """Read a suite of questions.

    Raises
    ------
    EvaluationError
        When the file cannot be read or a case is malformed.
    """
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise EvaluationError(
            f"The suite {path} cannot be read: {error}", hint="It is a YAML list of cases."
        ) from error
    if not isinstance(rows, list):
        raise EvaluationError(f"The suite {path} is no list.", hint="It is a YAML list of cases.")
    try:
        return tuple(Case.model_validate(row) for row in rows)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EvaluationError(
            f"A case of {path} is malformed: {where}: {first['msg']}.",
            hint="A case has id, text, turns, as_of, expect, sql, ordered, analysis, slots, slice.",
        ) from error


def evaluate_questions(
    suite: Sequence[Case],
    warehouse_dir: Path,
    insights: Answerer,
    *,
    clock: Callable[[], float] = time.perf_counter,
    on_case: Callable[[CaseResult], None] | None = None,
) -> dict[str, object]:
    """Ask every question of a suite and compare what comes back with what is expected.

    Parameters
    ----------
    suite
        The cases; an empty suite gives zero counts.
    warehouse_dir
        Folder with one Parquet file per table, the same that `insights` answers from.
    insights
        What is being measured.
    clock
        Seconds, for latencies.
    on_case
        Called after each case, for progress.

    Returns
    -------
    dict
        The contract's keys: n, the eight verdicts, wrong_rate with its 95 % Wilson interval,
        by_slice, latency_ms and cases.

    Raises
    ------
    EvaluationError
        When a table is missing or a case's own SQL fails.
    """
    connection = _connect(warehouse_dir)
    results: list[CaseResult] = []
    try:
        for case in suite:
            began = clock()
            outcome = insights.ask(case.text, turns=case.turns, as_of=case.as_of)
            latency_ms = (clock() - began) * 1000
            verdict, detail = _judge(case, outcome, connection)
            result = CaseResult(
                case=case,
                verdict=verdict,
                understood=_understood(outcome),
                latency_ms=latency_ms,
                detail=detail,
            )
            results.append(result)
            if on_case is not None:
                on_case(result)
    finally:
        connection.close()
    return _summary(results)


def _summary(results: Sequence[CaseResult]) -> dict[str, object]:
    latencies = [r.latency_ms for r in results] or [0.0]
    slices: dict[str, Counter[str]] = defaultdict(Counter)
    for r in results:
        slices[r.case.slice]["n"] += 1
        slices[r.case.slice][r.verdict] += 1
    counts = Counter(r.verdict for r in results)
    n, wrong = len(results), counts["wrong"]
    return {
        "n": n,
        **{verdict: counts[verdict] for verdict in VERDICTS},
        "wrong_rate": {
            "value": wrong / n if n else 0.0,
            "ci95": list(wilson_interval(wrong, n) or (0, 1)),
        },
        "by_slice": {name: dict(found) for name, found in sorted(slices.items())},
        "latency_ms": {
            "p50": float(np.percentile(latencies, 50)),
            "p95": float(np.percentile(latencies, 95)),
        },
        "cases": [
            {"id": r.case.id, "verdict": r.verdict, "understood": r.understood} for r in results
        ],
    }


# --- verdicts --------------------------------------------------------------------------------


def _judge(
    case: Case, outcome: InsightOutcome, connection: duckdb.DuckDBPyConnection
) -> tuple[Verdict, str]:
    kind = outcome.analysis if not isinstance(outcome, Ambiguity) else ""
    if case.expect == "analysis":
        return _judge_analysis(case, outcome)
    if isinstance(outcome, Ambiguity):
        return ("clarified_right" if case.expect == "clarify" else "clarified_wrong"), ""
    if isinstance(outcome, Finding) and kind == "metric":
        if case.expect != "answer" or case.sql is None:
            return "wrong", "answered although no answer was expected"
        gold = connection.execute(case.sql).fetchall()
        problem = rows_differ(
            gold, outcome.rows, ordered=case.ordered, exact_width=_is_comparison(outcome)
        )
        return ("right", "") if problem is None else ("wrong", problem)
    if isinstance(outcome, Finding):
        return "analysis_wrong", f"answered as {kind}"
    return ("refused_right" if case.expect == "refuse" else "refused_wrong"), ""


def _judge_analysis(case: Case, outcome: InsightOutcome) -> tuple[Verdict, str]:
    if isinstance(outcome, Ambiguity):
        return "clarified_wrong", ""
    if isinstance(outcome, Finding) and outcome.analysis == "metric":
        return "wrong", "answered as a plain metric question"
    if not outcome.analysis:
        return "refused_wrong", ""
    if outcome.analysis != case.analysis:
        return "analysis_wrong", f"recognised {outcome.analysis}"
    for name, expected in case.slots.items():
        found = outcome.slots.get(name)
        if _plain(found) != _plain(expected):
            return "analysis_wrong", f"slot {name}: {found!r} instead of {expected!r}"
    return "analysis_right", ""


def _plain(value: object) -> object:
    """Bring a slot's value to the form that suites write: lower case text, plain numbers."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, (list, tuple)):
        return sorted((_plain(v) for v in value), key=str)
    if isinstance(value, str):
        text = value.strip().lower()
        try:
            return float(text)
        except ValueError:
            return " ".join(_singular(word) for word in text.split())
    return value


def _singular(word: str) -> str:
    return word[:-1] if word in {"days", "weeks", "months", "quarters", "years"} else word


def _understood(outcome: InsightOutcome) -> str:
    if isinstance(outcome, Ambiguity):
        return "asks back: " + "; ".join(choice.question for choice in outcome.choices)
    if isinstance(outcome, Finding):
        query = (
            f"{outcome.metric_query}"
            if outcome.metric_query is not None
            else f"{dict(outcome.slots)}"
        )
        return f"{outcome.analysis}: {query}"
    kind = f"{outcome.analysis} {dict(outcome.slots)}: " if outcome.analysis else ""
    return f"refuses: {kind}{outcome.reason}"


def _is_comparison(finding: Finding) -> bool:
    query = finding.metric_query
    return query is not None and (query.compare_to is not None or query.compare_step is not None)


# --- rows ------------------------------------------------------------------------------------


def rows_differ(
    gold: Sequence[Sequence[object]],
    found: Sequence[Sequence[object]],
    *,
    ordered: bool,
    exact_width: bool,
) -> str | None:
    """Say how two results differ, None when they are equal by the contract's rules.

    Columns are compared by position after sorting columns of equal kind; numbers within 1e-6
    relative; rows in any order unless `ordered`. Columns after the expected ones are allowed
    unless `exact_width`.
    """
    if len(gold) != len(found):
        return f"{len(found)} rows instead of {len(gold)}"
    if not gold:
        return None
    width = len(gold[0])
    if len(found[0]) < width or (exact_width and len(found[0]) != width):
        return f"{len(found[0])} columns instead of {width}"
    left = [tuple(_cell(v) for v in row) for row in gold]
    right = [tuple(_cell(v) for v in row[:width]) for row in found]
    left, right = _aligned(left), _aligned(right)
    if not ordered:
        left, right = sorted(left, key=_row_key), sorted(right, key=_row_key)
    for number, (a, b) in enumerate(zip(left, right, strict=True)):
        if not all(_equal(x, y) for x, y in zip(a, b, strict=True)):
            return f"row {number}: {b} instead of {a}"
    return None


def _aligned(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Sort columns by kind: dates and texts before numbers, stable within a kind."""
    kinds = [_kind([row[i] for row in rows]) for i in range(len(rows[0]))]
    order = sorted(range(len(kinds)), key=lambda i: kinds[i])
    return [tuple(row[i] for i in order) for row in rows]


def _kind(column: Sequence[object]) -> int:
    present = [value for value in column if value is not None]
    if any(isinstance(value, date) for value in present):
        return 0
    if any(isinstance(value, str) for value in present):
        return 1
    return 2


def _cell(value: object) -> object:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (int, np.integer)):
        return float(value)
    if isinstance(value, (float, np.floating)):
        return None if math.isnan(value) else float(value)
    if isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else value
    return value


def _row_key(row: tuple[object, ...]) -> tuple[tuple[int, str, float], ...]:
    return tuple(
        (0, "", 0.0)
        if v is None
        else (1, "", float(f"{v:.6g}"))
        if isinstance(v, float)
        else (2, str(v), 0.0)
        for v in row
    )


def _equal(a: object, b: object) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=_TOLERANCE, abs_tol=1e-9)
    return a == b


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise EvaluationError(
            f"There is no Parquet file in {folder}.",
            hint="Make the demo warehouse with `deskwise data demo --out DIR`.",
        )
    connection = duckdb.connect(":memory:")
    for file in files:
        quoted = str(file).replace("'", "''")
        connection.execute(
            f"CREATE VIEW \"{file.stem}\" AS SELECT * FROM read_parquet('{quoted}')"  # noqa: S608
        )
    return connection
