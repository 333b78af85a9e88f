"""Incidents foretold where something foretells them, and no signal where nothing does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.errors import ModelError
from analytics.operations.outage_features import World, begins_between, moments_of
from analytics.operations.outage_scores import BASELINE, Window
from analytics.operations.outages import foretell

N_HOURS = 24 * 7 * 48
DAY = Window(after_h=0, within_h=24)


def _world(*, foretold: bool, n_incidents: int = 160) -> World:
    """Four services and two readings; memory rises before incidents if they are foretold."""
    random = np.random.default_rng(5)
    hours = np.arange(N_HOURS)
    daily = 5 * np.sin(2 * np.pi * hours / 24)
    values = 50 + daily + random.normal(0, 1.5, (4, 2, N_HOURS))
    begun = np.sort(random.uniform(24 * 45, N_HOURS, n_incidents))
    service = random.choice(4, n_incidents, p=[0.4, 0.3, 0.2, 0.1])
    if foretold:
        for number, at in zip(service, begun.astype(int), strict=True):
            values[number, 1, at - 30 : at] += np.linspace(2, 10, 30)
    return World(
        start=pd.Timestamp("2025-01-06"), services=("A", "B", "C", "D"),
        metrics=("cpu_load", "memory_load"), values=values, service=service, begun_h=begun,
        ended_h=begun + 3, below=((1,), (), (), ()), tier=np.array([1.0, 1.0, 2.0, 3.0]),
    )  # fmt: skip


def test_what_rises_before_incidents_foretells_them() -> None:
    world = _world(foretold=True)
    values = world.values.copy()
    values[2, 1, -30:] += 10  # service C now looks as before an incident

    found = foretell(replace(world, values=values), DAY, step_h=24, seed=0)

    assert found.is_signal and found.model != BASELINE
    best = found.chances[0]
    assert best.service == "C" and best.p > 3 * best.usual
    assert best.drivers[0][0] == "memory_load" and best.drivers[0][1] > 0
    told = next(rival for rival in found.rivals if rival.name == found.model)
    assert told.gain.ci95[0] > 0
    assert told.alerts.right / told.alerts.n > 0.4
    assert told.alerts.a_week < 2 * DAY.alerts_a_week
    assert told.alerts.lead_h is not None and 0 < told.alerts.lead_h <= 24


def test_where_nothing_foretells_incidents_their_frequency_is_told() -> None:
    found = foretell(_world(foretold=False), DAY, step_h=24, seed=0)

    assert not found.is_signal and found.model == BASELINE
    assert [each.service for each in found.chances][:2] == ["A", "B"]
    assert all(each.p == each.usual and each.drivers == () for each in found.chances)


def test_nothing_later_than_a_moment_is_read_for_it() -> None:
    world = _world(foretold=True)
    at_h = np.array([24 * 7 * 20], dtype=np.int64)
    later = world.begun_h >= at_h[0]
    values = world.values.copy()
    values[:, :, at_h[0] :] = 99.0
    changed = replace(
        world, values=values, begun_h=np.where(later, at_h[0] + 1.0, world.begun_h),
        ended_h=np.where(world.ended_h >= at_h[0], np.inf, world.ended_h),
    )  # fmt: skip

    before, after = moments_of(world, at_h), moments_of(changed, at_h)

    pd.testing.assert_frame_equal(before.table, after.table)


def test_an_incident_counts_when_it_begins_inside_the_window() -> None:
    world = replace(
        _world(foretold=False), begun_h=np.array([100.0, 124.0]), service=np.array([0, 1]),
        ended_h=np.array([101.0, np.inf]),
    )  # fmt: skip
    moments = moments_of(world, np.array([76, 100], dtype=np.int64))

    assert begins_between(world, moments, 0, 24).tolist() == [
        False, False, False, False, True, False, False, False,
    ]  # fmt: skip
    assert begins_between(world, moments, 24, 24).tolist() == [
        True, False, False, False, False, True, False, False,
    ]  # fmt: skip


def test_too_few_incidents_are_said_to_be_too_few() -> None:
    with pytest.raises(ModelError, match="too few"):
        foretell(_world(foretold=False, n_incidents=12), DAY, step_h=24, seed=0)
