# ruff: noqa: E501 - one pattern a line, however long
"""Funnel: where visitors drop out between visit and purchase."""

from __future__ import annotations

from analytics.analyses.funnel_answers import run_funnel
from analytics.analyses.kind import Kind

KIND = Kind(
    name="funnel",
    title="purchase funnel",
    subject="sessions",
    run=run_funnel,
    patterns=(
        r"(?:at |on |in )?(?:which|what) (?:step|stage)(?: \S+){0,12}",
        r"(?:sales |purchase |checkout |conversion |web |shop |shopping )?funnel(?: \S+){0,12}",
        r"(?:drop|dropping|dropped|fall|falling|bail|bailing|give up|giving up|lose|losing|leak|leaking|abandon|abandoning|get stuck|quit|leave|leaving|jump off)(?: off| out| away)?(?: \S+){0,8} (?:between|step|stage|checkout|on the way|path|journey|along the|before paying|before buying|before purchase|before they pay|before they buy|from visit|funnel|process)(?: \S+){0,10}",
        r"(?:at |in |on )?(?:which|what) (?:step|stage|point)(?: \S+){0,10} (?:drop|lose|leave|leak|abandon|bail|quit|give up|fall|go|lost|exit)(?: \S+){0,6}",
        r"(?:conversion|drop off|drop out|pass through|loss) (?:rate )?(?:by|per|at each|for each|of each|from|between|at every) (?:\S+ )?(?:step|stage)(?: \S+){0,6}",
        r"(?:checkout|shop|web shop|buying process)(?: \S+){0,2} (?:leak|leaking|leaky)(?: \S+){0,4}",
        r"(?:step by step|stage by stage)(?: \S+){0,4} (?:conversion|visit|purchase|shop|checkout|session)(?: \S+){0,4}",
        r"from (?:visit|landing|product view|cart|add to cart|checkout|browsing|first click)(?: \S+){0,3} to (?:purchase|checkout|cart|order|buying|payment|paying|product view)(?: \S+){0,6}",
        r"how (?:many|far)(?: \S+){0,4} (?:visitor|session|shopper|people|user)(?: \S+){0,4} (?:make it|get)(?: \S+){0,3} (?:to|from|as far|through)(?: \S+){0,4} (?:checkout|cart|purchase|payment)(?: \S+){0,4}",
    ),
    unless=(r"cart abandonment rate|basket abandonment rate", r"likely to leave|why"),
    slots=("period", "filters", "dimension", "compare_to", "product"),
    examples=(
        "Show the checkout funnel for tablets in Q1 2026",
        "Where do we lose visitors on the way to the purchase?",
        "At which step do most shoppers give up?",
        "From product view to purchase: how many get through each stage?",
        "Drop-off between cart and checkout by device",
        "How far do visitors from facebook get in the shop?",
    ),
    nearest=(
        "What is the conversion rate by device this year?",
        "What is the cart abandonment rate by device this year?",
    ),
)
