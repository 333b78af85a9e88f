# ruff: noqa: E501 - one pattern a line, however long
"""Segments: groups of customers that behave alike."""

from __future__ import annotations

from analytics.analyses.kind import Kind
from analytics.analyses.segment_answers import run_segments

_NAMED = r"(?:champion|hibernating customer|hibernating segment|hibernating one|dormant customer|(?<!brand )loyal (?:customer|client|buyer|segment|one|shopper)|promising (?:customer|client|segment|one)|at risk segment|at risk customer segment)"

KIND = Kind(
    name="segments",
    run=run_segments,
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
        r"(?:describe|explain|profile|show|list|compare|name|summarise|summarize|characterise|characterize)(?: \S+){0,4} segments?",
        r"segments? (?:size|sizes|profile|profiles|overview|description|by|per|of|in|for|do|be|with|bring|are)(?: \S+){0,8}",
        r"(?:per|by|each|top \d+|every|biggest|largest|smallest|best|most valuable|which|what|how many) (?:\S+ )?segments?(?: \S+){0,6}",
        _NAMED,
        rf"(?:\S+ ){{0,6}}{_NAMED}(?: \S+){{0,6}}",
        r"(?:distributed|distribution|spread|belong|falls?|split)(?: \S+){0,5} segments?(?: \S+){0,4}",
        r"(?:behavioural|behavioral) (?:group|segment|cluster|type|profile)s?(?: \S+){0,10}",
        r"distinct(?: \S+){0,2} (?:profile|type|group|segment)s?(?: \S+){0,6}",
        r"(?:who|what sort of people|what kind of people) be our (?:customer|client|buyer|shopper)",
        r"what (?:do|does) our (?:customer base|clientele|customer) look like",
        r"(?:customer|client|buyer|shopper) group(?: \S+){0,3} (?:buy|behave|shop|act)(?: \S+){0,3}",
        r"(?:customer|client|buyer|shopper)(?: \S+){0,2} (?:differ|vary)(?: \S+){0,4} (?:buy|behave|shop|behaviour|behavior|order)",
        r"(?:buying|shopping|purchase|ordering) (?:habit|pattern|behaviour|behavior|style)s?(?: \S+){0,4} (?:customer|client|buyer|shopper)",
        r"(?:who|which customer|which client)(?: \S+){0,3} (?:buy|behave|shop)(?: \S+){0,2} (?:alike|similarly|the same way|in the same way|in a similar way)",
    ),
    unless=(
        r"experiment|a b test|variant",
        r"(?:customer|client|account|buyer)(?: number)? \d+",
        r"move(?:d)? between|migrat\w+|from segment|between (?:\S+ )?segment",
        r"over time|come back|came back|became|become|former|left|lose|lost|slipped|moved|upgraded|downgraded|develop|developed",
        r"(?:offer|recommend|sell|pitch|suggest|upsell|target|promote|advertise)(?: \S+){0,10}",
        r"(?:lifetime value|clv|ltv)(?: \S+){0,4}(?: (?:by|per|of))(?: \S+){0,2} segment",
    ),
    slots=("period", "filters", "top_n", "dimension"),
    examples=(
        "Which natural groups do our buyers form?",
        "Cluster the customer base and describe every cluster",
        "Give me a segmentation of premium customers",
        "What types of shoppers do we have and how do they differ?",
        "Divide the clients into groups with similar behaviour",
        "Run an RFM segmentation",
        "Who are our typical customers, grouped by how they buy?",
        "Profile the main customer segments for me",
        "How large is the group of champions and what do they spend?",
    ),
    nearest=("How many customers by lifestyle?", "What is the revenue per customer by plan?"),
)
