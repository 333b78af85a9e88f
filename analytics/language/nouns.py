"""Plain nouns (tickets, customers): when they are the metric, the rows, or only the owner."""

from __future__ import annotations

from itertools import pairwise

from analytics.language.concepts import NOUNS
from analytics.language.scene import LIST_MARKS, Scene
from analytics.language.tagging import Tag


def is_noun(tag: Tag) -> bool:
    """Say whether a tag is a plain noun (tickets, customers), not a measure by itself."""
    return len(tag.metrics) == 1 and tag.metrics[0] in NOUNS


_OWNING = frozenset({"of", "from", "for", "our", "by", "with", "the", "among"})


def linked(scene: Scene, left: int, right: int) -> bool:
    """Say whether two tags stand in one list ("A, B and C", "A + B")."""
    between = scene.tags[left + 1 : right]
    if any(b.text == "plus" and a.text in _OWNING for a, b in pairwise(between)):
        return False  # "revenue of plus customers"
    words = [t for t in between if t.text not in {"the", "of", "our", "number"}]
    return (
        bool(words)
        and any(not t.metrics for t in words)
        and all(
            t.metrics or t.cue in {"and", "how_many", "average", "versus"} or t.text in LIST_MARKS
            for t in words
        )
    )


def is_added(scene: Scene, index: int) -> bool:
    """Say whether a number is asked for besides: "…, and the orders", "…; orders"."""
    place = scene.before(index, marks=True)
    while place is not None and (
        scene.tags[place].cue in _ASKING or scene.tags[place].text in _LEADING_IN
    ):
        place = scene.before(place, marks=True)
    if place is None or (scene.tags[place].cue != "and" and scene.tags[place].text != ";"):
        return False
    if scene.tags[place].text == "plus" and place and scene.tags[place - 1].text in _OWNING:
        return False
    first = scene.before(place)
    beside = scene.tags[first] if first is not None else None
    # "by region and customer" names rows, "from customers and campaigns" owners.
    return (
        first is not None
        and beside is not None
        and not (scene.tags[index].dimensions and (beside.dimensions or is_grouped(scene, first)))
        and not (is_noun(scene.tags[index]) and not _is_plural(scene.tags[index]))
        and not (is_noun(scene.tags[index]) and is_noun(beside) and not scene.used(first))
        and scene.tags[index].quantity is None
        and not _is_conditional(scene, index)
    )


_ASKING = frozenset({"how_many", "how_much", "what_do", "polite", "average"})
_LEADING_IN = frozenset({"what", "how", "be", "do", "the", "of", "our"})


def _is_conditional(scene: Scene, index: int) -> bool:
    following = scene.after(index)
    return following is not None and scene.tags[following].quantity is not None


def is_counted(scene: Scene, index: int) -> bool:
    """Say whether "how many" or "number of" stands before, values aside ("how many app orders")."""
    i = scene.before(index)
    while i is not None and (scene.tags[i].members or scene.tags[i].cue in {"or", "and"}):
        i = scene.before(i)
    return i is not None and scene.tags[i].cue == "how_many"


def is_grouped(scene: Scene, index: int) -> bool:
    """Say whether the noun names the rows wanted ("by customer", "top 5 campaigns")."""
    tag = scene.tags[index]
    if not tag.dimensions:
        return False
    if is_narrowed(scene, index) and any(
        t.metrics and t.metrics[0] not in tag.metrics for t in scene.tags
    ):
        return True
    i = scene.before(index)
    ranked = [p for p in scene.find(lambda t: t.rank is not None) if p > index]
    others = [p for p in scene.find(is_noun) if p != index]
    if (
        ranked
        and others
        and ranked[0] - index < 4
        and "with" in scene.gap(index, ranked[0]).split()
    ):
        return True
    if i is None:
        return False
    previous = scene.tags[i]
    if previous.cue == "how_many" and _has_own_number(scene, index):
        return True
    if previous.cue == "by":
        return not (_is_plural(tag) and _ranks_by(scene, i))
    if previous.rank is not None and previous.rank.n is not None:
        return True
    asked = previous.number is not None or scene.tags[index - 1].text in {"which", "what"}
    return bool(ranked and others and asked)


def _ranks_by(scene: Scene, mark: int) -> bool:
    """`the top team by tickets`: what they are ranked by, no row for each ticket."""
    ranked = scene.before(mark)
    if ranked is None or not scene.tags[ranked].dimensions:
        return False
    rank = scene.before(ranked)
    return rank is not None and scene.tags[rank].rank is not None


