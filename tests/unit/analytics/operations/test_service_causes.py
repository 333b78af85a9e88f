"""The deepest service that deviates is blamed, and none when nothing does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.operations.service_causes import Moment, Services, find_causes

AT = pd.Timestamp("2025-03-01 12:00")
NODES = ("shop", "search", "pay", "database", "mail")
CALLS = {"shop": ("search", "pay", "mail"), "search": ("database",), "pay": ("database",)}


def services(*slow: str, seed: int = 0, extra_s: float = 0.5) -> Services:
    random = np.random.default_rng(seed)
    times = pd.date_range(end=AT + pd.Timedelta(minutes=15), periods=120, freq="5min")
    latency = pd.DataFrame(
        {node: 0.1 + random.gamma(4, 0.002, len(times)) for node in NODES}, index=times
    )
    requests = pd.DataFrame(
        {node: 100.0 if node in ("shop", "database") else 50.0 for node in NODES}, index=times
    )
    for node in slow:
        # What half of the requests suffer, the shop's mean shows by half.
        is_diluted = node == "shop" and not {"search", "pay"} <= set(slow)
        latency.loc[AT:, node] += extra_s / 2 if is_diluted else extra_s
    return Services(measures={"latency": latency, "requests": requests}, callees=CALLS)


def test_the_callee_explains_its_callers() -> None:
    verdict = find_causes(services("database", "search", "pay", "shop"), Moment(at=AT))
    assert verdict.is_single
    assert verdict.seen_at == "shop"
    first = verdict.ranked[0]
    assert first.node == "database"
    assert first.explains == ("pay", "search")
    assert first.explained_by == ()


def test_the_caller_is_blamed_when_what_it_calls_is_well() -> None:
    verdict = find_causes(services("pay", "shop"), Moment(at=AT, node="shop", kind="latency"))
    assert verdict.is_single
    assert verdict.ranked[0].node == "pay"


def test_a_slow_node_that_the_suffering_one_does_not_reach_is_not_blamed() -> None:
    found = services("pay", "shop")
    calls = {"shop": ("search", "pay"), "search": ("database",), "pay": ("database",)}
    found.measures["latency"].loc[AT:, "mail"] += 5.0
    assert find_causes(replace(found, callees=calls), Moment(at=AT)).ranked[0].node == "pay"


@pytest.mark.parametrize("seed", range(10))
def test_no_cause_is_named_when_nothing_deviates(seed: int) -> None:
    verdict = find_causes(services(seed=seed), Moment(at=AT))
    assert not verdict.is_single
    assert "does not deviate" in verdict.reason or "nothing deviates" in verdict.reason


def test_two_equal_causes_are_no_single_cause() -> None:
    verdict = find_causes(services("search", "pay", "shop"), Moment(at=AT))
    assert not verdict.is_single
    assert {each.node for each in verdict.ranked[:2]} == {"search", "pay"}
    assert "about equally" in verdict.reason


@pytest.mark.parametrize("minutes", [-7, -3, 3, 7])
def test_a_wrong_time_is_forgiven(minutes: int) -> None:
    moment = Moment(at=AT + pd.Timedelta(minutes=minutes))
    assert find_causes(services("database", "search", "pay", "shop"), moment).ranked[0].node == (
        "database"
    )


def test_a_time_that_is_not_covered_is_refused() -> None:
    with pytest.raises(ValueError, match="around the time"):
        find_causes(services(), Moment(at=AT + pd.Timedelta(days=3)))
    with pytest.raises(ValueError, match="normal time"):
        first = next(iter(services().measures.values())).index[0]
        find_causes(services(), Moment(at=first, reach=pd.Timedelta(days=9)))
