"""Rows agree with each other, as those of a real company would."""

from __future__ import annotations

import pytest

from tests.unit.analytics.demo.conftest import Demo

# Each query counts rows that contradict the sentence beside it.
CONTRADICTIONS = {
    "a customer is churned exactly when churned_at is set": """
        SELECT count(*) FROM customers
        WHERE (status = 'churned') <> (churned_at IS NOT NULL)
           OR (churned_at IS NULL) <> (churn_reason IS NULL)""",
    "customers leave after they sign up": """
        SELECT count(*) FROM customers WHERE churned_at <= signed_up_at""",
    "nobody orders before signing up or after leaving": """
        SELECT count(*) FROM orders JOIN customers USING (customer_id)
        WHERE ordered_at < signed_up_at OR ordered_at >= churned_at""",
    "nobody asks for help before signing up or after leaving": """
        SELECT count(*) FROM tickets JOIN customers USING (customer_id)
        WHERE opened_at < signed_up_at OR opened_at >= churned_at""",
    "nobody is hit by an incident before signing up or after leaving": """
        SELECT count(*) FROM incident_customers JOIN customers USING (customer_id)
        JOIN incidents USING (incident_id)
        WHERE started_at < signed_up_at OR started_at >= churned_at""",
    "nobody is contacted or takes part before signing up or after leaving": """
        SELECT (SELECT count(*) FROM campaign_contacts JOIN customers USING (customer_id)
                WHERE sent_at < signed_up_at OR sent_at >= churned_at)
             + (SELECT count(*) FROM experiment_assignments JOIN customers USING (customer_id)
                WHERE assigned_at < signed_up_at OR assigned_at >= churned_at)""",
    "nobody answers a survey after leaving": """
        SELECT count(*) FROM surveys JOIN customers USING (customer_id)
        WHERE answered_at >= churned_at OR answered_at < signed_up_at""",
    "a customer brought by a campaign signed up while it ran": """
        SELECT count(*) FROM customers JOIN campaigns
          ON acquisition_campaign_id = campaign_id
        WHERE signed_up_at::DATE NOT BETWEEN started_on AND ended_on
           OR objective <> 'acquisition'""",
    "a city lies in one region of one country": """
        SELECT count(*) FROM (SELECT city FROM customers WHERE city IS NOT NULL GROUP BY city
                              HAVING count(DISTINCT country || region) <> 1)""",
    "a region is known where the country is": """
        SELECT count(*) FROM customers WHERE (country IS NULL) <> (region IS NULL)""",
    "customers are adults": """
        SELECT count(*) FROM customers
        WHERE birth_date > signed_up_at::DATE - INTERVAL 18 YEAR""",
    "e-mail addresses of customers are their own": """
        SELECT count(*) - count(DISTINCT email) FILTER (WHERE email LIKE '%@example.com')
        FROM customers""",
    "every order has lines, counted from 1": """
        SELECT count(*) FROM orders LEFT JOIN
          (SELECT order_id, count(*) n, min(line_no) lo, max(line_no) hi FROM order_lines
           GROUP BY order_id) USING (order_id)
        WHERE n IS NULL OR lo <> 1 OR hi <> n""",
    "no order has a product twice": """
        SELECT count(*) FROM (SELECT 1 FROM order_lines GROUP BY order_id, product_id
                              HAVING count(*) > 1)""",
    "nothing is sold before its launch, or at a loss": """
        SELECT count(*) FROM order_lines l JOIN orders USING (order_id)
        JOIN products p USING (product_id)
        WHERE ordered_at < launched_on OR l.unit_price <= l.unit_cost""",
    "a discount is smaller than the order": """
        SELECT count(*) FROM orders JOIN
          (SELECT order_id, sum(quantity * unit_price) gross FROM order_lines GROUP BY order_id)
          USING (order_id) WHERE discount_amount >= gross""",
    "a session converts exactly when it has a purchase": """
        SELECT count(*) FROM web_sessions s WHERE converted <> EXISTS
          (SELECT 1 FROM web_events e WHERE e.session_id = s.session_id AND step = 'purchase')""",
    "every session begins with one visit": """
        SELECT count(*) FROM web_sessions s LEFT JOIN
          (SELECT session_id, count(*) n, min(occurred_at) t FROM web_events
           WHERE step = 'visit' GROUP BY 1) v USING (session_id)
        WHERE n IS DISTINCT FROM 1 OR t <> started_at""",
    "events happen within their session": """
        SELECT count(*) FROM web_events JOIN web_sessions USING (session_id)
        WHERE occurred_at < started_at
           OR occurred_at > started_at + to_seconds(duration_s)""",
    "events follow the order of the funnel": """
        SELECT count(*) FROM (
          SELECT occurred_at < lag(occurred_at) OVER w OR rank < lag(rank) OVER w AS back
          FROM (SELECT *, list_position(
                  ['visit', 'product_view', 'add_to_cart', 'checkout', 'purchase'], step) AS rank
                FROM web_events)
          WINDOW w AS (PARTITION BY session_id ORDER BY event_id)) WHERE back""",
    "a bounce is a single page and goes no further": """
        SELECT count(*) FROM web_sessions WHERE is_bounce AND (pageviews <> 1 OR converted)""",
    "control is sent nothing, the others are": """
        SELECT count(*) FROM campaign_contacts
        WHERE (variant = 'control') <> (sent_at IS NULL)
           OR variant = 'control' AND (opened_at IS NOT NULL OR clicked_at IS NOT NULL)""",
    "contacts open after sending and click after opening": """
        SELECT count(*) FROM campaign_contacts
        WHERE opened_at < sent_at OR clicked_at < coalesce(opened_at, sent_at)
           OR converted_at < sent_at""",
    "contacts and members with an order have revenue, others none": """
        SELECT (SELECT count(*) FROM campaign_contacts
                WHERE (converted_at IS NOT NULL) <> (revenue > 0))
             + (SELECT count(*) FROM experiment_assignments WHERE converted <> (revenue > 0))""",
    "contacts are sent while the campaign runs": """
        SELECT count(*) FROM campaign_contacts JOIN campaigns USING (campaign_id)
        WHERE sent_at::DATE NOT BETWEEN started_on AND ended_on""",
    "campaigns and experiments start before they end": """
        SELECT (SELECT count(*) FROM campaigns WHERE ended_on < started_on)
             + (SELECT count(*) FROM experiments WHERE ended_on < started_on)""",
    "members are assigned while the experiment runs": """
        SELECT count(*) FROM experiment_assignments JOIN experiments USING (experiment_id)
        WHERE assigned_at::DATE NOT BETWEEN started_on AND ended_on""",
    "customers_affected counts the rows of incident_customers": """
        SELECT count(*) FROM incidents LEFT JOIN
          (SELECT incident_id, count(*) n FROM incident_customers GROUP BY 1) USING (incident_id)
        WHERE customers_affected <> coalesce(n, 0)""",
    "incidents are detected, acknowledged and resolved in that order": """
        SELECT count(*) FROM incidents
        WHERE detected_at < started_at OR acknowledged_at < detected_at
           OR resolved_at < acknowledged_at
           OR detected_at IS NULL AND acknowledged_at IS NOT NULL""",
    "downtime is no longer than the incident": """
        SELECT count(*) FROM incidents WHERE downtime_minutes - 0.1 >
          epoch(coalesce(resolved_at, TIMESTAMP '2026-06-30') - started_at) / 60""",
    "services do not depend on themselves, directly or round about": """
        WITH RECURSIVE reach AS (
          SELECT service_id, depends_on_service_id AS below FROM service_dependencies
          UNION SELECT r.service_id, d.depends_on_service_id FROM reach r
          JOIN service_dependencies d ON d.service_id = r.below)
        SELECT count(*) FROM reach WHERE service_id = below""",
    "tickets are resolved and closed exactly when their status says so": """
        SELECT count(*) FROM tickets
        WHERE (status IN ('resolved', 'closed')) <> (resolved_at IS NOT NULL)
           OR (status = 'closed') <> (closed_at IS NOT NULL)
           OR (status = 'new') <> (first_response_at IS NULL)
           OR (resolution IS NULL) <> (resolved_at IS NULL)""",
    "the steps of a ticket follow each other": """
        SELECT count(*) FROM tickets
        WHERE first_response_at < opened_at OR resolved_at < first_response_at
           OR closed_at < resolved_at OR due_at <= opened_at""",
    "low priority alone has no target": """
        SELECT count(*) FROM tickets WHERE (priority = 'low') <> (due_at IS NULL)""",
    "tickets come from customers, employees or spammers": """
        SELECT count(*) FROM tickets LEFT JOIN customers USING (customer_id)
        WHERE NOT CASE WHEN customer_id IS NOT NULL THEN requester_email = email AND NOT is_spam
                       WHEN is_spam THEN requester_email LIKE '%@example.com'
                       ELSE requester_email LIKE '%@larkfield.example' END""",
    "spam fixes nothing and is about nothing": """
        SELECT count(*) FROM tickets WHERE is_spam AND
          (article_id IS NOT NULL OR incident_id IS NOT NULL OR customer_id IS NOT NULL)""",
    "an article is named by resolved tickets alone": """
        SELECT count(*) FROM tickets WHERE article_id IS NOT NULL AND resolved_at IS NULL""",
    "tickets about an incident are opened after it starts": """
        SELECT count(*) FROM tickets JOIN incidents USING (incident_id)
        WHERE opened_at < started_at""",
    "surveys of a ticket follow its resolution and are the same customer's": """
        SELECT count(*) FROM surveys s JOIN tickets t USING (ticket_id)
        WHERE answered_at < resolved_at OR kind <> 'csat' OR is_spam
           OR s.customer_id IS DISTINCT FROM t.customer_id""",
    "csat scores are 1 to 5": """
        SELECT count(*) FROM surveys WHERE kind = 'csat' AND score NOT BETWEEN 1 AND 5""",
    "percentages stay within 0 and 100, error rates within 0 and 1": """
        SELECT count(*) FROM service_metrics
        WHERE value < 0 OR value > CASE WHEN metric IN ('cpu_load', 'memory_load', 'disk_used')
          THEN 100 WHEN metric = 'error_rate' THEN 1 ELSE value END""",
    "metrics are measured on the hour": """
        SELECT count(*) FROM service_metrics
        WHERE measured_at <> date_trunc('hour', measured_at)""",
}


