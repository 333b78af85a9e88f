"""The proof against fan-out: what it lets through is right on any data that keeps its keys.

Random small tables, joins, groupings and sums. What is proven has to equal a sum over distinct rows
by brute force; what is refused must include every query that the data show to be inflated.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import duckdb
import ibis
import pytest

from analytics.errors import FanOutError
from analytics.query.proof import Prover

TYPES = {"id": "int64", "a": "int64", "b": "int64", "v": "int64", "row": "int64"}
N_CASES = 300


@dataclass
class Case:
    """A random join with a sum, and the same sum over distinct rows."""

    expression: ibis.Table
    truth: str
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)


def make_table(
    rng: random.Random, name: str, database: duckdb.DuckDBPyConnection
) -> tuple[str, ...]:
    """Fill a table and return its key; three in four are unique on something."""
    key = rng.choice((("id",), ("id",), ("a", "b"), ()))
    rows, seen = [], set()
    for row in range(rng.randint(1, 8)):
        values = {c: rng.choice((None, *range(1, 5))) for c in ("id", "a", "b")}
        if key:
            values |= {c: rng.randint(1, 5) for c in key}
            if tuple(values[c] for c in key) in seen:
                continue
            seen.add(tuple(values[c] for c in key))
        rows.append((values["id"], values["a"], values["b"], rng.randint(-5, 9), row))
    database.execute(f"CREATE OR REPLACE TABLE {name} (id INT, a INT, b INT, v INT, row INT)")
    if rows:
        database.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?)", rows)
    return key


def random_case(rng: random.Random, database: duckdb.DuckDBPyConnection) -> Case:
    names = ["t0", "t1", "t2"][: rng.randint(2, 3)]
    keys = {name: key for name in names if (key := make_table(rng, name, database))}
    tables = {n: ibis.table(TYPES, name=n).rename({f"{n}_{c}": c for c in TYPES}) for n in names}
    joined, sides = tables["t0"], ["t0"]
    for name in names[1:]:
        right, by = tables[name], rng.choice(("id", "a"))
        if rng.random() < 0.3:  # summed before it is joined
            right = right.group_by(f"{name}_{by}").aggregate(
                **{f"{name}_v": right[f"{name}_v"].sum(), f"{name}_row": right[f"{name}_row"].min()}
            )
        other = rng.choice(sides)
        here = rng.choice([c for c in (f"{other}_id", f"{other}_a") if c in joined.columns] or [""])
        if not here:
            continue
        on = [joined[here] == right[f"{name}_{by}"]]
        if rng.random() < 0.3 and {f"{other}_b", f"{name}_b"} <= {*joined.columns, *right.columns}:
            on.append(joined[f"{other}_b"] == right[f"{name}_b"])
        how = rng.choice(("left", "inner"))
        joined = joined.join(right, on, how=how)
        sides.append(name)
    if rng.random() < 0.3:
        joined = joined.filter(joined["t0_v"] > -3)
    return _summed(rng, joined, sides, keys)


def _summed(
    rng: random.Random, joined: ibis.Table, sides: list[str], keys: dict[str, tuple[str, ...]]
) -> Case:
    groupable = sorted(set(joined.columns) & {f"{s}_{c}" for s in sides for c in ("a", "b", "id")})
    by = rng.sample(groupable, rng.randint(0, min(2, len(groupable))))
    one, two = rng.choice(sides), rng.choice(sides)
    v, w = joined[f"{one}_v"], joined[f"{two}_v"]
    counted = f"({one}_row)"
    match rng.choice(("sum", "count", "plus", "times", "values")):
        case "sum":
            value, parts = v.sum(), [(f"{one}_v", counted)]
        case "count":
            value, parts = joined.count(), [("1", "(t0_row)")]
        case "values":
            value, parts = v.count(), [(f"CASE WHEN {one}_v IS NULL THEN 0 ELSE 1 END", counted)]
        case "plus":
            value = (v.fill_null(0) + w.fill_null(0)).sum()
            parts = [(f"coalesce({one}_v, 0)", counted), (f"coalesce({two}_v, 0)", f"({two}_row)")]
        case _:
            value, parts = (v * w).sum(), [(f"{one}_v * {two}_v", f"({one}_row, {two}_row)")]
    expression = joined.group_by(by).aggregate(n=value) if by else joined.aggregate(n=value)
    rows = ibis.to_sql(joined, dialect="duckdb")
    keyed = ", ".join(by)
    sums = []
    for part, rowid in parts:
        distinct = (
            f"SELECT DISTINCT {keyed + ',' if by else ''} {rowid} AS r, {part} AS p FROM ({rows})"
        )
        sums.append(
            f"SELECT {keyed + ',' if by else ''} sum(p) AS s FROM ({distinct}) GROUP BY ALL"
        )
    total = " UNION ALL ".join(sums)
    truth = f"SELECT {keyed + ',' if by else ''} sum(s) FROM ({total}) GROUP BY ALL"
    return Case(expression=expression, truth=truth, keys=keys)


def _sorted(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    zeroed = [(*row[:-1], row[-1] or 0) for row in rows]
    return sorted(zeroed, key=repr)


def test_what_is_proven_equals_brute_force_and_what_inflates_is_refused() -> None:
    rng = random.Random(5)
    database = duckdb.connect(config={"threads": 1})
    proven = refused = inflated = 0
    for number in range(N_CASES):
        case = random_case(rng, database)
        ours = _sorted(
            database.execute(str(ibis.to_sql(case.expression, dialect="duckdb"))).fetchall()
        )
        right = _sorted(database.execute(case.truth).fetchall()) if ours else ours
        try:
            Prover(case.keys).prove(case.expression)
        except FanOutError:
            refused += 1
            inflated += ours != right
            continue
        proven += 1
        assert ours == right or not right, (number, case.keys, case.truth, ours, right)
    assert proven > N_CASES / 4, "a proof that refuses everything proves nothing"
    assert inflated > N_CASES / 20, "the data must show what is refused"


def _orders_and_lines() -> tuple[ibis.Table, ibis.Table]:
    orders = ibis.table({"order_id": "int64", "discount": "float64"}, name="orders")
    lines = ibis.table({"order_id": "int64", "line_no": "int64", "price": "float64"}, name="lines")
    return orders, lines


KEYS = {"orders": ("order_id",), "lines": ("order_id", "line_no")}


def test_a_discount_summed_over_lines_is_refused_by_name() -> None:
    orders, lines = _orders_and_lines()
    joined = orders.left_join(lines, "order_id")
    with pytest.raises(FanOutError, match="rows of orders more than once"):
        Prover(KEYS).prove(joined.aggregate(net=(joined.price - joined.discount).sum()))
    Prover(KEYS).prove(joined.aggregate(gross=joined.price.sum()))
    with pytest.raises(FanOutError):
        Prover(KEYS).prove(joined.aggregate(orders=joined.count()))
    Prover(KEYS).prove(joined.aggregate(orders=joined.order_id.nunique()))


def test_lines_summed_before_the_join_are_proven_and_the_key_relied_on_is_known() -> None:
    orders, lines = _orders_and_lines()
    sums = lines.group_by("order_id").aggregate(gross=lines.price.sum())
    joined = orders.left_join(sums, "order_id")
    Prover({"orders": ("order_id",)}).prove(
        joined.aggregate(net=(joined.gross - joined.discount).sum())
    )
    prover = Prover(KEYS)
    right = orders.rename(key="order_id")
    joined = lines.left_join(right, lines.order_id == right["key"])
    prover.prove(joined.aggregate(gross=joined.price.sum()))
    assert prover.relied_on == {"orders"}


def test_without_a_declared_key_a_join_proves_nothing() -> None:
    orders, lines = _orders_and_lines()
    right = orders.rename(key="order_id")
    joined = lines.left_join(right, lines.order_id == right["key"])
    with pytest.raises(FanOutError, match="more than once") as caught:
        Prover({}).prove(joined.aggregate(gross=joined.price.sum()))
    assert "Declare the key" in caught.value.hint


def test_rows_repeated_for_each_period_are_apart_when_grouped_by_period() -> None:
    orders, _ = _orders_and_lines()
    steps = ibis.range(0, 3).unnest().name("step").as_table()
    crossed = orders.cross_join(steps)
    Prover(KEYS).prove(crossed.group_by("step").aggregate(n=crossed.count()))
    with pytest.raises(FanOutError):
        Prover(KEYS).prove(crossed.aggregate(n=crossed.count()))
