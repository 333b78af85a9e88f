"""Period, comparison and grain of a question, from its time expressions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from analytics.language.bases import (
    SNAPSHOTS,
    is_grown_since,
    is_only_base,
    read_base,
    read_grown_since,
)
from analytics.language.calendar import (
    Unit,
    add,
    count_units,
    in_words,
    last_whole,
    previous,
    shifted,
    unit_start,
    whole_unit_of,
)
from analytics.language.changes import COMPARE_CUES, read_change
from analytics.language.moments import TimeMatch
from analytics.language.scene import Scene
from analytics.language.spans import alike
from analytics.model import Grain, Period

_VAGUE = frozenset(
    {"these day", "nowadays", "lately", "recently", "of late", "in recent time", "recent"}
)


def read_times(scene: Scene) -> None:
    """Fill period, comparison and grain of the draft; what cannot be placed stays unexplained."""
    cues = {scene.tags[i].cue for i in scene.left()}
    comparing = bool(cues & COMPARE_CUES)
    matches = [(i, t) for i in scene.left() if (t := _settled(scene, i)) is not None]
    matches = _agos(scene, matches, comparing=comparing)
    shifts = [(i, t) for i, t in matches if t.kind == "shift"]
    periods = [(i, t) for i, t in matches if t.kind == "period" and not _is_now(t)]
    if len(periods) == 2 and shifts and periods[0][1].period == periods[1][1].period:
        scene.use(periods.pop()[0])  # "May against May a year ago" names one month
    for i, t in matches:
        if t.kind in {"everything", "now"} or (t.kind == "period" and _is_now(t)):
            _read_now(scene, i, t, alone=not periods)
        if t.kind == "grain":
            _read_grain(scene, i, t)
    changing = bool(cues & {"change", "growth"}) and not any(t.kind == "grain" for _, t in matches)
    if len(periods) == 1 and not shifts and is_only_base(scene, *periods[0]):
        read_base(scene, *periods[0])
    elif len(periods) == 1 and changing and len(periods[0][1].ends) == 1:
        _read_since(scene, *periods[0])
    elif len(periods) == 1 and changing and is_grown_since(scene, *periods[0]):
        read_grown_since(scene, *periods[0])
    elif scene.inherited and len(periods) == 1 and _is_against(periods[0][1], cues):
        _read_against(scene, *periods[0])
    elif len(periods) == 1 and changing and _is_between(scene, *periods[0]):
        _read_ends(scene, *periods[0])
    elif len(periods) == 1 and periods[0][1].parts:
        _read_list(scene, *periods[0], comparing=comparing)
    elif len(periods) == 2 and (comparing or shifts):
        _read_two(scene, periods)
    elif periods:
        _read_one(scene, periods)
    if shifts and scene.draft.compare_to is None:
        _read_shift(scene, shifts, comparing=comparing)
    if scene.draft.compare_to is not None or scene.draft.compare_step is not None:
        read_change(scene)
    elif comparing:
        _ask_baseline(scene)


def _settled(scene: Scene, index: int) -> TimeMatch | None:
    """Return a time expression with its open reading chosen (`03/04/2026`, `last May`)."""
    match = scene.tags[index].time
    if match is None or not match.readings:
        return match
    if match.is_from and (told := _of_or_since(scene, match)) is not None:
        return told
    others = [t.time.period for t in scene.tags if t.time is not None and not t.time.readings]
    left = [p for p in match.readings if p not in others]
    if len(left) == 1:
        return replace(match, period=left[0], readings=())
    labels = tuple(in_words(p) for p in left)
    asked = f"Which {scene.tags[index].norm} do you mean?"
    if match.is_from:
        asked = f"All since then, or only of that time: “{scene.tags[index].norm}”?"
    pick = scene.choose(f"time:{index}", asked, labels)
    return replace(match, period=left[pick], readings=())


_SPREAD = frozenset({"trend", "cumulative", "average"})


def _of_or_since(scene: Scene, match: TimeMatch) -> TimeMatch | None:
    """Settle `from March` by what else is said; None when nothing does.

    Rows for each month, or a course over time, run on; what is set against another period is one.
    """
    since, named = match.readings
    times = [t.time for t in scene.tags if t.time is not None and t.time is not match]
    grains = {t.grain for t in times if t.kind == "grain"}
    spread = any(t.cue in _SPREAD for t in scene.tags)
    inner = whole_unit_of(named)
    if grains - {"day"} or spread or (grains and inner is not None and inner[0] == "day"):
        return replace(match, period=since, readings=(), is_from=False)
    against = any(t.cue in COMPARE_CUES for t in scene.tags)
    if any(t.kind == "shift" for t in times) or (against and len(times) > 0):
        return replace(match, period=named, readings=(), is_from=False, to_date=False)
    return None


def _agos(
    scene: Scene, matches: list[tuple[int, TimeMatch]], *, comparing: bool
) -> list[tuple[int, TimeMatch]]:
    """`two years ago` is a period of its own, unless something is set against it."""
    agos = [(i, t) for i, t in matches if t.kind == "shift" and t.alone is not None]
    named = any(t.kind == "period" and not _is_now(t) for _, t in matches)
    grained = any(t.kind == "grain" for _, t in matches)
    if len(agos) != 1 or grained or comparing or scene.inherited:
        return matches
    place, ago = agos[0]
    if named:
        return _in_year_ago(scene, matches, place, ago)
    period = replace(ago, kind="period", period=ago.alone, unit=None)
    return [(i, period if i == place else t) for i, t in matches]


def _in_year_ago(
    scene: Scene, matches: list[tuple[int, TimeMatch]], place: int, ago: TimeMatch
) -> list[tuple[int, TimeMatch]]:
    """`May a year ago`, `two years ago in May`: that month in that year."""
    beside = [i for i, t in matches if t.kind == "period" and t.relative and t.period is not None]
    if len(beside) != 1 or beside[0] not in {scene.before(place), scene.after(place)}:
        return matches
    if ago.unit != "year" or ago.alone is None:
        return matches
    scene.use(place)
    year = ago.alone.start.year
    return [
        (i, replace(t, period=shifted(t.period, "year", year - t.period.start.year)))
        if i == beside[0] and t.period is not None
        else (i, t)
        for i, t in matches
        if i != place
    ]


def _is_now(match: TimeMatch) -> bool:
    return match.period is not None and match.period.start == match.period.end


def _read_now(scene: Scene, index: int, match: TimeMatch, *, alone: bool) -> None:
    scene.use(index)
    if match.kind == "everything" or set(scene.draft.metrics) <= SNAPSHOTS or not alone:
        return
    if match.period is not None:
        scene.problems.append(
            f"The data ends before {scene.as_of.isoformat()}, so nothing of today is in it yet."
        )
    elif scene.tags[index].text in _VAGUE:
        recent = ("in the last 30 days", "in the last 12 months")
        pick = scene.choose("recent", "Since when?", recent)
        month = pick == 0
        scene.draft.period = last_whole(
            scene.as_of, "day" if month else "month", 30 if month else 12
        )


def _read_grain(scene: Scene, index: int, match: TimeMatch) -> None:
    grain = match.grain
    if grain is None or scene.draft.grain not in {None, grain}:
        return
    scene.draft.grain = grain
    scene.use(index)


def _read_list(scene: Scene, index: int, match: TimeMatch, *, comparing: bool) -> None:
    scene.use(index)
    if len(match.parts) == 2 and comparing:
        earlier, later = sorted(match.parts, key=lambda p: p.start)
        scene.draft.period, scene.draft.compare_to = later, earlier
        return
    if match.period is None:
        scene.problems.append("Periods that do not follow on each other cannot be added up.")
        return
    scene.draft.period = match.period
    split = match.snapshot or set(scene.draft.metrics) <= SNAPSHOTS
    if split and match.grain is not None and scene.draft.grain is None:
        scene.draft.grain = match.grain


def _read_since(scene: Scene, index: int, match: TimeMatch) -> None:
    """`the change since the end of March`: today against then, for what is counted at a moment."""
    if not set(scene.draft.metrics) <= SNAPSHOTS:
        return
    scene.use(index)
    scene.draft.period = Period(start=scene.as_of - timedelta(days=1), end=scene.as_of)
    scene.draft.compare_to = match.ends[0]


def _read_against(scene: Scene, index: int, match: TimeMatch) -> None:
    """A follow-up that compares the earlier question's period with the one named."""
    here = scene.draft.period
    if here is None or match.period is None:
        return
    scene.use(index)
    if match.reference and match.unit is not None:
        scene.draft.compare_to = _back(here, match.unit, 1)
        return
    first, second = sorted((here, match.period), key=lambda p: (p.start, p.end))
    earlier, later = alike(first, second, scene.as_of)
    scene.draft.period, scene.draft.compare_to = later, earlier


