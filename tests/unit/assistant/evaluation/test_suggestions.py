from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.evaluation.suggestions import (
    evaluate_suggestions,
    read_tickets,
    without_labels,
)
from tests.unit.assistant.desk.made import desk, suggester

TICKETS = desk(40)


def evaluate(tickets, histories=(0, None)):
    return evaluate_suggestions(
        tickets, suggester([without_labels(item) for item in tickets]), histories
    )


def test_the_latest_thirty_percent_are_asked_and_the_easy_desk_is_got_right() -> None:
    result = evaluate(TICKETS)
    assert result["n"] == 12
    assert result["same_fix_at_5"] == 1.0
    assert result["consensus_accuracy"] == 1.0
    assert result["mined_message_accuracy"] == 1.0
    assert result["private_leaks"] == 0
    assert set(result["triage"]) == {"category", "priority", "team"}


def test_the_curve_starts_at_nothing_and_counts_the_same_tickets() -> None:
    by_history = evaluate(TICKETS)["by_history"]
    assert list(by_history) == ["0", "all"]
    assert by_history["0"]["same_fix_at_5"] == 0.0
    assert by_history["0"]["consensus_accuracy"] is None


def test_labels_are_for_scoring_alone() -> None:
    renamed = [replace(item, fix=f"other {item.fix}") for item in TICKETS]
    one, two = evaluate(TICKETS), evaluate(renamed)
    assert {**one, "latency_ms": 0} == {**two, "latency_ms": 0}
    wrong = [replace(item, fix_message=0) for item in TICKETS]
    assert evaluate(wrong)["mined_message_accuracy"] == 0.0


def test_a_private_ticket_is_in_no_history_and_not_counted_as_known() -> None:
    hidden = [replace(item, private=True) for item in TICKETS[:28]] + TICKETS[28:]
    result = evaluate(hidden)
    assert result["private_leaks"] == 0
    assert result["counts"]["mined_message_accuracy"][1] == 12


def test_a_file_is_read_in_time_order_and_strictly(tmp_path: Path) -> None:
    path = tmp_path / "tickets.jsonl"
    row = {"ticket_id": "B", "opened_at": "2026-01-02T00:00:00Z", "subject": "x", "messages": []}
    early = {**row, "ticket_id": "A", "opened_at": "2026-01-01T00:00:00Z"}
    path.write_text(json.dumps(row) + "\n" + json.dumps(early) + "\n")
    assert [item.ticket_id for item in read_tickets(path)] == ["A", "B"]
    path.write_text(json.dumps(row) + "\n" + json.dumps(row) + "\n")
    with pytest.raises(EvaluationError, match="stands twice"):
        read_tickets(path)
    path.write_text(json.dumps({"subject": "x"}) + "\n")
    with pytest.raises(EvaluationError, match="no id"):
        read_tickets(path)
