"""A user's file as columns of numbers, dates, words and features, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from rapidfuzz import fuzz, process, utils

from analytics.errors import InputError
from analytics.load.convert import convert
from analytics.load.sources import RawTable, find_sources
from analytics.schema import Column

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]
Times = npt.NDArray[np.datetime64]

_NEAR: Final = 60
_N_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTable:
    """A table with columns that are read when they are asked for."""

    name: str
    raw: RawTable

    @property
    def n_rows(self) -> int:
        """Number of rows that fit the header."""
        return int(self.raw.table.num_rows)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in their order."""
        return tuple(self.raw.table.column_names)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know of how the file was read: encoding, rows left out."""
        left_out = [
            f"row {each.row} {each.problem} and was left out" for each in self.raw.ragged[:_N_SHOWN]
        ]
        if len(self.raw.ragged) > _N_SHOWN:
            left_out.append(f"{len(self.raw.ragged) - _N_SHOWN} more rows were left out likewise")
        return (*self.raw.notes, *left_out)

    def numbers(self, column: str) -> Floats:
        """Return a column as numbers, shape (n_rows,), NaN where a cell is empty.

        Raises
        ------
        InputError
            When there is no such column, or a cell is no number; the message names its row.
        """
        values = self._converted(column, "DOUBLE", "a number")
        return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)

    def times(self, column: str) -> Times:
        """Return a column as times of microseconds without a zone, shape (n_rows,), NaT if empty.

        Raises
        ------
        InputError
            When there is no such column, or a cell is no date or time.
        """
        values = self._converted(column, "TIMESTAMP", "a date or time")
        return np.asarray(values.to_numpy(zero_copy_only=False)).astype("datetime64[us]")

    def texts(self, column: str) -> Texts:
        """Return a column as text, shape (n_rows,), None where a cell is empty.

        Raises
        ------
        InputError
            When there is no such column.
        """
        values = self._converted(column, "VARCHAR", "text")
        return np.asarray(values.to_pylist(), dtype=np.object_)

    def is_numeric(self, column: str) -> bool:
        """Return whether every cell that is not empty is a number, and at least one is.

        Raises
        ------
        InputError
            When there is no such column.
        """
        values, bad = self._read(column, "DOUBLE")
        return bad is None and values.null_count < len(values)

    def features(self, columns: Sequence[str]) -> pd.DataFrame:
        """Return columns as a frame of shape (n_rows, n_columns): float64, or category of words.

        A column is numeric when all its cells are; nothing is filled in.

        Raises
        ------
        InputError
            When there is no such column.
        """
        frame: dict[str, Any] = {}
        for column in columns:
            if self.is_numeric(column):
                frame[column] = self.numbers(column)
            else:
                frame[column] = pd.Categorical(self.texts(column))
        return pd.DataFrame(frame)

    def require(self, *columns: str) -> None:
        """Check that the columns are there.

        Raises
        ------
        InputError
            When one is not, with the one that was probably meant.
        """
        for column in columns:
            if column in self.raw.table.column_names:
                continue
            found = process.extractOne(
                column,
                self.columns,
                scorer=fuzz.WRatio,
                processor=utils.default_process,
                score_cutoff=_NEAR,
            )
            meant = f"Did you mean {found[0]!r}? " if found else ""
            raise InputError(
                f"{self.name} has no column {column!r}.",
                hint=f"{meant}Its columns are: {', '.join(self.columns)}.",
            )

    def _converted(self, column: str, kind: str, wanted: str) -> pa.Array:
        values, bad = self._read(column, kind)
        if bad is not None:
            row, cell, n_bad = bad
            raise InputError(
                f"Column {column!r} of {self.name} should hold {wanted} in every cell; "
                f"{n_bad:,} of {self.n_rows:,} do not, first row {row}: {cell!r}.",
                hint="Correct or empty these cells, or name another column.",
            )
        return values

    def _read(self, column: str, kind: str) -> tuple[pa.Array, tuple[int, str, int] | None]:
        """Return a column of a type, and row, text and number of cells that are not of it."""
        self.require(column)
        cells = self.raw.table.column(column).combine_chunks()
        target = Column(name=column, type=kind)  # type: ignore[arg-type]
        converted = convert(cells, target, is_text=self.raw.is_text)
        if converted.problems is None or converted.problems.null_count == len(converted.problems):
            return converted.values, None
        bad = np.flatnonzero(~np.asarray(converted.problems.is_null().to_numpy(False), dtype=bool))
        place = int(bad[0])
        return converted.values, (self.raw.rows[place], str(cells[place].as_py()), len(bad))


def read_table(path: Path, *, min_rows: int = 1) -> UserTable:
    """Read a CSV, TSV, Parquet or XLSX file with one table.

    Parameters
    ----------
    path : Path
        The file; a workbook may have one sheet only.
    min_rows : int
        What the analysis needs.

    Raises
    ------
    InputError
        When it cannot be read, has several tables, or fewer rows than needed.
    """
    found = find_sources(str(path)).sources
    if len(found) != 1:
        places = ", ".join(source.place for source in found)
        raise InputError(
            f"{path.name} holds {len(found)} tables ({places}); one is analysed at a time.",
            hint="Save the one that is meant in a file of its own.",
        )
    table = UserTable(name=path.name, raw=found[0].read())
    if table.n_rows < min_rows:
        raise InputError(
            f"{path.name} has {table.n_rows:,} rows; this analysis needs {min_rows:,}.",
            hint="Add rows, or choose a simpler analysis.",
        )
    return table
