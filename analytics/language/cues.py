"""Words that carry grammar, not catalogue content: counting, ranking, comparing, denying.

Each cue is a name and patterns over canonical text (lemmas joined by blanks).
"""

from __future__ import annotations

import re

from analytics.language.text import NUMBER_PATTERN as _NUMBER

_CUES: tuple[tuple[str, str], ...] = (
    # quantity
    ("how_many", r"how many|count|counted|how large (?:a |be the )?number of|what (?:be the )?number of|what number of|number of|no of|# of|count of|count(?: up)?(?: of)? (?:all )?(?:the )?|counted|total number of|tally of|head ?count of|how numerous|how big be"),
    ("how_much", r"how much(?: money)?|how full|how busy|how loaded|money|what amount(?: of money)?|how high|how large|how big|how low|how good|how bad"),
    ("polite", r"(?:i|we) would (?:like|love|need|want|be interested in|appreciate)|would you|would it be possible|would (?:like|love)|will you|i will need|if you will|when you have time|when you can"),
    ("when", r"when"),
    ("ahead", r"about to|going to|bound to|set to|expected to|supposed to|will|shall|would|likely|together"),
    ("both", r"both"),
    ("what_do", r"what (?:do|have)"),
    ("how_long", r"how long|how fast|how quick|how quickly|how soon|how slow|how slowly|how speedily|how promptly|how rapidly|how swiftly|how many (?:hour|minute|day|second)|how much time|how many (?:hour|minute|day|second) (?:on average )?|what time do it take|length of time|time to|time until|time needed to|time it take to|speed|how speedy|hour until|hour till|hour before"),
    ("how_often", r"how often|how frequently|how many time|how frequent|how regularly"),
    ("how_happy", r"how (?:happy|satisfied|content|pleased|unhappy|dissatisfied)"),
    ("average", r"on average|average|avg|mean|typical|typically|usual|usually|averaged"),
    # share
    ("share_total", r"(?:as )?(?:a )?(?:share|percentage|percent|proportion|fraction|portion|part|%|pct) of (?:the |our )?(?:total|whole|overall|grand total|all)|relative to the total|in (?:percent|%) of (?:the )?total|% of total|percentage split|percentage breakdown|percentage distribution|relative share|share in the total"),
    ("share", r"(?:what|which) (?:share|percentage|percent|proportion|fraction|portion|part|%)|how much of|how large a (?:share|part|proportion)|how big a (?:share|part|proportion)|(?:the |a |as )?(?:share|percentage|percent|proportion|fraction|portion|pct|%) of|as a (?:share|percentage|percent|proportion|fraction|portion|part)|as (?:share|percentage|percent|proportion|fraction)|in relative term|share|percentage|proportion|fraction|portion|pct"),
    ("percent", r"in percent|in percentage|in %|in per cent|percent|per cent|%|percentagewise|in relative term|as a percentage|as a percent|as a fraction|in percentage term"),
    # change
    ("growth", r"growth rate|growth|percentage change|percent change|% change|relative change|change in percent|change in %|percentage (?:increase|decrease|growth|difference)|percent (?:increase|decrease)|% (?:increase|decrease)|relative (?:growth|increase|decrease)|rate of change|(?:by )?(?:how many|what) (?:percent|percentage|%)"),
    ("change", r"(?:by )?how much (?:do|have|be|has) (?=.*(?:change|rise|rose|fall|fell|grow|grew|drop|increase|decrease|decline|climb|shrink|go up|go down))|by how much|by how many|net change|absolute change|change|changed|changing|difference|delta|increase|increased|decrease|decreased|rise|rose|risen|fall|fell|fallen|drop|dropped|decline|declined|go up|gone up|went up|go down|gone down|went down|grow|grew|grown|climb|climbed|shrink|shrank|shrunk|gain in|movement"),
    ("more_than_then", r"(?:more|fewer|less|higher|lower|better|worse|larger|smaller)(?= (?:\S+ ){0,12}?than (?:in|during|last|the|a|one|same|over|for|on|at|q|h|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec|20))"),
    ("versus", r"vs|v|versus|compare with|compare to|compare against|compared with|compared to|compared against|comparing|compare|comparison|in comparison (?:with|to)|relative to|against|next to|side by side(?: with)?|set against|as opposed to|stack up against|measured against|than in|than during|than|rather than|alongside"),
    ("up_from", r"(?:up|down|different|differ|change|changed) (?:from|on|over)"),
    # trend
    ("trend", r"trend|trended|trending|over time|evolution|evolve|evolved|development|develop|developed|developing|time series|timeline|history of|historical|progress|progression|course of|run rate by|trajectory|curve"),
    # ranking
    ("each", r"respectively|separately|individually|apiece"),
    # negation
    ("without", r"without|with no|lacking|free of|minus|no|have no|had no|has no"),
    ("not", r"not|non|isn|never|neither|nor|none|excluding|exclude|except for|except|excepting|other than|apart from|leaving out|leave out|leaving aside|outside(?: of)?|but not|aside from|ignoring|ignore|omitting|omit|barring|bar|rather than|instead of|anything but|everything but|all but"),
    ("only", r"only|just|solely|exclusively|nothing but|purely|alone"),
    # conjunction
    ("or", r"or|either|and/or"),
    ("and", r"and|plus|plus also|as well as|along with|&|\+|in addition to|and also"),
    ("by", r"by|per|for each|for every|in each|in every|on each|on every|of each|of every|from each|each|every|across|across the|among|amongst|split by|split into|split over|split up by|broken down by|broken out by|break down by|break out by|breakdown by|break by|grouped by|group by|grouped into|aggregated by|aggregate by|segmented by|segment by|spread over|spread across|distributed over|distributed across|distribution over|distribution across|distribution by|distribution of|divided by|divided over|divided into|by each|by every|according to|depending on|as a function of|in term of|with regard to|sliced by|slice by|cut by|sorted into|/|for the different|for the various|by the different|by the various|between the different|between the various"),
    ("shown", r"break down|broken down|break up|breakdown of|breakdown|split|split up|slice|cut"),
    ("who", r"who|that|which|whose|whom|where"),
)

