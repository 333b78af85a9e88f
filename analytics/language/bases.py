"""`compared to last year`: the base of a comparison whose own period is not said."""

from __future__ import annotations

from datetime import timedelta

from analytics.language.calendar import add, in_words, shifted, to_date, unit_start, whole_unit_of
from analytics.language.moments import TimeMatch
from analytics.language.scene import Scene
from analytics.model import Period

SNAPSHOTS = frozenset({"customers", "open tickets"})
"""What is counted at a moment."""

_COMPARE = frozenset({"compare", "comparison", "comparing"})
_BEFORE_BASE = frozenset({"versus", "more_than_then", "up_from"})


def is_only_base(scene: Scene, index: int, match: TimeMatch) -> bool:
    """Say whether the one period of a question is what something unsaid is set against."""
    before = scene.before(index)
    if before is None or scene.inherited or scene.follows or match.parts or match.ends:
        return False
    tag = scene.tags[before]
    compared = [t for t in scene.tags[:index] if t.text in _COMPARE]
    if compared and tag.metrics and scene.gap(before, index).split()[:1] in (["with"], ["to"]):
        return True
    if any(t.time is not None and t.time.kind == "grain" for t in scene.tags):
        return False
    return tag.cue in _BEFORE_BASE


def read_base(scene: Scene, index: int, match: TimeMatch) -> None:
    """Set the running year against last year: on the same days, or all of it; else ask for it."""
    scene.use(index)
    base = match.period
    made_of = whole_unit_of(base) if base is not None else None
    here = to_date(scene.as_of, made_of[0]) if made_of is not None else None
    if base is None or made_of is None or here is None or here.start >= here.end:
        scene.problems.append(f"What is set against {scene.tags[index].norm}? Name both periods.")
        return
    unit, count = made_of
    if count != 1 or add(base.start, unit, 1) != unit_start(scene.as_of, unit):
        scene.problems.append(f"What is set against {in_words(base)}? Name both periods.")
        return
    same = shifted(here, unit, -1)
    options = (f"this {unit} so far against the same days", f"this {unit} so far against all of it")
    pick = scene.choose("base", f"Against how much of it: {scene.tags[index].norm}?", options)
    scene.draft.period, scene.draft.compare_to = here, (same, base)[pick]
    if scene.draft.compare is None:
        scene.use(*scene.find(lambda t: t.cue in _BEFORE_BASE))


def is_grown_since(scene: Scene, index: int, match: TimeMatch) -> bool:
    """Say whether a change "since January" is asked for."""
    opening = scene.tags[index].text.split()[:1]
    return match.to_date and opening in (["since"], ["from"], ["starting"]) and not match.ends


def read_grown_since(scene: Scene, index: int, match: TimeMatch) -> None:
    """Set today against the day before, of what is counted at a moment; sums need two periods."""
    scene.use(index)
    if match.period is None or not set(scene.draft.metrics) <= SNAPSHOTS:
        label = scene.catalogue.metric(scene.draft.metrics[0]).label
        scene.problems.append(
            f"{label} adds up over time, so a change needs two periods, such as May against April."
        )
        return
    first, day = match.period.start, timedelta(days=1)
    scene.draft.period = Period(start=scene.as_of - day, end=scene.as_of)
    scene.draft.compare_to = Period(start=first - day, end=first)
