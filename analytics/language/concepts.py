# ruff: noqa: E501 - one pattern a line, however long
"""Verbs and states that, with a noun, name a metric: customers + leave = churned customers."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS: dict[str, str] = {
    "earn": r"earn|earned|earning|generate|generated|generating|(?:take|took|taken|taking) in(?! (?:our|the|your|all|store|each|every|total))|bring in|brought in|bringing in|(?:we|they|do|it) gross|grossed|turn over|turned over|pull in|pulled in|rake in|raked in|contribute|contributed|account for|accounted for|make|made|making|collect|collected|book|booked|cash in|cashed in|invoice for|worth|came in from|come in from|yield|yielded|bring|brought|take|took",
    "sell": r"sell|sold|selling|(?:go|went|gone) over the counter|shift|shifted|ship|shipped|move off the shelf",
    "spend": r"spend|spent|spending|lay out|laid out|outlay|pay|paid",
    "cost": r"cost|costs|costing|price",
    "buy": r"buy|bought|buying|purchase|purchased|purchasing|shop|shopped|shopping|place (?:an |a |any |at least one |one )?order|placed (?:an |a |any |at least one |one |a single )?order|order from us|ordered|order(?:ed)? (?:something|anything|at all)|made (?:a |any )?purchase|make (?:a |any )?purchase|check out|checked out|complete (?:an |a |any |a single |one )?order|completed (?:an |a |any |a single |one )?order|buy anything|bought anything|buy something|bought something|place order|placed order",
    "again": r"again|twice|more than once|repeatedly|a second time|second time|two or more time|at least twice|at least two time|once more|more than one time|multiple time|several time|come back for more|at least two order|two or more order|more than one order|a second order|repeat",
    "join": r"join|joined|joining|sign up|signed up|signing up|register|registered|registering|enrol|enroll|enrolled|come on board|came on board|onboard|onboarded|acquire|acquired|acquiring|gain|gained|win|won|winning|attract|attracted|become (?:a )?customer|became (?:a )?customer|open an account|opened an account|subscribe|subscribed|new to us|sign on|signed on|bring on board|sign|signed",
    "leave": r"leave|left|leaving|quit|quitting|churn|churned|churning|walk away|walked away|go away|gone away|went away|defect|defected|lose|lost|losing|depart|departed|turn (?:their|its|his|her) back|turned (?:their|its|his|her) back|stop being (?:a |our |your )?customer|stopped being (?:a |our |your )?customer|go elsewhere|went elsewhere|gone|go|went|drop off|dropped us|drop us|say goodbye|said goodbye|lure|lured|lured away|poach|poached|tempt away|tempted away|snatch|snatched|switch away|switched away|end (?:their|its) relationship|goodbye",
    "keep": r"keep|kept|keeping|retain|retained|stay|stayed|staying|hold on to|held on to|remain|remained|stick with|stuck with",
    "visit": r"visit|visited|visiting|browse|browsed|come to the (?:site|website|shop)|came to the (?:site|website|shop)|look at the site|land on|landed on|go on the site|went on the site|use the (?:site|website)|used the (?:site|website)|use the (?:web )?site|log in|logged in|logged on|hit the site",
    "site": r"site|website|web site|webshop|homepage|web",
    "bounce": r"bounce|bounced|bouncing|leave straight away|left straight away|leave immediately|left immediately|leave at once|left at once|leave after one page|left after one page|view only one page|viewed only one page|see only one page|saw only one page",
    "convert": r"convert|converted|converting|conversion|ended in a purchase|end in a purchase|end with a purchase|ended with a purchase|lead to a purchase|led to a purchase|result in a purchase|resulted in a purchase|end in a conversion|ended in a conversion|turn into (?:a )?(?:purchase|sale|order)|turned into (?:a )?(?:purchase|sale|order)|lead to an order|led to an order|end in an order|ended in an order|end in a sale|ended in a sale",
    "abandon": r"abandon|abandoned|left behind|never check out|never checked out|not check out|give up|gave up",
    "cart": r"cart|basket|trolley|shopping cart|shopping basket",
    "open_message": r"open|opened|opening|opens|read",
    "click": r"click|clicked|clicking|click on|clicked on|click through|clicked through",
    "respond": r"respond|responded|responding|react|reacted|response",
    "message": r"message|mailing|mail|newsletter|e mail|email|mailshot|contact",
    "return": r"return|returned|returning|send back|sent back|bring back|brought back|give back|gave back|come back as return|refund|refunded",
    "cancel": r"cancel|cancelled|canceled|cancelling|canceling|call off|called off",
    "resolve": r"resolve|resolved|resolving|solve|solved|solving|fix|fixed|fixing|close|closed|closing|settle|settled|finish|finished|clear|cleared|sort out|sorted out|sort|deal with|dealt with|complete|completed|wrap up|wrapped up|resolution|get fixed|got fixed|done|work off|worked off|close out",
    "repair": r"restore|restored|recover|recovered|repair|repaired|get back up|got back up|back up|bring back up|fix|fixed|resolve|resolved|solve|solved|end|ended|last|lasted|lasting",
    "reply": r"reply|replied|replying|answer|answered|answering|respond|responded|responding|react|reacted|get back|got back|first reply|first answer|first response|first respond|first hear|hear back|heard back|first contact|response|get a reply|got a reply|get an answer|got an answer|hear from us|reaction|first touch|get to",
    "wait": r"wait|waited|waiting|sit|sat|sitting|hang|hanging|take|took|taken|taking",
    "detect": r"detect|detected|detecting|notice|noticed|noticing|spot|spotted|discover|discovered|find out|found out|become aware|became aware|detection",
    "acknowledge": r"acknowledge|acknowledged|acknowledging|pick up|picked up|acknowledgement|ack|acked",
    "reopen": r"reopen|reopened|reopening|re open|re opened|open again|opened again|bounce back|bounced back|come back open|came back|come back",
    "raise": r"raise|raised|raising|log|logged|logging|file|filed|filing|report|reported|reporting|open|opened|opening|create|created|creating|submit|submitted|submitting|send in|sent in|come in|came in|coming in|arrive|arrived|arriving|receive|received|receiving|land|landed|hand in|handed in|write|wrote|written|call in|called in|get in touch|got in touch|contact|contacted|reach out|reached out|lodge|lodged|enter|entered|come up|came up|write in|wrote in|write to|wrote to|reach|reached|pour in|poured in|place|placed|placing",
    "unresolved": r"still open|unresolved|not resolved|not yet resolved|not solved|not yet solved|unsolved|outstanding|still waiting|still unresolved|not closed|not yet closed|remain open|remained open|remaining open|stay open|await resolution|waiting to be resolved|waiting to be solved|pending resolution|open|on the pile|untouched|still to be resolved|still to be solved|left open|not fixed|yet to be resolved|yet to be solved|still on the pile|still not resolved|still not solved|still not closed",
    "on_time": r"on time|in time|within (?:the )?(?:sla|target|deadline|agreed time|due time|due date|time limit|service level|limit|agreed target)|before (?:the )?(?:deadline|due time|due date|target)|by (?:the )?(?:deadline|due time|due date)|meet (?:the|their|its|our) (?:sla|target|deadline|due time|due date)|met (?:the|their|its|our) (?:sla|target|deadline|due time|due date)|meet sla|met sla|inside (?:the )?(?:sla|target)|punctually|make (?:the|their) deadline|made (?:the|their) deadline",
    "too_late": r"(?:breach|breached|violate|violated|miss|missed|exceed|exceeded|break|broke|overrun) (?:the |their |its |our )?(?:sla|target|deadline|due time|due date|time limit|service level)|too late",
    "down": r"down|unavailable|offline|out of service|out of order|out of action|unreachable|not available|inaccessible|knocked out",
    "up": r"up|up and running|available|online|reachable|in service",
    "hit": r"hit|affected|impacted|touched|suffer|suffered|suffering|affect|impact|experience|experienced|struck|caught|disrupted|disrupt",
    "recommend": r"recommend|recommended|recommending|refer us|recommendation",
    "rate_us": r"rate us|rate our|rated us|rate|rated|score us|scored us|score|scored",
    "own": r"own|owned|hold|held|holding|possess",
    "view": r"view|viewed|viewing|look at|looked at|see|saw|seen|click through|open|load|loaded",
    "stay_on": r"stay|stayed|staying|linger|lingered|lingering|last|lasted|lasting|spend|spent|remain|remained",
    "fail": r"fail|failed|failing|go wrong|went wrong|gone wrong",
    "reach_out": r"send|sent|mail|mailed|contact|contacted|approach|approached|reach|reached|target|targeted|receive|received|address|addressed|go out|went out",
    "launch": r"launch|launched|start|started|begin|began|begun|kick off|kicked off|run|ran|roll out|rolled out",
    "use": r"use|used|using|usage|utilise|utilised|utilize|utilized|consume|consumed",
    "happen": r"happen|happened|occur|occurred|strike|arise|arose|crop up|cropped up|take place|took place",
    "back": r"come back|came back|coming back|return|returned|returning|return to us|returned to us",
    "people": r"people|person|household|shopper|folk|individual|those|one|consumer|ones",
    "caused": r"cause|caused|causing|due|trigger|triggered|behind|blame|blamed|to blame|owing|result from|resulted from|put down|attributed|attribute|trace|traced|stem|stemmed|originate|originated|because|come from|came from|come out of|came through|responsible",
}  # fmt: skip

CONCEPTS: dict[str, re.Pattern[str]] = {
    name: re.compile(rf"(?<!\S)(?:{words})(?!\S)") for name, words in _WORDS.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Concepts and nouns that together name a metric."""

    needs: frozenset[str]
    """Concepts, cues (`how_long`, `share`) and nouns (`noun:ticket`)."""
    metrics: tuple[str, ...]
    """More than one: the words do not tell which is meant."""
    may: frozenset[str] = frozenset()
    """Further concepts that change nothing."""


