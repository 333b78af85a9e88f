"""Questions about products that are bought together: lift with its interval, from orders."""

from __future__ import annotations

import math
import re
from typing import Any, Final

import pandas as pd
from scipy import stats

from analytics.analyses import answering
from analytics.analyses.kind import Context, Request
from analytics.errors import QuestionError
from analytics.model import Chart, Column, Filter, Finding, InsightOutcome, Receipt
from analytics.query.windows import Window

LEAST_ORDERS: Final = 20
"""Pairs in fewer orders are not shown."""
_TOP: Final = 10
_SUGGESTIONS: Final = (
    "Which products are bought together most often?",
    "Top 10 products by units sold in 2025",
)
_CONFIDENCE: Final = re.compile(r"\b(?:confiden\w+|per ?cent|share|probability)\b|%")
_LIFT: Final = re.compile(r"\b(?:lift|times as)\b")
_COUNT: Final = re.compile(r"\b(?:orders|baskets|support|often|purchases)\b")
_COLUMNS: Final = (
    Column(name="pair", label="Bought together"),
    Column(name="product", label="Product"),
    Column(name="also", label="Also in the order"),
    Column(name="n", label="Orders with both", unit="count"),
    Column(name="share", label="Of the orders with the product", unit="fraction"),
    Column(name="usual", label="Of all orders (baseline)", unit="fraction"),
    Column(name="lift", label="Lift", unit="number"),
    Column(name="low", label="95 % interval from", unit="number"),
    Column(name="high", label="95 % interval to", unit="number"),
)


