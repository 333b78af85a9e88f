"""The conditions that customers are picked by, one verb each: `bought`, `was hit by`."""

from __future__ import annotations

from dataclasses import dataclass, field

from analytics.language.nouns import counts_noun
from analytics.language.scene import Scene
from analytics.language.tagging import Tag
from analytics.model import Filter, Operator, Period

_VERBS: dict[str, str] = {
    "buy": "orders", "spend": "revenue", "visit": "sessions", "hit": "incidents",
    "open_message": "contacts", "click": "contacts", "own": "orders",
}  # fmt: skip

_VERB_FLAGS = {"open_message": "contact_opened", "click": "contact_clicked"}

_OBJECTS: dict[str, str] = {
    "tickets": "tickets", "orders": "orders", "incidents": "incidents", "sessions": "sessions",
    "visitors": "sessions", "open tickets": "open tickets", "revenue": "revenue",
    "units sold": "units sold", "contacts": "contacts", "reopened tickets": "reopened tickets",
    "returned orders": "returned orders", "cancelled orders": "cancelled orders",
    "gross margin": "gross margin",
}  # fmt: skip


@dataclass(slots=True)
class Clause:
    """One condition while it is being read."""

    metric: str
    verb: int
    negated: bool = False
    never: bool = False
    used: list[int] = field(default_factory=list)
    operator: Operator = ">="
    value: float = 1
    filters: list[Filter] = field(default_factory=list)
    period: Period | None = None
    same_period: bool = False
    ever: bool = False
    days_before_churn: int | None = None


def find_clauses(scene: Scene, head: int, base: tuple[str, int] | None) -> list[Clause]:
    """Return one clause for each verb, or thing had, that customers are picked by."""
    found: list[Clause] = []
    for i in scene.left():
        tag = scene.tags[i]
        if base is not None and i == base[1]:
            continue
        metric = next((_VERBS[c] for c in _VERBS if c in tag.concepts), None)
        if metric == "contacts" and not _about_message(scene, i):
            metric = None
        if metric is not None and not tag.members and tag.metrics[:1] != ("revenue",):
            clause = Clause(metric, i)
            flag = next((_VERB_FLAGS[c] for c in _VERB_FLAGS if c in tag.concepts), None)
            if flag is not None and metric == "contacts":
                clause.filters.append(Filter(dimension=flag, operator="=", values=(True,)))
            found.append(clause)
        elif tag.metrics[:1] == ("customers affected",) and base is not None:
            found.append(Clause("incidents", i))
        elif (
            tag.metrics[:1]
            and tag.metrics[0] in _OBJECTS
            and i > head
            and _is_had(scene, i)
            and not _is_ranked(scene, i)
        ):
            found.append(Clause(_OBJECTS[tag.metrics[0]], i))
    return _merged_objects(scene, found)


def _is_ranked(scene: Scene, index: int) -> bool:
    before = scene.before(index)
    return before is not None and scene.tags[before].rank is not None


def _about_message(scene: Scene, index: int) -> bool:
    following = scene.tags[index + 1 : index + 5]
    return any(
        "message" in t.concepts or {"contacts", "campaigns"} & set(t.metrics) for t in following
    )


def _is_had(scene: Scene, index: int) -> bool:
    """Say whether customers "have", "raised" or are "with" the thing."""
    before = scene.before(index)
    if before is not None and scene.tags[before].quantity is not None:
        return True
    for i in range(index - 1, max(-1, index - 7), -1):
        tag = scene.tags[i]
        if tag.text in {"with", "have"} or tag.cue in {"without"} or "raise" in tag.concepts:
            return True
        if tag.cue == "by" or tag.metrics:
            return False
    return False


def _merged_objects(scene: Scene, clauses: list[Clause]) -> list[Clause]:
    """`bought … orders`, `hit by … incident`: verb and object are one condition."""
    result: list[Clause] = []
    for clause in clauses:
        if result and result[-1].metric == clause.metric and clause.verb - result[-1].verb < 6:
            between = scene.tags[result[-1].verb + 1 : clause.verb]
            if not any(t.cue in {"who", "not", "without"} or t.text == "but" for t in between):
                result[-1].used.append(clause.verb)
                continue
        result.append(clause)
    return result


def denied(scene: Scene, index: int) -> int | None:
    """Return the word that denies a verb, None when nothing does."""
    for i in range(index - 1, max(-1, index - 5), -1):
        tag = scene.tags[i]
        if tag.cue in {"not", "without"}:
            return i
        if (
            tag.cue == "who"
            or tag.concepts & (set(_VERBS) - set(_VERB_FLAGS))
            or tag.time is not None
        ):
            return None
    return None


def quantity_near(scene: Scene, clause: Clause) -> int | None:
    """Return the number that a clause counts to ("more than 3 orders"), None without one."""
    low, high = clause.verb, clause.verb
    if clause.used:
        high = max(clause.used)
    for i in range(max(0, low - 3), min(len(scene), high + 4)):
        quantity = scene.tags[i].quantity
        if quantity is None or scene.used(i):
            continue
        if _is_age(scene, i):
            continue
        if quantity.unit in {"", "money", "times"}:
            return i
    return None


def _is_age(scene: Scene, index: int) -> bool:
    before, following = scene.before(index), scene.after(index)
    if before is None:
        return False
    if following is not None and counts_noun(scene, index):
        return False
    tag = scene.tags[before]
    return "customers" in tag.metrics or "people" in tag.concepts


