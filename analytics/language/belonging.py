"""Which dimension a value belongs to: by its neighbours, by the metric, or by asking."""

from __future__ import annotations

from analytics.language.lexicon import Member
from analytics.language.scene import LIST_MARKS, Scene
from analytics.language.tagging import Tag

_WEAK = frozenset(
    [
        "low",
        "middle",
        "high",
        "other",
        "none",
        "service",
        "price",
        "cost",
        "pricing",
        "moved",
        "gone",
        "left",
        "lost",
        "former",
        "current",
        "active",
        "open",
        "new",
        "closed",
        "normal",
        "over",
        "post",
        "mail",
        "call",
        "call",
        "calls",
        "place",
        "competition",
        "competitor",
        "rival",
        "poor",
        "critical",
        "release",
        "supplier",
        "plus",
        "direct",
        "partner",
        "application",
        "program",
        "computer",
        "recurring",
        "subscription",
        "referred",
        "referral",
        "recommendation",
        "complete",
        "pending",
        "waiting",
        "resolved",
        "solved",
        "invoice",
        "payment",
        "equipment",
        "login",
        "worst",
        "mildest",
        "memory",
        "capacity",
        "configuration",
        "moved",
        "medium",
        "relocation",
        "permission",
        "goodbye",
    ]
)
"""Values that are everyday words: they need their dimension, or the very noun, beside them."""

_NEVER_ALONE = frozenset(
    [
        "service",
        "price",
        "cost",
        "pricing",
        "moved",
        "current",
        "gone",
        "left",
        "lost",
        "former",
        "over",
        "low",
        "high",
        "middle",
        "other",
        "none",
        "new",
        "competitor",
        "competition",
        "rival",
        "poor",
        "post",
        "place",
        "normal",
        "medium",
        "call",
        "calls",
        "worst",
        "mildest",
        "recommendation",
        "complete",
        "relocation",
        "permission",
    ]
)

_FINE = frozenset({"subcategory", "article_id"})
"""Dimensions whose values are everyday words throughout."""

_CAUSE_DIMENSIONS = ("root_cause", "churn_reason")

_VIA = frozenset({"via", "through", "by", "over", "per", "using", "thru"})

_ABOUT = frozenset({"about", "concerning", "regarding", "around", "on"})


def resolve(scene: Scene, index: int) -> tuple[Member, ...]:
    """Return the values that a tag stands for, of one dimension; none when it stands for none."""
    tag = scene.tags[index]
    candidates = [m for m in tag.members if scene.has(m.dimension)]
    if any(scene.has(d) for d in tag.dimensions):
        candidates = [m for m in candidates if m.dimension not in _FINE]
    if not candidates:
        return ()
    twin = _is_twin(scene, index, candidates)
    if any(m.exact for m in candidates) and not twin:
        candidates = [m for m in candidates if m.exact]
    dimensions = list(dict.fromkeys(m.dimension for m in candidates))
    if all(m.part for m in candidates) and {"product", "campaign"} <= set(dimensions):
        dimensions.remove("product" if scene.is_own("campaign") else "campaign")
    cued = [d for d in dimensions if _is_cued(scene, index, d)]
    if not cued and _needs_support(scene, index, tag, dimensions):
        return ()
    dimensions = cued or dimensions
    own = [d for d in dimensions if scene.is_own(d)]
    if len(own) >= 1 and not cued and not twin:
        dimensions = own
    if len(dimensions) > 1:
        dimensions = [d for d in dimensions if d in scene.preferred] or dimensions
    if len(dimensions) > 1:
        dimensions = _by_list(scene, index, dimensions)
    if len(dimensions) > 1:
        dimensions = _by_context(scene, index, dimensions)
    if len(dimensions) > 1:
        dimensions = _without_twins(scene, dimensions)
    if len(dimensions) > 1:
        pick = scene.choose(
            f"value:{tag.norm}",
            f"What do you mean by “{tag.norm}”?",
            tuple(dimensions),
        )
        dimensions = [dimensions[pick]]
    meant = tuple(m for m in candidates if m.dimension == dimensions[0])
    return _one_name(scene, tag, meant) if any(m.part for m in meant) else meant


