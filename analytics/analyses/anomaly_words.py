"""What is unusual, as sentences, a table and a chart."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from analytics.analyses import answering
from analytics.analyses.kind import Context
from analytics.analyses.unusual_series import Looked, Together, Unusual
from analytics.describe.dates import day_in_words
from analytics.describe.phrases import lower_start
from analytics.model import Cell, Chart, Column, Finding, Receipt
from analytics.operations.unusual import WEEKS, Event
from analytics.operations.unusual_together import Joint

_TEMPLATE: Final = "anomalies.md.j2"
_MOST_DRAWN: Final = 24 * 45
_MOST_TOLD: Final = 5
_MOST_PARTS: Final = 3
_LEAST_PART: Final = 0.1
_MOST_JOINTS: Final = 3
_TOGETHER: Final = "unusual together"


def finding_of(looked: Looked, context: Context) -> Finding:
    """Write what was found, or that nothing was."""
    events = _events(looked)
    facts = _facts(looked, events, context)
    one = looked.series[0]
    n_rows = len(one.at) - one.first
    is_course = len(looked.series) == 1 and n_rows <= _MOST_DRAWN
    columns, rows = _course(one, looked) if is_course else _listed(looked, events)
    title = answering.say(_TEMPLATE, part="title", **facts)
    chart = Chart(kind="table", title=title)
    if is_course and n_rows > 1:
        chart = Chart(kind="line", title=title, x="at", y=("value", "usual"),
                      unit=one.metric.unit, compare=("usual",))  # fmt: skip
    notes = answering.say(_TEMPLATE, part="notes", **facts)
    return Finding(
        analysis="anomalies",
        text=answering.say(_TEMPLATE, part="text", **facts),
        columns=columns,
        rows=rows,
        chart=chart,
        receipt=Receipt(
            definition=answering.say(_TEMPLATE, part="definition", **facts),
            period=answering.in_words(looked.window),
            filters=answering.filter_words(looked.filters, context.catalogue),
            sql=looked.sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
            is_partial=looked.is_partial,
        ),
        slots={"period": f"{looked.window.start}/{looked.window.end}"},
    )


def _events(looked: Looked) -> list[dict[str, Any]]:
    """Return what is unusual, the furthest off first; what has no size after what has."""
    found = []
    for one in looked.series:
        unit = one.metric.unit
        for event in one.scan.events:
            found.append({
                "label": one.metric.label, "service": one.service, "kind": event.kind,
                "unit": unit, "value": event.value, "usual": event.usual,
                "sigmas": event.sigmas, "start": one.at[event.start],
                "end": one.at[event.end - 1] + _step(looked), "peak": one.at[event.peak],
                "when": _when(one, event, looked), "most_since": _most_since(one, event),
                "incident": _incident(one, event, looked), "n": event.end - event.start,
                "name": one.service or lower_start(one.metric.label),
            })  # fmt: skip
    found += [_joint(each, joint, looked) for each in looked.together for joint in each.joints]
    return sorted(found, key=lambda e: (-e["sigmas"], -e["n"], e["start"], e["service"]))


def _joint(each: Together, joint: Joint, looked: Looked) -> dict[str, Any]:
    """Return readings that are unusual together, with what each adds to it."""
    one = each.series[0]
    event = Event(kind="spike", start=joint.start, end=joint.end, peak=joint.peak, value=np.nan,
                  usual=np.nan, sigmas=0.0)  # fmt: skip
    parts = [
        {"label": lower_start(each.series[place].metric.label), "share": share}
        for place, share in joint.parts[:_MOST_PARTS] if share >= _LEAST_PART
    ]  # fmt: skip
    alone = any(
        begun < joint.end and ended > joint.start
        for series in each.series for event_of in series.scan.events
        for begun, ended in [_placed(series, event_of, one)]
    )  # fmt: skip
    return {
        "label": " and ".join(str(part["label"]) for part in parts), "service": each.service,
        "kind": _TOGETHER, "unit": "number", "value": np.nan, "usual": np.nan,
        "sigmas": 0.0, "start": one.at[joint.start], "peak": one.at[joint.peak],
        "end": one.at[joint.end - 1] + _step(looked), "when": _when(one, event, looked),
        "most_since": 0, "incident": _incident(one, event, looked),
        "n": joint.end - joint.start, "name": each.service, "parts": parts, "alone": alone,
        "distance": joint.distance,
    }  # fmt: skip


def _placed(series: Unusual, event: Event, one: Unusual) -> tuple[int, int]:
    """Return an event's rows on the hours that all readings have: its scan may have more."""
    off = len(series.scan.sigmas) - len(one.at)
    return event.start - off, event.end - off


