"""Tables of the canonical warehouse: columns, types and value lists, in the contract's order."""

from __future__ import annotations

from typing import Literal

ColumnType = Literal["BIGINT", "INTEGER", "DOUBLE", "VARCHAR", "BOOLEAN", "DATE", "TIMESTAMP"]
Columns = tuple[tuple[str, ColumnType], ...]

GENDERS = ("female", "male", "other")
REGIONS = ("North", "South", "East", "West")
INCOME_BANDS = ("low", "middle", "high")
LIFESTYLES = ("bargain hunter", "brand loyal", "early adopter", "convenience seeker")
ACQUISITION_CHANNELS = ("search", "social", "email", "referral", "store", "affiliate")
PLANS = ("none", "basic", "plus", "premium")
CHURN_REASONS = ("price", "service", "competitor", "moved", "no longer needed")
CATEGORIES = ("Laptops", "Phones", "Audio", "Accessories", "Software", "Services")
ORDER_CHANNELS = ("web", "app", "store", "phone")
ORDER_STATUSES = ("completed", "cancelled", "returned")
SOURCES = ("google", "bing", "newsletter", "facebook", "instagram", "direct", "partner")
MEDIUMS = ("organic", "cpc", "email", "social", "none", "referral")
DEVICES = ("desktop", "mobile", "tablet")
STEPS = ("visit", "product_view", "add_to_cart", "checkout", "purchase")
CAMPAIGN_CHANNELS = ("email", "search", "social", "affiliate", "direct mail")
OBJECTIVES = ("acquisition", "cross-sell", "retention", "win-back")
CONTACT_VARIANTS = ("A", "B", "control")
EXPERIMENT_VARIANTS = ("control", "treatment")
TICKET_CHANNELS = ("chat", "email", "phone", "portal")
TICKET_CATEGORIES = ("access", "hardware", "software", "network", "email", "billing", "other")
PRIORITIES = ("low", "medium", "high", "urgent")
TEAMS = ("Service Desk", "Network", "Workplace", "Applications", "Security", "Billing")
TICKET_STATUSES = ("new", "open", "pending", "resolved", "closed")
ROOT_CAUSES = (
    "memory", "network delay", "database issue", "deployment",
    "capacity", "third party", "configuration",
)  # fmt: skip
SYMPTOMS = (
    "cpu_load", "memory_load", "delay", "error_1000", "error_1001", "error_1002", "error_1003",
)  # fmt: skip
METRICS = ("cpu_load", "memory_load", "disk_used", "latency_ms", "error_rate", "requests")

