# ruff: noqa: E501 - one pattern a line, however long
"""The slots of an analysis: what the question itself fixes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise

from analytics.analyses.kind import Kind
from analytics.analyses.plan_slots import plan_slots
from analytics.analyses.staffing_wishes import slots_in
from analytics.catalogue import Catalogue
from analytics.language.calendar import add, previous
from analytics.language.grouping import read_groups
from analytics.language.members import read_members
from analytics.language.naming import name_metrics
from analytics.language.scene import Scene
from analytics.language.tagging import Tag
from analytics.language.text import NUMBER_PATTERN, number_of
from analytics.language.timing import read_times
from analytics.model import Filter, Period

_IDS = {"customer_id": "customer_id", "incident_id": "incident_id", "ticket_id": "ticket_id"}
_THINGS = {
    "campaign": ("campaign", "campaign_id"),
    "service": ("service", "service_id"),
    "product": ("product", "product_id", "product_category"),
    "experiment": ("experiment",),
}
_RESOURCES = (
    ("memory", "memory load"), ("ram", "memory load"), ("cpu", "cpu load"),
    ("processor", "cpu load"), ("disk", "disk used"), ("storage", "disk used"),
)  # fmt: skip
_AHEAD = re.compile(
    rf"(?<!\S)(?:in|within) (?P<count>{NUMBER_PATTERN}) (?P<unit>day|week|month)(?!\S)"
)
_CONTROL = re.compile(
    r"control|held out|hold out|holdout|left alone|leave alone|not contacted|uncontacted|untouched|"
    r"not mailed|sent nothing|done nothing|doing nothing|did not (?:get|receive)|do not (?:get|receive)|without the mailing|anyway"
)
_VARIANTS = re.compile(
    r"(?<!\S)(?:variant|version|arm|group)? ?(a|b) (?:or|vs|versus|against|and|than|beat|over|with) (?:variant |version )?(a|b)(?!\S)"
)
_SYMPTOMS = (
    "cpu_load",
    "memory_load",
    "delay",
    "error_1000",
    "error_1001",
    "error_1002",
    "error_1003",
)
_SYMPTOM_WORDS: tuple[tuple[str, str], ...] = (
    ("cpu_load", r"(?:high |heavy )?(?:cpu|processor)(?: load| usage| utilisation| utilization)?"),
    (
        "memory_load",
        r"(?:high |heavy )?(?:memory|ram)(?: load| usage| pressure| utilisation| utilization)?",
    ),
    ("delay", r"(?:network )?(?:delay|latency|lag|slowness|slow response)"),
    *((f"error_{code}", rf"(?:error )?(?:code )?{code}") for code in (1000, 1001, 1002, 1003)),
)
_SHIFT_PLAN = re.compile(r"(?:shift|staffing|workforce|duty) plan")
_PAIRED = frozenset({"change_drivers", "segment_migration"})
"""Kinds that compare two periods; without a second one, with the one before."""
_MESSAGES = frozenset({"mailing", "newsletter", "message", "mail", "contact", "mailshot"})
"""Nouns for what a campaign sends, not the channel of anything."""
_DENIED = re.compile(
    r"(?:no|not|without|neither|nor|but no|free of|normal|low)(?: (?:a|an|any|the|high|elevated|heavy|error))*$"
)


_ABSENT_AFTER = re.compile(
    r"^(?:(?:be|look|stay|stayed|was|were|seem) (?:\S+ )?(?:low|usual|quiet|not (?:seen|high|elevated|affected)|(?:normal|fine|ok|okay|unremarkable))"
    r"|(?:normal|fine|ok|okay|unremarkable)(?! (?:cpu|memory|ram|processor|delay|latency|error|network)))(?!\S)"
)


def slots_for(
    kind: Kind, tags: tuple[Tag, ...], catalogue: Catalogue, as_of: date
) -> dict[str, object]:
    """Return the slots of one kind that tagged words fix; those not said are left out."""
    text = " ".join(tag.text for tag in tags)
    wanted = set(kind.slots)
    found: dict[str, object] = {}
    metric = _metric(kind, tags, catalogue, as_of)
    if "metric" in wanted and metric is not None:
        found["metric"] = metric
    subject = metric if metric is not None and "metric" in wanted else kind.subject
    scene = Scene(tags, catalogue, as_of, {})
    scene.draft.metrics = [subject]
    found |= _things(tags, wanted)
    found |= _times(scene, wanted, kind)
    if "dimension" in wanted:
        found |= _dimension(scene, kind)
    if "group" in wanted and (match := _VARIANTS.search(text)):
        found["group"] = sorted({match[1].upper(), match[2].upper()})
    if "budget" in wanted:
        found |= plan_slots(text)
        if "rest_days" in found:
            found.pop("period", None)  # the days of the rest are no days of the plan
    if "filters" in wanted:
        filters = _symptoms(text) if kind.name == "root_cause" else {}
        filters |= _filters(scene, catalogue, found)
        if filters:
            found["filters"] = filters
    if "top_n" in wanted and (n := _top_n(tags)) is not None:
        found["top_n"] = n
    if "threshold" in wanted and (limit := _threshold(tags, kind)) is not None:
        found["threshold"] = limit
    if kind.name == "staffing":
        found = _shift_and_wishes(found, tags)
    if kind.name == "incident_risk" and found.get("dimension") in ("", "name"):
        del found["dimension"]
    if kind.name == "campaign_result" and _CONTROL.search(text):
        found["compare_to"] = "control"
    return found


def _shift_and_wishes(found: dict[str, object], tags: tuple[Tag, ...]) -> dict[str, object]:
    """Weekdays and hours are the shift, not filters; who is counted is no split."""
    filters = found.get("filters")
    kept = dict(found)
    if isinstance(filters, Mapping):
        kept["filters"] = {column: value for column, value in filters.items() if column}
    text = " ".join(tag.norm for tag in tags)
    is_split = not (kept.get("dimension") == "plan" and _SHIFT_PLAN.search(text))
    if kept.get("dimension") in ("", "assignee", "ticket_id") or not is_split:
        kept.pop("dimension", None)
    return kept | slots_in(text)


def unplaced(
    kind: Kind, tags: tuple[Tag, ...], catalogue: Catalogue, slots: Mapping[str, object]
) -> tuple[str, ...]:
    """Return the groups that an analysis cannot be narrowed to or split by, as written.

    "When is the disk full for premium customers?" names a plan, and no disk has one; "Did the
    mailing work by region?" wants rows that a campaign's result does not have.
    """
    subject = str(slots.get("metric") or kind.subject)
    found = _splits(tags, catalogue, _ROWS_OF[kind.name]) if kind.name in _ROWS_OF else []
    for tag in tags:
        says_more = tag.metrics or tag.dimensions or tag.time or tag.quantity or tag.rank or tag.cue
        if says_more or tag.filler or tag.concepts or tag.flags:
            continue
        names = {m.dimension for m in tag.members if m.dimension in catalogue.dimensions}
        owners = {catalogue.dimension(name).entity for name in names}
        if owners == {"customer"} and not any(catalogue.has_dimension(subject, n) for n in names):
            found.append(tag.norm)
    return tuple(dict.fromkeys(found))


_ROWS_OF: dict[str, frozenset[str]] = {
    "campaign_result": frozenset({"campaign", "contact"}),
    "capacity": frozenset({"service"}),
    "churn_drivers": frozenset({"customer"}),
    "cross_sell_rules": frozenset({"product"}),
    "experiment_result": frozenset({"contact", "experiment"}),
    "next_best_offer": frozenset({"product", "customer"}),
}
"""Kinds that are not split further, and the entities whose rows their answers have anyway."""
_SPLITTING = frozenset(
    {"by", "per", "for each", "for every", "in each", "in every", "each", "split by", "across",
     "broken down by", "of each", "grouped by", "by each", "break down by", "among", "on each"}
)  # fmt: skip


def _splits(tags: tuple[Tag, ...], catalogue: Catalogue, own: frozenset[str]) -> list[str]:
    """Return what follows "by" or "per" and names rows other than the analysis's own."""
    found: list[str] = []
    for before, tag in pairwise(tags):
        if tag.time is not None and tag.time.kind == "grain":
            found.append(tag.norm)
        if before.text not in _SPLITTING or not tag.dimensions:
            continue
        owners = {catalogue.dimension(name).entity for name in tag.dimensions}
        whole = {catalogue.dimension(name).kind for name in tag.dimensions} <= {"entity"}
        if not (owners & own and (whole or "customer" not in own)):
            found.append(f"{before.norm} {tag.norm}")
    return found


