"""Running totals: since a date, over the last days, or over everything up to a period's end."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis

from analytics.catalogue import Measure
from analytics.query.selection import PERIOD, Selection
from analytics.query.transforms import exact_sum
from analytics.query.windows import add_grains, day_literal, period_of, period_start, spine

Values = Callable[[ibis.Table], Mapping[str, ibis.Value]]
"""The aggregates to take of some rows."""

_SUMMED = ("count", "count_values", "sum")
_DAY = "running_day"


def running_table(
    rows: ibis.Table,
    measures: tuple[Measure, ...],
    selection: Selection,
    values: Values,
    *,
    repeats_key: bool,
) -> ibis.Table:
    """Take running measures of rows that pass their conditions.

    Parameters
    ----------
    rows : ibis.Table
        With the measures' date and the selection's dimensions; of any date.
    measures : tuple[Measure, ...]
        All running alike.
    selection : Selection
        Its window says at which day, or after which periods, the totals stand.
    values : Callable[[ibis.Table], Mapping[str, ibis.Value]]
        The aggregates of some rows.
    repeats_key : bool
        Counts are of distinct keys, which cannot be added up day by day.

    Returns
    -------
    ibis.Table
        The selection's keys and the values; a period sees rows that lie before it as well.
    """
    first = measures[0]
    at = rows[first.dated_by]
    rows = rows.filter(at < day_literal(selection.window.end))
    by = list(selection.key_columns())
    if selection.grain is None:
        rows = _since(rows, first, selection)
        found = values(rows)
        return rows.group_by(by).aggregate(**found) if by else rows.aggregate(**found)
    periods = _periods(first, selection)
    # One row a day and group is enough for what can be added up: the join stays small.
    if not repeats_key and all(m.aggregate in _SUMMED for m in measures):
        days = rows.mutate(**{_DAY: period_of(rows[first.dated_by], "day")})
        groups = [key for key in by if key != PERIOD]
        daily = days.group_by([*groups, _DAY]).aggregate(**values(days))
        crossed = _within(daily, daily[_DAY], periods, first)
        names = [name for name in daily.columns if name not in (*groups, _DAY)]
        return crossed.group_by(by).aggregate(**{n: exact_sum(crossed[n]) for n in names})
    crossed = _within(rows, rows[first.dated_by], periods, first)
    return crossed.group_by(by).aggregate(**values(crossed))


def _since(rows: ibis.Table, measure: Measure, selection: Selection) -> ibis.Table:
    end, at = selection.window.end, rows[measure.dated_by]
    if measure.since is not None:
        last = add_grains(end, "day", -1)
        return rows.filter(at >= day_literal(period_start(last, measure.since)))
    if measure.trailing is not None:
        start = add_grains(end, measure.trailing.grain, -measure.trailing.n)
        return rows.filter(at >= day_literal(start))
    return rows


def _periods(measure: Measure, selection: Selection) -> ibis.Table:
    """Return each period with the days `[since, ends)` that its total covers."""
    assert selection.grain is not None
    periods = spine(selection.window, selection.grain)
    ends = periods.ends.cast("timestamp")
    if measure.since is not None:
        since = period_of(ends - ibis.interval(days=1), measure.since)
    elif measure.trailing is not None:
        since = (ends - _interval(measure.trailing.n, measure.trailing.grain)).date()
    else:
        since = ibis.null("date")
    return periods.select(PERIOD, "ends", since=since)


def _interval(n: int, grain: str) -> ibis.Value:
    months = {"month": 1, "quarter": 3, "year": 12}
    if grain in months:
        return ibis.interval(months=n * months[grain])
    return ibis.interval(days=n * (7 if grain == "week" else 1))


def _within(rows: ibis.Table, at: ibis.Value, periods: ibis.Table, measure: Measure) -> ibis.Table:
    on = [at < periods.ends]
    if measure.since is not None or measure.trailing is not None:
        on.append(at >= periods.since)
    return rows.inner_join(periods, on).drop("ends", "since")
