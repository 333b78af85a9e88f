# ruff: noqa: E501 - one pattern a line, however long
"""Segments: groups of customers that behave alike."""

from __future__ import annotations

from analytics.analyses.kind import Kind

KIND = Kind(
    name="segments",
    title="customer segmentation",
    subject="customers",
    patterns=(
        r"segmentation|segmentations",
        r"segment (?:our|the|my|all|these|those|every|premium|basic|plus|customer|client|buyer|shopper|them|people)(?: \S+){0,4}",
        r"(?:customer|client|buyer|shopper|natural|meaningful|distinct|main|value|behavioural|behavioral|rfm|which|what) (?:segment|cluster|persona|archetype|type of customer|kind of customer)",
        r"(?:cluster|clustering|persona|archetype|rfm)(?: \S+){0,5}",
        r"(?:group|divide|sort|split|break|bucket|classify|categorise|categorize|partition|carve)(?: up)? (?:\S+ ){0,4}(?:customer|client|buyer|shopper)(?: base)? (?:\S+ ){0,5}(?:segment|group|cluster|type|bucket|profile|kind|class|tribe)",
        r"(?:what|which) (?:kind|type|sort|group)s? of (?:customer|client|buyer|shopper)(?: \S+){0,3} (?:do we have|have we|be there|exist)",
        r"(?:segment|group|cluster|type) (?:be there|do we have|exist|fall)(?: \S+){0,4}",
        r"(?:customer|client|buyer|shopper) fall into(?: \S+){0,4} (?:group|segment|cluster|type|profile)",
    ),
    unless=(
        r"experiment|a b test|variant",
        r"move(?:d)? between|migrat\w+|from segment|between (?:\S+ )?segment",
    ),
    slots=("period", "filters", "top_n"),
    examples=(
        "Which natural groups do our buyers form?",
        "Cluster the customer base and describe every cluster",
        "Give me a segmentation of premium customers",
        "What types of shoppers do we have and how do they differ?",
        "Divide the clients into groups with similar behaviour",
        "Run an RFM segmentation",
        "Who are our typical customers, grouped by how they buy?",
        "Profile the main customer segments for me",
    ),
    nearest=("How many customers by lifestyle?", "What is the revenue per customer by plan?"),
)
