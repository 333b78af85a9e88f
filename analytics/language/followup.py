"""Elliptical follow-ups: what is not said again stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from analytics.catalogue import Catalogue
from analytics.language.calendar import previous, shifted
from analytics.language.naming import name_metrics
from analytics.language.nouns import entity_of, is_noun
from analytics.language.reading import read_parts
from analytics.language.scene import Draft, Scene
from analytics.language.tagging import Tag
from analytics.model import Filter, MetricQuery, Period

_STRONG = (
    "and", "what about", "how about", "only", "just", "same", "the same", "now", "make", "also",
    "instead", "split", "but", "then", "show that", "show it", "show this", "do that",
    "do the same", "or", "what if", "turn", "change", "switch", "compare that", "compare it",
    "leave out", "drop", "remove", "again", "likewise", "i mean", "how do that", "skip", "hide",
    "omit",
)  # fmt: skip
"""Openings that always continue what was asked."""
_WEAK = (
    "per", "by", "for", "in", "as", "sort", "exclude", "excluding", "without", "ok", "okay",
    "break", "group", "limit", "with", "versus", "vs", "against", "restrict", "narrow",
    "filter", "add", "that", "those", "it", "not", "on", "from", "within", "can you",
    "could you", "no", "sorry", "thanks", "thank", "great", "good", "top", "the top", "bottom",
    "the bottom", "the first", "next", "who",
)  # fmt: skip
"""Openings that continue it unless a whole question follows."""
_CLOSINGS = frozenset({"too", "also", "instead", "only", "then"})
_EXTRA_FILLER = frozenset(
    [
        "again",
        "instead",
        "same",
        "one",
        "rather",
        "otherwise",
        "further",
        "additionally",
        "switch",
        "replace",
        "turn",
        "list",
        "question",
        "time",
        "repeat",
        "redo",
        "likewise",
        "similarly",
        "previous",
        "earlier",
        "version",
        "restrict",
        "narrow",
        "filter",
        "limit",
        "add",
        "drop",
        "remove",
        "group",
        "sort",
        "figure",
        "view",
        "chart",
        "next",
        "great",
        "good",
        "mean",
        "number",
    ]
)
_ADDING = frozenset(
    {"well", "and", "also", "too", "additionally", "further", "add", "plus", "besides"}
)


def looks_elliptical(tags: tuple[Tag, ...]) -> bool:
    """Say whether a text opens or closes like a continuation ("and in May?", "mttd too")."""
    return continues(tags) or _opens(tags, _WEAK)


def continues(tags: tuple[Tag, ...]) -> bool:
    """Say whether a text is a continuation even when a whole question stands in it."""
    words = [w for t in tags for w in t.text.split() if w.strip("?!.,;:-")]
    closed = bool(words) and (words[-1] in _CLOSINGS or words[-2:] == ["as", "well"])
    told = [t for t in tags if t.text.strip("?!.,;:- ")]
    named_alone = len(told) == 1 and bool(told[0].metrics)  # "orders?"
    return closed or named_alone or _opens(tags, _STRONG)


def _opens(tags: tuple[Tag, ...], openings: tuple[str, ...]) -> bool:
    words = " ".join(t.text for t in tags)
    return any(words == opening or words.startswith(f"{opening} ") for opening in openings)


def names_metric(tags: tuple[Tag, ...]) -> bool:
    """Say whether a text names a metric other than by a pronoun-like noun."""
    return any(t.metrics for t in tags)


def read_followup(
    tags: tuple[Tag, ...],
    base: MetricQuery,
    catalogue: Catalogue,
    as_of: date,
    picks: Mapping[str, int],
) -> Scene:
    """Read a follow-up into a scene whose draft is the whole question.

    Parameters
    ----------
    base
        The question before, made exact.
    """
    scene = Scene(_denying(tags), catalogue, as_of, picks)
    _use_instead_of(scene, base)
    scene.preferred = frozenset(f.dimension for f in (*base.filters, *base.numerator))
    scene.follows = True
    _use_owner_nouns(scene, base)
    name_metrics(scene)
    renamed = bool(scene.draft.metrics) and tuple(scene.draft.metrics) != base.metrics
    if not scene.draft.metrics:
        scene.draft.metrics = list(base.metrics)
    if renamed and {"too", "also", "well"} & {w for t in tags for w in t.text.split()}:
        fresh_names = [m for m in scene.draft.metrics if m not in base.metrics]
        scene.draft.metrics = [*base.metrics, *fresh_names]
    shares = _share_asked(scene, base)
    scene.draft.period = base.period
    scene.inherited = base.period is not None
    scene.draft.grain = None
    lone_shift = _lone_shift(scene)
    if base.dimensions and any(
        t.rank is not None or t.cue in {"share", "share_total"} for t in tags
    ):
        scene.draft.dimensions = list(base.dimensions)
    fresh = scene.draft
    before = list(fresh.dimensions)
    read_parts(scene)
    fresh.dimensions = [d for d in fresh.dimensions if d not in before]
    if lone_shift is not None and fresh.compare_to is not None:
        fresh.period, fresh.compare_to, fresh.compare = fresh.compare_to, None, None
    _drop_filters(scene, base)
    scene.draft = _merged(scene, fresh, base, renamed=renamed, shares=shares)
    _use_follow_words(scene)
    return scene


_DROPPING = frozenset({"drop", "remove", "skip", "hide", "omit", "minus"})


def _denying(tags: tuple[Tag, ...]) -> tuple[Tag, ...]:
    """`drop the West` leaves it out."""
    if tags and tags[0].text in _DROPPING:
        return (replace(tags[0], cue="not", concepts=frozenset(), filler=False), *tags[1:])
    return tags


def _use_instead_of(scene: Scene, base: MetricQuery) -> None:
    """`by channel instead of region`: the old rows are named only to be replaced."""
    for index in scene.find(lambda t: t.text in {"instead of", "rather than"}):
        following = scene.after(index)
        if following is not None and set(scene.tags[following].dimensions) & set(base.dimensions):
            scene.use(index, following)
            scene.replaces = True


_NARROWING = frozenset(
    {
        "for",
        "only",
        "just",
        "from",
        "of",
        "in",
        "with",
        "exclude",
        "excluding",
        "without",
        "on",
        "how many",
        "not",
    }
)


def _use_owner_nouns(scene: Scene, base: MetricQuery) -> None:
    """`for premium customers`: the noun says whose number it is, not another number."""
    words = [t.text for t in scene.tags if t.text.strip("?!.,;:-")]
    for index in scene.find(is_noun):
        tag = scene.tags[index]
        if tag.metrics == base.metrics and len(words) > 1:
            scene.use(index)
            continue
        entity = entity_of(tag)
        reached = all(entity in scene.catalogue.metric(m).entities for m in base.metrics)
        described = any(
            scene.catalogue.dimension(m.dimension).entity == entity
            for t in scene.tags
            for m in t.members
            if m.dimension in scene.catalogue.dimensions
        )
        if reached and (described or (words and words[0] in _NARROWING)):
            scene.use(index)


def _share_asked(scene: Scene, base: MetricQuery) -> bool:
    cues = scene.find(lambda t: t.cue in {"share", "share_total", "percent"})
    if cues and (base.dimensions or base.grain):
        scene.use(*cues)
        return True
    return False


def _lone_shift(scene: Scene) -> int | None:
    """`and the month before?` moves the period; only "compare" sets two side by side."""
    shifts = [i for i, t in enumerate(scene.tags) if t.time is not None and t.time.kind == "shift"]
    comparing = any(
        t.cue in {"versus", "change", "growth", "more_than_then", "up_from"} for t in scene.tags
    )
    return shifts[0] if shifts and not comparing else None


def _merged(scene: Scene, fresh: Draft, base: MetricQuery, *, renamed: bool, shares: bool) -> Draft:
    new_period = fresh.period if fresh.period != base.period else None
    dimensions = _dimensions(scene, fresh, base)
    grain = fresh.grain or (base.grain if not _replaces_rows(scene, fresh) else None)
    merged = Draft(
        metrics=fresh.metrics,
        dimensions=dimensions,
        grain=grain,
        filters=_filters(fresh, base),
        having=fresh.having or ([] if renamed else list(base.having)),
        period=fresh.period,
        compare_to=fresh.compare_to,
        compare=fresh.compare,
        compare_step=fresh.compare_step,
        share_of_total=fresh.share_of_total or base.share_of_total or shares,
        numerator=fresh.numerator or list(base.numerator),
        per_metric=fresh.per_metric or base.per_metric,
        per_scale=fresh.per_scale if fresh.per_metric else base.per_scale,
        conditions=[*base.customer_conditions, *fresh.conditions],
        mean_per=fresh.mean_per or base.mean_per,
        count_groups=fresh.count_groups or base.count_groups,
        order_by=fresh.order_by or (base.order_by if not renamed else None),
        order=fresh.order or base.order,
        top_n=fresh.top_n if fresh.top_n is not None else base.top_n,
        top_within=[d for d in fresh.top_within or base.top_within if d in dimensions],
        skip=fresh.skip or (base.skip if fresh.top_n is None else 0),
        cumulative=fresh.cumulative or (base.cumulative and grain is not None),
        quantile=fresh.quantile or (None if renamed else base.quantile),
        shown_in=fresh.shown_in or (None if renamed else base.shown_in),
    )
    if merged.compare_to is None and base.compare_to is not None and base.period is not None:
        merged.compare_to = _moved(base.period, base.compare_to, new_period)
        merged.compare = base.compare if merged.compare_to is not None else None
    if merged.compare_step is None and base.compare_step is not None and merged.grain is not None:
        same = base.compare_step == base.grain
        merged.compare_step = merged.grain if same else base.compare_step
        merged.compare = base.compare
    if merged.compare is None and merged.compare_to is not None:
        merged.compare = fresh.compare
    return merged


def _moved(period: Period, other: Period, new: Period | None) -> Period | None:
    """Return the comparison's other period for a new one, at the same distance."""
    if new is None:
        return other
    if other == shifted(period, "year", -1):
        return shifted(new, "year", -1)
    if other == previous(period):
        return previous(new)
    return None