def _is_against(match: TimeMatch, cues: set[str]) -> bool:
    """`against April`, `the change from the month before`, of what was asked before."""
    return "versus" in cues or (match.reference and bool(cues & {"change", "growth"}))


def _is_between(scene: Scene, index: int, match: TimeMatch) -> bool:
    return len(match.ends) == 2 and scene.tags[index].text.startswith(("between ", "from "))


def _read_ends(scene: Scene, index: int, match: TimeMatch) -> None:
    """`the change between April and May`: two periods, not a span."""
    earlier, later = sorted(match.ends, key=lambda p: p.start)
    scene.use(index)
    scene.draft.period, scene.draft.compare_to = later, earlier


def _read_one(scene: Scene, periods: list[tuple[int, TimeMatch]]) -> None:
    index, match = periods[0]
    others = [m for _, m in periods[1:]]
    if match.period is None or any(m.period != match.period for m in others):
        inside = _nested(periods)
        if inside is None:
            return
        scene.draft.period = inside
        scene.use(*(i for i, _ in periods))
        return
    if match.opening and not set(scene.draft.metrics) <= SNAPSHOTS:
        return
    scene.use(*(i for i, _ in periods))
    scene.draft.period = match.period
    if match.period.start >= scene.as_of:
        scene.problems.append(
            f"{scene.tags[index].norm.capitalize()} has not begun in the data, which ends before "
            f"{scene.as_of.isoformat()}."
        )


