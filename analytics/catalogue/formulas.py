"""Formulas of metrics as entries say them: resolved to measures, each kind in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analytics.catalogue.expressions import Apply, Constant, Name, Node, names_in, parse
from analytics.catalogue.parts import Followed, Formula, Keep, Measure, Trailing
from analytics.catalogue.schema import (
    ConversionEntry,
    FormulaEntry,
    MeasureEntry,
    MetricsFile,
)


def identifier(name: str) -> str:
    """Return a metric's or measure's name as a formula writes it: spaces and hyphens as _."""
    return name.replace(" ", "_").replace("-", "_")


def measure_of(name: str, entry: MeasureEntry) -> Measure:
    """Return a measure as its entry says it."""
    return Measure(
        name=name,
        fact=entry.fact,
        aggregate=entry.aggregate,
        column=entry.column,
        per=entry.per,
        at_least=entry.at_least,
        where=tuple(sorted((column, tuple(v)) for column, v in entry.where.items())),
        dated_by=entry.dated_by,
        ended_by=entry.ended_by,
        time=entry.time,
        keep=Keep(take=entry.keep.take, per=tuple(entry.keep.per)) if entry.keep else None,
    )


class Formulas:
    """Formulas by metric; measures that a formula brings along are added to `measures`.

    Parameters
    ----------
    file : MetricsFile
        Checked: every name exists, no metric is made of itself.
    measures : Mapping[str, Measure]
        Those the file declares.
    """

    def __init__(self, file: MetricsFile, measures: Mapping[str, Measure]) -> None:
        self.measures = dict(measures)
        self._entries = {m.name: m.formula for m in file.metrics if m.formula is not None}
        self._names = {identifier(name): name for name in self._entries}
        self._made: dict[str, Formula] = {}

    def of(self, metric: str) -> Formula:
        """Return the formula of a metric."""
        if metric not in self._made:
            self._made[metric] = self._formula(metric, self._entries[metric])
        return self._made[metric]

    def adds_up(self, formula: Formula) -> bool:
        """Say whether the parts of a breakdown add up to the whole."""
        if formula.tree is not None:
            return self._is_linear(formula.tree, formula) and bool(names_in(formula.tree))
        measure = self.measures[formula.numerator]
        summed = measure.aggregate in ("count", "count_values", "sum")
        return formula.is_plain and summed and measure.keep is None

    def _is_linear(self, node: Node, formula: Formula) -> bool:
        if isinstance(node, Name):
            return self.adds_up(dict(formula.leaves)[node.name])
        if isinstance(node, Constant):
            return node.value == 0  # a sign; any other constant would be added once per group
        assert isinstance(node, Apply)
        left, right = node.parts
        if node.operator in ("+", "-"):
            return self._is_linear(left, formula) and self._is_linear(right, formula)
        if isinstance(right, Constant):
            return self._is_linear(left, formula)
        return (
            node.operator == "*" and isinstance(left, Constant) and self._is_linear(right, formula)
        )

    def _formula(self, metric: str, entry: FormulaEntry) -> Formula:
        if entry.expression is not None:
            return self._derived(parse(entry.expression, functions=False))
        if entry.running is not None:
            return _plain(self._running(entry.running, entry))
        if entry.conversion is not None:
            followed = self._followed(metric, entry.conversion)
            first = entry.conversion.first
            return Formula(
                numerator=followed, denominator=first, scale=entry.scale, complement=False
            )
        if entry.measure is not None:
            return _plain(entry.measure)
        return Formula(
            numerator=entry.numerator or "",
            denominator=entry.denominator,
            scale=entry.scale,
            complement=entry.complement,
        )

    def _derived(self, tree: Node) -> Formula:
        leaves = {name: self.of(self._names[name]) for name in names_in(tree)}
        used = [m for leaf in leaves.values() for m in leaf.measures()]
        return Formula(
            numerator=used[0],
            denominator=used[-1],
            scale=1,
            complement=False,
            tree=tree,
            leaves=tuple(leaves.items()),
        )

    def _running(self, name: str, entry: FormulaEntry) -> str:
        base = self.measures[name]
        trailing = entry.trailing
        if entry.since is not None:
            words = f"{entry.since} to date"
        elif trailing is not None:
            words = f"last {trailing.n} {trailing.grain}s"
        else:
            words = "running"
        new = f"{name} ({words})"
        self.measures[new] = replace(
            base,
            name=new,
            ended_by=None,
            time="running",
            since=entry.since,
            trailing=Trailing(n=trailing.n, grain=trailing.grain) if trailing else None,
        )
        return new

    def _followed(self, metric: str, entry: ConversionEntry) -> str:
        base, then = self.measures[entry.first], self.measures[entry.then]
        column = f"followed_{identifier(metric)}"
        new = f"{entry.first} with {metric}"
        self.measures[new] = replace(
            base,
            name=new,
            where=(*base.where, (column, (True,))),
            followed=Followed(
                column=column,
                by=entry.by,
                fact=then.fact,
                there=entry.there or entry.by,
                dated_by=then.dated_by or "",
                where=then.where,
                within_days=entry.within_days,
                strictly_after=entry.strictly_after,
            ),
        )
        return new


def _plain(measure: str) -> Formula:
    return Formula(numerator=measure, denominator=None, scale=1, complement=False)
