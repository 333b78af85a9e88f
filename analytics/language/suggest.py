"""Questions to ask next: whole ones, and only such as are understood."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from analytics.catalogue import Catalogue
from analytics.catalogue.entries import Dimension
from analytics.model import MetricQuery, Period

N_SUGGESTIONS = 3
TYPICAL = (
    "Revenue last month compared with the month before",
    "Tickets by team this year",
    "Churn rate by plan",
    "Top 5 products by revenue in the last quarter",
    "Conversion rate by device last month",
    "MTTR by month in the last six months",
    "New customers by acquisition channel this year",
    "Customers most likely to churn",
)
"""What people ask first; offered where the warehouse can answer it."""


def own_examples(catalogue: Catalogue) -> Iterator[str]:
    """Yield plain questions made of any catalogue's own names, the first metrics first."""
    for metric in catalogue.metrics.values():
        if metric.formula is None:
            continue
        yield f"{metric.label} last month"
        split = next((d for d in catalogue.dimensions_of(metric.name) if d.groupable), None)
        if split is not None:
            yield f"{metric.label} by {split.label.lower()}"


PREFERRED = ("region", "plan", "category", "channel", "team", "priority", "device", "service")
"""Words of the dimensions that people split by first; the others follow in file order."""

Understands = Callable[[str], MetricQuery | None]


def next_questions(
    query: MetricQuery, catalogue: Catalogue, understands: Understands
) -> tuple[str, ...]:
    """Return up to three questions that take a metric query one step further.

    Parameters
    ----------
    query
        What was answered.
    catalogue
        What can be asked for.
    understands
        Question → its metric query; a suggestion that is not understood as it is meant is left out.

    Returns
    -------
    tuple of str
        Capitalised, without a question mark; empty for a query of several metrics.
    """
    if len(query.metrics) != 1 or query.filters or query.having:
        return ()
    metric = query.metrics[0]
    found: list[str] = []
    for text, wanted in _steps(query, metric, catalogue):
        understood = understands(text)
        if understood is None or understood.metrics != query.metrics:
            continue
        if (understood.dimensions, understood.grain) == wanted:
            found.append(text[:1].upper() + text[1:])
        if len(found) == N_SUGGESTIONS:
            break
    return tuple(found)


def _steps(
    query: MetricQuery, metric: str, catalogue: Catalogue
) -> Iterator[tuple[str, tuple[tuple[str, ...], str | None]]]:
    when = _in_words(query.period)
    if query.grain is None and (query.period is None or _days(query.period) > 62):
        yield f"{metric} by month{when}", ((), "month")
    n_split = 0
    for dimension in sorted(catalogue.dimensions_of(metric), key=_preference):
        is_split = dimension.name in query.dimensions
        if dimension.kind != "category" or not dimension.groupable or is_split:
            continue
        if n_split == N_SUGGESTIONS - 1:
            break
        n_split += 1
        yield f"{metric} by {dimension.label.lower()}{when}", ((dimension.name,), None)
    if query.compare_to is None and query.period is not None:
        yield f"{metric}{when} compared with the same period last year", ((), None)


def _preference(dimension: Dimension) -> int:
    words = f"{dimension.name} {dimension.label}".lower()
    found = (place for place, word in enumerate(PREFERRED) if word in words)
    return next(found, len(PREFERRED))


def _in_words(period: Period | None) -> str:
    if period is None:
        return ""
    last = period.end - timedelta(days=1)
    return f" between {period.start.day} {period.start:%B %Y} and {last.day} {last:%B %Y}"


def _days(period: Period) -> int:
    return (period.end - period.start).days
