"""Customers picked by what they did: `who never ordered`, `hit by a severity 1 incident`."""

from __future__ import annotations

from dataclasses import replace

from analytics.language.clauses import Clause, denied, fill, find_clauses, quantity_near
from analytics.language.scene import Scene
from analytics.language.twofold import read_twofold
from analytics.model import CustomerCondition, Filter, Period

_BASES = {"join": "new customers", "leave": "churned customers"}


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
    clauses = find_clauses(scene, heads[0], base)
    if base is None and read_twofold(scene, clauses, heads):
        _use_small_words(scene)
        return True
    if not clauses or not _is_cohort(scene, clauses, base):
        return False
    main = _main_metric(scene, clauses)
    if main is not None and scene.tags[main].metrics[0] == clauses[0].metric == "incidents":
        return False
    if main is None and base is None and not _counts_customers(scene, heads):
        return False
    for clause in clauses:
        fill(scene, clause)
    _settle(scene, clauses, base, main, heads)
    return True


def _heads(scene: Scene) -> list[int]:
    found = scene.find(
        lambda t: bool({"customers", "active customers"} & set(t.metrics)) or "people" in t.concepts
    )
    found = [i for i in found if i == 0 or scene.tags[i - 1].cue != "by"]
    return [i for i in found if scene.tags[i].text not in _PRONOUNS or _is_told(scene, i)]


_PRONOUNS = frozenset({"those", "one"})


def _is_told(scene: Scene, index: int) -> bool:
    """Say whether "those" are people: "those who …", "the ones with …" after "who"."""
    following = scene.after(index)
    people = any(t.text == "who" for t in scene.tags)
    return (
        people and following is not None and scene.tags[following].text in {"who", "with", "that"}
    ) or (people and scene.tags[index].text == "one")


def _counts_customers(scene: Scene, heads: list[int]) -> bool:
    return bool(heads)


def _base(scene: Scene) -> tuple[str, int] | None:
    for i in scene.find(lambda t: t.metrics[:1] in {("new customers",), ("churned customers",)}):
        if scene.tags[i].members:
            continue  # "acquisition" is an objective too, and nobody who joined
        return scene.tags[i].metrics[0], i
    for concept, metric in _BASES.items():
        for i in scene.find(lambda t, c=concept: c in t.concepts):  # type: ignore[misc]
            if denied(scene, i) is None:
                return metric, i
    return None


def _is_cohort(scene: Scene, clauses: list[Clause], base: tuple[str, int] | None) -> bool:
    """One plain verb is a metric of its own ("customers who bought" = active customers)."""
    if base is not None or len(clauses) > 1:
        return True
    clause = clauses[0]
    counted = any(t.cue == "how_many" for t in scene.tags) and not any(
        t.cue == "share" for t in scene.tags
    )
    if clause.metric == "sessions" and counted:
        return True
    if clause.metric == "orders" and counted and any("again" in t.concepts for t in scene.tags):
        return True
    if denied(scene, clause.verb) is not None or quantity_near(scene, clause) is not None:
        return True
    if clause.metric in {
        "tickets",
        "open tickets",
        "incidents",
        "reopened tickets",
        "returned orders",
        "cancelled orders",
    }:
        return _named_besides(scene, clause)
    return _main_metric(scene, clauses) is not None


def _named_besides(scene: Scene, clause: Clause) -> bool:
    if clause.metric == "incidents":
        # "how many customers were hit by incidents" is a metric of its own.
        return _main_metric(scene, [clause]) is not None or _ever(scene)
    return True


def _ever(scene: Scene) -> bool:
    return any(t.time is not None and t.time.kind == "everything" for t in scene.tags)