def _one_name(scene: Scene, tag: Tag, members: tuple[Member, ...]) -> tuple[Member, ...]:
    """A part of several names: ask which is meant, or whether all are."""
    if len(members) == 1:
        return members
    label = scene.catalogue.dimension(members[0].dimension).label.lower()
    if len(members) > _MOST_NAMES:
        names = ", ".join(str(m.value) for m in members[:_MOST_NAMES])
        scene.problems.append(
            f"“{tag.norm}” begins {len(members)} names, such as {names}; say one in full."
        )
        return members
    options = (*(str(m.value) for m in members), f"all {len(members)} of them")
    pick = scene.choose(f"name:{tag.norm}", f"Which {label} do you mean?", options)
    return members if pick == len(members) else (members[pick],)


_MOST_NAMES = 3


def _is_twin(scene: Scene, index: int, candidates: list[Member]) -> bool:
    """`phone revenue`: by phone, or of the Phones? Its orders are those by phone."""
    following = scene.after(index)
    after = scene.tags[following] if following is not None else None
    found = {m.dimension for m in candidates}
    if {"order_channel", "product_category"} - found or _word_before(scene, index) in _VIA:
        return False
    words = {t.text for t in scene.tags[max(0, index - 2) : index]} & {"on", "the", "via", "in"}
    return after is not None and "revenue" in after.metrics and not words


def _needs_support(scene: Scene, index: int, tag: Tag, dimensions: list[str]) -> bool:
    if any(_in_list_of(scene, index, d) for d in dimensions):
        return False
    if tag.text in _NEVER_ALONE or tag.norm in _NEVER_ALONE:
        return True
    states = all(d.endswith("_status") for d in dimensions)
    everyday = (
        states
        or dimensions == ["owner_team"]
        or tag.text in _WEAK
        or tag.norm in _WEAK
        or set(dimensions) <= _FINE
    )
    if not everyday:
        return False
    following = scene.after(index)
    if dimensions == ["owner_team"]:
        return not scene.is_own("owner_team")
    if dimensions == ["product_kind"] and following is not None:
        return not scene.tags[following].text.startswith("product")
    beside_noun = following is not None and bool(scene.tags[following].metrics)
    if tag.text == "plus":
        if scene.tags[index - 1].text in {"on", "the plan"} and index > 1:
            return False  # "customers on plus"
        before = scene.before(index)
        if before == index - 1 and scene.tags[before].metrics:
            return True  # "new customers plus churned customers"
        people = following is not None and any(
            m.endswith("customers") for m in scene.tags[following].metrics
        )
        return not (people or _in_list_of(scene, index, "plan"))
    if all(d.endswith("_status") for d in dimensions) and tag.norm.endswith(("ed", "lost", "left")):
        return not beside_noun
    return not (beside_noun and any(scene.is_own(d) or d == "plan" for d in dimensions))


def _in_list_of(scene: Scene, index: int, dimension: str) -> bool:
    """Say whether another value of the dimension stands right beside, in a list."""
    for step in (scene.before, scene.after):
        mark = step(index, marks=True)
        listed = mark is not None and (
            scene.tags[mark].cue in {"and", "or", "versus"} or scene.tags[mark].text in LIST_MARKS
        )
        mate = step(mark) if mark is not None and listed else None
        if mate is not None and any(m.dimension == dimension for m in scene.tags[mate].members):
            return True
    return False


