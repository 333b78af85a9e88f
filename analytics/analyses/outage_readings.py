"""Services, their readings and incidents by the hour, as outages are foretold from."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from analytics.analyses import answering
from analytics.analyses.cause_incidents import read_incidents
from analytics.analyses.cause_services import dependencies
from analytics.analyses.kind import Context
from analytics.errors import ModelError, QuestionError
from analytics.model import Filter
from analytics.operations.outage_features import World
from analytics.query.transforms import midnight
from analytics.query.warehouse import was_truncated
from analytics.query.windows import Window

MOST_DAYS = 3 * 365


def world_of(context: Context, filters: tuple[Filter, ...]) -> tuple[World, pd.DataFrame, str]:
    """Read what is known of services before the as-of date.

    Parameters
    ----------
    context : Context
        The warehouse.
    filters : tuple of Filter
        On incidents, such as their severity: only those are foretold.

    Returns
    -------
    tuple
        The world; the incidents that are open at its end, one a row; the SQL of the readings.

    Raises
    ------
    QuestionError
        When there are no readings or no incidents.
    ModelError
        When there is more than one query may return.
    """
    frame, sql = _readings(context)
    start = pd.Timestamp(frame["at"].min()).normalize()
    end = pd.Timestamp(context.as_of)
    services, _ = context.warehouse.run(
        context.warehouse.table("services").select("service_id", "name", "tier")
        .order_by("service_id")
    )  # fmt: skip
    numbers = {int(key): place for place, key in enumerate(services["service_id"].tolist())}
    names = tuple(services["name"].astype(str))
    metrics = tuple(sorted(name for name in frame.columns if name not in ("service_id", "at")))
    n_hours = int((end - start) / pd.Timedelta(hours=1))
    values = np.full((len(names), len(metrics), n_hours), np.nan)
    frame = frame[frame["service_id"].isin(list(numbers))]
    hour = ((pd.to_datetime(frame["at"]) - start) / pd.Timedelta(hours=1)).to_numpy(dtype=np.int64)
    row = frame["service_id"].map(numbers).to_numpy(dtype=np.int64)
    for place, metric in enumerate(metrics):
        values[row, place, hour] = frame[metric].to_numpy(dtype=np.float64)
    incidents = _incidents(context, filters, Window(start=start.date(), end=context.as_of))
    edges = dependencies(context)
    place_of = {name: place for place, name in enumerate(names)}
    incidents = incidents[incidents["service"].isin(place_of)]
    began = pd.to_datetime(incidents["started_at"])
    over = pd.to_datetime(incidents["resolved_at"])
    world = World(
        start=start, services=names, metrics=metrics, values=values,
        service=np.asarray(incidents["service"].map(place_of), dtype=np.int64),
        begun_h=np.asarray((began - start) / pd.Timedelta(hours=1), dtype=np.float64),
        ended_h=np.asarray(
            ((over - start) / pd.Timedelta(hours=1)).fillna(np.inf), dtype=np.float64
        ),
        below=tuple(tuple(place_of[each] for each in edges.get(name, ())) for name in names),
        tier=services["tier"].fillna(0).to_numpy(dtype=np.float64),
    )  # fmt: skip
    return world, incidents[over.isna().to_numpy()], sql


def _readings(context: Context) -> tuple[pd.DataFrame, str]:
    """Return a row for each service and hour with a column for each metric."""
    if "readings" not in context.catalogue.facts:
        raise QuestionError("The data has no readings of services.")
    table = context.warehouse.table("service_metrics")
    first: date = context.as_of - timedelta(days=MOST_DAYS)
    table = table.filter(
        table.measured_at >= midnight(first), table.measured_at < midnight(context.as_of)
    )
    named, _ = context.warehouse.run(table.select("metric").distinct().order_by("metric"))
    if named.empty:
        raise QuestionError("There are no readings of services to learn from.")
    means = {
        str(name): table.value.mean(where=table.metric == str(name)) for name in named["metric"]
    }
    hourly = table.group_by("service_id", at=table.measured_at.truncate("h")).aggregate(**means)
    frame, sql = context.warehouse.run(hourly.order_by("service_id", "at"))
    if was_truncated(frame):
        raise ModelError(
            f"{len(frame):,} hours of readings are more than one query of the warehouse may return."
        )
    return frame, sql


def _incidents(context: Context, filters: tuple[Filter, ...], window: Window) -> pd.DataFrame:
    known = {d.name for d in context.catalogue.dimensions_of("incidents")}
    unknown = [one.dimension for one in filters if one.dimension not in known]
    if unknown:
        raise QuestionError(f"Incidents have no {unknown[0].replace('_', ' ')}.")
    frame, _ = read_incidents(context, filters, window)
    if frame.empty:
        words = ", ".join(answering.filter_words(filters, context.catalogue))
        raise QuestionError(f"No incident{' (' + words + ')' if words else ''} is on record.")
    return frame.sort_values(["started_at", "incident_id"]).reset_index(drop=True)
