"""Values in a question become filters: whose value, said or denied, and in what list."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.language.lexicon import Member
from analytics.language.naming import flag_of
from analytics.language.scene import LIST_MARKS, Scene
from analytics.language.tagging import Tag
from analytics.model import Cell, Filter, Operator

_WEAK = frozenset(
    """low middle high other none service price cost pricing moved gone left lost former current
    active open new closed normal over post mail call call calls place competition competitor rival
    poor critical release supplier plus direct partner application program computer recurring
    subscription referred referral recommendation complete pending waiting resolved solved
    invoice payment equipment login worst mildest memory capacity configuration moved medium
    relocation permission goodbye
    """.split()
)
"""Values that are everyday words: they need their dimension, or the very noun, beside them."""
_NEVER_ALONE = frozenset(
    "service price cost pricing moved current gone left lost former over low high middle other none "
    "new competitor competition rival poor post place normal medium call calls worst mildest "
    "recommendation complete relocation permission".split()
)
_FINE = frozenset({"subcategory", "article_id"})
"""Dimensions whose values are everyday words throughout."""
_CAUSE_DIMENSIONS = ("root_cause", "churn_reason")
_VIA = frozenset({"via", "through", "by", "over", "per", "using", "thru"})
_ABOUT = frozenset({"about", "concerning", "regarding", "around", "on"})


@dataclass(frozen=True, slots=True)
class _Found:
    index: int
    members: tuple[Member, ...]
    """Of one dimension."""


def read_members(scene: Scene) -> tuple[list[Filter], dict[int, int]]:
    """Turn values and verbs that stand for flags into filters and mark them as explained.

    Returns
    -------
    tuple
        The filters, and for each tag used the position of its filter among them.
    """
    found: list[_Found] = []
    for index in scene.find(lambda t: bool(t.members)):
        chosen = _resolve(scene, index)
        if chosen:
            found.append(_Found(index, chosen))
            scene.use(index)
            _use_beside(scene, index, chosen[0].dimension)
    filters: list[Filter] = []
    places: dict[int, int] = {}
    for group in _groups(scene, found):
        negated = _negation(scene, group[0].index)
        values = tuple(dict.fromkeys(m.value for item in group for m in item.members))
        filters.append(_filter(group[0].members[0].dimension, values, denied=negated is not None))
        for item in group:
            places[item.index] = len(filters) - 1
        if negated is not None:
            scene.use(negated)
    _read_flags(scene, filters, places)
    _read_present(scene, filters, places)
    _read_missing(scene, filters, places)
    return _joined(filters, places)


def _filter(dimension: str, values: tuple[Cell, ...], *, denied: bool) -> Filter:
    single: Operator = "!=" if denied else "="
    many: Operator = "not in" if denied else "in"
    return Filter(dimension=dimension, operator=single if len(values) == 1 else many, values=values)


def _joined(filters: list[Filter], places: dict[int, int]) -> tuple[list[Filter], dict[int, int]]:
    """Two "=" on one column would exclude each other: they are alternatives."""
    result: list[Filter] = []
    moved: dict[int, int] = {}
    for position, one in enumerate(filters):
        twin = next((i for i, r in enumerate(result) if r.dimension == one.dimension and _positive(r) and _positive(one)), None)  # fmt: skip
        if twin is None:
            moved[position] = len(result)
            result.append(one)
        else:
            values = tuple(dict.fromkeys([*result[twin].values, *one.values]))
            result[twin] = _filter(one.dimension, values, denied=False)
            moved[position] = twin
    return result, {index: moved[position] for index, position in places.items()}


def _positive(one: Filter) -> bool:
    return one.operator in {"=", "in"}


# --- which dimension a value belongs to ------------------------------------------------------


def _resolve(scene: Scene, index: int) -> tuple[Member, ...]:
    tag = scene.tags[index]
    candidates = [m for m in tag.members if scene.has(m.dimension)]
    if not candidates:
        return ()
    if any(m.exact for m in candidates):
        candidates = [m for m in candidates if m.exact]
    dimensions = list(dict.fromkeys(m.dimension for m in candidates))
    cued = [d for d in dimensions if _is_cued(scene, index, d)]
    if not cued and _needs_support(scene, index, tag, dimensions):
        return ()
    dimensions = cued or dimensions
    own = [d for d in dimensions if scene.is_own(d)]
    if len(own) >= 1 and not cued:
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
    return tuple(m for m in candidates if m.dimension == dimensions[0])


def _needs_support(scene: Scene, index: int, tag: Tag, dimensions: list[str]) -> bool:
    if tag.text in _NEVER_ALONE or tag.norm in _NEVER_ALONE:
        return True
    states = all(d.endswith("_status") for d in dimensions)
    everyday = states or dimensions == ["owner_team"] or tag.text in _WEAK or tag.norm in _WEAK or set(dimensions) <= _FINE
    if not everyday:
        return False
    following = scene.after(index)
    if dimensions == ["owner_team"]:
        return not scene.is_own("owner_team")
    beside_noun = following is not None and bool(scene.tags[following].metrics)
    if tag.text == "plus":
        people = following is not None and any(m.endswith("customers") for m in scene.tags[following].metrics)
        return not (people or _in_list_of(scene, index, "plan"))
    if all(d.endswith("_status") for d in dimensions) and tag.norm.endswith(("ed", "lost", "left")):
        return not beside_noun
    return not (beside_noun and any(scene.is_own(d) or d == "plan" for d in dimensions))


def _in_list_of(scene: Scene, index: int, dimension: str) -> bool:
    """Say whether another value of the dimension stands right beside, in a list."""
    for step in (scene.before, scene.after):
        mark = step(index, marks=True)
        listed = mark is not None and (scene.tags[mark].cue in {"and", "or", "versus"} or scene.tags[mark].text in LIST_MARKS)
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
        return any(t.text in {"team", "owned", "owning", "own"} for t in scene.tags[max(0, index - 3) : index + 3])
    if dimension in _CAUSE_DIMENSIONS:
        return _has_cause_word(scene, index)
    if dimension == "acquisition_channel":
        return _near_concept(scene, index, "join")
    if dimension in {"campaign_channel", "objective"}:
        return _near_noun(scene, index, "campaigns", "message")
    if dimension == "ticket_channel":
        return _word_before(scene, index) in _VIA and not _near_concept(scene, index, "caused")
    if dimension == "ticket_category":
        return _word_before(scene, index) in _ABOUT or scene.gap(index, index + 2) in {"problem", "trouble"}
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
        mate = step(mark) if mark is not None and scene.tags[mark].cue in {"and", "or", "versus"} else None
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
    following = scene.after(index)
    if following is not None and "visit" in scene.tags[following].concepts and "device" in dimensions:
        return ["device"]
    return dimensions


_TWINS = (("team", "owner_team"), ("session_country", "customer_country"))


def _without_twins(scene: Scene, dimensions: list[str]) -> list[str]:
    result = list(dimensions)
    for first, second in _TWINS:
        if first in result and second in result:
            result.remove(second if scene.is_own(first) or not scene.is_own(second) else first)
    return result


def _use_beside(scene: Scene, index: int, dimension: str) -> None:
    """The name of the dimension beside its value says nothing more ("plan premium")."""
    entity = scene.catalogue.dimension(dimension).entity
    for place in (scene.before(index), scene.after(index)):
        if place is None or scene.used(place):
            continue
        tag = scene.tags[place]
        if not ({dimension, entity} & set(tag.dimensions)) or tag.metrics and not tag.dimensions:
            continue
        previous = scene.before(place)
        if place < index and previous is not None and scene.tags[previous].cue == "by":
            continue
        if scene.catalogue.dimension(dimension).kind == "category" or dimension in tag.dimensions or entity in tag.dimensions:  # fmt: skip
            scene.use(place)


# --- lists, denials --------------------------------------------------------------------------


def _groups(scene: Scene, found: list[_Found]) -> list[list[_Found]]:
    groups: list[list[_Found]] = []
    for item in found:
        last = groups[-1][-1] if groups else None
        same = last is not None and last.members[0].dimension == item.members[0].dimension
        if last is not None and same and _is_list(scene, last.index, item.index):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _is_list(scene: Scene, left: int, right: int) -> bool:
    marks = 0
    for i in range(left + 1, right):
        tag = scene.tags[i]
        if tag.cue in {"and", "or", "versus"} or tag.text in LIST_MARKS or tag.text in {"-", "than"}:
            marks += 1
            if tag.cue in {"and", "or"}:
                scene.use(i)
        elif tag.cue == "not":
            return False
        elif not (tag.filler or tag.dimensions or scene.used(i)):
            return False
    return marks > 0


def _negation(scene: Scene, index: int) -> int | None:
    """Return the "not", "excluding" or "without" that denies the value, None when none does."""
    steps = 0
    for i in range(index - 1, -1, -1):
        tag = scene.tags[i]
        if tag.cue in {"not", "without"}:
            return i
        if tag.cue in {"by", "who", "and"} or (tag.members and not tag.dimensions) or tag.time or tag.text in {";", ":", "?"}:
            return None
        steps += 0 if tag.filler else 1
        if steps > 2:
            return None
    return None


def _read_flags(scene: Scene, filters: list[Filter], places: dict[int, int]) -> None:
    """`reopened`, `not converted`, `without a conversion`."""
    for index in scene.find(lambda t: bool(t.flags or t.concepts or t.metrics)):
        tag = scene.tags[index]
        names = [name for name in tag.flags if scene.has(name)]
        spoken = flag_of(tag.concepts)
        if not names and spoken is not None and scene.has(spoken) and scene.is_own(spoken):
            names = [spoken]
        following = scene.after(index)
        measured = following is not None and scene.tags[following].quantity is not None
        if not names or (measured and "has_discount" in names):
            continue
        name = next((n for n in names if scene.is_own(n)), names[0])
        negated = _negation(scene, index)
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


_NULLABLE = frozenset(
    {"assignee", "root_cause", "churn_reason", "article_id", "subcategory", "customer_country", "city"}
)
_PRESENT = {"discount": "has_discount", "campaign": "from_campaign", "incident": "has_incident", "cart": "added_to_cart"}
"""Things that rows may have or lack, and the flag that says so."""
_MISSING = {"unassigned": "assignee", "unowned": "assignee", "ownerless": "assignee"}


def _read_present(scene: Scene, filters: list[Filter], places: dict[int, int]) -> None:
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
        negated = _negation(scene, index)
        if negated is None and not set(words[-2:]) & {"with", "have", "carry", "carried", "include", "any"}:
            continue
        places[index] = len(filters)
        filters.append(Filter(dimension=flag, operator="=", values=(negated is None,)))
        scene.use(index)
        if negated is not None:
            scene.use(negated)


def _read_missing(scene: Scene, filters: list[Filter], places: dict[int, int]) -> None:
    """`unassigned`, `without an assignee`, `with no root cause`."""
    for index in scene.find(lambda t: t.is_unknown or bool(t.dimensions)):
        tag = scene.tags[index]
        dimension = _MISSING.get(tag.text)
        negated: int | None = None
        if dimension is None and tag.dimensions:
            negated = _negation(scene, index)
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
