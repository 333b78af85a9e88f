"""Rules that rows of the warehouse keep, each as the condition of a row that breaks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from analytics.load.report import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of one table."""

    code: str
    table: str
    broken_when: str
    """SQL condition on a row of the table."""
    said: str
    """What follows the number of rows in a sentence."""
    hint: str
    severity: Severity = "warning"
    column: str = ""
    needs: str | None = None
    """Another table, without whose rows the rule says nothing."""
    needs_column: str | None = None
    """A column of the table, without whose values the rule says nothing."""


def _late(table: str, later: str, earlier: str) -> Rule:
    return Rule(
        code="times_out_of_order",
        table=table,
        column=later,
        broken_when=f"{later} < {earlier}",
        said=f"have {later} before {earlier}",
        hint="Check the time zone and which column is which; their durations are negative.",
    )


_BOUGHT: Final = (
    "session_id IN (SELECT session_id FROM web_events"
    " WHERE step = 'purchase' AND session_id IS NOT NULL)"
)
_HIT: Final = (
    "(SELECT count(*) FROM incident_customers AS hit WHERE hit.incident_id = incidents.incident_id)"
)

RULES: Final = (
    Rule(
        code="churned_without_date",
        table="customers",
        column="status",
        severity="error",
        broken_when="status = 'churned' AND churned_at IS NULL",
        said="are churned without churned_at",
        hint="Give the day they left; without it they count in no churn rate.",
    ),
    Rule(
        code="date_without_churned",
        table="customers",
        column="status",
        severity="error",
        broken_when="churned_at IS NOT NULL AND status IS DISTINCT FROM 'churned'",
        said="have churned_at but are not 'churned'",
        hint="Set status to 'churned', or leave churned_at empty.",
    ),
    Rule(
        code="reason_without_churn",
        table="customers",
        column="churn_reason",
        broken_when="churned_at IS NULL AND churn_reason IS NOT NULL",
        said="have a churn_reason but have not churned",
        hint="Leave the reason empty while they are active.",
    ),
    _late("customers", "churned_at", "signed_up_at"),
    Rule(
        code="times_out_of_order",
        table="customers",
        column="birth_date",
        broken_when="birth_date > signed_up_at",
        said="signed up before they were born",
        hint="Check birth_date; ages are wrong.",
    ),
    Rule(
        code="orders_without_lines",
        table="orders",
        broken_when="status = 'completed' AND order_id NOT IN"
        " (SELECT order_id FROM order_lines WHERE order_id IS NOT NULL)",
        said="are completed and have no order_lines",
        hint="Load their lines; their revenue is 0.",
        needs="order_lines",
    ),
    Rule(
        code="line_without_amount",
        table="order_lines",
        severity="error",
        broken_when="quantity IS NULL OR unit_price IS NULL",
        said="have no quantity or no unit_price",
        hint="Give both; such lines add nothing to revenue.",
    ),
    Rule(
        code="line_without_cost",
        table="order_lines",
        column="unit_cost",
        severity="error",
        broken_when="unit_cost IS NULL",
        said="have no unit_cost",
        hint="Their cost counts as 0, so gross margin is too high.",
    ),
    Rule(
        code="bounce_unknown",
        table="web_sessions",
        column="is_bounce",
        broken_when="is_bounce IS NULL",
        said="do not say whether they bounced",
        hint="They count as no bounce, so the bounce rate is too low.",
    ),
    Rule(
        code="converted_without_purchase",
        table="web_sessions",
        column="converted",
        severity="error",
        broken_when=f"converted AND NOT {_BOUGHT}",
        said="are converted without a 'purchase' in web_events",
        hint="Load the missing events, or leave `converted` out and it follows from them.",
        needs="web_events",
    ),
    Rule(
        code="purchase_without_converted",
        table="web_sessions",
        column="converted",
        severity="error",
        broken_when=f"NOT converted AND {_BOUGHT}",
        said="have a 'purchase' in web_events but are not converted",
        hint="Leave `converted` out and it follows from the events.",
        needs="web_events",
    ),
    Rule(
        code="control_was_sent",
        table="campaign_contacts",
        column="sent_at",
        severity="error",
        broken_when="variant = 'control' AND sent_at IS NOT NULL",
        said="are of variant 'control' but have sent_at",
        hint="Control is sent nothing: leave sent_at empty, or name the variant that was sent.",
    ),
    Rule(
        code="contact_not_sent",
        table="campaign_contacts",
        column="sent_at",
        broken_when="variant IS DISTINCT FROM 'control' AND sent_at IS NULL",
        said="are not 'control' and have no sent_at",
        hint="They count as not sent, in no campaign rate.",
    ),
    _late("campaign_contacts", "opened_at", "sent_at"),
    _late("campaign_contacts", "clicked_at", "sent_at"),
    _late("campaign_contacts", "converted_at", "sent_at"),
    _late("campaigns", "ended_on", "started_on"),
    _late("experiments", "ended_on", "started_on"),
    Rule(
        code="score_out_of_range",
        table="surveys",
        column="score",
        severity="error",
        broken_when="(kind = 'csat' AND score NOT BETWEEN 1 AND 5)"
        " OR (kind = 'nps' AND score NOT BETWEEN 0 AND 10)",
        said="have a score outside csat 1..5 or nps 0..10",
        hint="Bring the scores to that scale, or load only the surveys that use it.",
    ),
    Rule(
        code="low_priority_has_target",
        table="tickets",
        column="due_at",
        broken_when="priority = 'low' AND due_at IS NOT NULL",
        said="are of low priority and have due_at",
        hint="They count in SLA compliance; leave due_at empty if low priority has no target.",
    ),
    Rule(
        code="ticket_without_target",
        table="tickets",
        column="due_at",
        broken_when="priority <> 'low' AND due_at IS NULL",
        said="are above low priority and have no due_at",
        hint="They are left out of SLA compliance.",
        needs_column="due_at",
    ),
    Rule(
        code="resolved_without_date",
        table="tickets",
        column="resolved_at",
        broken_when="status IN ('resolved', 'closed') AND resolved_at IS NULL",
        said="are resolved or closed without resolved_at",
        hint="They count as open: the backlog goes by resolved_at.",
    ),
    Rule(
        code="reopened_unknown",
        table="tickets",
        column="reopened_count",
        broken_when="reopened_count IS NULL",
        said="do not say how often they were reopened",
        hint="They count as never reopened, so the reopen rate is too low.",
    ),
    _late("tickets", "first_response_at", "opened_at"),
    _late("tickets", "resolved_at", "opened_at"),
    _late("tickets", "closed_at", "opened_at"),
    Rule(
        code="affected_differs",
        table="incidents",
        column="customers_affected",
        severity="error",
        broken_when=f"customers_affected IS DISTINCT FROM {_HIT}",
        said="have another number of customers_affected than rows in incident_customers",
        hint="Load all affected customers, or leave the number out and it is counted.",
        needs="incident_customers",
    ),
    _late("incidents", "detected_at", "started_at"),
    _late("incidents", "acknowledged_at", "started_at"),
    _late("incidents", "resolved_at", "started_at"),
    Rule(
        code="depends_on_itself",
        table="service_dependencies",
        broken_when="service_id = depends_on_service_id",
        said="say that a service depends on itself",
        hint="Leave them out.",
    ),
    Rule(
        code="reading_out_of_range",
        table="service_metrics",
        column="value",
        broken_when="(metric = 'error_rate' AND value NOT BETWEEN 0 AND 1) OR (metric IN"
        " ('cpu_load', 'memory_load', 'disk_used') AND value NOT BETWEEN 0 AND 100)",
        said="are outside error_rate 0..1 or loads and disk 0..100 %",
        hint="Bring the readings to that unit.",
    ),
)
"""In the order of the contract's tables."""
