# ruff: noqa: E501 - one pattern a line, however long
"""Words that carry grammar, not catalogue content: counting, ranking, comparing, denying.

Each cue is a name and patterns over canonical text (lemmas joined by blanks).
"""

from __future__ import annotations

import re

from analytics.language.text import NUMBER_PATTERN as _NUMBER
from analytics.language.text import words

_CUES: tuple[tuple[str, str], ...] = (
    # quantity
    (
        "how_many",
        r"how many (?:different|distinct|unique|individual)|(?:the )?(?:number|count) of (?:different|distinct|unique)|how many|count|counted|how large (?:a |be the )?number of|what (?:be the )?number of|what number of|number of|no of|# of|count of|count(?: up)?(?: of)? (?:all )?(?:the )?|counted|total number of|tally of|head ?count of|how numerous",
    ),
    (
        "how_much",
        r"how much(?: money)?|how full|how busy|how loaded|money|what amount(?: of money)?|how high|how large|how big|how low|how good|how bad",
    ),
    (
        "polite",
        r"would you (?:mind|be so kind as to)(?: (?:telling|sending|showing|giving|letting|checking))?(?: me)?|(?:can|could|would|will) (?:you|we|i|somebody|someone|anybody|anyone) (?:please |kindly |quickly |briefly |maybe |perhaps |possibly |just |also |swiftly )+(?:tell|give|show|send|get|let|say|check|pull|list|find|have|see|look|help)|(?:please |kindly |just |and )*(?:quickly|briefly) (?:tell|give|show|send|get|check|pull|list)|^(?:please |kindly |and |also )*(?:state|specify|quote|enumerate|indicate|outline|summarise|summarize|retrieve|print|supply|compile|extract|present)(?=(?: (?:the|our|how|all|my|what|me|a)))|(?:just |and |but )*nothing (?:else|more)|(?:i|we) would (?:like|love|need|want|be interested in|appreciate)|would you|would it be possible|would (?:like|love)|will you|i will need|(?:i )?(?:would )?be (?:ever so |very |most |really |so )(?:grateful|thankful|glad|happy)(?: if)?(?: you could| you can)?|(?:i )?would be (?:grateful|thankful|glad|happy)(?: if)?|(?:but |and )?(?:my|our|the|your|his|her) (?:\w+ ){1,2}(?:keep|be|have been) (?:asking|wondering|nagging|demanding|on at)(?: me| us| about| for)*(?= how| what| which| for| about| could| can| ,| :| if| whether)|i hope (?:you be|all be|this find you) well|when(?:ever)? you have (?:a |got a )?(?:moment|minute|second|spare moment)|if (?:that|this|it) be(?: not|n)? (?:too|not too) much (?:trouble|to ask)|(?:many |with )?thanks? in advance|in advance|sorry to (?:bother|trouble) you(?: again)?|(?:my|our|the) (?:\w+ )?(?:boss|manager|director|board|ceo|cfo|coo|team lead) (?:would|will|want|need|ask|like|love)(?: (?:love|like|want|need))?(?: to (?:see|know|have|get))?|if you will|when you have time|when you can",
    ),
    ("when", r"when"),
    (
        "ahead",
        r"about to|going to|bound to|set to|expected to|supposed to|will|shall|would|likely",
    ),
    ("both", r"both"),
    (
        "blocked",
        r"(?:business|corporate|company|firm|support|live|certain|specific|particular|single|exact|same|own|down|off)(?= (?:customer|client|buyer|account|order|product|session|user|visitor|incident)(?!\S))|like for like|pro rata|all else equal|ceteris paribus|a while (?:back|ago)|(?:some|a long|a short) time (?:ago|back)|the other day|in recent year|click to open|opens to clicks|click to open rate|moving average|rolling average|percentile|standard deviation|variance|forecast|target|quota|goal",
    ),
    (
        "cumulative",
        r"cumulative(?:ly)?|cumulated|(?:a |the )?running (?:total|sum|count)(?: of)?|accumulated|added up over time|(?:a |the )?cumulative (?:total|sum|count)(?: of)?",
    ),
    (
        "quantile",
        r"median|(?:the )?(?:\d{1,2}(?:\.\d+)? )(?:st|nd|rd|th)? ?percentile|p ?(?:50|75|80|90|95|99)|(?:upper|top|third) quartile|(?:lower|bottom|first) quartile",
    ),
    (
        "in_scale",
        r"(?:expressed |shown |measured |given |stated )?in (?:full |whole )?(?:thousand|million|second|minute|hour|day)(?: of)?(?: euro| eur| dollar| pound)?",
    ),
    (
        "in_unit",
        r"(?:expressed |shown |measured |given |stated |denominated |quoted )?in (?:full |whole |plain |our own )?(?:euro|eur|usd|us dollar|american dollar|dollar|gbp|pound sterling|british pound|pound|sterling|chf|swiss franc|franc|yen|jpy|krona|krone|sek|nok|dkk|zloty|pln|rupee|inr|cad|aud|money|cash term|point|score point|percentage point|absolute (?:number|term|figure|value|count)|number|figure|monetary term|money term)",
    ),
    (
        "that_time",
        r"(?:in|during|within|over) (?:that|the same|this same|that same|said) (?:year|quarter|month|week|period|time|half year|span|timeframe)",
    ),
    (
        "what_do",
        r"what (?:do|have)|what (?:we|they)(?= (?:take|took|earn|make|made|bring|brought|collect|gross|turn))",
    ),
    (
        "how_long",
        r"how long|how fast|how quick|how quickly|how soon|how slow|how slowly|how speedily|how promptly|how rapidly|how swiftly|how many (?:hour|minute|day|second)|how much time|how many (?:hour|minute|day|second) (?:on average )?|what time do it take|length of time|time to|time until|time needed to|time it take to|speed|how speedy|hour until|hour till|hour before",
    ),
    ("how_often", r"how often|how frequently|how many time|how frequent|how regularly"),
    ("how_happy", r"how (?:happy|satisfied|content|pleased|unhappy|dissatisfied)"),
    ("average", r"on average|average|avg|mean|typical|typically|usual|usually|averaged"),
    # share
    (
        "share_total",
        r"(?:as )?(?:a )?(?:share|percentage|percent|proportion|fraction|portion|part|%|pct) of (?:the |our )?(?:total|whole|overall|grand total|all)|relative to the total|in (?:percent|%) of (?:the )?total|% of total|percentage split|percentage breakdown|percentage distribution|relative share|share in the total",
    ),
    (
        "share",
        r"(?:what|which) (?:share|percentage|percent|proportion|fraction|portion|part|%)|how much of|how large a (?:share|part|proportion)|how big a (?:share|part|proportion)|(?:the |a |as )?(?:share|percentage|percent|proportion|fraction|portion|pct|%) of|as a (?:share|percentage|percent|proportion|fraction|portion|part)|as (?:share|percentage|percent|proportion|fraction)|in relative term|share|percentage|proportion|fraction|portion|pct",
    ),
    (
        "percent",
        r"in percent|in percentage|in %|in per cent|percent|per cent|%|percentagewise|in relative term|as a percentage|as a percent|as a fraction|in percentage term",
    ),
    # change
    (
        "growth",
        r"growth rate|growth|percentage change|percent change|% change|relative change|change in percent|change in %|percentage (?:increase|decrease|growth|difference)|percent (?:increase|decrease)|% (?:increase|decrease)|relative (?:growth|increase|decrease)|rate of change|(?:by )?(?:how many|what) (?:percent|percentage|%)",
    ),
    (
        "change",
        r"(?:by )?how much (?:do|have|be|has) (?=.*(?:change|rise|rose|fall|fell|grow|grew|drop|increase|decrease|decline|climb|shrink|go up|go down))|by how much|by how many|net change|absolute change|change|changed|changing|difference|delta|increase|increased|decrease|decreased|rise|rose|risen|fall|fell|fallen|drop|dropped|decline|declined|go up|gone up|went up|go down|gone down|went down|grow|grew|grown|climb|climbed|shrink|shrank|shrunk|gain in|movement|improve|improved|improving|worsen|worsened|deteriorate|deteriorated",
    ),
    (
        "more_than_then",
        r"(?:more|fewer|less|higher|lower|better|worse|larger|smaller)(?= (?:\S+ ){0,12}?than (?:(?:we|they|it|there|you) (?:do|be|have|get|got|see|saw|make|made) (?:in |on |over )?)?(?:in|during|last|the|a|one|same|over|for|on|at|q|h|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec|20))",
    ),
    (
        "versus",
        r"vs|v|versus|compare with|compare to|compare against|compared with|compared to|compared against|comparing|compare|comparison|in comparison (?:with|to)|relative to|against|next to|side by side(?: with)?|set against|as opposed to|stack up against|measured against|than in|than during|than|rather than|alongside",
    ),
    ("up_from", r"(?:up|down|different|differ|change|changed) (?:from|on|over)"),
    # trend
    (
        "trend",
        r"trend|trended|trending|over time|evolution|evolve|evolved|development|develop|developed|developing|time series|timeline|history of|historical|progress|progression|course of|run rate by|trajectory|curve",
    ),
    # ranking
    (
        "together",
        r"(?:all |both )?together|combined|put together|taken together|added up|added together|summed up|jointly",
    ),
    ("each", r"respectively|separately|individually|apiece"),
    # negation
    ("without", r"without|with no|lacking|free of|minus|no|have no|had no|has no"),
    (
        "not",
        r"not|non|isn|never|neither|nor|none|with (?:the )?exception of|sans|excluding|exclude|except for|except|excepting|other than|apart from|leaving out|leave out|leaving aside|outside(?: of)?|but not|aside from|ignoring|ignore|omitting|omit|barring|bar|rather than|instead of|anything but|everything but|all but",
    ),
    ("only", r"only|just|solely|exclusively|nothing but|purely|alone"),
    # conjunction
    ("or", r"or|either|and/or"),
    (
        "and",
        r"and|plus|plus also|as well as|along with|together with|&|\+|in addition to|and also|also|but also|and additionally|additionally",
    ),
    (
        "by",
        r"differ between|differ by|differ across|vary between|vary by|vary across|by|per|for each|for every|in each|in every|on each|on every|of each|of every|from each|each|every|across|across the|among|amongst|split by|split into|split over|split up by|broken down by|broken out by|break down by|drill down by|drill down into|drill into|break out by|breakdown by|break by|grouped by|group by|grouped into|aggregated by|aggregate by|segmented by|segment by|spread over|spread across|distributed over|distributed across|distribution over|distribution across|distribution by|distribution of|divided by|divided over|divided into|by each|by every|according to|depending on|as a function of|in term of|with regard to|sliced by|slice by|cut by|sorted into|/|for the different|for the various|by the different|by the various|between the different|between the various",
    ),
    (
        "shown",
        r"(?:the )?(?:split|distribution|breakdown|mix|composition|make up|structure) of|break down|broken down|break up|breakdown of|breakdown|split|split up|slice|cut",
    ),
    ("who", r"who|that|which|whose|whom|where"),
)

