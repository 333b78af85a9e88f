"""Forecast of a series in a table, and when it crosses a limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.errors import InputError
from analytics.operations.forecast_methods import Floats, Seasons
from analytics.operations.forecasting import Forecast, forecast
from analytics.tables.reading import UserTable
from analytics.tables.report import Report

MIN_ROWS: Final = 4
_DAY_S: Final = 86_400
_MONTH_DAYS: Final = (28, 31)
_MOST_GAPS: Final = 0.5
_FULL_SEASONS: Final = 3
_MOST_ROWS: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastOptions:
    """Which columns hold what, how far ahead, how sure, and the limit that matters."""

    time: str
    value: str
    horizon: int
    levels: tuple[float, ...] = (0.8, 0.95)
    """Between 0 and 1, ascending."""
    limit: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """Evenly spaced values, the oldest first."""

    values: Floats
    last: pd.Timestamp
    step: pd.Timedelta | pd.DateOffset
    step_s: float
    notes: tuple[str, ...]


def analyse_forecast(table: UserTable, options: ForecastOptions) -> Report:
    """Forecast with the method that missed least at rolling origins.

    Raises
    ------
    InputError
        When a column is missing or wrong, or fewer than four times have a value.
    """
    series = _series(table, options)
    seasons, season_notes = _seasons(series)
    found = forecast(series.values, seasons, options.horizon, options.levels)
    times = [series.last + series.step * ahead for ahead in range(1, options.horizon + 1)]
    crossing = None if options.limit is None else _crossing(series, found, times, options)
    notes = [*table.notes, *series.notes, *season_notes, *([found.note] if found.note else [])]
    rows = _rows(found, times)
    values = {
        "n": len(series.values),
        "model": found.model,
        "rivals": [{"name": each.name, "mase": each.mase} for each in found.rivals],
        "n_windows": found.n_windows,
        "season_steps": list(seasons),
        "horizon": options.horizon,
        "levels": [round(100 * level, 6) for level in options.levels],
        "backtest_coverage": {f"{100 * k:g}": v for k, v in found.coverage.items()},
        "forecast": rows,
        "limit": crossing,
        "notes": notes,
    }
    lines = _lines(found, rows, crossing, options) + [f"Note: {note}." for note in notes]
    return Report(
        values=values, lines=tuple(lines), tables={"predictions": _flat_table(rows, options)}
    )


def _series(table: UserTable, options: ForecastOptions) -> _Series:
    at, values = table.times(options.time), table.numbers(options.value)
    known = ~np.isnat(at) & ~np.isnan(values)
    notes = []
    if n_empty := int((~known).sum()):
        notes.append(f"{n_empty:,} rows without a time or a value were filled in or left out")
    by_time = pd.Series(values[known], index=pd.DatetimeIndex(at[known])).groupby(level=0).mean()
    if len(by_time) < MIN_ROWS:
        raise InputError(
            f"{table.name} has {len(by_time)} different times with a value; {MIN_ROWS} are needed.",
            hint="Add rows, or check which columns are named.",
        )
    seconds = np.diff(by_time.index.to_numpy()).astype("timedelta64[s]").astype(np.int64)
    step_s = float(max(np.median(seconds), 1))
    step: pd.Timedelta | pd.DateOffset = pd.Timedelta(seconds=step_s)
    if _MONTH_DAYS[0] * _DAY_S <= step_s <= _MONTH_DAYS[1] * _DAY_S:
        step = pd.DateOffset(months=1)
        months = by_time.index.to_numpy().astype("datetime64[M]").astype(np.int64)
        places = months - months[0]
    else:
        ahead = (by_time.index - by_time.index[0]).total_seconds().to_numpy()
        places = np.round(ahead / step_s).astype(np.int64)
    n_grid = int(places[-1]) + 1
    n_gaps = n_grid - len(np.unique(places))
    if n_gaps > _MOST_GAPS * n_grid:
        raise InputError(
            f"{n_gaps:,} of {n_grid:,} steps have no row: {options.time!r} is not evenly spaced.",
            hint="Add up or average the rows by hour or day first.",
        )
    if n_gaps:
        notes.append(f"{n_gaps:,} steps without a row were filled in between their neighbours")
    mean = pd.Series(by_time.to_numpy()).groupby(places).mean()
    grid = np.interp(np.arange(n_grid), mean.index.to_numpy(), mean.to_numpy())
    if n_grid > _MOST_ROWS:
        notes.append(f"the latest {_MOST_ROWS:,} of {n_grid:,} steps were used")
    return _Series(
        values=grid[-_MOST_ROWS:], last=by_time.index[-1], step=step, step_s=step_s,
        notes=tuple(notes),
    )  # fmt: skip


def _seasons(series: _Series) -> tuple[Seasons, tuple[str, ...]]:
    """Return the calendar's seasons that the series is long enough for, longest first."""
    if isinstance(series.step, pd.DateOffset):
        wanted = [12.0]
    elif series.step_s < _DAY_S:
        wanted = [7 * _DAY_S / series.step_s, _DAY_S / series.step_s]
    elif series.step_s < 7 * _DAY_S:
        wanted = [365 * _DAY_S / series.step_s, 7 * _DAY_S / series.step_s]
    else:
        wanted = [365.25 * _DAY_S / series.step_s]
    whole = [round(each) for each in wanted if each >= 2 and abs(each - round(each)) < 0.2]
    kept = tuple(each for each in whole if _FULL_SEASONS * each <= len(series.values))
    if whole and not kept:
        return (), (f"too short to learn a season of {min(whole)} steps (three are needed)",)
    return kept, ()


