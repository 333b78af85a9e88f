# ruff: noqa: E501 - one pattern a line, however long
"""Segment migration: who moved from one segment to another between two periods."""

from __future__ import annotations

from analytics.analyses.kind import Kind
from analytics.analyses.migration_answers import run_migration

_MOVE = r"(?:move|moved|moving|movement|migrate|migrated|migration|shift|shifted|switch|switched|transition|transitioned|drift|drifted|upgrade|upgraded|downgrade|downgraded|slip|slipped|climb|climbed|change|changed|jump|jumped|flow|flowed|cross|crossed|wander|wandered|rise|rose|fall|fell)"

_NAME = r"(?:champion|(?<!brand )loyal|promising|hibernating|dormant|at risk segment)"
_TURN = r"(?:moved|move|slipped|slip|slid|became|become|turned|turn|upgraded|upgrade|downgraded|downgrade|promoted|demoted|dropped|drop|fell|fall|came back|come back|returned|reactivated|left|leave|lose|lost|losing|gain|gained|develop|developed|over time|go|went|former|changed|shifted|climbed|rose)"

KIND = Kind(
    name="segment_migration",
    run=run_migration,
    title="movement between customer segments",
    subject="customers",
    patterns=(
        rf"from (?:the |our |being )?(?:\S+ )?{_NAME}(?: \S+){{0,3}} to (?:the |our |being )?(?:{_NAME}|at risk|loyal)(?: \S+){{0,8}}",
        rf"from (?:the |our )?at risk(?: \S+){{0,3}} to (?:the )?{_NAME}(?: \S+){{0,8}}",
        rf"{_TURN}(?: \S+){{0,6}} {_NAME}(?: \S+){{0,8}}",
        rf"{_NAME}(?: \S+){{0,6}} {_TURN}(?: \S+){{0,8}}",
        r"(?:segment|customer) (?:migration|transition|movement|flow)(?: \S+){0,8}",
        r"(?:migration|transition) (?:matrix|table|chart|diagram)(?: \S+){0,6}",
        r"segment(?: \S+){0,6} over time",
        r"(?:which|what) segments?(?: \S+){0,4} (?:grow|grew|grown|shrink|shrank|shrunk|lose|lost|gain|gained)(?: \S+){0,8}",
        r"(?:stable|stability|steady)(?: \S+){0,4} segments?(?: \S+){0,6}",
        r"(?:flow|flows|sankey)(?: \S+){0,4} segments?(?: \S+){0,8}",
        rf"segment {_MOVE}(?: \S+){{0,6}}",
        rf"{_MOVE} (?:\S+ ){{0,8}}(?:segment|cluster|tier of customer|value group|customer group|value band|rfm class|value class)",
        rf"(?:segment|cluster|value group|customer group|value band)(?: \S+){{0,6}} {_MOVE}",
        r"(?:segment|cluster) (?:\S+ ){0,3}(?:grow|grew|shrink|shrank|gain|gained|lose|lost)(?: \S+){0,3} (?:customer|member|client)",
    ),
    unless=(
        r"(?:offer|recommend|sell|pitch|suggest|upsell|target|promote|advertise)(?: \S+){0,10}",
        r"(?:lifetime value|clv|ltv)(?: \S+){0,8}",
        r"(?:segment|cluster)(?:ation)? (?:analysis )?by behaviour",
    ),
    slots=("period", "compare_to", "filters", "top_n", "dimension"),
    examples=(
        "How many customers migrated to a better segment since the previous quarter?",
        "Show the movement between segments from H1 2025 to H2 2025",
        "Which segments lost members to other segments last year?",
        "Who slipped out of the top value segment this quarter?",
        "Segment migration between 2024 and 2025",
        "How many of the champions of last year have we lost since?",
        "Did people upgrade or downgrade between the value groups?",
    ),
    nearest=(
        "How many active customers per quarter in 2025?",
        "What is the revenue per customer per quarter in 2025?",
    ),
)
