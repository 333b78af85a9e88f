"""Every metric a second time, as plain SQL written by hand from the definitions.

`{s}` and `{e}` are the first day and the day after the last, `{by}` a column of the customer, team,
service, … to group by (with a comma) or nothing, `{group}` the GROUP BY that belongs to it. The
as-of date is 2026-06-30 throughout; moments on or after it are not seen.
"""

from __future__ import annotations

from dataclasses import dataclass

AS_OF = "TIMESTAMP '2026-06-30'"
IN = "BETWEEN TIMESTAMP '{s}' AND TIMESTAMP '{e}' - INTERVAL 1 MICROSECOND"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A metric in SQL, and one column it is grouped by in the tests."""

    sql: str
    dimension: str
    by: str
    """The column of the SQL that the dimension stands for."""


def _orders(value: str, condition: str = "status = 'completed'") -> str:
    return (
        f"""
        WITH l AS (SELECT order_id, sum(quantity * unit_price) AS g, sum(quantity * unit_cost) AS k,
                          sum(quantity) AS q FROM order_lines GROUP BY ALL),
        o AS (SELECT orders.*, c.region, coalesce(g, 0) - coalesce(discount_amount, 0) AS r,
                     coalesce(k, 0) AS k, q
              FROM orders LEFT JOIN l USING (order_id) LEFT JOIN customers c USING (customer_id)
              WHERE ordered_at {IN})
        SELECT """
        + "{by}"
        + f" {value} FROM o WHERE {condition} "
        + "{group}"
    )


def _sessions(value: str) -> str:
    return (
        f"""
        WITH e AS (SELECT session_id, step FROM web_events WHERE occurred_at < {AS_OF}),
        x AS (SELECT s.*, session_id IN (SELECT session_id FROM e WHERE step = 'add_to_cart')
                            AS cart,
                     session_id IN (SELECT session_id FROM e WHERE step = 'purchase') AS bought
                   FROM web_sessions s WHERE started_at {IN})
        SELECT """
        + "{by}"
        + f" {value} FROM x "
        + "{group}"
    )


def _contacts(value: str) -> str:
    return (
        f"""
        WITH x AS (SELECT cc.*, c.channel
                   FROM campaign_contacts cc JOIN campaigns c USING (campaign_id)
                   WHERE variant IN ('A', 'B') AND sent_at {IN})
        SELECT """
        + "{by}"
        + f" {value} FROM x "
        + "{group}"
    )


def _tickets(value: str, dated_by: str = "opened_at") -> str:
    return (
        f"""
        WITH x AS (SELECT * REPLACE (if(resolved_at < {AS_OF}, resolved_at, NULL) AS resolved_at,
                                     if(first_response_at < {AS_OF}, first_response_at, NULL)
                                       AS first_response_at)
                   FROM tickets WHERE NOT is_spam)
        SELECT """
        + "{by}"
        + f" {value} FROM x WHERE {dated_by} {IN} "
        + "{group}"
    )


def _incidents(value: str) -> str:
    return (
        "SELECT {by} "
        + f"{value} FROM incidents JOIN services USING (service_id) WHERE started_at {IN} "
        + "{group}"
    )


def _readings(metric: str, value: str = "avg(value)") -> str:
    return (
        "SELECT {by} "
        + f"""{value} FROM service_metrics JOIN services USING (service_id)
              WHERE metric = '{metric}' AND measured_at {IN} """
        + "{group}"
    )


def _customers(value: str, condition: str) -> str:
    return "SELECT {by} " + f"{value} FROM customers WHERE {condition} " + "{group}"


def _surveys(value: str, kind: str) -> str:
    return (
        "SELECT {by} "
        + f"""{value} FROM surveys LEFT JOIN customers USING (customer_id)
              WHERE kind = '{kind}' AND answered_at {IN} """
        + "{group}"
    )


def _campaigns(value: str) -> str:
    return (
        f"""
        WITH x AS (SELECT c.*, (SELECT coalesce(sum(revenue), 0) FROM campaign_contacts cc
                                WHERE cc.campaign_id = c.campaign_id AND variant <> 'control'
                                  AND sent_at < {AS_OF}) AS earned
                   FROM campaigns c WHERE started_on {IN})
        SELECT """
        + "{by}"
        + f" {value} FROM x "
        + "{group}"
    )


_MINUTES = "avg(epoch(if({0} < " + AS_OF + ", {0}, NULL) - started_at)) / 60"
_SEEN = "count(if({0} < " + AS_OF + ", 1, NULL)) / nullif(count(*), 0)"
_BEGINNERS = "signed_up_at < TIMESTAMP '{s}' AND coalesce(churned_at >= TIMESTAMP '{s}', true)"
_LEFT = "count(*) FILTER (churned_at < TIMESTAMP '{e}') / nullif(count(*), 0)"
_STANDING = """
    SELECT {by} count(*) FROM tickets WHERE NOT is_spam AND opened_at < TIMESTAMP '{e}'
      AND NOT coalesce(resolved_at < TIMESTAMP '{e}', false) {group}"""
_COST = """
    WITH c AS (SELECT channel, sum(spend) AS spend FROM campaigns
               WHERE objective = 'acquisition' AND started_on >= '{s}' AND started_on < '{e}'
               GROUP BY ALL),
    n AS (SELECT channel, count(*) AS n FROM customers JOIN campaigns
          ON campaign_id = acquisition_campaign_id WHERE objective = 'acquisition'
            AND signed_up_at >= '{s}' AND signed_up_at < '{e}' GROUP BY ALL),
    x AS (SELECT channel, coalesce(spend, 0) AS spend, coalesce(n, 0) AS n
          FROM c FULL JOIN n USING (channel))
    SELECT {by} sum(spend) / nullif(sum(n), 0) FROM x {group}"""
_EVER = """
    WITH v AS (SELECT o.customer_id, coalesce((SELECT sum(quantity * (unit_price - unit_cost))
                        FROM order_lines l WHERE l.order_id = o.order_id), 0)
                      - coalesce(discount_amount, 0) AS v
               FROM orders o WHERE status = 'completed' AND ordered_at < TIMESTAMP '2026-06-30'),
    m AS (SELECT plan, sum(v) AS margin FROM v JOIN customers USING (customer_id) GROUP BY ALL),
    n AS (SELECT plan, count(*) AS n FROM customers
          WHERE signed_up_at < TIMESTAMP '2026-06-30' GROUP BY ALL)
    SELECT {by} sum(coalesce(margin, 0)) / sum(n) FROM n LEFT JOIN m USING (plan) {group}"""
_HELD = (
    """
    WITH x AS (SELECT customer_id, plan, count(DISTINCT product_id) AS n FROM orders
               LEFT JOIN order_lines USING (order_id) JOIN customers USING (customer_id)
               WHERE orders.status = 'completed' AND ordered_at """
    + IN
    + """ GROUP BY ALL)
    SELECT {by} avg(n) FROM x {group}"""
)
_REPEAT = (
    """
    WITH x AS (SELECT customer_id, plan, count(*) AS n FROM orders JOIN customers
               USING (customer_id) WHERE orders.status = 'completed' AND ordered_at """
    + IN
    + """ GROUP BY ALL)
    SELECT {by} count(*) FILTER (n > 1) / nullif(count(*), 0) FROM x {group}"""
)
_UPTIME = (
    """
    WITH d AS (SELECT service_id, sum(downtime_minutes) AS m FROM incidents
               WHERE started_at """
    + IN
    + """ GROUP BY ALL)
    SELECT {by} 1 - coalesce(sum(m), 0)
                    / (count(*) * date_diff('minute', TIMESTAMP '{s}', TIMESTAMP '{e}'))
    FROM services LEFT JOIN d USING (service_id) {group}"""
)


def _ref(sql: str, dimension: str, by: str | None = None) -> Reference:
    return Reference(sql=sql, dimension=dimension, by=by or dimension)


REFERENCES = {
    "revenue": _ref(_orders("sum(r)"), "region"),
    "orders": _ref(_orders("count(*)"), "order_channel", "channel"),
    "average order value": _ref(_orders("sum(r) / nullif(count(*), 0)"), "region"),
    "units sold": _ref(_orders("sum(q)"), "order_channel", "channel"),
    "gross margin": _ref(_orders("sum(r - k)"), "region"),
    "gross margin rate": _ref(_orders("sum(r - k) / sum(r)"), "order_channel", "channel"),
    "return rate": _ref(
        _orders("avg((status = 'returned')::INT)", "status IN ('completed', 'returned')"), "region"
    ),
    "cancellation rate": _ref(
        _orders("avg((status = 'cancelled')::INT)", "true"), "order_channel", "channel"
    ),
    "customers": _ref(_customers("count(*)", "signed_up_at < TIMESTAMP '{e}'"), "region"),
    "new customers": _ref(_customers("count(*)", f"signed_up_at {IN}"), "plan"),
    "active customers": _ref(_orders("count(DISTINCT customer_id)"), "order_channel", "channel"),
    "churned customers": _ref(_customers("count(*)", f"churned_at {IN}"), "churn_reason"),
    "churn rate": _ref(_customers(_LEFT, _BEGINNERS), "region"),
    "retention rate": _ref(_customers(f"1 - {_LEFT}", _BEGINNERS), "plan"),
    "repeat purchase rate": _ref(_REPEAT, "plan"),
    "purchase frequency": _ref(
        _orders("count(*) / nullif(count(DISTINCT customer_id), 0)"), "region"
    ),
    "revenue per customer": _ref(
        _orders("sum(r) / nullif(count(DISTINCT customer_id), 0)"), "region"
    ),
    "customer acquisition cost": _ref(_COST, "campaign_channel", "channel"),
    "historic lifetime value": _ref(_EVER, "plan"),
    "product holding": _ref(_HELD, "plan"),
    "csat": _ref(_surveys("avg(score)", "csat"), "region"),
    "nps": _ref(_surveys("100 * (avg((score > 8)::INT) - avg((score < 7)::INT))", "nps"), "region"),
    "sessions": _ref(_sessions("count(*)"), "device"),
    "visitors": _ref(_sessions("count(DISTINCT visitor_id)"), "source"),
    "pageviews": _ref(_sessions("sum(pageviews)"), "landing_page"),
    "pages per session": _ref(_sessions("sum(pageviews) / nullif(count(*), 0)"), "medium"),
    "bounce rate": _ref(_sessions("avg(is_bounce::INT)"), "session_country", "country"),
    "conversion rate": _ref(_sessions("avg(converted::INT)"), "landing_page"),
    "average session duration": _ref(_sessions("avg(duration_s)"), "device"),
    "cart abandonment rate": _ref(
        _sessions("1 - count(*) FILTER (bought) / nullif(count(*) FILTER (cart), 0)"), "device"
    ),
    "campaign spend": _ref(_campaigns("sum(spend)"), "objective"),
    "campaign budget": _ref(_campaigns("sum(budget)"), "campaign_channel", "channel"),
    "campaign roi": _ref(
        _campaigns("(sum(earned) - sum(spend)) / nullif(sum(spend), 0)"), "objective"
    ),
    "contacts": _ref(_contacts("count(*)"), "variant"),
    "open rate": _ref(_contacts(_SEEN.format("opened_at")), "campaign_channel", "channel"),
    "click rate": _ref(_contacts(_SEEN.format("clicked_at")), "variant"),
    "response rate": _ref(_contacts(_SEEN.format("converted_at")), "campaign_channel", "channel"),
    "campaign revenue": _ref(_contacts("sum(revenue)"), "variant"),
    "tickets": _ref(_tickets("count(*)"), "team"),
    "open tickets": _ref(_STANDING, "priority"),
    "resolved tickets": _ref(_tickets("count(*)", "resolved_at"), "team"),
    "first response time": _ref(
        _tickets("avg(epoch(first_response_at - opened_at)) / 3600"), "ticket_channel", "channel"
    ),
    "resolution time": _ref(
        _tickets("avg(epoch(resolved_at - opened_at)) / 3600", "resolved_at"), "team"
    ),
    "sla compliance": _ref(
        _tickets(
            "count(*) FILTER (resolved_at <= due_at) / nullif(count(due_at), 0)", "resolved_at"
        ),
        "ticket_category",
        "category",
    ),
    "sla breach rate": _ref(
        _tickets(
            "count(*) FILTER (resolved_at > due_at) / nullif(count(due_at), 0)", "resolved_at"
        ),
        "ticket_category",
        "category",
    ),
    "reopen rate": _ref(_tickets("avg((reopened_count > 0)::INT)"), "priority"),
    "incidents": _ref(_incidents("count(*)"), "root_cause"),
    "mttd": _ref(_incidents(_MINUTES.format("detected_at")), "severity"),
    "mtta": _ref(_incidents(_MINUTES.format("acknowledged_at")), "tier"),
    "mttr": _ref(_incidents(_MINUTES.format("resolved_at")), "owner_team"),
    "downtime": _ref(_incidents("sum(downtime_minutes)"), "root_cause"),
    "availability": _ref(_UPTIME, "tier"),
    "customers affected": _ref(_incidents("sum(customers_affected)"), "owner_team"),
    "cpu load": _ref(_readings("cpu_load"), "tier"),
    "memory load": _ref(_readings("memory_load"), "owner_team"),
    "disk used": _ref(_readings("disk_used"), "tier"),
    "latency": _ref(_readings("latency_ms"), "tier"),
    "error rate": _ref(_readings("error_rate"), "owner_team"),
    "requests": _ref(_readings("requests", "sum(value)"), "tier"),
    "returned orders": _ref(_orders("count(*)", "status = 'returned'"), "region"),
    "cancelled orders": _ref(_orders("count(*)", "status = 'cancelled'"), "region"),
    "all orders": _ref(_orders("count(*)", "true"), "order_status", "status"),
    "discounts": _ref(_orders("sum(coalesce(discount_amount, 0))"), "region"),
    "converted sessions": _ref(_sessions("count(*) FILTER (converted)"), "device"),
    "campaigns": _ref(_campaigns("count(*)"), "objective"),
    "survey answers": _ref(
        "SELECT {by} count(*) FROM surveys WHERE answered_at " + IN + " {group}",
        "survey_kind",
        "kind",
    ),
    "reopened tickets": _ref(_tickets("count(*) FILTER (reopened_count > 0)"), "priority"),
}
