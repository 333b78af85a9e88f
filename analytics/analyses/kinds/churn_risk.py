# ruff: noqa: E501 - one pattern a line, however long
"""Churn risk: which customers are likely to leave."""

from __future__ import annotations

from analytics.analyses.churn_answers import run_risk
from analytics.analyses.kind import Kind

_LEAVE = r"(?:leave|leaving|churn|churning|quit|quitting|cancel|cancelling|go|walk away|defect|lapse|stop buying|drop off|jump ship|be lost|lost|lose|losing|go away|switch to a competitor|disappear|attrite|depart|departing|turn (?:their|its) back)"
_LIKELY = r"(?:likely|likeliest|probable|probability|probably|likelihood|chance|odd|risk|risky|danger|about|prone|threaten|threatening|bound|expected|predicted|poised|close|verge|brink|going|tempted|flight)"

KIND = Kind(
    name="churn_risk",
    title="churn risk of customers",
    subject="customers",
    patterns=(
        rf"{_LIKELY}(?: \S+){{0,4}} (?:to |of )?{_LEAVE}",
        rf"{_LEAVE}(?: \S+){{0,4}} {_LIKELY}",
        r"churn (?:risk|probability|probabilities|score|prediction|likelihood|forecast|candidate|watchlist|watch list|model|propensity)",
        r"(?:at|high|highest|flight|attrition) risk(?: \S+){0,3} (?:customer|client|account|churn|leaving)",
        r"(?:customer|client|account|who|which)(?: \S+){0,4} (?:at risk|in danger|endangered|shaky|wobbly)",
        r"at risk (?:customer|client|account)",
        r"(?:predict|forecast|score|flag|identify|spot)(?: \S+){0,5} (?:churn|churner|leaver|attrition)",
        rf"(?:customer|client|account|who|which)(?: \S+){{0,6}} (?:will|might|may|could|going to|be going to|about to|be about to) {_LEAVE}(?: \S+){{0,6}}",
        r"(?:we|us) (?:be )?(?:about to|going to|likely to|might|may|could) (?:lose|losing)(?: \S+){0,3}",
        r"(?:who|which)(?: \S+){0,4} (?:we|us)(?: \S+){0,2} (?:lose|losing)(?: \S+){0,4}",
        r"(?:lose|losing)(?: \S+){0,2} (?:customer|client|account)s?(?: \S+){0,2} (?:next|soon|in the (?:next|coming))(?: \S+){0,3}",
    ),
    unless=(
        r"why|driver|drive|drives|driving|reason|factor|cause",
        r"(?:which|what) (?:step|stage|point|page)",
        r"how many tickets|revenue growth",
    ),
    slots=("top_n", "horizon", "filters", "customer_id", "threshold", "dimension"),
    examples=(
        "Who is at risk of churning?",
        "List the ten accounts that are closest to leaving",
        "Which plus plan clients will we probably lose soon?",
        "Show me customers with a high probability of churn",
        "How likely is customer 77 to cancel within 3 months?",
        "Score every customer for churn",
        "Give me a watch list of customers about to defect",
        "Predict who will quit next quarter in the South",
    ),
    nearest=("What is the churn rate by plan?", "How many churned customers by churn reason?"),
    run=run_risk,
)