_ORDER_DOWN = r"high|highest|most|top|large|larger|largest|big|biggest|great|greatest|maximum|max|strongest|leading|heaviest|longest|slowest|priciest|busiest|hardest|utmost|record|peak|oldest|more"
_ORDER_UP = r"lowest|least|fewest|smallest|bottom|minimum|min|weakest|shortest|fastest|quickest|tiniest|lightest|youngest|cheapest|quietest"
_ORDER_GOOD = r"best|best performing|top performing|healthiest|happiest"
_ORDER_BAD = r"worst|worst performing|poorest|unhappiest"
_SUPERLATIVE = r"highest|most|largest|biggest|greatest|maximum|max|strongest|leading|heaviest|longest|slowest|busiest|peak|" + _ORDER_UP + "|" + _ORDER_GOOD + "|" + _ORDER_BAD

RANKS: tuple[tuple[str, str], ...] = (
    ("down", rf"(?P<order>(?:sort|sorted|order|ordered|rank|ranked|ranking|ordering)?(?: by \w+)? ?(?:descending|desc|in descending order|(?:the )?(?:highest|biggest|largest|most|slowest|longest|greatest) (?:first|to lowest|to smallest|to least|to fastest|to shortest|on top|at the top)|from (?:the )?(?:highest|most|largest|biggest|slowest|longest|top|high) to (?:the )?(?:lowest|least|smallest|fewest|fastest|shortest|bottom|low)))"),
    ("up", rf"(?P<order>(?:sort|sorted|order|ordered|rank|ranked|ranking|ordering)?(?: by \w+)? ?(?:ascending|asc|in ascending order|(?:the )?(?:lowest|smallest|fewest|least|fastest|quickest|shortest) (?:first|to highest|to largest|to most|to slowest|to longest|on top|at the top)|from (?:the )?(?:lowest|least|smallest|fewest|fastest|quickest|shortest|low) to (?:the )?(?:highest|most|largest|biggest|slowest|longest|high)))"),
    ("good", r"(?P<order>(?:the )?best (?:first|to worst|on top|at the top)|from (?:the )?best to (?:the )?worst)"),
    ("bad", r"(?P<order>(?:the )?worst (?:first|to best|on top|at the top)|from (?:the )?worst to (?:the )?best)"),
    ("down", rf"(?:the )?(?:top|leading) (?P<n>{_NUMBER})(?: most| highest| largest| biggest| best)?"),
    ("up", rf"(?:the )?bottom (?P<n>{_NUMBER})"),
    ("down", rf"(?:the )?(?P<n>{_NUMBER}) (?:\w+ )?(?:highest|most|largest|biggest|greatest|longest|slowest|busiest|top|leading|heaviest|strongest)"),
    ("up", rf"(?:the )?(?P<n>{_NUMBER}) (?:{_ORDER_UP})"),
    ("good", rf"(?:the )?(?P<n>{_NUMBER}) (?:{_ORDER_GOOD})"),
    ("good", rf"(?:the )?(?:{_ORDER_GOOD}) (?P<n>{_NUMBER})"),
    ("bad", rf"(?:the )?(?P<n>{_NUMBER}) (?:{_ORDER_BAD})"),
    ("bad", rf"(?:the )?(?:{_ORDER_BAD}) (?P<n>{_NUMBER})"),
    ("down", rf"(?:the )?(?:highest|most|largest|biggest|greatest|longest|slowest|busiest|strongest) (?P<n>{_NUMBER})"),
    ("up", rf"(?:the )?(?:{_ORDER_UP}) (?P<n>{_NUMBER})"),
    ("same", rf"(?:just |only )?(?:the )?(?:top|first|leading|number) (?P<n>one)(?: will do| be enough| please)?|(?:the )?(?P<n2>{_NUMBER}) (?:be enough|will do|suffice|be sufficient|be plenty|be fine|at most|max|maximum|of them|result|row|entry)|limit(?:ed)?(?: it)?(?: to)? (?P<n3>{_NUMBER})|(?:only|just|show|give me|list) (?:the )?(?:first|top) (?P<n4>{_NUMBER})"),
    ("down", r"(?:the )?(?:highest|most|largest|biggest|greatest|maximum|max|strongest|leading|heaviest|longest|slowest|busiest|peak|top)"),
    ("up", rf"(?:the )?(?:{_ORDER_UP})"),
    ("good", rf"(?:the )?(?:{_ORDER_GOOD})"),
    ("bad", rf"(?:the )?(?:{_ORDER_BAD})"),
    ("rank", r"rank|ranked|ranking|league table|leaderboard|sorted|in order of|ordered by|sorted by|sort by"),
)

