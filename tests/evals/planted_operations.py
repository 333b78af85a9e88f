"""Whether what is planted in the series of the demo warehouse is found by the answers in chat.

`python -m tests.evals.planted_operations FOLDER… [--json FILE]`: each FOLDER is a demo warehouse
with its truth.json. Told are: anomalies of services found, by kind, and what else was told, month
by month as somebody would ask; the full disk's day from several days before it; totals of
forecasts inside their intervals, from days that were not seen, of the whole and of groups.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from analytics.analyses.answering import proportion_ci95
from analytics.catalogue import load_catalogue
from analytics.insights import CatalogueInsights
from analytics.language.calendar import add
from analytics.model import Finding, MetricQuery, Period
from analytics.query.warehouse import DuckDBWarehouse

NAMES = {"cpu_load": "cpu load", "memory_load": "memory load", "latency_ms": "latency",
         "error_rate": "error rate", "requests": "requests"}  # fmt: skip
FORECAST = ("revenue", "orders", "tickets", "sessions", "new customers", "incidents")
SPLIT = {"revenue": "region", "orders": "order_channel", "tickets": "team", "sessions": "device"}
AHEAD = ("in the next 30 days", "next week", "next quarter")
MONTHS = 12
SLACK = timedelta(hours=48)
_NUMBER = re.compile(r"([\d,]*\d(?:\.\d+)?)(?: (million|billion))?(?![\d.])")


def main(folders: list[Path]) -> dict[str, Any]:
    """Return the figures, added up over the folders."""
    found: Counter[str] = Counter()
    disks: list[tuple[bool, int]] = []
    totals: list[tuple[str, bool, float]] = []
    groups: list[bool] = []
    for folder in folders:
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        insights = CatalogueInsights(warehouse=DuckDBWarehouse(folder), catalogue=load_catalogue())
        found += _anomalies(insights, truth)
        disks += _disk(insights, truth)
        totals += _totals(insights, date.fromisoformat(truth["until"]))
        groups += _groups(insights, date.fromisoformat(truth["until"]))
    kinds = sorted({key.split(":")[1] for key in found if key.startswith("planted:")})
    told = {key: found[key] for key in ("is planted", "in an incident", "other")}
    n_true = told["is planted"] + told["in an incident"]
    return {
        "folders": len(folders),
        "anomalies_found": {k: _share(found[f"found:{k}"], found[f"planted:{k}"]) for k in kinds}
        | {"all": _share(*(sum(found[f"{w}:{k}"] for k in kinds) for w in ("found", "planted")))},
        "anomalies_told": told | {"precision": _share(n_true, sum(told.values()))},
        "disk_inside": _share(sum(inside for inside, _ in disks), len(disks)),
        "disk_days_off": max(abs(off) for _, off in disks),
        "totals_inside": {
            ahead: _share(sum(i for a, i, _ in totals if a == ahead),
                          sum(a == ahead for a, _, _ in totals))
            for ahead in AHEAD
        },
        "all_totals_inside": _share(sum(i for _, i, _ in totals), len(totals)),
        "group_totals_inside": _share(sum(groups), len(groups)),
        "totals_missed_by": {
            ahead: round(sorted(m for a, _, m in totals if a == ahead)[
                sum(a == ahead for a, _, _ in totals) // 2], 3)
            for ahead in AHEAD
        },
    }  # fmt: skip


def _answer(insights: CatalogueInsights, text: str, as_of: date) -> Finding:
    found = insights.ask(text, as_of=as_of)
    assert isinstance(found, Finding), (text, found)
    return found


def _anomalies(insights: CatalogueInsights, truth: dict[str, Any]) -> Counter[str]:
    """Ask for each metric and month; match what is told with what is planted."""
    until = date.fromisoformat(truth["until"])
    services = insights._warehouse.run(insights._warehouse.table("services"))[0]
    name_of = dict(zip(services["service_id"], services["name"], strict=True))
    first = add(until, "month", -MONTHS)
    planted = [
        one | {"start": datetime.fromisoformat(one["from"]),
               "end": datetime.fromisoformat(one["until"]), "service": name_of[one["service_id"]]}
        for one in truth["service_metrics"]["anomalies"] if one["from"] >= first.isoformat()
    ]  # fmt: skip
    count: Counter[str] = Counter(f"planted:{one['kind']}" for one in planted)
    hit: set[int] = set()
    for metric, name in NAMES.items():
        for month in range(MONTHS):
            start, end = add(first, "month", month), add(first, "month", month + 1)
            last = end - timedelta(days=1)
            text = f"Any anomalies in {name} between {start:%d %B %Y} and {last:%d %B %Y}?"
            for row in _answer(insights, text, until).rows:
                begun, ended = (datetime.fromisoformat(str(row[place])) for place in (0, 1))
                mine = [
                    place for place, one in enumerate(planted)
                    if (one["service"], one["metric"]) == (row[2], metric)
                    and begun < one["end"] + SLACK and ended >= one["start"]
                ]  # fmt: skip
                hit |= set(mine)
                kind = "in an incident" if row[8] is not None else "other"
                count["is planted" if mine else kind] += 1
    count += Counter(f"found:{planted[place]['kind']}" for place in hit)
    return count


def _disk(insights: CatalogueInsights, truth: dict[str, Any]) -> list[tuple[bool, int]]:
    disk = truth["service_metrics"]["disk"]
    full = date.fromisoformat(disk["reaches_100_percent_at"][:10])
    found = []
    for back in range(0, 181, 30):
        as_of = date.fromisoformat(truth["until"]) - timedelta(days=back)
        rows = _answer(insights, "Which services run out of disk in the next 400 days?", as_of).rows
        row = next(row for row in rows if row[0] == disk["service"])
        expected, earliest, latest = row[3], row[4], row[5]
        assert isinstance(expected, date) and isinstance(earliest, date)
        inside = earliest <= full and (not isinstance(latest, date) or full <= latest)
        found.append((inside, (expected - full).days))
    return found


def _totals(insights: CatalogueInsights, until: date) -> list[tuple[str, bool, float]]:
    """Forecast from days of the last year; compare with what came."""
    found = []
    for metric in FORECAST:
        for back in range(4, 13, 2):
            as_of = add(until, "month", -back)
            for ahead in AHEAD:
                told = _answer(insights, f"Forecast {metric} {ahead}", as_of)
                low, high, expected = _numbers(told)
                days = _days(told, ahead, as_of)
                query = MetricQuery(metrics=(metric,), period=days, as_of=until)
                actual = float(str(insights.compute(query).rows[0][0]))
                missed = abs(expected - actual) / max(actual, 1.0)
                found.append((ahead, low <= actual <= high, missed))
    return found


def _groups(insights: CatalogueInsights, until: date) -> list[bool]:
    """Forecast sums of groups from days of the last year; compare with what came."""
    found = []
    for metric, split in SPLIT.items():
        for back in range(4, 13, 2):
            as_of = add(until, "month", -back)
            for ahead in ("in the next 30 days", "next quarter"):
                told = _answer(
                    insights, f"Forecast {metric} by {split.replace('_', ' ')} {ahead}", as_of
                )
                query = MetricQuery(
                    metrics=(metric,), dimensions=(split,), as_of=until,
                    period=_days(told, ahead, as_of),
                )  # fmt: skip
                actual = {str(row[0]): float(str(row[1])) for row in insights.compute(query).rows}
                for name, _, low, high in told.rows:
                    assert isinstance(low, float) and isinstance(high, float)
                    found.append(low <= actual.get(str(name), 0.0) <= high)
    return found


def _days(told: Finding, ahead: str, as_of: date) -> Period:
    if ahead == "in the next 30 days":
        return Period(start=as_of, end=as_of + timedelta(days=30))
    unit: Literal["week", "quarter"] = "week" if "week" in ahead else "quarter"
    start = as_of - timedelta(days=as_of.weekday()) if unit == "week" else date(
        as_of.year, (as_of.month - 1) // 3 * 3 + 1, 1)  # fmt: skip
    start = add(start, unit, 1)
    return Period(start=start, end=add(start, unit, 1))


def _numbers(told: Finding) -> tuple[float, float, float]:
    """Read the interval and the figure of the headline; three digits are enough."""
    head = told.text.splitlines()[0]
    numbers = [
        float(number.replace(",", "")) * {"million": 1e6, "billion": 1e9}.get(word, 1.0)
        for number, word in _NUMBER.findall(head)
    ]
    place = next(i for i, (n, _) in enumerate(_NUMBER.findall(head)) if n == "95")
    return numbers[place + 1], numbers[place + 2], numbers[0]


def _share(n: int, of: int) -> dict[str, object]:
    low, high = proportion_ci95(n, of)
    return {"n": of, "found": n, "ci95": [round(low, 3), round(high, 3)]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    figures = json.dumps(main(given.folders), indent=1)
    print(figures)
    if given.json:
        given.json.write_text(figures + "\n", encoding="utf-8")
