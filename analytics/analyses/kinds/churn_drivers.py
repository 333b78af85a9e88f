# ruff: noqa: E501 - one pattern a line, however long
"""Churn drivers: what goes with customers leaving."""

from __future__ import annotations

from analytics.analyses.churn_answers import run_drivers
from analytics.analyses.kind import Kind

_LEAVE = r"(?:churn|churning|churned|attrition|leave|leaving|left|quit|quitting|cancel|cancelling|go away|walk away|walking away|defect|defecting|defection|departure|lose customer|losing customer|lose (?:so many |these |our )?(?:customer|client)|losing (?:so many |these |our )?(?:customer|client)|loss of customer|stop buying|turn their back|abandon us|leave us|leaving us|customer loss|jump ship)"

KIND = Kind(
    name="churn_drivers",
    title="drivers of churn",
    subject="customers",
    patterns=(
        rf"why (?:\S+ ){{0,8}}{_LEAVE}",
        rf"(?:driver|drive|drives|driving|drove|factor|cause|causes|causing|reason|trigger|predictor|determinant|influence|influences|influencing|explain|explains|behind|lead|leads|leading|push|pushes|pushing|make|makes|making|predict|predicts|contribute|contributes|root cause)(?: \S+){{0,8}} {_LEAVE}",
        rf"{_LEAVE}(?: \S+){{0,2}} (?:driver|factor|cause|predictor|trigger|determinant)",
        rf"what (?:\S+ ){{0,3}}(?:have|has) (?:to do with|an effect on|an impact on) {_LEAVE}",
        rf"(?:what|which)(?: \S+){{0,6}} (?:affect|affects|impact|impacts|matter|matters|associated|correlate|correlates|linked|tied)(?: \S+){{0,5}} {_LEAVE}",
        r"what (?:do|have)(?: \S+){0,3} (?:churner|leaver|people who leave|customer who leave|customer who left)(?: \S+){0,3} in common",
    ),
    unless=(
        r"(?:by|per|each|split by|for each) (?:churn |leaving )?reason",
        r"(?:rise|rose|risen|jump|jumped|increase|increased|spike|spiked|drop|dropped|fall|fell|fallen|higher|lower|change|changed|differ|different|up|down|grow|grew|more|fewer)(?: \S+){0,8} (?:than|vs|versus|compare|compared|from|over|against|since|last|in|between)",
        r"how many",
    ),
    slots=("period", "filters", "top_n"),
    examples=(
        "What are the main drivers of churn?",
        "What makes customers quit?",
        "Why are premium clients walking away?",
        "Which factors predict that somebody cancels?",
        "What is behind our attrition in the North?",
        "What do the customers we lose have in common?",
        "Reasons behind customers leaving us in 2025",
    ),
    nearest=(
        "How many churned customers by churn reason?",
        "What is the churn rate by acquisition channel?",
    ),
    run=run_drivers,
)
