"""Questions about the next best offer: for one customer, for a group, or for a product."""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.analyses import answering
from analytics.analyses.kind import Context, Request
from analytics.analyses.offer_reading import (
    WITHDRAWN_DAYS,
    Shop,
    last_contacts,
    left_on,
    read_shop,
)
from analytics.analyses.segment_reading import (
    YEAR_DAYS,
    Asked,
    measured,
    read_buying,
    read_people,
    scored,
    with_buying,
)
from analytics.analyses.segment_words import segments_in
from analytics.customers.offers import FIRST, POPULARITY, reason_for, reason_scores, score_rows
from analytics.describe.dates import day_in_words
from analytics.errors import QuestionError
from analytics.learning.scores import Bools, Floats
from analytics.model import (
    Ambiguity,
    Cell,
    Chart,
    Column,
    Filter,
    Finding,
    InsightOutcome,
    Receipt,
)

LEAST_BOTH: Final = 20
"""Customers who must have both products before one speaks for the other."""
_TOP: Final = 5
_TOP_CUSTOMERS: Final = 10
_SUGGESTIONS: Final = (
    "What should we offer all customers next?",
    "Which products are bought together most often?",
)
_EVERYBODY: Final = re.compile(
    r"\b(?:(?:all|every|each|our|the) (?:of )?(?:our |the )?(?:existing |current )?"
    r"(?:customers?|clients?|buyers?|accounts?)|everyone|everybody|anyone|per customer|"
    r"customers? in general)\b"
)
_WHO: Final = re.compile(
    r"\b(?:who|whom|which (?:\w+ )?(?:customers?|clients?|buyers?|accounts?)|"
    r"list (?:\d+ )?(?:customers?|clients?)|(?:customers?|clients?) (?:for|to)|interested in)\b"
)
_CAMPAIGN: Final = re.compile(r"\bcampaigns?\b")
_REASON: Final = (
    Column(name="because", label="Because of"),
    Column(name="n", label="Customers with both", unit="count"),
    Column(name="share", label="Of those with it, have the offer", unit="fraction"),
    Column(name="usual", label="Of all buyers (baseline)", unit="fraction"),
    Column(name="lift", label="Lift", unit="number"),
    Column(name="low", label="95 % interval from", unit="number"),
    Column(name="high", label="95 % interval to", unit="number"),
)
_OFFER: Final = (
    Column(name="offer", label="Offer"),
    Column(name="category", label="Category"),
    Column(name="price", label="Price", unit="money"),
    Column(name="margin", label="Margin of one", unit="money"),
    *_REASON,
)
_WHOM: Final = (
    Column(name="customer", label="Customer"),
    Column(name="customer_id", label="Customer id"),
    Column(name="offer", label="Offer"),
    *_REASON,
    Column(name="contacted", label="Last written to"),
)
_GROUP: Final = (
    Column(name="offer", label="Offer"),
    Column(name="category", label="Category"),
    Column(name="price", label="Price", unit="money"),
    Column(name="margin", label="Margin of one", unit="money"),
    Column(name="customers", label="First choice of", unit="count"),
    Column(name="share", label="Share of the customers", unit="fraction"),
    Column(name="open", label="Do not have it yet", unit="count"),
    Column(name="held", label="Have it, of those asked about", unit="fraction"),
    Column(name="usual", label="Have it, of all buyers (baseline)", unit="fraction"),
)


