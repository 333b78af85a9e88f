"""The catalogue: complete, consistent, and strict about what it reads."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from analytics.catalogue import Catalogue, load_catalogue
from analytics.catalogue.entries import MOMENT, did_you_mean
from analytics.errors import CatalogueError, UnknownDimensionError, UnknownMetricError
from analytics.query.transforms import TRANSFORMS
from analytics.schema import TABLES

CONTRACT = """
revenue, orders, average order value, units sold, gross margin, gross margin rate, return rate,
cancellation rate, customers, new customers, active customers, churned customers, churn rate,
retention rate, repeat purchase rate, purchase frequency, revenue per customer,
customer acquisition cost, historic lifetime value, customer lifetime value, product holding, csat,
nps, sessions, visitors, pageviews, pages per session, bounce rate, conversion rate,
average session duration, cart abandonment rate, campaign spend, campaign budget, contacts,
open rate, click rate, response rate, campaign revenue, campaign roi, tickets, open tickets,
resolved tickets, first response time, resolution time, sla compliance, reopen rate, incidents,
mttd, mtta, mttr, downtime, availability, customers affected, cpu load, memory load, disk used,
latency, error rate, requests
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files to spoil."""
    for name in ("facts.yaml", "metrics.yaml", "dimensions.yaml"):
        text = files("analytics.catalogue").joinpath(name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_metric_of_the_contract_is_there(catalogue: Catalogue) -> None:
    names = {" ".join(name.split()) for name in CONTRACT.split(",")}
    assert names == {name for name, metric in catalogue.metrics.items() if not metric.extra}


def test_the_list_above_is_the_contracts(shared: Path) -> None:
    """Every name in the first column of the contract's tables is among them."""
    contract = shared / "contracts" / "metrics.md"
    if not contract.is_file():
        pytest.skip(f"no contract at {contract}")
    rows = re.findall(r"^\| ([^|]+?) \| [^|]+ \| [^|]+ \|$", contract.read_text("utf-8"), re.M)
    names = {" ".join(name.split()) for name in CONTRACT.split(",")}
    cells = [re.sub(r"\(.*?\)", "", row).strip() for row in rows if row not in ("metric", "---")]
    found = {re.sub(r"^average (?=cpu)", "", n.strip()) for c in cells for n in re.split("[,;]", c)}
    assert {name.lower() for name in found} <= names


def test_no_two_metrics_share_a_word(catalogue: Catalogue) -> None:
    seen: dict[str, str] = {}
    for metric in catalogue.metrics.values():
        for word in {w.lower() for w in (metric.name, metric.label, *metric.synonyms)}:
            assert seen.setdefault(word, metric.name) == metric.name, word


def test_dimensions_stand_on_columns_of_the_warehouse(catalogue: Catalogue) -> None:
    for dimension in catalogue.dimensions.values():
        if dimension.entity == MOMENT:
            assert dimension.table == ""
            continue
        for column in dimension.inputs:
            assert column in TABLES[dimension.table].column_names, dimension.name
        assert dimension.transform is None or dimension.transform in TRANSFORMS, dimension.name


def test_values_are_those_of_the_warehouse(catalogue: Catalogue) -> None:
    for dimension in catalogue.dimensions.values():
        if not dimension.values or dimension.transform or not dimension.table:
            continue
        listed = TABLES[dimension.table].column(dimension.column).values
        named = tuple(value.value for value in dimension.values)
        if dimension.name == "variant":  # the control group is no group of any campaign metric
            listed = tuple(value for value in listed if value != "control")
        assert not listed or named == listed, dimension.name


def test_additive_metrics_are_counts_and_sums(catalogue: Catalogue) -> None:
    assert catalogue.metrics["revenue"].additive
    assert not catalogue.metrics["average order value"].additive
    assert not catalogue.metrics["active customers"].additive
    assert not catalogue.metrics["csat"].additive