def _rule(needs: str, metrics: str, may: str = "") -> Rule:
    return Rule(
        needs=frozenset(needs.split()),
        metrics=tuple(m.strip() for m in metrics.split("|")),
        may=frozenset(may.split()),
    )


RANKED_BY: dict[str, tuple[str, ...]] = {
    "customer": ("revenue", "orders", "gross margin"),
    "product": ("revenue", "units sold", "gross margin"),
    "product_category": ("revenue", "units sold", "gross margin"),
    "campaign": ("campaign roi", "response rate", "campaign revenue"),
    "team": ("sla compliance", "resolution time", "resolved tickets", "csat"),
    "assignee": ("resolved tickets", "resolution time", "csat"),
    "service": ("availability", "downtime", "incidents"),
    "region": ("revenue", "churn rate", "customers"),
    "order_channel": ("revenue", "orders", "average order value"),
    "plan": ("revenue", "churn rate", "customers"),
    "city": ("revenue", "customers", "orders"),
    "customer_country": ("revenue", "customers", "orders"),
    "landing_page": ("conversion rate", "sessions", "bounce rate"),
    "source": ("sessions", "conversion rate", "bounce rate"),
    "acquisition_channel": ("new customers", "revenue", "churn rate"),
}
"""What "best", "top" and "biggest" may mean when no metric is named."""

