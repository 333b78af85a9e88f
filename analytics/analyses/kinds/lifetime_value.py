# ruff: noqa: E501 - one pattern a line, however long
"""Lifetime value: the margin that customers are expected to bring."""

from __future__ import annotations

from analytics.analyses.kind import Kind
from analytics.analyses.value_answers import run_value

KIND = Kind(
    name="lifetime_value",
    title="customer lifetime value",
    subject="customers",
    run=run_value,
    patterns=(
        r"(?:customer |predicted |expected |future )?(?:lifetime value|life time value|clv|cltv|ltv)(?: \S+){0,12}",
        r"(?:expected|future|predicted|prospective|forward looking|anticipated) (?:customer )?(?:value|worth|margin|profit|spend)(?: \S+){0,8} (?:customer|client|buyer|account|segment)",
        r"(?:expected|future|predicted) (?:customer|client) (?:value|worth)",
        r"(?:customer|client|buyer|account)(?: \S+){0,8} (?:be )?worth(?: \S+){0,3} (?:over|in|within|during|next|future)(?: \S+){0,4}",
        r"(?:how much|what)(?: \S+){0,6} (?:customer|client|buyer|account)(?: \S+){0,4} (?:bring|spend|be worth|worth|earn|yield|generate)(?: \S+){0,4} (?:next|coming|following|future)(?: \S+){0,4}",
        r"(?:earn|make|get|expect|gain)(?: \S+){0,4} (?:from|of|with) (?:\S+ ){0,4}(?:customer|client|buyer)s?(?: \S+){0,6} (?:next|coming|future)(?: \S+){0,3}",
        r"most valuable (?:customer|client|buyer)(?: \S+){0,6} (?:next|coming|future|ahead|going forward)(?: \S+){0,3}",
        r"value (?:of|from)(?: \S+){0,4} (?:customer|client)(?: \S+){0,3} (?:over|in|within) (?:the )?(?:next|coming)(?: \S+){0,3}",
    ),
    unless=(
        r"historic|historical|to date|realised|realized|so far",
        r"defin\w+|calculat\w+|computed|meant by|mean by|meaning of|formula",
    ),
    slots=("horizon", "dimension", "top_n", "filters", "customer_id", "period"),
    examples=(
        "What is the predicted lifetime value per plan?",
        "How much will our customers be worth in the coming year?",
        "CLV by region",
        "Who are the 25 customers with the highest expected value?",
        "What can we expect to earn from customer 310 over the next 12 months?",
        "Which acquisition channels bring the most valuable customers in the long run?",
        "Future value of the customers won through referral",
    ),
    nearest=(
        "What is the historic lifetime value by plan?",
        "What is the revenue per customer by region in 2025?",
    ),
)
