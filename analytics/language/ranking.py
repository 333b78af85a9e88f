"""Order and number of rows: the highest, the top five, the second best, three of each group."""

from __future__ import annotations

import re

from analytics.language.grouping import UNITS
from analytics.language.scene import Scene
from analytics.language.tagging import Rank, Tag

LOWER_IS_BETTER = frozenset(
    {
        "churn rate", "churned customers", "return rate", "cancellation rate", "bounce rate",
        "cart abandonment rate", "customer acquisition cost", "open tickets", "reopen rate",
        "first response time", "resolution time", "incidents", "mttd", "mtta", "mttr", "downtime",
        "customers affected", "latency", "error rate", "returned orders", "cancelled orders",
        "reopened tickets", "tickets",
        "cpu load", "memory load", "disk used", "campaign spend",
    }
)  # fmt: skip


def read_rank(scene: Scene) -> None:
    """Fill order and number of rows; a rank without rows to rank stays unexplained."""
    places = scene.find(lambda t: t.rank is not None, unused=False)
    if not places:
        return
    draft = scene.draft
    if draft.grain is None:
        _read_best_unit(scene, places)
    if not draft.dimensions and draft.grain is None:
        return
    if draft.share_of_total and not scene.follows and not scene.find(_is_by, unused=False):
        scene.problems.append("The share of a top list as a whole is not measured.")
    ranks = [r for i in places if (r := scene.tags[i].rank) is not None]
    told = [r.order for r in ranks if r.order not in {"same", "rank"}]
    directions = list(dict.fromkeys(_direction(scene, order) for order in told))
    if len(directions) > 1:
        return
    scene.use(*places)
    for index in scene.find(lambda t: t.cue == "by"):
        following = scene.after(index)
        if following is not None and scene.tags[following].cue == "how_many":
            following = scene.after(following)
        if following is not None and set(scene.tags[following].metrics) & set(draft.metrics):
            scene.use(index)
    draft.order_by = _sorted_by(scene)
    draft.order = directions[0] if directions else "descending"
    draft.top_n = _limit(scene, ranks) or draft.top_n
    place = max((r.place for r in ranks), default=1)
    if place > 1:
        draft.skip, draft.top_n = place - 1, 1
    _read_within(scene, places)


_WITHIN = frozenset(
    {
        "in each", "in every", "of each", "of every", "for each", "for every", "per", "each",
        "by each", "on each", "on every", "from each", "by",
    }
)  # fmt: skip


def _read_within(scene: Scene, places: list[int]) -> None:
    """`the top 3 products in each category`: the ranking starts anew in every category."""
    draft = scene.draft
    if len(draft.dimensions) != 2 or draft.top_n is None or draft.grain is not None:
        return
    found: dict[str, tuple[int, str]] = {}
    for index, tag in enumerate(scene.tags):
        names = [d for d in draft.dimensions if d in tag.dimensions]
        before = scene.before(index)
        said = scene.tags[before].text if before is not None else ""
        for name in names:
            found.setdefault(name, (index, said))
    if len(found) != 2:
        return
    each = [name for name, (_, said) in found.items() if said in _WITHIN - {"by"}]
    outer = each or [name for name, (_, said) in found.items() if said in _WITHIN]
    if len(outer) != 1:
        return
    (inner,) = (name for name in draft.dimensions if name not in outer)
    draft.dimensions, draft.top_within = [*outer, inner], outer


def _is_by(tag: Tag) -> bool:
    return tag.cue in {"by", "share_total"} or (tag.time is not None and tag.time.kind == "grain")


def _read_unit_before(scene: Scene, place: int) -> None:
    """`the three months with the highest revenue`."""
    for index in range(max(0, place - 3), place):
        tag = scene.tags[index]
        if not (tag.is_unknown and tag.text in UNITS) or "with" not in scene.gap(index, place):
            continue
        number = scene.before(index)
        value = scene.tags[number].number if number is not None else None
        scene.draft.grain = tag.text  # type: ignore[assignment]
        scene.use(index)
        if number is not None and value is not None and value == int(value):
            scene.draft.top_n = int(value)
            scene.use(number)
        elif tag.norm == tag.text:
            scene.draft.top_n = 1


