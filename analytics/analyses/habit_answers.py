"""Groups of customers by how they buy, told in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analytics.analyses import answering
from analytics.analyses.kind import Context
from analytics.analyses.segment_reading import (
    YEAR_DAYS,
    Asked,
    HabitTable,
    read_buying,
    read_habits,
    read_people,
    with_buying,
)
from analytics.customers.habits import (
    MOST_CLASSES,
    ClassChoice,
    Classes,
    Floats,
    choose_classes,
    class_stability,
    fit_classes,
    probabilities,
)
from analytics.customers.segmentation import Stability
from analytics.describe.dates import days_in_words
from analytics.errors import QuestionError
from analytics.model import Chart, Column, Finding, Receipt

SURE: Final = 0.8
"""Least probability with which a customer is put into a group."""
_LEAST_CUSTOMERS: Final = 200
_UNSTABLE: Final = 0.6
_SEED: Final = 7
_DAWN: Final = date(1970, 1, 1)
_TOLD: Final = 0.08
_OFTEN: Final = 1.3
_COLUMNS: Final = (
    Column(name="segment", label="Group"),
    Column(name="customers", label="Customers", unit="count"),
    Column(name="share", label="Share of customers", unit="fraction"),
    Column(name="revenue_share", label="Share of revenue", unit="fraction"),
    Column(name="revenue", label="Revenue", unit="money"),
    Column(name="revenue_per_customer", label="Revenue per customer", unit="money"),
    Column(name="orders_per_year", label="Orders a year", unit="number"),
    Column(name="profile", label="What sets it apart"),
    Column(name="stability", label="Comes back when customers are redrawn", unit="fraction"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What was fitted."""

    table: HabitTable
    choice: ClassChoice
    classes: Classes
    labels: npt.NDArray[np.int64]
    """Group of each customer of the table; −1 where it is not sure."""
    stability: Stability


def habits_finding(
    context: Context, asked: Asked, n_parts: int | None, words: tuple[str, ...]
) -> Finding:
    """Group customers by channel, season, discounts, categories, plan, lifestyle and rate.

    Parameters
    ----------
    n_parts : int, optional
        Number of groups; None: what the BIC says.

    Raises
    ------
    QuestionError
        When there are too few customers or too many groups are asked for.
    """
    people = read_people(context, asked)
    counted = asked if _has_period(context, asked) else replace(asked, start=_DAWN)
    found = _found(context, read_habits(context, people, counted), n_parts)
    buying, _ = read_buying(context, asked)
    people = with_buying(people, buying)
    of = dict(zip(found.table.customer_ids.tolist(), found.labels.tolist(), strict=True))
    place = people["customer_id"].map(of)
    people = people.assign(
        place=np.where(place.notna(), place.fillna(0), np.where(people["n_ever"] > 0, -2, -3))
    )
    rows = _rows(found, people)
    facts: dict[str, Any] = {
        "n": len(people), "n_two": len(found.labels), "n_sure": int((found.labels >= 0).sum()),
        "sure": SURE, "rows": rows, "groups": rows[: found.classes.k], "choice": found.choice,
        "k": found.classes.k, "given": n_parts is not None, "stability": found.stability,
        "period": days_in_words(asked.start, asked.day), "words": words,
        "all_time": counted.start == _DAWN, "day": asked.day,
        "bics": dict(zip(found.choice.ks, found.choice.bics, strict=True)),
        "best": min(found.choice.bics), "most": MOST_CLASSES,
        "unstable": [row["segment"] for row in rows if (row["stability"] or 1.0) < _UNSTABLE],
    }  # fmt: skip
    return _finding(context, facts, found.table.sql)


def _has_period(context: Context, asked: Asked) -> bool:
    """Say whether the question names the time of the orders; else all of them count."""
    return asked.day != context.as_of or (asked.day - asked.start).days != YEAR_DAYS


