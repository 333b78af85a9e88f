"""Definitions out of the catalogue: what a metric means, how and by which date it is counted."""

from __future__ import annotations

from analytics.analyses.kind import Context, Request
from analytics.model import Chart, Column, Finding, InsightOutcome, Receipt, Refusal


def run_definition(request: Request, context: Context) -> InsightOutcome:
    """Explain the metric of the slot `metric`; refuse when none was recognised."""
    name = request.slots.get("metric")
    if not isinstance(name, str) or name not in context.catalogue.metrics:
        return Refusal(
            reason="I can explain every number I measure, but not which one is meant here.",
            suggestions=("How is churn rate defined?", "How is revenue defined?"),
            analysis="definition",
            slots=dict(request.slots),
        )
    metric = context.catalogue.metric(name)
    sentences = [f"**{metric.label}**: {metric.definition.rstrip('.')}."]
    if metric.dated_by:
        sentences.append(f"It is dated by `{metric.dated_by}`.")
    if metric.default_period:
        sentences.append("Without a period it covers the last 12 whole months.")
    if metric.synonyms:
        sentences.append(f"Also asked for as: {', '.join(metric.synonyms[:4])}.")
    columns = (Column(name="metric", label="Metric"), Column(name="definition", label="Definition"))
    return Finding(
        analysis="definition",
        text=" ".join(sentences),
        columns=columns,
        rows=((metric.label, metric.definition),),
        chart=Chart(kind="table", title=metric.label),
        receipt=Receipt(
            definition=f"{metric.label}: {metric.definition}",
            period="",
            filters=(),
            sql="",
            n_rows=1,
            as_of=context.as_of,
        ),
        slots=dict(request.slots),
    )