def fill(scene: Scene, clause: Clause) -> None:
    """Read denial, number, values and time of one condition."""
    not_at = denied(scene, clause.verb)
    clause.used.append(clause.verb)
    _fill_helpers(scene, clause)
    if not_at is not None:
        clause.negated = True
        clause.never = scene.tags[not_at].text == "never"
        clause.used.append(not_at)
    _fill_number(scene, clause)
    _fill_rest(scene, clause)
    for i in range(max(0, clause.verb - 4), clause.verb):
        time = scene.tags[i].time
        if time is not None and time.kind == "everything" and not scene.used(i):
            clause.ever = True
            clause.used.append(i)
    _fill_members(scene, clause)
    _fill_window(scene, clause)


def _fill_helpers(scene: Scene, clause: Clause) -> None:
    """Take the words around the verb: `placed`, `raised`, `twice`."""
    for i in range(clause.verb - 1, max(-1, clause.verb - 6), -1):
        tag = scene.tags[i]
        if tag.cue == "who" or tag.metrics or tag.time:
            break
        if tag.text == "open" and clause.metric == "orders":
            continue  # an open order is not one that was placed
        if "raise" in tag.concepts or tag.text in {"place", "make"}:
            clause.used.append(i)
    for i in range(clause.verb + 1, min(len(scene), clause.verb + 5)):
        counted = quantity_near(scene, clause) is not None
        if "again" in scene.tags[i].concepts and clause.metric == "orders" and not counted:
            clause.value = 2
            clause.used.append(i)
            return


def _fill_number(scene: Scene, clause: Clause) -> None:
    place = quantity_near(scene, clause)
    quantity = scene.tags[place].quantity if place is not None else None
    if place is None or quantity is None or clause.negated:
        return
    clause.operator, clause.value = quantity.operator, quantity.value
    if clause.metric == "revenue" and quantity.unit == "times":
        clause.metric = "orders"
    clause.used.append(place)


def _fill_rest(scene: Scene, clause: Clause) -> None:
    """Read what follows the verb up to the next one: its object and its time."""
    for i in range(max(clause.used) + 1, len(scene)):
        tag = scene.tags[i]
        if tag.text == "that" and i + 1 < len(scene) and scene.tags[i + 1].text in _SPANS:
            continue
        if tag.cue in {"who", "not", "without"} or tag.text in {"but", "?"} or _is_verb(tag):
            return
        if clause.metric in tag.metrics and not scene.used(i):
            clause.used.append(i)
        if tag.time is not None and clause.period is None:
            if tag.time.kind == "period" and tag.time.period is not None:
                clause.period = tag.time.period
                clause.used.append(i)
            elif tag.time.kind == "everything":
                clause.ever = True
                clause.used.append(i)
        if tag.cue == "that_time":
            clause.same_period = True
            clause.used.append(i)
        if tag.text in _SPANS and _points_back(scene, i):
            clause.same_period = True
            clause.used += [j for j in range(i - 2, i + 1) if j > clause.verb]


_SPANS = frozenset({"month", "period", "time", "year", "quarter", "week", "day"})


def _is_verb(tag: Tag) -> bool:
    states = all(m.dimension.endswith("_status") for m in tag.members)
    return bool(tag.concepts & {"earn", "leave", "join", "buy", "visit", "spend"}) and states


def _points_back(scene: Scene, index: int) -> bool:
    return index > 0 and scene.tags[index - 1].text in {"that", "same", "the"}


def _fill_members(scene: Scene, clause: Clause) -> None:
    low, high = min(clause.used), max(clause.used)
    while (
        low > 0
        and (scene.tags[low - 1].filler or scene.tags[low - 1].members)
        and not scene.tags[low - 1].time
    ):
        low -= 1
    grouped: dict[str, list[object]] = {}
    for i in range(low, min(len(scene), high + 4)):
        tag = scene.tags[i]
        if scene.used(i) or not tag.members or tag.time or i in clause.used:
            continue
        if i > high and any(
            t.cue in {"who", "not"} or t.time or _is_verb(t) for t in scene.tags[high + 1 : i]
        ):
            break
        name = _dimension_of(scene, clause, tag)
        if name is None:
            continue
        grouped.setdefault(name, []).extend(m.value for m in tag.members if m.dimension == name)
        clause.used.append(i)
    for name, values in grouped.items():
        operator: Operator = "=" if len(values) == 1 else "in"
        clause.filters.append(Filter(dimension=name, operator=operator, values=tuple(values)))  # type: ignore[arg-type]


def _dimension_of(scene: Scene, clause: Clause, tag: Tag) -> str | None:
    """A value of the thing itself belongs to the condition, one of customers to the question."""
    catalogue = scene.catalogue
    options = [
        m.dimension
        for m in tag.members
        if m.dimension in catalogue.dimensions
        and catalogue.has_dimension(clause.metric, m.dimension)
        and catalogue.dimension(m.dimension).entity not in {"customer", "moment"}
    ]
    own = catalogue.metric(clause.metric).entities[0]
    exact = [d for d in options if catalogue.dimension(d).entity == own]
    names = list(dict.fromkeys(exact or options))
    if len(names) > 1:
        return names[
            scene.choose(f"value:{tag.norm}", f"What do you mean by “{tag.norm}”?", tuple(names))
        ]
    return names[0] if names else None


def _fill_window(scene: Scene, clause: Clause) -> None:
    """`in the 90 days before they left`."""
    for i in scene.find(lambda t: t.time is not None and t.time.kind == "shift"):
        time = scene.tags[i].time
        following = scene.after(i)
        if time is None or following is None or "leave" not in scene.tags[following].concepts:
            continue
        if time.unit in {"day", "week"}:
            clause.days_before_churn = time.count * (7 if time.unit == "week" else 1)
            clause.used += [i, following]
