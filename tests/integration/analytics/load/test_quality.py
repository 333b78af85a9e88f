"""`check` finds what would make answers wrong, and says what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analytics.errors import WarehouseError
from analytics.load import QualityReport, check
from analytics.load.clean import arrow_schema
from analytics.load.coverage import unanswerable_metrics
from analytics.schema import TABLES

AT = datetime(2024, 3, 1)
LATER = datetime(2024, 3, 2)


def warehouse(folder: Path, **tables: list[Mapping[str, Any]]) -> Path:
    for name, table in TABLES.items():
        rows = [dict(row) for row in tables.get(name, [])]
        pq.write_table(
            pa.Table.from_pylist(rows, schema=arrow_schema(table)), folder / f"{name}.parquet"
        )
    return folder


def found(report: QualityReport) -> set[tuple[str, str, str]]:
    return {(issue.code, issue.table, issue.severity) for issue in report.issues}


CUSTOMER = {"customer_id": 1, "signed_up_at": AT, "status": "active"}
SESSION = {"session_id": 1, "started_at": AT, "converted": False, "is_bounce": True}
TICKET = {"ticket_id": 1, "opened_at": AT, "is_spam": False, "reopened_count": 0}
INCIDENT = {"incident_id": 1, "started_at": AT}

CASES: list[tuple[dict[str, list[dict[str, Any]]], tuple[str, str, str]]] = [
    ({"customers": [{**CUSTOMER, "status": "churned"}]},
     ("churned_without_date", "customers", "error")),
    ({"customers": [{**CUSTOMER, "churned_at": LATER}]},
     ("date_without_churned", "customers", "error")),
    ({"customers": [{**CUSTOMER, "churn_reason": "price"}]},
     ("reason_without_churn", "customers", "warning")),
    ({"customers": [CUSTOMER, CUSTOMER]}, ("duplicate_key", "customers", "error")),
    ({"customers": [{**CUSTOMER, "customer_id": None}]}, ("value_missing", "customers", "error")),
    ({"customers": [CUSTOMER, {**CUSTOMER, "customer_id": 2, "signed_up_at": None}]},
     ("value_missing", "customers", "warning")),
    ({"customers": [{**CUSTOMER, "birth_date": date(1811, 1, 1)}]},
     ("date_implausible", "customers", "warning")),
    ({"customers": [{**CUSTOMER, "birth_date": date(2024, 4, 1)}]},
     ("times_out_of_order", "customers", "warning")),
    ({"customers": [{**CUSTOMER, "plan": "gold"}]}, ("value_not_listed", "customers", "note")),
    ({"orders": [{"order_id": 1, "ordered_at": AT, "status": "sent"}]},
     ("value_not_listed", "orders", "error")),
    ({"orders": [{"order_id": 1, "ordered_at": AT, "customer_id": 2}], "customers": [CUSTOMER]},
     ("orphan", "orders", "warning")),
    ({"orders": [{"order_id": 1, "ordered_at": AT, "customer_id": 2}]},
     ("parent_empty", "orders", "note")),
    ({"orders": [{"order_id": 1, "ordered_at": AT, "status": "completed"}],
      "order_lines": [{"order_id": 2, "line_no": 1}]},
     ("orders_without_lines", "orders", "warning")),
    ({"order_lines": [{"order_id": 1, "line_no": 1, "quantity": -1}]},
     ("value_out_of_range", "order_lines", "warning")),
    ({"web_sessions": [{**SESSION, "converted": True}],
      "web_events": [{"event_id": 1, "session_id": 1, "occurred_at": AT, "step": "visit"}]},
     ("converted_without_purchase", "web_sessions", "error")),
    ({"web_sessions": [SESSION],
      "web_events": [{"event_id": 1, "session_id": 1, "occurred_at": AT, "step": "purchase"},
                     {"event_id": 2, "session_id": None, "occurred_at": AT, "step": "purchase"}]},
     ("purchase_without_converted", "web_sessions", "error")),
    ({"web_sessions": [{**SESSION, "converted": None}]},
     ("value_missing", "web_sessions", "error")),
    ({"campaign_contacts": [{"campaign_id": 1, "customer_id": 1, "variant": "control",
                             "sent_at": AT}]},
     ("control_was_sent", "campaign_contacts", "error")),
    ({"campaign_contacts": [{"campaign_id": 1, "customer_id": 1, "variant": "A"}]},
     ("contact_not_sent", "campaign_contacts", "warning")),
    ({"campaigns": [{"campaign_id": 1, "started_on": date(2024, 2, 1),
                     "ended_on": date(2024, 1, 1)}]},
     ("times_out_of_order", "campaigns", "warning")),
    ({"surveys": [{"survey_id": 1, "answered_at": AT, "kind": "csat", "score": 6}]},
     ("score_out_of_range", "surveys", "error")),
    ({"tickets": [{**TICKET, "priority": "low", "due_at": LATER}]},
     ("low_priority_has_target", "tickets", "warning")),
    ({"tickets": [{**TICKET, "priority": "high"},
                  {**TICKET, "ticket_id": 2, "priority": "high", "due_at": LATER}]},
     ("ticket_without_target", "tickets", "warning")),
    ({"tickets": [{**TICKET, "status": "closed"}]},
     ("resolved_without_date", "tickets", "warning")),
    ({"tickets": [{**TICKET, "resolved_at": datetime(2024, 2, 1)}]},
     ("times_out_of_order", "tickets", "warning")),
    ({"incidents": [{**INCIDENT, "customers_affected": 2}],
      "incident_customers": [{"incident_id": 1, "customer_id": 1}]},
     ("affected_differs", "incidents", "error")),
    ({"incidents": [{**INCIDENT, "severity": 5}]}, ("value_out_of_range", "incidents", "error")),
    ({"service_dependencies": [{"service_id": 1, "depends_on_service_id": 1}]},
     ("depends_on_itself", "service_dependencies", "warning")),
    ({"service_metrics": [{"service_id": 1, "metric": "error_rate", "measured_at": AT,
                           "value": 3.0}]},
     ("reading_out_of_range", "service_metrics", "warning")),
    ({"orders": [{"order_id": 1, "ordered_at": AT}]}, ("value_missing", "orders", "error")),
    ({"orders": [{"order_id": 1, "ordered_at": AT},
                 {"order_id": 2, "ordered_at": AT, "status": "returned"}]},
     ("value_missing", "orders", "warning")),
    ({"order_lines": [{"order_id": 1, "line_no": 1, "quantity": 1, "unit_cost": 1.0}]},
     ("line_without_amount", "order_lines", "error")),
    ({"order_lines": [{"order_id": 1, "line_no": 1, "quantity": 1, "unit_price": 1.0}]},
     ("line_without_cost", "order_lines", "error")),
    ({"web_sessions": [{**SESSION, "is_bounce": None}]},
     ("bounce_unknown", "web_sessions", "warning")),
    ({"tickets": [{**TICKET, "reopened_count": None}]},
     ("reopened_unknown", "tickets", "warning")),
]  # fmt: skip


@pytest.mark.parametrize(("tables", "expected"), CASES, ids=lambda value: str(value)[:50])
def test_each_fault_is_found(
    tmp_path: Path,
    tables: dict[str, list[Mapping[str, Any]]],
    expected: tuple[str, str, str],
) -> None:
    report = check(warehouse(tmp_path, **tables))
    assert expected in found(report)
    assert report.has_errors == any(severity == "error" for _, _, severity in found(report))
    assert all(issue.message and issue.hint for issue in report.issues)


def test_sound_rows_give_no_issue(tmp_path: Path) -> None:
    report = check(
        warehouse(
            tmp_path,
            customers=[CUSTOMER, {**CUSTOMER, "customer_id": 2, "status": "churned",
                                  "churned_at": LATER, "churn_reason": "price"}],
            web_sessions=[SESSION, {**SESSION, "session_id": 2, "converted": True}],
            web_events=[{"event_id": 1, "session_id": 2, "occurred_at": AT, "step": "purchase"}],
            tickets=[{**TICKET, "priority": "high"}],
            incidents=[{**INCIDENT, "customers_affected": 1}],
            incident_customers=[{"incident_id": 1, "customer_id": 1}],
            surveys=[{"survey_id": 1, "answered_at": AT, "kind": "nps", "score": 0}],
        )
    )  # fmt: skip
    assert report.issues == ()


def test_tables_are_described(tmp_path: Path) -> None:
    rows = [CUSTOMER, {**CUSTOMER, "customer_id": 2, "signed_up_at": LATER, "plan": "plus"}]
    report = check(warehouse(tmp_path, customers=rows))
    profile = report.tables[0]
    assert (profile.name, profile.n_rows) == ("customers", 2)
    assert (profile.first_on, profile.last_on) == (AT.date(), LATER.date())
    assert dict(profile.null_shares)["plan"] == 0.5
    assert [table.n_rows for table in report.tables[1:]] == [0] * (len(TABLES) - 1)
    line = report.lines()[0]
    assert "2 rows" in line
    assert "1 March 2024 to 2 March 2024" in line
    assert "plan 50.0%" in line


def test_empty_tables_name_the_metrics_without_an_answer(tmp_path: Path) -> None:
    report = check(warehouse(tmp_path, tickets=[TICKET]))
    without = dict(report.unanswerable)
    assert "tickets" not in without
    assert {"revenue", "average order value"} <= set(without["orders"])
    assert "revenue" in without["order_lines"]
    assert "orders" not in without["order_lines"]
    assert "campaign roi" in without["campaign_contacts"]
    assert "product holding" in without["order_lines"]
    assert "cart abandonment rate" in without["web_events"]
    assert unanswerable_metrics([]) == ()


def test_files_that_cannot_be_used_are_errors(tmp_path: Path) -> None:
    folder = warehouse(tmp_path, customers=[CUSTOMER])
    (folder / "orders.parquet").unlink()
    (folder / "products.parquet").write_bytes(b"nothing")
    pq.write_table(pa.table({"survey_id": [1]}), folder / "surveys.parquet")
    services = {"service_id": ["1"], "name": ["a"], "owner_team": ["b"], "tier": [1]}
    pq.write_table(pa.table(services), folder / "services.parquet")
    unusable = {i.table: i.message for i in check(folder).issues if i.code == "file_unusable"}
    assert set(unusable) == {"orders", "products", "surveys", "services"}
    assert "missing" in unusable["orders"]
    assert "lacks customer_id" in unusable["surveys"]
    assert "service_id is VARCHAR instead of BIGINT" in unusable["services"]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no warehouse folder"):
        check(tmp_path / "nowhere")
