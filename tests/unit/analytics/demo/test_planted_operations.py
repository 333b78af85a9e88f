"""What truth.json says about the site, the desk and the services is in the tables."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analytics.demo.services import SYMPTOMS
from analytics.schema import DEVICES, ROOT_CAUSES
from tests.unit.analytics.demo.conftest import Demo

TOLERANCE = 4.0


def _close(n_yes: float, n_all: float, probability: float) -> bool:
    return bool(
        abs(n_yes / n_all - probability)
        < TOLERANCE * math.sqrt(probability * (1 - probability) / n_all)
    )


@pytest.fixture(scope="module")
def funnel(demo: Demo) -> pd.DataFrame:
    """Sessions by device, before or after the leak grew, and last step; no campaign clicks."""
    since = demo.truth["funnel"]["leak"]["from"]
    return demo.ask(f"""
        SELECT device, started_at >= '{since}' AS after, depth, count(*) AS n FROM (
          SELECT session_id, any_value(device) AS device, any_value(started_at) AS started_at,
            max(list_position(['visit', 'product_view', 'add_to_cart', 'checkout', 'purchase'],
                step)) AS depth
          FROM web_sessions JOIN web_events USING (session_id) GROUP BY 1)
        GROUP BY ALL""")


def _reached(funnel: pd.DataFrame, device: str, after: bool, depth: int) -> float:
    rows = funnel[(funnel["device"] == device) & (funnel["after"] == after)]
    return float(rows.loc[rows["depth"] >= depth, "n"].sum())


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("after", [False, True])
def test_the_checkout_leaks_as_planted(
    demo: Demo, funnel: pd.DataFrame, device: str, after: bool
) -> None:
    told = demo.truth["funnel"]
    completion = dict(told["purchase_after_checkout"])
    if after:
        completion.update(told["leak"]["purchase_after_checkout"])
    checkouts = _reached(funnel, device, after, 4)
    # Orders and given-up checkouts are drawn apart, so that both sides vary.
    error = TOLERANCE * math.sqrt(0.5 / checkouts)
    assert abs(_reached(funnel, device, after, 5) / checkouts - completion[device]) < error


def test_the_leak_is_on_phones_and_gets_worse(funnel: pd.DataFrame) -> None:
    rates = {
        (device, after): _reached(funnel, device, after, 5) / _reached(funnel, device, after, 4)
        for device in DEVICES
        for after in (False, True)
    }
    assert rates["mobile", False] < rates["desktop", False] - 0.1
    assert rates["mobile", True] < rates["mobile", False] - 0.05


def test_web_traffic_has_a_scraper_and_a_tracking_gap(demo: Demo) -> None:
    told = demo.truth["web_traffic"]
    days = demo.ask("SELECT started_at::DATE AS d, count(*) AS n FROM web_sessions GROUP BY 1")
    days = days.set_index("d")["n"].sort_index()
    scraped = pd.Timestamp(told["scraper"]["day"])
    usual = days[scraped - pd.Timedelta(days=7)]
    assert days[scraped] > 1.8 * usual
    for day in told["tracking_gap"]["days"]:
        assert days[pd.Timestamp(day)] < 0.55 * days[pd.Timestamp(day) - pd.Timedelta(days=7)]


def test_symptoms_are_as_frequent_as_their_cause_makes_them(demo: Demo) -> None:
    told = demo.truth["incidents"]
    causes = demo.ask("SELECT * FROM incidents ORDER BY incident_id")
    causes["true_cause"] = [told["root_causes"][int(digit)] for digit in told["true_cause"]]
    known = causes[causes["root_cause"].notna()]
    assert (known["root_cause"] == known["true_cause"]).all()
    assert set(causes["true_cause"]) == set(ROOT_CAUSES)
    for cause, probabilities in told["symptom_probability"].items():
        own = causes[causes["true_cause"] == cause]
        for symptom, probability in zip(SYMPTOMS, probabilities, strict=True):
            assert _close(own[symptom].sum(), len(own), probability)


def test_failures_spread_along_the_dependencies(demo: Demo) -> None:
    cascades = demo.truth["incidents"]["cascades"]
    assert len(cascades) > 20
    edges = set(demo.ask("SELECT * FROM service_dependencies").itertuples(index=False, name=None))
    incidents = demo.ask("SELECT * FROM incidents").set_index("incident_id")
    for cascade in cascades:
        follower = incidents.loc[cascade["incident_id"]]
        cause = incidents.loc[cascade["followed_from"]]
        assert (follower["service_id"], cause["service_id"]) in edges
        delay = follower["started_at"] - cause["started_at"]
        assert pd.Timedelta(0) < delay < pd.Timedelta(minutes=30)


@pytest.mark.parametrize("place", [0, 1])
def test_a_major_incident_brings_a_burst_of_tickets(demo: Demo, place: int) -> None:
    major = demo.truth["major_incidents"][place]
    number = major["incident_id"]
    incident = demo.ask(f"SELECT * FROM incidents WHERE incident_id = {number}").iloc[0]
    assert incident["severity"] == 1
    assert pd.isna(incident["resolved_at"]) == (major["resolved_at"] is None)
    days = demo.ask("SELECT opened_at::DATE AS d, count(*) AS n FROM tickets GROUP BY 1")
    days = days.set_index("d")["n"]
    assert days[incident["started_at"].normalize()] > 3 * days.median()
    ids = ", ".join(map(str, major["ticket_ids"]))
    own = demo.ask(f"SELECT * FROM tickets WHERE ticket_id IN ({ids})")
    assert len(own) > 10
    assert (own["opened_at"] > incident["started_at"]).all()
    assert set(own["subcategory"]) == {"outage"}
    assert set(own["incident_id"].dropna()) == {number}


def test_the_current_major_incident_is_not_understood_yet(demo: Demo) -> None:
    major = demo.truth["major_incidents"][1]
    assert major["kind"] == "open at the end"
    row = demo.ask(f"SELECT * FROM incidents WHERE incident_id = {major['incident_id']}").iloc[0]
    assert pd.isna(row["root_cause"])
    assert str(row["started_at"].date()) == "2026-06-29"
    unlinked = demo.one(
        "SELECT count(*) FROM tickets WHERE subcategory = 'outage' AND incident_id IS NULL "
        "AND opened_at >= '2026-06-29'"
    )
    assert unlinked > 3


def test_the_disk_is_full_when_the_truth_says(demo: Demo) -> None:
    disk = demo.truth["service_metrics"]["disk"]
    rows = demo.ask(f"""
        SELECT epoch(measured_at) / 86400 AS day, value FROM service_metrics
        WHERE service_id = {disk["service_id"]} AND metric = 'disk_used'
          AND measured_at >= TIMESTAMP '2026-06-30' - INTERVAL 120 DAY""")
    slope, foot = np.polyfit(rows["day"], rows["value"], 1)
    assert slope == pytest.approx(disk["percent_per_day"], rel=0.02)
    full = pd.Timestamp(disk["reaches_100_percent_at"])
    assert abs((100 - foot) / slope - full.timestamp() / 86400) < 2
    assert full > pd.Timestamp("2026-06-30")
    assert rows["value"].max() < 95
    others = demo.one(
        "SELECT max(value) FROM service_metrics WHERE metric = 'disk_used' "
        f"AND service_id <> {disk['service_id']}"
    )
    assert others < 90


def _series(demo: Demo, anomaly: dict[str, str]) -> pd.Series:
    rows = demo.ask(f"""
        SELECT measured_at, value FROM service_metrics
        WHERE service_id = {anomaly["service_id"]} AND metric = '{anomaly["metric"]}'
        ORDER BY 1""")
    return rows.set_index("measured_at")["value"]


def test_planted_anomalies_are_in_the_series(demo: Demo) -> None:
    anomalies = demo.truth["service_metrics"]["anomalies"]
    assert {item["kind"] for item in anomalies} == {"spike", "level shift", "flat line", "gap"}
    for anomaly in anomalies:
        series = _series(demo, anomaly)
        start, end = pd.Timestamp(anomaly["from"]), pd.Timestamp(anomaly["until"])
        inside = series[start : end - pd.Timedelta(seconds=1)]
        if anomaly["kind"] == "gap":
            assert inside.empty
            continue
        # The same hours of the days a fortnight before, at the same weekdays.
        shift = pd.Timedelta(days=14)
        usual = series[start - shift : end - shift - pd.Timedelta(seconds=1)]
        if anomaly["kind"] == "flat line":
            assert inside.nunique() == 1 < usual.nunique()
        else:
            assert inside.median() > 1.12 * usual.median()


def test_some_anomalies_are_recent(demo: Demo) -> None:
    anomalies = demo.truth["service_metrics"]["anomalies"]
    recent = [item for item in anomalies if item["from"] >= "2026-06-16"]
    assert {item["kind"] for item in recent} == {"spike", "level shift", "flat line", "gap"}


def test_metrics_are_hourly_without_further_gaps(demo: Demo) -> None:
    hours = (date(2026, 6, 30) - date(2024, 1, 1)).days * 24
    counts = demo.ask("SELECT service_id, metric, count(*) AS n FROM service_metrics GROUP BY ALL")
    gaps = {
        (item["service_id"], item["metric"])
        for item in demo.truth["service_metrics"]["anomalies"]
        if item["kind"] == "gap"
    }
    for row in counts.itertuples():
        missing = 18 if (row.service_id, row.metric) in gaps else 0
        assert row.n == hours - missing
    assert counts["service_id"].nunique() == demo.summary.rows["services"]


def test_docking_stations_explain_the_rise_of_hardware_tickets(demo: Demo) -> None:
    told = demo.truth["tickets"]["dock_firmware"]
    counts = demo.ask("""
        SELECT date_trunc('quarter', opened_at)::DATE::VARCHAR AS q, count(*) AS n,
               count(*) FILTER (subcategory = 'docking station') AS docks
        FROM tickets WHERE category = 'hardware' AND NOT is_spam GROUP BY 1""").set_index("q")
    before, after = counts.loc["2025-10-01"], counts.loc["2026-01-01"]
    assert after["n"] > 1.3 * before["n"]
    assert after["docks"] > 4 * before["docks"]
    ids = ", ".join(map(str, told["ticket_ids"]))
    assert demo.one(
        f"SELECT count(*) FROM tickets WHERE ticket_id IN ({ids}) "
        "AND subcategory = 'docking station' AND opened_at::DATE "
        f"BETWEEN '{told['from']}' AND '{told['until']}'"
    ) == len(told["ticket_ids"])


def test_slow_and_late_help_lowers_satisfaction(demo: Demo) -> None:
    answers = demo.ask("""
        SELECT score, ln(epoch(resolved_at - opened_at) / 3600) AS hours, priority,
               coalesce(resolved_at > due_at, false) AS late, reopened_count > 0 AS reopened
        FROM surveys JOIN tickets USING (ticket_id)""")
    told = demo.truth["surveys"]["csat"]
    medians = demo.truth["tickets"]["median_hours_to_resolve"]
    slowness = answers["hours"] - np.log(answers["priority"].map(medians).astype(float))
    design = np.column_stack(
        [np.ones(len(answers)), slowness, answers["late"], answers["reopened"]]
    )
    found, *_ = np.linalg.lstsq(design.astype(float), answers["score"].to_numpy(float), rcond=None)
    # Scores are rounded and end at 5, which bends the effects; noise does the rest.
    planted = [told["per_log_of_hours_over_median"], told["late"], told["reopened"]]
    for estimate, effect in zip(found[1:], planted, strict=True):
        assert 1.4 * effect < estimate < 0.4 * effect


def test_promoters_outnumber_detractors_but_not_after_late_help(demo: Demo) -> None:
    scores = demo.ask("""
        SELECT score, EXISTS (
          SELECT 1 FROM tickets t WHERE t.customer_id = s.customer_id AND resolved_at > due_at
            AND resolved_at < answered_at AND resolved_at >= answered_at - INTERVAL 180 DAY
        ) AS late FROM surveys s WHERE kind = 'nps'""")
    means = scores.groupby("late")["score"].mean()
    assert means[True] < means[False] - 0.8
    assert (scores["score"] >= 9).mean() > (scores["score"] <= 6).mean()


def test_targets_are_set_by_priority(demo: Demo) -> None:
    hours = demo.ask("""
        SELECT priority, min(epoch(due_at - opened_at) / 3600) AS lo,
               max(epoch(due_at - opened_at) / 3600) AS hi
        FROM tickets WHERE due_at IS NOT NULL GROUP BY 1""").set_index("priority")
    told = demo.truth["tickets"]["target_hours"]
    assert told["low"] is None
    for priority, row in hours.iterrows():
        assert row["lo"] == row["hi"] == told[priority]
    met = demo.one("SELECT avg((resolved_at <= due_at)::INT) FROM tickets WHERE NOT is_spam")
    assert 0.6 < met < 0.9
