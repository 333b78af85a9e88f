"""`deskwise catalogue`: check, describe, import; and a home that has a catalogue of its own."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from analytics.model import Finding
from assistant.bootstrap import Parts
from assistant.cli.main import deskwise as commands
from assistant.config import load_settings

FACTS = """
newest: [sales.sold_on]
entities:
  sale: {table: sales, key: sale_id}
facts:
  sales: {entity: sale, key: sale_id, dates: [sold_on], days: [sold_on], sums: [price]}
"""
METRICS = """
access: [everyone]
measures:
  price: {fact: sales, aggregate: sum, column: price, dated_by: sold_on}
metrics:
  - {name: takings, label: Takings, unit: money, definition: Sum of the prices., dated_by: sales.sold_on, formula: {measure: price}}
"""  # noqa: E501
DIMENSIONS = """
access: [everyone]
dimensions:
  - {name: flavour, entity: sale, column: flavour, kind: category, label: Flavour, listed: false}
"""
DBT = """
semantic_models:
  - name: sales
    model: ref('sales')
    defaults: {agg_time_dimension: sold_on}
    entities: [{name: sale, type: primary, expr: sale_id}]
    dimensions:
      - {name: sold_on, type: time, type_params: {time_granularity: day}}
      - {name: flavour, type: categorical}
    measures: [{name: takings, agg: sum, expr: price}, {name: odd, agg: median, expr: price}]
metrics:
  - {name: takings, type: simple, type_params: {measure: takings}}
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "catalogue"
    folder.mkdir()
    for name, text in (("facts", FACTS), ("metrics", METRICS), ("dimensions", DIMENSIONS)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    folder = tmp_path / "tables"
    folder.mkdir()
    rows = (
        "(VALUES (1, DATE '2026-03-01', 'lemon', 2.5), (2, DATE '2026-03-02', 'mint', 4.0), "
        "(3, DATE '2026-03-02', 'lemon', 3.5)) t(sale_id, sold_on, flavour, price)"
    )
    duckdb.sql(f"COPY (SELECT * FROM {rows}) TO '{folder}/sales.parquet'")
    return folder


def deskwise(*words: str | Path) -> Result:
    return CliRunner().invoke(commands, [str(word) for word in words])


def test_a_sound_catalogue_is_told_with_its_version(own: Path, tables: Path) -> None:
    result = deskwise("catalogue", "check", "--catalogue", own, "--warehouse", tables)
    assert result.exit_code == 0, result.output
    assert "sound: 1 metrics, 1 dimensions, version" in result.output


def test_a_mistake_is_told_with_file_line_and_fix_and_exit_code_1(own: Path) -> None:
    (own / "metrics.yaml").write_text(METRICS.replace("{measure: price}", "{measure: prize}"))
    result = deskwise("catalogue", "check", "--catalogue", own, "--json", "-")
    assert result.exit_code == 1
    (problem,) = json.loads(result.output)["problems"]
    assert (problem["file"], problem["line"], problem["code"]) == (
        "metrics.yaml",
        6,
        "unknown_measure",
    )
    assert problem["fix"] == "Did you mean 'price'?"


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("facts", "key: sale_id, dates", "key: flavour, dates", None),
        ("dimensions", "column: flavour", "column: taste", "taste"),
        (
            "facts",
            "table: sales, key: sale_id",
            "table: sales, key: sold_on",
            "share their sold_on",
        ),
        ("metrics", "column: price", "column: flavour", "flavour"),
    ],
)
def test_the_data_are_looked_at_too(
    own: Path, tables: Path, file: str, old: str, new: str, words: str | None
) -> None:
    text = (own / f"{file}.yaml").read_text()
    assert old in text
    (own / f"{file}.yaml").write_text(text.replace(old, new))
    result = deskwise("catalogue", "check", "--catalogue", own, "--warehouse", tables)
    if words is None:
        assert result.exit_code == 0, result.output
    else:
        assert result.exit_code == 1
        assert words in result.output


def test_definitions_are_described(own: Path) -> None:
    listed = deskwise("catalogue", "describe", "--catalogue", own)
    assert "takings" in listed.output
    assert "Dimensions: flavour" in listed.output
    one = deskwise("catalogue", "describe", "Takings", "--catalogue", own, "--json", "-")
    assert json.loads(one.output)["split or limited by"] == ["flavour"]
    none = deskwise("catalogue", "describe", "taking", "--catalogue", own)
    assert none.exit_code != 0


def test_dbt_models_are_imported_and_what_is_left_out_is_told(tables: Path, tmp_path: Path) -> None:
    (tmp_path / "semantic.yml").write_text(DBT)
    out = tmp_path / "imported"
    result = deskwise("catalogue", "import", "dbt", tmp_path / "semantic.yml", "--out", out)
    assert result.exit_code == 0, result.output
    assert "Not taken over: measure odd" in result.output
    checked = deskwise("catalogue", "check", "--catalogue", out, "--warehouse", tables)
    assert checked.exit_code == 0, checked.output


def test_a_home_with_its_own_catalogue_answers_from_its_own_tables(
    own: Path, tables: Path, tmp_path: Path
) -> None:
    settings = load_settings(
        overrides={
            "home": tmp_path / "home",
            "analytics_catalogue": str(own),
            "analytics_tables": str(tables),
        }
    )
    insights = Parts(settings).insights_or_none()
    assert insights is not None
    found = insights.ask("takings by flavour")
    assert isinstance(found, Finding)
    assert found.rows == (("lemon", 6.0), ("mint", 4.0))
    assert found.receipt.definition_version == Parts(settings).catalogue.metrics["takings"].version