def _is_cued(scene: Scene, index: int, dimension: str) -> bool:
    """Say whether the dimension's own name, or a cause word, stands beside the value."""
    for step in (scene.before, scene.after):
        place = step(index)
        while place is not None and (
            dimension in {m.dimension for m in scene.tags[place].members}
            or scene.tags[place].cue in {"and", "or"}
        ):
            place = step(place)
        if place is not None and dimension in scene.tags[place].dimensions:
            return True
    if dimension == "owner_team":
        return any(
            t.text in {"team", "owned", "owning", "own"}
            for t in scene.tags[max(0, index - 3) : index + 3]
        )
    if dimension in _CAUSE_DIMENSIONS:
        return _has_cause_word(scene, index)
    if dimension == "acquisition_channel":
        joined = any("new customers" in t.metrics for t in scene.tags[max(0, index - 4) : index])
        return joined or _near_concept(scene, index, "join")
    if dimension in {"campaign_channel", "objective"}:
        return _near_noun(scene, index, "campaigns", "message")
    if dimension == "ticket_channel":
        return _word_before(scene, index) in _VIA and not _near_concept(scene, index, "caused")
    if dimension == "subcategory":
        return _word_before(scene, index) in _ABOUT
    if dimension == "ticket_category":
        return _word_before(scene, index) in _ABOUT or scene.gap(index, index + 2) in {
            "problem",
            "trouble",
        }
    return False


def _has_cause_word(scene: Scene, index: int) -> bool:
    words = {t.text for t in scene.tags[max(0, index - 5) : index + 4]}
    cause = {"because", "due", "reason", "cause", "caused", "blame", "behind", "owing", "root"}
    near = bool(words & cause) or _near_concept(scene, index, "caused")
    gone = _near_concept(scene, index, "leave") or "churned customers" in scene.draft.metrics
    near = near or (gone and _word_before(scene, index) in {"to", "for", "over", "with"})
    if near:
        for i in range(max(0, index - 5), min(len(scene), index + 4)):
            if "caused" in scene.tags[i].concepts:
                scene.use(i)
            if scene.tags[i].cue == "by" and scene.tags[i].text == "by":
                scene.use(i)
    return near


def _near_concept(scene: Scene, index: int, concept: str) -> bool:
    low, high = max(0, index - 5), min(len(scene), index + 4)
    return any(concept in scene.tags[i].concepts for i in range(low, high))


def _near_noun(scene: Scene, index: int, metric: str, concept: str) -> bool:
    following = scene.after(index)
    if following is None:
        return False
    tag = scene.tags[following]
    return metric in tag.metrics or concept in tag.concepts or "campaign" in tag.dimensions


def _word_before(scene: Scene, index: int) -> str:
    words = [t for t in scene.tags[:index] if t.text not in {"the", "a", "an", "our"}]
    return words[-1].text if words else ""


def _by_list(scene: Scene, index: int, dimensions: list[str]) -> list[str]:
    """What stands in one list with it decides ("chat or email")."""
    for step in (scene.before, scene.after):
        mark = step(index)
        mate = (
            step(mark)
            if mark is not None and scene.tags[mark].cue in {"and", "or", "versus"}
            else None
        )
        if mate is None:
            continue
        others = {m.dimension for m in scene.tags[mate].members if scene.has(m.dimension)}
        shared = [d for d in dimensions if d in others]
        if shared and len(others) < len(dimensions):
            return shared
    return dimensions


def _by_context(scene: Scene, index: int, dimensions: list[str]) -> list[str]:
    """A price of a thing's own row beats one reached over another table."""
    if "product_category" in dimensions and scene.tags[index].norm != scene.tags[index].text:
        return ["product_category"]
    sent = all(scene.catalogue.metric(m).entities[:1] == ("contact",) for m in scene.draft.metrics)
    if sent and {"campaign_channel", "acquisition_channel"} <= set(dimensions):
        return ["campaign_channel"]
    following = scene.after(index)
    if (
        following is not None
        and "visit" in scene.tags[following].concepts
        and "device" in dimensions
    ):
        return ["device"]
    return dimensions


_TWINS = (("team", "owner_team"), ("session_country", "customer_country"))


def _without_twins(scene: Scene, dimensions: list[str]) -> list[str]:
    result = list(dimensions)
    for first, second in _TWINS:
        if first in result and second in result:
            result.remove(second if scene.is_own(first) or not scene.is_own(second) else first)
    return result
