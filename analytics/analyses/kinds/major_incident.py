# ruff: noqa: E501 - one pattern a line, however long
"""Major incident: a burst of similar tickets, or the report on a severity-1 incident."""

from __future__ import annotations

from analytics.analyses.incident_answers import run_major_incident
from analytics.analyses.kind import Kind

KIND = Kind(
    name="major_incident",
    title="major incident check",
    subject="tickets",
    run=run_major_incident,
    patterns=(
        r"major (?:incident|outage|disruption|problem)(?: \S+){0,10}",
        r"(?:same|similar|identical|related|alike) (?:problem|issue|complaint|ticket|fault|error|thing|trouble|symptom)(?: \S+){0,10}",
        r"(?:burst|flood|wave|flurry|storm|cluster|surge|avalanche|outbreak|pile|bunch|spate|rash|influx) of (?:\S+ ){0,3}(?:ticket|report|complaint|call|problem|issue|request)(?: \S+){0,10}",
        r"(?:incident|outage|post incident|post mortem|postmortem|after action) (?:report|review|summary|write up|writeup|timeline|post mortem)(?: \S+){0,10}",
        r"(?:report|summary|summarise|summarize|write up|review|post mortem|debrief|recap|overview|timeline)(?: \S+){0,6} (?:incident \d+|severity 1|sev 1|p 1|outage|major incident|the incident|last incident)(?: \S+){0,8}",
        r"(?:what happened|tell me (?:all )?about|everything about|impact)(?: \S+){0,6} (?:incident \d+|the outage|severity 1 incident|sev 1 incident|last severity 1)(?: \S+){0,6}",
        r"(?:is|be|do) (?:there|something|we)(?: \S+){0,6} (?:widespread|systemic|bigger problem|company wide|big outage|larger outage|going on)(?: \S+){0,6}",
        r"(?:many|lots of|several|lot of|multiple) (?:people|user|employee|colleague|customer|caller)(?: \S+){0,5} (?:report|reporting|complain|complaining|raise|call about)(?: \S+){0,8}",
    ),
    unless=(r"how many|number of|count of|mttr|mttd|downtime",),
    slots=("incident_id", "period", "service", "filters"),
    examples=(
        "Is there a wave of similar tickets at the moment?",
        "Write the report on incident 12",
        "Are we in the middle of a major outage?",
        "Is everybody calling about the same thing today?",
        "Summarise the last severity 1 incident",
        "Do the tickets of this morning point to one big problem?",
    ),
    nearest=(
        "Tickets per day in the last 14 days",
        "How many tickets by ticket category last week?",
    ),
)