def _nested(periods: list[tuple[int, TimeMatch]]) -> Period | None:
    """A period inside another one is meant ("in 2025, from May to July")."""
    found = [m.period for _, m in periods if m.period is not None]
    if len(found) != 2 or len(found) != len(periods):
        return None
    small, large = sorted(found, key=lambda p: p.end - p.start)
    told = [m for _, m in periods if m.to_date and m.period == large]
    if told and small.start == large.start and (small.end - small.start).days == 1:
        return large  # "since Easter Monday, 6 April" says one day twice
    return small if large.start <= small.start and small.end <= large.end else None


def _read_two(scene: Scene, periods: list[tuple[int, TimeMatch]]) -> None:
    (i, first), (j, second) = periods
    if first.period is None or second.period is None:
        return
    scene.use(i, j)
    if second.reference and second.unit is not None and not first.reference:
        scene.draft.period = first.period
        scene.draft.compare_to = _back(first.period, second.unit, 1)
        return
    earlier, later = sorted((first.period, second.period), key=lambda p: (p.start, p.end))
    if first.spoken_to_date and whole_unit_of(earlier) == ("year", 1):
        earlier = shifted(later, "year", earlier.start.year - later.start.year)
    if not (first.spoken_to_date or second.spoken_to_date):
        earlier, later = alike(earlier, later, scene.as_of)
    if later.start >= scene.as_of:
        scene.problems.append("One of the two periods has not begun in the data.")
    scene.draft.period, scene.draft.compare_to = later, earlier


