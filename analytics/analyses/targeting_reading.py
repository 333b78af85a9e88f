"""What plans of contacts are made from: campaigns with control groups, and customers today."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import ibis
import numpy as np
import pandas as pd

from analytics.analyses import answering
from analytics.analyses.kind import Context
from analytics.analyses.remembered import Remembered
from analytics.customers.contact_effects import (
    ActionEffect,
    EffectModel,
    Trial,
    effects_by_action,
    fit_effects,
    try_ranking,
)
from analytics.errors import ModelError, QuestionError
from analytics.model import Filter
from analytics.query.transforms import age_years, exact_sum, midnight, seconds_between
from analytics.query.warehouse import was_truncated

RESPONSE_DAYS: Final = 14
LEAST_PEOPLE: Final = 100
"""People who must have been written to, and held out, before an action counts as tried."""
_MOST_LEARNT: Final = 300_000
_PRIME: Final = 1_000_003
_STEP: Final = 48_271
_SEED: Final = 7
_SHRUNK: Final = 3.0
"""Orders at the mean margin that are added to a customer's own."""
_DAY_S: Final = 86_400.0
AGE_GROUPS: Final = ((35, "under 35"), (55, "35 to 54"), (200, "55 and over"))
SENSITIVE: Final = ("gender", "age")


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What campaigns with a control group say."""

    actions: tuple[ActionEffect, ...]
    """Every kind of message that was tried against a control group."""
    without_control: tuple[str, ...]
    costs: Mapping[str, float]
    """Spend for each message sent, by action."""
    model: EffectModel
    trial: Trial | None
    n: int
    n_campaigns: int
    sql: str

    @property
    def usable(self) -> tuple[ActionEffect, ...]:
        """Actions whose effect is shown."""
        return tuple(each for each in self.actions if each.is_shown)


def _learnt(context: Context, _key: Hashable) -> Learnt:
    campaigns = _campaigns(context)
    history, sql = _history(context, campaigns)
    sides = history.groupby(["campaign_id", "treated"]).size().unstack(fill_value=0)
    both = sides[(sides.get(True, 0) > 0) & (sides.get(False, 0) > 0)].index
    without = campaigns[~campaigns["campaign_id"].isin(both)]["action"]
    history = history[history["campaign_id"].isin(both)].reset_index(drop=True)
    tried = [
        effect
        for effect in (effects_by_action(history) if len(history) else ())
        if min(effect.n_sent, effect.n_control) >= LEAST_PEOPLE
    ]
    if not tried:
        raise QuestionError(
            "No campaign that is over had a control group, so nobody can tell whom a message "
            "changes.",
            hint="Hold out a share of the next campaign by chance; then this can be answered.",
        )
    # What changes nobody would only hide whom the others change.
    shown = [each for each in tried if each.is_shown] or tried
    known = history[history["action"].isin([each.action for each in shown])].reset_index(drop=True)
    trial = try_ranking(known, seed=_SEED)
    named = {each.action for each in tried}
    return Learnt(
        actions=tuple(tried),
        without_control=tuple(sorted(set(without) - named)),
        costs=_costs(context, campaigns),
        model=fit_effects(known, ranks=trial is not None and trial.has_signal),
        trial=trial,
        n=len(known),
        n_campaigns=int(known["campaign_id"].nunique()),
        sql=sql,
    )


LEARNT: Final = Remembered(_learnt)


def _campaigns(context: Context) -> pd.DataFrame:
    """Return campaigns whose time for responses is over, with their action."""
    table = context.warehouse.table("campaigns")
    last = context.as_of - timedelta(days=RESPONSE_DAYS + 1)
    over = table.filter(table.ended_on <= ibis.literal(last))
    frame, _ = context.warehouse.run(over.order_by("campaign_id"))
    if frame.empty:
        raise QuestionError("No campaign is over, so what messages change cannot be told yet.")
    objective = frame["objective"].fillna("other")
    return frame.assign(action=objective + " by " + frame["channel"].fillna("other"))


def _history(context: Context, campaigns: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Read who was written to or held out, what came of it, and what was known before."""
    contacts = context.warehouse.table("campaign_contacts")
    table = context.warehouse.table("campaigns").select("campaign_id", "started_on")
    contacts = contacts.filter(
        contacts.campaign_id.isin([int(n) for n in campaigns["campaign_id"]])
    )
    counted, _ = context.warehouse.run(contacts.aggregate(n=contacts.count()))
    if (n := int(counted["n"].iloc[0])) > _MOST_LEARNT:
        least = int(_PRIME * _MOST_LEARNT / n)
        contacts = contacts.filter(((contacts.customer_id % _PRIME) * _STEP) % _PRIME < least)
    answered = contacts.converted_at.notnull() & (contacts.converted_at < midnight(context.as_of))
    rows = contacts.inner_join(table, "campaign_id").select(
        "campaign_id",
        "customer_id",
        moment=table.started_on.cast("timestamp"),
        treated=contacts.variant != "control",
        converted=ibis.ifelse(answered, 1.0, 0.0),
    )
    frame, sql = _run(context, _known(context, rows, ("treated", "converted")))
    named = campaigns.set_index("campaign_id")
    return (
        frame.assign(
            action=frame["campaign_id"].map(named["action"]),
            at=pd.to_datetime(frame["campaign_id"].map(named["started_on"])),
            treated=frame["treated"].astype(bool),
        ),
        sql,
    )


