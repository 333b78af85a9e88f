"""Rows of a result as plain Python values."""

from __future__ import annotations

import math

import ibis
import pandas as pd

from analytics.model import Cell


def cells(frame: pd.DataFrame, schema: ibis.Schema) -> tuple[tuple[Cell, ...], ...]:
    """Turn a result into rows of int, float, bool, str, date and None.

    Parameters
    ----------
    frame : pandas.DataFrame
        As `Warehouse.run` returns it.
    schema : ibis.Schema
        Of the expression: pandas alone cannot tell a count from a mean once a NULL is in it.

    Returns
    -------
    tuple[tuple[Cell, ...], ...]
        NaN and NaT become None.
    """
    converted = [
        [_cell(value, kind) for value in frame[name].astype(object)]
        for name, kind in schema.items()
    ]
    return tuple(zip(*converted, strict=True)) if len(frame) else ()


def _cell(value: object, kind: ibis.DataType) -> Cell:
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, float) and math.isnan(value):
        return None
    if kind.is_boolean():
        return bool(value)
    if kind.is_integer():
        return int(value)  # type: ignore[call-overload, no-any-return]
    if kind.is_numeric():
        return float(value)  # type: ignore[arg-type]
    if kind.is_temporal():
        return pd.Timestamp(value).date()  # type: ignore[arg-type]
    return str(value)
