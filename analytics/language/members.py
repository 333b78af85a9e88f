"""Values in a question become filters: whose value, said or denied, and in what list."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.language.belonging import resolve
from analytics.language.flags import read_flags, read_missing, read_present
from analytics.language.lexicon import Member
from analytics.language.listing import negation
from analytics.language.scene import LIST_MARKS, Scene
from analytics.model import Cell, Filter, Operator


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
        chosen = resolve(scene, index)
        if chosen:
            found.append(_Found(index, chosen))
            scene.use(index)
            _use_beside(scene, index, chosen[0].dimension)
    filters: list[Filter] = []
    places: dict[int, int] = {}
    for group in _groups(scene, found):
        negated = negation(scene, group[0].index)
        values = tuple(dict.fromkeys(m.value for item in group for m in item.members))
        filters.append(_filter(group[0].members[0].dimension, values, denied=negated is not None))
        for item in group:
            places[item.index] = len(filters) - 1
        if negated is not None:
            scene.use(negated)
    read_flags(scene, filters, places)
    read_present(scene, filters, places)
    read_missing(scene, filters, places)
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
        twins = (i for i, r in enumerate(result) if r.dimension == one.dimension and _positive(r))
        twin = next(twins, None) if _positive(one) else None
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


_OWNED = frozenset({"owned", "run", "operated", "maintained"})


def _use_beside(scene: Scene, index: int, dimension: str) -> None:
    """The name of the dimension beside its value says nothing more ("plan premium")."""
    entity = scene.catalogue.dimension(dimension).entity
    for place in (scene.before(index), scene.after(index)):
        if place is None or scene.used(place):
            continue
        tag = scene.tags[place]
        if dimension == "team" and tag.text == "assigned to":
            scene.use(place)
        if dimension == "owner_team" and tag.text in {"owned", "owning", "responsible"}:
            scene.use(place)
        owned = scene.before(place)
        owning = dimension == "owner_team" and tag.cue == "by" and owned is not None
        if owning and owned is not None and scene.tags[owned].text in _OWNED:
            scene.use(owned, place)
        if not ({dimension, entity} & set(tag.dimensions)) or (tag.metrics and not tag.dimensions):
            continue
        previous = scene.before(place)
        if place < index and previous is not None and scene.tags[previous].cue == "by":
            continue
        category = scene.catalogue.dimension(dimension).kind == "category"
        if category or {dimension, entity} & set(tag.dimensions):
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
        if (
            tag.cue in {"and", "or", "versus"}
            or tag.text in LIST_MARKS
            or tag.text in {"-", "than"}
        ):
            marks += 1
            if tag.cue in {"and", "or"}:
                scene.use(i)
        elif tag.cue == "not" or not (tag.filler or tag.dimensions or scene.used(i)):
            return False
    return marks > 0
