"""Questions about churn, answered with the trained model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from analytics.analyses.kind import Context, Request
from analytics.catalogue import Catalogue
from analytics.customers.churn import NAME
from analytics.customers.churn_findings import churn_drivers_finding, churn_risk_finding
from analytics.customers.wording import render
from analytics.errors import ModelError
from analytics.model import Cell, Filter, Finding, InsightOutcome, Refusal

_SUGGESTIONS: Final = (
    "What is the churn rate by plan?",
    "How many churned customers by churn reason?",
)
_NOT_YET: Final = {
    "dimension": "The churn model tells customers apart, not groups of them.",
    "threshold": "The churn model lists the riskiest customers, not all above a limit.",
}
_TOP_RISK: Final = 20
_TOP_DRIVERS: Final = 10


def run_risk(request: Request, context: Context) -> InsightOutcome:
    """List the customers that are most likely to churn, or tell one customer's risk."""
    for slot, reason in _NOT_YET.items():
        if slot in request.slots:
            return _refused(request, reason)
    if context.models is None:
        return _refused(request, _NOT_TRAINED)
    filters = filters_of(request.slots, context.catalogue)
    if "customer_id" in request.slots:
        number = _number(request.slots["customer_id"])
        filters += (Filter(dimension="customer_id", operator="=", values=(number,)),)
    try:
        finding = churn_risk_finding(
            context.warehouse,
            context.models,
            as_of=context.as_of,
            top_n=_top_n(request, _TOP_RISK),
            filters=filters,
            catalogue=context.catalogue,
        )
    except ModelError as error:
        return _refused(request, f"{error.message} {error.hint}".strip())
    asked, answered = request.slots.get("horizon"), finding.slots["horizon"]
    if asked is not None and _n_days(asked) != _n_days(answered):
        finding = _with_remark(finding, "churn_horizon.md.j2", asked=asked, answered=answered)
    return replace(finding, slots={**finding.slots, **request.slots})


def run_drivers(request: Request, context: Context) -> InsightOutcome:
    """Say what goes with churning, in words."""
    if context.models is None:
        return _refused(request, _NOT_TRAINED)
    try:
        finding = churn_drivers_finding(
            context.warehouse,
            context.models,
            as_of=context.as_of,
            top_n=_top_n(request, _TOP_DRIVERS),
        )
    except ModelError as error:
        return _refused(request, f"{error.message} {error.hint}".strip())
    if request.slots.keys() & {"filters", "period"}:
        finding = _with_remark(finding, "churn_everyone.md.j2")
    return replace(finding, slots={**finding.slots, **request.slots})


_NOT_TRAINED: Final = f"There is no trained model {NAME}. Train it with `deskwise train {NAME}`."


def filters_of(slots: Mapping[str, object], catalogue: Catalogue) -> tuple[Filter, ...]:
    """Return the conditions of the `filters` slot: columns of customers to values.

    A value stands for itself, a list for any of its members, `{"not": [...]}` for none of them.
    """
    given = slots.get("filters", {})
    assert isinstance(given, Mapping)
    names = {
        dimension.column: name
        for name, dimension in sorted(catalogue.dimensions.items(), reverse=True)
        if dimension.entity == "customer" and dimension.column is not None
    }
    return tuple(
        _filter(names.get(str(column), str(column)), value) for column, value in given.items()
    )


def _filter(dimension: str, value: object) -> Filter:
    if isinstance(value, Mapping):
        return Filter(dimension=dimension, operator="not in", values=_cells(value["not"]))
    if isinstance(value, list | tuple):
        return Filter(dimension=dimension, operator="in", values=_cells(value))
    return Filter(dimension=dimension, operator="=", values=_cells([value]))


def _cells(values: object) -> tuple[Cell, ...]:
    assert isinstance(values, list | tuple)
    return tuple(values)


def _number(value: object) -> int:
    assert isinstance(value, int | float | str)
    return int(value)


def _top_n(request: Request, default: int) -> int:
    return max(1, _number(request.slots.get("top_n", default)))


def _n_days(horizon: object) -> float:
    """Return the days of "3 months"; a month is taken as 30."""
    count, unit = str(horizon).split()
    return float(count) * {"day": 1, "week": 7, "month": 30}[unit.removesuffix("s")]


def _with_remark(finding: Finding, template: str, **values: object) -> Finding:
    """Say in the answer and in its receipt what of the question was not followed."""
    remark = render(template, **values)
    receipt = replace(finding.receipt, notes=(*finding.receipt.notes, remark))
    return replace(finding, text=f"{finding.text}\n\n{remark}", receipt=receipt)


def _refused(request: Request, reason: str) -> Refusal:
    return Refusal(
        reason=reason,
        suggestions=_SUGGESTIONS,
        analysis=request.kind,
        slots=dict(request.slots),
    )
