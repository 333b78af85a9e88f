"""Logits → probabilities that mean what they say, and the probability below which to ask.

Both are fitted on predictions for examples that the predicting model had not seen.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Logits = npt.NDArray[np.float64]

QUESTION_COST = 0.55
"""Cost of asking "which of these?", where a wrong route costs 1 and a right one nothing: above
half, since the examples, on which it counts, are harder than what people ask."""
_TEMPERATURES = np.geomspace(0.2, 5.0, 241)
_BINS = 10
_ALMOST_FREE = 1e6
"""Inverse strength of the penalty on two coefficients: as good as none."""


def softmax(logits: Logits, temperature: float = 1.0) -> Logits:
    """Return probabilities of the same shape; the last axis sums to 1."""
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def fit_temperature(logits: Logits, gold: npt.NDArray[np.int64]) -> float:
    """Return the divisor of the logits with the least negative log-likelihood.

    Temperature scaling, Guo et al. 2017. It changes no decision, only how sure it is.

    Parameters
    ----------
    logits
        Shape (n, n_labels), of unseen examples; n ≥ 1.
    gold
        Column of the right label, shape (n,).

    Returns
    -------
    float
        In 0.2..5.
    """
    losses = [
        -np.log(np.maximum(softmax(logits, t)[np.arange(len(gold)), gold], 1e-12)).mean()
        for t in _TEMPERATURES
    ]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def fit_threshold(
    confidences: Logits, is_right: npt.NDArray[np.bool_], *, question_cost: float = QUESTION_COST
) -> float:
    """Return the probability below which asking costs less than routing.

    Parameters
    ----------
    confidences
        Highest probability of each unseen example, shape (n,).
    is_right
        Whether the label with that probability was the right one, shape (n,).
    question_cost
        In 0..1; a wrong route costs 1.

    Returns
    -------
    float
        In 0..1; 0 when asking never pays. Where a logistic curve through all examples crosses: the
        few that are least sure decide nothing by themselves, so that a handful of examples more
        does not move it much.
    """
    from sklearn.linear_model import LogisticRegression

    if is_right.all():
        return 0.0
    if not is_right.any():
        return float(np.nextafter(confidences.max(), 1.0))
    curve = LogisticRegression(C=_ALMOST_FREE).fit(_log_odds(confidences)[:, None], is_right)
    slope, start = float(curve.coef_[0, 0]), float(curve.intercept_[0])
    if slope <= 0:
        return 0.0
    wanted = np.log((1.0 - question_cost) / question_cost)
    threshold = float(1.0 / (1.0 + np.exp((start - wanted) / slope)))
    return threshold if (confidences < threshold).any() else 0.0


def _log_odds(confidences: Logits) -> Logits:
    held = np.clip(confidences, 1e-6, 1.0 - 1e-6)
    return np.asarray(np.log(held / (1.0 - held)))


def expected_calibration_error(confidences: Logits, is_right: npt.NDArray[np.bool_]) -> float:
    """Return the mean gap between confidence and share of right ones over ten equal bins, 0..1.

    Bins are (0, 0.1], …, (0.9, 1]; each weighs by its size (Naeini et al. 2015). Empty input
    gives 0.
    """
    if len(confidences) == 0:
        return 0.0
    bins = np.clip(np.ceil(confidences * _BINS).astype(int) - 1, 0, _BINS - 1)
    gap = 0.0
    for place in range(_BINS):
        inside = bins == place
        if inside.any():
            gap += inside.mean() * abs(confidences[inside].mean() - is_right[inside].mean())
    return float(gap)
