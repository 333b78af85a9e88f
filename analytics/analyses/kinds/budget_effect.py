# ruff: noqa: E501 - one pattern a line, however long
"""Budget effect: what smaller and larger budgets for contacts would bring."""

from __future__ import annotations

from analytics.analyses.kind import Kind
from analytics.analyses.targeting_answers import run_budgets

_MONEY = (
    r"(?:budget|marketing budget|contact budget|campaign budget|mailing budget|marketing spend)"
)
_GAIN = r"(?:profit|gain|return|earn|earning|bring|pay off|benefit|yield|payback)"

KIND = Kind(
    name="budget_effect",
    run=run_budgets,
    title="what a budget for contacts brings",
    subject="contacts",
    patterns=(
        rf"what(?: \S+){{0,4}} {_GAIN}(?: \S+){{0,5}} (?:a |the )?{_MONEY}(?: \S+){{0,8}}",
        rf"(?:what|how much)(?: \S+){{0,4}} (?:a |the |our )?{_MONEY}(?: \S+){{0,6}} {_GAIN}(?: \S+){{0,4}}",
        rf"what if (?:\S+ ){{0,4}}{_MONEY}(?: \S+){{0,8}}",
        r"what if we (?:\S+ )?(?:spend|spent|have|had|invest|invested)(?: \S+){0,10} (?:on|for|to) (?:\S+ ){0,3}(?:contact|contacting|mailing|customer|marketing|campaign|retention|message)(?: \S+){0,4}",
        rf"(?:expected )?(?:profit|gain|return) (?:by|per|for each|over|at different|for different|against|of different) (?:\S+ ){{0,2}}(?:{_MONEY}|budgets)(?: \S+){{0,4}}",
        rf"how (?:do|does|would|will)(?: \S+){{0,4}} {_GAIN}(?: \S+){{0,3}} (?:change|grow|depend|rise|vary|develop|react)(?: \S+){{0,4}} (?:budget|spend|spending)(?: \S+){{0,4}}",
        r"how much (?:should|could|can|shall|must|do) (?:we|i)(?: \S+)? (?:spend|invest|budget|put)(?: \S+){0,2} (?:on|into|for|to) (?:\S+ ){0,2}(?:contact|contacting|mailing|message|customer|retention|win back|writing|marketing)(?: \S+){0,6}",
        rf"(?:how large|how big|how high|what size)(?: \S+){{0,4}} {_MONEY}(?: \S+){{0,8}}",
        rf"(?:best|right|optimal|ideal|most profitable|sensible) {_MONEY}(?: \S+){{0,8}}",
        r"(?:double|doubling|halve|halving|raise|raising|increase|increasing|cut|cutting|larger|bigger|smaller|higher|lower) (?:\S+ ){0,3}(?:contact|mailing|marketing|retention) (?:budget|spend)(?: \S+){0,8}",
        rf"{_MONEY} (?:curve|scenario|scenarios|what if|simulation|options)(?: \S+){{0,6}}",
    ),
    unless=(
        r"experiment|a b test|ticket|incident",
        r"(?:last|previous|past) (?:year|month|quarter|week)",
        r"campaign budget (?:by|per)",
    ),
    slots=("budget", "filters", "campaign", "period", "dimension"),
    examples=(
        "What profit would a contact budget of 10,000 euros bring?",
        "What if the marketing budget were 20,000?",
        "Expected profit by contact budget",
        "How much should we spend on writing to customers?",
        "How would the profit change with a larger mailing budget?",
    ),
    nearest=("What was the effect of all campaigns?",),
)
