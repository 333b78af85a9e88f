"""Bursts of similar tickets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.operations.bursts import find_bursts

START = pd.Timestamp("2026-03-02")
END = pd.Timestamp("2026-03-03")
_USUAL = ("printer jams again", "please reset my password", "invoice shows the wrong sum",
          "headset crackles in calls")  # fmt: skip


def _tickets(
    burst_at: pd.Timestamp | None, *, n_people: int = 12, filed: bool = True, same: bool = False
) -> pd.DataFrame:
    """Ten weeks of some twenty usual tickets a day, and a burst about the VPN."""
    random = np.random.default_rng(5)
    rows = []
    for day in pd.date_range(START - pd.Timedelta(weeks=9), START, freq="D"):
        for _ in range(int(random.poisson(20))):
            kind = int(random.integers(len(_USUAL)))
            at = day + pd.Timedelta(seconds=int(random.integers(8 * 3600, 18 * 3600)))
            rows.append((at, f"p{random.integers(400)}", f"topic {kind}", _USUAL[kind]))
    if burst_at is not None:
        for i in range(n_people):
            at = burst_at + pd.Timedelta(minutes=4 * i)
            rows.append((at, "one" if same else f"v{i}", "network / vpn", f"tunnel refused me {i}"))
    frame = pd.DataFrame(rows, columns=["opened_at", "person", "filed", "text"])
    frame["filed"] = frame["filed"] if filed else None
    return frame.sort_values("opened_at", kind="stable").reset_index(drop=True)


@pytest.mark.parametrize("filed", [True, False])
def test_a_burst_is_found_with_its_beginning_and_its_tickets(filed: bool) -> None:
    at = pd.Timestamp("2026-03-02 09:10")
    tickets = _tickets(at, filed=filed)

    (burst,) = find_bursts(tickets, START, END)

    assert burst.n_people == 12
    assert burst.started_at == at
    assert burst.alarm_at <= at + pd.Timedelta(minutes=30)
    assert tickets["text"].iloc[burst.rows].str.contains("tunnel").all()
    assert "tunnel" in (burst.topic, *burst.words)
    assert burst.expected < 1


def test_usual_days_raise_no_alarm() -> None:
    assert find_bursts(_tickets(None), START, END) == []


def test_one_person_who_writes_often_is_no_burst() -> None:
    tickets = _tickets(pd.Timestamp("2026-03-02 09:10"), same=True)

    assert find_bursts(tickets, START, END) == []


def test_a_burst_before_the_stretch_is_not_told() -> None:
    tickets = _tickets(pd.Timestamp("2026-02-20 09:10"))

    assert find_bursts(tickets, START, END) == []


def test_an_alarm_needs_only_what_was_known_by_then() -> None:
    tickets = _tickets(pd.Timestamp("2026-03-02 09:10"))
    (whole,) = find_bursts(tickets, START, END)

    (cut,) = find_bursts(tickets, START, whole.alarm_at + pd.Timedelta(seconds=1))

    assert cut.alarm_at == whole.alarm_at


def test_no_tickets_have_no_burst() -> None:
    assert find_bursts(_tickets(None).head(0), START, END) == []
