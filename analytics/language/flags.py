"""Yes-or-no conditions: `reopened`, `not converted`, `without an assignee`."""

from __future__ import annotations

from analytics.language.listing import negation
from analytics.language.naming import flag_of
from analytics.language.scene import Scene
from analytics.model import Filter


def read_flags(scene: Scene, filters: list[Filter], places: dict[int, int]) -> None:
    """`reopened`, `not converted`, `without a conversion`."""
    for index in scene.find(lambda t: bool(t.flags or t.concepts or t.metrics)):
        tag = scene.tags[index]
        names = [name for name in tag.flags if scene.has(name)]
        # "tickets not resolved" says nothing of the incident that they may belong to.
        names = [n for n in names if n not in _ONLY_OWN or scene.is_own(n)]
        spoken = flag_of(tag.concepts)
        if not names and spoken is not None and scene.has(spoken) and scene.is_own(spoken):
            names = [spoken]
        if "unresolved" in tag.concepts and scene.draft.metrics == ["incidents"]:
            filters.append(Filter(dimension="incident_resolved", operator="=", values=(False,)))
            places[index] = len(filters) - 1
            scene.use(index)
            continue
        if "on_time" in tag.concepts and scene.draft.metrics == ["resolved tickets"]:
            filters.append(Filter(dimension="late", operator="=", values=(False,)))
            filters.append(Filter(dimension="has_target", operator="=", values=(True,)))
            places[index] = len(filters) - 2
            scene.use(index)
            continue
        following = scene.after(index)
        measured = following is not None and scene.tags[following].quantity is not None
        if not names or (measured and "has_discount" in names):
            continue
        name = next((n for n in names if scene.is_own(n)), names[0])
        negated = negation(scene, index)
        if name == "responded" and negated is None and _awaited(scene, index):
            filters.append(Filter(dimension=name, operator="=", values=(False,)))
            places[index] = len(filters) - 1
            scene.use(index)
            continue
        places[index] = len(filters)
        filters.append(Filter(dimension=name, operator="=", values=(negated is None,)))
        scene.use(index)
        if negated is not None:
            scene.use(negated)
        for near in (scene.before(index), negated):
            if near is not None and scene.tags[near].concepts & {"repair", "leave", "buy"}:
                scene.use(near)
        if negated is not None:
            ahead = scene.before(negated)
            if ahead is not None and scene.tags[ahead].concepts & {"repair"}:
                scene.use(ahead)


def _awaited(scene: Scene, index: int) -> bool:
    """Say whether the reply is still to come ("waiting for a first reply")."""
    before = scene.before(index)
    return before is not None and (
        "wait" in scene.tags[before].concepts
        or scene.tags[before].text.split()[-1] in {"await", "awaiting", "waiting"}
    )


_ONLY_OWN = frozenset({"incident_resolved", "cause_known"})
_NULLABLE = frozenset(
    {
        "assignee",
        "root_cause",
        "churn_reason",
        "article_id",
        "subcategory",
        "customer_country",
        "city",
    }
)

_PRESENT = {
    "discount": "has_discount",
    "campaign": "from_campaign",
    "incident": "has_incident",
    "cart": "added_to_cart",
}
"""Things that rows may have or lack, and the flag that says so."""

_MISSING = {"unassigned": "assignee", "unowned": "assignee", "ownerless": "assignee"}


def read_present(scene: Scene, filters: list[Filter], places: dict[int, int]) -> None:
    """`orders with a discount`, `without a discount`, `that had a discount`."""
    for index in scene.find(lambda t: t.text in _PRESENT):
        flag = _PRESENT[scene.tags[index].text]
        words = [t.text for t in scene.tags[max(0, index - 3) : index]]
        following = scene.after(index)
        counted = following is not None and scene.tags[following].quantity is not None
        before = scene.before(index)
        counted = counted or (before is not None and scene.tags[before].quantity is not None)
        if counted or not scene.has(flag) or not scene.is_own(flag):
            continue
        negated = negation(scene, index)
        left_out = negated is not None and scene.tags[negated].cue == "not"
        if flag == "has_discount" and left_out and scene.draft.metrics != ["orders"]:
            continue  # "revenue excluding discounts" may mean the revenue before them
        if negated is None and not set(words[-2:]) & {
            "with",
            "have",
            "carry",
            "carried",
            "include",
            "any",
        }:
            continue
        places[index] = len(filters)
        filters.append(Filter(dimension=flag, operator="=", values=(negated is None,)))
        scene.use(index)
        if negated is not None:
            scene.use(negated)


def read_missing(scene: Scene, filters: list[Filter], places: dict[int, int]) -> None:
    """`unassigned`, `without an assignee`, `with no root cause`."""
    for index in scene.find(lambda t: t.is_unknown or bool(t.dimensions)):
        tag = scene.tags[index]
        dimension = _MISSING.get(tag.text)
        negated: int | None = None
        if dimension is None and tag.dimensions:
            negated = negation(scene, index)
            before = scene.before(index)
            words = {t.text for t in scene.tags[max(0, index - 3) : index]}
            unknown = bool(words & {"unknown", "missing", "unclear", "empty"})
            if negated is None and not unknown:
                continue
            if negated is not None and (before != negated or scene.tags[negated].cue != "without"):
                continue
            dimension = next((d for d in tag.dimensions if d in _NULLABLE and scene.has(d)), None)
        if dimension is None or not scene.has(dimension):
            continue
        places[index] = len(filters)
        filters.append(Filter(dimension=dimension, operator="is null", values=()))
        scene.use(index)
        if negated is not None:
            scene.use(negated)
        for i in range(max(0, index - 3), index):
            if scene.tags[i].text in {"unknown", "missing", "unclear", "empty"}:
                scene.use(i)
