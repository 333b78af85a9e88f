# ruff: noqa: E501 - one pattern a line, however long
"""Capacity: when a resource reaches its limit."""

from __future__ import annotations

from analytics.analyses.capacity_answers import run_capacity
from analytics.analyses.kind import Kind

_RESOURCE = r"(?:disk|disks|storage|space|memory|ram|cpu|processor|capacity|headroom|server|service|system|hardware|load)"

KIND = Kind(
    name="capacity",
    title="capacity forecast",
    subject="disk used",
    run=run_capacity,
    patterns=(
        rf"(?:run out|running out|run short|running short|run low|running low|run dry|fill up|filling up|be full|full|exhaust|exhausted|exhausting|max out|maxed out|hit the limit|reach the limit|hit the ceiling|overflow)(?: \S+){{0,8}} {_RESOURCE}(?: \S+){{0,6}}",
        r"(?:disk|disks|storage|space|memory|ram|cpu|processor|capacity|headroom)(?: \S+){0,8} (?:run out|running out|run short|run low|fill up|filling up|be full|full|exhaust|exhausted|max out|maxed out|reach|hit|exceed|limit|ceiling|overflow|suffice)(?: \S+){0,8}",
        rf"(?:when|how long|how soon|by when|what date)(?: \S+){{0,10}} {_RESOURCE}(?: \S+){{0,8}}",
        r"capacity (?:forecast|planning|plan|limit|problem|bottleneck|headroom|risk)(?: \S+){0,6}",
        r"headroom(?: \S+){0,8}",
        r"(?:hit|reach|exceed|pass|cross)(?: \S+){0,2} \d+(?: \S+){0,3} (?:disk|storage|memory|ram|cpu|processor)(?: \S+){0,4}",
        r"enough (?:\S+ ){0,2}(?:disk|storage|space|memory|capacity)(?: \S+){0,8}",
        rf"(?:need|buy|order|add)(?: \S+){{0,3}} more {_RESOURCE}(?: \S+){{0,6}}",
    ),
    unless=(
        r"root cause|caused by|blame|(?:probable|likely|likeliest|possible|usual|usually|usually be) (?:the |a )?cause",
        r"how long(?: \S+){0,4} (?:take|outage|incident|down|ticket)",
        r"(?:average|mean) (?:cpu|memory|disk)",
        r"ticket|incident",
        r"spike|anomal\w+|unusual|strange|odd",
    ),
    slots=("metric", "service", "threshold", "filters", "horizon"),
    examples=(
        "When is the disk of the payroll service full?",
        "How long will memory last on our critical services?",
        "Which services hit 90 percent CPU first?",
        "Do we run out of storage this year?",
        "By when do we need more disk space for the web shop?",
        "Capacity planning for tier 2 services",
    ),
    nearest=(
        "What is the disk used by service last week?",
        "What is the cpu load by service last week?",
    ),
)
