"""Files of service metrics and of calls between services, in the shapes people have them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from analytics.errors import InputError
from analytics.operations.service_causes import Kind, Services

_KINDS: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = (
    (re.compile(r"latenc|duration|response.?time|delay|elapsed", re.I), "latency"),
    (re.compile(r"availab|success|uptime|error|fault|fail|5xx|4xx", re.I), "errors"),
    (re.compile(r"request|throughput|traffic|rps|calls|invocations|count", re.I), "requests"),
)
_GOOD: Final = re.compile(r"availab|success|uptime", re.I)
_PREFERRED: Final = (r"average|avg|mean", r"sum|total", r"p50|median", r"")
_NODE: Final = ("node", "service", "microservice", "component", "host", "instance", "name")
_TIME: Final = ("time", "timestamp", "unix_timestamp", "at", "ts", "date")
_SHOWN: Final = 8


def kind_of(metric: str) -> Kind:
    """Return what a metric's name speaks of; a resource (CPU, memory, queue …) else."""
    return next((kind for pattern, kind in _KINDS if pattern.search(metric)), "resource")


def read_services(metrics: Sequence[Path], graph: Path | None) -> Services:
    """Read metrics and calls.

    Parameters
    ----------
    metrics : Sequence[Path]
        CSV files: one column for each node, metric and statistic under three lines of header; or
        rows of time, node, metric, value. Their rows are put together.
    graph : Path or None
        CSV of two columns, caller and callee, or a square of 0 and 1 with a line for each caller.

    Raises
    ------
    InputError
        When a file is not of these shapes, or nothing but requests is measured.
    """
    wide = pd.concat([_wide(path) for path in metrics]).sort_index(kind="stable")
    wide = wide[~wide.index.duplicated(keep="last")]
    measures = _measures(wide)
    if not set(measures) - {"requests"}:
        raise InputError(
            "The metrics hold only requests.", hint="Add latency, errors, CPU or the like."
        )
    return Services(measures=measures, callees=_callees(graph) if graph else {})


def moment_of(text: str) -> pd.Timestamp:
    """Return a time given as ISO text or as Unix seconds, naive UTC.

    Raises
    ------
    InputError
        When it is neither.
    """
    try:
        if re.fullmatch(r"\d+(\.\d+)?", text.strip()):
            return _from_unix(np.array([float(text)]))[0]
        found = pd.Timestamp(text)
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"{text!r} is no time.", hint="Write 2025-03-01T10:30 or Unix seconds."
        ) from error
    if pd.isna(found):
        raise InputError(f"{text!r} is no time.", hint="Write 2025-03-01T10:30 or Unix seconds.")
    return found.tz_convert("UTC").tz_localize(None) if found.tzinfo else found


def _from_unix(seconds: np.ndarray) -> pd.DatetimeIndex:
    # Thirteen digits are milliseconds.
    unit = 1e3 if np.nanmax(seconds) < 1e11 else 1.0
    return pd.DatetimeIndex((seconds * unit).round().astype("int64").astype("datetime64[ms]"))


def _times(values: pd.Index, path: Path) -> pd.DatetimeIndex:
    numbers = pd.to_numeric(pd.Series(values), errors="coerce").to_numpy(dtype=np.float64)
    if not np.isnan(numbers).any():
        return _from_unix(numbers)
    found = pd.to_datetime(pd.Series(values), utc=True, errors="coerce", format="mixed")
    if found.isna().any():
        bad = values[int(np.flatnonzero(found.isna())[0])]
        raise InputError(f"{bad!r} in {path.name} is no time.", hint="Use ISO or Unix seconds.")
    return pd.DatetimeIndex(found.dt.tz_localize(None)).as_unit("ms")


def _frame(path: Path, **options: object) -> pd.DataFrame:
    try:
        found: pd.DataFrame = pd.read_csv(path, **options)  # type: ignore[call-overload]
    except (OSError, ValueError, IndexError) as error:
        raise InputError(f"Cannot read {path.name}: {error}.", hint="Give a CSV.") from error
    return found


