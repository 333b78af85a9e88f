"""What truth.json says about customers and sales can be found again in the tables."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from tests.unit.analytics.demo.conftest import Demo

# How many standard errors an estimate may lie from what was planted.
TOLERANCE = 4.0


def _close(n_yes: float, n_all: float, probability: float) -> bool:
    error = math.sqrt(max(probability * (1 - probability), 1e-9) / n_all)
    return abs(n_yes / n_all - probability) < TOLERANCE * error


def test_the_truth_names_its_arguments(demo: Demo) -> None:
    truth = demo.truth
    assert (truth["seed"], truth["n_customers"]) == (7, 3_000)
    assert (truth["from"], truth["until"]) == ("2024-01-01", "2026-06-30")
    assert truth["churn"]["n_churned"] == demo.one(
        "SELECT count(*) FROM customers WHERE status = 'churned'"
    )


def test_every_customer_has_a_segment_and_segments_behave_differently(demo: Demo) -> None:
    segments = demo.truth["segments"]
    names, labels = segments["names"], segments["labels"]
    assert len(labels) == 3_000
    assert 4 <= len(names) <= 6
    shares = pd.Series(list(labels)).value_counts(normalize=True)
    for number, parameters in enumerate(segments["parameters"]):
        assert _close(shares[str(number)] * 3_000, 3_000, parameters["share"])
    behaviour = demo.ask("""
        SELECT c.customer_id,
               count(order_id) * 365 * 86400
                 / epoch(any_value(coalesce(churned_at, '2026-06-30') - signed_up_at)) AS per_year,
               avg((discount_amount > 0)::INT) AS discounted,
               avg((channel = 'app')::INT) AS app, avg((channel = 'store')::INT) AS store,
               avg((month(ordered_at) >= 11)::INT) AS at_peak
        FROM customers c LEFT JOIN orders USING (customer_id)
        WHERE signed_up_at < '2026-01-01' GROUP BY 1""")
    label = behaviour["customer_id"].map(lambda number: names[int(labels[number - 1])])
    means = behaviour.drop(columns="customer_id").groupby(label).mean()
    assert means["per_year"]["loyal regulars"] > 2.5 * means["per_year"]["big-ticket buyers"]
    assert means["discounted"].idxmax() == "deal seekers"
    assert means["app"].idxmax() == "app natives"
    assert means["store"].idxmax() == "store visitors"
    assert means["at_peak"].idxmax() == "holiday gifters"


def _churn_panel(demo: Demo) -> pd.DataFrame:
    """One row per customer and month present, with the features as truth.json words them."""
    return demo.ask("""
        WITH months AS (
          SELECT m::TIMESTAMP AS m
          FROM range(TIMESTAMP '2024-01-01', TIMESTAMP '2026-07-01', INTERVAL 1 MONTH) r(m)),
        base AS (
          SELECT customer_id, m, plan, region, signed_up_at, churned_at FROM customers, months
          WHERE signed_up_at < m AND (churned_at IS NULL OR churned_at >= m)),
        asked AS (
          SELECT b.customer_id, b.m,
            max((priority = 'urgent' AND opened_at < b.m
                 AND opened_at >= b.m - INTERVAL 90 DAY)::INT) AS urgent,
            max((due_at < b.m AND due_at >= b.m - INTERVAL 90 DAY
                 AND (resolved_at IS NULL OR resolved_at > due_at))::INT) AS late
          FROM base b JOIN tickets USING (customer_id) GROUP BY 1, 2),
        hit AS (
          SELECT DISTINCT b.customer_id, b.m, 1 AS sev1
          FROM base b JOIN incident_customers USING (customer_id)
          JOIN incidents i USING (incident_id)
          WHERE severity = 1 AND i.started_at < b.m
            AND i.started_at >= b.m - INTERVAL 180 DAY),
        bought AS (
          SELECT b.customer_id, b.m,
            count(*) FILTER (ordered_at < b.m AND ordered_at >= b.m - INTERVAL 90 DAY) AS recent,
            count(*) FILTER (ordered_at < b.m - INTERVAL 90 DAY
                             AND ordered_at >= b.m - INTERVAL 180 DAY) AS before
          FROM base b JOIN orders USING (customer_id) GROUP BY 1, 2)
        SELECT coalesce(urgent, 0) AS urgent_ticket_90d, coalesce(late, 0) AS late_ticket_90d,
          coalesce(sev1, 0) AS sev1_incident_180d,
          (m - signed_up_at < INTERVAL 180 DAY)::INT AS tenure_under_180d,
          (coalesce(recent, 0) * 2 < coalesce(before, 0))::INT AS falling_frequency_90d,
          coalesce(region = 'South', false)::INT AS region_south,
          (plan = 'none')::INT AS plan_none, (plan = 'plus')::INT AS plan_plus,
          (plan = 'premium')::INT AS plan_premium,
          coalesce(churned_at < m + INTERVAL 1 MONTH, false)::INT AS leaves
        FROM base LEFT JOIN asked USING (customer_id, m) LEFT JOIN hit USING (customer_id, m)
        LEFT JOIN bought USING (customer_id, m)
        ORDER BY customer_id, m""")


def test_the_causes_of_churn_can_be_recovered(demo: Demo) -> None:
    panel = _churn_panel(demo)
    names = [name for name in panel.columns if name != "leaves"]
    design = np.column_stack([np.ones(len(panel)), panel[names].to_numpy(dtype=float)])
    leaves = panel["leaves"].to_numpy(dtype=float)
    weights = np.zeros(design.shape[1])
    for _ in range(15):
        chance = 1 / (1 + np.exp(-design @ weights))
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design
        weights = weights + np.linalg.solve(curvature, design.T @ (leaves - chance))
    errors = np.sqrt(np.diag(np.linalg.inv(curvature)))
    truth = demo.truth["churn"]
    planted = np.array([truth["intercept"], *(truth["log_odds"][name] for name in names)])
    assert (np.abs(weights - planted) < TOLERANCE * errors).all()
    assert (np.sign(weights) == np.sign(planted)).all()


def test_products_bought_together_are_found(demo: Demo) -> None:
    for pair in demo.truth["pairs"]:
        first, second = pair["product_id"], pair["with_product_id"]
        counted = demo.ask(f"""
            SELECT count(*) AS n, sum(second::INT) AS both FROM (
              SELECT bool_or(product_id = {first}) AS first,
                     bool_or(product_id = {second}) AS second
              FROM order_lines GROUP BY order_id) WHERE first""").iloc[0]
        assert counted["both"] == pair["orders_with_both"]
        # The partner is also bought for itself, in a few of the baskets.
        share = counted["both"] / counted["n"]
        error = TOLERANCE * math.sqrt(0.25 / counted["n"])
        assert pair["added_probability"] - error < share < pair["added_probability"] + 0.08 + error
        assert pair["lift_over_all_orders"] > 3


def test_one_product_comes_back_more_often(demo: Demo) -> None:
    told = demo.truth["returns"]
    counted = demo.ask(f"""
        SELECT sum((status = 'returned')::INT) AS back, count(*) AS n FROM orders
        WHERE status <> 'cancelled' AND channel <> 'store' AND order_id IN
          (SELECT order_id FROM order_lines WHERE product_id = {told["product_id"]})""").iloc[0]
    # A few of these orders were caused by a campaign or an experiment and never come back.
    assert counted["back"] / counted["n"] > 4 * told["usual_return_probability"]
    assert counted["back"] / counted["n"] < told["return_probability"] + 0.06


def test_the_shop_has_its_seasons_and_grows(demo: Demo) -> None:
    by_month = demo.ask("""
        SELECT date_trunc('month', ordered_at)::DATE AS m, count(*) AS n
        FROM orders GROUP BY 1 ORDER BY 1""").set_index("m")["n"]
    peak = by_month["2025-11-01":"2025-12-01"].mean()
    assert peak > 1.3 * by_month["2025-09-01":"2025-10-01"].mean()
    assert peak > 1.3 * by_month["2026-02-01":"2026-03-01"].mean()
    assert by_month["2026-02-01"] > 1.2 * by_month["2025-02-01"] > by_month["2024-02-01"]
    friday = demo.truth["demand"]["black_fridays"][-1]
    days = demo.ask("SELECT ordered_at::DATE AS d, count(*) AS n FROM orders GROUP BY 1")
    days = days.set_index("d")["n"]
    assert days[friday] > 1.4 * days["2025-11-01":"2025-11-20"].mean()


def test_demand_falls_in_one_region_alone(demo: Demo) -> None:
    told = demo.truth["demand"]["region_drop"]
    assert told["happened"]
    counts = demo.ask(f"""
        SELECT region = '{told["region"]}' AS here, ordered_at >= '{told["from"]}' AS after,
               count(*) AS n
        FROM orders JOIN customers USING (customer_id)
        WHERE ordered_at >= '2026-02-01' AND region IS NOT NULL GROUP BY ALL""")
    n = {(row.here, row.after): row.n for row in counts.itertuples()}
    odds = math.log(n[True, True] * n[False, False] / (n[True, False] * n[False, True]))
    error = math.sqrt(sum(1 / count for count in n.values()))
    assert abs(odds - math.log(1 - told["orders_lost_fraction"])) < TOLERANCE * error
    assert odds < -2 * error


def test_campaigns_cause_what_they_are_said_to(demo: Demo) -> None:
    found = demo.ask("""
        SELECT campaign_id, variant, count(*) AS n,
               avg((converted_at IS NOT NULL)::INT) AS rate
        FROM campaign_contacts GROUP BY ALL""").set_index(["campaign_id", "variant"])
    gain = expected = variance = 0.0
    for campaign in demo.truth["campaigns"]:
        number, counts = campaign["campaign_id"], campaign["n_contacts"]
        for name, n_contacts in counts.items():
            assert found["n"].get((number, name), 0) == n_contacts
        if min(counts.values()) < 20:
            continue
        usual = found.loc[(number, "control")]
        for name in ("A", "B"):
            sent = found.loc[(number, name)]
            gain += sent["n"] * (sent["rate"] - usual["rate"])
            # Of those who would order anyway, a caused order changes nothing.
            expected += sent["n"] * campaign["mean_effect"][name] * (1 - usual["rate"])
            variance += sent["n"] ** 2 * 0.12 * (1 / sent["n"] + 2 / usual["n"])
    assert abs(gain - expected) < TOLERANCE * math.sqrt(variance)
    assert gain > 0


def test_one_campaign_has_no_control_group(demo: Demo) -> None:
    without = [item for item in demo.truth["campaigns"] if item["n_contacts"]["control"] == 0]
    assert without
    assert all(item["name"].startswith("Catalogue by Post") for item in without)


def _experiment(demo: Demo, kind: str) -> tuple[dict[str, float], pd.DataFrame]:
    told = next(item for item in demo.truth["experiments"] if item["kind"] == kind)
    rows = demo.ask(f"""
        SELECT variant, count(*) AS n, avg(converted::INT) AS rate, avg(revenue) AS revenue,
               var_samp(revenue) AS variance
        FROM experiment_assignments WHERE experiment_id = {told["experiment_id"]}
        GROUP BY 1""").set_index("variant")
    assert rows["n"].to_dict() == told["n_assigned"]
    return told, rows


@pytest.mark.parametrize(
    "kind", ["true positive on conversion", "null", "true positive, still running"]
)
def test_an_experiment_on_conversion_shows_its_effect(demo: Demo, kind: str) -> None:
    told, rows = _experiment(demo, kind)
    control, treated = rows.loc["control"], rows.loc["treatment"]
    effect = told["extra_order_probability"] * (1 - control["rate"])
    error = math.sqrt(0.25 * (1 / control["n"] + 1 / treated["n"]))
    assert abs(treated["rate"] - control["rate"] - effect) < TOLERANCE * error


def test_an_experiment_raises_revenue_and_not_conversion(demo: Demo) -> None:
    told, rows = _experiment(demo, "true positive on revenue")
    assert told["extra_line_probability"] > 0.5
    names = ", ".join(f"'{name}'" for name in told["extra_line_products"])
    lines = demo.ask(f"""
        SELECT variant, avg((extra > 0)::INT) AS share FROM (
          SELECT variant, order_id, count(*) FILTER (p.name IN ({names})) AS extra
          FROM experiment_assignments a JOIN experiments e USING (experiment_id)
          JOIN orders o USING (customer_id) JOIN order_lines USING (order_id)
          JOIN products p USING (product_id)
          WHERE experiment_id = {told["experiment_id"]} AND ordered_at >= assigned_at
            AND ordered_at < ended_on + 1 GROUP BY ALL)
        GROUP BY 1""").set_index("variant")["share"]
    assert lines["treatment"] > lines["control"] + 0.5
    assert abs(rows["rate"]["treatment"] - rows["rate"]["control"]) < 0.08


def test_one_experiment_alone_loses_treated_customers_without_an_order(demo: Demo) -> None:
    for told in demo.truth["experiments"]:
        _, rows = _experiment(demo, told["kind"])
        without = rows["n"] * (1 - rows["rate"])
        # Treated customers who ordered because of the experiment are not among them.
        kept = (1 - told["lost_treatment_without_order"]) * (1 - told["extra_order_probability"])
        error = math.sqrt((1 / without).sum())
        gap = math.log(without["treatment"] / without["control"])
        assert abs(gap - math.log(kept)) < TOLERANCE * error
        if told["kind"] == "sample-ratio mismatch":
            assert gap < -2 * error
        else:
            # 10.83 is the 0.1 % point of chi-square with one degree of freedom.
            difference = rows["n"]["control"] - rows["n"]["treatment"]
            assert difference**2 / rows["n"].sum() < 10.83
