# ruff: noqa: E501 - one pattern a line, however long
"""Change drivers: what explains the difference between two periods."""

from __future__ import annotations

from analytics.analyses.change_answers import run_change
from analytics.analyses.kind import Kind

_CHANGE = r"(?:rise|rose|risen|rising|increase|increased|increasing|jump|jumped|spike|spiked|surge|surged|grow|grew|grown|growth|climb|climbed|go up|went up|gone up|up|fall|fell|fallen|falling|drop|dropped|dropping|decline|declined|declining|decrease|decreased|dip|dipped|slump|slumped|plunge|plunged|shrink|shrank|shrunk|go down|went down|gone down|down|change|changed|differ|different|difference|higher|lower|better|worse|more|fewer|less|swing|gap|slow down|slowed down|improve|improved|worsen|worsened|deteriorate|deteriorated|deterioration|improvement|gain|loss)"

KIND = Kind(
    name="change_drivers",
    title="drivers of a change",
    subject="revenue",
    run=run_change,
    patterns=(
        rf"(?:why|how come)(?: \S+){{0,14}} {_CHANGE}(?: \S+){{0,14}}",
        rf"(?:explain|explains|explained|explanation|account for|accounts for|break down|decompose|attribute|understand|reason|reasons|cause|causes|caused|causing|behind|drove|drive|drives|driver|drivers|driving|led to|responsible|contribute|contributed|contributor|made|to blame|factor)(?: \S+){{0,10}} {_CHANGE}(?: \S+){{0,14}}",
        rf"(?:where|what)(?: \S+){{0,4}} (?:do|does|did)?(?: \S+){{0,3}} {_CHANGE}(?: \S+){{0,8}} come from",
        rf"{_CHANGE}(?: \S+){{0,12}} (?:driver|drivers|driven by what|explained|come from|comes from|came from)(?: \S+){{0,3}}",
        r"(?:which|what)(?: \S+){0,6} (?:contributed|contribute|responsible|to blame)(?: \S+){0,4} (?:most )?(?:to|for) the(?: \S+){0,10}",
    ),
    unless=(
        r"by how much|how much",
        r"why(?: \S+){0,2} (?:\S+ ){0,3}(?:service|system|server|site|shop|website|gateway|vpn|database|platform|network|app|printer)(?: \S+){0,3} (?:down|slow|slower|unavailable|offline)(?: \S+){0,4}",
        r"go down (?:yesterday|today|at)|be down",
        r"downtime be|count|error \d{4}",
    ),
    slots=("metric", "period", "compare_to", "filters", "dimension", "group"),
    examples=(
        "Why did orders fall in February compared with January?",
        "What explains the rise in churn in Q4 2025?",
        "Which categories drove the growth of gross margin from 2024 to 2025?",
        "Where does the drop in sessions last month come from?",
        "Break down the change in revenue between Q1 and Q2",
        "What is behind the higher resolution time this quarter?",
    ),
    nearest=(
        "Compare revenue last month with the month before by region",
        "How much did tickets change last month versus the month before?",
    ),
)
