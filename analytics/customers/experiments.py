"""Reading experiments: is the split as planned, what is the effect, how sure, what could be seen.

Everything works on sums per group, so that a warehouse may deliver them for millions of people.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
Verdict = Literal["higher", "lower", "no difference shown", "split broken"]

SRM_ALPHA: Final = 0.001
"""Below this a split is taken for broken: a false alarm would throw away a good experiment."""
POWER: Final = 0.8
SEQUENTIAL_N: Final = 5_000
"""Sample size at which the always-valid interval is tightest; fixed before any data is seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """What is known of one group: count, mean and sample variance of what was measured."""

    name: str
    n: int
    mean: float
    variance: float
    """With n − 1; NaN for a single person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A variant against the control."""

    variant: str
    effect: float
    """Mean of the variant − mean of the control."""
    ci95: tuple[float, float]
    p_value: float
    p_adjusted: float
    """Holm's, over all variants; the same as `p_value` with one variant."""
    relative: float
    """Effect over the control's mean; NaN when that is 0."""
    relative_ci95: tuple[float, float]
    always_valid_ci95: tuple[float, float]
    """May be looked at after every person without more than 5 % of false alarms."""
    mde: float
    """Smallest effect that would be seen with a probability of .8."""
    power: float
    """Probability of seeing a change of the control's mean by a twentieth; NaN if that is 0."""


def arm_of(name: str, values: Floats) -> Arm:
    """Return count, mean and variance of one group's values, shape (n,), without NaN."""
    variance = float(values.var(ddof=1)) if len(values) > 1 else math.nan
    return Arm(name=name, n=len(values), mean=float(values.mean()), variance=variance)


def ratio_arm(name: str, numerator: Floats, denominator: Floats) -> Arm:
    """Return a group's ratio of sums as if it were a mean, with the variance of the delta method.

    For a ratio of what varies between people ("revenue per session"), whose rows are people.

    Parameters
    ----------
    name : str
        Of the group.
    numerator, denominator : ndarray, shape (n,)
        Sums of each person.

    References
    ----------
    Deng, Knoblich and Lu (2018), Applying the delta method in metric analytics.
    """
    bottom = float(denominator.mean())
    ratio = float(numerator.mean()) / bottom if bottom else math.nan
    linear = (numerator - ratio * denominator) / bottom if bottom else numerator * math.nan
    variance = float(linear.var(ddof=1)) if len(linear) > 1 else math.nan
    return Arm(name=name, n=len(numerator), mean=ratio, variance=variance)


def sample_ratio_p(counts: Mapping[str, int], expected: Mapping[str, float] | None = None) -> float:
    """Return the probability of a split at least so far from the planned one, by chance.

    Parameters
    ----------
    counts : mapping of str to int
        People of each group.
    expected : mapping of str to float, optional
        Planned weight of each group; equal without it.
    """
    names = sorted(counts)
    weights = np.array([1.0 if expected is None else expected[name] for name in names])
    observed = np.array([counts[name] for name in names], dtype=np.float64)
    planned = observed.sum() * weights / weights.sum()
    return float(stats.chisquare(observed, planned).pvalue)


def cuped(values: Floats, covariate: Floats) -> tuple[Floats, float]:
    """Take out of what was measured what a value from before the experiment foretells.

    Parameters
    ----------
    values, covariate : ndarray, shape (n,)
        Of all groups together; a covariate that is NaN counts as its mean, which changes nothing.

    Returns
    -------
    tuple of ndarray and float
        Values with the same mean over all people, and the share of variance that was taken out.

    References
    ----------
    Deng, Xu, Kohavi and Walker (2013), Improving the sensitivity of online experiments (CUPED).
    """
    known = ~np.isnan(covariate)
    if known.sum() < 2 or np.ptp(covariate[known]) == 0:
        return values, 0.0
    centred = np.where(known, covariate - covariate[known].mean(), 0.0)
    spread = float((centred**2).sum())
    theta = float((centred * (values - values.mean())).sum()) / spread
    adjusted = values - theta * centred
    before = float(values.var(ddof=1))
    return adjusted, 1.0 - float(adjusted.var(ddof=1)) / before if before > 0 else 0.0


