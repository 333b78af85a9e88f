# ruff: noqa: E501 - one pattern a line, however long
"""Forecast: where a metric is heading."""

from __future__ import annotations

from analytics.analyses.forecast_answers import run_forecast
from analytics.analyses.kind import Kind

_AHEAD = r"(?:next|coming|following|upcoming|ahead|tomorrow|from now)"

KIND = Kind(
    name="forecast",
    title="forecast",
    subject="revenue",
    run=run_forecast,
    patterns=(
        r"(?:forecast|forecasting|forecasted|predict|predicted|prediction|project|projected|projection|extrapolate|outlook|prognosis|prognosticate|foresee|anticipate|anticipated)(?: \S+){0,14}",
        rf"(?:expect|expected|expecting|will|going to|likely|estimate|estimated|should|would|can we|probably|shall|plan for|prepare for|brace for|what|how many|how much|how)(?: \S+){{0,14}} {_AHEAD}(?: \S+){{0,6}}",
        r"(?:how many|how much|what)(?: \S+){0,6} (?:will|shall|be going to|be we going to|can we expect|do we expect|should we expect|to expect|should we plan for)(?: \S+){0,12}",
        r"(?:how many|how much|what|which)(?: \S+){0,6} (?:do (?:you|we|i|one) (?:expect|anticipate|foresee|reckon with)|to expect)(?: \S+){0,10}",
        r"when (?:will|do|does|shall|might|could|should)(?: \S+){0,8} (?:exceed|reach|pass|cross|hit|top|surpass|get to|climb to|rise above|go above|fall below|drop below|fall to|drop to)(?: \S+){0,8}",
        r"(?:rest|remainder|balance) of (?:the |this )?(?:year|quarter|month|week)(?: \S+){0,4}",
        r"where be(?: \S+){0,4} (?:head|heading|headed|going)(?: \S+){0,4}",
        r"(?:where|how) (?:be|will)(?: \S+){0,6} (?:head|heading|headed|going|develop|be by|end up|look)(?: \S+){0,8} (?:next|by|end of|coming|ahead)(?: \S+){0,4}",
        rf"{_AHEAD} (?:\S+ ){{0,3}}(?:month|week|quarter|year|day)(?: \S+){{0,6}}",
    ),
    unless=(
        r"run out|fill up|full|disk|capacity|headroom",
        r"churn|leave|leaving|lose|likely to buy|recommend|offer",
        r"meeting|newsletter|report",
        r"lifetime|clv|ltv|worth|value of (?:\S+ ){0,4}customer",
        r"rain|weather|snow",
    ),
    slots=("metric", "horizon", "filters", "dimension", "period", "threshold"),
    examples=(
        "Forecast the orders of the coming 8 weeks",
        "What revenue can we expect next quarter?",
        "How many incidents will we see next month?",
        "Predict sessions for the next 14 days",
        "Give me an outlook on gross margin for the next half year",
        "Projected ticket volume of the Billing team, next 6 weeks",
        "Where is revenue heading?",
    ),
    nearest=("Revenue per month over the last 12 months", "Tickets per week in the last 12 weeks"),
)
