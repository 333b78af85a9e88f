"""Conditions on numbers: which column or metric a "more than 20" is about."""

from __future__ import annotations

from analytics.language.naming import COLUMNS
from analytics.language.nouns import counts_noun
from analytics.language.quantities import Quantity
from analytics.language.scene import Scene
from analytics.language.tagging import Tag
from analytics.model import Filter

_SECONDS = {
    "seconds": 1.0,
    "minutes": 60.0,
    "hours": 3600.0,
    "days": 86400.0,
    "weeks": 604800.0,
    "fortnights": 1209600.0,
}
_BY_CONCEPT: tuple[tuple[str, str, str], ...] = (
    ("detect", "incident", "minutes_to_detect"),
    ("acknowledge", "incident", "minutes_to_acknowledge"),
    ("repair", "incident", "minutes_to_resolve"),
    ("resolve", "incident", "minutes_to_resolve"),
    ("reply", "ticket", "first_response_hours"),
    ("resolve", "ticket", "resolution_hours"),
    ("unresolved", "ticket", "waiting_days"),
    ("wait", "ticket", "waiting_days"),
    ("down", "incident", "downtime_minutes"),
    ("hit", "incident", "customers_affected"),
    ("cost", "campaign", "campaign_spend"),
    ("spend", "campaign", "campaign_spend"),
    ("stay_on", "session", "duration_s"),
    ("view", "session", "session_pageviews"),
)
"""A verb, the rows that the metric counts, and the column that the number is about."""
_BY_UNIT: tuple[tuple[str, str, str], ...] = (
    ("time", "session", "duration_s"),
    ("money", "order", "order_value"),
    ("money", "product", "product_price"),
)
_COMPARATIVES: tuple[tuple[str, str, str], ...] = (
    ("older", "ticket", "waiting_days"), ("longer", "session", "duration_s"),
    ("longer", "incident", "minutes_to_resolve"), ("younger", "customer", "age"),
    ("older", "customer", "age"), ("aged", "customer", "age"), ("age", "customer", "age"),
)  # fmt: skip


def read_quantities(scene: Scene) -> tuple[list[Filter], dict[int, int]]:
    """Turn thresholds into filters; those on a metric go to the draft's having.

    Returns
    -------
    tuple
        The filters on columns, and for each tag used the position of its filter.
    """
    filters: list[Filter] = []
    places: dict[int, int] = {}
    for index in scene.find(lambda t: t.quantity is not None):
        quantity = scene.tags[index].quantity
        if quantity is None:
            continue
        if _read_metric_threshold(scene, index, quantity):
            continue
        found = _column(scene, index, quantity)
        if found is None:
            continue
        dimension, beside = found
        made = _filters(scene, dimension, quantity)
        if made is None:
            continue
        for one in made:
            places[index] = len(filters)
            filters.append(one)
        scene.use(index, *beside)
    return filters, places


def _filters(scene: Scene, dimension: str, quantity: Quantity) -> list[Filter] | None:
    unit = scene.catalogue.dimension(dimension).unit or ""
    value = converted(quantity.value, quantity.unit, unit)
    if value is None:
        return None
    if quantity.upper is not None:
        upper = converted(quantity.upper, quantity.unit, unit)
        if upper is None:
            return None
        return [
            Filter(dimension=dimension, operator=">=", values=(value,)),
            Filter(dimension=dimension, operator="<=", values=(upper,)),
        ]
    return [Filter(dimension=dimension, operator=quantity.operator, values=(value,))]


def converted(value: float, unit: str, wanted: str) -> float | None:
    """Return the value in another unit, None when the two do not fit.

    A number without a unit is taken in the column's own.
    """
    if unit in _SECONDS and wanted in _SECONDS:
        return _clean(value * _SECONDS[unit] / _SECONDS[wanted])
    if unit == "percent" and wanted == "fraction":
        return _clean(value / 100)
    if unit in {"years", "months"} and wanted == "days":
        return None
    if unit in {"", wanted} or (unit == "percent" and wanted in {"percent", "number"}):
        return _clean(value)
    return _clean(value) if unit == "times" and wanted in {"count", "number", ""} else None


def _clean(value: float) -> float:
    return int(value) if value == int(value) else round(value, 10)


def _column(scene: Scene, index: int, quantity: Quantity) -> tuple[str, list[int]] | None:
    right, left = scene.after(index), scene.before(index)
    worth = left is not None and scene.tags[left].text in {"worth", "valued", "costing"}
    if worth and left is not None and scene.is_own("order_value") and scene.has("order_value"):
        return "order_value", [left]
    if right is not None and scene.gap(index, right) in {
        "",
        "of",
        "in",
        "of a",
        "the",
        "of the",
        "on",
        "as",
    }:
        dimension = _number_dimension(scene, scene.tags[right], quantity)
        if dimension is not None:
            return dimension, [right]
    if left is not None:
        dimension = _number_dimension(scene, scene.tags[left], quantity)
        if dimension is not None:
            return dimension, [left]
    return _by_words(scene, index, quantity)


def _number_dimension(scene: Scene, tag: Tag, quantity: Quantity) -> str | None:
    columns = [COLUMNS[m] for m in tag.metrics if m in COLUMNS]
    columns += ["discount_amount"] if "has_discount" in tag.flags else []
    if tag.metrics and set(tag.metrics) <= set(scene.draft.metrics):
        columns = []
    for name in (*(d for d in tag.dimensions if not d.endswith("_id")), *columns):
        number = scene.has(name) and scene.catalogue.dimension(name).kind == "number"
        if number and _fits(scene, name, quantity):
            return name
    return None