def _known(context: Context, rows: ibis.Table, kept: tuple[str, ...]) -> ibis.Table:
    """Put beside each customer and moment what was known before the moment."""
    rows = rows.view()  # else its joins and the ones below would be one chain
    orders = context.warehouse.table("orders")
    orders = orders.filter(orders.status == "completed").select(
        "ordered_at", "discount_amount", "channel", buyer="customer_id"
    )
    both = rows.inner_join(
        orders, (rows.customer_id == orders.buyer) & (orders.ordered_at < rows.moment)
    )
    age_s = seconds_between(both.ordered_at, both.moment)
    habits = both.group_by("campaign_id", "customer_id").aggregate(
        n_orders=both.count(),
        n_year=(age_s < 365 * _DAY_S).sum(),
        days_since_order=(age_s.min() / _DAY_S).floor(),
        discounted=(both.discount_amount > 0).fill_null(False).cast("float64").mean(),
        **{name: (both.channel == name).cast("float64").mean() for name in ("web", "app", "store")},
    )
    people = context.warehouse.table("customers").select(
        "customer_id", "lifestyle", "plan", "signed_up_at"
    )
    joined = rows.inner_join(people, "customer_id").left_join(
        habits, ["campaign_id", "customer_id"]
    )
    return joined.select(
        "campaign_id", "customer_id", *kept, "days_since_order", "discounted", "web", "app",
        "store",
        lifestyle=joined.lifestyle.fill_null("unknown"),
        plan=joined.plan.fill_null("unknown"),
        n_orders=joined.n_orders.fill_null(0),
        n_year=joined.n_year.fill_null(0),
        tenure_days=(seconds_between(joined.signed_up_at, joined.moment) / _DAY_S).floor(),
    ).order_by("campaign_id", "customer_id")  # fmt: skip


def _costs(context: Context, campaigns: pd.DataFrame) -> dict[str, float]:
    """Return the spend for each message sent, by action; none where nothing is recorded."""
    contacts = context.warehouse.table("campaign_contacts")
    sent = contacts.filter(contacts.sent_at < midnight(context.as_of))
    counted = sent.group_by("campaign_id").aggregate(n=sent.count())
    frame, _ = context.warehouse.run(counted.order_by("campaign_id"))
    named = campaigns.merge(frame, on="campaign_id")
    sums = named.dropna(subset=["spend"]).groupby("action")[["spend", "n"]].sum()
    return {str(a): float(row["spend"] / row["n"]) for a, row in sums.iterrows() if row["n"] > 0}


