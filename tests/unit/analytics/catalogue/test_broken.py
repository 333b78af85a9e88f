# ruff: noqa: E501 - the YAML of a metric is one line
"""Broken catalogues: each mistake is found, with its file, its line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.catalogue import load_catalogue
from analytics.catalogue.loader import problems_of
from analytics.errors import CatalogueError

FACTS = """\
newest: [sales.sold_at]
entities:
  sale: {table: sales, key: sale_id, computed: {worth: pieces * price}}
  shop: {table: shops, key: shop_id, shown_by: title}
  second_shop: {role_of: shop}
  line: {table: lines}
facts:
  sales:
    entity: sale
    key: sale_id
    dates: [sold_at]
    sums: [worth, pieces]
    reaches:
      shop: {path: [{entity: shop, by: shop_id}], cardinality: many to one}
    finer: {fact: lines, reaches: [second_shop]}
  lines:
    entity: line
    key: sale_id
    repeats_key: true
    dates: [sold_at]
    sums: [worth, pieces]
    reaches:
      sale: {path: [{entity: sale, by: sale_id}], cardinality: many to one}
      shop: {path: [{entity: shop, by: shop_id}], cardinality: many to one}
      second_shop: {path: [{entity: second_shop, by: other_id}], cardinality: many to one}
"""
METRICS = """\
access: [everyone]
measures:
  worth: {fact: sales, aggregate: sum, column: worth, dated_by: sold_at}
  pieces: {fact: sales, aggregate: sum, column: pieces, dated_by: sold_at}
  sales: {fact: sales, aggregate: count, dated_by: sold_at}
  stock: {fact: sales, aggregate: sum, column: pieces, dated_by: sold_at, keep: {take: last}}
metrics:
  - {name: turnover, label: Turnover, synonyms: [revenue], unit: money, definition: d, dated_by: t, formula: {measure: worth}}
  - {name: pieces, label: Pieces, synonyms: [units], unit: count, definition: d, dated_by: t, formula: {measure: pieces}}
  - {name: sales, label: Sales, synonyms: [bills], unit: count, definition: d, dated_by: t, formula: {measure: sales}}
  - {name: price, label: Price, synonyms: [], unit: money, definition: d, dated_by: t, formula: {expression: turnover / pieces}}
  - {name: so far, label: So far, synonyms: [], unit: money, definition: d, dated_by: t, formula: {running: worth, since: year}}
  - {name: again, label: Again, synonyms: [], unit: fraction, definition: d, dated_by: t, formula: {conversion: {first: sales, then: sales, by: shop_id, within_days: 30}}}
"""
DIMENSIONS = """\
access: [everyone]
hierarchies:
  - {name: places, levels: [country, shop]}
dimensions:
  - {name: shop, entity: shop, column: title, kind: entity, label: Shop, synonyms: [store]}
  - {name: country, entity: shop, column: land, kind: category, label: Country, values: [A, B]}
  - {name: other_country, entity: second_shop, like: country, label: Other country}
  - {name: weekday, entity: moment, computed: {day_of_week: [at]}, kind: category, label: Weekday}