def _replaces_rows(scene: Scene, fresh: Draft) -> bool:
    words = {t.text for t in scene.tags}
    return bool(fresh.dimensions) and "instead" in words


def _dimensions(scene: Scene, fresh: Draft, base: MetricQuery) -> list[str]:
    if not fresh.dimensions:
        return (
            []
            if fresh.grain and "instead" in {t.text for t in scene.tags}
            else list(base.dimensions)
        )
    words = [t.text for t in scene.tags]
    adding = bool(set(words) & _ADDING) and "instead" not in words and not scene.replaces
    if adding or not base.dimensions:
        return [*base.dimensions, *(d for d in fresh.dimensions if d not in base.dimensions)]
    return list(fresh.dimensions)


def _filters(fresh: Draft, base: MetricQuery) -> list[Filter]:
    replaced = {f.dimension for f in fresh.filters if f.operator in {"=", "in", "is null"}}
    kept = [f for f in base.filters if f.dimension not in replaced and f not in fresh.filters]
    return [*kept, *fresh.filters]


def _drop_filters(scene: Scene, base: MetricQuery) -> None:
    """`for all regions` lifts a filter; handled by naming the dimension after "all"."""
    for index in scene.find(lambda t: bool(t.dimensions)):
        before = [t.text for t in scene.tags[max(0, index - 2) : index]]
        names = [d for d in scene.tags[index].dimensions if d in scene.preferred]
        if names and ("all" in before or "any" in before or "every" in before):
            scene.use(index)
            scene.lifted.update(names)


def _use_follow_words(scene: Scene) -> None:
    scene.draft.filters = [f for f in scene.draft.filters if f.dimension not in scene.lifted]
    for index in scene.left():
        tag = scene.tags[index]
        plain = not (tag.members or tag.flags or tag.time or tag.quantity or tag.rank)
        if (
            (plain and (tag.text in _EXTRA_FILLER or tag.norm in _EXTRA_FILLER))
            or (
                plain
                and tag.text in {"make", "take", "do", "show", "give", "go", "one", "list", "order"}
            )
            or (plain and tag.cue in {"how_many", "how_much", "what_do"})
            or (plain and tag.concepts and not tag.metrics and "people" in tag.concepts)
        ):
            scene.use(index)
