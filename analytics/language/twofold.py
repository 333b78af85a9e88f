"""Customers picked by the same thing twice: in two periods, or of two kinds ("both A and B")."""

from __future__ import annotations

from dataclasses import dataclass, replace

from analytics.language.clauses import Clause
from analytics.language.scene import LIST_MARKS, Scene
from analytics.language.tagging import Tag
from analytics.model import CustomerCondition, Filter, Period

_LINKS = frozenset({"and", "but", "again", "also", "both", "then", "once more", "a second time"})
_BOUGHT = frozenset({"order", "ordered", "buy", "bought", "purchase", "purchased"})
_OF_PRODUCTS = ("product_category", "product", "product_kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    """Two periods of one verb, and the tags that say so."""

    first: Period
    second: Period
    denied: bool
    used: tuple[int, ...]


def read_twofold(scene: Scene, clauses: list[Clause], heads: list[int]) -> bool:
    """Read `bought in 2024 and again in 2025`, `bought both a laptop and a phone`.

    Returns
    -------
    bool
        Whether the question was one of these; then metric and conditions are in the draft.
    """
    if len(clauses) > 1 or any(_counts_something_else(scene, i) for i in range(len(scene))):
        return False
    verb = _verb(scene, clauses, heads)
    if verb is None:
        return False
    metric = clauses[0].metric if clauses else "orders"
    times = _two_times(scene, verb)
    if times is not None:
        made = [
            CustomerCondition(metric=metric, period=times.first),
            CustomerCondition(metric=metric, period=times.second),
        ]
        if times.denied:
            made[1] = replace(made[1], operator="<")
        _settle(scene, made, [verb, *heads, *times.used])
        return True
    kinds = _two_kinds(scene, verb) if metric == "orders" else None
    if kinds is None:
        return False
    filters, used, told = kinds
    if not told:
        options = ("both of them", "one of them or both")
        if scene.choose("both", "Customers who bought both, or either?", options) == 1:
            return False
    _settle(
        scene,
        [CustomerCondition(metric=metric, filters=(one,)) for one in filters],
        [verb, *heads, *used],
    )
    time = scene.find(lambda t: t.time is not None and t.time.kind == "period")
    if len(time) == 1:
        match = scene.tags[time[0]].time
        period = match.period if match is not None else None
        scene.draft.conditions = [replace(c, period=period) for c in scene.draft.conditions]
        scene.use(*time)
    return True


def _counts_something_else(scene: Scene, index: int) -> bool:
    tag = scene.tags[index]
    people = {"customers", "active customers"}
    named = bool(tag.metrics) and not set(tag.metrics) & people and not tag.members
    return named or tag.quantity is not None or tag.cue in {"share", "percent", "versus", "by"}


def _verb(scene: Scene, clauses: list[Clause], heads: list[int]) -> int | None:
    """Return the tag that says what the customers did."""
    if clauses:
        return clauses[0].verb
    for i in heads:
        if "active customers" in scene.tags[i].metrics and _BOUGHT & set(
            scene.tags[i].text.split()
        ):
            return i
    return None


def _two_times(scene: Scene, verb: int) -> _Times | None:
    places = [i for i, t in enumerate(scene.tags) if _period(t) is not None and i > verb]
    if len(places) == 1:
        match = scene.tags[places[0]].time
        both = [i for i in range(verb, places[0]) if scene.tags[i].cue == "both"]
        if match is None or len(match.parts) != 2 or not both:
            return None
        return _Times(
            first=match.parts[0], second=match.parts[1], denied=False, used=(*both, *places)
        )
    if len(places) != 2:
        return None
    left, right = places
    between = range(left + 1, right)
    linked = [i for i in between if not (scene.tags[i].filler and not scene.tags[i].concepts)]
    if not linked or not all(_is_link(scene.tags[i]) for i in linked):
        return None
    first, second = _period(scene.tags[left]), _period(scene.tags[right])
    if first is None or second is None:
        return None
    denied = any(scene.tags[i].cue == "not" for i in linked)
    both = [i for i in range(verb, left) if scene.tags[i].cue == "both"]
    joined = denied or any("again" in scene.tags[i].text or _is_also(scene.tags[i]) for i in linked)
    if not (joined or both):
        return None
    return _Times(first=first, second=second, denied=denied, used=(left, right, *between, *both))


def _is_also(tag: Tag) -> bool:
    return tag.text in {"also", "both", "and also"}


def _is_link(tag: Tag) -> bool:
    return tag.cue in {"and", "not"} or tag.text in _LINKS or "again" in tag.concepts


def _period(tag: Tag) -> Period | None:
    return tag.time.period if tag.time is not None and tag.time.kind == "period" else None


def _two_kinds(scene: Scene, verb: int) -> tuple[list[Filter], list[int], bool] | None:
    """Return a condition for each of two things bought, and whether "both" is said."""
    places: list[int] = []
    for i in range(verb + 1, len(scene)):
        tag = scene.tags[i]
        if any(m.dimension in _OF_PRODUCTS for m in tag.members):
            places.append(i)
        elif places and not (tag.cue == "and" or tag.text in LIST_MARKS or tag.filler):
            break
    if len(places) != 2:
        return None
    between = [scene.tags[i] for i in range(places[0] + 1, places[1])]
    if not any(t.cue == "and" for t in between):
        return None
    filters: list[Filter] = []
    for i in places:
        name = next(d for d in _OF_PRODUCTS if any(m.dimension == d for m in scene.tags[i].members))
        values = tuple(m.value for m in scene.tags[i].members if m.dimension == name)
        filters.append(
            Filter(dimension=name, operator="=" if len(values) == 1 else "in", values=values)
        )
    both = [i for i in range(verb, places[0]) if scene.tags[i].cue == "both"]
    return filters, [*places, *both, *range(places[0] + 1, places[1])], bool(both)


def _settle(scene: Scene, conditions: list[CustomerCondition], used: list[int]) -> None:
    scene.draft.metrics = ["customers"]
    scene.draft.conditions += conditions
    scene.use(*used)
    scene.use(*scene.find(lambda t: t.cue in {"how_many", "how_much", "who"}))
