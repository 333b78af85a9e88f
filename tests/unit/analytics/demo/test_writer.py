"""Columns become the types of the warehouse; what does not exist becomes NULL."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from analytics.demo import DemoError
from analytics.demo.sampling import NEVER
from analytics.demo.writer import Coded, write_table


def test_values_and_gaps_are_written_as_the_warehouse_has_them(tmp_path: Path) -> None:
    n_rows = write_table(
        "campaign_contacts",
        {
            "campaign_id": np.array([1, 1]),
            "customer_id": np.array([4, 5]),
            "variant": Coded(codes=np.array([1, NEVER]), words=("A", "B")),
            "sent_at": np.array([86_400 + 61, NEVER]),
            "opened_at": np.array([0, NEVER]),
            "clicked_at": np.array([NEVER, NEVER]),
            "converted_at": np.array([NEVER, NEVER]),
            "revenue": np.array([12.5, np.nan]),
        },
        tmp_path,
    )
    assert n_rows == 2
    first, second = pq.read_table(tmp_path / "campaign_contacts.parquet").to_pylist()
    assert first["variant"] == "B"
    assert first["sent_at"] == datetime(2024, 1, 2, 0, 1, 1)
    assert first["opened_at"] == datetime(2024, 1, 1)
    assert first["revenue"] == 12.5
    assert [second[name] for name in ("variant", "sent_at", "revenue")] == [None, None, None]
    assert not list(tmp_path.glob("*.part"))


def test_dates_and_texts_keep_their_gaps(tmp_path: Path) -> None:
    write_table(
        "products",
        {
            "product_id": np.array([1, 2]),
            "name": np.array(["Étui", None], dtype=object),
            "category": Coded(codes=np.array([0, 0]), words=("Audio",)),
            "kind": Coded(codes=np.array([0, 0]), words=("one-off",)),
            "unit_price": np.array([1.0, 2.0]),
            "unit_cost": np.array([0.5, 1.0]),
            "launched_on": np.array(["2023-04-05", "NaT"], dtype="datetime64[D]"),
        },
        tmp_path,
    )
    rows = pq.read_table(tmp_path / "products.parquet").to_pylist()
    assert [row["name"] for row in rows] == ["Étui", None]
    assert [row["launched_on"] for row in rows] == [date(2023, 4, 5), None]


def test_a_table_without_rows_is_a_file_without_rows(tmp_path: Path) -> None:
    nothing = np.empty(0, dtype=np.int64)
    columns = {"incident_id": nothing, "customer_id": nothing}
    assert write_table("incident_customers", columns, tmp_path) == 0
    assert pq.read_table(tmp_path / "incident_customers.parquet").num_rows == 0


def test_columns_of_another_table_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=r"\['customer_id', 'visitor_id'\]"):
        write_table(
            "incident_customers",
            {"incident_id": np.array([1]), "visitor_id": np.array([1])},
            tmp_path,
        )
    assert not list(tmp_path.iterdir())
