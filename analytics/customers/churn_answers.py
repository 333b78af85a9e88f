"""Answers about churn from the trained model."""

from __future__ import annotations

from analytics.analyses.kind import Context, Request
from analytics.model import InsightOutcome, Refusal


def _not_trained(request: Request) -> Refusal:
    return Refusal(
        reason="The churn model has not been trained on this data yet.",
        suggestions=(
            "What is the churn rate by plan?",
            "How many churned customers by churn reason?",
        ),
        analysis=request.kind,
        slots=dict(request.slots),
    )


def run_risk(request: Request, context: Context) -> InsightOutcome:
    """List the customers that are most likely to churn."""
    return _not_trained(request)


def run_drivers(request: Request, context: Context) -> InsightOutcome:
    """Say what goes with churning, in words."""
    return _not_trained(request)
