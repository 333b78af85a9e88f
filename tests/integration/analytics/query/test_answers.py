"""Findings: the sentence, the receipt, the chart, the notes, and the errors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from analytics.catalogue import Catalogue
from analytics.config import WarehouseLimits
from analytics.errors import QueryError, UnknownDimensionError, UnknownMetricError
from analytics.model import CustomerCondition, Filter, Finding, MetricQuery, Period
from analytics.query.run import answer
from analytics.query.warehouse import DuckDBWarehouse
from tests.contract.analytics.frame_warehouse import FrameWarehouse
from tests.integration.analytics.query.handmade import handmade_tables

AS_OF = date(2026, 6, 30)
APRIL = Period(start=date(2026, 4, 1), end=date(2026, 5, 1))
MAY = Period(start=date(2026, 5, 1), end=date(2026, 6, 1))
JUNE = Period(start=date(2026, 6, 1), end=date(2026, 7, 1), label="this month")

Answer = Callable[..., Finding]


@pytest.fixture
def answered(handmade: DuckDBWarehouse, catalogue: Catalogue) -> Answer:
    def ask(*metrics: str, **parts: object) -> Finding:
        query = MetricQuery(metrics=metrics, **{"as_of": AS_OF, **parts})  # type: ignore[arg-type]
        return answer(query, warehouse=handmade, catalogue=catalogue)

    return ask


def where(dimension: str, operator: str, *values: object) -> Filter:
    return Filter(dimension=dimension, operator=operator, values=values)  # type: ignore[arg-type]


# ---- sentences


def test_a_single_number(answered: Answer) -> None:
    finding = answered("revenue", period=MAY)
    assert finding.text == "Revenue was **100** from 1 May to 31 May 2026."
    assert (finding.chart.kind, finding.chart.unit) == ("number", "money")


def test_counts_say_what_they_count(answered: Answer) -> None:
    assert answered("tickets", period=MAY).text == (
        "There were **3** tickets from 1 May to 31 May 2026."
    )
    assert answered("orders", period=APRIL).text == (
        "There was **1** completed order from 1 April to 30 April 2026."
    )


def test_a_snapshot_is_of_a_day(answered: Answer) -> None:
    finding = answered("open tickets")
    assert finding.text == "There were **2** open tickets at the end of 29 June 2026."
    assert finding.receipt.period == "at the end of 29 June 2026"


def test_filters_are_in_the_first_sentence(answered: Answer) -> None:
    only = (where("region", "in", "North", "East"), where("discount_amount", ">", 2))
    finding = answered("revenue", filters=only)
    assert finding.text == (
        "Revenue was **175** up to 29 June 2026, for region North or East, discount more than 2."
    )
    assert finding.receipt.filters == ("region North or East", "discount more than 2")


def test_a_comparison_says_up_or_down_and_both_periods(answered: Answer) -> None:
    finding = answered("revenue", period=MAY, compare_to=APRIL)
    assert finding.text == (
        "Revenue is **up 17.6 % (from 85 to 100)**: "
        "1 May to 31 May 2026 against 1 April to 30 April 2026."
    )
    down = answered("revenue", period=JUNE, compare_to=MAY, compare="growth_only")
    assert down.text.startswith("Revenue changed by **−70.0 %**")


def test_a_rate_moves_by_points(answered: Answer) -> None:
    finding = answered("gross margin rate", period=MAY, compare_to=APRIL)
    assert "down 19.7 percentage points (from 64.7 % to 45.0 %)" in finding.text


def test_groups_lead_with_the_first(answered: Answer) -> None:
    finding = answered("revenue", dimensions=("order_channel",), period=MAY)
    assert finding.text == (
        "**Order channel web** has the highest revenue from 1 May to 31 May 2026: 90. Next: app 10."
    )
    fewest = answered("tickets", dimensions=("team",), order="ascending", top_n=1, period=MAY)
    assert fewest.text.startswith("**Security** has the fewest tickets")


def test_a_missing_group_is_named(answered: Answer) -> None:
    finding = answered("csat", dimensions=("region",), order="ascending")
    assert finding.text.startswith("**No region** has the lowest CSAT")


def test_a_trend_names_its_highest_and_lowest(answered: Answer) -> None:
    finding = answered("revenue", grain="month")
    assert finding.text.startswith(
        "Revenue by month was highest in **May 2026** (100) and lowest in June 2026 (30)"
    )
    assert (finding.chart.kind, finding.chart.x, finding.chart.y) == (
        "line",
        "period",
        ("revenue",),
    )


def test_no_rows_are_no_data_and_not_zero(answered: Answer) -> None:
    finding = answered(
        "sla compliance", period=Period(start=date(2019, 1, 1), end=date(2020, 1, 1))
    )
    assert finding.rows == ((None,),)
    assert finding.text == (
        "I found no data for SLA compliance from 1 January to 31 December 2019."
    )


def test_no_group_may_meet_a_condition(answered: Answer) -> None:
    finding = answered("csat", dimensions=("region",), having=(where("csat", ">", 9),))
    assert finding.rows == ()
    assert (
        finding.text == "No region meets the conditions up to 29 June 2026, for CSAT more than 9."
    )


def test_several_metrics_in_one_sentence(answered: Answer) -> None:
    finding = answered("tickets", "csat", period=MAY)
    assert finding.text == "Tickets were **3**, CSAT was **3** from 1 May to 31 May 2026."


def test_customer_conditions_are_said_in_words(answered: Answer) -> None:
    never = CustomerCondition(metric="orders", operator="<", value=1, period=MAY)
    finding = answered("customers", customer_conditions=(never,))
    assert finding.receipt.filters == ("customers without orders, 1 May to 31 May 2026",)


def test_names_of_the_data_are_not_markdown(catalogue: Catalogue) -> None:
    tables = handmade_tables()
    tables["customers"].loc[0, "full_name"] = "*Ada* <b>"
    warehouse = FrameWarehouse(tables)
    query = MetricQuery(
        metrics=("revenue",), dimensions=("customer",), period=MAY, top_n=1, as_of=AS_OF
    )
    finding = answer(query, warehouse=warehouse, catalogue=catalogue)
    assert finding.text.startswith(r"**\*Ada\* \<b\>** has the highest revenue")
    assert finding.rows[0][0] == "*Ada* <b>"


# ---- receipts and notes


def test_the_receipt_has_the_definition_and_the_sql_that_ran(
    answered: Answer, handmade: DuckDBWarehouse
) -> None:
    finding = answered("revenue", dimensions=("region",), period=MAY)
    receipt = finding.receipt
    assert "Quantity × unit price" in receipt.definition
    assert (receipt.period, receipt.as_of, receipt.n_rows) == ("1 May to 31 May 2026", AS_OF, 1)
    rerun = handmade._engine.connection.cursor().execute(receipt.sql).fetchall()
    assert [tuple(row) for row in rerun] == list(finding.rows)


def test_the_same_question_gives_the_same_bytes(answered: Answer) -> None:
    def ask() -> Finding:
        hit = CustomerCondition(metric="incidents", filters=(where("severity", "=", 1),))
        return answered("revenue", "tickets", dimensions=("region",), customer_conditions=(hit,))

    assert ask() == ask()


def test_a_breakdown_is_checked_against_its_total(answered: Answer) -> None:
    finding = answered("revenue", dimensions=("product_category",))
    assert finding.receipt.notes == ("Checked: the 3 groups add up to the total, 215.",)


def test_a_breakdown_that_does_not_add_up_says_so(catalogue: Catalogue) -> None:
    """Order 11 loses its lines: its discount is in the total and in no product."""
    tables = handmade_tables()
    tables["order_lines"] = tables["order_lines"].query("order_id != 11")
    tables["orders"].loc[1, "discount_amount"] = 4.0
    warehouse = FrameWarehouse(tables)
    query = MetricQuery(
        metrics=("revenue",), dimensions=("product_category",), period=MAY, as_of=AS_OF
    )
    finding = answer(query, warehouse=warehouse, catalogue=catalogue)
    assert finding.receipt.notes == (
        "The groups add up to 90, the total is 86: −4 belongs to no group.",
    )


def test_groups_that_overlap_are_said_to(answered: Answer) -> None:
    notes = answered("active customers", dimensions=("order_channel",)).receipt.notes
    assert notes == (
        "One customer can be in several groups, so the groups do not add up to the total.",
    )
    assert answered("active customers", dimensions=("region",)).receipt.notes == ()


def test_a_period_to_date_is_named_as_partial(answered: Answer) -> None:
    finding = answered("revenue", period=JUNE, compare_to=MAY)
    assert finding.receipt.period == ("1 June to 29 June 2026, compared with 1 May to 31 May 2026")
    assert finding.receipt.notes == (
        "“this month” (1 June to 30 June 2026) is not over: the data ends on 29 June 2026.",
    )


def test_cut_periods_of_a_trend_are_named(answered: Answer) -> None:
    notes = answered("tickets", grain="week", period=MAY).receipt.notes
    assert "The first week has only the days from 1 May 2026." in notes


def test_employees_left_out_are_named(answered: Answer) -> None:
    notes = answered("tickets", dimensions=("plan",)).receipt.notes
    assert "Employees' tickets belong to no customer and are left out." in notes
    assert "Checked: the 2 groups add up to the total, 3." in notes


def test_the_default_period_of_churn_is_named(answered: Answer) -> None:
    finding = answered("churn rate")
    assert finding.receipt.period == "1 June 2025 to 31 May 2026"
    assert finding.receipt.notes[0].startswith("No period was given")


def test_a_cut_result_is_named_and_not_checked(
    handmade_folder: object, catalogue: Catalogue
) -> None:
    warehouse = DuckDBWarehouse(handmade_folder, limits=WarehouseLimits(n_rows=2))  # type: ignore[arg-type]
    query = MetricQuery(metrics=("revenue",), dimensions=("product",), as_of=AS_OF)
    finding = answer(query, warehouse=warehouse, catalogue=catalogue)
    assert len(finding.rows) == 2
    assert finding.receipt.notes == ("Only the first 2 rows are shown.",)


# ---- charts


def test_bars_for_groups_lines_for_trends_a_table_for_much(answered: Answer) -> None:
    assert answered("tickets", dimensions=("team",)).chart.kind == "ranked"
    by_two = answered("tickets", dimensions=("team", "priority")).chart
    assert (by_two.kind, by_two.series) == ("bar", "priority")
    lines = answered("revenue", dimensions=("order_channel",), grain="month").chart
    assert (lines.kind, lines.series) == ("line", "order_channel")
    many = answered("sessions", dimensions=("source", "device"), grain="day").chart
    assert many.kind == "table"


def test_the_title_has_the_period(answered: Answer) -> None:
    chart = answered("revenue", dimensions=("order_channel",), grain="month", period=MAY).chart
    assert chart.title == "Revenue by month and order channel, 1 May to 31 May 2026"


# ---- errors


def test_an_unknown_metric_suggests_the_nearest(answered: Answer) -> None:
    with pytest.raises(UnknownMetricError) as caught:
        answered("revenu")
    assert caught.value.hint == "Did you mean 'revenue'?"


def test_a_dimension_that_a_metric_lacks_suggests_one_it_has(answered: Answer) -> None:
    with pytest.raises(UnknownDimensionError, match="Tickets cannot be split") as caught:
        answered("tickets", dimensions=("order_channel",))
    assert caught.value.hint == "Did you mean 'ticket_channel'?"


def test_the_clock_is_read_off_moments_alone(answered: Answer) -> None:
    with pytest.raises(UnknownDimensionError):
        answered("campaign spend", dimensions=("hour_of_day",))
    with pytest.raises(UnknownDimensionError):
        answered("open tickets", dimensions=("hour_of_day",))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"compare": "growth"}, "needs a period to compare with"),
        ({"compare_to": APRIL}, "needs a period of its own"),
        ({"compare_step": "month"}, "needs a trend"),
        ({"share_of_total": True}, "needs a dimension"),
        ({"count_groups": True}, "needs a dimension"),
        ({"top_n": 0, "dimensions": ("region",)}, "at least 1"),
        ({"dimensions": ("discount_amount",)}, "can limit an answer but not split it"),
        ({"filters": (where("discount_amount", ">", "much"),)}, "has no value 'much'"),
        ({"filters": (where("region", "="),)}, "has no value"),
        ({"filters": (where("region", "=", "North", "South"),)}, "takes one value, not 2"),
        ({"mean_per": "day", "grain": "month"}, "cannot be asked for at once"),
        ({"order_by": "luck", "dimensions": ("region",)}, "no metric 'luck'"),
        ({"period": Period(start=MAY.end, end=MAY.start)}, "before it begins"),
        ({"metrics": ("customer lifetime value",)}, "computed by a model"),
        ({"metrics": ()}, "at least one metric"),
        (
            {"metrics": ("churn rate",), "share_of_total": True, "dimensions": ("region",)},
            "has no shares",
        ),
        ({"metrics": ("historic lifetime value",), "grain": "month"}, "has no trend"),
        (
            {
                "metrics": ("campaign spend",),
                "customer_conditions": (CustomerCondition(metric="orders"),),
            },
            "cannot be limited to some customers",
        ),
        ({"grain": "day", "period": Period(start=date(1900, 1, 1), end=AS_OF)}, "more than 5,000"),
    ],
)
def test_contradictions_are_refused_with_a_reason(
    handmade: DuckDBWarehouse, catalogue: Catalogue, parts: dict[str, object], message: str
) -> None:
    query = MetricQuery(**{"metrics": ("revenue",), "as_of": AS_OF, **parts})  # type: ignore[arg-type]
    with pytest.raises((QueryError, UnknownMetricError), match=message):
        answer(query, warehouse=handmade, catalogue=catalogue)
