"""What sets a segment apart from the other customers, and a name made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

_TOLD_SD: Final = 0.3
_TOLD_SHARE: Final = 0.1
_N_IN_NAME: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """One column of a segment beside all customers."""

    feature: str
    level: str | None
    """The word that is more (or less) frequent here; None for numbers."""
    here: float
    """Mean, or share of the word, 0 to 1."""
    overall: float
    difference: float
    """In standard deviations of all customers."""

    @property
    def words(self) -> str:
        """Return the trait as part of a name."""
        if self.level is None:
            return f"{'high' if self.difference > 0 else 'low'} {self.feature}"
        level = self.level or "empty"
        return f"{self.feature} {level}" if self.difference > 0 else f"not {self.feature} {level}"

    @property
    def stands_out(self) -> bool:
        """Whether it is worth a word."""
        if self.level is None:
            return abs(self.difference) >= _TOLD_SD
        return abs(self.here - self.overall) >= _TOLD_SHARE


def traits(frame: pd.DataFrame, is_in: npt.NDArray[np.bool_]) -> tuple[Trait, ...]:
    """Compare a segment with all customers, one trait for each column, the greatest first.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        float64 with NaN, or categories.
    is_in : ndarray of bool, shape (n_rows,)
        The segment; not empty.
    """
    found = []
    for name in frame.columns:
        values = frame[name]
        if pd.api.types.is_numeric_dtype(values):
            trait = _number(str(name), values.to_numpy(dtype=np.float64), is_in)
        else:
            words = values.astype("string").fillna("").to_numpy(dtype=object).astype(str)
            trait = _word(str(name), words, is_in)
        if trait is not None:
            found.append(trait)
    return tuple(sorted(found, key=lambda each: (-abs(each.difference), each.feature)))


def names_of(profiles: Sequence[Sequence[Trait]]) -> tuple[str, ...]:
    """Name segments by what stands out most; no two alike."""
    names: list[str] = []
    for profile in profiles:
        said = [trait.words for trait in profile if trait.stands_out]
        name = ", ".join(said[:_N_IN_NAME]) or "average"
        if name in names:
            name = ", ".join(said[: _N_IN_NAME + 1]) or "average"
        number, tried = 2, name
        while tried in names:
            tried, number = f"{name} ({number})", number + 1
        names.append(tried)
    return tuple(names)


def _number(
    name: str, values: npt.NDArray[np.float64], is_in: npt.NDArray[np.bool_]
) -> Trait | None:
    known = ~np.isnan(values)
    here = values[is_in & known]
    deviation = float(values[known].std()) if known.any() else 0.0
    if len(here) == 0 or deviation == 0.0:
        return None
    mean, overall = float(here.mean()), float(values[known].mean())
    return Trait(
        feature=name,
        level=None,
        here=mean,
        overall=overall,
        difference=(mean - overall) / deviation,
    )


def _word(name: str, words: npt.NDArray[np.str_], is_in: npt.NDArray[np.bool_]) -> Trait | None:
    levels, places = np.unique(words, return_inverse=True)
    overall = np.bincount(places, minlength=len(levels)) / len(words)
    here = np.bincount(places[is_in], minlength=len(levels)) / int(is_in.sum())
    spread = np.sqrt(overall * (1 - overall))
    if not spread.any():
        return None
    difference = np.divide(here - overall, spread, out=np.zeros_like(here), where=spread > 0)
    # What a segment has says more than what it lacks.
    best = int(np.argmax(np.where(difference > 0, difference, -0.7 * difference)))
    return Trait(
        feature=name,
        level=str(levels[best]),
        here=float(here[best]),
        overall=float(overall[best]),
        difference=float(difference[best]),
    )
