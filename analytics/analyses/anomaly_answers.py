"""Questions about what is out of the ordinary: in a number by day, in services by hour."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.analyses import answering
from analytics.analyses.anomaly_words import finding_of
from analytics.analyses.kind import Context, Request
from analytics.analyses.limits import check_services
from analytics.analyses.service_names import service_called
from analytics.analyses.service_readings import is_reading, readings_of, service_filters
from analytics.analyses.time_series import Floats, first_day, metric_of, series_of
from analytics.analyses.unusual_series import Looked, Together, Unusual
from analytics.catalogue import Metric
from analytics.errors import QuestionError
from analytics.model import Filter, InsightOutcome, Period
from analytics.operations.unusual import WEEKS, Scan, scan
from analytics.operations.unusual_together import together
from analytics.query.windows import Window, window_of

_SUGGESTIONS: Final = (
    "Were there unusual days in tickets in the last 30 days?",
    "Any anomalies in CPU load last week?",
)
_USUAL_DAYS: Final = 30
_MOST_HOURS_DAYS: Final = 370
_BEFORE_DAYS: Final = 7 * (WEEKS + 5)
"""Six weeks tell what is usual, and the scatter is that of four weeks more."""
_LONGER: Final = re.compile(
    r"\b(?:unusual|odd|strange|abnormal|anomalous|weird|which|what|irregular|outlying)"
    r" (?P<unit>week|month|quarter|year)s?\b"
)
_SERVICE: Final = re.compile(r"\b(?:service|server|system|application|app)\b")
_RELATIVE: Final = frozenset({"percent", "fraction", "score"})
_SIGNED: Final = frozenset({"fraction"})
_HOURS: Final = (168, 24)
_DAYS: Final = (7, 1)


def run_anomalies(request: Request, context: Context) -> InsightOutcome:
    """Name the stretches that are out of the ordinary, or say that there are none."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    _refuse_split(request)
    request = _with_service(request, context)
    check_services(request, context)
    window = _window(request, context)
    metrics = _metrics(request, context)
    if not metrics:
        return answering.ask_which("In which number?", _choices(request))
    if is_reading(metrics[0], context):
        return finding_of(_by_hour(request, context, metrics, window), context)
    return finding_of(_by_day(request, context, metrics[0], window), context)


def _refuse_split(request: Request) -> None:
    given = request.slots.get("dimension")
    longer = _LONGER.search(request.text.lower())
    unit = given if given in ("week", "month", "quarter", "year") else None
    if unit is None and longer is not None:
        unit = longer["unit"]
    if unit is not None:
        raise QuestionError(
            f"Anomalies are looked for by day, and by hour in services, not by {unit}.",
            hint="Ask for unusual days.",
        )
    if given is not None and given not in ("day", "name", "service_id"):
        name = str(given).replace("_", " ")
        raise QuestionError(
            f"Anomalies are not looked for by {name!r}.", hint=f"Ask for one {name} at a time."
        )


def _with_service(request: Request, context: Context) -> Request:
    """Read a service's name that is also a little word ("Till"), when it is written as a name."""
    if "service" in request.slots:
        return request
    frame, _ = context.warehouse.run(context.warehouse.table("services").select("name"))
    names = sorted(map(str, frame["name"]), key=len, reverse=True)
    if "metric" not in request.slots and _SERVICE.search(request.text.lower()):
        called = service_called(request, context)  # "the payment service": part of its name
        if called is not None:
            return replace(request, slots={**request.slots, "service": called})
    written = [n for n in names if re.search(rf"(?<=[a-z,] ){re.escape(n)}\b", request.text)]
    if not written:
        return request
    return replace(request, slots={**request.slots, "service": written[0]})


