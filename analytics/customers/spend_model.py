"""What a purchase of a customer is worth: the Gamma–Gamma model.

References
----------
Fader and Hardie (2013), The Gamma-Gamma model of monetary value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize
from scipy.special import digamma, gammaln

from analytics.errors import ModelError

Floats = npt.NDArray[np.float64]

MIN_CUSTOMERS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendModel:
    """A fitted Gamma–Gamma model."""

    p: float
    q: float
    v: float
    """Called γ in the literature; in units of money."""
    log_likelihood: float
    correlation: float
    """Between number of purchases and their mean value, −1 to 1; the model takes it for 0."""

    @property
    def mean_value(self) -> float:
        """Mean value of a purchase over all customers; NaN when it has no mean (q ≤ 1)."""
        return self.p * self.v / (self.q - 1.0) if self.q > 1.0 else float("nan")


def fit_spend(n_purchases: Floats, mean_values: Floats) -> SpendModel:
    """Fit the model to customers with at least one purchase of positive value.

    Parameters
    ----------
    n_purchases, mean_values : ndarray, shape (n_customers,)
        Purchases of each customer and what they were worth on average.

    Raises
    ------
    ModelError
        With fewer than thirty such customers, or when the fit fails.
    """
    known = (n_purchases > 0) & (mean_values > 0)
    if int(known.sum()) < MIN_CUSTOMERS:
        raise ModelError(
            f"{int(known.sum())} customers with repeat purchases of positive value are too few; "
            f"{MIN_CUSTOMERS} are needed.",
            hint="Take a longer calibration period.",
        )
    x, scale = n_purchases[known], float(mean_values[known].mean())
    m = mean_values[known] / scale
    logs_m, counts, place = np.log(m), *np.unique(x, return_inverse=True)

    def loss(logs: Floats) -> tuple[float, Floats]:
        p, q, v = np.exp(logs)
        of_counts = gammaln(p * counts + q) - gammaln(p * counts) + p * counts * np.log(counts)
        both = np.log(x * m + v)
        each = of_counts[place] + (p * x - 1.0) * logs_m - (p * x + q) * both
        top = digamma(p * counts + q)
        by_p = (counts * (top - digamma(p * counts) + np.log(counts)))[place] + x * (logs_m - both)
        by_q = top[place] - digamma(q) + np.log(v) - both
        by_v = q / v - (p * x + q) / (x * m + v)
        slopes = np.array([by_p.mean() * p, by_q.mean() * q, by_v.mean() * v])
        return -float(each.mean() - gammaln(q) + q * np.log(v)), -slopes

    found = optimize.minimize(
        loss, np.log([2.0, 3.0, 1.0]), jac=True, method="L-BFGS-B", bounds=[(-10.0, 14.0)] * 3
    )
    if not found.success or not np.isfinite(found.fun):
        raise ModelError(
            "The values of purchases do not fit a Gamma–Gamma model.",
            hint="Check the value column for amounts that are all alike, or no amounts at all.",
        )
    p, q, v = (float(each) for each in np.exp(found.x))
    total = -float(found.fun) * len(m) - float(np.log(scale)) * len(m)
    varies = np.ptp(x) > 0 and np.ptp(m) > 0
    return SpendModel(
        p=p,
        q=q,
        v=v * scale,
        log_likelihood=total,
        correlation=float(np.corrcoef(x, m)[0, 1]) if varies else 0.0,
    )


def expected_value(model: SpendModel, n_purchases: Floats, mean_values: Floats) -> Floats:
    """Return what the next purchase of each customer is worth, shape (n_customers,).

    Between the customer's own mean and everybody's: the more purchases, the nearer the own one.
    Without purchases it is everybody's mean.

    Parameters
    ----------
    model : SpendModel
        With q > 1, else values have no mean and all are NaN.
    n_purchases, mean_values : ndarray, shape (n_customers,)
        As in `fit_spend`; a mean of 0 is of a customer without purchases of value.
    """
    if model.q <= 1.0:
        return np.full(len(n_purchases), np.nan)
    x = np.where(mean_values > 0, n_purchases, 0.0)
    held = model.p * (model.v + x * np.nan_to_num(mean_values))
    return np.asarray(held / (model.p * x + model.q - 1.0))
