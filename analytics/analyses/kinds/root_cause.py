# ruff: noqa: E501 - one pattern a line, however long
"""Root cause: what is probably behind an incident or its symptoms."""

from __future__ import annotations

from analytics.analyses.cause_answers import run_root_cause
from analytics.analyses.kind import Kind

_CAUSE = r"(?:cause|caused|causing|root cause|reason|trigger|triggered|culprit|explanation|source of the problem|behind|to blame|fault|responsible)"
_SYMPTOM = r"(?:error (?:code )?\d{4}|cpu load|memory load|high cpu|high memory|latency|delay|symptom|slow|timeout|crash|crashed|down|outage)"

KIND = Kind(
    name="root_cause",
    title="root cause analysis",
    subject="incidents",
    run=run_root_cause,
    patterns=(
        rf"(?:likely|likeliest|probable|probably|possible|most plausible|suspected|potential) (?:root )?{_CAUSE}(?: \S+){{0,8}}",
        rf"{_CAUSE}(?: \S+){{0,12}} {_SYMPTOM}(?: \S+){{0,8}}",
        rf"{_SYMPTOM}(?: \S+){{0,14}} {_CAUSE}(?: \S+){{0,4}}",
        r"(?:what|which|who)(?: \S+){0,4} (?:cause|caused|causing|triggered|be behind|behind|led to|brought down|took down|broke|knocked out)(?: \S+){0,5} (?:incident|outage|failure|disruption|crash|breakdown|downtime|error|problem|service)(?: \S+){0,6}",
        r"(?:root cause|cause|reason|culprit) (?:of|for|behind) (?:the |this |that |our |yesterday |last )?(?:\S+ ){0,4}(?:incident|outage|failure|disruption|crash|breakdown|slowdown|problem)(?: \S+){0,6}",
        r"why (?:do|be|have)(?: \S+){0,6} (?:fail|failed|failing|crash|crashed|break|broke|go down|went down|down|slow|unavailable|offline|time out|timing out|hang|hanging)(?: \S+){0,8}",
        r"(?:diagnose|diagnosis|troubleshoot|what be wrong with|what went wrong|rca|root cause analysis)(?: \S+){0,10}",
        r"(?:see|seeing|saw|have|having|get|getting|observe|observed|notice|with|given)(?: \S+){0,4} error (?:code )?\d{4}(?: \S+){0,14}",
        r"error (?:code )?\d{4}(?: \S+){0,14} (?:what|why|cause|reason|behind|going on)(?: \S+){0,6}",
        r"which (?:service|system|component|node|part)(?: \S+){0,6} (?:to blame|at fault|culprit|responsible|behind|the cause|the origin|break first|fail first|broke first|failed first|start it|started it)(?: \S+){0,8}",
        r"(?:which|what) (?:symptom|sign)(?: \S+){0,3} (?:point|speak|indicate|suggest|show|go|come|typical|tell)(?: \S+){0,8}",
        r"what(?: \S+){0,3} (?:wrong|going on|broken)(?: \S+){0,6} error (?:code )?\d{4}(?: \S+){0,6}",
        r"what(?: \S+){0,4} (?:the )?(?:cause|reason|problem) (?:when|if|whenever|behind)(?: \S+){0,14}",
        r"what(?: \S+){0,2} (?:trigger|triggers|cause|causes) (?:\S+ ){0,4}(?:incident|outage|failure|crash)(?: \S+){0,8}",
        r"what(?: \S+){0,6} (?:point|points|pointing|indicate|indicates|mean|suggest|suggests)(?: \S+){0,4} error \d{4}(?: \S+){0,6}",
    ),
    unless=(
        r"(?:by|per|each) (?:root )?cause",
        r"how many|how much|number of|count of|percentage of|share of|mttr|mttd|mtta",
        r"the most(?! (?:likely|probable|plausible))|most common|most frequent|commonest|top \d+|caused the most|cause the most|causes the most",
        r"churn|leave us|customer leave|customer leaving",
        r"caused by|due to",
        r"(?:without|no|lack|lacking|missing)(?: \S+){0,3} (?:root )?(?:cause|reason)",
        r"(?:root )?(?:cause|reason)(?: be| remain)?(?: still)? (?:unknown|missing|empty|not (?:known|recorded|found))",
    ),
    slots=("incident_id", "service", "filters", "period"),
    examples=(
        "What is probably behind error 1000 together with high memory load?",
        "Diagnose incident 42",
        "What caused the outage of the mail service?",
        "The web shop is slow and shows error 1003, what could be the reason?",
        "Why did the payment service go down yesterday?",
        "Root cause of incident 118",
    ),
    nearest=(
        "How many incidents by root cause in 2025?",
        "What is the mttr by root cause in 2025?",
    ),
)