_ORDER_DOWN = r"high|highest|most|top|large|larger|largest|big|biggest|great|greatest|maximum|max|strongest|leading|heaviest|longest|slowest|priciest|busiest|hardest|utmost|record|peak|oldest|more"
_ORDER_UP = r"lowest|least|fewest|smallest|bottom|minimum|min|weakest|shortest|fastest|quickest|tiniest|lightest|youngest|cheapest|rarest|quietest"
_ORDER_GOOD = r"best|best performing|top performing|healthiest|happiest"
_ORDER_BAD = r"worst|worst performing|poorest|unhappiest"
_SUPERLATIVE = (
    r"highest|most|largest|biggest|greatest|maximum|max|strongest|leading|heaviest|longest|slowest|busiest|peak|"
    + _ORDER_UP
    + "|"
    + _ORDER_GOOD
    + "|"
    + _ORDER_BAD
)

PLACES = {
    "second": 2,
    "2 nd": 2,
    "third": 3,
    "3 rd": 3,
    "fourth": 4,
    "4 th": 4,
    "fifth": 5,
    "5 th": 5,
}
_PLACE = "(?:" + "|".join(PLACES) + ")"

RANKS: tuple[tuple[str, str], ...] = (
    (
        "down",
        rf"(?:the )?(?P<place>{_PLACE}) (?:highest|most|largest|biggest|greatest|strongest|heaviest|longest|slowest|busiest|commonest|priciest|best selling|most popular)",
    ),
    ("up", rf"(?:the )?(?P<place>{_PLACE}) (?:{_ORDER_UP})"),
    ("good", rf"(?:the )?(?P<place>{_PLACE}) (?:{_ORDER_GOOD})"),
    ("bad", rf"(?:the )?(?P<place>{_PLACE}) (?:{_ORDER_BAD})"),
    ("down", r"(?:the )?(?:best selling|top selling|best seller|bestseller)"),
    (
        "down",
        r"(?P<order>(?:sort|sorted|order|ordered|rank|ranked|ranking|ordering)?(?: by \w+)? ?(?:descending|desc|in descending order|(?:the )?(?:highest|biggest|largest|most|slowest|longest|greatest) (?:first|to lowest|to smallest|to least|to fastest|to shortest|on top|at the top)|from (?:the )?(?:highest|most|largest|biggest|slowest|longest|top|high) to (?:the )?(?:lowest|least|smallest|fewest|fastest|shortest|bottom|low)))",
    ),
    (
        "up",
        r"(?P<order>(?:sort|sorted|order|ordered|rank|ranked|ranking|ordering)?(?: by \w+)? ?(?:ascending|asc|in ascending order|(?:the )?(?:lowest|smallest|fewest|least|fastest|quickest|shortest) (?:first|to highest|to largest|to most|to slowest|to longest|on top|at the top)|from (?:the )?(?:lowest|least|smallest|fewest|fastest|quickest|shortest|low) to (?:the )?(?:highest|most|largest|biggest|slowest|longest|high)))",
    ),
    (
        "good",
        r"(?P<order>(?:the )?best (?:first|to worst|on top|at the top)|from (?:the )?best to (?:the )?worst)",
    ),
    (
        "bad",
        r"(?P<order>(?:the )?worst (?:first|to best|on top|at the top)|from (?:the )?worst to (?:the )?best)",
    ),
    (
        "down",
        rf"(?:the )?(?:top|leading) (?P<n>{_NUMBER})(?: most| highest| largest| biggest| best)?",
    ),
    ("up", rf"(?:the )?bottom (?P<n>{_NUMBER})"),
    (
        "down",
        rf"(?:the )?(?!(?:19|20)\d\d )(?P<n>{_NUMBER}) (?:\w+ )?(?:highest|most|largest|biggest|greatest|longest|slowest|busiest|priciest|commonest|top|leading|heaviest|strongest)",
    ),
    ("up", rf"(?:the )?(?P<n>{_NUMBER}) (?:{_ORDER_UP})"),
    ("good", rf"(?:the )?(?P<n>{_NUMBER}) (?:{_ORDER_GOOD})"),
    ("good", rf"(?:the )?(?:{_ORDER_GOOD}) (?P<n>{_NUMBER})"),
    ("bad", rf"(?:the )?(?P<n>{_NUMBER}) (?:{_ORDER_BAD})"),
    ("bad", rf"(?:the )?(?:{_ORDER_BAD}) (?P<n>{_NUMBER})"),
    (
        "down",
        rf"(?:the )?(?:highest|most|largest|biggest|greatest|longest|slowest|busiest|priciest|strongest) (?P<n>{_NUMBER})",
    ),
    ("up", rf"(?:the )?(?:{_ORDER_UP}) (?P<n>{_NUMBER})"),
    (
        "same",
        rf"(?:just |only )?(?:the )?(?:top|first|leading|number) (?P<n>one)(?: will do| be enough| please)?|(?:the )?(?P<n2>{_NUMBER}) (?:be enough|will do|suffice|be sufficient|be plenty|be fine|at most|max|maximum|of them|result|row|entry)|limit(?:ed)?(?: it)?(?: to)? (?P<n3>{_NUMBER})|(?:only|just|show|give me|list) (?:the )?(?:first|top) (?P<n4>{_NUMBER})",
    ),
    (
        "down",
        r"(?:the )?(?:highest|most|largest|biggest|greatest|maximum|max|strongest|leading|heaviest|longest|slowest|busiest|priciest|commonest|peak|top)|lead(?= (?:in|on|by|for))|come (?:out )?(?:first|top|on top)|rank first",
    ),
    ("up", rf"(?:the )?(?:{_ORDER_UP})"),
    ("good", rf"(?:the )?(?:{_ORDER_GOOD})"),
    ("bad", rf"(?:the )?(?:{_ORDER_BAD})"),
    (
        "rank",
        r"rank|ranked|ranking|league table|leaderboard|sorted|in order of|ordered by|sorted by|sort by",
    ),
)

