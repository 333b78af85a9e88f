"""Named random streams, categorical draws and look-ups over timed events.

Times inside the generator are whole seconds since the start of the warehouse (int64);
`NEVER` stands for a time or a reference that does not exist and becomes NULL in the files.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

NEVER = -1
HOUR_S = 3600
DAY_S = 86_400
# Larger than any time in seconds, so that (owner, time) sorts as one integer.
_KEY_SPAN = 1 << 34


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """One independent random generator per name, all from one seed.

    The name, not an order of creation, picks the child sequence: a new table cannot shift
    the numbers that another table is made from.
    """

    seed: int

    def named(self, name: str) -> np.random.Generator:
        """Give the generator that belongs to `name`, at its beginning."""
        key = zlib.crc32(name.encode("utf-8"))
        sequence = np.random.SeedSequence(entropy=self.seed, spawn_key=(key,))
        return np.random.Generator(np.random.PCG64(sequence))


def pick(rng: np.random.Generator, weights: Sequence[float] | Floats, size: int) -> Ints:
    """Draw `size` positions of `weights`, each in proportion to its weight.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    weights : sequence of float
        Weights ≥ 0 with a positive sum; they need not add up to 1.
    size : int
        Number of draws; 0 gives an empty array.

    Returns
    -------
    ndarray of int64, shape (size,)
    """
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = rng.random(size) * cumulative[-1]
    found = np.searchsorted(cumulative, drawn, side="right")
    return np.asarray(np.minimum(found, len(cumulative) - 1), dtype=np.int64)


def pick_rows(rng: np.random.Generator, weights: Floats) -> Ints:
    """Draw one column per row of `weights`, in proportion to the row's weights.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    weights : ndarray, shape (n, k)
        Weights ≥ 0; every row has a positive sum. n may be 0.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    cumulative = np.cumsum(weights, axis=1)
    drawn = rng.random(len(weights)) * cumulative[:, -1]
    found = (cumulative <= drawn[:, None]).sum(axis=1)
    return np.asarray(np.minimum(found, weights.shape[1] - 1), dtype=np.int64)


def chance(rng: np.random.Generator, probability: float | Floats, size: int) -> Bools:
    """Draw `size` independent yes or no answers with the given probability of yes."""
    return np.asarray(rng.random(size) < probability)


def skewed_seconds(
    rng: np.random.Generator, median_s: float | Floats, spread: float, size: int
) -> Ints:
    """Draw log-normal durations in whole seconds (at least 1) around a median."""
    drawn = np.asarray(median_s, dtype=np.float64) * np.exp(spread * rng.standard_normal(size))
    return np.maximum(np.rint(drawn), 1.0).astype(np.int64)


def logistic(log_odds: Floats) -> Floats:
    """Turn log-odds into probabilities."""
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)), dtype=np.float64)


def draw_some(rng: np.random.Generator, n_available: int, n_wanted: int) -> Ints:
    """Draw distinct positions below `n_available`, in ascending order; fewer if too few exist."""
    n_drawn = min(n_wanted, n_available)
    if n_drawn <= 0:
        return np.empty(0, dtype=np.int64)
    return np.sort(rng.choice(n_available, size=n_drawn, replace=False, shuffle=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class EventIndex:
    """Timed events of owners, for counts, sums and first times within windows.

    Build it with `index_events`. Windows are half-open, `[start, end)`, in seconds.
    """

    keys: Ints
    order: Ints
    cumulative: Floats

    def _edges(self, owners: Ints, start_s: Ints, end_s: Ints) -> tuple[Ints, Ints]:
        base = owners * _KEY_SPAN
        low = np.searchsorted(self.keys, base + np.maximum(start_s, 0), side="left")
        high = np.searchsorted(self.keys, base + np.maximum(end_s, 0), side="left")
        return low.astype(np.int64), np.maximum(high, low).astype(np.int64)

    def count(self, owners: Ints, start_s: Ints, end_s: Ints) -> Ints:
        """Count each owner's events in its window, shape (len(owners),)."""
        low, high = self._edges(owners, start_s, end_s)
        return high - low

    def total(self, owners: Ints, start_s: Ints, end_s: Ints) -> Floats:
        """Sum the values of each owner's events in its window, shape (len(owners),)."""
        low, high = self._edges(owners, start_s, end_s)
        return self.cumulative[high] - self.cumulative[low]

    def first(self, owners: Ints, start_s: Ints, end_s: Ints) -> Ints:
        """Position of each owner's first event in its window in the arrays indexed, or NEVER."""
        low, high = self._edges(owners, start_s, end_s)
        return self._position(low, high > low)

    def last(self, owners: Ints, start_s: Ints, end_s: Ints) -> Ints:
        """Position of each owner's last event in its window in the arrays indexed, or NEVER."""
        low, high = self._edges(owners, start_s, end_s)
        return self._position(high - 1, high > low)

    def _position(self, ranks: Ints, found: Bools) -> Ints:
        positions = np.full(len(ranks), NEVER, dtype=np.int64)
        positions[found] = self.order[ranks[found]]
        return positions


def index_events(owners: Ints, times_s: Ints, values: Floats | None = None) -> EventIndex:
    """Index events by owner and time.

    Parameters
    ----------
    owners : ndarray of int64, shape (n,)
        Who the event belongs to, ≥ 0.
    times_s : ndarray of int64, shape (n,)
        When, in seconds since the start of the warehouse, ≥ 0.
    values : ndarray of float64, shape (n,), optional
        What `EventIndex.total` adds up; ones if absent.

    Returns
    -------
    EventIndex
    """
    keys = owners * _KEY_SPAN + times_s
    order = np.argsort(keys, kind="stable")
    amounts = np.ones(len(keys)) if values is None else values
    cumulative = np.concatenate(([0.0], np.cumsum(amounts[order])))
    return EventIndex(keys=keys[order], order=order.astype(np.int64), cumulative=cumulative)
