"""Words → the rows that hold them, as sorted arrays that are read where they lie."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge_base.arrays import Arrays, named, under

Rows = npt.NDArray[np.int32]

_FEW = 4096
"""So many strings are kept in a dictionary, which is quicker than looking where they lie."""


class Keys:
    """Sorted distinct strings, found by bisection without reading the others.

    Parameters
    ----------
    held : array of uint8
        The strings in UTF-8, one after the other.
    ends : array of int64, shape (n_keys,)
        Where each ends.
    """

    def __init__(self, held: npt.NDArray[np.uint8], ends: npt.NDArray[np.int64]) -> None:
        self._held = held
        self._ends = ends
        self._places: dict[str, int] | None = None

    @classmethod
    def build(cls, words: Iterable[str]) -> Keys:
        """Keep these strings, which are sorted and distinct."""
        encoded = [word.encode("utf-8", "surrogatepass") for word in words]
        if any(one >= other for one, other in pairwise(encoded)):
            raise ValueError("keys must be sorted and distinct")
        ends = np.cumsum([len(word) for word in encoded], dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), ends)

    @classmethod
    def read(cls, arrays: Arrays) -> Keys:
        """Open what `arrays` returned."""
        return cls(arrays["held"], arrays["ends"])

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays to be written."""
        return {"held": self._held, "ends": self._ends}

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, place: int) -> str:
        return self._bytes(place).decode("utf-8", "surrogatepass")

    def all(self) -> list[str]:
        """Return every string, in order."""
        held = self._held.tobytes()
        starts = [0, *self._ends.tolist()]
        return [held[start:end].decode("utf-8", "surrogatepass") for start, end in pairwise(starts)]

    def find(self, word: str) -> int:
        """Return the place of a string, or -1."""
        if len(self) <= _FEW:
            if self._places is None:
                self._places = {held: place for place, held in enumerate(self.all())}
            return self._places.get(word, -1)
        sought = word.encode("utf-8", "surrogatepass")
        place = bisect_left(range(len(self)), sought, key=self._bytes)
        return place if place < len(self) and self._bytes(place) == sought else -1

    def behind(self, start: str) -> int:
        """Return the place of the first string that is not before `start`; it may not exist."""
        return bisect_left(
            range(len(self)), start.encode("utf-8", "surrogatepass"), key=self._bytes
        )

    def _bytes(self, place: int) -> bytes:
        start = int(self._ends[place - 1]) if place else 0
        return self._held[start : int(self._ends[place])].tobytes()


class Postings:
    """Word → ascending rows, each with a number.

    Parameters
    ----------
    keys : Keys
        The words.
    starts : array of int64, shape (n_keys + 1,)
        Where the rows of each word start.
    rows : array of int32
        Rows of all words, word by word.
    values : array of float32
        A number for each; how often the word stands in the row, unless somebody weighed it.
    """

    def __init__(
        self,
        keys: Keys,
        starts: npt.NDArray[np.int64],
        rows: Rows,
        values: npt.NDArray[np.float32],
    ) -> None:
        self.keys = keys
        self.starts = starts
        self.rows = rows
        self.values = values

    @classmethod
    def build(cls, rows: Iterable[Iterable[str]]) -> Postings:
        """Count the words of each row."""
        number_of: dict[str, int] = {}
        numbers = array("i")
        lengths = array("q")
        for row in rows:
            before = len(numbers)
            numbers.extend([number_of.setdefault(word, len(number_of)) for word in row])
            lengths.append(len(numbers) - before)
        words = sorted(number_of)
        rank = np.empty(len(words), dtype=np.int64)
        rank[[number_of[word] for word in words]] = np.arange(len(words))
        owners = np.repeat(np.arange(len(lengths), dtype=np.int64), np.asarray(lengths))
        pairs = rank[np.asarray(numbers, dtype=np.int64)] * max(1, len(lengths)) + owners
        pairs, counts = np.unique(pairs, return_counts=True)
        place, row_of = np.divmod(pairs, max(1, len(lengths)))
        starts = np.searchsorted(place, np.arange(len(words) + 1)).astype(np.int64)
        return cls(Keys.build(words), starts, row_of.astype(np.int32), counts.astype(np.float32))

    @classmethod
    def read(cls, arrays: Arrays) -> Postings:
        """Open what `arrays` returned."""
        return cls(
            Keys.read(under(arrays, "keys")), arrays["starts"], arrays["rows"], arrays["values"]
        )

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays to be written."""
        return {
            **named("keys", self.keys.arrays()),
            "starts": self.starts,
            "rows": self.rows,
            "values": self.values,
        }

    def __len__(self) -> int:
        return len(self.keys)

    def span(self, word: str) -> slice:
        """Return where the rows of a word stand; empty for an unknown word."""
        place = self.keys.find(word)
        if place < 0:
            return slice(0, 0)
        return slice(int(self.starts[place]), int(self.starts[place + 1]))

    def counts(self) -> npt.NDArray[np.int64]:
        """Return in how many rows each word stands, by place."""
        return np.diff(self.starts)


class Stretch:
    """A posting part of a larger numbering: its rows start at `first`.

    Parameters
    ----------
    first : int
        Number of its row 0 among all rows.
    n_rows : int
        How many rows it has, with words or without.
    postings : Postings
        Its words.
    """

    __slots__ = ("first", "n_rows", "postings")

    def __init__(self, first: int, n_rows: int, postings: Postings) -> None:
        self.first = first
        self.n_rows = n_rows
        self.postings = postings

    @property
    def place(self) -> slice:
        """Return where its rows stand among all rows."""
        return slice(self.first, self.first + self.n_rows)


def numbered_on(parts: Sequence[tuple[int, Postings]]) -> tuple[Stretch, ...]:
    """Return parts, given with their numbers of rows, as stretches of one numbering."""
    found: list[Stretch] = []
    first = 0
    for n_rows, postings in parts:
        found.append(Stretch(first, n_rows, postings))
        first += n_rows
    return tuple(found)