CUES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(rf"(?<!\S)(?:{pattern})(?!\S)")) for name, pattern in _CUES
)
RANK_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (order, re.compile(rf"(?<!\S)(?:{pattern})(?!\S)(?! (?:selling|seller)(?!\S))"))
    for order, pattern in RANKS
)

FILLER = words(
    """
    granted live living lives based located led lead lives leads
    a about according achieve achieved actually all already also altogether am amount amounted
    an and answer any anybody anyone anything appear approximately are around as ask asking at
    available away back bar basis be because been being believe belong belonging breakdown bring
    business but calculate came can carried carry certain chart check come coming
    company realised realized attained compute concern concerning could curious d data deal dealt dear detail details did
    different display distinct do doe does doing done down during e each eg entire etc even ever
    everybody everyone everything exactly exist existing fall falling fetch figure figures find
    firm for from g get getting give given go going got graph guess guys ha had hand handed handing handle handled
    happen happened has have having he hello help her here hey hi his how hows i ie if in info
    information interested into involve involved is it its just keep kept kindly know knowing
    kpi lay let lets level lie like line list little look looking lot love m made make manage
    managed many may me me/us mean metric metrics metrics' might mine much must my name nd need
    nothing number numbers occur occurred of off ok okay on one only onto or organisation
    organization our ours out over overall overview own particular pass perform performance
    performed performing placed please plot pls plz possible possibly present produce provide
    pull put question quick quite rate's rd reach reached really receive received record
    recorded regard regarding relate related remind report reported respect respective result
    results right rough roughly   s said same saw say see seem seen send she should
    show simple  single so some somebody something specific st stand statistic stats still
    stood such sum summary support suppose table take taken team's tell th than thank thanks
    that the their them then there these they thing think this those through thx to too took
    total totals turn under unique  up upon us value values various very via view wa want
    was we well went were what whats where wheres whether which while who whole whom whose with
    within wonder wondering work yes you your yours
    """
)
"""Words that may stand anywhere without saying anything about the numbers."""