CUES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(rf"(?<!\S)(?:{pattern})(?!\S)")) for name, pattern in _CUES
)
RANK_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (order, re.compile(rf"(?<!\S)(?:{pattern})(?!\S)(?! (?:selling|seller)(?!\S))"))
    for order, pattern in RANKS
)

FILLER = frozenset(
    """
    a an the this that these those there here it its they them their he she his her we us our ours i
    me my mine you your yours one some any all each  such same own
    is are was were be been being am do did does done doing have has had having   
    should can could may might must let get got getting
    to of in on at for from with into onto within during over under up down out off as by about
    through via than then so if but and or while   because since until per
    what which who whom whose how where whether
    please pls plz thanks thank thx hello hi hey dear kindly just only also too very quite really
    actually exactly roughly approximately about around currently right still already even ever again
    perform performed performing performance well ok okay yes no let lets much many lot little few more less most
    show tell give list display provide report present see look looking view check find fetch pull
    produce calculate compute work need want like love wonder wondering know knowing curious interested
    ask asking help get send share say said mean name put bring
    figure figures number numbers value values data info information overview summary statistic stats
    kpi result results table chart graph plot line bar breakdown split detail details answer question
    metric metrics metrics' total totals overall sum altogether  combined entire whole 
    company business firm organisation organization us here
    happen happened occur occurred take taken took come came coming go went going run running turn
    keep kept make made seem appear stand stood amount amounted register registered record recorded
    count counted report reported have had get got receive received see saw seen achieve achieved
    reach reached fall falling lie lay
    possible possibly available exist existing
    s d m th st nd rd e g ie eg etc placed put carried carry given back being support away
    something anything everything somebody anybody everybody everyone anyone nothing thing
    unique distinct according altogether upon
    manage managed handle handled deal dealt involve involved concern concerning relate related
    belong belonging regard regarding respect
    me/us guys team's now today
    first pass quick rough simple single particular specific certain respective
    level basis rate's
    think believe guess suppose remind
    different distinct various
    whats hows wheres
    doe wa ha
    """.split()
) - frozenset({"share", "count", "counted", "first", "not", "no", "more", "less", "most", "few", "per", "by", "split", "register", "registered", "figures'", "again", "today", "now", "currently"})
"""Words that may stand anywhere without saying anything about the numbers."""