def merged_slots(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    """Return the slots of a follow-up: what is not said again stays; filters join by column."""
    result = {**old, **new}
    before, after = old.get("filters"), new.get("filters")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        result["filters"] = {**before, **after}
    return result


def _metric(kind: Kind, tags: tuple[Tag, ...], catalogue: Catalogue, as_of: date) -> str | None:
    named = [t.metrics[0] for t in tags if t.metrics]
    if kind.name in {"capacity", "root_cause"}:
        usable = [m for m in named if catalogue.metric(m).entities[:1] == ("reading",)]
        words = {word for t in tags for word in t.text.split()}
        usable += [m for w, m in _RESOURCES if w in words]
        return (usable or ["disk used"])[0] if kind.name == "capacity" else None
    scene = Scene(tags, catalogue, as_of, {})
    name_metrics(scene)
    if scene.draft.metrics:
        return scene.draft.metrics[0]
    return named[0] if named else None


def _things(tags: tuple[Tag, ...], wanted: set[str]) -> dict[str, object]:
    """Customers, incidents, campaigns, … called by number or by name."""
    found: dict[str, object] = {}
    for tag in tags:
        for member in tag.members:
            slot = _IDS.get(member.dimension)
            if slot in wanted:
                found.setdefault(slot, member.value)
            for name, dimensions in _THINGS.items():
                if name in wanted and member.dimension in dimensions:
                    found.setdefault(name, member.value)
    return found


def _times(scene: Scene, wanted: set[str], kind: Kind) -> dict[str, object]:
    found: dict[str, object] = {}
    for tag in scene.tags:
        time = tag.time
        if time is not None and time.kind == "horizon" and "horizon" in wanted:
            found["horizon"] = f"{time.count} {time.unit}s"
    ahead = _AHEAD.search(" ".join(t.text for t in scene.tags))
    if ahead and kind.name in {"forecast", "capacity", "churn_risk"} and "horizon" not in found:
        found["horizon"] = f"{number_of(ahead['count']):g} {ahead['unit']}s"
    two = "compare_to" in wanted
    ends = next(
        (t.time.ends for t in scene.tags if t.time is not None and len(t.time.ends) == 2), ()
    )
    read_times(scene)
    draft = scene.draft
    if two and ends and draft.compare_to is None:
        draft.period, draft.compare_to = ends[1], ends[0]
    alone = two and draft.compare_to is None and kind.name in _PAIRED
    if alone and draft.period is not None and draft.period.start < draft.period.end:
        draft.compare_to = previous(draft.period)
    if "period" in wanted and draft.period is not None:
        text = " ".join(t.text for t in scene.tags)
        coming = _comes_next(kind, draft.period, text, scene.as_of)
        found["period"] = _span(coming or draft.period)
    if two and draft.compare_to is not None:
        found["compare_to"] = _span(draft.compare_to)
    return found


_LOOKS_AHEAD = frozenset({"forecast", "capacity", "incident_risk", "staffing"})
_YEARLESS = re.compile(
    r"(?<!\S)(?:q ?[1-4]|h ?[12]|(?:first|second|third|fourth|last|1st|2nd|3rd|4th) (?:quarter|half)|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)(?!\S)"
)
_PAST = re.compile(
    r"(?<!\S)(?:last|past|previous|ago|since|base|based|history|learn\S*|train\S*|fit\S*|from|use|using)(?!\S)|(?<!\S)\d{4}(?!\S)"
)


def _comes_next(kind: Kind, period: Period, text: str, as_of: date) -> Period | None:
    """Return the coming quarter or month of a name that the past was taken for: "forecast for Q3"."""
    if kind.name not in _LOOKS_AHEAD or period.end > as_of:
        return None
    if not _YEARLESS.search(text) or _PAST.search(text):
        return None
    return Period(start=add(period.start, "year", 1), end=add(period.end, "year", 1))


_COHORT_OF = re.compile(
    r"(?:by|per|each) (?:the )?(?:\S+ ){0,3}?(?P<unit>week|month|quarter|year)(?: of \S+)?(?!\S)"
)


def _span(period: Period) -> str:
    return f"{period.start.isoformat()}/{period.end.isoformat()}"


def _dimension(scene: Scene, kind: Kind) -> dict[str, object]:
    read_groups(scene)
    names = [d for d in scene.draft.dimensions if d not in {"customer", "customer_id"}]
    if names:
        return {"dimension": scene.catalogue.dimension(names[0]).column}
    if scene.draft.grain is not None:
        return {"dimension": scene.draft.grain}
    cohort = _COHORT_OF.search(" ".join(t.text for t in scene.tags))
    if cohort is not None and kind.name == "cohort_retention":
        return {"dimension": cohort["unit"]}
    return {"dimension": "month"} if kind.name == "cohort_retention" else {}


def _filters(scene: Scene, catalogue: Catalogue, found: Mapping[str, object]) -> dict[str, object]:
    for index, tag in enumerate(scene.tags):
        if "message" in tag.concepts and tag.text in _MESSAGES:
            scene.use(index)
    filters, _ = read_members(scene)
    things = {d for name, dimensions in _THINGS.items() if name in found for d in dimensions}
    result: dict[str, object] = {}
    for one in filters:
        dimension = catalogue.dimension(one.dimension)
        if dimension.kind == "boolean" or one.dimension in _IDS or one.dimension in things:
            continue
        if one.dimension == "objective" and not _names_campaign(scene):
            continue
        if one.dimension == "variant" and "group" in found:
            continue
        if one.operator in {"is null", "not null"} or one.dimension in _SYMPTOMS:
            continue
        column = dimension.column or dimension.name
        if one.operator == "=":
            result[column] = one.values[0]
        elif one.operator == "in":
            result[column] = list(one.values)
        else:
            result[column] = _denied(one)
    return result


def _names_campaign(scene: Scene) -> bool:
    return any("campaign" in t.dimensions or "message" in t.concepts for t in scene.tags)


def _denied(one: Filter) -> object:
    return {"not": list(one.values)}


def _symptoms(text: str) -> dict[str, object]:
    """Which symptoms were seen (1) or said to be absent (0)."""
    result: dict[str, object] = {}
    for column, words in _SYMPTOM_WORDS:
        match = re.search(rf"(?<!\S){words}(?!\S)", text)
        if match is None:
            continue
        before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
        is_high = match[0].startswith(("high ", "heavy "))
        is_absent = _DENIED.search(before) or (not is_high and _ABSENT_AFTER.search(after))
        result[column] = 0 if is_absent else 1
    return {column: result[column] for column in _SYMPTOMS if column in result}


_INTO = re.compile(
    rf"into (?P<count>{NUMBER_PATTERN}) (?:\S+ )?(?:cluster|group|segment|type|bucket|profile|class)"
)


def _top_n(tags: tuple[Tag, ...]) -> int | None:
    for tag in tags:
        if tag.rank is not None and tag.rank.n is not None:
            return tag.rank.n
    parts = _INTO.search(" ".join(t.text for t in tags))
    if parts is not None:
        return int(number_of(parts["count"]) or 0) or None
    for i, tag in enumerate(tags):
        following = [t for t in tags[i + 1 : i + 5] if not t.filler]
        thing = any(t.metrics or t.dimensions or "people" in t.concepts for t in following)
        if tag.number is not None and tag.number == int(tag.number) and tag.number > 1 and thing:
            return int(tag.number)
    return None


def _threshold(tags: tuple[Tag, ...], kind: Kind) -> float | None:
    for tag in tags:
        if tag.quantity is not None and tag.quantity.unit in {"", "percent"}:
            share = kind.name == "churn_risk" and tag.quantity.unit == "percent"
            return tag.quantity.value / 100 if share else tag.quantity.value
    for i, tag in enumerate(tags):
        percent = i + 1 < len(tags) and tags[i + 1].cue == "percent"
        if tag.number is not None and percent:
            return tag.number / 100 if kind.name == "churn_risk" else tag.number
    return None