def _main_metric(scene: Scene, clauses: list[Clause]) -> int | None:
    taken = {c.verb for c in clauses} | {i for c in clauses for i in c.used}
    for i in scene.find(lambda t: bool(t.metrics)):
        tag = scene.tags[i]
        if i in taken or tag.metrics[0] in {
            "customers",
            "active customers",
            "new customers",
            "churned customers",
        }:
            continue
        if scene.catalogue.metric(tag.metrics[0]).formula is None:
            continue
        if tag.metrics[0] in {
            "tickets",
            "orders",
            "incidents",
            "sessions",
            "pageviews",
        } and i > min(taken):
            continue
        if "customer" in scene.catalogue.metric(tag.metrics[0]).entities:
            return i
    return None


def _settle(
    scene: Scene,
    clauses: list[Clause],
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
    if main is None and base is None and len(clauses) == 1 and _wants_list(scene, heads[0]):
        _list_customers(scene, clauses[0])
        return
    scene.use(*scene.find(lambda t: t.cue in {"how_many", "how_much"}))
    previous: Period | None = None
    if main is None and all(c.negated and not c.never and not c.ever for c in clauses):
        shared = {c.period for c in clauses if c.period is not None}
        if len(shared) == 1:  # "no orders and no tickets in 2025"
            for clause in clauses:
                clause.period = next(iter(shared))
    for clause in clauses:
        inherits = clause.same_period or (clause.negated and not clause.never and base is None)
        if clause.period is None and inherits and not clause.ever and main is None:
            clause.period = previous
        previous = clause.period or previous
        if clause.same_period and clause.period is None:
            scene.same_time.append(len(draft.conditions))
        draft.conditions.append(_condition(clause))
        scene.use(*clause.used)
    _use_small_words(scene)


def _wants_list(scene: Scene, head: int) -> bool:
    """Say whether the customers themselves are asked for ("which customers had …")."""
    words = [t.text for t in scene.tags[: head + 1] if t.text.strip("?!.,;:-")]
    return bool(words) and words[0] in {"which", "list", "who", "show", "name"}


def _list_customers(scene: Scene, clause: Clause) -> None:
    """List customers with the number that they were picked by."""
    draft = scene.draft
    condition = _condition(clause)
    scene.use(*clause.used)
    _use_small_words(scene)
    if condition.operator == "<" and condition.value == 1:
        scene.problems.append("Customers without any cannot be listed by their number.")
    draft.metrics, draft.dimensions = [condition.metric], ["customer"]
    draft.filters += condition.filters
    draft.period = condition.period
    draft.having.append(
        Filter(dimension=condition.metric, operator=condition.operator, values=(condition.value,))
    )


def _condition(clause: Clause) -> CustomerCondition:
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
        site = "site" in tag.concepts and any(
            c.metric == "sessions" for c in scene.draft.conditions
        )
        named = tag.metrics or tag.dimensions or (tag.members and not site) or tag.flags
        if named or tag.time or tag.quantity:
            continue
        if (
            tag.cue in {"who", "and", "by"}
            and tag.text in {"who", "that", "which", "and", "by", "also"}
        ) or tag.concepts & {"site", "raise", "earn", "happen", "caused"}:
            scene.use(i)


def settle_bought(scene: Scene) -> None:
    """`bought phones but not accessories`: two conditions on the customer, not on one order."""
    draft = scene.draft
    if draft.metrics != ["active customers"] or draft.dimensions or draft.grain:
        return
    denied = [f for f in draft.filters if f.operator in {"!=", "not in"}]
    for one in denied:
        said = [f for f in draft.filters if f.dimension == one.dimension and f is not one]
        if not said or scene.catalogue.dimension(one.dimension).entity == "customer":
            continue
        if "customers" not in scene.catalogue.metrics or draft.compare_to is not None:
            scene.problems.append("What is bought and what is not are two conditions.")
            return
        without = replace(one, operator="=" if one.operator == "!=" else "in")
        draft.metrics = ["customers"]
        draft.conditions += [
            CustomerCondition(metric="orders", filters=tuple(said), period=draft.period),
            CustomerCondition(
                metric="orders", operator="<", value=1, filters=(without,), period=draft.period
            ),
        ]
        draft.filters = [f for f in draft.filters if f is not one and f not in said]
        draft.period = None
        return
