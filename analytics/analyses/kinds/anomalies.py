# ruff: noqa: E501 - one pattern a line, however long
"""Anomalies: what is out of the ordinary in a series."""

from __future__ import annotations

from analytics.analyses.anomaly_answers import run_anomalies
from analytics.analyses.kind import Kind

KIND = Kind(
    name="anomalies",
    title="search for anomalies",
    subject="sessions",
    run=run_anomalies,
    patterns=(
        r"(?:anomaly|anomalies|anomalous|abnormal|abnormality|abnormalities|outlier|unusual|unusually|out of the ordinary|out of line|irregular|irregularity|irregularities|suspicious|weird|strange|odd|strangely|oddly|weirdly|abnormally|suspiciously|peculiarly|atypically|irregularly|oddity|oddities|peculiar|funny|fishy|atypical|deviate|deviated|deviation|not normal|off pattern|out of the norm)(?: \S+){0,12}",
        r"(?:any|detect|find|look for|check for|scan for|were there|be there|spot|see)(?: \S+){0,4} (?:spike|spikes|dip|dips|outlier|jump|jumps|glitch|glitches|peak|peaks|surge|surges)(?: \S+){0,10}",
        r"(?:anything|something|things?)(?: \S+){0,3} (?:wrong|off|unexpected|surprising|stand out|stick out|abnormal)(?: \S+){0,10}",
        r"(?:which|what) (?:day|hour|week|month)s?(?: \S+){0,4} (?:stand out|stick out|unexpected|abnormal|look wrong)(?: \S+){0,6}",
        r"(?:be|look|look like|seem)(?: \S+){0,8} (?:normal|as expected|as usual)(?: \S+){0,6}",
    ),
    unless=(r"why|explain|cause|reason", r"go wrong|went wrong|customer number"),
    slots=("metric", "period", "filters", "service", "dimension"),
    examples=(
        "Did orders do anything odd last week?",
        "Find outliers in the response time of the tickets this year",
        "Any anomalies in the error rate of the checkout service?",
        "Were there spikes in CPU load yesterday?",
        "Which days of May stand out in revenue?",
        "Check the bounce rate for abnormal values",
    ),
    nearest=("Sessions per day in the last 30 days", "Tickets per day in the last 30 days"),
)