def _found(context: Context, table: HabitTable, n_parts: int | None) -> _Found:
    n = len(table.habits)
    if n < _LEAST_CUSTOMERS:
        raise QuestionError(
            f"Only {n:,} of the customers asked about have two orders or more; "
            f"groups by behaviour need {_LEAST_CUSTOMERS}.",
            hint="Ask for the RFM segments, or drop a condition.",
        )
    if n_parts is not None and not 2 <= n_parts <= MOST_CLASSES:
        raise QuestionError(
            f"{n_parts} groups cannot be told.", hint=f"Ask for 2 to {MOST_CLASSES}."
        )
    choice = choose_classes(table.habits, seed=_SEED)
    classes = fit_classes(table.habits, n_parts or choice.k, seed=_SEED)
    belongs = probabilities(table.habits, classes)
    best = belongs.argmax(axis=1)
    labels = np.where(belongs.max(axis=1) >= SURE, best, -1)
    return _Found(
        table=table,
        choice=choice,
        classes=classes,
        labels=labels,
        stability=class_stability(table.habits, classes, seed=_SEED, sure=SURE),
    )


def _rows(found: _Found, people: Any) -> list[dict[str, Any]]:
    total = float(people["revenue"].sum())
    names = _names(found)
    rows = []
    for place in (*range(found.classes.k), -1, -2, -3):
        mine = people[people["place"] == place]
        if len(mine) < answering.LEAST_GROUP and place < 0:
            continue
        revenue, is_group = float(mine["revenue"].sum()), place >= 0
        rows.append({
            "segment": names[place][0], "customers": len(mine), "share": len(mine) / len(people),
            "revenue": revenue, "revenue_share": revenue / total if total else None,
            "revenue_per_customer": revenue / max(len(mine), 1),
            "orders_per_year": float(found.classes.rates[place]) if is_group else None,
            "profile": names[place][1],
            "stability": found.stability.of_group[place] if is_group else None,
        })  # fmt: skip
    return rows


def _names(found: _Found) -> dict[int, tuple[str, str]]:
    """Return a name and a profile for each group and for those in none; no two names alike."""
    rest = {-1: "unsure", -2: "few", -3: "never"}
    names = {place: (_say("rest_name", which=which), _say("rest_profile", which=which, sure=SURE))
             for place, which in rest.items()}  # fmt: skip
    taken: set[str] = set()
    for place in range(found.classes.k):
        told = _told(found, place)
        n_words = 2
        name = _say("name", told=told[:n_words])
        while name in taken and n_words < len(told):
            n_words += 1
            name = _say("name", told=told[:n_words])
        if name in taken:
            name = f"{name} ({place + 1})"
        taken.add(name)
        names[place] = (name, _say("group_profile", told=told[:4]))
    return names


def _told(found: _Found, place: int) -> list[dict[str, Any]]:
    """Return what sets a group apart, the most telling first: levels, then how often it orders."""
    overall: Floats = found.classes.shares @ found.classes.levels
    here = found.classes.levels[place]
    spread = np.sqrt(overall * (1 - overall))
    lead = (here - overall) / np.maximum(spread, 1e-9)
    told, blocks = [], set()
    for column in np.argsort(-lead, kind="stable").tolist():
        block, level = found.table.levels[column]
        if block in blocks or here[column] - overall[column] < _TOLD or level == "without":
            continue
        blocks.add(block)
        told.append({"block": block, "level": level, "here": float(here[column]),
                     "overall": float(overall[column])})  # fmt: skip
    mean = float(found.classes.shares @ found.classes.rates)
    rate = float(found.classes.rates[place])
    if rate > mean * _OFTEN or rate < mean / _OFTEN:
        level = "often" if rate > mean else "seldom"
        told.append({"block": "rate", "level": level, "here": rate, "overall": mean})
    return told


def _say(part: str, **values: object) -> str:
    return answering.say("habit_segments.md.j2", part=part, **values)


def _finding(context: Context, facts: dict[str, Any], sql: str) -> Finding:
    rows = tuple(tuple(row[column.name] for column in _COLUMNS) for row in facts["rows"])
    notes = _say("notes", **facts)
    return Finding(
        analysis="segments",
        text=_say("text", **facts),
        columns=_COLUMNS,
        rows=rows,
        chart=Chart(
            kind="bar",
            title=f"Customers by how they buy, {facts['period']}",
            x="segment",
            y=("revenue_share", "share"),
            compare=("share",),
            unit="fraction",
        ),
        receipt=Receipt(
            definition=_say("definition", **facts),
            period=facts["period"],
            filters=facts["words"],
            sql=sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
        ),
    )
