# ruff: noqa: E501 - one pattern a line, however long
"""Campaign result: what a campaign caused, against its control group."""

from __future__ import annotations

from analytics.analyses.campaign_answers import run_campaign
from analytics.analyses.kind import Kind

_CAMPAIGN = r"(?:campaign|mailing|mailshot|promotion|promo|newsletter campaign|message|ad|advertising|marketing|win back|offer we sent|e mail blast)"
_EFFECT = r"(?:incremental|incrementality|incrementally|uplift|lift|really|truly|actually|genuinely|effect|effective|effectiveness|impact|cause|caused|causal|causally|work|worked|working|pay off|paid off|worth|worthwhile|worth it|extra|additional|success|successful|made a difference|make a difference|net of control|over control|beyond control|any good|move the needle|moved the needle|pull in more|outperform|outperformed|beat|better than doing nothing)"

KIND = Kind(
    name="campaign_result",
    title="effect of a campaign",
    subject="contacts",
    run=run_campaign,
    patterns=(
        rf"{_CAMPAIGN}(?: \S+){{0,10}} {_EFFECT}(?: \S+){{0,6}}",
        rf"{_EFFECT}(?: \S+){{0,10}} {_CAMPAIGN}(?: \S+){{0,6}}",
        r"(?:control group|control|held out|hold out|holdout|left alone|not contacted|uncontacted|untouched group|without the mailing|had we sent nothing|not mailed)(?: \S+){0,12} (?:campaign|mailing|mail|mailed|contacted|promotion|message)(?: \S+){0,4}",
        rf"{_CAMPAIGN}(?: \S+){{0,14}} (?:control group|control|held out|hold out|holdout|left alone|not contacted|uncontacted|untouched|done nothing|sent nothing)(?: \S+){{0,4}}",
        rf"(?:variant|version) (?:a|b)(?: \S+){{0,4}} (?:or|vs|versus|against|and|than|beat|over)(?: \S+){{0,3}} (?:variant |version )?(?:a|b)(?: \S+){{0,8}} {_CAMPAIGN}(?: \S+){{0,4}}",
        rf"{_CAMPAIGN}(?: \S+){{0,6}} (?:variant|version) (?:a|b)(?: \S+){{0,3}} (?:or|vs|versus|against|than|beat)(?: \S+){{0,6}}",
        rf"(?:which|what) (?:variant|version)(?: \S+){{0,5}} {_CAMPAIGN}(?: \S+){{0,6}}",
        rf"how (?:good|well|successful|effective)(?: \S+){{0,3}} {_CAMPAIGN}(?: \S+){{0,6}}",
        rf"(?:result|outcome|evaluation|evaluate|assess|assessment|judge) (?:of |for )?(?:the |our )?(?:\S+ ){{0,4}}{_CAMPAIGN}(?: \S+){{0,4}}",
    ),
    unless=(
        r"(?:response|open|click|conversion) rate",
        r"roi|return on investment|campaign revenue|campaign spend|campaign budget",
        r"experiment",
        r"(?:how many|number of) (?:ticket|incident|customer|new customer)",
        r"(?:offer|recommend|suggest|pitch) customer",
    ),
    slots=("campaign", "compare_to", "group", "metric", "filters", "period"),
    examples=(
        "Did the spring mailing sell anything beyond what people would have bought anyway?",
        "Effect of campaign 12 against its control group",
        "Which version of campaign 3 did better, A or B?",
        "What incremental revenue did the retention campaigns bring?",
        "Was the email campaign a success?",
        "How effective was campaign 8?",
        "Did our win-back promotions pay off?",
    ),
    nearest=(
        "What is the campaign ROI by objective?",
        "What is the response rate by campaign channel in 2025?",
    ),
)
