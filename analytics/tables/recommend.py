"""What customers buy next and what is bought together, from a table of purchases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits

from analytics.customers.recommendation import (
    Ranking,
    Rule,
    baskets_of,
    find_rules,
    popularity,
    rank,
    scorers,
)
from analytics.errors import InputError
from analytics.learning.scores import Floats, Ints
from analytics.tables.reading import Texts, UserTable
from analytics.tables.report import Report

MIN_ROWS: Final = 30
_MIN_CUSTOMERS: Final = 10
_MOST_CUSTOMERS: Final = 20_000
_MIN_TOGETHER: Final = 10
_MOST_RULES: Final = 200
_N_TOLD: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendOptions:
    """Which columns hold what."""

    customer: str
    item: str
    date: str | None = None
    """Without it, the order of the rows is taken for the order of purchases."""
    seed: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class _Purchases:
    """The first purchase of each item by each customer, in order of time within a customer."""

    customers: Ints
    items: Ints
    names: Texts
    n_customers: int

    def without_last(self) -> tuple[_Purchases, Ints, Ints]:
        """Return these without each customer's last, and the customers and items left out."""
        is_last = np.append(self.customers[1:] != self.customers[:-1], True)
        n_each = np.bincount(self.customers, minlength=self.n_customers)
        is_last &= n_each[self.customers] >= 2
        rest = _Purchases(
            customers=self.customers[~is_last],
            items=self.items[~is_last],
            names=self.names,
            n_customers=self.n_customers,
        )
        return rest, self.customers[is_last], self.items[is_last]

    @property
    def baskets(self) -> Any:
        """Return who bought what, sparse of shape (n_customers, n_items)."""
        return baskets_of(self.customers, self.items, (self.n_customers, len(self.names)))


def analyse_recommend(table: UserTable, options: RecommendOptions) -> Report:
    """Recommend by what was bought together, and measure it on each customer's last new item.

    Raises
    ------
    InputError
        When a column is missing, or fewer than ten customers bought three different items.
    """
    bought, notes = _read(table, options)
    train, customers, left_out = bought.without_last()
    inner, inner_customers, inner_left_out = train.without_last()
    if len(inner_customers) < _MIN_CUSTOMERS:
        raise InputError(
            f"{len(inner_customers)} customers of {table.name} bought three different items; "
            f"{_MIN_CUSTOMERS} are needed.",
            hint="Add purchases, or check that --customer and --item name the right columns.",
        )
    with threadpool_limits(1):
        before = inner.baskets
        tried = {
            name: _measure(fit(), before, inner_customers, inner_left_out, options.seed)
            for name, fit in scorers(before).items()
        }
        best = max(tried, key=lambda name: (float(tried[name].ndcg.mean()), name))
        known = train.baskets
        found = _measure(scorers(known)[best](), known, customers, left_out, options.seed)
        plain = _measure(popularity(known), known, customers, left_out, options.seed)
    rules = find_rules(bought.baskets, min_n=_MIN_TOGETHER, most=_MOST_RULES)
    base = float(plain.ndcg.mean())
    ratio = float(found.ndcg.mean()) / base if base > 0 else None
    values: dict[str, object] = {
        "n": len(found.ndcg),
        "n_customers": bought.n_customers,
        "n_items": len(bought.names),
        "method": best,
        "ndcg@10": _score(found.ndcg),
        "recall@10": _score(found.recall),
        "popularity": {"ndcg@10": _score(plain.ndcg), "recall@10": _score(plain.recall)},
        "lead": _score(found.ndcg - plain.ndcg),
        "times_popularity": ratio,
        "inner_ndcg@10": {name: float(each.ndcg.mean()) for name, each in tried.items()},
        "rules": [_rule_json(rule, bought.names) for rule in rules],
        "notes": list(notes),
    }
    return Report(values=values, lines=_lines(values, found, plain, rules, bought.names))


def _read(table: UserTable, options: RecommendOptions) -> tuple[_Purchases, tuple[str, ...]]:
    who, what = table.texts(options.customer), table.texts(options.item)
    notes = list(table.notes)
    whole = np.array([a is not None and b is not None for a, b in zip(who, what, strict=True)])
    at = np.arange(table.n_rows)
    if options.date is not None:
        times = table.times(options.date)
        whole &= ~np.isnat(times)
        at = times.astype(np.int64)
    else:
        notes.append("without --date the order of the rows counts as the order of purchases")
    if n_left := int((~whole).sum()):
        notes.append(f"{n_left:,} rows without a customer, an item or a date were left out")
    customers, of_row = np.unique(who[whole].astype(str), return_inverse=True)
    names, items = np.unique(what[whole].astype(str), return_inverse=True)
    # In one order of one moment the names decide, so that the order of the rows does not.
    order = np.lexsort((items, at[whole], of_row))
    pairs = of_row[order].astype(np.int64) * max(len(names), 1) + items[order]
    first = np.sort(np.unique(pairs, return_index=True)[1])
    kept = order[first]
    return (
        _Purchases(
            customers=of_row[kept].astype(np.int64),
            items=items[kept].astype(np.int64),
            names=names.astype(object),
            n_customers=len(customers),
        ),
        tuple(notes),
    )


def _measure(scorer: Any, baskets: Any, customers: Ints, left_out: Ints, seed: int) -> Ranking:
    if len(customers) > _MOST_CUSTOMERS:
        random = np.random.default_rng(seed)
        some = np.sort(random.choice(len(customers), _MOST_CUSTOMERS, replace=False))
        customers, left_out = customers[some], left_out[some]
    return rank(scorer, baskets[customers], left_out)


def _score(values: Floats) -> dict[str, Any]:
    mean = float(values.mean())
    reach = 1.96 * float(values.std(ddof=1)) / len(values) ** 0.5
    return {"mean": mean, "ci95": [mean - reach, mean + reach], "n": len(values)}


def _rule_json(rule: Rule, names: Texts) -> dict[str, Any]:
    return {
        "antecedent": str(names[rule.antecedent]),
        "consequent": str(names[rule.consequent]),
        "support": rule.support,
        "confidence": rule.confidence,
        "confidence_ci95": list(rule.confidence_ci95),
        "lift": rule.lift,
        "n": rule.n,
    }


def _lines(
    values: Mapping[str, Any],
    found: Ranking,
    plain: Ranking,
    rules: tuple[Rule, ...],
    names: Texts,
) -> tuple[str, ...]:
    low, high = values["ndcg@10"]["ci95"]
    lines = [
        f"{values['method']}: NDCG@10 {found.ndcg.mean():.4f} (95 % interval {low:.4f} to "
        f"{high:.4f}, n = {len(found.ndcg):,}), recall@10 {found.recall.mean():.3f}; the most "
        f"popular items {plain.ndcg.mean():.4f} and {plain.recall.mean():.3f}."
    ]
    if values["lead"]["ci95"][0] <= 0:
        lines.append("It is not shown to be better than recommending the most popular items.")
    lines += [
        f"Who bought {names[rule.antecedent]} also bought {names[rule.consequent]}: "
        f"{rule.confidence:.0%}, lift {rule.lift:.1f}, n = {rule.n:,}."
        for rule in rules[:_N_TOLD]
    ]
    if not rules:
        lines.append("No two items are bought together more often than by chance.")
    return (*lines, *(f"Note: {note}." for note in values["notes"]))
