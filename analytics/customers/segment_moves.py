"""Who moved between segments from one day to another: a ledger in which everybody appears once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.customers.rfm import SEGMENTS

NEW: Final = "new"
LEFT: Final = "left"
Direction = Literal["up", "down", "stayed", "new", "left"]
_RANKS: Final = {name: len(SEGMENTS) - place for place, name in enumerate(SEGMENTS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """All customers who went from one segment to one other, or stayed."""

    before: str
    """A segment, or `NEW` for those who were no customers yet."""
    after: str
    """A segment, or `LEFT` for those who are customers no more."""
    customers: int
    share: float
    """Of those who were in `before`."""
    revenue_before: float
    """Of the year before the earlier day; of those new, 0."""
    revenue_after: float
    """Of the year before the later day; of those who left, 0."""
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Every customer of either day, once."""

    moves: tuple[Move, ...]
    """In order of the segments, the best first."""
    n_before: int
    n_after: int
    n_new: int
    n_left: int
    n_stayed: int
    n_up: int
    n_down: int
    n_redefined: int
    """Who would be in another segment on the later day if its own customers were the yardstick."""

    @property
    def adds_up(self) -> bool:
        """Whether the customers before, the new and the left make those after."""
        kept = self.n_stayed + self.n_up + self.n_down
        before = kept + self.n_left == self.n_before
        return before and kept + self.n_new == self.n_after


def ledger_of(both: pd.DataFrame) -> Ledger:
    """Count the movements.

    Parameters
    ----------
    both : DataFrame
        One row for each customer of either day: `before`, `after` (segments, `NEW` or `LEFT`),
        `redefined` (the later segment by its own yardstick, missing for those who left),
        `revenue_before` and `revenue_after`.
    """
    sizes = both.groupby("before").size().to_dict()
    moves = []
    for (before, after), part in both.groupby(["before", "after"], sort=False):
        moves.append(
            Move(
                before=str(before),
                after=str(after),
                customers=len(part),
                share=len(part) / int(sizes[before]),
                revenue_before=float(part["revenue_before"].sum()),
                revenue_after=float(part["revenue_after"].sum()),
                direction=direction_of(str(before), str(after)),
            )
        )
    moves.sort(key=lambda move: (_place(move.before), _place(move.after)))
    stays = (both["after"] != LEFT).to_numpy()
    other = (both["after"] != both["redefined"]).to_numpy()
    return Ledger(
        moves=tuple(moves),
        n_before=int((both["before"] != NEW).sum()),
        n_after=int(stays.sum()),
        n_new=_count(moves, "new"),
        n_left=_count(moves, "left"),
        n_stayed=_count(moves, "stayed"),
        n_up=_count(moves, "up"),
        n_down=_count(moves, "down"),
        n_redefined=int((other & stays).sum()),
    )


def direction_of(before: str, after: str) -> Direction:
    """Say whether a movement is up or down in the order of the segments."""
    if before == NEW:
        return "new"
    if after == LEFT:
        return "left"
    if before == after:
        return "stayed"
    return "up" if _RANKS[after] > _RANKS[before] else "down"


def most_at_stake(moves: Sequence[Move]) -> Move | None:
    """Return the movement down whose customers had brought most; ties by name."""
    down = [move for move in moves if move.direction == "down"]
    return max(down, key=lambda m: (m.revenue_before, m.before, m.after), default=None)


def most_won(moves: Sequence[Move]) -> Move | None:
    """Return the movement up whose customers now bring most; ties by name."""
    up = [move for move in moves if move.direction == "up"]
    return max(up, key=lambda m: (m.revenue_after, m.before, m.after), default=None)


def joined(
    before: pd.DataFrame, after: pd.DataFrame, redefined: npt.NDArray[np.object_]
) -> pd.DataFrame:
    """Put the customers of two days beside each other, as `ledger_of` wants them.

    Parameters
    ----------
    before, after : DataFrame
        `customer_id`, `customer`, `segment` and `revenue` of the customers of a day.
    redefined : ndarray of str, shape (n_after,)
        Segments of the later day by its own yardstick.
    """
    columns = ["customer_id", "customer", "segment", "revenue"]
    both = before[columns].merge(
        after[columns].assign(redefined=redefined),
        on="customer_id",
        how="outer",
        suffixes=("_before", "_after"),
    )
    names = both["customer_before"].fillna(both["customer_after"])
    return pd.DataFrame(
        {
            "customer_id": both["customer_id"],
            "customer": names,
            "before": both["segment_before"].fillna(NEW),
            "after": both["segment_after"].fillna(LEFT),
            "redefined": both["redefined"],
            "revenue_before": both["revenue_before"].fillna(0.0),
            "revenue_after": both["revenue_after"].fillna(0.0),
        }
    )


def _count(moves: Sequence[Move], direction: Direction) -> int:
    return sum(move.customers for move in moves if move.direction == direction)


def _place(name: str) -> int:
    return SEGMENTS.index(name) if name in SEGMENTS else len(SEGMENTS)