@pytest.mark.parametrize(
    ("metric", "dimension", "has"),
    [
        ("revenue", "product_category", True),
        ("revenue", "campaign_channel", True),
        ("tickets", "region", True),
        ("tickets", "order_channel", False),
        ("csat", "team", True),
        ("availability", "tier", True),
        ("availability", "severity", False),
        ("customers affected", "plan", True),
        ("downtime", "plan", False),
        ("orders", "order_status", False),
        ("all orders", "order_status", True),
        ("campaign spend", "hour_of_day", False),
        ("historic lifetime value", "campaign", False),
    ],
)
def test_a_metric_has_the_dimensions_its_rows_lead_to(
    catalogue: Catalogue, metric: str, dimension: str, has: bool
) -> None:
    assert catalogue.has_dimension(metric, dimension) is has
    assert (catalogue.dimension(dimension) in catalogue.dimensions_of(metric)) is has


def test_unknown_names_suggest_the_nearest(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownMetricError) as metric:
        catalogue.metric("chrun rate")
    assert metric.value.hint == "Did you mean 'churn rate'?"
    with pytest.raises(UnknownDimensionError) as dimension:
        catalogue.dimension("regoin")
    assert dimension.value.hint == "Did you mean 'region'?"
    assert did_you_mean("zzzz", {"revenue": "revenue"}) == ""


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("metrics.yaml", "name: orders\n", "name: revenue\n", "defined twice: revenue"),
        ("metrics.yaml", "{measure: revenue}", "{measure: turnover}", "'turnover' does not exist"),
        (
            "metrics.yaml",
            "{numerator: revenue, denominator: completed orders}",
            "{numerator: revenue}",
            "needs a numerator and a denominator",
        ),
        (
            "metrics.yaml",
            "{measure: revenue}",
            "{measure: revenue, numerator: margin}",
            "not both",
        ),
        ("metrics.yaml", "unit: money", "unit: dollars", "metrics → 0 → unit"),
        ("metrics.yaml", "label: Revenue\n", "label: Revenue\n    colour: red\n", "colour"),
        ("metrics.yaml", "fact: orders,", "fact: sales,", "fact 'sales' does not exist"),
        ("metrics.yaml", "column: margin,", "column: luck,", "column 'luck' of orders"),
        ("metrics.yaml", "dated_by: ordered_at}", "dated_by: paid_at}", "date 'paid_at'"),
        (
            "metrics.yaml",
            "formula: {measure: revenue}\n",
            "extra: false\n",
            "a formula or an analysis",
        ),
        ("metrics.yaml", "\nmeasures:", "\nmeasures: [", "not YAML"),
        ("dimensions.yaml", "{name: gender, ", "{name: region, ", "defined twice: region"),
        ("dimensions.yaml", "entity: customer, column: gender", "entity: customer", "one of the"),
        ("dimensions.yaml", "metrics: [all orders]", "metrics: [sales]", "metric 'sales'"),
        (
            "facts.yaml",
            "by: campaign_id}], cardinality",
            "by: campaign_id}], join: left, cardinality",
            "join",
        ),
        ("facts.yaml", "fact: order_lines, ", "fact: lines, ", "finer fact"),
        ("facts.yaml", "path: [{entity: customer,", "path: [{entity: contact,", "with a key"),
    ],
)
def test_contradictions_are_refused(
    folder: Path, file: str, old: str, new: str, message: str
) -> None:
    spoil(folder, file, old, new)
    with pytest.raises(CatalogueError, match=message):
        load_catalogue(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "dimensions.yaml").unlink()
    with pytest.raises(CatalogueError, match=r"dimensions\.yaml"):
        load_catalogue(folder)


def test_files_of_ones_own_are_read(folder: Path) -> None:
    spoil(folder, "metrics.yaml", "label: Revenue\n", "label: Net sales\n")
    assert load_catalogue(folder).metric("revenue").label == "Net sales"