@pytest.mark.parametrize("statement", list(CONTRADICTIONS))
def test_rows_agree(demo: Demo, statement: str) -> None:
    assert demo.one(CONTRADICTIONS[statement]) == 0


@pytest.mark.parametrize(
    "column",
    ["birth_date", "gender", "country", "city", "income_band", "lifestyle"],
)
def test_people_leave_few_things_out(demo: Demo, column: str) -> None:
    share = demo.one(f"SELECT avg(({column} IS NULL)::INT) FROM customers")
    assert 0 < share < 0.06


@pytest.mark.parametrize(
    "condition",
    [
        "SELECT count(*) FROM tickets WHERE assignee IS NULL AND status IN ('new', 'open')",
        "SELECT count(*) FROM tickets WHERE reopened_count > 0",
        "SELECT count(*) FROM tickets WHERE is_spam",
        "SELECT count(*) FROM tickets WHERE customer_id IS NULL AND NOT is_spam",
        "SELECT count(*) FROM surveys WHERE kind = 'csat' AND ticket_id IS NULL",
        "SELECT count(*) FROM surveys WHERE kind = 'csat' AND customer_id IS NULL",
        "SELECT count(*) FROM web_sessions WHERE customer_id IS NULL AND converted",
        "SELECT count(*) FROM incidents WHERE root_cause IS NULL",
        "SELECT count(*) FROM orders WHERE campaign_id IS NOT NULL",
        "SELECT count(*) FROM web_sessions WHERE campaign_id IS NOT NULL",
        "SELECT count(*) FROM campaigns WHERE spend > budget",
    ],
)
def test_the_untidy_cases_of_real_life_occur(demo: Demo, condition: str) -> None:
    assert demo.one(condition) > 0
