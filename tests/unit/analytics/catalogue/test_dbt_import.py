# ruff: noqa: E501 - the YAML of a metric is one line
"""dbt semantic models as a catalogue: what is taken over, and what is left out and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from analytics.catalogue import load_catalogue
from analytics.catalogue.importers import DbtImport, import_dbt, write_catalogue
from analytics.catalogue.importers.sql import conditions_of, formula_of
from analytics.errors import ExpressionError, ImportedModelError
from analytics.model import Cell, MetricQuery, Period
from analytics.query.cells import cells
from analytics.query.compile import compile_query
from analytics.query.own_warehouse import FolderWarehouse

MODELS = """
semantic_models:
  - name: bookings
    description: One row a booking of a boat.
    model: ref('fct_bookings')
    defaults: {agg_time_dimension: booked_at}
    entities:
      - {name: booking, type: primary, expr: booking_id}
      - {name: guest, type: foreign, expr: guest_id}
      - {name: weather, type: foreign, expr: weather_id}
    dimensions:
      - {name: booked_at, type: time, type_params: {time_granularity: day}}
      - {name: channel, type: categorical, label: Booking channel}
      - {name: is_long, type: categorical, expr: "case when nights > 3 then true else false end"}
    measures:
      - {name: fees, agg: sum, expr: fee}
      - {name: value, agg: sum, expr: "fee * nights"}
      - {name: bookings, agg: count, expr: booking_id}
      - {name: guests, agg: count_distinct, expr: guest_id}
      - {name: mean_fee, agg: average, expr: fee, create_metric: true}
      - {name: long_stays, agg: sum_boolean, expr: "nights > 3"}
      - {name: middle_fee, agg: median, expr: fee}
      - {name: odd_fee, agg: sum, expr: "round(fee, 1)"}
  - name: guests
    model: ref('harbour', 'dim_guests')
    defaults: {agg_time_dimension: joined_on}
    entities:
      - {name: guest, type: primary, expr: guest_id}
      - {name: port, type: foreign, expr: port_id}
    dimensions:
      - {name: joined_on, type: time, type_params: {time_granularity: day}}
      - {name: level, type: categorical}
    measures:
      - {name: arrivals, agg: count, expr: "1"}
  - name: ports
    model: ref('dim_ports')
    primary_entity: port
    entities: [{name: port, type: primary, expr: port_id}]
    dimensions: [{name: sea, type: categorical}]
  - name: stocks
    model: ref('fct_stocks')
    defaults: {agg_time_dimension: taken_on}
    entities: [{name: stock, type: primary, expr: stock_id}, {name: port, type: foreign, expr: port_id}]
    dimensions: [{name: taken_on, type: time, type_params: {time_granularity: day}}]
    measures:
      - name: boats
        agg: sum
        expr: n_boats
        non_additive_dimension: {name: taken_on, window_choice: max, window_groupings: [port]}
  - name: lost
    model: ref('lost')
    dimensions: [{name: x, type: categorical}]
metrics:
  - {name: total_fees, label: Fees, type: simple, type_params: {measure: fees}}
  - {name: bookings, type: simple, type_params: {measure: {name: bookings}}}
  - {name: guests, type: simple, type_params: {measure: guests}}
  - name: web_fees
    type: simple
    type_params: {measure: fees}
    filter: "{{ Dimension('booking__channel') }} = 'web'"
  - {name: fee_per_booking, type: ratio, type_params: {numerator: total_fees, denominator: bookings}}
  - {name: web_share, type: ratio, type_params: {numerator: web_fees, denominator: {name: total_fees}}}
  - name: fees_left
    type: derived
    type_params:
      expr: "f - w * 2"
      metrics: [{name: total_fees, alias: f}, {name: web_fees, alias: w}]
  - {name: fees_to_date, type: cumulative, type_params: {measure: fees, cumulative_type_params: {grain_to_date: month}}}
  - {name: fees_of_a_week, type: cumulative, type_params: {measure: fees, window: 7 days}}
  - {name: fees_ever, type: cumulative, type_params: {measure: fees}}
  - name: booked_soon
    type: conversion
    type_params:
      conversion_type_params:
        {entity: guest, base_measure: arrivals, conversion_measure: bookings, window: 14 days}
  - {name: boats_there, type: simple, type_params: {measure: boats}}
  - {name: middle, type: simple, type_params: {measure: middle_fee}}
  - name: growth
    type: derived
    type_params:
      expr: "total_fees - before"
      metrics: [total_fees, {name: total_fees, alias: before, offset_window: 1 month}]
  - name: of_gold
    type: simple
    type_params: {measure: fees}
    filter: "{{ Dimension('guest__level') }} = 'gold'"
  - name: recent
    type: simple
    type_params: {measure: fees}
    filter: "{{ TimeDimension('booking__booked_at') }} > '2026-01-01'"
  - {name: of_growth, type: ratio, type_params: {numerator: growth, denominator: bookings}}
