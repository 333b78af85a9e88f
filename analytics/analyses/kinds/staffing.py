# ruff: noqa: E501 - one pattern a line, however long
"""Staffing: how many agents the tickets of an hour need."""

from __future__ import annotations

from analytics.analyses.kind import Kind
from analytics.analyses.staffing_answers import run_staffing

_WHO = r"(?:agent|staff|people|person|analyst|technician|head|fte|operator|worker|colleague|hand)s?"
_NEED = r"(?:need|needs|needed|require|required|requires|necessary|enough|sufficient|suffice|suffices|should|must|schedule|scheduled|roster|rostered|plan|cope|handle|manage|staff|on duty|on shift|on the desk)"

KIND = Kind(
    name="staffing",
    title="number of agents needed",
    subject="tickets",
    run=run_staffing,
    patterns=(
        rf"how (?:many|much) (?:\S+ ){{0,3}}{_WHO} (?:\S+ ){{0,8}}{_NEED}(?: \S+){{0,30}}",
        rf"(?:number|count) of {_WHO} (?:\S+ ){{0,4}}{_NEED}(?: \S+){{0,30}}",
        rf"(?:be|would|will|do|can|could)(?: \S+){{0,4}} (?:\d+|one|two|three|four|five|six|seven|eight|nine|ten) (?:\S+ )?{_WHO} (?:\S+ ){{0,3}}{_NEED}(?: \S+){{0,30}}",
        rf"(?:be|do we have|have we|have|is there|be there) (?:\S+ ){{0,3}}enough (?:\S+ ){{0,2}}{_WHO}(?: \S+){{0,30}}",
        rf"(?:need|require|schedule|add|hire|bring in) (?:\S+ ){{0,2}}(?:more|fewer|extra|additional) (?:\S+ )?{_WHO}(?: \S+){{0,30}}",
        r"(?:staffing|headcount|rota|roster|shift plan|shift planning|workforce planning|workforce plan|erlang)(?: \S+){0,30}",
        rf"(?:what|which) (?:staff|staffing|team size|head ?count|crew)(?: \S+){{0,6}} {_NEED}(?: \S+){{0,30}}",
        r"(?:staff|man) (?:the )?(?:\S+ ){0,2}(?:desk|hotline|phones?|chat|queue|shift)(?: \S+){0,30}",
        r"agents? (?:per|by|for each|each) (?:hour|weekday|day of the week|shift)(?: \S+){0,20}",
        r"(?:with|if (?:we|there) (?:have|be|had)) (?:only |just )?(?:\d+|one|two|three|four|five|six) (?:\S+ )?agents?(?: \S+){0,30}",
    ),
    unless=(
        r"(?:which|what) agent",
        r"churn|retention|campaign",
        r"(?:how many|number of) (?:\S+ ){0,2}(?:agent|people|staff) (?:close|closed|resolve|resolved|solve|solved|handled|work on|worked on|wrote|write|report|reported|be affected|affected|order|ordered|buy|bought)",
    ),
    slots=("filters", "period", "horizon", "dimension"),
    examples=(
        "How many agents do we need on Tuesday afternoons?",
        "Are 5 agents enough on Fridays between 9 and 12?",
        "Staffing table by weekday and hour for the network team",
        "What staffing do we need for 90 percent within 10 minutes?",
        "How many people must be on shift at weekends if tickets rise by 30 percent?",
        "Do we need more agents next month?",
    ),
    nearest=(
        "Tickets by hour of the day in the last 30 days",
        "How many tickets will we get next week?",
    ),
)