def run_baskets(request: Request, context: Context) -> InsightOutcome:
    """List the pairs of products that share an order more often than chance would have it."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    filters = answering.filters_for(request, "orders", context.catalogue)
    window = answering.window_for(request, context)
    pairs, sql = _pairs(context, filters, window)
    found = rules_of(pairs)
    if found.empty:
        raise QuestionError(
            f"No two products share at least {LEAST_ORDERS} completed orders there.",
            hint="Ask for a longer period or without the condition.",
        )
    product = request.slots.get("product")
    about = ""
    if product is not None:
        found, about = _with_product(found, product, context)
    else:
        # Each pair once: from its rarer product, of which the other says more.
        found = found[
            (found["n_a"] < found["n_b"])
            | ((found["n_a"] == found["n_b"]) & (found["a"] < found["b"]))
        ]
    found, limit = _limited(request, found)
    sure = found[found["low"] > 1.0]
    ordered = sure.sort_values(["low", "a", "b"], ascending=[False, True, True])
    shown = ordered.head(answering.number_slot(request, "top_n", _TOP))
    facts = {
        "about": about, "limit": limit, "n_pairs": len(found), "n_sure": len(sure),
        "n_orders": int(pairs["n_orders"].iloc[0]), "least": LEAST_ORDERS,
        "rows": shown.to_dict("records"), "period": answering.in_words(window),
        "is_cut": answering.is_cut(request, context),
    }  # fmt: skip
    return _finding(context, facts, (filters, sql))


def _pairs(
    context: Context, filters: tuple[Filter, ...], window: Window
) -> tuple[pd.DataFrame, str]:
    """Count orders with each two products (both ways round), with each alone, and all."""
    orders = answering.rows_of(
        "orders", {"order_id", "status"}, context, filters=filters, window=window
    )
    orders = orders.filter(orders.status == "completed").select("order_id")
    lines = context.warehouse.table("order_lines").select("order_id", "product_id").distinct()
    lines = lines.semi_join(orders, "order_id")
    singles = lines.group_by("product_id").aggregate(n_single=lines.count())
    total = lines.select("order_id").distinct().aggregate(n_orders=lambda t: t.count())
    other = lines.select("order_id", other_id="product_id")
    both = lines.inner_join(other, "order_id")
    both = both.filter(both.product_id != both.other_id)
    counted = both.group_by("product_id", "other_id").aggregate(n=both.count())
    counted = counted.filter(counted.n >= LEAST_ORDERS)
    named = context.warehouse.table("products")
    one = singles.inner_join(named, "product_id").select(
        "product_id", n_a="n_single", a="name", category_a="category"
    )
    two = singles.inner_join(named, "product_id").select(
        other_id="product_id", n_b="n_single", b="name", category_b="category"
    )
    rows = counted.inner_join(one, "product_id").inner_join(two, "other_id").cross_join(total)
    rows = rows.select(
        "product_id", "other_id", "n", "n_a", "n_b", "n_orders", "a", "b", "category_a",
        "category_b",
    )  # fmt: skip
    return context.warehouse.run(rows.order_by("product_id", "other_id"))


def rules_of(pairs: pd.DataFrame) -> pd.DataFrame:
    """Add confidence, lift and its 95 % interval to counts of pairs.

    With the counts as a multinomial, the delta method gives the logarithm of the lift
    n₁₁ N / (n₁ n₂) the variance 1/n₁₁ − 1/n₁ − 1/n₂ + 2 n₁₁ / (n₁ n₂) − 1/N.

    Parameters
    ----------
    pairs : DataFrame
        `n`, `n_a`, `n_b`, `n_orders` of each pair.
    """
    if pairs.empty:
        return pairs.assign(share=[], usual=[], lift=[], low=[], high=[])
    n, n_a, n_b, total = (pairs[name].astype("float64") for name in ("n", "n_a", "n_b", "n_orders"))
    lift = (n / n_a) / (n_b / total)
    variance = (1 / n - 1 / n_a - 1 / n_b + (2 * n / (n_a * n_b)) - 1 / total).clip(lower=0.0)
    reach = float(stats.norm.ppf(0.975)) * variance.map(math.sqrt)
    return pairs.assign(
        share=n / n_a,
        usual=n_b / total,
        lift=lift,
        low=lift * reach.map(lambda r: math.exp(-r)),
        high=lift * reach.map(math.exp),
    )


def _with_product(
    found: pd.DataFrame, product: object, context: Context
) -> tuple[pd.DataFrame, str]:
    """Keep the rules that begin with a product, or with those of a category."""
    wanted = str(product).lower()
    of = (found["product_id"].astype(str) == wanted) | (found["a"].str.lower() == wanted)
    if of.any():
        kept = found[of]
        return kept, str(kept["a"].iloc[0])
    of = found["category_a"].str.lower() == wanted
    if of.any():
        return found[of], str(found.loc[of, "category_a"].iloc[0])
    raise QuestionError(
        f"{product} shares at least {LEAST_ORDERS} completed orders with no other product there.",
        hint="Ask for a longer period or without the condition.",
    )


def _limited(request: Request, found: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Keep the pairs above the limit that the question names."""
    given = request.slots.get("threshold")
    if not isinstance(given, int | float):
        return found, ""
    text = request.text.lower()
    if _LIFT.search(text):
        return found[found["lift"] >= given], f"lift at least {given:g}"
    if _CONFIDENCE.search(text):
        share = given / 100 if given > 1 else given
        return found[found["share"] >= share], f"share at least {share:.0%}"
    if _COUNT.search(text):
        return found[found["n"] >= given], f"at least {given:g} orders"
    raise QuestionError(
        f"What has to be {given:g}?", hint="Name the lift, the share, or the number of orders."
    )


def _finding(
    context: Context, facts: dict[str, Any], ground: tuple[tuple[Filter, ...], str]
) -> Finding:
    filters, sql = ground
    rows = tuple(
        (f"{row['a']} + {row['b']}", row["a"], row["b"], int(row["n"]), float(row["share"]),
         float(row["usual"]), float(row["lift"]), float(row["low"]), float(row["high"]))
        for row in facts["rows"]
    )  # fmt: skip
    limits = (facts["limit"],) if facts["limit"] else ()
    about = (f"product {facts['about']}",) if facts["about"] else ()
    notes = answering.say("cross_sell_rules.md.j2", part="notes", **facts)
    return Finding(
        analysis="cross_sell_rules",
        text=answering.say("cross_sell_rules.md.j2", part="text", **facts),
        columns=_COLUMNS,
        rows=rows,
        chart=Chart(
            kind="bar" if rows else "table",
            title=f"Lift of products bought together, {facts['period']}",
            x="pair",
            y=("lift",),
            unit="number",
        ),
        receipt=Receipt(
            definition=answering.say("cross_sell_rules.md.j2", part="definition", **facts),
            period=facts["period"],
            filters=(*about, *answering.filter_words(filters, context.catalogue), *limits),
            sql=sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
            is_partial=bool(facts["is_cut"]),
        ),
        slots={"top_n": len(rows)},
    )