def _has_own_number(scene: Scene, index: int) -> bool:
    """Say whether another noun is counted for each ("how many services had over 5 incidents")."""
    counted = [i for i in scene.find(lambda t: t.quantity is not None) if i > index]
    others = [i for i in scene.find(is_noun) if i > index]
    entity = entity_of(scene.tags[index])
    return bool(counted and others) and entity == "campaign"


_RELATIVE = frozenset(
    {
        "with", "that", "which", "where", "whose", "who", "have", "sell", "sold", "resolve",
        "resolved", "get", "got", "receive", "received", "take", "took", "handle", "handled",
    }
)  # fmt: skip


def is_narrowed(scene: Scene, index: int) -> bool:
    """`regions with more than 1000 orders`, `how many cities have more than 500 customers`."""
    numbers = [i for i in scene.find(lambda t: t.quantity is not None) if index < i < index + 9]
    if not numbers or not set(scene.tags[index].dimensions) & _ROWS:
        return False
    between = {word for t in scene.tags[index + 1 : numbers[0]] for word in t.text.split()}
    before = scene.before(index)
    leads = before is None or scene.tags[before].cue in {"how_many", "who"}
    return leads and bool(between & _RELATIVE)


_ROWS = frozenset(
    {
        "team", "owner_team", "region", "city", "customer_country", "product", "product_category",
        "service", "campaign", "assignee", "landing_page", "source", "plan", "order_channel",
        "ticket_category", "subcategory", "root_cause", "acquisition_channel", "lifestyle",
    }
)  # fmt: skip
"""Dimensions whose values may be asked for by a condition on them."""


def counts_noun(scene: Scene, index: int) -> bool:
    """Say whether a number counts the noun after it ("two urgent tickets")."""
    place = scene.after(index)
    while place is not None and scene.tags[place].members and not scene.tags[place].metrics:
        place = scene.after(place)
    return place is not None and bool(scene.tags[place].metrics) and scene.tags[place].time is None


def _check_value(scene: Scene) -> None:
    """`the value of cancelled orders` is money, where only their number is known."""
    counts = all(scene.catalogue.metric(m).unit == "count" for m in scene.draft.metrics)
    for index, tag in enumerate(scene.tags[:-1]):
        if counts and tag.norm in {"value", "worth"} and scene.tags[index + 1].text == "of":
            label = scene.catalogue.metric(scene.draft.metrics[0]).label.lower()
            scene.problems.append(f"Of {label} only the number is measured, not the value.")


_COUNTED_TOO: dict[str, frozenset[str]] = {
    "customer": frozenset({"customers affected", "active customers"}),
    "session": frozenset({"visitors", "sessions"}),
    "product": frozenset({"units sold"}),
}


def check_counted(scene: Scene) -> None:
    """What is counted must be what was asked: clicks are not the customers who clicked."""
    _check_value(scene)
    if scene.was_open("metric"):
        return  # which number is meant is asked
    own = {scene.catalogue.metric(m).entities[:1] for m in scene.draft.metrics}
    for index in scene.find(is_noun, unused=False):
        entity = entity_of(scene.tags[index])
        counted = is_counted(scene, index) or scene.tags[index].text.startswith("number of")
        if not counted or (entity,) in own or scene.draft.dimensions:
            continue
        if set(scene.draft.metrics) & _COUNTED_TOO.get(entity, frozenset()):
            continue
        asked = scene.tags[index].norm
        scene.problems.append(f"The {asked} asked for cannot be counted by what they did this way.")


def linked_nouns(scene: Scene) -> None:
    """Add nouns that stand in a list with the metric ("incidents and downtime")."""
    for i in scene.find(is_noun):
        for other in range(len(scene)):
            tag = scene.tags[other]
            if not set(tag.metrics) & set(scene.draft.metrics) or other == i:
                continue
            left, right = min(i, other), max(i, other)
            between = any(t.metrics for t in scene.tags[left + 1 : right])
            besides = is_added(scene, right) and (right == i or not between)
            per_one = " per " in f" {tag.text} " and not _is_plural(scene.tags[i])
            if per_one or is_grouped(scene, i):
                continue
            if linked(scene, left, right) or besides:
                name = scene.tags[i].metrics[0]
                position = 0 if i < other else len(scene.draft.metrics)
                if name not in scene.draft.metrics:
                    scene.draft.metrics.insert(position, name)
                scene.use(i)
                break


def in_order(scene: Scene) -> None:
    """Bring several metrics into the order in which they are said."""
    places: dict[str, int] = {}
    for index, tag in enumerate(scene.tags):
        for name in tag.metrics:
            places.setdefault(name, index)
        if "spend" in tag.concepts:
            places.setdefault("campaign spend", index)
    scene.draft.metrics.sort(key=lambda name: places.get(name, -1))


