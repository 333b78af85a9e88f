"""Proof that no join of an expression makes a sum or a count too large.

The expression itself is examined, not the code that built it. Every table is an origin; its
declared key says how often a value of its columns can stand in a relation. A join to a side that
is unique on the joined columns repeats nothing; any other join repeats its other side, until a
grouping fixes the columns that tell the repetitions apart. A sum is proven when each of its terms
has a factor that is not repeated, a count when the rows counted are not. What cannot be proven is
refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import ibis
import ibis.expr.operations as ops
from ibis.expr.operations.relations import Simple

from analytics.errors import FanOutError

Names = frozenset[str]
Keys = frozenset[Names]
_MOST_KEYS: Final = 6
_INJECTIVE: Final = (
    ops.Date, ops.Cast, ops.TimestampAdd, ops.DateAdd, ops.IntervalFromInteger, ops.Multiply,
    ops.Literal, ops.TimestampFromYMDHMS, ops.DateFromYMD, ops.Field,
)  # fmt: skip
"""Steps from a number to the first day of its period; no two numbers meet on a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What is known of the rows of a relation."""

    origins: Mapping[str, frozenset[int]]
    """For each column, the tables that it is computed from."""
    keys: Keys
    """Sets of columns that no two rows share; the empty set: at most one row."""
    repeats: Mapping[int, tuple[Keys, ...]]
    """For each table that joins have repeated, per join the columns that tell copies apart."""
    base: int
    """The table whose rows these are."""


class Prover:
    """Examines expressions against declared keys.

    Parameters
    ----------
    keys
        For each table the columns that no two rows share; a table without an entry has none.
    """

    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        self._declared = keys
        self._known: dict[ops.Relation, Rows] = {}
        self._numbers = count()
        self._names: dict[int, str] = {}
        self.relied_on: set[str] = set()
        """Tables whose declared key the proofs so far rest on."""

    def prove(self, expression: ibis.Table) -> None:
        """Examine every sum and count of an expression.

        Raises
        ------
        FanOutError
            When a join may repeat what a sum or a count takes.
        """
        self._rows(expression.op())

    # --- relations ---------------------------------------------------------------------------

    def _rows(self, node: Any) -> Rows:
        if node not in self._known:
            self._known[node] = self._examined(node)
        return self._known[node]

    def _examined(self, node: Any) -> Rows:
        match node:
            case ops.JoinChain():
                return self._joined(node)
            case ops.Aggregate():
                return self._aggregated(node)
            case ops.Project():
                return self._projected(node, self._rows(node.parent), node.values)
            case ops.DropColumns() | ops.Reference():
                return _renamed(self._rows(node.parent), {name: name for name in node.schema})
            case ops.Distinct():
                self._rows(node.parent)
                return self._fresh(node, "distinct rows", frozenset({frozenset(node.schema)}))
            case ops.Set():
                self._rows(node.left), self._rows(node.right)
                keys = frozenset({frozenset(node.schema)}) if node.distinct else frozenset()
                return self._fresh(node, "rows put together", keys)
            case Simple() | ops.AliasedRelation():
                return self._rows(node.parent)  # sorting, filtering and cutting repeat nothing
            case ops.DummyTable():
                many = any(
                    value.find(ops.Unnest, filter=ops.Value) for value in node.values.values()
                )
                keys = frozenset(frozenset({n}) for n in node.values) if many else _one_row()
                return self._fresh(node, "periods", keys)
            case ops.PhysicalTable():
                return self._table(node)
            case _:
                for parent in node.find(ops.Relation, filter=ops.Node):
                    if parent is not node:
                        self._rows(parent)
                return self._fresh(node, type(node).__name__, frozenset())

    def _table(self, node: Any) -> Rows:
        key = self._declared.get(node.name, ())
        return self._fresh(node, node.name, frozenset({frozenset(key)}) if key else frozenset())

    def _fresh(self, node: Any, name: str, keys: Keys) -> Rows:
        number = next(self._numbers)
        self._names[number] = name
        origins = {column: frozenset({number}) for column in node.schema}
        return Rows(origins=origins, keys=keys, repeats={}, base=number)

    def _projected(self, node: Any, rows: Rows, values: Mapping[str, Any]) -> Rows:
        kept: dict[str, str] = {}  # old name: new name
        origins = {}
        for name, value in values.items():
            origins[name] = _origins(value, rows)
            if isinstance(value, ops.Field):
                kept.setdefault(value.name, name)
            elif (only := _injective(value)) is not None and frozenset({only}) in rows.keys:
                kept.setdefault(only, name)
        moved = _renamed(rows, kept)
        return Rows(origins=origins, keys=moved.keys, repeats=moved.repeats, base=moved.base)

    def _aggregated(self, node: Any) -> Rows:
        rows = self._rows(node.parent)
        fixed = frozenset(v.name for v in node.groups.values() if isinstance(v, ops.Field))
        for name, value in node.metrics.items():
            for reduction in value.find(ops.Reduction, filter=ops.Value):
                self._require_counted_once(reduction, rows, fixed, name)
        keys = frozenset({frozenset(node.groups)}) if node.groups else _one_row()
        return self._fresh(node, "groups", keys)

    # --- joins -------------------------------------------------------------------------------

    def _joined(self, node: Any) -> Rows:
        left = _qualified(self._rows(node.first), node.first)
        for link in node.rest:
            right = _qualified(self._rows(link.table), link.table)
            left = self._beside(left, right, link)
        moved: dict[str, str] = {}
        origins = {}
        for name, value in node.values.items():
            origins[name] = frozenset().union(
                *(
                    left.origins[_place(f.rel, f.name)]
                    for f in value.find(ops.Field, filter=ops.Value)
                )
            )
            if isinstance(value, ops.Field):
                moved.setdefault(_place(value.rel, value.name), name)
        renamed = _renamed(left, moved)
        return Rows(origins=origins, keys=renamed.keys, repeats=renamed.repeats, base=left.base)

    def _beside(self, left: Rows, right: Rows, link: Any) -> Rows:
        if link.how in ("semi", "anti"):
            return left
        pairs = _equal_columns(link, left, right)
        mine, theirs = frozenset(pairs.values()), frozenset(pairs)
        one_there = any(key <= theirs for key in right.keys)
        one_here = any(key <= mine for key in left.keys)
        self._rely(right, theirs, needed=one_there)
        self._rely(left, mine, needed=one_here)
        apart_right = frozenset(frozenset(key - theirs) for key in right.keys)
        apart_left = frozenset(frozenset(key - mine) for key in left.keys)
        repeats = {o: (*left.repeats.get(o, ()), *(() if one_there else (apart_right,)))
                   for o in _all(left)}  # fmt: skip
        repeats |= {o: (*right.repeats.get(o, ()), *(() if one_here else (apart_left,)))
                    for o in _all(right)}  # fmt: skip
        keys = set(left.keys) if one_there else set()
        if one_here and link.how == "inner":
            keys |= right.keys
        if not one_there:
            keys |= {
                a | frozenset(pairs.get(c, c) for c in b) for a in left.keys for b in right.keys
            }
        return Rows(
            origins={**left.origins, **right.origins},
            keys=frozenset(sorted(keys, key=lambda k: (len(k), sorted(k)))[:_MOST_KEYS]),
            repeats={o: found for o, found in repeats.items() if found},
            base=left.base,
        )

    def _rely(self, rows: Rows, on: Names, *, needed: bool) -> None:
        """Note the tables whose declared keys say that a side is unique on its columns."""
        if needed:
            origins = frozenset().union(*(rows.origins.get(name, frozenset()) for name in on))
            names = {self._names[origin] for origin in origins}
            self.relied_on |= {name for name in names if name in self._declared}

    # --- sums and counts ---------------------------------------------------------------------

    def _require_counted_once(self, reduction: Any, rows: Rows, fixed: Names, name: str) -> None:
        once = {o for o in _all(rows) if _told_apart(rows.repeats.get(o, ()), fixed)}
        if isinstance(reduction, ops.CountStar):
            if rows.base not in once:
                raise self._refusal(name, frozenset({rows.base}))
        elif isinstance(reduction, ops.Sum | ops.Mean | ops.Count):
            for term in _terms(reduction.arg):
                origins = _origins(term, rows)
                if origins and not origins & once:
                    raise self._refusal(name, origins)

    def _refusal(self, name: str, origins: Iterable[int]) -> FanOutError:
        tables = ", ".join(sorted({self._names[o] for o in origins}))
        return FanOutError(
            f"{name}: a join would count rows of {tables} more than once, so no number is given.",
            hint="Declare the key of the joined table, or sum its rows before they are joined.",
        )


def _one_row() -> Keys:
    return frozenset({frozenset()})


def _all(rows: Rows) -> frozenset[int]:
    return frozenset({rows.base}).union(*rows.origins.values())


def _told_apart(repeats: Iterable[Keys], fixed: Names) -> bool:
    """Say whether every repetition lies in groups of its own."""
    return all(any(columns <= fixed for columns in apart) for apart in repeats)


def _origins(value: Any, rows: Rows) -> frozenset[int]:
    """Return the tables that a value is computed from; a constant belongs to every row once."""
    fields = value.find(ops.Field, filter=ops.Value)
    if not fields:
        return frozenset(o for o in _all(rows) if o not in rows.repeats)
    return frozenset().union(*(rows.origins.get(f.name, frozenset()) for f in fields))


def _terms(value: Any) -> list[Any]:
    """Return what is added up in a value."""
    if isinstance(value, ops.Add | ops.Subtract):
        return [*_terms(value.left), *_terms(value.right)]
    if isinstance(value, ops.Cast | ops.TryCast | ops.Negate):
        return _terms(value.arg)
    return [value] if value.find(ops.Field, filter=ops.Value) else []


def _injective(value: Any) -> str | None:
    """Return the one column that a value is made from without any two meeting."""
    nodes = value.find(ops.Value, filter=ops.Value)
    fields = {node.name for node in nodes if isinstance(node, ops.Field)}
    if len(fields) == 1 and all(isinstance(node, _INJECTIVE) for node in nodes):
        return str(next(iter(fields)))
    return None


def _renamed(rows: Rows, names: Mapping[str, str]) -> Rows:
    """Give columns other names; keys that lose a column are lost."""

    def moved(keys: Keys) -> Keys:
        return frozenset(frozenset(names[c] for c in key) for key in keys if key <= set(names))

    return Rows(
        origins={new: rows.origins[old] for old, new in names.items() if old in rows.origins},
        keys=moved(rows.keys),
        repeats={o: tuple(moved(apart) for apart in found) for o, found in rows.repeats.items()},
        base=rows.base,
    )


def _place(reference: Any, name: str) -> str:
    return f"{reference.identifier}.{name}"


def _qualified(rows: Rows, reference: Any) -> Rows:
    return _renamed(rows, {name: _place(reference, name) for name in rows.origins})


def _equal_columns(link: Any, left: Rows, right: Rows) -> dict[str, str]:
    """Return the right side's columns that a join sets equal to one of the left side's."""
    pairs = {}
    for predicate in link.predicates:
        if not isinstance(predicate, ops.Equals | ops.IdenticalTo):
            continue
        sides = (predicate.left, predicate.right)
        if not all(isinstance(side, ops.Field) for side in sides):
            continue
        a, b = (_place(side.rel, side.name) for side in sides)
        if a in left.origins and b in right.origins:
            pairs[b] = a
        elif b in left.origins and a in right.origins:
            pairs[a] = b
    return pairs
