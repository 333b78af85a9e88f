"""Routing figures by hand."""

from __future__ import annotations

import pytest
from sklearn.metrics import f1_score

from assistant.evaluation.files import RoutingRow
from assistant.evaluation.routing import evaluate_routing
from assistant.model import Route
from tests.unit.assistant.fakes import FakeRouter

ROWS: list[tuple[str, Route, str]] = [
    ("printer", "helpdesk", "plain"),
    ("printer again", "helpdesk", "plain"),
    ("revenue", "helpdesk", "hard"),
    ("revenue trend", "insights", "plain"),
    ("poem", "out_of_scope", "plain"),
    ("unknown words", "out_of_scope", "hard"),
]


def figures() -> dict:
    router = FakeRouter(
        words={"printer": "helpdesk", "revenue": "insights", "poem": "out_of_scope"}
    )
    rows = [
        RoutingRow(id=str(number), text=text, label=label, slice=name)
        for number, (text, label, name) in enumerate(ROWS)
    ]
    return evaluate_routing(rows, router)


def test_figures_by_hand() -> None:
    out = figures()
    assert out["n"] == 6
    assert out["accuracy"] == pytest.approx(4 / 6)
    assert out["oos_recall"] == 0.5
    assert out["confusion"]["helpdesk"]["insights"] == 1
    assert out["by_slice"]["hard"]["accuracy"] == 0.0
    assert out["by_slice"]["plain"]["n"] == 4
    assert set(out["latency_ms"]) == {"p50", "p95"}


def test_no_route_counts_as_wrong() -> None:
    out = figures()
    assert out["n_no_route"] == 1
    assert out["confusion"]["out_of_scope"]["no_route"] == 1
    assert out["by_label"]["out_of_scope"]["recall"] == 0.5


def test_macro_f1_equals_scikit_learns_over_the_labels_that_occur() -> None:
    gold = [label for _, label, _ in ROWS]
    routed = ["helpdesk", "helpdesk", "insights", "insights", "out_of_scope", "no_route"]
    expected = f1_score(
        gold, routed, labels=["helpdesk", "insights", "out_of_scope"], average="macro"
    )
    assert figures()["macro_f1"] == pytest.approx(expected)
    assert set(figures()["by_label"]) == {"helpdesk", "insights", "out_of_scope"}


def test_without_out_of_scope_rows_there_is_no_recall_of_them() -> None:
    rows = [RoutingRow(id="1", text="printer", label="helpdesk")]
    out = evaluate_routing(rows, FakeRouter(words={"printer": "helpdesk"}))
    assert out["oos_recall"] is None
    assert out["accuracy"] == 1.0
