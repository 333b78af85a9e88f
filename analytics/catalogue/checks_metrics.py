"""What can be wrong with measures and metrics."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.catalogue.build import kind_of
from analytics.catalogue.checks import Columns, Files, Findings, columns_of_fact, nearest
from analytics.catalogue.expressions import names_in, parse
from analytics.catalogue.formulas import Formulas, identifier, measure_of
from analytics.catalogue.nodes import Path, Problem
from analytics.catalogue.schema import (
    ConversionEntry,
    FormulaEntry,
    MeasureEntry,
    MetricEntry,
    MetricsFile,
)
from analytics.catalogue.units import fits, unit_of
from analytics.errors import ExpressionError

_MADE = frozenset({"ended_in_period", "minutes_in_period"})
"""Columns that the computation itself makes."""
_ROOTS = ("measure", "numerator", "expression", "running", "conversion")


def metric_problems(files: Files, columns: Columns | None) -> list[Problem]:
    """Return what is wrong with metrics.yaml."""
    found = Findings(files.lines[1])
    for name, entry in files.metrics.measures.items():
        _measure(name, entry, files, found, columns)
    _names(files.metrics, found)
    for position, metric in enumerate(files.metrics.metrics):
        _metric(position, metric, files, found)
    cycles = _cycles(files.metrics, found)
    if not found.problems and not cycles:
        _kinds_and_units(files.metrics, found)
    return sorted(found.problems, key=lambda p: p.line)


def _measure(
    name: str, entry: MeasureEntry, files: Files, found: Findings, columns: Columns | None
) -> None:
    path: Path = ("measures", name)
    if not found.known(entry.fact, files.facts.facts, path, "fact"):
        return
    fact = files.facts.facts[entry.fact]
    own = columns_of_fact(entry.fact, files.facts, columns)
    if entry.time != "span" and entry.dated_by not in fact.dates:
        message = f"date {entry.dated_by!r} of {entry.fact} does not exist."
        found.add("unknown_date", path, message, nearest(str(entry.dated_by), fact.dates))
    if entry.aggregate in ("sum", "mean") and entry.column not in fact.sums:
        message = f"column {entry.column!r} of {entry.fact} does not exist among its sums."
        found.add("not_summable", path, message, nearest(str(entry.column), fact.sums))
    if entry.aggregate in ("count_distinct", "mean_distinct") and entry.column is None:
        fix = "Name the column whose values are counted."
        found.add("no_column", path, f"{name!r} counts distinct values of nothing.", fix)
    if entry.aggregate in ("min_count", "mean_distinct") and entry.per is None:
        message = f"{name!r} needs `per`: whom it is counted for."
        found.add("no_per", path, message, "Name the column, e.g. per: customer_id.")
    if entry.time in ("snapshot", "cohort") and entry.ended_by is None:
        message = f"{name!r} needs `ended_by`: a {entry.time} looks at what has not ended."
        found.add("no_end", path, message, "Name the date on which things end.")
    if entry.time == "running":
        message = f"{name!r} cannot be running by itself."
        found.add("running_measure", path, message, "Use formula: {running: measure} of a metric.")
    if entry.keep is not None and entry.time != "flow":
        message = f"{name!r} keeps the {entry.keep.take} rows, which only a flow can."
        found.add("keep_not_flow", path, message, "Leave out `time`.")
    if own is None:
        return
    used = [entry.column, entry.per, entry.ended_by, *entry.where]
    for column in [c for c in [*used, *(entry.keep.per if entry.keep else ())] if c is not None]:
        if column not in _MADE:
            found.known(column, own, path, f"column of {entry.fact}:")


def _names(file: MetricsFile, found: Findings) -> None:
    """Every name once; a synonym is claimed by one metric alone."""
    defined: dict[str, int] = {}
    for position, metric in enumerate(file.metrics):
        if metric.name in defined:
            message = f"defined twice: {metric.name}."
            found.add("defined_twice", ("metrics", position), message, "Rename one of them.")
        defined.setdefault(metric.name, position)
    words: dict[str, str] = {}
    for position, metric in enumerate(file.metrics):
        own = {w.lower() for w in (metric.name, metric.label)}
        for word in sorted(own | {w.lower() for w in metric.synonyms}):
            other = words.setdefault(word, metric.name)
            if other != metric.name and defined[metric.name] == position:
                message = f"{word!r} is claimed by {other!r} and by {metric.name!r}."
                path = ("metrics", position, "synonyms")
                found.add("synonym_twice", path, message, "Leave it to one of them.")


def _metric(position: int, metric: MetricEntry, files: Files, found: Findings) -> None:
    path: Path = ("metrics", position)
    dimensions = {d.name for d in files.dimensions.dimensions}
    for place, name in enumerate(metric.by or ()):
        known = {*files.facts.entities, *dimensions}
        found.known(name, known, (*path, "by", place), "entity or dimension")
    if (metric.formula is None) == (metric.analysis is None):
        message = f"{metric.name!r} needs a formula or an analysis, one of the two."
        found.add("no_formula", path, message, "Say how it is made: formula: {measure: …}.")
        return
    if metric.formula is not None:
        _formula(metric.name, metric.formula, files.metrics, found, (*path, "formula"))


def _formula(
    name: str, entry: FormulaEntry, file: MetricsFile, found: Findings, path: Path
) -> None:
    said = [word for word in _ROOTS if getattr(entry, word) is not None]
    if len(said) > 1 or not (said or entry.denominator):
        message = f"{name!r}: a formula is one of {', '.join(_ROOTS)}, not both or none."
        found.add("formula_of_two_kinds", path, message, "Keep the one that is meant.")
        return
    below = entry.denominator is not None
    if below != (entry.numerator is not None):
        message = f"{name!r}: a ratio needs a numerator and a denominator."
        found.add("half_a_ratio", path, message, "Name both measures.")
        return
    for part in (entry.measure, entry.numerator, entry.denominator, entry.running):
        if part is not None:
            found.known(part, file.measures, path, "measure")
    if entry.expression is not None:
        _expression(name, entry.expression, file, found, path)
    if entry.running is not None and entry.running in file.measures:
        _running(name, entry, file.measures[entry.running], found, path)
    elif entry.since is not None or entry.trailing is not None:
        message = f"{name!r}: `since` and `trailing` belong to a running total."
        found.add("not_running", path, message, "Use formula: {running: measure, since: year}.")
    if entry.conversion is not None:
        _conversion(name, entry.conversion, file, found, path)


def _expression(name: str, text: str, file: MetricsFile, found: Findings, path: Path) -> None:
    try:
        node = parse(text, functions=False)
    except ExpressionError as error:
        found.add("bad_formula", path, f"{name!r}: {error.message}", error.hint)
        return
    known = {identifier(m.name): m for m in file.metrics}
    if not names_in(node):
        message = f"{name!r}: the formula “{text}” names no metric."
        found.add("formula_of_nothing", path, message, "Use the metrics it is made of.")
    for used in names_in(node):
        if not found.known(used, known, path, "metric"):
            continue
        if known[used].formula is None:
            message = f"{name!r}: {known[used].name!r} is computed by a model."
            found.add("formula_of_model", path, message, "A formula takes computed metrics only.")


def _running(
    name: str, entry: FormulaEntry, measure: MeasureEntry, found: Findings, path: Path
) -> None:
    if entry.since is not None and entry.trailing is not None:
        message = f"{name!r}: a running total counts since a date or looks back, not both."
        found.add("running_twice", path, message, "Keep `since` or `trailing`.")
    plain = measure.aggregate in ("count", "sum", "mean", "count_distinct")
    if measure.time != "flow" or not plain or measure.keep is not None:
        message = f"{name!r}: a running total is taken over a plain flow measure."
        found.add("running_of_state", path, message, "Use a count, sum, mean or distinct count.")


def _conversion(
    name: str, entry: ConversionEntry, file: MetricsFile, found: Findings, path: Path
) -> None:
    for part in (entry.first, entry.then):
        if not found.known(part, file.measures, (*path, "conversion"), "measure"):
            return
    for part in (entry.first, entry.then):
        measure = file.measures[part]
        if measure.time != "flow" or measure.dated_by is None:
            message = f"{name!r}: {part!r} is no dated event, so nothing can follow it."
            found.add("conversion_of_state", path, message, "Use measures whose time is flow.")
    if file.measures[entry.first].aggregate not in ("count", "count_distinct"):
        message = f"{name!r}: a conversion counts its first step."
        found.add("conversion_not_count", path, message, "Use a count or count_distinct.")


def _cycles(file: MetricsFile, found: Findings) -> bool:
    """Find metrics that are made of themselves."""
    places = {identifier(m.name): i for i, m in enumerate(file.metrics)}
    uses: dict[str, tuple[str, ...]] = {}
    for metric in file.metrics:
        text = metric.formula.expression if metric.formula is not None else None
        try:
            names = names_in(parse(text, functions=False)) if text is not None else ()
        except ExpressionError:
            names = ()
        uses[identifier(metric.name)] = names
    done: set[str] = set()
    cyclic = False
    for start in uses:
        cycle = _cycle_from(start, uses, done)
        if cycle:
            cyclic = True
            way = " → ".join(cycle)
            path = ("metrics", places[cycle[0]], "formula")
            fix = "Build it from metrics that do not use it."
            found.add("cycle", path, f"A metric is made of itself: {way}.", fix)
    return cyclic


def _cycle_from(start: str, uses: Mapping[str, tuple[str, ...]], done: set[str]) -> list[str]:
    way: list[str] = []

    def visit(name: str) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done or name not in uses:
            return []
        way.append(name)
        for used in uses[name]:
            cycle = visit(used)
            if cycle:
                done.update(way)
                return cycle
        way.pop()
        done.add(name)
        return []

    return visit(start)


def _kinds_and_units(file: MetricsFile, found: Findings) -> None:
    measures = {name: measure_of(name, e) for name, e in file.measures.items()}
    formulas = Formulas(file, measures)
    units = {identifier(m.name): m.unit for m in file.metrics}
    for position, metric in enumerate(file.metrics):
        formula = formulas.of(metric.name) if metric.formula is not None else None
        parts = [formulas.measures[n] for n in formula.measures()] if formula else []
        kind = kind_of(formula, parts)
        if metric.type is not None and metric.type != kind:
            message = f"{metric.name!r} says it is {metric.type!r}, but its formula is {kind!r}."
            found.add("wrong_type", ("metrics", position, "type"), message, f"Write type: {kind}.")
        counted = (
            formula is not None
            and formula.is_plain
            and parts[0].aggregate
            in (
                "count",
                "count_distinct",
                "min_count",
            )
        )
        if counted and metric.unit not in ("count", "number"):
            message = f"{metric.name!r} is a count, but its unit is {metric.unit!r}."
            found.add("unit_mismatch", ("metrics", position, "unit"), message, "Write unit: count.")
        if formula is None or formula.tree is None:
            continue
        try:
            unit = unit_of(formula.tree, units)
        except ExpressionError as error:
            path: Path = ("metrics", position, "formula")
            found.add("unit_mismatch", path, f"{metric.name!r}: {error.message}", error.hint)
            continue
        if not fits(unit, metric.unit):
            message = f"{metric.name!r} comes to {unit.words()}, but its unit is {metric.unit!r}."
            fix = "Correct the unit or the formula."
            found.add("unit_mismatch", ("metrics", position, "unit"), message, fix)
