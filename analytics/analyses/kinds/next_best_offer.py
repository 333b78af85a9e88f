# ruff: noqa: E501 - one pattern a line, however long
"""Next best offer: what to recommend to a customer."""

from __future__ import annotations

from analytics.analyses.kind import Kind
from analytics.analyses.offer_answers import run_offer

_OFFER = r"(?:offer|recommend|suggest|sell|pitch|propose|show|market|promote|upsell|cross sell|advertise|put in front of|tempt|present|target)"

KIND = Kind(
    name="next_best_offer",
    run=run_offer,
    title="next best offer",
    subject="customers",
    patterns=(
        r"(?:top \d+|best|next|first|\d+|product|suitable|personal) (?:\S+ )?offers? (?:for|to)(?: \S+){0,8}",
        r"(?:what|which)(?: \S+){0,3} (?:will|would|might|do) customer \d+(?: \S+){0,3} (?:buy|order|purchase)(?: \S+){0,4}",
        rf"(?:whom|who) (?:should|could|can|shall|would|do) (?:we|i) {_OFFER}(?: \S+){{0,8}}",
        r"(?:list|find|show|give|name)(?: \S+){0,3} (?:customer|client|buyer)(?: \S+){0,3} (?:for|to) (?:an? |the )?(?:\S+ ){0,5}(?:offer|pitch|promotion)(?: \S+){0,4}",
        r"(?:upsell|upselling|cross sell|cross selling|offer|sales) (?:idea|opportunity|suggestion|proposal)(?: \S+){0,8}",
        r"(?:what|which product)(?: \S+){0,3} (?:would|could|might) (?:suit|fit|interest|appeal to|be right for|be good for)(?: \S+){0,6}",
        r"who (?:might|would|could|will)(?: \S+){0,2} (?:want|like|need|be interested in|buy)(?: \S+){0,6}",
        r"best product to (?:offer|recommend|sell|suggest)(?: \S+){0,6}",
        r"next best (?:offer|product|action|thing|purchase|item|sale)",
        rf"(?:what|which)(?: \S+){{0,4}} (?:should|could|can|shall|would|might|do)(?: \S+){{0,3}} {_OFFER}(?: \S+){{0,12}}",
        r"(?:recommend|suggest|recommendation|suggestion)(?: \S+){0,6} (?:for|to) (?:customer|client|account|buyer|premium|basic|plus|people|those|the|our)(?: \S+){0,8}",
        r"(?:best|good|right|suitable) to (?:offer|recommend|suggest|sell|pitch)(?: \S+){0,8}",
        r"(?:product|item|offer) recommendation(?: \S+){0,8}",
        r"(?:what|which)(?: \S+){0,4} (?:customer|client|account|buyer)(?: \S+){0,3} (?:will|would|might|most likely|likely)(?: \S+){0,3} buy(?: \S+){0,4}",
        r"(?:best|right|good|suitable|most promising) (?:product|offer|item|thing)(?: \S+){0,4} (?:for|to) (?:\S+ ){0,4}(?:customer|client|account|buyer|them)(?: \S+){0,4}",
        r"(?:who|which (?:\d+ |\w+ )?(?:customer|client|buyer))(?: \S+){0,4} (?:should|could|would|might)(?: \S+){0,4} (?:offer|buy|be offered|be interested|pitch|target)(?: \S+){0,8}",
    ),
    unless=(
        r"basket|together|same order",
        r"will leave|churn",
        r"(?:what|which)(?: \S+)? (?:time|hour|day|weekday|week|month|quarter|season)",
        r"do (?:we|i)(?: \S+){0,2} sell",
    ),
    slots=("customer_id", "product", "top_n", "filters"),
    examples=(
        "Recommend something for client 512",
        "Which product would be the best next offer for the plus customers?",
        "What could we cross-sell to customer 9?",
        "Three product suggestions for customer 4711",
        "Which customers should we pitch headphones to?",
        "What is customer 88 most likely to buy next?",
        "Find the next best product for buyers in the East",
    ),
    nearest=(
        "Top 5 products by units sold this year",
        "How many units sold by product category in 2025?",
    ),
)