def _rows(found: Forecast, times: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "time": str(at),
            "value": float(found.expected[place]),
            "intervals": {
                f"{100 * level:g}": [float(low[place]), float(high[place])]
                for level, (low, high) in found.intervals.items()
            },
        }
        for place, at in enumerate(times)
    ]


def _crossing(
    series: _Series, found: Forecast, times: list[Any], options: ForecastOptions
) -> dict[str, Any]:
    """Return when the limit is crossed: expected, and earliest and latest at the widest level."""
    limit, now = options.limit or 0.0, float(series.values[-1])
    rises = now < limit
    level = options.levels[-1]
    low, high = found.intervals[level]
    soon, late = (high, low) if rises else (low, high)

    def first(values: Floats) -> str | None:
        beyond = np.flatnonzero(values >= limit if rises else values <= limit)
        return str(times[int(beyond[0])]) if len(beyond) else None

    return {
        "value": limit,
        "direction": "up" if rises else "down",
        "crossed_at": first(found.expected),
        "earliest": first(soon),
        "latest": first(late),
        "level": round(100 * level, 6),
    }


def _flat_table(rows: list[dict[str, Any]], options: ForecastOptions) -> pd.DataFrame:
    names = [f"{100 * level:g}" for level in options.levels]
    return pd.DataFrame(
        [
            {"time": row["time"], "value": row["value"]}
            | {f"low_{name}": row["intervals"][name][0] for name in names}
            | {f"high_{name}": row["intervals"][name][1] for name in names}
            for row in rows
        ]
    )


def _lines(
    found: Forecast,
    rows: list[dict[str, Any]],
    crossing: dict[str, Any] | None,
    options: ForecastOptions,
) -> list[str]:
    name = f"{100 * options.levels[-1]:g}"
    low, high = rows[-1]["intervals"][name]
    lines = []
    if crossing is not None:
        lines.append(_crossing_line(crossing))
    lines.append(
        f"{rows[-1]['value']:,.4g} is expected at {rows[-1]['time']} "
        f"({name} % interval {low:,.4g} to {high:,.4g})."
    )
    if found.rivals:
        told = ", ".join(f"{each.name} {each.mase:.2f}" for each in found.rivals)
        lines.append(f"{found.model.capitalize()} missed least at rolling origins (MASE): {told}.")
    if found.coverage:
        held = found.coverage[options.levels[-1]]
        lines.append(
            f"In {found.n_windows} backtests the {name} % interval held {held:.1%} of the values."
        )
    return lines


def _crossing_line(crossing: dict[str, Any]) -> str:
    limit, level = f"{crossing['value']:,.4g}", f"{crossing['level']:g}"
    if crossing["crossed_at"] is None:
        if crossing["earliest"] is None:
            return f"{limit} is not reached within the horizon."
        return (
            f"{limit} is not expected to be reached within the horizon; at the earliest at "
            f"{crossing['earliest']} ({level} % interval)."
        )
    latest = crossing["latest"] or "after the horizon"
    return (
        f"{limit} is reached at {crossing['crossed_at']} ({level} % interval "
        f"{crossing['earliest']} to {latest})."
    )