def _step(looked: Looked) -> timedelta:
    return timedelta(hours=1) if looked.step == "hour" else timedelta(days=1)


def _when(one: Unusual, event: Event, looked: Looked) -> str:
    """Write when something was ("29 June 2026", "26 June 2026, 06:00 to 09:00")."""
    start, end = one.at[event.start], one.at[event.end - 1] + _step(looked)
    if looked.step == "day":
        last = end - timedelta(days=1)
        if last.date() == start.date():
            return day_in_words(start.date())
        return f"{day_in_words(start.date())} to {day_in_words(last.date())}"
    begun = f"{day_in_words(start.date())}, {start:%H:%M}"
    if end.date() == start.date():
        return f"{begun} to {end:%H:%M}"
    if end - timedelta(hours=1) <= start + timedelta(hours=1) and not end.hour:
        return f"{begun} to 24:00"
    return f"{begun} to {day_in_words(end.date())}, {end:%H:%M}"


def _most_since(one: Unusual, event: Event) -> int:
    """Return for how many whole days before nothing was as far off; of what was looked at."""
    if not event.sigmas:
        return 0
    before = np.abs(one.scan.sigmas[: event.start])
    with np.errstate(invalid="ignore"):
        larger = np.flatnonzero(before >= event.sigmas)
    known = np.flatnonzero(~np.isnan(before))
    if not len(known):
        return 0
    since = one.at[int(larger[-1])] if len(larger) else one.at[int(known[0])]
    return (one.at[event.start] - since).days


def _incident(one: Unusual, event: Event, looked: Looked) -> dict[str, Any] | None:
    """Return the worst incident of the service while something was unusual."""
    start, end = one.at[event.start], one.at[event.end - 1] + _step(looked)
    during = [
        each for each in looked.incidents
        if each["service"] == one.service and each["start"] < end
        and (each["end"] is None or each["end"] > start)
    ]  # fmt: skip
    return min(during, key=lambda each: (each["severity"], each["id"]), default=None)


def _course(
    one: Unusual, looked: Looked
) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
    """Return the course beside what is usual, what is unusual marked."""
    unit = one.metric.unit
    columns = (
        Column(name="at", label="Day" if looked.step == "day" else "Hour"),
        Column(name="value", label=one.metric.label, unit=unit),
        Column(name="usual", label="Usual", unit=unit),
        Column(name="low", label="Usual from", unit=unit),
        Column(name="high", label="Usual to", unit=unit),
        Column(name="unusual", label="Unusual"),
    )
    marks: dict[int, str] = {}
    for event in one.scan.events:
        marks |= dict.fromkeys(range(event.start, event.end), event.kind)
    top = 100.0 if unit == "percent" else 1.0 if unit == "fraction" else np.inf
    rows: list[tuple[Cell, ...]] = []
    for row in range(one.first, len(one.at)):
        ends = (one.scan.low[row], one.scan.high[row])
        low, high = (min(max(float(end), 0.0), top) for end in ends)
        cells = (float(one.values[row]), float(one.scan.usual[row]), low, high)
        known = tuple(None if np.isnan(cell) else cell for cell in cells)
        if np.isnan(one.scan.usual[row]):
            known = (known[0], None, None, None)
        rows.append((_moment(one.at[row], looked), *known, marks.get(row)))
    return columns, tuple(rows)


