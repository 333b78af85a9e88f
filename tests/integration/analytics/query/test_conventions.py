"""The conventions of metrics.md, one by one, on rows that can be added up in the head."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from analytics.catalogue import Catalogue
from analytics.model import CustomerCondition, Filter, MetricQuery, Period
from analytics.query.warehouse import DuckDBWarehouse
from tests.integration.analytics.query.comparing import Rows, compiled_rows

AS_OF = date(2026, 6, 30)
APRIL = Period(start=date(2026, 4, 1), end=date(2026, 5, 1))
MAY = Period(start=date(2026, 5, 1), end=date(2026, 6, 1))
JUNE = Period(start=date(2026, 6, 1), end=date(2026, 7, 1))

Ask = Callable[..., Rows]


@pytest.fixture
def ask(handmade: DuckDBWarehouse, catalogue: Catalogue) -> Ask:
    def asked(*metrics: str, **parts: object) -> Rows:
        query = MetricQuery(metrics=metrics, **{"as_of": AS_OF, **parts})  # type: ignore[arg-type]
        return compiled_rows(query, handmade, catalogue)

    return asked


def where(dimension: str, operator: str, *values: object) -> Filter:
    return Filter(dimension=dimension, operator=operator, values=values)  # type: ignore[arg-type]


# ---- periods


def test_a_period_holds_its_first_day_and_not_the_day_after_its_last(ask: Ask) -> None:
    assert ask("revenue", period=MAY) == [(100.0,)]


def test_a_period_to_date_stops_before_the_as_of_date(ask: Ask) -> None:
    assert ask("revenue", period=JUNE) == [(30.0,)]


def test_without_a_period_everything_before_the_as_of_date_counts(ask: Ask) -> None:
    assert ask("revenue") == [(215.0,)]
    assert ask("revenue", as_of=date(2026, 6, 1)) == [(185.0,)]


def test_a_period_before_all_data_has_no_revenue_and_no_orders(ask: Ask) -> None:
    long_ago = Period(start=date(2019, 1, 1), end=date(2020, 1, 1))
    assert ask("revenue", period=long_ago) == [(None,)]
    assert ask("orders", period=long_ago) == [(0,)]
    assert ask("average order value", period=long_ago) == [(None,)]


def test_a_period_after_the_as_of_date_is_empty(ask: Ask) -> None:
    later = Period(start=date(2026, 7, 1), end=date(2026, 8, 1))
    assert ask("orders", period=later) == [(0,)]
    assert ask("orders", period=later, grain="month") == []


# ---- groups


def test_groups_without_rows_do_not_appear_and_null_groups_stay(ask: Ask) -> None:
    assert ask("customers", dimensions=("region",)) == [("North", 2), ("South", 1), (None, 1)]
    assert ask("orders", dimensions=("region",), period=JUNE) == [("South", 1)]


def test_a_group_appears_only_for_rows_that_its_metric_counts(ask: Ask) -> None:
    """Order 13 was returned: the store has no completed order, but it has a return rate."""
    assert {row[0] for row in ask("revenue", dimensions=("order_channel",))} == {"web", "app"}
    assert ("store", 1.0) in ask("return rate", dimensions=("order_channel",))


def test_things_with_one_name_are_kept_apart_by_their_id(ask: Ask) -> None:
    assert ask("units sold", dimensions=("product",), period=MAY) == [("Lamp", 3), ("Lamp", 1)]
    both = ask("revenue", dimensions=("customer_id", "customer"))
    assert both == [(1, "Ada", 100.0), (2, "Ada", 30.0), (4, "Dee", 85.0)]


def test_ties_of_a_top_n_are_broken_by_name_then_by_id(ask: Ask) -> None:
    rows = ask("orders", dimensions=("customer",), period=JUNE, top_n=1)
    assert rows == [("Ada", 1)]
    tied = ask("tickets", dimensions=("team",), period=MAY, order="ascending", top_n=1)
    assert tied == [("Security", 1)]
    by_id = ask("new customers", dimensions=("customer_id", "customer"), top_n=2)
    assert by_id == [(1, "Ada", 1), (2, "Ada", 1)]


def test_no_value_comes_last_whatever_the_order(ask: Ask) -> None:
    down = ask("campaign roi", dimensions=("campaign",), order="descending")
    up = ask("campaign roi", dimensions=("campaign",), order="ascending")
    assert down == up == [("Spring", -0.5), ("Free", None)]


def test_no_campaign_is_not_the_best_campaign(ask: Ask) -> None:
    by_campaign = ask("revenue", dimensions=("campaign",))
    assert by_campaign == [(None, 125.0), ("Spring", 90.0)]
    assert ask("revenue", dimensions=("campaign",), top_n=1) == [("Spring", 90.0)]
    assert ask("revenue", dimensions=("campaign",), count_groups=True) == [(1,)]
    assert ask("tickets", dimensions=("team",), order="ascending", top_n=3)[-1] == ("Network", 2)


def test_employees_tickets_drop_out_by_customer_attributes(ask: Ask) -> None:
    assert ask("tickets", period=MAY) == [(3,)]
    assert ask("tickets", dimensions=("plan",), period=MAY) == [("premium", 2)]
    assert ask("tickets", filters=(where("plan", "!=", "basic"),), period=MAY) == [(2,)]


def test_surveys_without_a_customer_keep_their_null_group(ask: Ask) -> None:
    assert ask("csat", dimensions=("region",)) == [("North", 5.0), (None, 1.0)]
    given = (where("from_customer", "=", True),)
    assert ask("csat", dimensions=("region",), filters=given) == [("North", 5.0)]


# ---- money


def test_a_discount_is_taken_once_per_order(ask: Ask) -> None:
    assert ask("revenue", filters=(where("customer_id", "=", 1),), period=MAY) == [(100.0,)]


def test_by_product_a_discount_is_spread_by_line_value(ask: Ask) -> None:
    rows = ask("revenue", dimensions=("product_category",), period=MAY)
    assert rows == [("Laptops", pytest.approx(72.0)), ("Audio", pytest.approx(28.0))]


def test_by_product_an_order_is_counted_once_per_product(ask: Ask) -> None:
    rows = dict(ask("orders", dimensions=("product_category",), period=MAY))
    assert rows == {"Audio": 2, "Laptops": 1}
    assert ask("orders", filters=(where("product_category", "in", "Audio", "Laptops"),)) == [(2,)]


def test_gross_margin_takes_cost_off_revenue(ask: Ask) -> None:
    assert ask("gross margin", period=MAY) == [(45.0,)]
    assert ask("gross margin rate", period=MAY) == [(0.45,)]


def test_product_holding_counts_distinct_products(ask: Ask) -> None:
    assert ask("product holding", period=MAY) == [(2.0,)]


# ---- campaigns


def test_the_control_group_is_left_out(ask: Ask) -> None:
    assert ask("contacts") == [(3,)]
    assert ask("campaign revenue") == [(28.0,)]
    assert ask("contacts", dimensions=("variant",)) == [("A", 3)]


def test_a_message_opened_after_the_as_of_date_is_not_opened_yet(ask: Ask) -> None:
    assert ask("open rate") == [(pytest.approx(1 / 3),)]


def test_roi_sums_the_contacts_before_it_meets_the_spend(ask: Ask) -> None:
    assert ask("campaign roi") == [((28.0 - 50.0) / 50.0,)]


def test_acquisition_cost_counts_customers_of_acquisition_campaigns(ask: Ask) -> None:
    assert ask("customer acquisition cost", period=MAY) == [(50.0,)]
    assert ask("customer acquisition cost") == [(25.0,)]
    assert ask("customer acquisition cost", period=APRIL) == [(None,)]


# ---- service desk


def test_spam_is_left_out_of_every_ticket_metric(ask: Ask) -> None:
    assert ask("tickets", filters=(where("ticket_id", "=", 4),)) == [(0,)]
    assert ask("resolved tickets", period=MAY) == [(2,)]


def test_the_backlog_is_a_snapshot_by_resolved_at(ask: Ask) -> None:
    """Ticket 3 is resolved on the as-of date, after the snapshot: it is still open."""
    assert ask("open tickets") == [(2,)]
    assert ask("open tickets", period=APRIL) == [(1,)]
    trend = ask("open tickets", grain="month", period=Period(start=APRIL.start, end=MAY.end))
    assert trend == [(date(2026, 4, 1), 1), (date(2026, 5, 1), 2)]


def test_sla_leaves_out_tickets_without_a_due_time(ask: Ask) -> None:
    assert ask("sla compliance") == [(0.5,)]


def test_a_missing_name_is_null_or_empty(ask: Ask) -> None:
    open_in_march = Period(start=date(2026, 3, 1), end=date(2026, 4, 1))
    nobody = (where("assignee", "is null"),)
    assert ask("open tickets", filters=nobody, period=open_in_march) == [(1,)]
    assert ask("tickets", filters=(where("assignee", "not null"),), period=MAY) == [(2,)]


def test_late_is_known_only_once_resolved(ask: Ask) -> None:
    assert ask("resolved tickets", filters=(where("late", "=", True),)) == [(1,)]
    assert ask("tickets", filters=(where("overdue", "=", True),)) == [(1,)]


# ---- operations


def test_availability_lists_services_without_incidents(ask: Ask) -> None:
    rows = ask("availability", dimensions=("service",), period=MAY)
    assert rows == [("Shop", 1.0), ("Mail", pytest.approx(0.999))]


def test_availability_of_all_divides_by_all_services(ask: Ask) -> None:
    assert ask("availability", period=MAY) == [(pytest.approx(0.9995),)]
    quiet = ask("availability", period=APRIL, grain="month")
    assert quiet == [(date(2026, 4, 1), 1.0)]


def test_availability_without_a_period_starts_with_the_first_incident(ask: Ask) -> None:
    minutes = (AS_OF - date(2026, 5, 3)).days * 24 * 60
    assert ask("availability") == [(pytest.approx(1 - 44.64 / (2 * minutes)),)]


def test_customers_affected_by_region_uses_the_customers_hit(ask: Ask) -> None:
    assert ask("customers affected", dimensions=("region",)) == [("North", 1), ("South", 1)]
    assert ask("incidents", dimensions=("region",)) == [("North", 1), ("South", 1)]
    assert ask("incidents") == [(2,)]


def test_unknown_causes_and_unknown_moments_stay(ask: Ask) -> None:
    assert ask("mttd", dimensions=("root_cause",)) == [("memory", 5.0), (None, None)]
    fast = (where("minutes_to_detect", "<=", 5),)
    assert ask("incidents", numerator=fast) == [(0.5,)]


# ---- customers


def test_customers_include_the_churned_and_stop_at_the_end(ask: Ask) -> None:
    assert ask("customers", period=MAY) == [(4,)]
    assert ask("customers", period=APRIL) == [(3,)]


def test_churn_counts_only_who_was_there_at_the_start(ask: Ask) -> None:
    assert ask("churn rate", period=MAY) == [(pytest.approx(1 / 3),)]
    assert ask("retention rate", period=MAY) == [(pytest.approx(2 / 3),)]
    assert ask("churn rate", period=JUNE) == [(0.0,)]


def test_churn_without_a_period_takes_the_last_12_whole_months(ask: Ask) -> None:
    """June 2025 to May 2026: customers 1, 2 and 4 were there, 4 left."""
    assert ask("churn rate") == [(pytest.approx(1 / 3),)]
    months = ask("churn rate", grain="month")
    assert (months[0][0], months[-1][0], len(months)) == (date(2025, 6, 1), date(2026, 5, 1), 12)


def test_churn_of_nobody_is_no_data(ask: Ask) -> None:
    early = Period(start=date(2023, 1, 1), end=date(2023, 2, 1))
    assert ask("churn rate", period=early) == [(None,)]


def test_a_birthday_on_the_as_of_date_counts(ask: Ask) -> None:
    assert ask("customers", filters=(where("age", "<", 30),)) == [(1,)]
    assert ask("customers", filters=(where("age", ">=", 30),)) == [(2,)]


def test_nps_runs_from_minus_100_to_100(ask: Ask) -> None:
    assert ask("nps") == [(25.0,)]


def test_cart_abandonment_counts_sessions_not_events(ask: Ask) -> None:
    assert ask("cart abandonment rate") == [(0.5,)]
    assert ask("cart abandonment rate", filters=(where("source", "=", "google"),)) == [(0.0,)]
    assert ask("cart abandonment rate", filters=(where("device", "=", "mobile"),)) == [(None,)]


# ---- the clock


def test_hours_and_days_of_the_week_come_from_the_metrics_own_date(ask: Ask) -> None:
    assert ask("sessions", dimensions=("hour_of_day",)) == [(10, 2), (23, 1)]
    assert ask("sessions", dimensions=("day_of_week",)) == [("Monday", 2), ("Saturday", 1)]
    assert ask("sessions", filters=(where("weekend", "=", True),)) == [(1,)]


# ---- trends


def test_every_period_of_a_trend_appears(ask: Ask) -> None:
    spring = Period(start=date(2026, 3, 1), end=date(2026, 5, 1))
    assert ask("orders", "revenue", "average order value", grain="month", period=spring) == [
        (date(2026, 3, 1), 0, 0.0, None),
        (date(2026, 4, 1), 1, 85.0, 85.0),
    ]


def test_a_cut_week_is_labelled_with_its_true_first_day(ask: Ask) -> None:
    rows = ask("tickets", grain="week", period=Period(start=date(2026, 5, 1), end=date(2026, 5, 5)))
    assert rows == [(date(2026, 4, 27), 1), (date(2026, 5, 4), 0)]


def test_a_trend_without_a_period_runs_from_the_first_row_to_the_as_of_date(ask: Ask) -> None:
    rows = ask("orders", grain="month")
    assert rows == [(date(2026, 4, 1), 1), (date(2026, 5, 1), 2), (date(2026, 6, 1), 1)]


def test_every_group_of_a_trend_has_every_period(ask: Ask) -> None:
    rows = ask("orders", dimensions=("order_channel",), grain="month")
    assert len(rows) == 6
    assert (date(2026, 6, 1), "app", 0) in rows


def test_the_best_month_is_one_row(ask: Ask) -> None:
    assert ask("revenue", grain="month", top_n=1) == [(date(2026, 5, 1), 100.0)]


def test_the_top_groups_of_a_trend_keep_all_their_periods(ask: Ask) -> None:
    rows = ask("revenue", dimensions=("order_channel",), grain="month", top_n=1)
    assert [row[1] for row in rows] == ["web"] * 3


# ---- comparisons


def test_a_comparison_is_one_row_current_then_previous(ask: Ask) -> None:
    assert ask("revenue", period=MAY, compare_to=APRIL) == [(100.0, 85.0)]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("difference", (100.0, 85.0, 15.0)),
        ("growth", (100.0, 85.0, pytest.approx(15 / 85))),
        ("both", (100.0, 85.0, 15.0, pytest.approx(15 / 85))),
        ("change_only", (15.0,)),
        ("growth_only", (pytest.approx(15 / 85),)),
    ],
)
def test_a_comparison_has_what_was_asked(ask: Ask, kind: str, expected: tuple[object]) -> None:
    assert ask("revenue", period=MAY, compare_to=APRIL, compare=kind) == [expected]


def test_growth_from_nothing_is_no_data(ask: Ask) -> None:
    march = Period(start=date(2026, 3, 1), end=date(2026, 4, 1))
    assert ask("orders", period=APRIL, compare_to=march, compare="both") == [(1, 0, 1, None)]


def test_a_group_of_one_period_alone_stays_in_the_comparison(ask: Ask) -> None:
    rows = ask("revenue", dimensions=("order_channel",), period=MAY, compare_to=APRIL,
               compare="difference")  # fmt: skip
    assert rows == [("web", 90.0, 85.0, 5.0), ("app", 10.0, 0.0, 10.0)]


def test_only_the_groups_that_grew(ask: Ask) -> None:
    rows = ask(
        "tickets",
        dimensions=("team",),
        period=MAY,
        compare_to=APRIL,
        having=(where("difference", ">", 1),),
    )
    assert rows == [("Network", 2, 0)]


def test_each_month_against_the_one_before_also_outside_the_period(ask: Ask) -> None:
    rows = ask("revenue", grain="month", period=Period(start=MAY.start, end=AS_OF),
               compare_step="month", compare="difference")  # fmt: skip
    assert rows == [(date(2026, 5, 1), 100.0, 15.0), (date(2026, 6, 1), 30.0, -70.0)]


def test_each_month_against_the_same_month_a_year_earlier(ask: Ask) -> None:
    rows = ask("orders", grain="month", period=MAY, compare_step="year", compare="growth_only")
    assert rows == [(date(2026, 5, 1), None)]


# ---- shares, parts, ratios, means, counts


def test_shares_add_to_one(ask: Ask) -> None:
    rows = ask("revenue", dimensions=("order_channel",), period=MAY, share_of_total=True)
    assert rows == [("web", 0.9), ("app", 0.1)]


def test_the_share_of_things_that_overlap_is_of_their_true_number(ask: Ask) -> None:
    """Customer 1 bought by web and by app: one active customer of one, twice."""
    rows = ask("active customers", dimensions=("order_channel",), period=MAY, share_of_total=True)
    assert rows == [("app", 1.0), ("web", 1.0)]


def test_a_share_within_each_month(ask: Ask) -> None:
    rows = ask("revenue", dimensions=("order_channel",), grain="month", share_of_total=True)
    assert rows[:4] == [
        (date(2026, 4, 1), "app", 0.0),
        (date(2026, 4, 1), "web", 1.0),
        (date(2026, 5, 1), "app", 0.1),
        (date(2026, 5, 1), "web", 0.9),
    ]


def test_the_part_that_a_condition_keeps(ask: Ask) -> None:
    assert ask("revenue", numerator=(where("order_channel", "=", "app"),), period=MAY) == [(0.1,)]


def test_a_metric_per_another(ask: Ask) -> None:
    rows = ask("tickets", per_metric="active customers", per_scale=100, period=MAY,
               dimensions=("region",))  # fmt: skip
    assert rows == [("North", 200.0)]


def test_a_mean_per_day_counts_the_quiet_days(ask: Ask) -> None:
    assert ask("orders", mean_per="day", period=MAY) == [(pytest.approx(2 / 31),)]


def test_how_many_groups_meet_a_condition(ask: Ask) -> None:
    rows = ask("revenue", dimensions=("customer",), having=(where("revenue", ">", 50),),
               count_groups=True)  # fmt: skip
    assert rows == [(2,)]


def test_a_condition_on_a_metric_that_is_not_shown(ask: Ask) -> None:
    rows = ask("revenue", dimensions=("order_channel",), having=(where("orders", ">=", 2),))
    assert rows == [("web", 205.0)]


# ---- several metrics, several tables


def test_metrics_of_two_tables_do_not_multiply_each_other(ask: Ask) -> None:
    """Customer 1 has two orders and two tickets in May: a joined sum would be 200 and 4."""
    rows = ask("revenue", "tickets", dimensions=("region",), period=MAY)
    assert rows == [("North", 100.0, 2)]


def test_a_group_that_one_table_lacks_counts_zero_there(ask: Ask) -> None:
    april = ask("tickets", "revenue", "csat", dimensions=("region",), period=APRIL)
    assert april == [("North", 0, 85.0, None)]


def test_metrics_dated_by_two_columns_of_one_table(ask: Ask) -> None:
    assert ask("tickets", "resolved tickets", "open tickets", period=MAY) == [(3, 2, 2)]


# ---- customers who …


def test_customers_who_never_ordered(ask: Ask) -> None:
    never = (CustomerCondition(metric="orders", operator="<", value=1),)
    assert ask("customers", customer_conditions=never) == [(1,)]


def test_customers_above_a_sum(ask: Ask) -> None:
    big = (CustomerCondition(metric="revenue", operator=">", value=84, period=APRIL),)
    assert ask("customers", customer_conditions=big) == [(1,)]


def test_a_customer_who_meets_a_condition_twice_counts_once(ask: Ask) -> None:
    hit = (CustomerCondition(metric="incidents", filters=(where("severity", "=", 1),)),)
    assert ask("revenue", period=MAY, customer_conditions=hit) == [(100.0,)]
    assert ask("tickets", period=MAY, customer_conditions=hit) == [(2,)]


def test_conditions_hold_together(ask: Ask) -> None:
    visited = CustomerCondition(metric="sessions", period=MAY)
    bought_nothing = CustomerCondition(metric="orders", operator="=", value=0, period=MAY)
    both = (visited, bought_nothing)
    assert ask("customers", customer_conditions=both) == [(1,)]


def test_days_before_churn_are_each_customers_own(ask: Ask) -> None:
    def left(days: int) -> Rows:
        seen = (CustomerCondition(metric="sessions", days_before_churn=days),)
        return ask("churned customers", period=MAY, customer_conditions=seen)

    assert left(30) == [(1,)]  # session 3 is 5 days and a half before customer 4 left
    assert left(5) == [(0,)]
