# ruff: noqa: E501 - one pattern a line, however long
"""Definition: what a metric means here."""

from __future__ import annotations

from analytics.analyses.definitions import run_definition
from analytics.analyses.kind import Kind

KIND = Kind(
    name="definition",
    title="definition of a metric",
    subject="revenue",
    patterns=(
        r"how (?:\S+ ){0,2}(?:be|do|have)(?: \S+){0,8} (?:defined|define|calculated|calculate|computed|compute|measured|measure|worked out|work out|determined|determine|derived|derive|arrived at|counted|figured out|come up with)(?: \S+){0,6}",
        r"(?:definition|meaning|formula|calculation|calculation method|computation) (?:of|for|behind)(?: \S+){0,8}",
        r"(?:define|definition)(?: \S+){0,8}",
        r"what (?:\S+ ){0,2}(?:do|does)(?: \S+){0,8} (?:mean|stand for|include|cover|contain|exclude|comprise|measure|tell)(?: \S+){0,3}",
        r"what (?:\S+ )?(?:be |do you |do we |you )?(?:exactly )?(?:meant|mean) (?:by|with|when)(?: \S+){0,8}",
        r"what (?:\S+ ){0,3}(?:count|counts|counted|qualify|qualifies|considered|regarded|classed|treated) (?:as|towards|into)(?: \S+){0,8}",
        r"(?:when|who) (?:\S+ ){0,2}(?:be|do|does)(?: \S+){0,6} (?:count|counts|counted|considered|regarded|classed|treated|qualify|seen) (?:as|to be)(?: \S+){0,6}",
        r"(?:when|at what point)(?: \S+){0,6} (?:be|considered|count as|counted as)(?: \S+){0,3} (?:churned|active|late|lost|overdue|new|open|bounced|converted)(?: \S+){0,3}",
        r"what (?:go|goes|flow|flows|enter|enters) into(?: \S+){0,8}",
        r"explain(?: \S+){0,3} (?:how|what)(?: \S+){0,8} (?:calculated|computed|defined|measured|mean|means|be|work|works)(?: \S+){0,4}",
        r"(?:explain|clarify) (?:the )?(?:term|metric|kpi|notion|concept|word|figure)(?: \S+){0,8}",
        r"(?:what|which) (?:be )?(?:\S+ ){0,2}(?:included|excluded|counted|left out)(?: \S+){0,4} (?:in|of|from|as)(?: \S+){0,6}",
        r"how (?:do|be) (?:we|you|one)(?: \S+){0,3} (?:define|calculate|compute|measure|work out|get|arrive at|count)(?: \S+){0,8}",
        r"(?:basis|method|logic|rule)(?: \S+){0,4} (?:for|behind|of|used)(?: \S+){0,4} (?:calculat\w+|metric|kpi|rate|number|figure)(?: \S+){0,4}",
    ),
    unless=(r"last (?:month|year|quarter|week)|in \d{4}|compared|by (?:region|plan|team)",),
    slots=("metric",),
    examples=(
        "What do you mean by open rate?",
        "Define gross margin",
        "Formula for average order value",
        "What goes into the SLA compliance figure?",
        "When is somebody counted as a churned customer?",
        "Which tickets are included in the backlog?",
        "What does MTTA stand for?",
    ),
    nearest=("How is churn rate defined?",),
    run=run_definition,
)
