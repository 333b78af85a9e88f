"""The customer record: what it says of a customer, and that nothing later is looked at."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from analytics.config import WarehouseLimits
from analytics.customers.record import recency_frequency_money
from analytics.customers.record_columns import COLUMNS, DIMENSIONS, KPIS
from analytics.customers.record_file import write_record
from analytics.customers.record_scores import ranks_of, score
from analytics.errors import InputError
from analytics.ports import Warehouse
from assistant.cli.main import deskwise
from tests.integration.analytics.query.random_warehouse import random_tables, write_warehouse

DAY = date(2026, 1, 1)
MOMENT = pd.Timestamp(DAY)
DATED = {
    "customers": "signed_up_at",
    "orders": "ordered_at",
    "web_sessions": "started_at",
    "web_events": "occurred_at",
    "surveys": "answered_at",
    "tickets": "opened_at",
    "incidents": "started_at",
}
LATER = {
    "customers": ["churned_at"],
    "tickets": ["first_response_at", "resolved_at", "closed_at"],
    "campaign_contacts": ["sent_at", "opened_at", "clicked_at", "converted_at"],
}


def without_the_future(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    kept = {name: frame.copy() for name, frame in tables.items()}
    for name, column in DATED.items():
        kept[name] = kept[name][kept[name][column] < MOMENT]
    for name, columns in LATER.items():
        for column in columns:
            kept[name].loc[kept[name][column] >= MOMENT, column] = None
    for name, parent, key in (
        ("order_lines", "orders", "order_id"),
        ("web_events", "web_sessions", "session_id"),
        ("incident_customers", "incidents", "incident_id"),
    ):
        kept[name] = kept[name][kept[name][key].isin(kept[parent][key])]
    return kept


def test_later_rows_do_not_change_a_byte(tmp_path: Path) -> None:
    tables = random_tables(3)
    earlier = without_the_future(tables)
    assert sum(map(len, earlier.values())) < sum(map(len, tables.values())) - 300
    files = []
    for name, each in (("all", tables), ("earlier", earlier)):
        folder = write_warehouse(tmp_path / name, each)
        files.append(tmp_path / f"{name}.parquet")
        write_record(folder, files[-1], as_of=DAY)

    assert files[0].read_bytes() == files[1].read_bytes()
    assert pq.read_table(files[0]).num_rows > 40


@pytest.fixture(scope="module")
def record(handmade_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    file = tmp_path_factory.mktemp("record") / "record.parquet"
    limits = WarehouseLimits(n_threads=1, memory_bytes=512 * 1024**2)
    write_record(handmade_folder, file, as_of=date(2026, 6, 30), limits=limits)
    return pd.read_parquet(file).set_index("customer_id")


@pytest.mark.parametrize(
    ("customer", "column", "value"),
    [
        (1, "revenue", 100.0), (1, "margin", 45.0), (1, "n_orders", 2), (1, "n_categories", 2),
        (1, "favourite_category", "Laptops"), (1, "favourite_share", 0.727273),
        (1, "order_value", 50.0), (1, "n_tickets", 2), (1, "n_open_tickets", 1),
        (1, "late_share", 1.0), (1, "hours_to_resolve", 48.0), (1, "csat", 5.0), (1, "nps", 10.0),
        (1, "n_carts_365d", 2), (1, "n_sessions_90d", 1), (1, "n_incidents_180d", 1),
        (1, "n_contacts_365d", 2), (1, "opened_share", 0.5), (1, "app_share", 0.5),
        (1, "age", 30.0), (1, "days_to_first_order", 842.0),
        (2, "returned_share", 0.5), (2, "opened_share", 0.0), (2, "from_campaign", True),
        (3, "cancelled_share", 1.0), (3, "revenue", 0.0), (3, "n_contacts_365d", 0),
        (4, "has_left", True), (1, "has_left", False), (3, "favourite_category", "unknown"),
    ],
)  # fmt: skip
def test_a_customer_is_told_as_one_would_count_by_hand(
    record: pd.DataFrame, customer: int, column: str, value: Any
) -> None:
    assert record.loc[customer, column] == value


def test_who_signs_up_on_the_day_is_not_in_it(record: pd.DataFrame) -> None:
    assert record.index.tolist() == [1, 2, 3, 4]
    assert len(COLUMNS) >= 40
    assert record["days_since_order"].isna().tolist() == [False, False, True, False]


def test_a_dimension_is_the_mean_of_its_parts(record: pd.DataFrame) -> None:
    for name, kpis in DIMENSIONS.items():
        parts = record[[kpi.score for kpi in kpis]].to_numpy()
        assert record[name].to_numpy() == pytest.approx(parts.mean(axis=1), abs=0.006)
        assert parts.min() >= 0.0 and parts.max() <= 100.0


def test_fewer_days_score_more_and_a_missing_value_nothing() -> None:
    columns = {kpi.column: np.array([1.0, 2.0, 3.0, np.nan]) for kpi in KPIS}
    ranks = ranks_of(columns)
    by_name = {kpi.column: kpi for kpi in KPIS}

    recent = score(ranks, by_name["days_since_order"], columns["days_since_order"])
    bought = score(ranks, by_name["n_orders_365d"], columns["n_orders_365d"])

    assert recent.tolist() == [87.5, 62.5, 37.5, 0.0]
    assert bought.tolist() == [37.5, 62.5, 87.5, 0.0]


def test_recency_frequency_and_money_alone_are_those_of_the_record(
    handmade: Warehouse, record: pd.DataFrame
) -> None:
    frame, _ = handmade.run(recency_frequency_money(handmade, date(2026, 6, 30)))
    alone = frame.set_index("customer_id").sort_index()

    whole = record.loc[alone.index, list(alone.columns)]
    assert alone.index.tolist() == [1, 2, 4]
    pd.testing.assert_frame_equal(alone, whole, check_dtype=False)


def test_a_folder_that_is_not_there_is_refused(handmade_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Cannot write"):
        write_record(handmade_folder, tmp_path / "none" / "r.parquet", as_of=DAY)


def test_the_command_writes_the_file_and_says_what_is_in_it(
    handmade_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "warehouse").symlink_to(handmade_folder)
    out = tmp_path / "r.parquet"
    arguments = ["--home", str(tmp_path), "data", "record", "--as-of", "2026-06-30"]

    result = CliRunner().invoke(deskwise, [*arguments, "--out", str(out)])

    assert result.exit_code == 0, result.output
    assert "4 customers as of 2026-06-30" in result.output
    assert pq.read_metadata(out).metadata[b"as_of"] == b"2026-06-30"
