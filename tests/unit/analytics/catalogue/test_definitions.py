"""Versions, hierarchies, formulas and units: what a definition is made of."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from analytics.catalogue import Catalogue, load_catalogue
from analytics.catalogue.checks_dimensions import TRANSFORMS
from analytics.catalogue.describing import described, overview
from analytics.catalogue.expressions import FUNCTIONS, Apply, Name, names_in, parse, written
from analytics.catalogue.loader import problems_of
from analytics.catalogue.units import fits, unit_of
from analytics.catalogue.versions import with_versions
from analytics.errors import ExpressionError, UnknownMetricError
from analytics.model import Unit
from analytics.query import transforms
from analytics.query.catalogue_check import known_columns


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def changed(tmp_path: Path, file: str, old: str, new: str) -> Catalogue:
    for name in ("facts.yaml", "metrics.yaml", "dimensions.yaml"):
        text = files("analytics.catalogue").joinpath(name).read_text(encoding="utf-8")
        if name == file:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return load_catalogue(tmp_path)


def versions(catalogue: Catalogue) -> dict[str, str]:
    return {name: metric.version for name, metric in catalogue.metrics.items()}


def test_the_shipped_catalogue_names_only_columns_that_exist() -> None:
    assert problems_of(columns=known_columns()) == []


def test_the_transforms_that_may_be_named_are_those_that_are_computed() -> None:
    assert set(TRANSFORMS) == set(transforms.TRANSFORMS)


# --- versions -------------------------------------------------------------------------------------


def test_a_version_is_short_and_the_same_each_time(catalogue: Catalogue) -> None:
    assert versions(load_catalogue()) == versions(catalogue)
    assert all(len(version) == 8 for version in versions(catalogue).values())
    assert with_versions(catalogue).version == catalogue.version


def test_another_condition_makes_another_version_of_what_uses_it_alone(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    old = "revenue: {fact: orders, aggregate: sum, column: revenue, where: {status: [completed]}"
    new = old.replace("[completed]", "[completed, returned]")
    after = versions(changed(tmp_path, "metrics.yaml", old, new))
    before = versions(catalogue)
    different = {name for name in before if before[name] != after[name]}
    assert different == {
        "revenue", "average order value", "gross margin rate", "revenue per customer",
    }  # fmt: skip


def test_another_join_makes_another_version(catalogue: Catalogue, tmp_path: Path) -> None:
    old = "{path: [{entity: customer, by: customer_id}], cardinality: many to one}"
    new = "{path: [{entity: customer, by: customer_id}], cardinality: many to one, join: inner}"
    after = versions(changed(tmp_path, "facts.yaml", old, new))
    assert after["revenue"] != versions(catalogue)["revenue"]
    assert after["downtime"] == versions(catalogue)["downtime"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("label: Revenue\n", "label: Sales revenue\n"),
        ("[sales, turnover, ", "[sales, turnover, our takings, "),
        ("owner: Deskwise", "owner: Finance"),
        ("access: [everyone]", "access: [managers]"),
    ],
)
def test_words_owner_and_access_make_no_new_version(
    catalogue: Catalogue, tmp_path: Path, old: str, new: str
) -> None:
    after = changed(tmp_path, "metrics.yaml", old, new)
    assert versions(after) == versions(catalogue)
    assert after.version == catalogue.version


# --- hierarchies ----------------------------------------------------------------------------------


def test_levels_lead_up_and_down(catalogue: Catalogue) -> None:
    assert catalogue.children("product_category") == ("product",)
    assert catalogue.parent("product") == "product_category"
    assert catalogue.children("customer_country") == ("region",)
    assert catalogue.parent("city") == "region"
    assert catalogue.parent("year") is None
    assert catalogue.children("day") == ()
    assert catalogue.parents("device") == ()
    way = ["day"]
    while (wider := catalogue.parent(way[-1])) is not None:
        way.append(wider)
    assert way == ["day", "week", "month", "quarter", "year"]


def test_a_week_lies_in_no_month_alone(catalogue: Catalogue) -> None:
    assert not catalogue.nests("week", within="month")
    assert catalogue.nests("day", within="month")
    assert catalogue.nests("month", within="year")
    assert catalogue.nests("product", within="product_category")
    assert not catalogue.nests("year", within="month")
    assert not catalogue.nests("device", within="medium")


# --- access ---------------------------------------------------------------------------------------


def test_what_a_group_may_not_see_is_unknown_to_it(catalogue: Catalogue) -> None:
    secret = replace(catalogue.metrics["gross margin"], access=("finance",))
    hidden = replace(catalogue, metrics={**catalogue.metrics, "gross margin": secret})
    with pytest.raises(UnknownMetricError):
        hidden.visible_to(["service desk"]).metric("gross margin")
    assert hidden.visible_to(["finance"]).metric("gross margin") == secret


def test_groupings_may_be_limited_to_some_dimensions(tmp_path: Path) -> None:
    old = "formula: {measure: units}"
    limited = changed(tmp_path, "metrics.yaml", old, f"{old}\n    by: [region, product]")
    found = limited.dimensions_of("units sold")
    assert {d.name for d in found if d.entity == "customer"} == {"region"}
    assert {d.name for d in found if d.entity == "product"} >= {"product", "product_category"}
    assert {d.entity for d in found} == {"customer", "product"}


# --- formulas and units ---------------------------------------------------------------------------


def test_a_formula_is_a_tree_that_is_written_one_way() -> None:
    tree = parse("a+ b *2", functions=False)
    assert tree == Apply(
        operator="+",
        parts=(Name(name="a"), parse("b * 2", functions=False)),
    )
    assert written(tree) == "(a + (b * 2))"
    assert names_in(parse("a / (b - a)", functions=False)) == ("a", "b")


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')", "a.b", "a[0]", "lambda: 1", "a if b else c", "a ** 2", "a; b", "",
        "lower(a, b)", "f'{a}'", "[a]", "a < b < c", "a or", "open('x')", "coalesce(a)", "not",
    ],
)  # fmt: skip
def test_what_is_not_of_the_language_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text, functions=True)


@pytest.mark.parametrize("text", ["lower(a)", "a = b", "a == b", "'x'", "a and b", "True"])
def test_formulas_over_metrics_have_no_functions_or_texts(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text, functions=False)


def test_very_long_formulas_are_refused() -> None:
    with pytest.raises(ExpressionError, match=r"too long|not a formula"):
        parse(" + ".join(["a"] * 2000), functions=True)


def test_every_function_has_its_number_of_parts() -> None:
    for name, (fewest, _) in FUNCTIONS.items():
        parse(f"{name}({', '.join(['a'] * fewest)})", functions=True)
        with pytest.raises(ExpressionError, match="takes"):
            parse(f"{name}()", functions=True)


UNITS: dict[str, Unit] = {
    "revenue": "money", "spend": "money", "orders": "count", "rate": "fraction",
    "hours": "hours", "minutes": "minutes", "nps": "score", "index": "number",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("revenue - spend", "money"),
        ("revenue / orders", "money"),
        ("revenue / spend", "fraction"),
        ("revenue / spend * 100", "percent"),
        ("revenue * rate", "money"),
        ("hours / orders", "hours"),
        ("(revenue - spend) / spend", "fraction"),
        ("-spend + revenue", "money"),
        ("1 - rate", "fraction"),
        ("hours * revenue / revenue", "hours"),
        ("index * 2", "number"),
    ],
)
def test_units_of_formulas(text: str, unit: Unit) -> None:
    found = unit_of(parse(text, functions=False), UNITS)
    assert fits(found, unit)
    assert not fits(found, "ms")


@pytest.mark.parametrize(
    "text", ["revenue + orders", "hours - minutes", "orders + rate", "revenue + 5", "nps + orders"]
)
def test_different_units_are_not_added(text: str) -> None:
    with pytest.raises(ExpressionError, match="cannot be"):
        unit_of(parse(text, functions=False), UNITS)


# --- describing -----------------------------------------------------------------------------------


def test_every_metric_and_dimension_can_be_described(catalogue: Catalogue) -> None:
    for name in (*catalogue.metrics, *catalogue.dimensions):
        assert described(name, catalogue)["name"] == name
    listed = overview(catalogue)
    assert listed["version"] == catalogue.version
    assert len(listed["metrics"]) == len(catalogue.metrics)  # type: ignore[arg-type]


def test_a_metric_is_found_by_its_synonym_and_a_wrong_name_leads_to_the_nearest(
    catalogue: Catalogue,
) -> None:
    assert described("AOV", catalogue)["name"] == "average order value"
    assert described("average order value", catalogue)["made of"] == "revenue / completed orders"
    with pytest.raises(UnknownMetricError) as caught:
        described("revenu", catalogue)
    assert "revenue" in caught.value.hint
