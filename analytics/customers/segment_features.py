"""Columns of customers as a matrix in which distances mean something, and one without groups."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

MOST_LEVELS: Final = 30
_FEW_VALUES: Final = 10
_SKEWED: Final = 2.0
_REACH_SD: Final = 4.0
_WORD_WEIGHT: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Customers as points."""

    matrix: Floats
    """Shape (n_rows, n_dimensions): standardised numbers, then words as scaled indicators."""
    blocks: tuple[tuple[int, int], ...]
    """First and last + 1 dimension of each column that has few values, which go together."""
    n_smooth: int
    """Leading dimensions that hold numbers with many values."""
    used: tuple[str, ...]
    notes: tuple[str, ...]


def prepare(frame: pd.DataFrame) -> Prepared:
    """Turn columns into points.

    Numbers: empty cells take the median, skewed ones without negatives their logarithm
    (log(1 + x)), then mean 0 and deviation 1, kept within ±4. Words: one indicator for each of
    the most common levels and one for the others; empty is a level of its own. The
    indicators of a column share a quarter of a number's variance: words lie in heaps, and at
    equal weight each combination of them would be a group.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        float64 columns with NaN, or categories with missing values; at least one row.

    Returns
    -------
    Prepared
        Columns with one value only are left out, which `notes` tells; all may be.
    """
    smooth: list[Floats] = []
    few: list[Floats] = []
    notes: list[str] = []
    used: list[str] = []
    for name in frame.columns:
        column, values = str(name), frame[name]
        n_empty = int(values.isna().sum())
        if values.dropna().nunique() + (n_empty > 0) < 2:
            notes.append(f"{column} has one value only and was left out")
            continue
        used.append(column)
        if not pd.api.types.is_numeric_dtype(values):
            few.append(_indicators(values))
            if n_empty:
                notes.append(f"{n_empty:,} empty cells of {column} count as a level of their own")
            continue
        numbers = values.to_numpy(dtype=np.float64)
        (few if values.nunique() <= _FEW_VALUES else smooth).append(_scaled(numbers))
        if n_empty:
            notes.append(f"{n_empty:,} empty cells of {column} took its median")
    ends = np.cumsum([len(smooth), *(block.shape[1] for block in few)]).tolist()
    parts = [*smooth, *few]
    return Prepared(
        matrix=np.hstack(parts) if parts else np.empty((len(frame), 0)),
        blocks=tuple(pairwise(ends)),
        n_smooth=len(smooth),
        used=tuple(used),
        notes=tuple(notes),
    )


def without_groups(prepared: Prepared, random: np.random.Generator, n_rows: int) -> Floats:
    """Draw points as spread as the given ones but without groups, shape (n_rows, n_dimensions).

    Numbers are drawn evenly from the box along their principal axes; columns with few values are
    shuffled one by one, which leaves their shares and takes their ties to the others.

    References
    ----------
    Tibshirani, Walther and Hastie (2001), Estimating the number of clusters in a data set via the
    gap statistic, Journal of the Royal Statistical Society B 63 (its second reference).
    """
    matrix, n = prepared.matrix, prepared.n_smooth
    drawn = matrix[random.integers(0, len(matrix), n_rows)].copy()
    if n:
        numbers = matrix[:, :n]
        axes = np.linalg.svd(numbers[:20_000], full_matrices=False)[2]
        turned = numbers @ axes.T
        low, high = turned.min(axis=0), turned.max(axis=0)
        drawn[:, :n] = random.uniform(low, high, (n_rows, len(axes))) @ axes
    for start, end in prepared.blocks:
        drawn[:, start:end] = drawn[random.permutation(n_rows), start:end]
    return drawn


def _scaled(numbers: Floats) -> Floats:
    filled = np.where(np.isnan(numbers), np.nanmedian(numbers), numbers)
    if filled.min() >= 0 and _skewness(filled) > _SKEWED:
        filled = np.log1p(filled)
    scaled = (filled - filled.mean()) / (filled.std() or 1.0)
    return np.asarray(np.clip(scaled, -_REACH_SD, _REACH_SD).reshape(-1, 1))


def _skewness(values: Floats) -> float:
    deviation = values - values.mean()
    return float((deviation**3).mean() / max(float((deviation**2).mean()) ** 1.5, 1e-300))


def _indicators(values: pd.Series) -> Floats:
    words = values.astype("string").fillna("").to_numpy(dtype=object)
    levels, places, counts = np.unique(words.astype(str), return_inverse=True, return_counts=True)
    common = np.lexsort((levels, -counts))[:MOST_LEVELS]
    place_of = np.full(len(levels), len(common))
    place_of[common] = np.arange(len(common))
    width = len(common) + int(len(levels) > len(common))
    found = np.eye(width)[place_of[places]]
    found -= found.mean(axis=0)
    return np.asarray(_WORD_WEIGHT * found / np.sqrt(found.var(axis=0).sum()))
