# ruff: noqa: E501 - one pattern a line, however long
"""Incident risk: which services are likely to fail soon."""

from __future__ import annotations

from analytics.analyses.kind import Kind
from analytics.analyses.outage_answers import run_incident_risk

_FAIL = r"(?:fail|crash|break|break down|go down|be down|be unavailable|be offline|have (?:a |an |any |another |some )?(?:\S+ )?(?:incident|outage|failure|problem|issue|disruption|downtime)|suffer|experience|act up|give (?:us|me) (?:\S+ )?(?:trouble|problems?|headaches?)|fall over|collapse)"
_BAD = r"(?:incident|outage|failure|disruption|downtime|crash|breakdown|trouble)"

KIND = Kind(
    name="incident_risk",
    title="risk of incidents",
    subject="incidents",
    run=run_incident_risk,
    patterns=(
        rf"(?:likely|likeliest|probable|probably|expected|going|bound|about|at risk|in danger|most likely|threaten)(?: \S+){{0,4}} {_FAIL}(?: \S+){{0,14}}",
        rf"(?:which|what) (?:service|system|server|application|component)s?(?: \S+){{0,6}} (?:will|may|might|could|can) (?:\S+ ){{0,3}}{_FAIL}(?: \S+){{0,14}}",
        r"(?:which|what) (?:service|system|server|application|component)s?(?: \S+){0,4} (?:at risk|in danger|endangered|fragile|shaky|fail next|break next|next to fail)(?: \S+){0,14}",
        rf"(?:will|may|might|could)(?: \S+){{0,8}} {_FAIL}(?: \S+){{0,14}}",
        rf"will there be (?:a |an |any |another )?(?:\S+ ){{0,3}}{_BAD}(?: \S+){{0,14}}",
        rf"(?:probability|chance|chances|odds|risk|likelihood|danger)(?: \S+){{0,5}} {_BAD}(?: \S+){{0,14}}",
        rf"{_BAD} (?:risk|probability|prediction|predictions|likelihood|forecast by service|early warning)(?: \S+){{0,14}}",
        r"(?:predict|foretell|foresee|anticipate|warn (?:me|us) (?:of|about))(?: \S+){0,4} (?:outages?|failures?|crash|crashes|next incident|next outage)(?: \S+){0,14}",
        rf"how (?:likely|probable|risky)(?: \S+){{0,10}} (?:{_BAD}|{_FAIL})(?: \S+){{0,14}}",
        rf"(?:where|when) (?:\S+ ){{0,4}}(?:next|expect) (?:\S+ ){{0,3}}{_BAD}(?: \S+){{0,14}}",
        r"how (?:likely|probable) be it that(?: \S+){0,6} (?:fail|fails|crash|crashes|break|breaks|go|goes)(?: \S+){0,14}",
    ),
    unless=(
        r"churn|leave us|customer|campaign|payment fail\w*|revenue",
        r"how many|number of|how much|how often|count of",
        r"why|cause|caused|reason|likely cause|culprit|diagnose",
        r"disk|out of (?:storage|memory|space)|run out|run full|ticket",
    ),
    slots=("period", "horizon", "service", "filters", "dimension"),
    examples=(
        "Which services will probably fail tomorrow?",
        "Will the database have an outage this week?",
        "What is the probability of an incident of the web shop in the next 24 hours?",
        "How likely is a severity 1 outage next week?",
        "Risk of incidents by service for the next 3 days",
        "Which systems are in danger tonight?",
    ),
    nearest=(
        "How many incidents will we have next month?",
        "Incidents by service in the last 90 days",
    ),
)
