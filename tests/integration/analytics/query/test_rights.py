"""What an asker may see is decided inside the query: 2,000 random cases, none of which leaks."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

import duckdb
import ibis
import pytest

from analytics.catalogue import Catalogue
from analytics.errors import QueryError, QuestionError
from analytics.insights import CatalogueInsights
from analytics.model import Filter, Finding, MetricQuery, Period
from analytics.query.rights import RestrictedWarehouse, Rights, RowRule, visible
from analytics.query.warehouse import DuckDBWarehouse
from analytics.schema import TABLES
from analytics.serving import ServedInsights
from tests.contract.analytics.frame_warehouse import FrameWarehouse
from tests.integration.analytics.query.comparing import Rows, assert_same, compiled_rows
from tests.integration.analytics.query.handmade import handmade_tables
from tests.integration.analytics.query.random_warehouse import random_tables, write_warehouse

AS_OF = date(2026, 6, 30)
N_CASES = 2_000
N_COMPILED = 60
IN_THE_NORTH = Filter(dimension="region", operator="=", values=("North",))
NORTH = RowRule(entity="customer", conditions=(IN_THE_NORTH,))


def rule(entity: str, column: str, *values: str | int, nobody: bool = False) -> RowRule:
    condition = Filter(dimension=column, operator="in", values=values)
    return RowRule(entity=entity, conditions=(condition,), shows_rows_of_nobody=nobody)


RULES = (
    (rule("customer", "region", "North"),),
    (rule("customer", "region", "North", "South", nobody=True),),
    (rule("customer", "plan", "premium"), rule("service", "owner_team", "Network", nobody=True)),
    (rule("product", "category", "Audio", "Phones"),),
    (rule("campaign", "channel", "email", nobody=True),),
)


def reduced(folder: Path, rules: tuple[RowRule, ...], out: Path) -> Path:
    """Write the warehouse that holds only what may be seen, by SQL of its own."""
    database = duckdb.connect()
    for name in TABLES:
        database.execute(f"CREATE TABLE {name} AS SELECT * FROM '{folder / name}.parquet'")
    tables = {"customer": "customers", "service": "services", "product": "products",
              "campaign": "campaigns"}  # fmt: skip
    nobody = {tables[r.entity]: r.shows_rows_of_nobody for r in rules}
    for one in rules:
        (condition,) = one.conditions
        values = ", ".join(f"'{value}'" for value in condition.values)
        database.execute(
            f"DELETE FROM {tables[one.entity]} "
            f"WHERE coalesce({condition.dimension} NOT IN ({values}), true)"
        )
    touched = dict(nobody)
    while True:  # until nothing that belongs to something hidden is left
        before = dict(touched)
        for name, table in TABLES.items():
            for column in table.columns:
                parent = column.references
                if parent is None or parent not in touched or parent == name:
                    continue
                (key,) = TABLES[parent].key
                null = f"{column.name} IS NOT NULL AND" if touched[parent] else ""
                database.execute(
                    f"DELETE FROM {name} WHERE {null} coalesce({column.name} NOT IN "
                    f"(SELECT {key} FROM {parent}), true)"
                )
                touched[name] = touched.get(name, True) and touched[parent]
        if touched == before:
            break
    out.mkdir()
    for name in TABLES:
        database.execute(f"COPY {name} TO '{out / name}.parquet' (FORMAT parquet)")
    return out


def random_query(rng: random.Random, catalogue: Catalogue) -> MetricQuery:
    names = [n for n, m in catalogue.metrics.items() if m.formula is not None]
    metric = rng.choice(names)
    splits = [d.name for d in catalogue.dimensions_of(metric) if d.groupable]
    dimensions = tuple(rng.sample(splits, rng.choice((0, 1, 1, 2)))) if len(splits) > 1 else ()
    start = date(rng.choice((2024, 2025)), rng.randint(1, 12), 1)
    return MetricQuery(
        metrics=(metric,),
        dimensions=dimensions,
        period=rng.choice((None, Period(start=start, end=date(2026, rng.randint(1, 6), 1)))),
        grain=rng.choice((None, None, "quarter")),
        as_of=AS_OF,
    )


@pytest.fixture(scope="module", params=range(len(RULES)))
def pair(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    random_folder: Path,
    catalogue: Catalogue,
) -> tuple[RestrictedWarehouse, DuckDBWarehouse]:
    rules = RULES[request.param]
    folder = reduced(random_folder, rules, tmp_path_factory.mktemp("seen") / "w")
    whole = DuckDBWarehouse(random_folder)
    return RestrictedWarehouse(whole, catalogue, Rights(rows=rules)), DuckDBWarehouse(folder)


def test_metrics_are_those_of_a_warehouse_that_holds_nothing_else(
    pair: tuple[RestrictedWarehouse, DuckDBWarehouse], catalogue: Catalogue
) -> None:
    restricted, seen = pair
    rng = random.Random(11)
    done = 0
    while done < N_COMPILED // len(RULES):
        query = random_query(rng, catalogue)
        try:
            expected = compiled_rows(query, seen, catalogue)
        except (QueryError, QuestionError):
            continue
        assert_same(compiled_rows(query, restricted, catalogue), expected)
        done += 1


def test_2000_random_rules_let_no_row_through(catalogue: Catalogue) -> None:
    """Every row that is left leads, over every reference, to things that meet the rules."""
    rng = random.Random(13)
    values = {
        ("customer", "customers"): ("region", "plan", "country", "gender"),
        ("product", "products"): ("category", "kind"),
        ("campaign", "campaigns"): ("channel", "objective"),
        ("service", "services"): ("owner_team", "name"),
    }  # fmt: skip
    whole = FrameWarehouse(random_tables(3))
    database = whole._connection
    known = {
        (table, column): sorted(
            str(value)
            for (value,) in database.execute(
                f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL"
            ).fetchall()
        )
        for (_, table), columns in values.items()
        for column in columns
    }
    cases = 0
    while cases < N_CASES:
        (entity, table), columns = rng.choice(sorted(values.items()))
        column = rng.choice(columns)
        chosen = tuple(rng.sample(known[table, column], rng.randint(1, 2)))
        one = rule(entity, column, *chosen, nobody=rng.random() < 0.5)
        restricted = RestrictedWarehouse(whole, catalogue, Rights(rows=(one,)))
        key = TABLES[table].key[0]
        allowed = f"SELECT {key} FROM {table} WHERE {column} IN {_listed(chosen)}"
        counts, expected = [], {}
        for child in sorted(TABLES):
            links = [c for c in TABLES[child].columns if c.references == table]
            if child != table and not links:
                continue
            rows = restricted.table(child)
            counts.append(rows.aggregate(n=rows.count()).mutate(child=ibis.literal(child)))
            where = [f"{key} IN ({allowed})"] if child == table else []
            for link in links:
                null = f"{link.name} IS NULL OR" if one.shows_rows_of_nobody else ""
                where.append(f"({null} {link.name} IN ({allowed}))")
            expected[child] = f"SELECT count(*) FROM {child} WHERE {' AND '.join(where)}"
        frame, _ = restricted.run(ibis.union(*counts) if len(counts) > 1 else counts[0])
        for n, child in zip(frame["n"], frame["child"], strict=True):
            (most,) = database.execute(expected[child]).fetchone() or (0,)
            assert n <= most, (one, child)
            cases += 1
    assert cases >= N_CASES


def _listed(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


def test_a_rule_that_names_nothing_is_refused_and_hides_not_by_luck(catalogue: Catalogue) -> None:
    warehouse = FrameWarehouse(handmade_tables())
    for wrong in (rule("galaxy", "region", "North"), rule("customer", "mood", "good")):
        with pytest.raises(QueryError, match="access rule"):
            RestrictedWarehouse(warehouse, catalogue, Rights(rows=(wrong,)))


def test_other_rights_have_another_version_of_the_data(catalogue: Catalogue) -> None:
    warehouse = FrameWarehouse(handmade_tables())
    marks = {
        RestrictedWarehouse(warehouse, catalogue, Rights(rows=rules)).version() for rules in RULES
    }
    assert len(marks | {warehouse.version()}) == len(RULES) + 1


def test_a_hidden_metric_does_not_exist_for_the_asker(catalogue: Catalogue) -> None:
    revenue = replace(catalogue.metric("revenue"), access=("finance",))
    plan = replace(catalogue.dimension("plan"), access=())
    closed = replace(
        catalogue,
        metrics=MappingProxyType({**catalogue.metrics, "revenue": revenue}),
        dimensions=MappingProxyType({**catalogue.dimensions, "plan": plan}),
    )
    mine = visible(closed, Rights(groups=("everyone",)))
    with pytest.raises(QuestionError, match="no metric 'revenue'"):
        mine.metric("revenue")
    with pytest.raises(QuestionError, match="no dimension 'plan'"):
        mine.dimension("plan")
    assert visible(closed, Rights(groups=("finance",))).metric("revenue")


# ---- a running server


class Served:
    """Served insights whose rights come from a table of groups."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self.made = 0
        rights = {"north": Rights(rows=(NORTH,))}

        def make(warehouse: object, seen: Catalogue) -> CatalogueInsights:
            self.made += 1
            return CatalogueInsights(warehouse=warehouse, catalogue=seen)  # type: ignore[arg-type]

        self.insights = ServedInsights(
            warehouse=DuckDBWarehouse(folder),
            catalogue=catalogue,
            make=make,
            rights_of=lambda groups: rights.get(groups[0], Rights()),
        )

    def rows(self, text: str, *groups: str) -> Rows:
        found = self.insights.ask(text, groups=groups or ("everyone",))
        assert isinstance(found, Finding), found
        return list(found.rows)


def test_two_askers_get_their_own_numbers_and_share_nothing(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    served = Served(write_warehouse(tmp_path / "w", handmade_tables()), catalogue)
    everyone = served.rows("orders by region")
    north = served.rows("orders by region", "north")
    assert {row[0] for row in north} == {"North"}
    assert len(everyone) > 1
    assert served.rows("orders by region") == everyone
    assert served.made == 2


def test_a_running_server_notices_that_its_warehouse_was_replaced(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    folder = write_warehouse(tmp_path / "w", handmade_tables())
    served = Served(folder, catalogue)
    ((before,),) = served.rows("how many orders in May 2026")
    tables = handmade_tables()
    tables["orders"] = tables["orders"].query("order_id != 11")
    folder.rename(tmp_path / "old")
    write_warehouse(folder, tables)
    ((after,),) = served.rows("how many orders in May 2026")
    assert (before, after) == (2, 1)
    assert served.made == 2
