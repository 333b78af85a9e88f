"""How often people without a contract will buy again: BG/NBD, MBG/NBD and Pareto/NBD.

All three say: while alive a customer buys at random at a rate of their own, and at some unseen
moment stops. What is needed of a customer are three numbers: how many repeat purchases (x), when
the last one was (t_x) and how long they have been watched (T), both since their first purchase.
Likelihoods are taken over distinct triples with their counts, so a million customers cost no more
than their different histories.

References
----------
Fader, Hardie and Lee (2005), "Counting your customers" the easy way (BG/NBD).
Batislam, Denizel and Filiztekin (2007), Empirical validation of customer base models (MBG/NBD).
Schmittlein, Morrison and Colombo (1987); Fader and Hardie (2005), A note on deriving the
Pareto/NBD model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy import optimize
from scipy.special import betaln, digamma, gammaln, hyp2f1

from analytics.errors import ModelError

Floats = npt.NDArray[np.float64]
ModelName = Literal["bg/nbd", "mbg/nbd", "pareto/nbd"]

PARAMETERS: Final[Mapping[ModelName, tuple[str, ...]]] = {
    "bg/nbd": ("r", "alpha", "a", "b"),
    "mbg/nbd": ("r", "alpha", "a", "b"),
    "pareto/nbd": ("r", "alpha", "s", "beta"),
}
"""Names of the parameters in the literature, in the order in which they are kept."""

MIN_CUSTOMERS: Final = 30
_STARTS: Final = ((0.5, 1.0, 0.5, 1.0), (1.0, 1.0, 1.0, 3.0), (0.2, 0.3, 0.8, 2.0))
"""Of the optimiser; the second and fourth are in units of the mean time watched."""
_LOG_BOUND: Final = 14.0
_IMPOSSIBLE: Final = 1e10


@dataclass(frozen=True, slots=True, kw_only=True)
class Histories:
    """Customers with the same history together."""

    x: Floats
    """Repeat purchases, shape (n_cells,), ≥ 0."""
    t_x: Floats
    """First to last purchase; 0 without a repeat purchase."""
    T: Floats
    """First purchase to the end of watching, ≥ t_x."""
    n: Floats
    """Customers with this history."""

    @property
    def n_customers(self) -> int:
        """Number of customers."""
        return int(self.n.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseModel:
    """A fitted model."""

    name: ModelName
    values: tuple[float, float, float, float]
    log_likelihood: float
    covariance: Floats
    """Of the logarithms of the parameters, shape (4, 4); zeros where it cannot be told."""

    @property
    def params(self) -> dict[str, float]:
        """The parameters by name."""
        return dict(zip(PARAMETERS[self.name], self.values, strict=True))


def cells_of(x: Floats, t_x: Floats, watched: Floats) -> tuple[Histories, npt.NDArray[np.int64]]:
    """Return the distinct histories and, for each customer, the row of theirs.

    Parameters
    ----------
    x, t_x, watched : ndarray, shape (n_customers,)
        As x, t_x and T of `Histories`.
    """
    order = np.lexsort((watched, t_x, x))
    rows = np.stack([x[order], t_x[order], watched[order]])
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = (rows[:, 1:] != rows[:, :-1]).any(axis=0)
    cell = np.empty(len(order), dtype=np.int64)
    cell[order] = np.cumsum(is_new) - 1
    firsts = rows[:, is_new]
    counts = np.bincount(cell, minlength=firsts.shape[1]).astype(np.float64)
    return Histories(x=firsts[0], t_x=firsts[1], T=firsts[2], n=counts), cell


def fit(name: ModelName, histories: Histories) -> PurchaseModel:
    """Fit a model by maximum likelihood.

    Raises
    ------
    ModelError
        With fewer than thirty customers, without any repeat purchase, or when no start converges.
    """
    if histories.n_customers < MIN_CUSTOMERS:
        raise ModelError(
            f"{histories.n_customers} customers are too few for {name}; {MIN_CUSTOMERS} are "
            "needed.",
            hint="Take a longer time, or a larger group.",
        )
    if not (histories.x > 0).any():
        raise ModelError(
            "Nobody bought a second time before the end of the calibration.",
            hint="Take a longer calibration period.",
        )
    # In units in which the mean time watched is 1 all parameters are of one size.
    scale = float(np.average(histories.T, weights=histories.n)) or 1.0
    scaled = Histories(
        x=histories.x, t_x=histories.t_x / scale, T=histories.T / scale, n=histories.n
    )
    n_customers = float(histories.n.sum())

    def loss(logs: Floats) -> float:
        found = -float(np.dot(log_likelihoods(name, np.exp(logs), scaled), scaled.n))
        return found / n_customers if np.isfinite(found) else _IMPOSSIBLE

    def slope(logs: Floats) -> Floats:
        return -_slopes(name, np.exp(logs), scaled) / n_customers

    found = _minimum(loss, None if name == "pareto/nbd" else slope, name)
    values = np.exp(found)
    values[1] *= scale
    if name == "pareto/nbd":
        values[3] *= scale
    fitted = (float(values[0]), float(values[1]), float(values[2]), float(values[3]))
    total = float(np.dot(log_likelihoods(name, np.array(fitted), histories), histories.n))
    return PurchaseModel(
        name=name,
        values=fitted,
        log_likelihood=total,
        covariance=_covariance(loss, found, n_customers),
    )


def log_likelihoods(name: ModelName, values: Floats, h: Histories) -> Floats:
    """Return the log-likelihood of one customer with each history, shape (n_cells,)."""
    if name == "pareto/nbd":
        return _pareto(values, h)
    r, alpha, a, b = values
    x, extra = h.x, 0.0 if name == "bg/nbd" else 1.0
    base = _of_counts(x, lambda k: np.asarray(gammaln(r + k))) - gammaln(r) + r * np.log(alpha)
    # Alive: x (MBG: x + 1) times not dropped out; else dropped out right after the last purchase.
    alive = (
        _of_counts(x, lambda k: np.asarray(betaln(a, b + k + extra)))
        - betaln(a, b)
        - (r + x) * np.log(alpha + h.T)
    )
    left = (
        _of_counts(x, lambda k: np.asarray(betaln(a + 1, np.maximum(b + k + extra - 1, 1e-9))))
        - betaln(a, b)
        - (r + x) * np.log(alpha + h.t_x)
    )
    if name == "bg/nbd":
        left = np.where(x > 0, left, -np.inf)
    return np.asarray(base + np.logaddexp(alive, left))


def expected_purchases(model: PurchaseModel, h: Histories, ahead: float) -> Floats:
    """Return the expected number of purchases in the next `ahead` units, shape (n_cells,)."""
    r, alpha, third, fourth = model.values
    if model.name == "pareto/nbd":
        s, beta = third, fourth
        lasting = (beta + h.T) * (1.0 - ((beta + h.T) / (beta + h.T + ahead)) ** (s - 1.0))
        return np.asarray(
            (r + h.x) / (alpha + h.T) * lasting / (s - 1.0) * p_alive(model, h), dtype=np.float64
        )
    a, extra = third, 0.0 if model.name == "bg/nbd" else 1.0
    kept = fourth + h.x + extra
    z = ahead / (alpha + h.T + ahead)
    shrink = ((alpha + h.T) / (alpha + h.T + ahead)) ** (r + h.x)
    inner = 1.0 - shrink * hyp2f1(r + h.x, kept, a + kept - 1.0, z)
    return np.asarray((a + kept - 1.0) / (a - 1.0) * inner * p_alive(model, h), dtype=np.float64)


def p_alive(model: PurchaseModel, h: Histories) -> Floats:
    """Return the probability that a customer still buys, shape (n_cells,), 0 to 1."""
    r, alpha, third, fourth = model.values
    if model.name == "pareto/nbd":
        alive = _pareto_base(np.array(model.values), h)
        return np.asarray(np.exp(alive - _pareto(np.array(model.values), h)), dtype=np.float64)
    extra = 0.0 if model.name == "bg/nbd" else 1.0
    odds = third / np.maximum(fourth + h.x + extra - 1.0, 1e-9)
    left = odds * ((alpha + h.T) / (alpha + h.t_x)) ** (r + h.x)
    if model.name == "bg/nbd":
        # Who never came back had no chance to drop out.
        left = np.where(h.x > 0, left, 0.0)
    return np.asarray(1.0 / (1.0 + left), dtype=np.float64)


def spread_of(model: PurchaseModel, total: Callable[[PurchaseModel], float]) -> float:
    """Return the standard error of the logarithm of a total, from what the fit leaves open.

    By the delta method: slopes of ln(total) by the logarithms of the parameters, times their
    covariance.

    Parameters
    ----------
    model : PurchaseModel
        The fit.
    total : callable
        Model → a number > 0.
    """
    step = 1e-3
    logs = np.log(model.values)
    slopes = np.empty(len(logs))
    for place in range(len(logs)):
        sides = []
        for sign in (1.0, -1.0):
            moved = logs.copy()
            moved[place] += sign * step
            r, alpha, third, fourth = np.exp(moved).tolist()
            moved_model = replace(model, values=(r, alpha, third, fourth))
            sides.append(math.log(total(moved_model)))
        slopes[place] = (sides[0] - sides[1]) / (2 * step)
    return math.sqrt(max(0.0, float(slopes @ model.covariance @ slopes)))


def _of_counts(x: Floats, function: Callable[[Floats], Floats]) -> Floats:
    """Apply a costly function to each distinct whole number once."""
    distinct, place = np.unique(x, return_inverse=True)
    return np.asarray(function(distinct))[place]


def _pareto_base(values: Floats, h: Histories) -> Floats:
    r, alpha, s, beta = values
    return np.asarray(
        _of_counts(h.x, lambda k: np.asarray(gammaln(r + k)))
        - gammaln(r)
        + r * np.log(alpha)
        + s * np.log(beta)
        - (r + h.x) * np.log(alpha + h.T)
        - s * np.log(beta + h.T)
    )


def _pareto(values: Floats, h: Histories) -> Floats:
    r, alpha, s, beta = values
    power = r + s + h.x
    upper, gap = (s + 1.0, alpha - beta) if alpha >= beta else (r + h.x, beta - alpha)
    start = max(alpha, beta)

    def term(t: Floats) -> Floats:
        series = hyp2f1(power, upper, power + 1.0, gap / (start + t))
        return np.asarray(np.log(series) - power * np.log(start + t))

    # Where the series does not converge in floating point the optimiser must turn back.
    with np.errstate(divide="ignore", invalid="ignore"):
        first, last = term(h.t_x), term(h.T)
        lost = first + np.log(-np.expm1(np.minimum(last - first, 0.0)))
        lost = np.where(np.isfinite(first), lost, -np.inf)
    base = _of_counts(h.x, lambda k: np.asarray(gammaln(r + k))) - gammaln(r) + r * np.log(alpha)
    left = base + s * np.log(beta) + np.log(s) - np.log(power) + lost
    return np.asarray(np.logaddexp(_pareto_base(values, h), left))


def _slopes(name: ModelName, values: Floats, h: Histories) -> Floats:
    """Return the slope of the log-likelihood by the logarithms of the four parameters."""
    r, alpha, a, b = values
    extra = 0.0 if name == "bg/nbd" else 1.0
    k, place = np.unique(h.x, return_inverse=True)
    kept = np.maximum(b + k + extra - 1.0, 1e-9)
    alive = betaln(a, b + k + extra)[place] - (r + h.x) * np.log(alpha + h.T)
    left = betaln(a + 1.0, kept)[place] - (r + h.x) * np.log(alpha + h.t_x)
    if name == "bg/nbd":
        left = np.where(h.x > 0, left, -np.inf)
    w = np.exp(alive - np.logaddexp(alive, left))
    both = digamma(a + b) - digamma(a + b + k + extra)
    by_r = (digamma(r + k) - digamma(r))[place] + np.log(alpha)
    by_r -= w * np.log(alpha + h.T) + (1.0 - w) * np.log(alpha + h.t_x)
    by_alpha = r / alpha - (r + h.x) * (w / (alpha + h.T) + (1.0 - w) / (alpha + h.t_x))
    by_a = both[place] + (1.0 - w) * (digamma(a + 1.0) - digamma(a))
    of_alive, of_left = digamma(b + k + extra) - digamma(b), digamma(kept) - digamma(b)
    by_b = both[place] + w * of_alive[place] + (1.0 - w) * of_left[place]
    return np.array([np.dot(each, h.n) for each in (by_r, by_alpha, by_a, by_b)]) * values


def _minimum(
    loss: Callable[[Floats], float], slope: Callable[[Floats], Floats] | None, name: ModelName
) -> Floats:
    best: tuple[float, Floats] | None = None
    for start in _STARTS:
        found = optimize.minimize(
            loss,
            np.log(np.array(start)),
            jac=slope,
            method="L-BFGS-B",
            bounds=[(-_LOG_BOUND, _LOG_BOUND)] * 4,
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8},
        )
        if found.fun < _IMPOSSIBLE and (best is None or found.fun < best[0] - 1e-12):
            best = (float(found.fun), np.asarray(found.x, dtype=np.float64))
    if best is None:
        raise ModelError(
            f"{name} could not be fitted: its likelihood is not finite anywhere near.",
            hint="Check the dates and the unit, or choose another model.",
        )
    if slope is not None:
        return best[1]
    # The likelihood is flat along a ridge: without exact slopes a simplex goes the last steps.
    polished = optimize.minimize(
        loss, best[1], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-12}
    )
    return np.asarray(polished.x if polished.fun < best[0] else best[1], dtype=np.float64)


def _covariance(loss: Callable[[Floats], float], at: Floats, n_customers: float) -> Floats:
    """Return the inverse of the observed information, by differences of the loss."""
    step = 1e-3
    size = len(at)
    hessian = np.empty((size, size))
    units = np.eye(size) * step
    for i in range(size):
        for j in range(i, size):
            hessian[i, j] = hessian[j, i] = (
                loss(at + units[i] + units[j])
                - loss(at + units[i] - units[j])
                - loss(at - units[i] + units[j])
                + loss(at - units[i] - units[j])
            ) / (4 * step**2)
    if not np.isfinite(hessian).all() or np.abs(hessian).max() > _IMPOSSIBLE:
        return np.zeros((size, size))
    values, vectors = np.linalg.eigh(hessian * n_customers)
    if values.max() <= 0:
        return np.zeros((size, size))
    # Directions that the data say nothing about are held where they are, not thrown about.
    inverse = np.where(values > values.max() * 1e-9, 1.0 / np.maximum(values, 1e-300), 0.0)
    return np.asarray((vectors * np.minimum(inverse, 4.0)) @ vectors.T)
