"""The chart follows from the data's shape, and says what it leaves out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from analytics.describe.charts import MAX_LINES, MAX_POINTS, MAX_RANKED, chosen_chart
from analytics.describe.plots import Plot, plotted
from analytics.model import Cell, Chart, Column, Finding, Receipt

REGION = Column(name="region", label="Region")
TEAM = Column(name="team", label="Team")
WHEN = Column(name="period", label="Month")
SALES = Column(name="revenue", label="Revenue", unit="money")
RATE = Column(name="return_rate", label="Return rate", unit="fraction")
SHARE = Column(name="share", label="Share", unit="fraction")
NOW = Column(name="current", label="Revenue", unit="money")
BEFORE = Column(name="previous", label="Previous", unit="money")
CHANGE = Column(name="difference", label="Change", unit="money")

Rows = list[tuple[Cell, ...]]
MONTHS = [date(2026, month, 1) for month in range(1, 7)]


def months(*values: Cell) -> Rows:
    return [(month, *values) for month in MONTHS]


def split(n_groups: int) -> Rows:
    return [
        (month, f"g{group:02d}", float(n_groups - group))
        for month in MONTHS
        for group in range(n_groups)
    ]


def grid(n: int, m: int) -> Rows:
    return [(f"a{i:02d}", f"b{j:02d}", float(i * j)) for i in range(n) for j in range(m)]


def finding(columns: tuple[Column, ...], rows: Rows, chart: Chart) -> Finding:
    receipt = Receipt(
        definition="", period="", filters=(), sql="", n_rows=len(rows), as_of=date(2026, 6, 30)
    )
    return Finding(
        analysis="metric", text="", columns=columns, rows=tuple(rows), chart=chart, receipt=receipt
    )


def drawn(columns: tuple[Column, ...], rows: Rows, **how: object) -> Plot:
    chart = chosen_chart(columns, rows, **{"title": "t", "period": None, **how})  # type: ignore[arg-type]
    plot = plotted(finding(columns, rows, chart))
    assert plot is not None
    return plot


WEEKDAYS: Rows = [(day, 1.0) for day in ("Monday", "Tuesday", "Thursday")]


@pytest.mark.parametrize(
    ("columns", "rows", "period", "kind", "y"),
    [
        pytest.param((SALES,), [(1.0,)], None, "number", ("revenue",), id="one number"),
        pytest.param(
            (NOW, BEFORE), [(1.0, 2.0)], None, "number", ("current", "previous"), id="compared"
        ),
        pytest.param((REGION, SALES), [("a", 1.0)], None, "number", ("revenue",), id="one group"),
        pytest.param(
            (REGION, SALES, RATE),
            [("b", 1.0, 0.1), ("a", 2.0, 0.2)],
            None,
            "ranked",
            ("revenue",),
            id="groups, and the other unit not on the axis",
        ),
        pytest.param((TEAM, SALES), WEEKDAYS, None, "bar", ("revenue",), id="weekdays"),
        pytest.param(
            (TEAM, SALES), [(True, 1.0), (False, 2.0)], None, "bar", ("revenue",), id="yes and no"
        ),
        pytest.param(
            (TEAM, SALES),
            [(hour, 1.0) for hour in range(24)],
            None,
            "histogram",
            ("revenue",),
            id="numbers that follow each other",
        ),
        pytest.param(
            (TEAM, SALES),
            [(17, 9.0), (3, 8.0), (99, 7.0), (4, 1.0)],
            None,
            "ranked",
            ("revenue",),
            id="ids by value",
        ),
        pytest.param((WHEN, SALES), months(1.0), "period", "line", ("revenue",), id="trend"),
        pytest.param(
            (WHEN, NOW, BEFORE, CHANGE),
            months(3.0, 2.0, 1.0),
            "period",
            "line",
            ("current", "previous"),
            id="trend compared; its change is no line",
        ),
        pytest.param((WHEN, REGION, SALES), split(3), "period", "line", ("revenue",), id="lines"),
        pytest.param(
            (WHEN, REGION, SHARE), split(3), "period", "stacked", ("share",), id="shares by month"
        ),
        pytest.param(
            (REGION, TEAM, SALES, SHARE),
            [(*row, 0.1) for row in grid(5, 3)],
            None,
            "stacked",
            ("share",),
            id="shares of two dimensions",
        ),
        pytest.param((REGION, TEAM, SALES), grid(8, 2), None, "bar", ("revenue",), id="grouped"),
        pytest.param((REGION, TEAM, SALES), grid(8, 4), None, "heatmap", ("revenue",), id="two"),
        pytest.param((REGION, SALES), [], None, "table", (), id="no rows"),
        pytest.param((REGION, TEAM), grid(2, 2), None, "table", (), id="no value"),
        pytest.param(
            (REGION, TEAM, WHEN, SALES), [("a", "b", "c", 1.0)] * 2, None, "table", (), id="three"
        ),
        pytest.param(
            (WHEN, REGION, TEAM, SALES),
            [(date(2026, 1, 1), "a", "b", 1.0)] * 2,
            "period",
            "table",
            (),
            id="two dimensions over time",
        ),
    ],
)
def test_the_chart_fits_the_result(
    columns: tuple[Column, ...], rows: Rows, period: str | None, kind: str, y: tuple[str, ...]
) -> None:
    chart = chosen_chart(columns, rows, title="t", period=period)
    assert (chart.kind, chart.y, chart.note) == (kind, y, "")


def test_the_earlier_period_is_named_as_what_is_compared_with() -> None:
    chart = chosen_chart((WHEN, NOW, BEFORE), months(1.0, 2.0), title="t", period="period")
    assert chart.compare == ("previous",)
    plot = plotted(finding((WHEN, NOW, BEFORE), months(1.0, 2.0), chart))
    assert plot is not None
    assert [one.role for one in plot.series] == ["main", "before"]


def test_two_splits_put_the_smaller_one_into_the_legend() -> None:
    rows: Rows = [(str(i), str(i % 2), 1.0) for i in range(10)]
    chart = chosen_chart((REGION, TEAM, SALES), rows, title="t", period=None)
    assert (chart.kind, chart.x, chart.series) == ("bar", "region", "team")


def test_many_groups_are_cut_and_the_others_are_one_bar_when_they_add_up() -> None:
    rows: Rows = [(f"g{i:02d}", float(100 - i)) for i in range(40)]
    plot = drawn((REGION, SALES), rows, adds_up=True)
    assert len(plot.labels) == MAX_RANKED + 1
    assert plot.labels[-1] == "Others"
    assert sum(value or 0 for value in plot.series[0].values) == sum(float(row[1]) for row in rows)  # type: ignore[arg-type]
    assert plot.chart.note == (
        "The chart shows 15 of 40 and adds the others up; the table has all."
    )


def test_others_that_do_not_add_up_are_left_out_and_that_is_said() -> None:
    rows: Rows = [(f"g{i:02d}", i / 40) for i in range(40)]
    plot = drawn((REGION, RATE), rows)
    assert len(plot.labels) == MAX_RANKED
    assert plot.chart.note == (
        "The chart shows 15 of 40 and leaves the others out; the table has all."
    )


@pytest.mark.parametrize("adds_up", [True, False])
def test_many_lines_are_cut_to_the_largest(adds_up: bool) -> None:
    plot = drawn((WHEN, REGION, SALES), split(9), period="period", adds_up=adds_up)
    names = [one.name for one in plot.series]
    assert names[:MAX_LINES] == [f"g{i:02d}" for i in range(MAX_LINES)]
    assert names[MAX_LINES:] == (["Others"] if adds_up else [])
    if adds_up:
        assert plot.series[-1].values == (6.0,) * 6  # 3 + 2 + 1
    assert "6 of 9" in plot.chart.note


def test_a_long_line_shows_its_last_periods() -> None:
    first = date(2020, 1, 1)
    rows: Rows = [(first + timedelta(days=i), float(i)) for i in range(MAX_POINTS + 5)]
    plot = drawn((WHEN, SALES), rows, period="period", adds_up=True)
    assert plot.series[0].values[0] == 5.0
    assert plot.chart.note == ("The chart shows the last 1000 of 1,005 periods; the table has all.")


def test_a_large_heat_map_leaves_out_and_never_adds_up() -> None:
    plot = drawn((REGION, TEAM, SALES), grid(40, 20), adds_up=True)
    assert (len(plot.labels), len(plot.series)) == (31, 15)
    assert plot.chart.others == "left_out"
    assert plot.chart.note.count("leaves the others out") == 2


def test_ranked_bars_keep_an_order_that_the_result_has() -> None:
    rising: Rows = [("a", 1.0), ("b", 2.0), ("c", 3.0)]
    mixed: Rows = [("a", 1.0), ("b", 3.0), ("c", None), ("d", 2.0)]
    assert drawn((REGION, SALES), rising).labels == ("a", "b", "c")
    assert drawn((REGION, SALES), mixed).labels == ("b", "d", "a", "c")


def test_gaps_stay_gaps_and_missing_groups_have_a_name() -> None:
    rows: Rows = [(MONTHS[1], None, 5.0), (MONTHS[0], "a", 9.0), (MONTHS[1], "a", None)]
    plot = drawn((WHEN, REGION, SALES), rows, period="period")
    assert plot.labels == ("Jan 2026", "Feb 2026")
    assert [(one.name, one.values) for one in plot.series] == [
        ("a", (9.0, None)),
        ("(none)", (None, 5.0)),
    ]


def test_a_stored_finding_is_drawn_like_a_fresh_one() -> None:
    rows = months(1.0)
    stored: Rows = [(str(month), 1.0) for month in MONTHS]
    chart = chosen_chart((WHEN, SALES), rows, title="t", period="period")
    fresh = plotted(finding((WHEN, SALES), rows, chart))
    assert plotted(finding((WHEN, SALES), stored, chart)) == fresh


@pytest.mark.parametrize("kind", ["number", "table"])
def test_numbers_and_tables_are_not_drawn(kind: str) -> None:
    chart = Chart(kind=kind, title="t", x="region", y=("revenue",))  # type: ignore[arg-type]
    assert plotted(finding((REGION, SALES), [("a", 1.0)], chart)) is None
    assert plotted(finding((REGION, SALES), [], replace(chart, kind="bar"))) is None