TABLES: dict[str, Columns] = {
    "customers": (
        ("customer_id", "BIGINT"), ("full_name", "VARCHAR"), ("email", "VARCHAR"),
        ("birth_date", "DATE"), ("gender", "VARCHAR"), ("country", "VARCHAR"),
        ("region", "VARCHAR"), ("city", "VARCHAR"), ("income_band", "VARCHAR"),
        ("lifestyle", "VARCHAR"), ("signed_up_at", "TIMESTAMP"),
        ("acquisition_channel", "VARCHAR"), ("acquisition_campaign_id", "BIGINT"),
        ("plan", "VARCHAR"), ("status", "VARCHAR"), ("churned_at", "TIMESTAMP"),
        ("churn_reason", "VARCHAR"),
    ),
    "products": (
        ("product_id", "BIGINT"), ("name", "VARCHAR"), ("category", "VARCHAR"),
        ("kind", "VARCHAR"), ("unit_price", "DOUBLE"), ("unit_cost", "DOUBLE"),
        ("launched_on", "DATE"),
    ),
    "orders": (
        ("order_id", "BIGINT"), ("customer_id", "BIGINT"), ("ordered_at", "TIMESTAMP"),
        ("channel", "VARCHAR"), ("campaign_id", "BIGINT"), ("status", "VARCHAR"),
        ("discount_amount", "DOUBLE"), ("shipping_amount", "DOUBLE"),
    ),
    "order_lines": (
        ("order_id", "BIGINT"), ("line_no", "INTEGER"), ("product_id", "BIGINT"),
        ("quantity", "INTEGER"), ("unit_price", "DOUBLE"), ("unit_cost", "DOUBLE"),
    ),
    "web_sessions": (
        ("session_id", "BIGINT"), ("customer_id", "BIGINT"), ("visitor_id", "BIGINT"),
        ("started_at", "TIMESTAMP"), ("duration_s", "INTEGER"), ("pageviews", "INTEGER"),
        ("source", "VARCHAR"), ("medium", "VARCHAR"), ("campaign_id", "BIGINT"),
        ("device", "VARCHAR"), ("country", "VARCHAR"), ("landing_page", "VARCHAR"),
        ("is_bounce", "BOOLEAN"), ("converted", "BOOLEAN"),
    ),
    "web_events": (
        ("event_id", "BIGINT"), ("session_id", "BIGINT"), ("occurred_at", "TIMESTAMP"),
        ("step", "VARCHAR"), ("product_id", "BIGINT"),
    ),
    "campaigns": (
        ("campaign_id", "BIGINT"), ("name", "VARCHAR"), ("channel", "VARCHAR"),
        ("objective", "VARCHAR"), ("started_on", "DATE"), ("ended_on", "DATE"),
        ("budget", "DOUBLE"), ("spend", "DOUBLE"),
    ),
    "campaign_contacts": (
        ("campaign_id", "BIGINT"), ("customer_id", "BIGINT"), ("variant", "VARCHAR"),
        ("sent_at", "TIMESTAMP"), ("opened_at", "TIMESTAMP"), ("clicked_at", "TIMESTAMP"),
        ("converted_at", "TIMESTAMP"), ("revenue", "DOUBLE"),
    ),
    "experiments": (
        ("experiment_id", "BIGINT"), ("name", "VARCHAR"), ("hypothesis", "VARCHAR"),
        ("started_on", "DATE"), ("ended_on", "DATE"), ("primary_metric", "VARCHAR"),
    ),
    "experiment_assignments": (
        ("experiment_id", "BIGINT"), ("customer_id", "BIGINT"), ("variant", "VARCHAR"),
        ("assigned_at", "TIMESTAMP"), ("converted", "BOOLEAN"), ("revenue", "DOUBLE"),
    ),
    "surveys": (
        ("survey_id", "BIGINT"), ("customer_id", "BIGINT"), ("answered_at", "TIMESTAMP"),
        ("kind", "VARCHAR"), ("score", "INTEGER"), ("ticket_id", "BIGINT"),
    ),
    "tickets": (
        ("ticket_id", "BIGINT"), ("customer_id", "BIGINT"), ("requester_email", "VARCHAR"),
        ("opened_at", "TIMESTAMP"), ("first_response_at", "TIMESTAMP"),
        ("resolved_at", "TIMESTAMP"), ("closed_at", "TIMESTAMP"), ("due_at", "TIMESTAMP"),
        ("channel", "VARCHAR"), ("subject", "VARCHAR"), ("description", "VARCHAR"),
        ("category", "VARCHAR"), ("subcategory", "VARCHAR"), ("priority", "VARCHAR"),
        ("team", "VARCHAR"), ("assignee", "VARCHAR"), ("status", "VARCHAR"),
        ("resolution", "VARCHAR"), ("reopened_count", "INTEGER"), ("article_id", "VARCHAR"),
        ("incident_id", "BIGINT"), ("is_spam", "BOOLEAN"),
    ),
    "services": (
        ("service_id", "BIGINT"), ("name", "VARCHAR"), ("owner_team", "VARCHAR"),
        ("tier", "INTEGER"),
    ),
    "service_dependencies": (("service_id", "BIGINT"), ("depends_on_service_id", "BIGINT")),
    "incidents": (
        ("incident_id", "BIGINT"), ("service_id", "BIGINT"), ("title", "VARCHAR"),
        ("severity", "INTEGER"), ("started_at", "TIMESTAMP"), ("detected_at", "TIMESTAMP"),
        ("acknowledged_at", "TIMESTAMP"), ("resolved_at", "TIMESTAMP"),
        ("root_cause", "VARCHAR"), ("customers_affected", "INTEGER"),
        ("downtime_minutes", "DOUBLE"), ("cpu_load", "INTEGER"), ("memory_load", "INTEGER"),
        ("delay", "INTEGER"), ("error_1000", "INTEGER"), ("error_1001", "INTEGER"),
        ("error_1002", "INTEGER"), ("error_1003", "INTEGER"),
    ),
    "incident_customers": (("incident_id", "BIGINT"), ("customer_id", "BIGINT")),
    "service_metrics": (
        ("service_id", "BIGINT"), ("metric", "VARCHAR"), ("measured_at", "TIMESTAMP"),
        ("value", "DOUBLE"),
    ),
}  # fmt: skip
