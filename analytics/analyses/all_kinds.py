"""All kinds of analysis, in the order in which their telling words are tried."""

from __future__ import annotations

from analytics.analyses.kind import Kind
from analytics.analyses.kinds import (
    anomalies,
    campaign_result,
    capacity,
    change_drivers,
    churn_drivers,
    churn_risk,
    cohort_retention,
    cross_sell_rules,
    customer_profile,
    definition,
    experiment_result,
    forecast,
    funnel,
    incident_risk,
    lifetime_value,
    major_incident,
    next_best_offer,
    root_cause,
    segment_migration,
    segments,
    staffing,
)

KINDS: tuple[Kind, ...] = (
    definition.KIND,
    experiment_result.KIND,
    segment_migration.KIND,
    segments.KIND,
    campaign_result.KIND,
    incident_risk.KIND,
    churn_risk.KIND,
    change_drivers.KIND,
    churn_drivers.KIND,
    lifetime_value.KIND,
    staffing.KIND,
    capacity.KIND,
    funnel.KIND,
    cohort_retention.KIND,
    major_incident.KIND,
    root_cause.KIND,
    anomalies.KIND,
    cross_sell_rules.KIND,
    next_best_offer.KIND,
    forecast.KIND,
    customer_profile.KIND,
)
