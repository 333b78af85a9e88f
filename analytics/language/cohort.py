"""Customers picked by what they did: `who never ordered`, `hit by a severity 1 incident`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from analytics.language.scene import Scene
from analytics.language.tagging import Tag
from analytics.model import CustomerCondition, Filter, Operator, Period

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
_BASES = {"join": "new customers", "leave": "churned customers"}


@dataclass(slots=True)
class _Clause:
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


def read_cohort(scene: Scene) -> bool:
    """Read conditions on customers into the draft.

    Returns
    -------
    bool
        Whether the question picks customers by what they did; then the draft's metric is set
        unless another one is named.
    """
    base = _base(scene)
    heads = _heads(scene)
    if base is not None and scene.tags[base[1]].metrics:
        heads = [*heads, base[1]]
    if base is not None:
        heads += scene.find(lambda t: t.metrics[:1] == ("customers affected",))
    if not heads:
        return False
    clauses = _clauses(scene, heads[0], base)
    if not clauses or not _is_cohort(scene, clauses, base):
        return False
    main = _main_metric(scene, clauses)
    if main is None and base is None and not _counts_customers(scene, heads):
        return False
    for clause in clauses:
        _fill(scene, clause)
    _settle(scene, clauses, base, main, heads)
    return True


def _heads(scene: Scene) -> list[int]:
    found = scene.find(
        lambda t: bool({"customers", "active customers"} & set(t.metrics)) or "people" in t.concepts
    )
    return [i for i in found if scene.tags[i].text not in _PRONOUNS or _is_told(scene, i)]


_PRONOUNS = frozenset({"those", "one"})


def _is_told(scene: Scene, index: int) -> bool:
    """Say whether "those" are people: "those who …", "the ones with …" after "who"."""
    following = scene.after(index)
    people = any(t.text == "who" for t in scene.tags)
    return people and following is not None and scene.tags[following].text in {"who", "with", "that"} or (
        people and scene.tags[index].text == "one"
    )


def _counts_customers(scene: Scene, heads: list[int]) -> bool:
    return bool(heads)


def _base(scene: Scene) -> tuple[str, int] | None:
    for i in scene.find(lambda t: t.metrics[:1] in {("new customers",), ("churned customers",)}):
        return scene.tags[i].metrics[0], i
    for concept, metric in _BASES.items():
        for i in scene.find(lambda t, c=concept: c in t.concepts):  # type: ignore[misc]
            if _denied(scene, i) is None:
                return metric, i
    return None


def _clauses(scene: Scene, head: int, base: tuple[str, int] | None) -> list[_Clause]:
    found: list[_Clause] = []
    for i in scene.left():
        tag = scene.tags[i]
        if base is not None and i == base[1]:
            continue
        metric = next((_VERBS[c] for c in _VERBS if c in tag.concepts), None)
        if metric == "contacts" and not _about_message(scene, i):
            metric = None
        if metric is not None and not tag.members and not tag.metrics[:1] == ("revenue",):
            clause = _Clause(metric, i)
            flag = next((_VERB_FLAGS[c] for c in _VERB_FLAGS if c in tag.concepts), None)
            if flag is not None and metric == "contacts":
                clause.filters.append(Filter(dimension=flag, operator="=", values=(True,)))
            found.append(clause)
        elif tag.metrics[:1] == ("customers affected",) and base is not None:
            found.append(_Clause("incidents", i))
        elif tag.metrics[:1] and tag.metrics[0] in _OBJECTS and i > head and _is_had(scene, i) and not _is_ranked(scene, i):
            found.append(_Clause(_OBJECTS[tag.metrics[0]], i))
    return _merged_objects(scene, found)


def _is_ranked(scene: Scene, index: int) -> bool:
    before = scene.before(index)
    return before is not None and scene.tags[before].rank is not None


def _about_message(scene: Scene, index: int) -> bool:
    following = scene.tags[index + 1 : index + 5]
    return any("message" in t.concepts or {"contacts", "campaigns"} & set(t.metrics) for t in following)


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


def _merged_objects(scene: Scene, clauses: list[_Clause]) -> list[_Clause]:
    """`bought … orders`, `hit by … incident`: verb and object are one condition."""
    result: list[_Clause] = []
    for clause in clauses:
        if result and result[-1].metric == clause.metric and clause.verb - result[-1].verb < 6:
            between = scene.tags[result[-1].verb + 1 : clause.verb]
            if not any(t.cue in {"who", "not", "without"} or t.text == "but" for t in between):
                result[-1].used.append(clause.verb)
                continue
        result.append(clause)
    return result


def _is_cohort(scene: Scene, clauses: list[_Clause], base: tuple[str, int] | None) -> bool:
    """One plain verb is a metric of its own ("customers who bought" = active customers)."""
    if base is not None or len(clauses) > 1:
        return True
    clause = clauses[0]
    counted = any(t.cue == "how_many" for t in scene.tags) and not any(t.cue == "share" for t in scene.tags)
    if clause.metric == "orders" and counted and any("again" in t.concepts for t in scene.tags):
        return True
    if _denied(scene, clause.verb) is not None or _quantity_near(scene, clause) is not None:
        return True
    if clause.metric in {"tickets", "open tickets", "incidents", "reopened tickets", "returned orders", "cancelled orders"}:
        return _named_besides(scene, clause)
    return _main_metric(scene, clauses) is not None


def _named_besides(scene: Scene, clause: _Clause) -> bool:
    if clause.metric == "incidents":
        # "how many customers were hit by incidents" is a metric of its own.
        return _main_metric(scene, [clause]) is not None or _ever(scene)
    return True


def _ever(scene: Scene) -> bool:
    return any(t.time is not None and t.time.kind == "everything" for t in scene.tags)


def _main_metric(scene: Scene, clauses: list[_Clause]) -> int | None:
    taken = {c.verb for c in clauses} | {i for c in clauses for i in c.used}
    for i in scene.find(lambda t: bool(t.metrics)):
        tag = scene.tags[i]
        if i in taken or tag.metrics[0] in {"customers", "active customers", "new customers", "churned customers"}:
            continue
        if scene.catalogue.metric(tag.metrics[0]).formula is None:
            continue
        if tag.metrics[0] in {"tickets", "orders", "incidents", "sessions", "pageviews"} and i > min(taken):
            continue
        if "customer" in scene.catalogue.metric(tag.metrics[0]).entities:
            return i
    return None


def _denied(scene: Scene, index: int) -> int | None:
    for i in range(index - 1, max(-1, index - 5), -1):
        tag = scene.tags[i]
        if tag.cue in {"not", "without"}:
            return i
        if tag.cue == "who" or tag.concepts & (set(_VERBS) - set(_VERB_FLAGS)) or tag.time is not None:
            return None
    return None


def _quantity_near(scene: Scene, clause: _Clause) -> int | None:
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
    if following is not None and scene.tags[following].metrics and scene.gap(index, following) == "":
        return False
    tag = scene.tags[before]
    return "customers" in tag.metrics or "people" in tag.concepts


def _fill(scene: Scene, clause: _Clause) -> None:
    """Read denial, number, values and time of one condition."""
    denied = _denied(scene, clause.verb)
    clause.used.append(clause.verb)
    for i in range(clause.verb - 1, max(-1, clause.verb - 6), -1):
        tag = scene.tags[i]
        if tag.cue == "who" or tag.metrics or tag.time:
            break
        if "raise" in tag.concepts or tag.text in {"place", "make"}:
            clause.used.append(i)
    again = [i for i in range(clause.verb + 1, min(len(scene), clause.verb + 5)) if "again" in scene.tags[i].concepts]
    if again and clause.metric == "orders":
        clause.value = 2
        clause.used.append(again[0])
    if denied is not None:
        clause.negated = True
        clause.never = scene.tags[denied].text == "never"
        clause.used.append(denied)
    quantity_at = _quantity_near(scene, clause)
    if quantity_at is not None and not clause.negated:
        quantity = scene.tags[quantity_at].quantity
        if quantity is not None:
            clause.operator, clause.value = quantity.operator, quantity.value
            if clause.metric == "revenue" and quantity.unit == "times":
                clause.metric = "orders"
            clause.used.append(quantity_at)
    last = max(clause.used)
    for i in range(last + 1, len(scene)):
        tag = scene.tags[i]
        if tag.text == "that" and i + 1 < len(scene) and scene.tags[i + 1].text in _SPANS:
            continue
        if tag.cue in {"who", "not", "without"} or tag.text in {"but", "?"} or _is_verb(tag):
            break
        if clause.metric in tag.metrics and not scene.used(i):
            clause.used.append(i)
        if tag.time is not None and clause.period is None:
            if tag.time.kind == "period" and tag.time.period is not None:
                clause.period = tag.time.period
                clause.used.append(i)
            elif tag.time.kind == "everything":
                clause.ever = True
                clause.used.append(i)
        if tag.text in _SPANS and _points_back(scene, i):
            clause.same_period = True
            clause.used += [j for j in range(i - 2, i + 1) if j > clause.verb]
    for i in range(max(0, clause.verb - 4), clause.verb):
        time = scene.tags[i].time
        if time is not None and time.kind == "everything" and not scene.used(i):
            clause.ever = True
            clause.used.append(i)
    _fill_members(scene, clause)
    _fill_window(scene, clause)


_SPANS = frozenset({"month", "period", "time", "year", "quarter", "week", "day"})


def _is_verb(tag: Tag) -> bool:
    states = all(m.dimension.endswith("_status") for m in tag.members)
    return bool(tag.concepts & {"earn", "leave", "join", "buy", "visit", "spend"}) and states


def _points_back(scene: Scene, index: int) -> bool:
    return index > 0 and scene.tags[index - 1].text in {"that", "same", "the"}


def _fill_members(scene: Scene, clause: _Clause) -> None:
    low, high = min(clause.used), max(clause.used)
    while low > 0 and (scene.tags[low - 1].filler or scene.tags[low - 1].members) and not scene.tags[low - 1].time:
        low -= 1
    grouped: dict[str, list[object]] = {}
    for i in range(low, min(len(scene), high + 4)):
        tag = scene.tags[i]
        if scene.used(i) or not tag.members or tag.time or i in clause.used:
            continue
        if i > high and any(t.cue in {"who", "not"} or t.time or _is_verb(t) for t in scene.tags[high + 1 : i]):
            break
        name = _dimension_of(scene, clause, tag)
        if name is None:
            continue
        grouped.setdefault(name, []).extend(m.value for m in tag.members if m.dimension == name)
        clause.used.append(i)
    for name, values in grouped.items():
        operator: Operator = "=" if len(values) == 1 else "in"
        clause.filters.append(Filter(dimension=name, operator=operator, values=tuple(values)))  # type: ignore[arg-type]


def _dimension_of(scene: Scene, clause: _Clause, tag: Tag) -> str | None:
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
        return names[scene.choose(f"value:{tag.norm}", f"What do you mean by “{tag.norm}”?", tuple(names))]
    return names[0] if names else None


def _fill_window(scene: Scene, clause: _Clause) -> None:
    """`in the 90 days before they left`."""
    for i in scene.find(lambda t: t.time is not None and t.time.kind == "shift"):
        time = scene.tags[i].time
        following = scene.after(i)
        if time is None or following is None or "leave" not in scene.tags[following].concepts:
            continue
        if time.unit in {"day", "week"}:
            clause.days_before_churn = time.count * (7 if time.unit == "week" else 1)
            clause.used += [i, following]


def _settle(
    scene: Scene,
    clauses: list[_Clause],
    base: tuple[str, int] | None,
    main: int | None,
    heads: list[int],
) -> None:
    draft = scene.draft
    if main is not None:
        draft.metrics = [scene.tags[main].metrics[0]]
        scene.use(main)
    else:
        draft.metrics = [base[0] if base is not None else "customers"]
    if base is not None:
        scene.use(base[1])
    scene.use(*heads)
    scene.use(*scene.find(lambda t: t.cue in {"how_many", "how_much"}))
    previous: Period | None = None
    for clause in clauses:
        inherits = clause.same_period or (clause.negated and not clause.never and base is None)
        if clause.period is None and inherits and not clause.ever and main is None:
            clause.period = previous
        previous = clause.period or previous
        draft.conditions.append(_condition(clause))
        scene.use(*clause.used)
    _use_small_words(scene)


def _condition(clause: _Clause) -> CustomerCondition:
    operator, value = clause.operator, clause.value
    if clause.negated:
        operator, value = "<", 1
    made = CustomerCondition(
        metric=clause.metric,
        operator=operator,
        value=value,
        filters=tuple(clause.filters),
        period=clause.period,
        days_before_churn=clause.days_before_churn,
    )
    return replace(made, value=int(value)) if float(value).is_integer() else made


def _use_small_words(scene: Scene) -> None:
    for i in scene.left():
        tag = scene.tags[i]
        if tag.metrics or tag.dimensions or tag.members or tag.flags or tag.time or tag.quantity:
            continue
        if tag.cue in {"who", "and", "by"} and tag.text in {"who", "that", "which", "and", "by", "also"}:
            scene.use(i)
        elif tag.concepts & {"site", "raise", "earn", "happen", "caused"}:
            scene.use(i)
