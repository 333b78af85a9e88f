"""Keys: what the tables are declared to be unique on, and whether the data keep to it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

import ibis
import ibis.expr.operations as ops

from analytics.catalogue import Catalogue
from analytics.errors import FanOutError
from analytics.ports import Warehouse
from analytics.query.proof import Prover
from analytics.schema import TABLES


def declared_keys(catalogue: Catalogue) -> Mapping[str, tuple[str, ...]]:
    """Return for each table the columns that no two rows share, as schema and catalogue say."""
    own = {e.table: (e.key,) for e in catalogue.entities.values() if e.key is not None}
    # Somebody's own table may be called as one of ours; what their catalogue says of it holds.
    return {**{name: table.key for name, table in TABLES.items()}, **own}


def tables_of(expression: ibis.Table) -> tuple[str, ...]:
    """Return the names of the tables that an expression reads, sorted."""
    return tuple(sorted({node.name for node in expression.op().find(ops.UnboundTable)}))


class KeyLedger:
    """Remembers, for one state of the data, which tables keep their declared key.

    A declared key is a promise about somebody's data; the proof of a query is worth as much as the
    keys it rests on, so each is counted once per state of the data.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = ""
        self._duplicates: dict[str, int] = {}
        self._sizes: dict[str, int] = {}

    def prove(self, expression: ibis.Table, warehouse: Warehouse, catalogue: Catalogue) -> None:
        """Prove that an expression inflates nothing, from keys that the data keep to.

        Raises
        ------
        FanOutError
            When a join may count something more than once, or a key it rests on has duplicates.
        """
        keys = declared_keys(catalogue)
        prover = Prover(keys)
        prover.prove(expression)
        for table in sorted(prover.relied_on):
            n = self._measured(table, keys[table], warehouse)[1]
            if n:
                named = " and ".join(keys[table])
                raise FanOutError(
                    f"{n:,} rows of {table} share their {named} with another row, so what is "
                    "joined to them would count more than once.",
                    hint=f"Load {table} again with one row for each {named}.",
                )

    def n_rows(self, tables: Iterable[str], warehouse: Warehouse, catalogue: Catalogue) -> int:
        """Return how many rows some tables have together."""
        keys = declared_keys(catalogue)
        return sum(self._measured(name, keys.get(name, ()), warehouse)[0] for name in tables)

    def _measured(self, name: str, key: tuple[str, ...], warehouse: Warehouse) -> tuple[int, int]:
        version = warehouse.version()
        with self._lock:
            if version != self._version:
                self._version = version
                self._duplicates.clear()
                self._sizes.clear()
            if name in self._sizes:
                return self._sizes[name], self._duplicates[name]
        rows, extra = _count(warehouse.table(name), key, warehouse)
        with self._lock:
            if version == self._version:
                self._sizes[name], self._duplicates[name] = rows, extra
        return rows, extra


def _count(table: ibis.Table, key: tuple[str, ...], warehouse: Warehouse) -> tuple[int, int]:
    """Return the rows of a table, and how many of them repeat a key; rows without one do not."""
    if not key:
        counted = table.aggregate(rows=table.count())
    elif len(key) == 1:
        column = table[key[0]]
        counted = table.aggregate(rows=table.count(), keyed=column.count(), keys=column.nunique())
    else:
        groups = table.group_by(list(key)).aggregate(n=table.count())
        known = groups[key[0]].notnull()
        for name in key[1:]:
            known = known & groups[name].notnull()
        counted = groups.aggregate(
            rows=groups.n.sum(), keyed=groups.n.sum(where=known), keys=groups.count(where=known)
        )
    row = warehouse.run(counted)[0].fillna(0).iloc[0]
    return int(row["rows"]), int(row["keyed"] - row["keys"]) if key else 0