saved_queries:
  - {name: weekly}
"""


@pytest.fixture
def taken(tmp_path: Path) -> DbtImport:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "semantic.yml").write_text(MODELS, encoding="utf-8")
    return import_dbt(tmp_path)


@pytest.fixture
def warehouse(tmp_path: Path) -> FolderWarehouse:
    folder = tmp_path / "tables"
    folder.mkdir()
    tables = {
        "fct_bookings": "SELECT * FROM (VALUES (1, 1, 9, DATE '2026-01-30', 'web', 10.0, 2), "
        "(2, 1, 9, DATE '2026-02-02', 'desk', 20.0, 5), (3, 2, 9, DATE '2026-02-03', 'web', 40.0, 4),"
        "(4, NULL, 9, DATE '2026-02-20', 'desk', 80.0, 1)) "
        "t(booking_id, guest_id, weather_id, booked_at, channel, fee, nights)",
        "dim_guests": "SELECT * FROM (VALUES (1, 1, DATE '2026-01-25', 'gold'), "
        "(2, 2, DATE '2026-01-10', 'plain'), (3, 2, DATE '2026-02-01', 'plain')) "
        "t(guest_id, port_id, joined_on, level)",
        "dim_ports": "SELECT * FROM (VALUES (1, 'North'), (2, 'Baltic')) t(port_id, sea)",
        "fct_stocks": "SELECT * FROM (VALUES (1, 1, DATE '2026-02-01', 5), "
        "(2, 1, DATE '2026-02-10', 3), (3, 2, DATE '2026-02-05', 4)) "
        "t(stock_id, port_id, taken_on, n_boats)",
    }
    for name, sql in tables.items():
        duckdb.sql(f"COPY ({sql}) TO '{folder / name}.parquet'")
    return FolderWarehouse(folder)


def test_every_metric_that_has_a_counterpart_is_taken_over(taken: DbtImport) -> None:
    assert set(taken.metrics) == {
        "total_fees", "bookings", "guests", "web_fees", "fee_per_booking", "web_share",
        "fees_left", "fees_to_date", "fees_of_a_week", "fees_ever", "booked_soon", "boats_there",
        "mean_fee",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "name", "reason"),
    [
        ("measure", "middle_fee", "'median' is not available"),
        ("measure", "odd_fee", "no function 'round'"),
        ("join", "bookings → weather", "no semantic model has 'weather'"),
        ("semantic model", "lost", "no primary entity"),
        ("metric", "middle", "'middle_fee' was not taken over"),
        ("metric", "growth", "offset_window"),
        ("metric", "of_gold", "not on the same rows"),
        ("metric", "recent", "more than a value"),
        ("metric", "of_growth", "'growth' was not taken over"),
        ("saved query", "weekly", "not stored"),
    ],
)
def test_what_is_left_out_is_listed_with_its_reason(
    taken: DbtImport, kind: str, name: str, reason: str
) -> None:
    (found,) = [item for item in taken.left if (item.kind, item.name) == (kind, name)]
    assert reason in found.reason


def test_nothing_is_left_out_without_being_listed(taken: DbtImport) -> None:
    assert len(taken.left) == 10


JANUARY_ON = Period(start=date(2026, 1, 1), end=date(2026, 3, 1))


@pytest.mark.parametrize(
    ("metric", "dimensions", "rows"),
    [
        ("total_fees", (), [(150.0,)]),
        ("guests", (), [(2,)]),
        ("web_fees", (), [(50.0,)]),
        ("mean_fee", (), [(37.5,)]),
        ("fee_per_booking", ("channel",), [("desk", 50.0), ("web", 25.0)]),
        ("web_share", (), [(1 / 3,)]),
        ("fees_left", (), [(50.0,)]),
        ("fees_to_date", (), [(140.0,)]),
        ("fees_of_a_week", (), [(0.0,)]),
        ("fees_ever", ("sea",), [(None, 80.0), ("Baltic", 40.0), ("North", 30.0)]),
        ("total_fees", ("is_long",), [(True, 60.0), (False, 90.0)]),
        # Guest 1 booked 5 days after joining, guest 2 after 24 days, guest 3 never.
        ("booked_soon", (), [(1 / 3,)]),
        # The last count of each port: 3 and 4.
        ("boats_there", (), [(7,)]),
    ],
)
def test_the_numbers_are_those_of_the_definitions(
    taken: DbtImport,
    warehouse: FolderWarehouse,
    tmp_path: Path,
    metric: str,
    dimensions: tuple[str, ...],
    rows: list[tuple[Cell, ...]],
) -> None:
    write_catalogue(taken, tmp_path / "out")
    catalogue = load_catalogue(tmp_path / "out", columns=warehouse.columns)
    query = MetricQuery(
        metrics=(metric,), dimensions=dimensions, period=JANUARY_ON, as_of=date(2026, 3, 1)
    )
    compiled = compile_query(query, warehouse=warehouse, catalogue=catalogue)
    frame, _ = warehouse.run(compiled.table)
    found = cells(frame, compiled.table.schema())
    if metric == "fees_of_a_week":
        assert found == ((None,),)  # no booking in the last week of February
        return
    assert sorted(found, key=str) == sorted(
        (pytest.approx(row) if None not in row and len(row) == 1 else row for row in rows), key=str
    )


def test_files_that_are_there_are_not_replaced(taken: DbtImport, tmp_path: Path) -> None:
    write_catalogue(taken, tmp_path / "out")
    with pytest.raises(ImportedModelError, match="already has"):
        write_catalogue(taken, tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "words"), [("metrics: []", "no `semantic_models"), ("a: [", "Cannot read")]
)
def test_a_file_without_semantic_models_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "x.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ImportedModelError, match=words):
        import_dbt(tmp_path / "x.yml")


def test_semantic_models_inside_models_are_named_as_left_out(tmp_path: Path) -> None:
    text = MODELS + "models:\n  - {name: boats, semantic_model: true}\n"
    (tmp_path / "x.yml").write_text(text, encoding="utf-8")
    left = import_dbt(tmp_path / "x.yml").left
    assert any(item.name == "boats" and "inside a model" in item.reason for item in left)


@pytest.mark.parametrize(
    ("sql", "formula"),
    [
        ("a * b", "a * b"),
        ("CASE WHEN a = 1 THEN b ELSE 0 END", "when(a == 1, b, 0)"),
        ("a IS NOT NULL AND NOT b", "is_set(a) and not b"),
        ("a <> 'x'", "a != 'x'"),
    ],
)
def test_simple_sql_becomes_a_formula(sql: str, formula: str) -> None:
    assert formula_of(sql) == formula


@pytest.mark.parametrize("sql", ["date_trunc('day', a)", "a || b", "(select 1)", "a::int"])
def test_more_of_sql_is_refused(sql: str) -> None:
    with pytest.raises(ExpressionError):
        formula_of(sql)


def test_filters_are_values_and_lists() -> None:
    text = "{{ Dimension('o__a') }} = 'x' and {{ Dimension('o__b') }} in (1, 2) and {{Dimension('o__c')}}"
    assert conditions_of(text) == [("o__a", ["x"]), ("o__b", [1, 2]), ("o__c", [True])]
    with pytest.raises(ExpressionError, match="more than a value"):
        conditions_of("{{ Dimension('o__a') }} > 3")
