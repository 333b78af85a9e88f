# ruff: noqa: E501 - one pattern a line, however long
"""Customer profile: everything that the warehouse says of one customer."""

from __future__ import annotations

from analytics.analyses.kind import Kind
from analytics.analyses.profile_answers import run_profile

_ONE = r"(?:customer|client|account|buyer|shopper)"
_WHOM = rf"(?:(?:the|this|that|our|a|one|single) )*{_ONE}"
_NUMBERED = rf"{_WHOM}(?: (?:number|no|id|nr))? \d+"
_TOLD = r"(?:profile|overview|portrait|summary|picture|dossier|history|background|file|record|data|360|detail|information|info|fact|card|sheet)"

KIND = Kind(
    name="customer_profile",
    run=run_profile,
    title="profile of a customer",
    subject="customers",
    patterns=(
        rf"(?:tell|inform|brief|update)(?: \S+){{0,2}} (?:about|on) {_NUMBERED}",
        rf"(?:know|learn|say|tell|find out|see|have)(?: \S+){{0,3}} (?:about|on|of) {_NUMBERED}",
        rf"(?:everything|anything|all|something|more) (?:\S+ ){{0,3}}(?:about|on) {_NUMBERED}",
        rf"(?:who|what|how) (?:be )?{_NUMBERED}(?: (?:like|do|doing|worth knowing))?$",
        rf"what (?:sort|kind|type) of (?:customer|client|buyer|person)(?: \S+)? (?:be )?{_NUMBERED}",
        rf"(?:describe|summarise|summarize|characterise|characterize|portray|profile|look up|introduce|pull up|open) {_NUMBERED}",
        rf"(?:show|give|get|bring up|display|find)(?: me)? {_NUMBERED}(?: please)?$",
        rf"{_TOLD}(?: \S+){{0,2}} {_NUMBERED}",
        rf"{_NUMBERED}(?: \S+){{0,2}} {_TOLD}",
        rf"{_NUMBERED} (?:compare|compared|beside|against|versus|vs|differ)(?: \S+){{0,4}} (?:other|rest|average|median|everybody|everyone|typical|usual)(?: \S+){{0,2}}",
        rf"(?:compare|put) {_NUMBERED} (?:with|to|against|beside|and)(?: \S+){{0,2}} (?:other|rest|average|median|everybody|everyone|typical|usual)(?: \S+){{0,2}}",
        rf"(?:which|what) segments?(?: \S+){{0,3}} {_NUMBERED}(?: \S+){{0,3}}",
        rf"how (?:loyal|engaged|interested|active|valuable) (?:be )?{_NUMBERED}",
        rf"(?:which|what) dimension(?: \S+){{0,2}} {_NUMBERED}(?: \S+){{0,3}}",
        rf"(?:loyalty|engagement|interest|value) (?:score|and \S+|dimension)(?: \S+){{0,3}} {_NUMBERED}",
        rf"(?:profile|portrait|dossier|360)(?: view)?(?: of| for| on) {_WHOM}$",
        rf"{_WHOM} (?:profile|portrait|dossier|360)(?: please)?$",
        rf"(?:tell me|everything|what do we know) about (?:a|one|this|that|some) (?:\S+ )?{_ONE}$",
    ),
    unless=(
        r"(?:leave|leaving|churn|cancel|defect|quit)",
        r"(?:offer|recommend|suggest|sell|pitch|buy next)",
        r"(?:lifetime value|clv|ltv|worth over)",
    ),
    slots=("customer_id", "filters"),
    examples=(
        "Tell me about customer 4711",
        "Give me a profile of client 12",
        "What do we know about customer 88?",
        "How does customer 7 compare with everybody else?",
        "Describe customer 301 to me",
    ),
    nearest=("How many customers by plan?",),
)