def _read_shift(scene: Scene, shifts: list[tuple[int, TimeMatch]], *, comparing: bool) -> None:
    index, match = shifts[0]
    if len({(m.unit, m.count) for _, m in shifts}) > 1:
        return
    draft = scene.draft
    if draft.grain is None and _is_step(scene.tags[index].text) and _is_within(match, draft.period):
        draft.grain = match.grain
    if draft.grain is not None and (match.unit is None or match.count == 1):
        step: Unit = match.unit or draft.grain
        if step == "half":
            return
        scene.use(*(i for i, _ in shifts))
        draft.compare_step = step
        return
    if draft.period is None or draft.period.start >= draft.period.end:
        if draft.metrics and set(draft.metrics) <= SNAPSHOTS and match.unit is not None:
            here = Period(start=scene.as_of - timedelta(days=1), end=scene.as_of)
            draft.period = here
        else:
            return
    scene.use(*(i for i, _ in shifts))
    unit, count = match.unit, match.count
    if unit is None:
        draft.compare_to = previous(draft.period)
    elif match.period is not None:
        years = draft.period.start.year - match.period.start.year
        draft.compare_to = shifted(draft.period, "year", -years)
    elif _counts_from_today(scene, match) and match.alone is not None:
        years = draft.period.start.year - match.alone.start.year
        draft.compare_to = shifted(draft.period, "year", -max(years, 1))
    else:
        draft.compare_to = _back(draft.period, unit, count)


def _counts_from_today(scene: Scene, ago: TimeMatch) -> bool:
    """Say whether both are seen from today: "last year compared with two years ago"."""
    here = scene.draft.period
    told = [t.text.split() for t in scene.tags if t.time is not None and t.time.kind == "period"]
    return (
        ago.unit == "year"
        and ago.alone is not None
        and here is not None
        and ago.alone.start < here.start
        and any("last" in words for words in told)
    )


_STEP = re.compile(
    r"(?P<unit>\w+) (?:on|over|to) (?P=unit)|mom|qoq|wow|dod|[mqw] ?(?:o|/|on|over) ?[mqw]"
)


def _is_step(text: str) -> bool:
    """Say whether the words compare every unit with the one before ("month on month")."""
    return bool(_STEP.fullmatch(text))


def _is_within(match: TimeMatch, period: Period | None) -> bool:
    """Say whether several of the units lie in the period."""
    if period is None or match.unit is None or period.start >= period.end:
        return False
    return period.start.year > 1 and count_units(period, match.unit) > 1


def _back(period: Period, unit: Unit, count: int) -> Period:
    """Return the period that many units earlier; this month so far meets the whole month before."""
    start = unit_start(period.start, unit)
    partial = start == period.start and start < period.end < add(start, unit, 1)
    if partial and unit in {"week", "month", "quarter"}:
        return Period(start=add(start, unit, -count), end=add(start, unit, 1 - count))
    return shifted(period, unit, -count)


def _ask_baseline(scene: Scene) -> None:
    """Ask for the other period of a change: the one before, or a year earlier."""
    cues = scene.find(lambda t: t.cue in {"growth", "change"})
    period = scene.draft.period
    if not cues:
        return
    grain = scene.draft.grain
    if grain is not None:
        options = (f"against the {grain} before", "against the same time a year earlier")
        pick = 0 if grain == "year" else scene.choose("baseline", "Against what?", options)
        scene.draft.compare_step = grain if pick == 0 else "year"
        read_change(scene)
        return
    if period is None or period.start >= period.end or period.start.year < 1900:
        scene.problems.append("A change needs two periods, and none was named.")
        return
    made_of = whole_unit_of(period)
    before, year = previous(period), shifted(period, "year", -1)
    pick = 0
    if before != year and not (made_of and made_of[0] == "year"):
        pick = scene.choose(
            "baseline", "Against what?", ("against the period before", "against a year earlier")
        )
    if (
        made_of is not None
        and made_of[0] == "day"
        and period.end == scene.as_of
        and period.start.day == 1
    ):
        pick = 1 if period.start.month == 1 else pick
    scene.draft.compare_to = year if pick else before
    read_change(scene)


def default_grain(period: Period | None) -> Grain:
    """Return the grain of a trend that names none: days up to two months, else months."""
    if period is not None and (period.end - period.start).days <= 62:
        return "day"
    return "month"
