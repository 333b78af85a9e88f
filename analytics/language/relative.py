# ruff: noqa: E501 - one pattern a line, however long
"""Patterns of grains, comparisons with another time, horizons and "all time"."""

from __future__ import annotations

from analytics.language.atoms import LONG_UNIT, NUMBER

_BACK = "(?:earlier|before|ago|prior|previously|back)"
_THEN = "(?:last|previous|prior|preceding)"
_THING = "(?:period|time|month|quarter|week|day|date|timeframe|span|stretch)"
_ADVERB = "(?:daily|weekly|monthly|quarterly|yearly|annual|annually)"

SAME_TIME = (
    rf"(?:the |that )?(?:same|corresponding|equivalent|matching|comparable) {_THING} "
    rf"(?:of |in |for |from |during )?(?:the |a |one )?(?:{_THEN} )?(?:year|yr)(?: {_BACK})?"
)
"""`same period last year`; looked for first, as `last year` in it is no period."""

RELATIVE: tuple[str, ...] = (
    # a comparison with the same thing at another time
    rf"(?P<shift>(?:the )?(?P<count>{NUMBER}|a|an)? ?(?P<unit>{LONG_UNIT}) {_BACK})",
    rf"(?P<shift>(?P<unit>{LONG_UNIT}) (?:on|over|to) (?P<unit2>{LONG_UNIT}))",
    r"(?P<shift>(?P<unit>y) ?(?:o|/|on|over) ?y)",
    r"(?P<shift>(?P<unit>m) ?(?:o|/|on|over) ?m)",
    r"(?P<shift>(?P<unit>q) ?(?:o|/|on|over) ?q)",
    r"(?P<shift>(?P<unit>w) ?(?:o|/|on|over) ?w)",
    r"(?P<shift>(?P<unit>yoy|mom|qoq|wow|dod))",
    rf"(?P<shift>(?:the |its )?(?:one |month |week |quarter |year )?(?:period )?(?:immediately )?(?:{_THEN}|preceding) (?:period|one|timeframe|interval))",
    r"(?P<shift>(?:the )?(?:period|one) (?:just |right |immediately )?(?:before|earlier|prior))",
    # a row per day, week, month, …
    r"(?P<grain>(?P<unit>day|week|month|quarter|year) (?:by|after|for) (?P<unit2>day|week|month|quarter|year))",
    r"(?P<grain>(?:as of |as at |at |by )?(?:the )?(?:end|close) of (?:each|every) (?P<unit>day|week|month|quarter|year))",
    r"(?P<grain>(?:broken|split|break|split up|grouped|group|shown|show it|show this)(?: that| it| this| them)?(?: down| up| out)? (?:by|per|into|in) (?:single |calendar |the )?(?P<unit>day|week|month|quarter|year))",
    r"(?P<grain>(?:for )?(?:by|per|each|every|/|on a|across) (?:each |every |single |calendar |individual |the )?(?P<unit>day|week|wk|month|mth|quarter|qtr|year|yr)(?: basis)?)",
    r"(?P<grain>(?:in |on |during )?(?:which|what) (?:calendar )?(?P<unit>day|week|month|quarter|year)(?! of the (?:week|year|month)))",
    rf"(?P<grain>(?:on a |at )?(?P<unit>{_ADVERB})(?: basis| level| granularity| grain| resolution| trend| rhythm)?)",
    r"(?P<grain>(?P<unit>month|week|day|quarter|year)(?: )?(?:wise|level))",
    # ahead of the data
    rf"(?P<horizon>(?:over |in |within |for |during |across )?(?:the )?(?:next|coming|following|upcoming) (?:(?P<count>{NUMBER}|couple of) )?(?P<unit>{LONG_UNIT}))",
    rf"(?P<horizon>(?:the )?(?P<count>{NUMBER}) (?P<unit>{LONG_UNIT}) (?:ahead|out|from now|to come|into the future))",
    r"(?P<horizon>(?P<unit>tomorrow))",
)

LATE: tuple[str, ...] = (
    # the whole data, and this moment
    r"(?P<everything>(?:of |for |over |across )?all time|(?:in |over |across |of )?(?:the )?(?:entire|whole|full|complete|all the|all) (?:data|history|period|dataset|record|time range)|since (?:the )?(?:very )?(?:beginning|start|launch)|from the (?:beginning|start)|to date|so far|until now|up to now|ever|in total so far|thus far)",
    r"(?P<now>(?:right |just )?now|currently|at (?:the|this) (?:moment|time|present|point)|at present|presently|as of (?:now|today)|as at today|today|as we speak|current|existing|these day|nowadays|lately|recently|of late|in recent time|recent)",
)
