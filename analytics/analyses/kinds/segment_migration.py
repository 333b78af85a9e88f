# ruff: noqa: E501 - one pattern a line, however long
"""Segment migration: who moved from one segment to another between two periods."""

from __future__ import annotations

from analytics.analyses.kind import Kind

_MOVE = r"(?:move|moved|moving|movement|migrate|migrated|migration|shift|shifted|switch|switched|transition|transitioned|drift|drifted|upgrade|upgraded|downgrade|downgraded|slip|slipped|climb|climbed|change|changed|jump|jumped|flow|flowed|cross|crossed|wander|wandered|rise|rose|fall|fell)"

KIND = Kind(
    name="segment_migration",
    title="movement between customer segments",
    subject="customers",
    patterns=(
        rf"segment {_MOVE}(?: \S+){{0,6}}",
        rf"{_MOVE} (?:\S+ ){{0,8}}(?:segment|cluster|tier of customer|value group|customer group|value band|rfm class|value class)",
        rf"(?:segment|cluster|value group|customer group|value band)(?: \S+){{0,6}} {_MOVE}",
        r"(?:segment|cluster) (?:\S+ ){0,3}(?:grow|grew|shrink|shrank|gain|gained|lose|lost)(?: \S+){0,3} (?:customer|member|client)",
    ),
    slots=("period", "compare_to", "filters"),
    examples=(
        "How many customers migrated to a better segment since the previous quarter?",
        "Show the movement between segments from H1 2025 to H2 2025",
        "Which segments lost members to other segments last year?",
        "Who slipped out of the top value segment this quarter?",
        "Segment migration between 2024 and 2025",
        "Did people upgrade or downgrade between the value groups?",
    ),
    nearest=(
        "How many active customers per quarter in 2025?",
        "What is the revenue per customer per quarter in 2025?",
    ),
)