_NARROWED = frozenset({"new customers", "active customers", "open tickets", "resolved tickets"})
"""Nouns that hold a condition, which another metric must not lose."""


def use_plain_nouns(scene: Scene) -> None:
    """Nouns that only say whose number it is: "revenue from customers in the South"."""
    owners = {m.split()[-1] for m in scene.draft.metrics}
    scene.use(*scene.find(lambda t: t.text == "user" and len(t.metrics) > 1))
    for i in scene.find(is_noun):
        tag = scene.tags[i]
        if tag.metrics[0] in _NARROWED and tag.metrics[0] not in scene.draft.metrics:
            continue
        if is_grouped(scene, i) or _is_asked(scene, i) or _is_listed(scene, i):
            continue
        following = scene.after(i)
        if following is not None and scene.tags[following].quantity:
            continue
        previous = scene.before(i)
        if (
            previous is not None
            and scene.tags[previous].quantity
            and tag.metrics[0] not in scene.draft.metrics
        ):
            continue
        if previous is not None and scene.tags[previous].number is not None:
            continue
        if previous is not None and scene.tags[previous].cue in {"without", "not"}:
            continue
        if previous is not None and scene.tags[previous].text in {"per", "for each", "for every"}:
            continue
        name = tag.metrics[0]
        if name in scene.draft.metrics or name.split()[-1] in owners:
            scene.use(i)
        elif is_counted(scene, i) or tag.text.startswith("number of "):
            if not _count_too(scene, i) and not _is_same_row(scene, tag):
                scene.use(i)
        elif _is_reached(scene, tag):
            scene.use(i)


def _is_listed(scene: Scene, index: int) -> bool:
    """Say whether a noun stands in a list with something else than nouns of its kind.

    "by region and customer" asks for customers, too: the word is no mere owner of the number.
    """
    link = scene.before(index, marks=True)
    if link is None or (scene.tags[link].cue != "and" and scene.tags[link].text not in {",", ";"}):
        return False
    first = scene.before(link)
    earlier = [t for t in scene.tags[:index] if t.metrics == scene.tags[index].metrics]
    told = first is not None and (scene.tags[first].dimensions or not _is_plural(scene.tags[index]))
    return bool(told) and not earlier


def _is_plural(tag: Tag) -> bool:
    """Say whether a noun counts things ("orders") and does not name one ("per order")."""
    return any(word.endswith("s") for word in tag.norm.split())


def _is_same_row(scene: Scene, tag: Tag) -> bool:
    """Say whether the metric is of the rows counted: what is asked of them is another number."""
    return any(
        scene.catalogue.metric(m).entities[:1] == (entity_of(tag),) for m in scene.draft.metrics
    )


def _count_too(scene: Scene, index: int) -> bool:
    """`the average order value, and how many orders was that`: a second number is asked for."""
    asked = scene.before(index) if is_counted(scene, index) else index
    link = scene.before(asked, marks=True) if asked is not None else None
    named = [i for i, t in enumerate(scene.tags) if set(t.metrics) & set(scene.draft.metrics)]
    if link is None or asked is None or not named or scene.tags[link].cue != "and":
        return False
    if (asked != index and scene.tags[asked].cue != "how_many") or min(named) > link:
        return False
    scene.draft.metrics.append(scene.tags[index].metrics[0])
    scene.use(index, asked, link)
    return True


_ENTITY_OF = {
    "tickets": "ticket", "open tickets": "ticket", "resolved tickets": "ticket",
    "incidents": "incident", "orders": "order", "customers": "customer",
    "new customers": "customer", "active customers": "customer", "sessions": "session",
    "visitors": "session", "contacts": "contact", "campaigns": "campaign", "units sold": "product",
    "survey answers": "survey",
}  # fmt: skip


def entity_of(tag: Tag) -> str:
    """Return what a plain noun counts ("ticket"); empty for any other tag."""
    return _ENTITY_OF.get(tag.metrics[0], "") if tag.metrics else ""


def _is_reached(scene: Scene, tag: Tag) -> bool:
    entity = entity_of(tag)
    return all(entity in scene.catalogue.metric(m).entities for m in scene.draft.metrics)


def _is_asked(scene: Scene, index: int) -> bool:
    """Say whether "which" or a rank makes the noun the rows wanted."""
    tag = scene.tags[index]
    i = scene.before(index)
    if not tag.dimensions or i is None:
        return False
    previous = scene.tags[i]
    return (
        scene.gap(i, index).split()[-1:] in (["which"], ["what"])
        or previous.text in {"which", "what", "who"}
        or previous.number is not None
        or previous.rank is not None
    )
