"""Reads a tagged question into the parts of a metric query, one kind of part after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from analytics.catalogue import Catalogue
from analytics.language.calendar import last_whole
from analytics.language.cohort import read_cohort, settle_bought
from analytics.language.compared import read_compared_values
from analytics.language.cues import FILLER
from analytics.language.extremes import read_extremes
from analytics.language.fitting import fit_superlatives
from analytics.language.grouping import COMPARING, read_groups
from analytics.language.hit import settle_hit
from analytics.language.members import read_members
from analytics.language.naming import name_metrics
from analytics.language.nouns import check_counted
from analytics.language.owners import read_owners
from analytics.language.ranking import read_rank
from analytics.language.rates import read_rates, read_ratio
from analytics.language.scene import Scene
from analytics.language.sharing import read_share
from analytics.language.statistics import read_distinct, read_maxima, read_statistics
from analytics.language.tagging import Tag
from analytics.language.thresholds import read_quantities
from analytics.language.timing import default_grain, read_times
from analytics.language.unit_words import read_unit_words
from analytics.model import Filter, MetricQuery

_NEUTRAL_CUES = frozenset(
    {"polite", "and", "or", "only", "who", "each", "how_much", "what_do", "by"}
)
_AS_TO = frozenset({"in term of", "with regard to", "according to"})


def read(
    tags: tuple[Tag, ...], catalogue: Catalogue, as_of: date, picks: Mapping[str, int]
) -> Scene:
    """Fill a draft from the tags; look at `open`, `problems` and `left()` before using it."""
    scene = Scene(tags, catalogue, as_of, picks)
    if not read_cohort(scene):
        read_owners(scene)
        name_metrics(scene)
        read_rates(scene)
        read_extremes(scene)
        fit_superlatives(scene)
        check_counted(scene)
    if scene.draft.metrics:
        read_parts(scene)
    return scene


def read_parts(scene: Scene) -> None:
    """Read everything but the metrics, which the draft already has."""
    read_ratio(scene)
    read_distinct(scene)
    read_groups(scene)
    read_times(scene)
    _date_conditions(scene)
    filters, places = read_members(scene)
    filters += scene.draft.filters
    scene.draft.filters = []
    _settle_meanings(scene, filters)
    more, more_places = read_quantities(scene)
    places |= {index: position + len(filters) for index, position in more_places.items()}
    filters = read_share(scene, filters + more, places)
    read_compared_values(scene, filters)
    read_maxima(scene)
    read_rank(scene)
    _read_trend(scene)
    read_statistics(scene)
    read_unit_words(scene)
    _read_average(scene)
    _read_counted_groups(scene)
    scene.draft.filters += filters
    _use_small_words(scene)
    _check_asked(scene)
    settle_bought(scene)


def query_of(scene: Scene) -> MetricQuery:
    """Return the draft as a metric query."""
    draft = scene.draft
    return MetricQuery(
        metrics=tuple(draft.metrics),
        dimensions=tuple(draft.dimensions),
        grain=draft.grain,
        filters=tuple(draft.filters),
        having=tuple(draft.having),
        period=draft.period,
        compare_to=draft.compare_to,
        compare=draft.compare,  # type: ignore[arg-type]
        compare_step=draft.compare_step,
        share_of_total=draft.share_of_total,
        numerator=tuple(draft.numerator),
        per_metric=draft.per_metric,
        per_scale=draft.per_scale,
        customer_conditions=tuple(draft.conditions),
        mean_per=draft.mean_per,
        count_groups=draft.count_groups,
        order_by=draft.order_by,
        order=draft.order,  # type: ignore[arg-type]
        top_n=draft.top_n,
        top_within=tuple(draft.top_within),
        skip=draft.skip,
        cumulative=draft.cumulative,
        quantile=draft.quantile,
        shown_in=draft.shown_in,
        as_of=scene.as_of,
    )


def _date_conditions(scene: Scene) -> None:
    """Customers are counted at a moment: a period belongs to what they did in it."""
    draft = scene.draft
    for place in scene.same_time:
        if draft.period is None:
            scene.problems.append("The question points back to a time that it does not name.")
        draft.conditions[place] = replace(draft.conditions[place], period=draft.period)
    undated = [c for c in draft.conditions if c.metric == "cancelled orders" and c.period is None]
    if draft.metrics == ["customers"] and undated and draft.period is not None:
        draft.conditions = [replace(c, period=draft.period) for c in draft.conditions]
        draft.period = None


def _settle_meanings(scene: Scene, filters: list[Filter]) -> None:
    """Words whose meaning hangs on what else is said: active, late."""
    draft = scene.draft
    ever = any(t.time is not None and t.time.kind == "everything" for t in scene.tags)
    said_active = any("active customers" in t.metrics and "active" in t.text for t in scene.tags)
    unbounded = draft.period is None and not ever and not draft.grain
    if draft.metrics == ["active customers"] and said_active and unbounded:
        _settle_active(scene, filters)
    unsure = scene.find(lambda t: t.text == "active" and bool(t.members))
    if unsure and draft.metrics == ["customers"]:
        scene.use(*unsure)
        if draft.period is not None:
            draft.metrics = ["active customers"]
        else:
            _settle_active(scene, filters)
    if draft.metrics == ["conversion rate"] and _about_campaigns(scene, filters):
        pick = scene.choose(
            "conversion", "Conversion of what?", ("conversion rate", "response rate")
        )
        draft.metrics = [("conversion rate", "response rate")[pick]]
    settle_hit(scene, filters)
    late = next(
        (i for i, f in enumerate(filters) if f.dimension == "late" and f.values == (True,)), None
    )
    spoken = any("late" in t.flags and t.text != "late" for t in scene.tags)
    if late is not None and draft.metrics in (["tickets"], ["open tickets"]):
        if spoken and draft.metrics == ["tickets"]:
            draft.metrics = ["resolved tickets"]
        else:
            _settle_late(scene, filters, late)
    if late is not None and draft.metrics == ["resolved tickets"]:
        _settle_late_share(scene, filters)
    if any(f.dimension == "overdue" for f in filters) and draft.metrics == ["tickets"]:
        draft.metrics = ["open tickets"]


def _settle_active(scene: Scene, filters: list[Filter]) -> None:
    options = (
        "those whose status is active",
        "those with an order in the last 30 days",
        "those with an order in the last 12 months",
    )
    pick = scene.choose("active", "Active in which sense?", options)
    if pick == 0:
        scene.draft.metrics = ["customers"]
        filters.append(Filter(dimension="customer_status", operator="=", values=("active",)))
        return
    scene.draft.metrics = ["active customers"]
    unit, count = (("day", 30), ("month", 12))[pick - 1]
    scene.draft.period = last_whole(scene.as_of, unit, count)  # type: ignore[arg-type]


def _about_campaigns(scene: Scene, filters: list[Filter]) -> bool:
    named = any("campaign" in t.dimensions or "campaigns" in t.metrics for t in scene.tags)
    return named and not scene.draft.dimensions


def _settle_late(scene: Scene, filters: list[Filter], late: int) -> None:
    if scene.draft.metrics == ["open tickets"]:
        filters[late] = Filter(dimension="overdue", operator="=", values=(True,))
        return
    pick = scene.choose(
        "late",
        "Late in which sense?",
        ("still open and past their due time", "resolved after their due time"),
    )
    scene.draft.metrics = ["open tickets" if pick == 0 else "resolved tickets"]
    if pick == 0:
        filters[late] = Filter(dimension="overdue", operator="=", values=(True,))


def _settle_late_share(scene: Scene, filters: list[Filter]) -> None:
    """Ask of what the share resolved late is: of those with a due time, or of all."""
    if not scene.find(lambda t: t.cue in {"share", "share_total", "percent"}):
        return
    if any(f.dimension == "has_target" for f in filters) or any(
        "all" in t.text.split() for t in scene.tags
    ):
        return
    options = ("of the resolved tickets that have a due time", "of all resolved tickets")
    if scene.choose("late share", "Late as a share of which tickets?", options) == 0:
        filters.append(Filter(dimension="has_target", operator="=", values=(True,)))


def _read_trend(scene: Scene) -> None:
    cues = scene.find(lambda t: t.cue == "trend")
    if not cues:
        return
    scene.use(*cues)
    if scene.draft.compare_to is not None:
        return  # "how did orders develop in May against April": two numbers
    if scene.draft.grain is None:
        scene.draft.grain = default_grain(scene.draft.period)


def _read_average(scene: Scene) -> None:
    """`average monthly revenue`: the mean of the months, where the metric adds up."""
    cues = scene.find(lambda t: t.cue == "average")
    draft = scene.draft
    if cues and draft.per_metric is not None:
        scene.use(*cues)
    if (
        not cues
        or draft.grain is None
        or not all(scene.catalogue.metric(m).additive for m in draft.metrics)
    ):
        return
    draft.mean_per, draft.grain = draft.grain, None
    scene.use(*cues)


def _read_counted_groups(scene: Scene) -> None:
    """`how many products sold more than 100 units`: the number of rows, not the rows."""
    draft = scene.draft
    if not draft.having or len(draft.dimensions) != 1 or draft.order is not None:
        return
    for index, tag in enumerate(scene.tags):
        following = scene.after(index)
        if tag.cue != "how_many" or following is None:
            continue
        if set(scene.tags[following].dimensions) & set(draft.dimensions):
            draft.count_groups = True


_ASKING_ROWS = frozenset({"which", "who", "where"})


def _check_asked(scene: Scene) -> None:
    """A question that opens with "which" or "where" wants rows, one with "when" a date."""
    told = {t.cue for t in scene.tags}
    words = [t for t in scene.tags if t.text.strip("?!.,;:-")]
    draft = scene.draft
    rows = bool(scene.follows or draft.dimensions or draft.grain or draft.conditions)
    counted = bool(
        told & {"how_many", "how_much", "how_long", "how_often", "how_happy", "share", "average"}
    )
    if words and words[0].text in _ASKING_ROWS and not rows and not counted and not scene.problems:
        scene.problems.append(
            "This asks for a list; name what its rows should be, such as customers or teams."
        )
    bought = draft.metrics == ["active customers"] and any("buy" in t.concepts for t in scene.tags)
    opening = [t.text for t in words[:2]]
    if bought and (opening == ["what", "do"] or opening[:1] == ["what do"]) and not counted:
        scene.problems.append(
            "This asks what was bought; ask for units sold or revenue by product."
        )
    for index in scene.find(lambda t: t.cue == "when"):
        if counted and not rows:
            scene.use(index)


def _use_small_words(scene: Scene) -> None:
    for index in scene.left():
        tag = scene.tags[index]
        if tag.cue == "and" and tag.text == "plus":
            scene.use(index)
        if (
            tag.metrics
            or tag.dimensions
            or tag.members
            or tag.flags
            or tag.time
            or tag.quantity
            or tag.rank
        ):
            continue
        if tag.cue == "both" and (
            len(scene.draft.metrics) == 2 or scene.draft.compare_to is not None
        ):
            scene.use(index)
        split = bool(scene.draft.dimensions or scene.draft.grain)
        if split and (tag.cue == "shown" or tag.text == "distribution of"):
            scene.use(index)
        if split and (_breaks_down(scene, index) or _compares_groups(scene, tag)):
            scene.use(index)
        if tag.text in FILLER and not tag.cue:
            scene.use(index)
        if "caused" in tag.concepts and (scene.draft.filters or scene.draft.numerator):
            scene.use(index)
        if (
            (tag.cue in _NEUTRAL_CUES and _is_harmless(scene, index, tag))
            or (tag.filler and not tag.cue)
            or (tag.concepts & {"people", "happen"} and not tag.cue)
        ):
            scene.use(index)


def _breaks_down(scene: Scene, index: int) -> bool:
    """`break revenue down by region`."""
    return scene.tags[index].text == "break" and "down" in [
        tag.text for tag in scene.tags[index + 1 : index + 6]
    ]


def _compares_groups(scene: Scene, tag: Tag) -> bool:
    """`compare revenue across regions`: every number named is asked for, and set side by side."""
    if tag.text not in COMPARING or scene.draft.compare_to is not None:
        return False
    draft = scene.draft
    return all(
        set(t.metrics) & set(draft.metrics) or set(t.dimensions) & set(draft.dimensions)
        for t in scene.tags
        if t.metrics
    )


def _is_harmless(scene: Scene, index: int, tag: Tag) -> bool:
    if tag.cue != "by":
        return True
    if tag.text in {"each", "every"}:
        return False
    following = scene.after(index)
    if following is None:
        return False
    after = scene.tags[following]
    if tag.text in _AS_TO and scene.used(following):
        return True
    return scene.used(following) and bool(
        after.members or after.time or after.dimensions or (after.concepts and tag.text == "by")
    )
