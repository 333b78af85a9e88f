"""What to offer next: who has what, which way to recommend holds up, and why an offer is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.customers.recommendation import (
    Scorer,
    baskets_of,
    popularity,
    rank,
    scorers,
)
from analytics.learning.scores import Bools, Floats, Ints

POPULARITY: Final = "popularity"
FIRST: Final = 3
"""How many offers the test looks at."""
_AMONG_FIRST: Final = 1 / np.log2(1 + FIRST)
_TEST_CUSTOMERS: Final = 4_000
_TESTED_PART: Final = 3
"""One customer of so many is tested: the others must still show what goes with what."""
_LEAST_TESTED: Final = 100
_ROWS_AT_A_TIME: Final = 1_000
_Z95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Who has bought what."""

    customer_ids: npt.NDArray[np.int64]
    """Shape (n_customers,), rising."""
    product_ids: npt.NDArray[np.int64]
    """Shape (n_products,), rising."""
    baskets: Any
    """Sparse, shape (n_customers, n_products), 0 and 1."""
    newest: Ints
    """Shape (n_customers,): column of the product first bought last."""

    @property
    def n_holders(self) -> Ints:
        """Return how many customers have each product, shape (n_products,)."""
        return np.asarray(self.baskets.sum(axis=0)).ravel().astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How often the product bought last was among the first offers."""

    name: str
    """The way that is used: the best one, or popularity where none is clearly better."""
    n: int
    """Customers it was tested on, none of whom chose the way; 0 when there are too few."""
    hit: float
    ci95: tuple[float, float]
    popular: float
    """The same of offering what most people have."""
    difference_ci95: tuple[float, float]
    """Of the best way over popularity, whichever is used."""


def holdings_of(purchases: pd.DataFrame) -> Holdings:
    """Turn purchases into holdings.

    Parameters
    ----------
    purchases : DataFrame
        `customer_id`, `product_id` and `first_at`, one row for each pair; not empty.
    """
    ordered = purchases.sort_values(["customer_id", "first_at", "product_id"])
    customer_ids, rows = np.unique(ordered["customer_id"].to_numpy(np.int64), return_inverse=True)
    product_ids, columns = np.unique(ordered["product_id"].to_numpy(np.int64), return_inverse=True)
    newest = np.zeros(len(customer_ids), dtype=np.int64)
    newest[rows] = columns  # rows are in order of time: the last one stays
    return Holdings(
        customer_ids=customer_ids,
        product_ids=product_ids,
        baskets=baskets_of(rows, columns, (len(customer_ids), len(product_ids))),
        newest=newest,
    )


def try_out(holdings: Holdings, *, seed: int) -> tuple[Trial, Scorer]:
    """Leave out what customers bought last, see which way finds it again, and fit that one.

    One half of the customers chooses the best of the rivals by NDCG, the other half tells how well
    it does. Popularity is used where its 95 % interval is not left behind.
    """
    random = np.random.default_rng(seed)
    several = np.flatnonzero(np.asarray(holdings.baskets.sum(axis=1)).ravel() >= 2)
    n_tested = min(_TEST_CUSTOMERS, len(several) // _TESTED_PART)
    tested = random.permutation(several)[:n_tested]
    half = len(tested) // 2
    if half < _LEAST_TESTED:
        nothing = Trial(name=POPULARITY, n=0, hit=0.0, ci95=(0.0, 0.0), popular=0.0,
                        difference_ci95=(0.0, 0.0))  # fmt: skip
        return nothing, popularity(holdings.baskets)
    kept = holdings.baskets.tolil(copy=True)
    kept[tested, holdings.newest[tested]] = 0.0
    train = kept.tocsr()
    train.eliminate_zeros()
    chosen_by, told_by = tested[:half], tested[half:]
    rivals = {name: fit() for name, fit in scorers(train).items()}
    gains = {name: _ndcg(fitted, train, holdings, chosen_by) for name, fitted in rivals.items()}
    best = max(sorted(gains), key=lambda name: float(gains[name].mean()))
    mine = _ndcg(rivals[best], train, holdings, told_by) >= _AMONG_FIRST - 1e-9
    common = _ndcg(popularity(train), train, holdings, told_by) >= _AMONG_FIRST - 1e-9
    low, high = _mean_ci95(mine.astype(float) - common.astype(float))
    is_better = low > 0
    hits = mine if is_better else common
    trial = Trial(
        name=best if is_better else POPULARITY,
        n=len(told_by),
        hit=float(hits.mean()),
        ci95=_mean_ci95(hits.astype(float)),
        popular=float(common.mean()),
        difference_ci95=(low, high),
    )
    fitted = scorers(holdings.baskets)[best]() if is_better else popularity(holdings.baskets)
    return trial, fitted


def score_rows(scorer: Scorer, baskets: Any, eligible: Bools) -> Floats:
    """Score products for customers, shape (n_customers, n_products).

    What a customer has, and what is not eligible, scores minus infinity. Equal scores are kept
    apart by popularity's order only where the scorer is popularity.
    """
    parts = []
    for start in range(0, baskets.shape[0], _ROWS_AT_A_TIME):
        some = baskets[start : start + _ROWS_AT_A_TIME]
        scores = np.array(scorer(some), dtype=np.float64)
        scores[some.nonzero()] = -np.inf
        scores[:, ~eligible] = -np.inf
        parts.append(scores)
    return np.concatenate(parts) if parts else np.empty((0, baskets.shape[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """How holdings go together, product by product."""

    both: Floats
    """Shape (n_products, n_products): customers with both."""
    holders: Floats
    """Shape (n_products,)."""
    n: int
    lift: Floats
    low: Floats
    """Lower end of the lift's 95 % interval by the delta method; 0 where nobody has both."""
    high: Floats


