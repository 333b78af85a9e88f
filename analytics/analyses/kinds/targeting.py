# ruff: noqa: E501 - one pattern a line, however long
"""Targeting: whom to write to, because a message changes what they do, and what it earns."""

from __future__ import annotations

from analytics.analyses.kind import Kind
from analytics.analyses.targeting_answers import run_targeting

_WRITE = r"(?:contact|write to|target|mail|message|address|approach|reach out to|reach|email|call|send|spend|invest|market to|campaign to)"
_PEOPLE = r"(?:customer|client|people|buyer|shopper|account|recipient|contact|person)"
_SENT = r"(?:mailing|message|letter|campaign|newsletter|mail|email|e mail|promotion|contact|call|mailshot)"

KIND = Kind(
    name="targeting",
    run=run_targeting,
    title="whom to write to",
    subject="contacts",
    patterns=(
        rf"(?:who|whom|which (?:\d+ )?(?:\S+ )?{_PEOPLE})(?: \S+){{0,2}} (?:should|could|shall|can|would|do|must|to) (?:we |i |be )?(?:\S+ )?(?:{_WRITE}|contacted|targeted|mailed|addressed|written to|approached|messaged|called)(?: \S+){{0,20}}",
        rf"(?:who|whom|which (?:\d+ )?(?:\S+ )?{_PEOPLE})(?: \S+){{0,2}} (?:should|could|shall|must) (?:get|receive|be sent|be in|be on) (?:\S+ ){{0,4}}(?:{_SENT}|list)(?: \S+){{0,14}}",
        rf"(?:who|whom|which {_PEOPLE})(?: \S+){{0,4}} (?:be )?worth (?:contacting|targeting|writing to|mailing|a {_SENT}|the {_SENT}|calling)(?: \S+){{0,10}}",
        r"(?:contact|action|target|targeting|mailing|call|marketing|retention|win back|offer) (?:plan|list)(?: \S+){0,14}",
        rf"(?:plan|list|selection)(?: \S+){{0,3}} of (?:\S+ )?(?:{_PEOPLE} to {_WRITE}|contact|action)(?: \S+){{0,12}}",
        r"(?:best|most profitable|optimal|smartest|wisest) (?:use|way to (?:spend|use|invest))(?: \S+){0,6} (?:budget|money|euro|spend|\d+)(?: \S+){0,8}",
        rf"^(?:please |.*should (?:we|i) )?(?:spend|invest|use|put)(?: \S+){{0,6}} (?:on|into|for|across) (?:\S+ ){{0,2}}(?:{_PEOPLE}|{_SENT}|contacting|mailing|retention|win back)(?: \S+){{0,10}}",
        rf"(?:whom|who|which {_PEOPLE})(?: \S+){{0,6}} (?:change|influence|persuade|sway|move|convince|respond|react|buy|order)(?: \S+){{0,3}} (?:only )?(?:most|because of|due to|only if|thanks to|to a|to the|to our)(?: \S+){{0,8}}",
        r"(?:persuadable|incremental responder|sleeping dog|sure thing)s?(?: \S+){0,6}",
        rf"(?:uplift|incremental effect|extra chance)(?: \S+){{0,4}} (?:by|per|for each|of each) {_PEOPLE}(?: \S+){{0,4}}",
        rf"{_WRITE} (?:the )?(?:right|best|most promising|most profitable) {_PEOPLE}(?: \S+){{0,10}}",
    ),
    unless=(
        r"experiment|a b test|survey|ticket|incident",
        r"(?:how many|number of|count of)",
        r"(?:offer|recommend|pitch|sell) (?:a|an|the|this|that) (?!campaign|mailing|message)\S+",
        r"(?:last|previous|past) (?:year|month|quarter|week) (?:contact|write)",
        r"what if|instead|how (?:do|would|does|will) (?:the )?(?:profit|return|gain)|profit (?:by|per|of|for|at) (?:\S+ ){0,3}budget",
    ),
    slots=("budget", "filters", "campaign", "period", "dimension"),
    examples=(
        "Who should we contact with 5,000 euros?",
        "Which customers should get the next win-back mailing?",
        "Make an action list for a budget of 8,000 at 2 euros a contact",
        "Whom does our mailing change most?",
        "What is the best use of 10,000 euros for marketing to customers?",
    ),
    nearest=("What was the effect of all campaigns?",),
)
