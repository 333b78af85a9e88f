# ruff: noqa: E501 - one pattern a line, however long
"""Cross-sell rules: what is bought together."""

from __future__ import annotations

from analytics.analyses.basket_answers import run_baskets
from analytics.analyses.kind import Kind

KIND = Kind(
    name="cross_sell_rules",
    title="products bought together",
    subject="units sold",
    run=run_baskets,
    patterns=(
        r"(?:bought|buy|purchased|purchase|ordered|order|sold|sell|go|appear|occur|combined|combine|come)(?: \S+){0,4} (?:together|jointly|in combination|in one go|hand in hand|at the same time)",
        r"(?:together|along|alongside|in addition|in combination|combined)(?: with)? (?:\S+ ){0,4}(?:bought|buy|purchased|purchase|ordered|order|sell|sold|cart|basket)",
        r"(?:same|one|a single|shared) (?:basket|order|cart|purchase|trolley|shopping cart)(?: \S+){0,6}",
        r"(?:basket|cart|association|affinity|market basket|co purchase|cross sell|cross selling) (?:analysis|rule|pattern|opportunity|opportunities|combination|potential)",
        r"cross sell(?:ing)? (?:rule|pattern|opportunity|opportunities|candidate|potential)(?: \S+){0,4}",
        r"what else (?:\S+ ){0,8}(?:buy|bought|purchase|purchased|order|ordered|take|took)(?: \S+){0,4}",
        r"(?:also|too|as well) (?:buy|bought|purchase|purchased|order|ordered|take|took|pick|picked)(?: \S+){0,4}",
        r"(?:people|customer|buyer|who|client|shopper)(?: \S+){0,8} (?:buy|bought|purchase|purchased)(?: \S+){0,8} (?:also|too|as well|in addition|on top)(?: \S+){0,4}",
        r"(?:buy|bought|purchased|ordered|pick|picked|add|added) (?:\S+ ){0,4}(?:with|alongside|along with|on top of|next to|in addition to|together with) (?:a |an |the |our |their )?(?:\S+ ){0,3}\S+",
        r"(?:pair|pairing|complement|complementary|bundle|accompany|accompanies|combination of product|product combination|product pair|go well with|goes well with)(?: \S+){0,6}",
    ),
    unless=(r"how many|how much|revenue|number of|by (?:phone|app|web)", r"customer \d+"),
    slots=("product", "top_n", "period", "filters", "threshold"),
    examples=(
        "Which items are frequently bought together?",
        "What do people who buy phones also purchase?",
        "Show the strongest association rules between products",
        "Which accessories go along with headphones in one order?",
        "Product pairs that often share a basket",
        "What sells well in combination with software?",
        "Do a market basket analysis for 2025",
    ),
    nearest=("Top 10 products by units sold in 2025", "What is the product holding by plan?"),
)