def pairs_of(holdings: Holdings) -> Pairs:
    """Return the lift of each two products over all customers who bought anything.

    With the counts as a multinomial, the delta method gives the logarithm of the lift
    n₁₁ N / (n₁ n₂) the variance 1/n₁₁ − 1/n₁ − 1/n₂ + 2 n₁₁ / (n₁ n₂) − 1/N.
    """
    both = np.asarray((holdings.baskets.T @ holdings.baskets).todense(), dtype=np.float64)
    holders, n = np.diag(both).copy(), len(holdings.customer_ids)
    known = both > 0
    product = np.maximum(np.outer(holders, holders), 1.0)
    lift = both * n / product
    inverse = 1 / np.maximum(holders, 1.0)
    variance = 1 / np.maximum(both, 1.0) - inverse[:, None] - inverse[None, :]
    variance += 2 * both / product - 1 / n
    reach = _Z95 * np.sqrt(np.clip(variance, 0.0, None))
    return Pairs(
        both=both,
        holders=holders,
        n=n,
        lift=lift,
        low=np.where(known, lift * np.exp(-reach), 0.0),
        high=np.where(known, lift * np.exp(reach), 0.0),
    )


def reason_for(pairs: Pairs, owned: npt.NDArray[np.intp], offer: int, least: int) -> int | None:
    """Return the product owned that speaks most for an offer; None where none clearly does.

    Parameters
    ----------
    owned : ndarray of int
        Columns of the products that a customer has.
    offer : int
        Column of the product offered.
    least : int
        Customers who must have both.
    """
    fit = [each for each in owned.tolist()
           if pairs.both[each, offer] >= least and pairs.low[each, offer] > 1.0]  # fmt: skip
    return max(fit, key=lambda each: (pairs.low[each, offer], -each), default=None)


def reason_scores(pairs: Pairs, baskets: Any, least: int) -> Floats:
    """Score products by the strongest reason for each, shape (n_customers, n_products).

    The lower end of the lift of what a customer has; 0 without a clear reason.
    """
    clear = np.where((pairs.both >= least) & (pairs.low > 1.0), pairs.low, 0.0)
    np.fill_diagonal(clear, 0.0)
    columns = [baskets.multiply(clear[:, place]).tocsr().max(axis=1).toarray().ravel()
               for place in range(clear.shape[1])]  # fmt: skip
    return np.column_stack(columns).astype(np.float64)


def _ndcg(scorer: Scorer, train: Any, holdings: Holdings, rows: npt.NDArray[np.intp]) -> Floats:
    return rank(scorer, train[rows], holdings.newest[rows]).ndcg


def _mean_ci95(values: Floats) -> tuple[float, float]:
    mean = float(values.mean())
    reach = _Z95 * float(values.std(ddof=1)) / float(np.sqrt(len(values)))
    return mean - reach, mean + reach
