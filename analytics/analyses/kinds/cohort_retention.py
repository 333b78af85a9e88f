# ruff: noqa: E501 - one pattern a line, however long
"""Cohort retention: how long customers of one sign-up month keep buying."""

from __future__ import annotations

from analytics.analyses.cohort_answers import run_cohorts
from analytics.analyses.kind import Kind

_MONTHS = r"(?:\d+|one|two|three|four|five|six|nine|twelve)"

KIND = Kind(
    name="cohort_retention",
    title="retention of customer cohorts",
    subject="new customers",
    run=run_cohorts,
    patterns=(
        r"cohort(?: \S+){0,14}",
        rf"(?:still|remain|stay|keep|active|buying|come back|return|returned|order again|retain|retained)(?: \S+){{0,8}} {_MONTHS}(?: (?:,|and|or|to|-)+ {_MONTHS}){{0,4}} (?:month|week|quarter|day) (?:later|after|on|out|in|following|past)(?: \S+){{0,4}}",
        rf"{_MONTHS} (?:month|week|quarter|day) (?:later|after|on|following)(?: \S+){{0,8}} (?:still|remain|stay|active|buying|come back|order|retain|retained|around)(?: \S+){{0,4}}",
        r"retention (?:curve|table|matrix|triangle|by (?:sign up|signup|joining|registration|acquisition) (?:month|quarter|week|date))(?: \S+){0,6}",
        r"(?:month|week|quarter) (?:by|after) (?:month|week|quarter) retention(?: \S+){0,4}",
        r"(?:joined|signed up|registered|acquired|won)(?: \S+){0,10} (?:still|keep|stay|stick|remain)(?: \S+){0,3} (?:buy|buying|order|ordering|around|active|with us|on)(?: \S+){0,6}",
        r"(?:keep|still)(?: \S+){0,2} (?:buy|buying|bought|order|ordering|ordered|active)(?: \S+){0,5} (?:after|later)(?: \S+){0,6}",
        r"how long (?:do|have)(?: \S+){0,6} (?:new customer|customer|client|buyer|joiner)(?: \S+){0,4} (?:stay|stick|keep buying|remain|last)(?: \S+){0,4}",
    ),
    unless=(r"ticket",),
    slots=("period", "dimension", "filters", "horizon"),
    examples=(
        "Retention curve of the customers who joined in Q1 2025",
        "How many of the January sign-ups still order six months later?",
        "Cohort table by sign-up month for 2025",
        "Do quarterly cohorts keep buying?",
        "Which share of new customers is still active after 3 months?",
        "Of those acquired through social, how many stick around?",
    ),
    nearest=("What is the retention rate in 2025?", "What is the repeat purchase rate in 2025?"),
)
