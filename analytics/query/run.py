"""From a metric query to a finding: run, check, choose a chart, write the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

from analytics.catalogue import Catalogue, Metric
from analytics.describe.charts import chosen_chart
from analytics.describe.metric import MetricResult, metric_text
from analytics.describe.phrases import (
    Days,
    WhenKind,
    customer_words,
    filter_words,
    having_words,
    lower_start,
    period_words,
    phrase,
)
from analytics.model import Cell, Finding, MetricQuery, Receipt
from analytics.ports import Warehouse
from analytics.query.cells import cells
from analytics.query.checks import Checker, checked
from analytics.query.compile import CompiledQuery, compile_query
from analytics.query.keys import KeyLedger, tables_of
from analytics.query.notes import notes_of
from analytics.query.quantiles import with_quantile
from analytics.query.reconcile import reconciled
from analytics.query.results import ResultKey, ResultMemory
from analytics.query.selection import PERIOD
from analytics.query.warehouse import was_truncated
from analytics.query.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What one asker's view of the data need not compute twice."""

    ledger: KeyLedger = field(default_factory=KeyLedger)
    results: ResultMemory = field(default_factory=ResultMemory)


def answer(
    query: MetricQuery,
    *,
    warehouse: Warehouse,
    catalogue: Catalogue,
    memory: Memory | None = None,
) -> Finding:
    """Compute a metric query and describe what came out.

    Parameters
    ----------
    query : MetricQuery
        What is asked.
    warehouse : Warehouse
        Where the numbers are.
    catalogue : Catalogue
        What the words mean.
    memory : Memory, optional
        What was answered before, and what is known of the data's keys; without it everything is
        computed.

    Returns
    -------
    Finding
        Rows, text, chart, and a receipt with the SQL that ran and what a second computation
        confirmed.

    Raises
    ------
    UnknownMetricError, UnknownDimensionError
        When a name is unknown, or a metric cannot be split or filtered by a dimension.
    QueryError
        When the query contradicts itself or cannot be run.
    FanOutError
        When a join might count something twice; nothing is run then.
    CheckFailedError
        When a second computation came to another number.
    """
    began = perf_counter()
    if memory is None:
        finding = _computed(query, warehouse, catalogue, KeyLedger())
    else:
        key = ResultKey(query=query, definitions=catalogue.version, data=warehouse.version())
        ledger = memory.ledger
        finding = memory.results.get(key, lambda: _computed(query, warehouse, catalogue, ledger))
    elapsed_ms = round((perf_counter() - began) * 1000, 1)
    return replace(finding, receipt=replace(finding.receipt, elapsed_ms=elapsed_ms))


def _computed(
    query: MetricQuery, warehouse: Warehouse, catalogue: Catalogue, ledger: KeyLedger
) -> Finding:
    catalogue = with_quantile(catalogue, query)
    compiled = compile_query(query, warehouse=warehouse, catalogue=catalogue)
    ledger.prove(compiled.table, warehouse, catalogue)
    frame, sql = warehouse.run(compiled.table)
    rows = cells(frame, compiled.table.schema())
    truncated = was_truncated(frame)
    added_up = (
        () if truncated else reconciled(compiled, rows, warehouse=warehouse, catalogue=catalogue)
    )
    checker = Checker(warehouse=warehouse, catalogue=catalogue)
    checks = () if truncated else checked(compiled, rows, added_up, checker)
    metrics = tuple(catalogue.metric(name) for name in compiled.query.metrics)
    result = _result(compiled, metrics, rows, catalogue)
    when = period_words(result.days, result.previous, query.as_of)
    receipt = Receipt(
        definition="\n".join(f"{m.label}: {m.definition}" for m in _defined(query, catalogue)),
        period=when,
        filters=result.filters,
        sql=sql,
        n_rows=len(rows),
        as_of=query.as_of,
        notes=notes_of(compiled, added_up, catalogue, n_truncated=len(rows) if truncated else None),
        checks=checks,
        is_partial=any(p.end > query.as_of for p in (query.period, query.compare_to) if p),
        rows_read=ledger.n_rows(tables_of(compiled.table), warehouse, catalogue),
        definition_version=", ".join(m.version for m in _defined(query, catalogue)),
    )
    return Finding(
        analysis="metric",
        text=metric_text(result),
        columns=compiled.columns,
        rows=rows,
        chart=chosen_chart(
            compiled.columns,
            rows,
            title=_title(result, when),
            period=PERIOD if query.grain is not None else None,
            adds_up=bool(added_up) and all(one.adds_up for one in added_up),
        ),
        receipt=receipt,
        metric_query=query,
    )


def _defined(query: MetricQuery, catalogue: Catalogue) -> list[Metric]:
    names = [*query.metrics, *((query.per_metric,) if query.per_metric else ())]
    return [catalogue.metric(name) for name in dict.fromkeys(names)]


def _result(
    compiled: CompiledQuery,
    metrics: tuple[Metric, ...],
    rows: tuple[tuple[Cell, ...], ...],
    catalogue: Catalogue,
) -> MetricResult:
    query = compiled.query
    kind = _when_kind(compiled, metrics, catalogue)
    filters = (
        *filter_words((*query.filters, *query.numerator), catalogue),
        *customer_words(query.customer_conditions, catalogue),
        *having_words(query.having, catalogue),
    )
    return MetricResult(
        query=query,
        metrics=metrics,
        dimensions=tuple(catalogue.dimension(name) for name in query.dimensions),
        subjects=compiled.subjects,
        columns=compiled.columns,
        rows=rows,
        days=_days(compiled.window, kind),
        previous=_days(compiled.previous, kind) if compiled.previous else None,
        filters=filters,
    )


def _days(window: Window, kind: WhenKind) -> Days:
    return Days(start=window.start, end=window.end, kind=kind)


def _when_kind(
    compiled: CompiledQuery, metrics: Sequence[Metric], catalogue: Catalogue
) -> WhenKind:
    """Say how the days of an answer are to be read: a span, or a state at its end."""
    rules = {m.time for metric in metrics for m in catalogue.measures_of(metric)}
    if compiled.query.grain is None and compiled.query.mean_per is None:
        if rules == {"snapshot"}:
            return "snapshot"
        if rules == {"until"}:
            return "until"
        if rules == {"whole"}:
            return "all"
    return "all" if compiled.window.start is None else "days"


def _title(result: MetricResult, when: str) -> str:
    labels = [s.label if i == 0 else lower_start(s.label) for i, s in enumerate(result.subjects)]
    splits = [lower_start(d.label) for d in result.dimensions]
    if result.query.grain is not None:
        splits.insert(0, result.query.grain)
    return phrase("title", phrase("listed", labels, "and"), splits, when)