def _sorted_by(scene: Scene) -> str | None:
    """Return the metric after "sorted by" when it is not the first one asked for."""
    for index, tag in enumerate(scene.tags):
        told = tag.rank is not None and tag.text.endswith(" by")
        following = scene.after(index)
        if not told or following is None:
            continue
        names = [m for m in scene.tags[following].metrics if m in scene.draft.metrics]
        scene.use(following)
        if names and names[0] != scene.draft.metrics[0]:
            return names[0]
    return None


def _read_best_unit(scene: Scene, places: list[int]) -> None:
    """`the best month`, `the three busiest weeks`."""
    for place in places:
        following = scene.after(place)
        _read_unit_before(scene, place)
        if following is None or scene.draft.grain is not None:
            continue
        text = scene.tags[following].text
        if scene.tags[following].is_unknown and text in {"day", "week", "month", "quarter", "year"}:
            scene.draft.grain = text  # type: ignore[assignment]
            scene.use(following)
            rank = scene.tags[place].rank
            if rank is not None and rank.n is None and scene.tags[following].norm == text:
                scene.draft.top_n = 1
            return


def _direction(scene: Scene, order: str) -> str:
    good_is_low = scene.draft.metrics[0] in LOWER_IS_BETTER
    if order in {"good", "bad"}:
        low_first = good_is_low == (order == "good")
        return "ascending" if low_first else "descending"
    return "ascending" if order == "up" else "descending"


def _limit(scene: Scene, ranks: list[Rank]) -> int | None:
    numbers = [r.n for r in ranks if r.n is not None]
    if numbers:
        return numbers[0]
    for index, tag in enumerate(scene.tags):
        if tag.number is not None and not scene.used(index) and tag.number == int(tag.number):
            following = scene.after(index)
            if following is not None and scene.tags[following].rank is not None:
                scene.use(index)
                return int(tag.number)
            if following is not None and set(scene.tags[following].dimensions) & set(
                scene.draft.dimensions
            ):
                scene.use(index)
                return int(tag.number)
    return 1 if _asks_for_one(scene, ranks) else None


def _gap_words(scene: Scene, index: int) -> list[str]:
    following = scene.after(index)
    return scene.gap(index, following).split() if following is not None else []


def _asks_for_one(scene: Scene, ranks: list[Rank]) -> bool:
    """`Which region has the highest …`: the one, unless the noun is in the plural."""
    if any(r.order == "rank" for r in ranks):
        return False
    if " ".join(t.text for t in scene.tags).startswith("which one"):
        return True
    for index, tag in enumerate(scene.tags):
        if (
            tag.time is not None
            and tag.time.kind == "grain"
            and tag.text.split()[-2:-1] in (["which"], ["what"])
        ):
            return tag.norm == tag.text
        if not set(tag.dimensions) & set(scene.draft.dimensions):
            continue
        following = scene.after(index)
        ranked = following is not None and scene.tags[following].rank is not None
        if ranked and not scene.before(index) and "with" in _gap_words(scene, index):
            return tag.norm == tag.text  # "the hour with the most tickets"
        said = " ".join(t.text for t in scene.tags[max(0, index - 4) : index])
        if re.search(r"\b(?:which|what)(?: one)? of (?:the|our|all|these|those|your)", said):
            return True  # "which of the plans brought the most"
        words = {t.text for t in scene.tags[max(0, index - 3) : index]}
        cues = {t.cue for t in scene.tags[max(0, index - 1) : index]}
        if words & {"which", "what"} or "who" in cues:
            return tag.norm == tag.text or (tag.norm.endswith(("s", "ss")) and tag.norm == tag.text)
        if scene.tags[index - 1].rank is not None if index else False:
            return tag.norm == tag.text
    return False