def compare(control: Arm, variants: Sequence[Arm]) -> tuple[Effect, ...]:
    """Compare each variant with the control by Welch's test.

    Parameters
    ----------
    control : Arm
        At least two people.
    variants : sequence of Arm
        Each with at least two people.
    """
    found = [_effect(control, variant) for variant in variants]
    order = sorted(range(len(found)), key=lambda place: found[place].p_value)
    adjusted = [0.0] * len(found)
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(found) - rank) * found[place].p_value))
        adjusted[place] = highest
    return tuple(replace(effect, p_adjusted=p) for effect, p in zip(found, adjusted, strict=True))


def verdict_of(effect: Effect, *, srm_p: float, alpha: float = 0.05) -> Verdict:
    """Return what may be said: nothing of the effect when the split is broken."""
    if srm_p < SRM_ALPHA:
        return "split broken"
    if effect.p_adjusted >= alpha or math.isnan(effect.p_adjusted):
        return "no difference shown"
    return "higher" if effect.effect > 0 else "lower"


def people_needed(control: Arm, relative: float, *, power: float = POWER) -> int | None:
    """Return people per group to see a relative change; None when that cannot be told.

    Parameters
    ----------
    control : Arm
        Its mean and variance stand for both groups.
    relative : float
        Change of the mean as a fraction, not 0.
    power : float
        Probability of seeing it, 0 to 1.
    """
    change = abs(relative * control.mean)
    if not change or math.isnan(control.variance):
        return None
    reach = float(stats.norm.ppf(0.975) + stats.norm.ppf(power))
    return max(2, math.ceil(2 * control.variance * (reach / change) ** 2))


def always_valid_reach(error: float, n: int, *, alpha: float = 0.05) -> float:
    """Return half the width of an interval that holds at every look at once.

    Parameters
    ----------
    error : float
        Standard error of the effect now.
    n : int
        People so far, all groups together.
    alpha : float
        Chance that any of the intervals ever misses.

    References
    ----------
    Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021), Time-uniform central limit theory and
    asymptotic confidence sequences; the mixture width is Robbins's.
    """
    log_term = -2.0 * math.log(alpha)
    rho2 = (log_term + math.log(log_term + 1.0)) / SEQUENTIAL_N
    scaled = n * rho2 + 1.0
    return error * math.sqrt(2.0 * scaled / (n * rho2) * math.log(math.sqrt(scaled) / alpha))


def _effect(control: Arm, variant: Arm) -> Effect:
    squares = (control.variance / control.n, variant.variance / variant.n)
    error = math.sqrt(sum(squares))
    effect = variant.mean - control.mean
    if error > 0:
        freedom = sum(squares) ** 2 / (
            squares[0] ** 2 / (control.n - 1) + squares[1] ** 2 / (variant.n - 1)
        )
        p_value = float(2.0 * stats.t.sf(abs(effect) / error, freedom))
        reach = float(stats.t.ppf(0.975, freedom)) * error
    else:
        p_value, reach = (1.0 if effect == 0 else 0.0), 0.0
    valid = always_valid_reach(error, control.n + variant.n)
    relative, relative_ci = _relative(control, variant)
    return Effect(
        variant=variant.name,
        effect=effect,
        ci95=(effect - reach, effect + reach),
        p_value=p_value,
        p_adjusted=p_value,
        relative=relative,
        relative_ci95=relative_ci,
        always_valid_ci95=(effect - valid, effect + valid),
        mde=float(stats.norm.ppf(0.975) + stats.norm.ppf(POWER)) * error,
        power=_power(0.05 * abs(control.mean), error),
    )


def _power(change: float, error: float) -> float:
    """Return the probability that a true change is told from nothing."""
    if change == 0:
        return math.nan
    if error == 0:
        return 1.0
    limit = float(stats.norm.ppf(0.975))
    return float(stats.norm.sf(limit - change / error) + stats.norm.cdf(-limit - change / error))


def _relative(control: Arm, variant: Arm) -> tuple[float, tuple[float, float]]:
    """Return the ratio of means − 1 with its interval by the delta method."""
    if control.mean == 0:
        return math.nan, (math.nan, math.nan)
    ratio = variant.mean / control.mean
    square = (
        variant.variance / variant.n + ratio**2 * control.variance / control.n
    ) / control.mean**2
    reach = float(stats.norm.ppf(0.975)) * math.sqrt(square)
    return ratio - 1.0, (ratio - 1.0 - reach, ratio - 1.0 + reach)