def _by_words(scene: Scene, index: int, quantity: Quantity) -> tuple[str, list[int]] | None:
    entity = scene.catalogue.metric(scene.draft.metrics[0]).entities[:1]
    own = entity[0] if entity else ""
    near = [
        i for i in range(max(0, index - 4), min(len(scene), index + 5)) if scene.tags[i].concepts
    ]
    for concept, owner, dimension in _BY_CONCEPT:
        fits = [i for i in near if concept in scene.tags[i].concepts]
        if concept == "hit":
            fits += [
                i
                for i in range(index, min(len(scene), index + 3))
                if "customers" in scene.tags[i].metrics
            ]
        if fits and owner == own and scene.has(dimension) and _fits(scene, dimension, quantity):
            return dimension, fits
    if scene.draft.metrics == ["resolved tickets"] and _fits(scene, "resolution_hours", quantity):
        return ("resolution_hours", []) if quantity.unit in _SECONDS else None
    for word, owner, dimension in _COMPARATIVES:
        said = quantity.comparative == word and scene.has(dimension)
        if said and (owner == own or dimension == "age") and _fits(scene, dimension, quantity):
            return dimension, _owner_before(scene, index)
    if _beside_people(scene, index) and scene.has("age") and quantity.unit in {"", "years"}:
        return "age", _owner_before(scene, index)
    kind = "time" if quantity.unit in _SECONDS else quantity.unit or "money"
    for unit, owner, dimension in _BY_UNIT:
        beside = scene.before(index)
        nouns = {"orders", "all orders"} if unit == "money" else set(scene.draft.metrics)
        named = beside is not None and bool(nouns & set(scene.tags[beside].metrics))
        if unit == kind and owner == own and named and scene.has(dimension):
            return dimension, [beside] if beside is not None else []
    return None


def _owner_before(scene: Scene, index: int) -> list[int]:
    """Return the "customers" of "customers aged 40 to 50"."""
    left = scene.before(index)
    return [left] if left is not None and scene.tags[left].metrics == ("customers",) else []


def _fits(scene: Scene, dimension: str, quantity: Quantity) -> bool:
    unit = scene.catalogue.dimension(dimension).unit or ""
    return converted(quantity.value, quantity.unit, unit) is not None


def _beside_people(scene: Scene, index: int) -> bool:
    left, following = scene.before(index), scene.after(index)
    if following is not None and counts_noun(scene, index):
        return False
    if any(t.text == "who" for t in scene.tags[max(0, index - 2) : index]):
        return True
    near = [left] if left is not None else []
    right = scene.after(index)
    near += [right] if right is not None else []
    return any(
        "customers" in scene.tags[i].metrics
        or any(m.dimension in {"gender", "lifestyle"} for m in scene.tags[i].members)
        or "new customers" in scene.tags[i].metrics
        or "people" in scene.tags[i].concepts
        for i in near
    )


# --- thresholds on metrics -------------------------------------------------------------------


_AGES = frozenset({"over", "under", "above", "below", "older", "younger", "aged", "age", "between"})


def _read_metric_threshold(scene: Scene, index: int, quantity: Quantity) -> bool:
    """`teams with more than 100 tickets`: a condition on the rows of the answer."""
    draft = scene.draft
    if not draft.dimensions and draft.grain is None:
        return _is_asked_about(scene, index, quantity)
    found = _metric_beside(scene, index, quantity)
    if found is None:
        return False
    name, beside = found
    column = COLUMNS.get(name, "")
    if name not in draft.metrics and scene.has(column) and scene.is_own(column):
        return False
    unit = scene.catalogue.metric(name).unit
    value = converted(quantity.value, quantity.unit, unit)
    if value is None:
        return False
    draft.having.append(Filter(dimension=name, operator=quantity.operator, values=(value,)))
    if quantity.upper is not None:
        upper = converted(quantity.upper, quantity.unit, unit)
        draft.having.append(Filter(dimension=name, operator="<=", values=(upper,)))
    scene.use(index, *beside)
    return True


def _is_asked_about(scene: Scene, index: int, quantity: Quantity) -> bool:
    """`is the return rate above 4 %?`: the number itself tells."""
    words = [t for t in scene.tags if t.text.strip("?!.,;:-")]
    left = scene.before(index)
    named = left is not None and set(scene.tags[left].metrics) & set(scene.draft.metrics)
    if not named or words[0].text != "be" or len(scene.draft.metrics) != 1:
        return False
    unit = scene.catalogue.metric(scene.draft.metrics[0]).unit
    if converted(quantity.value, quantity.unit, unit) is None:
        return False
    scene.use(index)
    return True


def _narrowest(scene: Scene, name: str) -> str:
    """`a backlog of more than 50 tickets`: the tickets counted are the open ones."""
    first = scene.draft.metrics[0]
    return first if first.endswith(f" {name}") else name


def _metric_beside(scene: Scene, index: int, quantity: Quantity) -> tuple[str, list[int]] | None:
    right, left = scene.after(index), scene.before(index)
    if (
        right is not None
        and scene.tags[right].metrics
        and scene.gap(index, right) in {"", "of", "in", "the"}
    ):
        return _narrowest(scene, scene.tags[right].metrics[0]), [right]
    if left is not None:
        tag = scene.tags[left]
        if tag.metrics:
            people = tag.metrics[0].endswith("customers") and quantity.comparative in _AGES
            return None if people else (tag.metrics[0], [left])
        scored = (
            bool(tag.concepts & {"rate_us", "earn", "sell", "happen", "raise"})
            or "score" in tag.dimensions
        )
        if scored or tag.text in {"than", "be", "do", "with", "by", "come", "in"}:
            return scene.draft.metrics[0], [left]
        if tag.dimensions and set(tag.dimensions) & set(scene.draft.dimensions):
            return scene.draft.metrics[0], []
    return None