def _window(request: Request, context: Context) -> Window:
    """Return the days asked about, the last 30 without any.

    Raises
    ------
    QuestionError
        When none of them has been seen.
    """
    given = answering.period_of_slot(request)
    if given is None or given.start == date.min:
        end = context.as_of if given is None else min(given.end, context.as_of)
        given = Period(start=end - timedelta(days=_USUAL_DAYS), end=end)
    window = window_of(given, context.as_of)
    if window.start is None or window.start >= window.end:
        raise QuestionError("That time has no day that has been seen.", hint="Name a past time.")
    return window


def _metrics(request: Request, context: Context) -> list[Metric]:
    """Return what to look at: the number named, or all that is read off the service named."""
    if "metric" in request.slots:
        return [metric_of(request.slots["metric"], context, "look for anomalies")]
    if "service" not in request.slots:
        return []
    found = [m for m in context.catalogue.metrics.values() if m.formula is not None]
    return [m for m in found if is_reading(m, context)]


def _choices(request: Request) -> list[tuple[str, str]]:
    period = answering.period_of_slot(request)
    when = "in the last 30 days"
    if period is not None:
        last = period.end - timedelta(days=1)
        when = f"between {period.start:%d %B %Y} and {last:%d %B %Y}"
    return [
        (label, f"Were there unusual days in {name} {when}?")
        for label, name in (("Revenue", "revenue"), ("Tickets", "tickets"),
                            ("Sessions", "sessions"), ("CPU load", "cpu load"))
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Even times of a series with its values, NaN where nothing was measured."""

    at: tuple[datetime, ...]
    values: np.ndarray[Any, np.dtype[np.float64]]


def _by_day(request: Request, context: Context, metric: Metric, window: Window) -> Looked:
    filters = answering.filters_for(request, metric.name, context.catalogue)
    assert window.start is not None
    past = window.start - timedelta(days=_BEFORE_DAYS)
    series = series_of(metric, "day", context, filters=filters,
                       period=Period(start=past, end=window.end))  # fmt: skip
    grid = _Grid(
        at=tuple(datetime.combine(day, time.min) for day in series.days),
        values=series.values,
    )
    found = _scanned(grid, metric, _DAYS, window)
    _check_past(found.usual[_first(grid, window) :], metric, context, window)
    one = Unusual(metric=metric, service="", at=grid.at, values=grid.values, scan=found,
                  first=_first(grid, window))  # fmt: skip
    return Looked(
        series=(one,), window=window, filters=filters, step="day", sql=series.receipt.sql,
        is_assumed=_is_assumed(request), definition=series.receipt.definition,
        is_partial=answering.is_cut(request, context), incidents=(),
    )  # fmt: skip


def _by_hour(request: Request, context: Context, metrics: list[Metric], window: Window) -> Looked:
    assert window.start is not None
    if (window.end - window.start).days > _MOST_HOURS_DAYS:
        raise QuestionError(
            "Services are looked at by hour, for a year at most.", hint="Name a shorter time."
        )
    past = Window(start=window.start - timedelta(days=_BEFORE_DAYS), end=window.end)
    made: list[Unusual] = []
    sql, filters = "", answering.filters_for(request, metrics[0].name, context.catalogue)
    for metric in metrics:
        filters = service_filters(request, metric, context)
        try:
            found = readings_of(metric, context, filters=filters, window=past, by="hour")
        except QuestionError:
            if len(metrics) == 1:
                raise
            continue  # a service need not have every reading
        sql = sql or found.sql
        for _, part in found.frame.groupby("service_id", sort=True):
            made.append(_of_service(metric, part, window))
    if not made:
        raise QuestionError("There are no readings for what is asked about.")
    _check_past(made[0].scan.usual[made[0].first :], metrics[0], context, window)
    return Looked(
        series=tuple(made), window=window, filters=filters, step="hour", sql=sql,
        is_assumed=_is_assumed(request), is_partial=answering.is_cut(request, context),
        definition="\n".join(f"{m.label}: {m.definition}" for m in metrics),
        incidents=_incidents(context, filters, window), together=_together(made, window),
    )  # fmt: skip


def _together(made: list[Unusual], window: Window) -> tuple[Together, ...]:
    """Look at the readings of each service taken together, on the hours that all of them have."""
    by_service: dict[str, list[Unusual]] = {}
    for one in made:
        by_service.setdefault(one.service, []).append(one)
    found = []
    for service, series in by_service.items():
        n = min(len(one.at) for one in series)  # all of them end with the window
        first = max(0, n - (len(series[0].at) - series[0].first))
        joints = together([one.scan.sigmas[-n:] for one in series], week=_HOURS[0], first=first)
        shown = tuple(replace(one, at=one.at[-n:], values=one.values[-n:]) for one in series)
        found.append(Together(service=service, series=shown, joints=joints))
    return tuple(each for each in found if len(each.series) > 1)


def _of_service(metric: Metric, part: pd.DataFrame, window: Window) -> Unusual:
    end = pd.Timestamp(window.end) - pd.Timedelta(hours=1)
    times = pd.date_range(part["at"].iloc[0], end, freq="h")
    values = part.set_index("at")["value"].reindex(times).to_numpy(dtype=np.float64)
    grid = _Grid(at=tuple(at.to_pydatetime() for at in times), values=values)
    return Unusual(
        metric=metric, service=str(part["service"].iloc[0]), at=grid.at, values=values,
        scan=_scanned(grid, metric, _HOURS, window), first=_first(grid, window),
    )  # fmt: skip


def _scanned(grid: _Grid, metric: Metric, lengths: tuple[int, int], window: Window) -> Scan:
    week, day = lengths
    is_relative = metric.unit not in _RELATIVE or (day > 1 and metric.unit in _SIGNED)
    return scan(grid.values, week=week, day=day, is_relative=is_relative,
                first=_first(grid, window))  # fmt: skip


def _first(grid: _Grid, window: Window) -> int:
    """Return the row at which the time asked about begins."""
    assert window.start is not None
    start = datetime.combine(window.start, time.min)
    return next((row for row, at in enumerate(grid.at) if at >= start), len(grid.at))


def _check_past(usual: Floats, metric: Metric, context: Context, window: Window) -> None:
    """Refuse a time before which too little was seen to know what is usual."""
    if np.isnan(usual).all():
        begun = first_day(metric, context)
        raise QuestionError(
            f"Three weeks before the time asked about are needed to know what is usual; "
            f"{metric.label} begins on {begun.isoformat()} and was looked at until "
            f"{window.end.isoformat()}.",
            hint="Name a later time.",
        )


def _is_assumed(request: Request) -> bool:
    given = answering.period_of_slot(request)
    return given is None or given.start == date.min


def _incidents(
    context: Context, filters: tuple[Filter, ...], window: Window
) -> tuple[dict[str, Any], ...]:
    """Return the incidents of the services about the time, which may explain what was seen."""
    assert window.start is not None
    known = {d.name for d in context.catalogue.dimensions_of("incidents")}
    service = context.catalogue.dimension("service")
    rows = answering.rows_of(
        "incidents", {"incident_id", "severity", "started_at", "resolved_at"}, context,
        filters=tuple(one for one in filters if one.dimension in known), dimension=service,
        window=Window(start=window.start - timedelta(days=7), end=window.end),
    )  # fmt: skip
    frame, _ = context.warehouse.run(
        rows.select(
            "incident_id", "severity", "started_at", "resolved_at",
            service=rows[service.name].cast("string"),
        ).order_by("started_at", "incident_id")
    )  # fmt: skip
    columns = ("service", "incident_id", "severity", "started_at", "resolved_at")
    return tuple(
        {
            "service": str(service), "id": int(number), "severity": int(severity),
            "start": pd.Timestamp(begun).to_pydatetime(),
            "end": None if pd.isna(ended) else pd.Timestamp(ended).to_pydatetime(),
        }
        for service, number, severity, begun, ended in zip(
            *(frame[name].tolist() for name in columns), strict=True
        )
    )  # fmt: skip