def _wide(path: Path) -> pd.DataFrame:
    """Return a frame over time with columns (node, metric, statistic)."""
    head = _frame(path, nrows=1)
    names = {str(name).strip().lower(): str(name) for name in head.columns}
    node = next((names[each] for each in _NODE if each in names), None)
    at = next((names[each] for each in _TIME if each in names), None)
    if node and at and "metric" in names and "value" in names:
        return _from_rows(_frame(path), path, (at, node, names["metric"], names["value"]))
    found = _frame(path, header=[0, 1, 2], index_col=0)
    if found.columns.nlevels != 3 or found.empty:
        raise InputError(
            f"{path.name} has neither columns time, node, metric, value nor three lines of header.",
            hint="Write one row for each time, node and metric.",
        )
    found.index = _times(found.index, path)
    return pd.DataFrame(found.apply(pd.to_numeric, errors="coerce"))


def _from_rows(rows: pd.DataFrame, path: Path, names: tuple[str, str, str, str]) -> pd.DataFrame:
    at, node, metric, value = names
    rows = rows.dropna(subset=[at, node, metric])
    numbers = pd.to_numeric(rows[value], errors="coerce")
    if numbers.isna().all():
        raise InputError(f"Column {value!r} of {path.name} holds no number.")
    long = pd.DataFrame(
        {
            "at": _times(pd.Index(rows[at]), path),
            "node": rows[node].astype(str).to_numpy(),
            "metric": rows[metric].astype(str).to_numpy(),
            "value": numbers.to_numpy(),
        }
    )
    wide = long.pivot_table(index="at", columns=["node", "metric"], values="value", aggfunc="mean")
    wide.columns = pd.MultiIndex.from_tuples([(each[0], each[1], "") for each in wide.columns])
    return wide


def _rank(column: tuple[str, str, str]) -> int:
    text = f"{column[1]} {column[2]}"
    return next(i for i, each in enumerate(_PREFERRED) if re.search(each, text, re.I))


def _measures(wide: pd.DataFrame) -> dict[Kind, pd.DataFrame]:
    """Return one column for each node and kind: the mean before percentiles."""
    chosen: dict[Kind, dict[str, pd.Series]] = {}
    columns = [(str(each[0]), str(each[1]), str(each[2])) for each in wide.columns]
    for place in sorted(range(len(columns)), key=lambda i: (_rank(columns[i]), i)):
        node, metric, _ = columns[place]
        kind = kind_of(metric)
        values = wide.iloc[:, place]
        if kind == "errors" and _GOOD.search(metric):
            values = 1 - values / (100.0 if values.max() > 1.0 else 1.0)
        elif kind == "errors" and ("%" in metric or "percent" in metric.lower()):
            values = values / 100.0
        chosen.setdefault(kind, {}).setdefault(node, values)
    # Failures that are counted become shares where the requests are known.
    for node, values in chosen.get("errors", {}).items():
        requests = chosen.get("requests", {}).get(node)
        if values.max() > 1.0 and requests is not None:
            chosen["errors"][node] = values / requests.clip(lower=1.0)
    return {kind: pd.DataFrame(by_node) for kind, by_node in sorted(chosen.items())}


def _callees(path: Path) -> dict[str, tuple[str, ...]]:
    frame = _frame(path, dtype=str, keep_default_na=False)
    names = [str(name) for name in frame.columns]
    first = frame.iloc[:, 0].tolist()
    if len(names) > 2 and set(names[1:]) == set(first):
        numbers = frame.iloc[:, 1:].apply(pd.to_numeric, errors="coerce").fillna(0).to_numpy()
        return {
            caller: tuple(names[1 + int(i)] for i in np.flatnonzero(row))
            for caller, row in zip(first, numbers, strict=True)
        }
    if len(names) != 2:
        raise InputError(
            f"{path.name} is neither a list of calls nor a square of 0 and 1; its columns are "
            f"{', '.join(names[:_SHOWN])}.",
            hint="Write two columns: caller, callee.",
        )
    found: dict[str, list[str]] = {}
    for caller, callee in zip(first, frame.iloc[:, 1].tolist(), strict=True):
        found.setdefault(caller, [])
        if callee not in found[caller] and callee:
            found[caller].append(callee)
    return {caller: tuple(callees) for caller, callees in found.items()}