def run_offer(request: Request, context: Context) -> InsightOutcome:
    """Say what to offer a customer or a group next, or whom to offer a product."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    if _CAMPAIGN.search(request.text.lower()) and "product" not in request.slots:
        raise QuestionError(
            "Whom a campaign changes is not told by what customers own; that needs its control "
            "group.",
            hint="Ask for the effect of one campaign among one group, such as premium customers.",
        )
    filters = answering.filters_for(request, "customers", context.catalogue)
    named = segments_in(request.text)
    customer = request.slots.get("customer_id")
    if customer is not None:
        shop = read_shop(context)
        return _for_customer(
            request, context, shop, answering.number_slot(request, "customer_id", 0)
        )
    asks_who = _WHO.search(request.text.lower()) is not None
    if "product" in request.slots:
        shop = read_shop(context)
        people = _people(context, filters, named)
        return _for_product(request, context, (shop, people, filters))
    if asks_who:
        return _which_product(read_shop(context))
    if not filters and not named and not _EVERYBODY.search(request.text.lower()):
        return _for_whom(context, read_shop(context))
    people = _people(context, filters, named)
    return _for_group(request, context, (read_shop(context), people, filters), named)


def _people(context: Context, filters: tuple[Filter, ...], named: tuple[str, ...]) -> pd.DataFrame:
    """Read the customers asked about, of the segments named."""
    day = context.as_of
    asked = Asked(
        day=day, start=day - pd.Timedelta(days=YEAR_DAYS).to_pytimedelta(), filters=filters
    )
    people = read_people(context, asked)
    if not named:
        return people
    buying, _ = read_buying(context, asked)
    people = with_buying(people, buying)
    kept = people[np.isin(scored(people, measured(buying)).names.astype(str), named)]
    if kept.empty:
        raise QuestionError(f"Nobody asked about is {' or '.join(named)}.")
    return kept


def _scores(shop: Shop, people: pd.DataFrame) -> tuple[pd.DataFrame, Floats]:
    """Return the people who have bought something, and their scores by product."""
    places = pd.Series(np.arange(len(shop.holdings.customer_ids)), index=shop.holdings.customer_ids)
    known = people[people["customer_id"].isin(places.index)].reset_index(drop=True)
    rows = places.reindex(known["customer_id"]).to_numpy(dtype=np.int64)
    return known.assign(row=rows), score_rows(
        shop.scorer, shop.holdings.baskets[rows], shop.eligible
    )


def _owned(shop: Shop, row: int) -> Any:
    return shop.holdings.baskets[row].indices


def _reason(shop: Shop, row: int, offer: int) -> tuple[Cell, ...]:
    """Return the cells that say why: the product owned, n, shares and lift; empty but the usual."""
    pairs = shop.pairs
    usual = float(pairs.holders[offer] / pairs.n)
    best = reason_for(pairs, _owned(shop, row), offer, LEAST_BOTH) if row >= 0 else None
    if best is None:
        return (None, None, None, usual, None, None, None)
    return (
        str(shop.products["name"].iloc[best]), int(pairs.both[best, offer]),
        float(pairs.both[best, offer] / pairs.holders[best]), usual,
        float(pairs.lift[best, offer]), float(pairs.low[best, offer]),
        float(pairs.high[best, offer]),
    )  # fmt: skip


def _product(shop: Shop, place: int) -> tuple[Cell, ...]:
    one = shop.products.iloc[place]
    price, cost = float(one["unit_price"]), float(one["unit_cost"])
    return (str(one["name"]), answering.cell_text(one["category"]), price, price - cost)


def _for_customer(request: Request, context: Context, shop: Shop, number: int) -> Finding:
    only = Filter(dimension="customer_id", operator="=", values=(number,))
    gone = left_on(context, number)
    if gone is not None:
        raise QuestionError(
            f"Customer {number} left on {day_in_words(gone)}; an offer would be one to win back.",
            hint="Ask for a customer who is still one.",
        )
    try:
        people = _people(context, (only,), ())
    except QuestionError as error:
        raise QuestionError(f"There is no customer {number}.", hint="Check the number.") from error
    known, scores = _scores(shop, people)
    if known.empty:
        row = -1
        mine = np.where(shop.eligible, shop.pairs.holders, -np.inf)
    else:
        row, mine = int(known["row"].iloc[0]), scores[0]
    allowed = _allowed(request, shop)
    order = [place for place in np.argsort(-mine, kind="stable").tolist()
             if np.isfinite(mine[place]) and allowed[place]]  # fmt: skip
    if not order:
        raise QuestionError(
            f"Customer {number} already has everything asked about that can be offered."
        )
    top = order[: answering.number_slot(request, "top_n", _TOP)]
    rows = [(*_product(shop, place), *_reason(shop, row, place)) for place in top]
    facts = {
        "part_of": "customer", "customer": answering.cell_text(people["customer"].iloc[0]),
        "number": number, "n_owned": len(_owned(shop, row)) if row >= 0 else 0,
        "contacted": last_contacts(context, [number]).get(number), "rows": rows,
        "n_open": len(order),
    }  # fmt: skip
    chart = Chart(kind="table", title=f"Next best offers for customer {number}")
    return _finding(context, shop, facts, (_OFFER, rows, chart, ()))


def _allowed(request: Request, shop: Shop) -> Bools:
    """Return which products the question is about, shape (n_products,)."""
    wanted = request.slots.get("product")
    if wanted is None:
        return np.ones(len(shop.products), dtype=np.bool_)
    text = str(wanted).lower()
    ids = shop.products["product_id"].astype(str) == text
    names = shop.products["name"].fillna("").str.lower() == text
    categories = shop.products["category"].fillna("").str.lower() == text
    found = (ids | names | categories).to_numpy(dtype=np.bool_)
    if not found.any():
        raise QuestionError(f"Nobody has bought {wanted} yet, so nothing speaks for offering it.")
    if not (found & shop.eligible).any():
        raise QuestionError(
            f"{wanted} is not sold any more: nobody bought it in the last {WITHDRAWN_DAYS} days."
        )
    return np.asarray(found & shop.eligible)


def _for_product(
    request: Request, context: Context, ground: tuple[Shop, pd.DataFrame, tuple[Filter, ...]]
) -> Finding:
    shop, people, filters = ground
    allowed = _allowed(request, shop)
    known, scores = _scores(shop, people)
    if shop.trial.name == POPULARITY:
        # What most people have says nothing about whom: the strongest reason does.
        baskets = shop.holdings.baskets[known["row"].to_numpy()]
        reasons = reason_scores(shop.pairs, baskets, LEAST_BOTH)
        scores = np.where(np.isfinite(scores), reasons, -np.inf)
    scores[:, ~allowed] = -np.inf
    best = scores.argmax(axis=1)
    value = scores[np.arange(len(known)), best]
    open_rows = np.flatnonzero(np.isfinite(value))
    if not len(open_rows):
        raise QuestionError("Everybody asked about has it already.")
    ids = known["customer_id"].to_numpy()
    order = open_rows[np.lexsort((ids[open_rows], -value[open_rows]))]
    top = order[: answering.number_slot(request, "top_n", _TOP_CUSTOMERS)].tolist()
    contacts = last_contacts(context, [int(ids[place]) for place in top])
    rows: list[tuple[Cell, ...]] = [
        (
            answering.cell_text(known["customer"].iloc[place]), int(ids[place]),
            str(shop.products["name"].iloc[best[place]]),
            *_reason(shop, int(known["row"].iloc[place]), int(best[place])),
            contacts.get(int(ids[place])),
        )
        for place in top
    ]  # fmt: skip
    about = str(request.slots["product"])
    if allowed.sum() == 1:
        about = str(shop.products["name"].iloc[int(np.flatnonzero(allowed)[0])])
    facts = {
        "part_of": "product", "about": about, "n": len(people), "n_open": len(open_rows),
        "n_without": len(people) - len(known), "rows": rows, "is_one": allowed.sum() == 1,
    }  # fmt: skip
    chart = Chart(kind="table", title=f"Whom to offer {about}")
    return _finding(context, shop, facts, (_WHOM, rows, chart, filters))


def _for_group(
    request: Request,
    context: Context,
    ground: tuple[Shop, pd.DataFrame, tuple[Filter, ...]],
    named: tuple[str, ...],
) -> Finding:
    shop, people, filters = ground
    known, scores = _scores(shop, people)
    if len(known) < answering.LEAST_GROUP:
        raise QuestionError("Fewer than five of the customers asked about have bought anything.")
    has_any = np.isfinite(scores).any(axis=1)
    first = np.bincount(scores[has_any].argmax(axis=1), minlength=scores.shape[1])
    held = np.asarray(shop.holdings.baskets[known["row"].to_numpy()].sum(axis=0)).ravel()
    order = [place for place in np.lexsort((np.arange(len(first)), -first)).tolist()
             if first[place] >= answering.LEAST_GROUP]  # fmt: skip
    top = order[: answering.number_slot(request, "top_n", _TOP)]
    rows: list[tuple[Cell, ...]] = [
        (
            *_product(shop, place), int(first[place]), float(first[place] / len(known)),
            int(len(known) - held[place]), float(held[place] / len(known)),
            float(shop.pairs.holders[place] / shop.pairs.n),
        )
        for place in top
    ]  # fmt: skip
    if not rows:
        raise QuestionError("No offer is the best one for at least five of them.")
    facts = {
        "part_of": "group", "n": len(known), "n_without": len(people) - len(known), "rows": rows,
        "named": named, "words": answering.filter_words(filters, context.catalogue),
    }  # fmt: skip
    chart = Chart(
        kind="ranked", title="Next best offer: first choice of", x="offer", y=("customers",),
        unit="count",
    )  # fmt: skip
    return _finding(context, shop, facts, (_GROUP, rows, chart, filters), named)


def _which_product(shop: Shop) -> Ambiguity:
    """Ask which product is to be offered, the categories bought most first."""
    by_category = shop.products.assign(n=shop.pairs.holders)[shop.eligible]
    sums = by_category.groupby("category")["n"].sum().sort_values(ascending=False, kind="stable")
    return answering.ask_which(
        _say("ask_product"),
        [(str(name), _say("choice_product", name=name)) for name in sums.index],
    )


def _for_whom(context: Context, shop: Shop) -> Ambiguity:
    """Ask whom an offer is for."""
    people = _people(context, (), ())
    plans = people["plan"][people["plan"] != "none"].value_counts()
    number = int(people["customer_id"].iloc[0])
    best = str(shop.products["name"].iloc[int(np.argmax(shop.pairs.holders * shop.eligible))])
    choices = [("All customers", _say("choice_all"))]
    choices += [(f"{name} customers".capitalize(), _say("choice_plan", name=name))
                for name in sorted(plans.index[:1])]  # fmt: skip
    choices += [
        (f"Customer {number}, or another", _say("choice_one", name=number)),
        (f"A product, such as {best}", _say("choice_product", name=best)),
    ]
    return answering.ask_which(_say("ask_whom"), choices)


def _finding(
    context: Context,
    shop: Shop,
    facts: dict[str, Any],
    shown: tuple[tuple[Column, ...], list[tuple[Cell, ...]], Chart, tuple[Filter, ...]],
    named: tuple[str, ...] = (),
) -> Finding:
    columns, rows, chart, filters = shown
    everything = facts | {
        "trial": shop.trial, "first": FIRST, "popularity": POPULARITY, "least": LEAST_BOTH,
        "n_buyers": shop.pairs.n, "n_ineligible": int((~shop.eligible).sum()),
        "withdrawn_days": WITHDRAWN_DAYS,
    }  # fmt: skip
    notes = _say("notes", **everything)
    return Finding(
        analysis="next_best_offer",
        text=_say("text", **everything),
        columns=columns,
        rows=tuple(rows),
        chart=chart,
        receipt=Receipt(
            definition=_say("definition", **everything),
            period=f"all data before {day_in_words(context.as_of)}",
            filters=(*answering.filter_words(filters, context.catalogue),
                     *(f"segment {name}" for name in named)),
            sql=shop.sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
        ),
        slots={"top_n": len(rows)},
    )  # fmt: skip


def _say(part: str, **values: object) -> str:
    return answering.say("next_best_offer.md.j2", part=part, **values)