COUNTED_BY: dict[str, str] = {
    "churn_reason": "churned customers", "root_cause": "incidents", "severity": "incidents",
    "ticket_category": "tickets", "subcategory": "tickets", "priority": "tickets",
    "ticket_channel": "tickets", "landing_page": "sessions", "device": "sessions",
}  # fmt: skip
"""What is counted when the most common of something is asked for."""

RULES: tuple[Rule, ...] = (
    # money
    _rule("how_much earn", "revenue", "sell buy raise"),
    _rule("how_much sell", "revenue", "earn"),
    _rule("how_much spend noun:customer", "revenue", "buy"),
    _rule("how_much spend noun:campaign", "campaign spend", "cost launch"),
    _rule("how_much cost noun:campaign", "campaign spend", "launch spend"),
    _rule("spend noun:campaign", "campaign spend", "launch cost"),
    _rule("cost join", "customer acquisition cost", "earn how_much average noun:customer"),
    _rule(
        "cost noun:new customers",
        "customer acquisition cost",
        "how_much average join noun:customer",
    ),
    _rule(
        "spend join",
        "customer acquisition cost",
        "how_much average noun:customer cost noun:campaign",
    ),
    _rule("earn noun:campaign", "campaign revenue|revenue", "how_much"),
    _rule("average earn noun:order", "average order value", "how_much cost"),
    _rule("average spend noun:order", "average order value", "how_much cost"),
    _rule("average spend noun:customer", "revenue per customer", "how_much buy"),
    _rule("average earn noun:customer", "revenue per customer", "how_much buy"),
    _rule("what_do earn", "revenue"),
    _rule("what_do spend noun:customer", "revenue", "buy"),
    _rule("how_much average noun:order", "average order value", "earn"),
    _rule("how_often noun:order cancel", "cancellation rate"),
    _rule("how_often noun:order return", "return rate"),
    _rule("how_often noun:ticket reopen", "reopen rate"),
    _rule("how_often fail", "incidents", "noun:service noun:incident happen"),
    _rule("how_often happen noun:incident", "incidents", "fail"),
    _rule("how_many message reach_out", "contacts", "noun:contact noun:campaign"),
    # customers and orders
    _rule("average cart", "average order value", "how_much spend earn noun:order how_many"),
    _rule("how_often buy", "purchase frequency", "noun:customer average noun:order"),
    _rule("how_often noun:order noun:customer", "purchase frequency", "average buy"),
    _rule("sell noun:unit", "units sold", "how_many"),
    _rule("how_many sell noun:product", "units sold"),
    _rule("sell noun:product rank", "units sold", "how_many"),
    _rule("how_many sell", "units sold"),
    _rule("how_many buy noun:product", "units sold", "noun:customer"),
    _rule("noun:customer join", "new customers", "how_many"),
    _rule("how_many join", "new customers"),
    _rule("noun:customer leave", "churned customers", "how_many"),
    _rule("how_many leave", "churned customers"),
    _rule("noun:customer buy", "active customers", "how_many"),
    _rule("share noun:customer leave", "churn rate", "how_many"),
    _rule("share noun:customer keep", "retention rate", "how_many"),
    _rule("share buy again", "repeat purchase rate", "noun:customer"),
    _rule("share noun:customer again", "repeat purchase rate", "buy"),
    _rule("share noun:order return", "return rate"),
    _rule("share noun:order cancel", "cancellation rate"),
    _rule("noun:order return", "returned orders", "how_many"),
    _rule("noun:order cancel", "cancelled orders", "how_many"),
    _rule("noun:order buy", "orders", "how_many raise"),
    _rule("noun:order raise", "orders", "how_many"),
    _rule("average own noun:product", "product holding", "how_many buy noun:customer"),
    _rule("average buy noun:product", "product holding", "how_many noun:customer own"),
    _rule("how_happy", "csat", "noun:customer noun:ticket resolve average"),
    _rule("recommend noun:customer", "nps", "how_much"),
    # the web
    _rule("share noun:session bounce", "bounce rate", "noun:visitor site"),
    _rule("share noun:visitor bounce", "bounce rate", "noun:session site"),
    _rule("share noun:session convert", "conversion rate", "buy site"),
    _rule("share noun:session buy", "conversion rate", "convert site"),
    _rule("share noun:visit buy", "conversion rate", "convert site"),
    _rule("noun:session convert", "converted sessions", "how_many site"),
    _rule("how_long noun:session", "average session duration", "average stay_on site wait visit"),
    _rule("how_long noun:visitor", "average session duration", "average stay_on site wait visit"),
    _rule(
        "how_long stay_on site",
        "average session duration",
        "average noun:visitor noun:session visit",
    ),
    _rule("share cart abandon", "cart abandonment rate", "noun:session noun:visitor how_many"),
    _rule("how_many visit", "sessions|visitors", "site"),
    _rule("noun:visitor visit", "visitors", "site how_many"),
    # campaigns
    _rule("share noun:contact open_message", "open rate", "message reach_out noun:campaign"),
    _rule("share noun:contact click", "click rate", "message reach_out noun:campaign"),
    _rule("share noun:contact respond", "response rate", "message reach_out noun:campaign"),
    _rule("share noun:contact convert", "response rate", "message reach_out noun:campaign"),
    _rule("share message open_message", "open rate", "reach_out noun:campaign"),
    _rule("share message click", "click rate", "reach_out noun:campaign"),
    _rule("noun:contact reach_out", "contacts", "message how_many noun:campaign"),
    _rule("how_many noun:customer reach_out noun:campaign", "contacts", "message raise"),
    _rule("message reach_out", "contacts", "how_many noun:campaign"),
    _rule("noun:campaign launch", "campaigns", "how_many"),
    # the service desk
    _rule("how_long reply", "first response time", "noun:ticket average wait raise noun:customer"),
    _rule("how_long wait noun:ticket", "resolution time|first response time", "average"),
    _rule("how_long resolve noun:ticket", "resolution time", "average wait"),
    _rule("how_long resolve noun:incident", "mttr", "average wait repair"),
    _rule("how_long repair noun:incident", "mttr", "average wait resolve"),
    _rule("average repair noun:incident how_long", "mttr", "wait resolve"),
    _rule("how_long repair noun:service", "mttr", "average wait resolve"),
    _rule("how_long detect", "mttd", "noun:incident average wait"),
    _rule("how_long acknowledge", "mtta", "noun:incident average wait"),
    _rule("how_long down", "downtime", "noun:service how_many"),
    _rule("noun:service down", "downtime", "happen"),
    _rule("share up noun:service", "availability"),
    _rule("share noun:ticket reopen", "reopen rate", "resolve"),
    _rule("share noun:ticket resolve on_time", "sla compliance"),
    _rule("share noun:ticket on_time", "sla compliance", "resolve"),
    _rule("share noun:ticket too_late", "sla breach rate", "resolve"),
    _rule("how_often too_late", "sla breach rate", "resolve noun:ticket"),
    _rule("how_often on_time", "sla compliance", "resolve noun:ticket"),
    _rule("noun:ticket resolve", "resolved tickets", "how_many"),
    _rule("noun:ticket unresolved", "open tickets", "how_many wait"),
    _rule("noun:ticket wait", "open tickets", "how_many"),
    _rule("noun:ticket wait reply", "open tickets", "how_many"),
    _rule("noun:ticket wait reply number", "tickets", "how_many raise"),
    _rule("noun:ticket reopen", "reopened tickets", "how_many"),
    _rule("noun:ticket raise", "tickets", "how_many"),
    _rule("how_many noun:customer hit", "customers affected", "noun:incident"),
    _rule("noun:customer hit noun:incident", "customers affected", "how_many"),
    _rule("noun:incident happen", "incidents", "how_many"),
    _rule("noun:incident raise", "incidents", "how_many"),
    _rule("noun:incident resolve", "incidents"),
    # not told by the words
    _rule("how_long resolve", "resolution time|mttr", "average wait"),
    _rule("how_long repair", "resolution time|mttr", "average wait"),
    _rule(
        "noun:customer back",
        "active customers|repeat purchase rate|visitors",
        "again reopen return keep",
    ),
    _rule("noun:customer cancel", "churned customers|customers with a cancelled order", "how_many"),
)
"""From the most telling to the least; among the rules that fit, the one with most needs wins."""

