"""Shares: which conditions make the part, and which the whole."""

from __future__ import annotations

from analytics.language.scene import Scene
from analytics.model import Filter

_VERBS = frozenset({"be", "have", "do", "go", "come", "get", "make", "need", "that", "who"})
_DOING = frozenset({"caused", "earn", "raise", "resolve", "buy", "visit"})
_SHARE_CUES = frozenset({"share", "share_total"})


def read_share(scene: Scene, filters: list[Filter], places: dict[int, int]) -> list[Filter]:
    """Take the conditions that make the part out of the filters.

    Returns
    -------
    list of Filter
        What stays a filter on both the part and the whole.
    """
    cues = scene.find(lambda t: t.cue in _SHARE_CUES)
    rest = scene.find(lambda t: t.cue == "percent")
    additive = all(scene.catalogue.metric(m).additive for m in scene.draft.metrics)
    if not cues and not (rest and additive):
        if _are_percentages(scene):
            scene.use(*rest)
        return filters
    if not additive:
        if any(scene.catalogue.metric(m).unit == "fraction" for m in scene.draft.metrics):
            scene.use(*cues, *rest)
        return filters
    scene.use(*cues, *rest)
    beside = {t.text for t in scene.tags[max(0, min([*cues, *rest]) - 2) : min([*cues, *rest])]}
    if beside & {"and", "plus", "+", "&"} and not scene.follows:
        scene.problems.append("The number and its share are two questions; ask for one of them.")
    start = min([*cues, *rest])
    part = _part(scene, filters, places, start)
    grouped = bool(scene.draft.dimensions)
    if part:
        scene.draft.numerator = [filters[i] for i in part]
        return [f for i, f in enumerate(filters) if i not in part]
    if grouped:
        scene.draft.share_of_total = True
        return filters
    scene.problems.append("A share needs the part that is meant, or what to split the total by.")
    return filters


def _are_percentages(scene: Scene) -> bool:
    """Say whether "in percent" says nothing new: of rates, of loads, of a growth."""
    units = {scene.catalogue.metric(m).unit for m in scene.draft.metrics}
    return bool(units & {"fraction", "percent", "points"}) or scene.draft.compare is not None


def _part(scene: Scene, filters: list[Filter], places: dict[int, int], cue: int) -> list[int]:
    """Return which filters make the part."""
    if not filters:
        return []
    told = [f for i, f in sorted(places.items()) if i > _verb_after(scene, cue)]
    told = [f for f in told if filters[f].dimension != "has_target"]
    flags = [i for i, f in enumerate(filters) if _is_condition(f)]
    flags = [i for i in flags if filters[i].dimension != "has_target"]
    if scene.draft.dimensions:
        plain = [i for i, f in enumerate(filters) if i not in flags and f.dimension != "has_target"]
        if flags or not plain:
            return flags
        split = _first_group(scene)
        early = {f for i, f in places.items() if cue < i < split}
        within = [
            i for i in plain if i in early and filters[i].dimension not in scene.draft.dimensions
        ]
        if not within or all(i in told for i in within):
            return within
        pick = scene.choose(
            "share of", "A share of what?", ("within each row", "of the total over all rows")
        )
        return within if pick == 0 else []
    if told:
        return sorted(set(told))
    if len(filters) == 1:
        return [0]
    if len(flags) == 1 and len(filters) == 2 and any(f.dimension == "has_target" for f in filters):
        return flags
    if len(flags) == 1:
        return flags
    scene.problems.append(
        "It is not clear which of the conditions is the part and which the whole."
    )
    return []


def _first_group(scene: Scene) -> int:
    names = set(scene.draft.dimensions)
    return next((i for i, t in enumerate(scene.tags) if names & set(t.dimensions)), len(scene))


def _is_condition(one: Filter) -> bool:
    return one.operator in {">", ">=", "<", "<=", "is null", "not null"} or one.values in {
        (True,),
        (False,),
    }


def _verb_after(scene: Scene, cue: int) -> int:
    """Return the place of the verb that parts the whole from its part."""
    seen_metric = False
    for i in range(cue, len(scene)):
        tag = scene.tags[i]
        if tag.metrics and i > cue:
            seen_metric = True
        elif seen_metric and (tag.text in _VERBS or tag.cue == "who" or tag.concepts & _DOING):
            return i
    return len(scene)