def _moment(at: datetime, looked: Looked) -> Cell:
    return at.date() if looked.step == "day" else f"{at:%Y-%m-%d %H:%M}"


def _listed(
    looked: Looked, events: list[dict[str, Any]]
) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
    """Return one row for each thing that is unusual."""
    units = {one.metric.unit for one in looked.series}
    unit = next(iter(units)) if len(units) == 1 else "number"
    columns = (
        Column(name="from", label="From"),
        Column(name="to", label="To"),
        Column(name="service", label="Service"),
        Column(name="metric", label="Metric"),
        Column(name="unusual", label="Unusual"),
        Column(name="value", label="Value", unit=unit),
        Column(name="usual", label="Usual", unit=unit),
        Column(name="sigmas", label="Times the usual scatter", unit="number"),
        Column(name="incident", label="Incident"),
    )
    rows: list[tuple[Cell, ...]] = []
    for each in sorted(events, key=lambda e: (e["start"], e["service"], e["label"])):
        incident = each["incident"]
        rows.append((_moment(each["start"], looked), _moment(each["end"] - _step(looked), looked),
                     each["service"] or None, each["label"], each["kind"],
                     _known(each["value"]), _known(each["usual"]),
                     each["sigmas"] or None,
                     None if incident is None else f"{incident['id']}"))  # fmt: skip
    return columns, tuple(rows)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def _facts(looked: Looked, events: list[dict[str, Any]], context: Context) -> dict[str, Any]:
    series = looked.series
    labels = list(dict.fromkeys(one.metric.label for one in series))
    services = list(dict.fromkeys(one.service for one in series if one.service))
    nearest = max(
        ((float(np.nanmax(part)), one, int(np.nanargmax(part))) for one in series
         if not np.isnan(part := np.abs(one.scan.sigmas[one.first :])).all()),
        key=lambda found: found[0], default=None,
    )  # fmt: skip
    top = None
    if nearest is not None:
        size, one, row = nearest
        at = one.at[one.first + row]
        top = {
            "sigmas": size, "value": float(one.values[one.first + row]),
            "usual": float(one.scan.usual[one.first + row]), "unit": one.metric.unit,
            "name": one.service if len(services) > 1 else "",
            "at": day_in_words(at.date()) + (f", {at:%H:%M}" if looked.step == "hour" else ""),
        }  # fmt: skip
    other = [w for w in answering.filter_words(looked.filters, context.catalogue)
             if not (len(services) == 1 and services[0] in w)]  # fmt: skip
    return {
        "labels": labels,
        "what": " and ".join([", ".join(map(lower_start, labels[:-1])), lower_start(labels[-1])])
        if len(labels) > 1 else lower_start(labels[0]),
        "services": services, "within": other, "events": events, "n": len(events),
        "told": [e for e in events if e["kind"] != _TOGETHER][:_MOST_TOLD],
        "joints": sorted(
            (e for e in events if e["kind"] == _TOGETHER),
            key=lambda e: (e["alone"], -e["distance"], e["start"]),
        )[:_MOST_JOINTS],
        "n_joints": sum(e["kind"] == _TOGETHER for e in events),
        "n_alone": sum(e["kind"] != _TOGETHER for e in events),
        "looks_together": bool(looked.together), "most": _MOST_TOLD, "top": top,
        "days": answering.in_words(looked.window), "step": looked.step,
        "n_steps": sum(len(one.at) - one.first for one in series), "n_series": len(series),
        "threshold": series[0].scan.threshold, "weeks": WEEKS,
        "is_assumed": looked.is_assumed, "own_definition": looked.definition,
        "is_short": any(np.isnan(one.scan.usual[one.first :]).any() for one in series),
    }  # fmt: skip