def read_candidates(context: Context, filters: tuple[Filter, ...]) -> pd.DataFrame:
    """Return the customers who are still here today, with what the model and the checks need.

    Returns
    -------
    DataFrame
        `customer_id`, the columns of the model, `worth` (margin of one more order), `last_sent`
        (days since a message, NaN without one), `gender` and `age` as text.
    """
    kept = answering.rows_of(
        "customers", {"customer_id", "churned_at", "gender", "birth_date"}, context, filters=filters
    )
    now = midnight(context.as_of)
    here = kept.filter(kept.churned_at.isnull() | (kept.churned_at >= now))
    rows = here.select(
        "customer_id", "gender", campaign_id=ibis.literal(0), moment=now,
        years=age_years(here.birth_date, context.as_of),
    )  # fmt: skip
    frame, _ = _run(context, _known(context, rows, ("gender", "years")))
    if frame.empty:
        raise QuestionError("Nobody asked about is still a customer.")
    worth, mean = _worth(context)
    days = frame["customer_id"].map(_last_sent(context))
    return frame.assign(
        worth=frame["customer_id"].map(worth).fillna(mean),
        last_sent=days.astype("float64"),
        gender=frame["gender"].fillna("unknown").astype(str),
        age=[_age_group(years) for years in frame["years"].astype("float64").tolist()],
    )


def _age_group(years: float) -> str:
    if np.isnan(years):
        return "unknown"
    return next(name for limit, name in AGE_GROUPS if years < limit)


def _worth(context: Context) -> tuple[dict[int, float], float]:
    """Return the margin of an order by customer, drawn towards everybody's mean, and the mean."""
    orders = answering.rows_of("orders", {"customer_id", "status", "margin"}, context)
    orders = orders.filter(orders.status == "completed", orders.customer_id.notnull())
    summed = orders.group_by("customer_id").aggregate(
        margin=exact_sum(orders.margin), n=orders.count()
    )
    frame, _ = _run(context, summed.order_by("customer_id"))
    if frame.empty:
        raise QuestionError("There are no completed orders, so no order has a worth.")
    mean = float(frame["margin"].sum() / frame["n"].sum())
    own = (frame["margin"] + _SHRUNK * mean) / (frame["n"] + _SHRUNK)
    return dict(zip(frame["customer_id"].astype(int), own.astype(float), strict=True)), mean


def _last_sent(context: Context) -> dict[int, float]:
    contacts = context.warehouse.table("campaign_contacts")
    sent = contacts.filter(contacts.sent_at < midnight(context.as_of))
    last = sent.group_by("customer_id").aggregate(at=sent.sent_at.max())
    frame, _ = _run(context, last.order_by("customer_id"))
    days = (pd.Timestamp(context.as_of) - pd.to_datetime(frame["at"])).dt.total_seconds() / _DAY_S
    return dict(zip(frame["customer_id"].astype(int), days.astype(float), strict=True))


def suits(people: pd.DataFrame, action: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Say whom an action is for, by what its objective means, shape (n_people,)."""
    days = people["days_since_order"].to_numpy(dtype=np.float64, na_value=np.nan)
    bought = people["n_orders"].to_numpy(dtype=np.float64) > 0
    lately = bought & (days < 240)
    objective = action.split(" by ")[0]
    if objective == "acquisition":
        return np.asarray(~bought)
    if objective == "win-back":
        return np.asarray(bought & (days >= 120))
    if objective == "retention":
        return np.asarray(lately | (people["plan"].to_numpy() != "none"))
    return np.asarray(lately)


def _run(context: Context, rows: ibis.Table) -> tuple[pd.DataFrame, str]:
    frame, sql = context.warehouse.run(rows)
    if was_truncated(frame):
        raise ModelError(
            f"{len(frame):,} rows are more than one query of the warehouse may return.",
            hint="Raise the limit of rows, or ask for fewer customers with a condition.",
        )
    return frame, sql