NOUNS: dict[str, str] = {
    "tickets": "noun:ticket", "open tickets": "noun:ticket", "resolved tickets": "noun:ticket",
    "incidents": "noun:incident", "orders": "noun:order", "customers": "noun:customer",
    "new customers": "noun:new customers", "sessions": "noun:session", "visitors": "noun:visitor",
    "contacts": "noun:contact", "campaigns": "noun:campaign", "units sold": "noun:unit",
    "active customers": "noun:customer", "survey answers": "noun:survey",
}  # fmt: skip
"""Metrics whose names are also plain nouns."""

VAGUE_WORDS: dict[str, tuple[str, ...]] = {
    "survey": ("survey answers",), "disk": ("disk used",), "request": ("requests", "tickets"), "issue": ("tickets", "incidents"), "problem": ("tickets", "incidents"),
    "thing go wrong": ("tickets", "incidents"), "trouble": ("tickets", "incidents"),
    "user": ("visitors", "active customers", "customers"),
    "survey score": ("csat", "nps"), "score of survey": ("csat", "nps"), "average score of survey": ("csat", "nps"), "mean survey score": ("csat", "nps"), "average survey score": ("csat", "nps"),
    "survey rating": ("csat", "nps"), "feedback score": ("csat", "nps"), "survey result": ("csat", "nps"),
    "customer rating": ("csat", "nps"), "customer feedback": ("csat", "nps"),
    "feedback": ("csat", "nps"),
    "customer value": ("revenue per customer", "historic lifetime value"),
    "engagement": ("sessions", "open rate", "click rate"),
    "conversion": ("conversion rate", "converted sessions", "response rate"),
    "performance": ("revenue", "sla compliance", "availability"),
    "response": ("first response time", "response rate"),
    "profitable": ("gross margin", "gross margin rate"), "profitability": ("gross margin", "gross margin rate"),
    "best selling": ("units sold", "revenue"), "best seller": ("units sold", "revenue"),
    "bestseller": ("units sold", "revenue"), "top seller": ("units sold", "revenue"),
    "top selling": ("units sold", "revenue"), "loyalty": ("repeat purchase rate", "retention rate"),
    "resolution": ("resolution time", "resolved tickets"),
}  # fmt: skip
"""Words that stand for several metrics, none of which is the usual one."""