"""
COLUMNS = {
    "sales": ["sale_id", "sold_at", "shop_id", "pieces", "price"],
    "lines": ["sale_id", "sold_at", "shop_id", "other_id", "worth", "pieces"],
    "shops": ["shop_id", "title", "land"],
}
FILES = {"facts.yaml": FACTS, "metrics.yaml": METRICS, "dimensions.yaml": DIMENSIONS}

# file, what stands there, what is written instead, code, words of the message or of the fix
BROKEN = [
    ("facts.yaml", "table: shops", "table: markets", "unknown_table", "markets"),
    ("facts.yaml", "pieces * price", "pieces * prize", "unknown_column", "'prize'"),
    ("facts.yaml", "pieces * price", "pieces ** price", "bad_formula", "not allowed"),
    ("facts.yaml", "pieces * price", "pieces * (price", "bad_formula", "not a formula"),
    ("facts.yaml", "pieces * price", "exec(price)", "bad_formula", "no function 'exec'"),
    ("facts.yaml", "key: shop_id", "key: shop_no", "unknown_column_of_shops:", "shop_no"),
    ("facts.yaml", "shown_by: title", "shown_by: tilte", "unknown_column_of_shops:", "title"),
    ("facts.yaml", "role_of: shop", "role_of: shopp", "unknown_entity", "Did you mean 'shop'?"),
    ("facts.yaml", "role_of: shop}", "role_of: shop, key: x}", "role_with_table", "only role_of"),
    ("facts.yaml", "role_of: shop}", "role_of: second_shop}", "role_of_role", "a role itself"),
    ("facts.yaml", "{table: lines}", "{key: x}", "no_table", "has no table"),
    ("facts.yaml", "dates: [sold_at]", "dates: [sold_on]", "unknown_column_of_sales:", "sold_at"),
    ("facts.yaml", "sums: [worth, pieces]", "sums: [luck]", "unknown_column_of_sales:", "luck"),
    ("facts.yaml", ", cardinality: many to one}", "}", "no_cardinality", "sales → shop"),
    ("facts.yaml", "many to one}", "one to many}", "fan_out", "would multiply rows"),
    ("facts.yaml", "many to one}", "many to many}", "fan_out", "gathers"),
    ("facts.yaml", "many to one}", "often}", "bad_cardinality", "'often'"),
    ("facts.yaml", "{entity: shop, by: shop_id}", "{entity: shop, by: shop}",
     "unknown_column_of_sales:", "shop_id"),
    ("facts.yaml", "{entity: shop, by: shop_id}", "{entity: line, by: shop_id}", "no_key", "line"),
    ("facts.yaml", "      shop: {path: [{entity: shop", "      shop: {path: [{entity: second_shop",
     "wrong_end", "ends at 'second_shop'"),
    ("facts.yaml", "    repeats_key: true\n", "", "fan_out", "repeats_key: true"),
    ("facts.yaml", "fact: lines, ", "fact: rows, ", "unknown_finer_fact", "rows"),
    ("facts.yaml", "reaches: [second_shop]", "reaches: [country]", "finer_does_not_reach", "path"),
    ("facts.yaml", "newest: [sales.sold_at]", "newest: [sales.sold]", "unknown_column_of_sales:",
     "sold"),
    ("facts.yaml", "    entity: sale\n", "    entity: sale\n    only: pieces > price > 1\n",
     "bad_formula", "not allowed"),
    ("facts.yaml", "  line: {table: lines}", "  sale: {table: lines}", "key_twice", "first is on"),
    ("facts.yaml", "    key: sale_id\n    dates", "    clef: sale_id\n    dates", "wrong_shape",
     "no such key"),
    ("metrics.yaml", "{measure: worth}", "{measure: wort}", "unknown_measure", "'worth'"),
    ("metrics.yaml", "fact: sales, aggregate: count", "fact: sails, aggregate: count",
     "unknown_fact", "'sales'"),
    ("metrics.yaml", "column: worth", "column: price", "not_summable", "'price'"),
    ("metrics.yaml", "dated_by: sold_at}", "dated_by: paid_at}", "unknown_date", "paid_at"),
    ("metrics.yaml", "aggregate: count,", "aggregate: count, time: snapshot,", "no_end",
     "ended_by"),
    ("metrics.yaml", "aggregate: count,", "aggregate: count_distinct,", "no_column", "nothing"),
    ("metrics.yaml", "aggregate: count,", "aggregate: min_count,", "no_per", "per: customer_id"),
    ("metrics.yaml", "aggregate: count,", "aggregate: count, where: {land: [A]},",
     "unknown_column_of_sales:", "land"),
    ("metrics.yaml", "aggregate: count,", "aggregate: count, time: running,", "running_measure",
     "formula"),
    ("metrics.yaml", "aggregate: count,", "aggregate: median,", "wrong_shape", "aggregate"),
    ("metrics.yaml", "synonyms: [units]", "synonyms: [revenue]", "synonym_twice", "'turnover'"),
    ("metrics.yaml", "{name: pieces,", "{name: turnover,", "defined_twice", "turnover"),
    ("metrics.yaml", "turnover / pieces", "turnover / peaces", "unknown_metric", "'pieces'"),
    ("metrics.yaml", "turnover / pieces", "turnover / price", "cycle", "price → price"),
    ("metrics.yaml", "turnover / pieces", "12 / 4", "formula_of_nothing", "names no metric"),
    ("metrics.yaml", "turnover / pieces", "max(turnover)", "bad_formula", "not allowed"),
    ("metrics.yaml", "turnover / pieces", "turnover + pieces", "unit_mismatch", "money and count"),
    ("metrics.yaml", "turnover / pieces", "pieces / sales", "unit_mismatch", "plain number"),
    ("metrics.yaml", "label: Sales, synonyms: [bills], unit: count",
     "label: Sales, synonyms: [bills], unit: hours", "unit_mismatch", "unit: count"),
    ("metrics.yaml", "label: Price,", "label: Price, type: cumulative,", "wrong_type", "derived"),
    ("metrics.yaml", "{running: worth, since: year}", "{running: stock}", "running_of_state",
     "plain flow measure"),
    ("metrics.yaml", "since: year", "since: year, trailing: {n: 3, grain: day}", "running_twice",
     "not both"),
    ("metrics.yaml", "{measure: sales}", "{measure: sales, since: year}", "not_running",
     "running total"),
    ("metrics.yaml", "within_days: 30", "within_days: 0", "wrong_shape", "within_days"),
    ("metrics.yaml", "then: sales", "then: stocks", "unknown_measure", "stocks"),
    ("metrics.yaml", "{first: sales,", "{first: worth,", "conversion_not_count", "counts its"),
    ("metrics.yaml", "{measure: pieces}", "{numerator: pieces}", "half_a_ratio", "both measures"),
    ("metrics.yaml", "{measure: pieces}", "{measure: pieces, running: worth}",
     "formula_of_two_kinds", "not both"),
    ("metrics.yaml", ", formula: {measure: pieces}", "", "no_formula", "one of the two"),
    ("metrics.yaml", "label: Pieces,", "label: Pieces, by: [planet],",
     "unknown_entity_or_dimension", "planet"),
    ("metrics.yaml", "measures:\n", "measures: [\n", "not_yaml", "not YAML"),
    ("dimensions.yaml", "column: title", "column: name", "unknown_column_of_shop:", "name"),
    ("dimensions.yaml", "column: land, ", "", "column_or_computed", "one of the two"),
    ("dimensions.yaml", "{day_of_week: [at]}", "{phase_of_moon: [at]}", "unknown_transform",
     "phase_of_moon"),
    ("dimensions.yaml", "{name: country, entity: shop", "{name: shop, entity: shop",
     "defined_twice", "shop"),
    ("dimensions.yaml", "{name: weekday", "{name: week", "named_as_grain", "length of time"),
    ("dimensions.yaml", "entity: second_shop", "entity: third_shop", "unknown_entity", "third"),
    ("dimensions.yaml", "like: country", "like: land", "unknown_dimension", "land"),
    ("dimensions.yaml", "entity: second_shop", "entity: sale", "like_of_other", "one entity"),
    ("dimensions.yaml", "levels: [country, shop]", "levels: [country, city]", "unknown_dimension",
     "city"),
    ("dimensions.yaml", "levels: [country, shop]", "levels: [country, shop, country]", "cycle",
     "never end"),
    ("dimensions.yaml", "levels: [country, shop]", "levels: [country, shop], loose: [x]",
     "loose_no_level", "no level"),
    ("dimensions.yaml", "values: [A, B]", "values: [A, A]", "value_twice", "'A' twice"),
    ("dimensions.yaml", "kind: entity, label: Shop", "label: Shop", "no_kind", "category"),
]  # fmt: skip


def written(folder: Path, **changed: str) -> Path:
    for name, text in FILES.items():
        (folder / name).write_text(changed.get(name, text), encoding="utf-8")
    return folder


def test_the_catalogue_that_is_broken_below_is_sound(tmp_path: Path) -> None:
    assert problems_of(written(tmp_path), columns=COLUMNS) == []


@pytest.mark.parametrize(("file", "old", "new", "code", "words"), BROKEN)
def test_a_mistake_is_named_with_file_line_and_fix(
    tmp_path: Path, file: str, old: str, new: str, code: str, words: str
) -> None:
    assert FILES[file].count(old) >= 1
    text = FILES[file].replace(old, new, 1)
    changed = FILES[file][: FILES[file].index(old)].count("\n") + 1
    problems = problems_of(written(tmp_path, **{file: text}), columns=COLUMNS)
    found = [p for p in problems if p.code == code]
    assert found, [str(p) for p in problems]
    problem = found[0]
    assert problem.file == file
    assert words in f"{problem.message} {problem.fix}"
    assert problem.fix
    # The line is that of the mistake, or of the entry that holds it.
    assert abs(problem.line - changed) <= (7 if file == "facts.yaml" else 2), str(problem)
    assert str(problem).startswith(f"{file}:{problem.line}: ")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    metrics = METRICS.replace("{measure: worth}", "{measure: wort}").replace("[units]", "[revenue]")
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(written(tmp_path, **{"metrics.yaml": metrics}))
    assert len(caught.value.problems) == 2
    assert "(1 more)" in caught.value.message
    assert caught.value.message.startswith("metrics.yaml:8:")


def test_the_exact_line_is_that_of_the_entry(tmp_path: Path) -> None:
    facts = FACTS.replace("by: other_id", "by: another_id")
    (problem,) = problems_of(written(tmp_path, **{"facts.yaml": facts}), columns=COLUMNS)
    lines = facts.splitlines()
    assert "another_id" in lines[problem.line - 1]


def test_a_cycle_of_three_is_told_as_a_way(tmp_path: Path) -> None:
    metrics = METRICS.replace("turnover / pieces", "b * 2") + (
        "  - {name: b, label: B, unit: money, definition: d, dated_by: t, "
        "formula: {expression: c * 2}}\n"
        "  - {name: c, label: C, unit: money, definition: d, dated_by: t, "
        "formula: {expression: price * 2}}\n"
    )
    (problem,) = problems_of(written(tmp_path, **{"metrics.yaml": metrics}))
    assert problem.code == "cycle"
    assert "price → b → c → price" in problem.message


def test_without_an_access_list_nobody_sees_a_metric(tmp_path: Path) -> None:
    metrics = METRICS.replace("access: [everyone]\n", "")
    catalogue = load_catalogue(written(tmp_path, **{"metrics.yaml": metrics}))
    assert catalogue.metrics["turnover"].access == ()
    assert not catalogue.visible_to(["managers"]).metrics
    shown = METRICS.replace("label: Turnover,", "label: Turnover, access: [managers],")
    catalogue = load_catalogue(written(tmp_path, **{"metrics.yaml": shown}))
    assert "turnover" not in catalogue.visible_to([]).metrics
    assert "price" in catalogue.visible_to([]).metrics
    assert catalogue.visible_to(["managers"]) is catalogue
