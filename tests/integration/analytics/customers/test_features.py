from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from analytics.config import WarehouseLimits
from analytics.customers.features import SETTLED_DAYS, Sample, read_features
from analytics.customers.wording import load_features
from analytics.errors import ModelError
from analytics.query.warehouse import DuckDBWarehouse
from tests.integration.analytics.query.random_warehouse import random_tables, write_warehouse

CUT_OFF = date(2026, 1, 1)
MOMENT = pd.Timestamp(CUT_OFF)
DATED = {
    "orders": "ordered_at",
    "web_sessions": "started_at",
    "surveys": "answered_at",
    "tickets": "opened_at",
    "incidents": "started_at",
}
LATER = {"customers": ["churned_at"], "tickets": ["first_response_at", "resolved_at", "closed_at"]}


def features(folder: Path, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return read_features(DuckDBWarehouse(write_warehouse(folder, tables)), CUT_OFF)[0]


def without_the_future(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Drop or forget whatever happened on or after the cut-off."""
    kept = {name: frame.copy() for name, frame in tables.items()}
    for name, column in DATED.items():
        kept[name] = kept[name][kept[name][column] < MOMENT]
    for name, columns in LATER.items():
        for column in columns:
            late = kept[name][column] >= MOMENT
            kept[name].loc[late, column] = None
    kept["customers"] = kept["customers"][kept["customers"].signed_up_at < MOMENT]
    lines = kept["order_lines"]
    kept["order_lines"] = lines[lines.order_id.isin(kept["orders"].order_id)]
    return kept


def with_another_future(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Change every value of rows dated on or after the cut-off that a feature could look at."""
    changed = {name: frame.copy() for name, frame in tables.items()}
    late = changed["orders"].ordered_at >= MOMENT
    changed["orders"].loc[late, "status"] = "returned"
    changed["orders"].loc[late, "discount_amount"] = 999.0
    lines = changed["order_lines"]
    ids = changed["orders"].loc[late, "order_id"]
    lines.loc[lines.order_id.isin(ids), "unit_price"] = 9_999.0
    changed["tickets"].loc[changed["tickets"].opened_at >= MOMENT, "priority"] = "urgent"
    changed["incidents"].loc[changed["incidents"].started_at >= MOMENT, "severity"] = 1
    changed["surveys"].loc[changed["surveys"].answered_at >= MOMENT, "score"] = 1
    for name, columns in LATER.items():
        for column in columns:
            here = changed[name][column] >= MOMENT
            changed[name].loc[here, column] += pd.Timedelta(days=40)
    unsettled = changed["orders"].ordered_at >= MOMENT - pd.Timedelta(days=SETTLED_DAYS)
    changed["orders"].loc[unsettled, "status"] = "returned"
    return changed


@pytest.mark.parametrize("change", [without_the_future, with_another_future])
def test_nothing_after_the_cut_off_changes_a_feature(tmp_path: Path, change: object) -> None:
    tables = random_tables(3)
    before = features(tmp_path / "a", tables)
    after = features(tmp_path / "b", change(tables))  # type: ignore[operator]
    assert len(before) > 40
    pd.testing.assert_frame_equal(before, after)


def test_rows_before_the_cut_off_do_change_features(tmp_path: Path) -> None:
    tables = random_tables(3)
    before = features(tmp_path / "a", tables)
    for name, column in DATED.items():
        tables[name] = tables[name][tables[name][column] >= MOMENT]
    after = features(tmp_path / "b", tables)
    words = {f.name for f in load_features() if f.kind == "word"}
    person = words | {"customer_id", "tenure_days", "first_half_year", "age"}
    changed = {name for name in before if not before[name].equals(after[name])}
    assert changed == set(before.columns) - person


def one_customer() -> dict[str, pd.DataFrame]:
    """Make a customer with two tickets, three orders and an incident, told by hand."""
    at = datetime(2026, 1, 1)

    def ago(days: float) -> datetime:
        return at - timedelta(days=days)

    customer = {
        "customer_id": 7, "full_name": "Ada Lund", "signed_up_at": ago(400), "plan": "plus",
        "birth_date": date(1980, 1, 2), "status": "active", "acquisition_channel": "search",
    }  # fmt: skip
    orders = pd.DataFrame(
        [
            (1, ago(200), "completed", 0.0),
            (2, ago(120), "returned", 20.0),
            (3, ago(100), "cancelled", 0.0),
        ],
        columns=["order_id", "ordered_at", "status", "discount_amount"],
    ).assign(customer_id=7)
    lines = pd.DataFrame({"order_id": [1, 2, 3], "line_no": 1, "quantity": 2, "unit_price": 50.0})
    tickets = pd.DataFrame(
        [
            (1, ago(10), None, ago(9), "urgent", False),  # open and past due
            (2, ago(60), ago(40), ago(50), "medium", False),  # resolved late
            (3, ago(5), None, None, "low", True),  # spam
            (4, ago(30), at + timedelta(days=1), at + timedelta(days=2), "low", False),
        ],
        columns=["ticket_id", "opened_at", "resolved_at", "due_at", "priority", "is_spam"],
    ).assign(customer_id=7)
    return {
        "customers": pd.DataFrame([customer]),
        "orders": orders,
        "order_lines": lines,
        "tickets": tickets,
        "web_sessions": pd.DataFrame(
            {"session_id": [1, 2], "customer_id": 7, "started_at": [ago(20), ago(80)]}
        ),
        "surveys": pd.DataFrame(
            {"survey_id": [1, 2], "customer_id": 7, "answered_at": [ago(3), ago(4)],
             "kind": ["csat", "nps"], "score": [2, 9]}
        ),
        "incidents": pd.DataFrame(
            {"incident_id": [1, 2], "started_at": [ago(170), ago(190)], "severity": [1, 1]}
        ),
        "incident_customers": pd.DataFrame({"incident_id": [1, 2], "customer_id": 7}),
    }  # fmt: skip


def test_features_of_one_customer_told_by_hand(tmp_path: Path) -> None:
    row = features(tmp_path, one_customer()).iloc[0].to_dict()
    assert row == {
        "customer_id": 7, "days_since_order": 100, "orders_90d": 0, "orders_365d": 3,
        "orders_fell_90d": 1, "order_value_365d": 300, "pause_against_rhythm": 2.0,
        "tenure_days": 400, "first_half_year": 0, "returned_share": 0.5,
        "discount_share": pytest.approx(20 / 300, abs=1e-6), "sessions_30d": 1, "sessions_90d": 2,
        "tickets_90d": 3, "urgent_tickets_90d": 1, "late_tickets_90d": 2, "open_tickets": 2,
        "csat_180d": 2, "sev1_incidents_180d": 1, "sev2_incidents_180d": 0, "age": 45,
        "plan": "plus", "region": "unknown", "income_band": "unknown", "lifestyle": "unknown",
        "acquisition_channel": "search",
    }  # fmt: skip


def test_only_customers_who_are_there_at_the_cut_off_have_a_row(tmp_path: Path) -> None:
    tables = one_customer()
    person = tables["customers"].iloc[0].to_dict()
    moments = [
        (1, MOMENT - pd.Timedelta(days=9), None),
        (2, MOMENT, None),  # signs up on the cut-off
        (3, MOMENT - pd.Timedelta(days=9), MOMENT - pd.Timedelta(days=1)),  # has left
        (4, MOMENT - pd.Timedelta(days=9), MOMENT),  # leaves on the cut-off
    ]
    tables["customers"] = pd.DataFrame(
        [
            {**person, "customer_id": i, "signed_up_at": since, "churned_at": left}
            for i, since, left in moments
        ]
    )
    assert list(features(tmp_path, tables)["customer_id"]) == [1, 4]


def test_a_sample_is_seeded_nested_in_all_and_about_as_large_as_asked(tmp_path: Path) -> None:
    tables = one_customer()
    person = tables["customers"].iloc[0].to_dict()
    tables["customers"] = pd.DataFrame([{**person, "customer_id": i} for i in range(1, 2001)])
    warehouse = DuckDBWarehouse(write_warehouse(tmp_path, tables))
    drawn = [
        set(read_features(warehouse, CUT_OFF, Sample(seed=seed, fraction=0.3))[0]["customer_id"])
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert all(500 < len(ids) < 700 for ids in drawn)


def test_a_result_cut_by_the_row_limit_is_an_error(tmp_path: Path) -> None:
    folder = write_warehouse(tmp_path, random_tables(3))
    warehouse = DuckDBWarehouse(folder, limits=WarehouseLimits(n_rows=10))
    with pytest.raises(ModelError, match="more than one query") as caught:
        read_features(warehouse, CUT_OFF)
    assert caught.value.hint