ALWAYS_VAGUE = frozenset({"request"})
"""Vague although a metric has that very name."""

ABSORBED: dict[str, frozenset[str]] = {
    concept: frozenset(name.strip() for name in metrics.split("|"))
    for concept, metrics in {
        "earn": "revenue|gross margin|campaign revenue|gross margin rate|average order value|revenue per customer|orders|units sold|campaign roi|historic lifetime value|return rate|csat|nps|sessions|visitors|conversion rate|tickets|incidents|churned customers|new customers|pageviews|downtime",
        "sell": "units sold|revenue|gross margin|orders",
        "spend": "campaign spend|revenue|revenue per customer|average order value",
        "cost": "campaign spend|customer acquisition cost|campaign roi",
        "buy": "orders|active customers|average order value|revenue|units sold|purchase frequency|repeat purchase rate|product holding|revenue per customer|gross margin",
        "again": "repeat purchase rate",
        "join": "new customers|customer acquisition cost",
        "leave": "churned customers|churn rate",
        "keep": "retention rate",
        "visit": "sessions|visitors|pageviews|bounce rate|conversion rate|average session duration|pages per session",
        "site": "sessions|visitors|pageviews|bounce rate|conversion rate|average session duration|pages per session|cart abandonment rate|converted sessions",
        "bounce": "bounce rate",
        "convert": "conversion rate|converted sessions|response rate",
        "abandon": "cart abandonment rate",
        "cart": "cart abandonment rate",
        "open_message": "open rate",
        "click": "click rate",
        "respond": "response rate",
        "message": "open rate|click rate|response rate|contacts|campaign revenue",
        "reach_out": "contacts|open rate|click rate|response rate",
        "return": "return rate|returned orders",
        "cancel": "cancellation rate|cancelled orders",
        "resolve": "resolved tickets|resolution time|sla compliance|mttr|tickets on time|csat",
        "repair": "mttr|downtime|incidents",
        "reply": "first response time|csat|nps|survey answers",
        "wait": "first response time|resolution time|open tickets|mttr|mttd|mtta|average session duration",
        "detect": "mttd",
        "acknowledge": "mtta",
        "reopen": "reopen rate|reopened tickets",
        "raise": "tickets|first response time|incidents|orders|resolution time|sla compliance|reopen rate|reopened tickets|customers affected|revenue",
        "unresolved": "open tickets",
        "on_time": "sla compliance",
        "too_late": "sla breach rate",
        "down": "downtime|availability",
        "up": "availability",
        "hit": "customers affected|incidents|downtime",
        "recommend": "nps",
        "rate_us": "csat|nps",
        "own": "product holding",
        "view": "pageviews|pages per session",
        "stay_on": "average session duration",
        "fail": "incidents|error rate",
        "caused": "tickets|incidents|downtime|customers affected",
        "launch": "campaigns|campaign spend|campaign budget|campaign roi|campaign revenue|incidents",
        "use": "cpu load|memory load|disk used|requests",
        "happen": "incidents|downtime|orders|tickets|sessions|revenue|customers affected|pageviews|visitors|churned customers|new customers",
        "how_long": "average session duration|first response time|resolution time|mttr|mttd|mtta|downtime",
        "how_often": "purchase frequency",
        "how_happy": "csat|nps",
    }.items()
}
"""Concepts that say nothing new beside one of these metrics."""
