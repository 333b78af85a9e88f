# ruff: noqa: E501 - one pattern a line, however long
"""Turns of phrase that say in several words what the grammar knows in one: "all but", "not only"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analytics.language.atoms import MONTH, MONTHS
from analytics.language.lexicon import Lexicon
from analytics.language.text import Token, canonical, with_word

_EXCEPT = r"(?:except(?: for| in| from| of)?|excepting|other than|apart from|aside from|excluding|leaving out|leaving aside|with the exception of|with exception of|not counting|not including|barring|bar|but not(?: in| from)?|outside(?: of)?|minus|save for|save)"
_BUT = r"(?:but(?! also| only| not| excluding| without| in term)|besides|beside|bar|save(?: for)?|beyond)"
_ALL = r"(?:everything|everybody|everyone|everywhere|anything|anybody|anyone|anywhere|nobody|no one|nothing|nowhere)"
_VERB = r"(?:come|came|go|went|gone|stem|stemmed|originate|originated|arrive|arrived|flow|flowed|fall|fell|belong|be (?:placed|made|raised|earned|generated|opened|sold|bought|ordered|taken|handled|logged|acquired))"
_AND = r"(?:and|&|vs|versus|against|compared with|compared to|\+|/|,)"


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    into: str
    """Words, and the names of groups in braces; a group keeps its own tokens."""
    names_rows: str = ""
    """A group that must name what rows can be split by, and no number."""


def _rule(pattern: str, into: str, names_rows: str = "") -> _Rule:
    return _Rule(re.compile(rf"(?<!\S)(?:{pattern})(?!\S)"), into, names_rows)


_RULES: tuple[_Rule, ...] = (
    # "not only revenue but also margin" are two numbers; "not" denies nothing there
    _rule(
        r"not (?:only|just|merely|simply|solely)(?P<one>(?: \S+){1,8}?)(?: ,| ;)? but(?: also| too)?(?P<two> \S+(?: \S+)*)",
        "{one} and {two}",
    ),
    _rule(
        r"not (?:only|just|merely|simply|solely)(?P<one>(?: \S+){1,8}?)(?: ,| ;)? (?:also|as well as)(?P<two> \S+(?: \S+)*)",
        "{one} and {two}",
    ),
    # everywhere but the north, all channels besides phone
    _rule(
        rf"(?:in |from |for |to |at |of |by |with )?{_ALL}(?: else)?(?: ,)? (?:{_EXCEPT}|{_BUT})(?: in| from| for| by| the one in)?",
        "except",
    ),
    _rule(
        rf"(?:in |from |for |to |at |of |by |with |on |across )?(?:all|any)(?: of)?(?: the| our| other)*(?P<rows>(?: \S+){{1,2}}?)(?: ,)? (?:{_EXCEPT}|{_BUT})(?: in| from| for| by| the)?",
        "except {rows}",
        "rows",
    ),
    _rule(
        rf"(?P<said>(?:all|any|each|every|no)(?: of)?(?: the| our)?(?: \S+){{1,3}}?)(?: ,)? {_BUT}",
        "{said} except",
    ),
    _rule(
        r"not counting|not including|with (?:the )?exception of|save for|disregarding|disregard|exclusive of|not considering|if (?:you|we) (?:leave out|exclude|ignore)|(?:when|if) (?:leaving out|excluding)|discounting(?= the)",
        "excluding",
    ),
    _rule(r"(?:in|from) the rest of the country (?:outside|beyond)", "outside"),
    # what comes from each channel is split by channel
    _rule(
        rf"{_VERB}(?: in)? (?:from|through|via|by|in|over|on|to|with|at|into|under|within|out of) (?:each|every)(?: single| one of| of)?(?: the| our)?",
        "by",
    ),
    _rule(
        r"be (?:due to|attributable to|down to|owed to|thanks to) (?:each|every)(?: of)?(?: the| our)?",
        "by",
    ),
    # verbs that only point, or only carry
    _rule(
        r"(?:have|take|cast) (?:a )?(?:quick |brief |short |closer |good |proper )?(?:look|glance|peek) (?:at|into|on)",
        "show",
    ),
    _rule(
        r"(?:go|went|gone|run|ran|pass|passed|come|came) (?:through|via|over)(?! the (?:counter|roof))",
        "through",
    ),
    # two adjectives, one noun
    _rule(
        rf"(?P<one>new|gained|acquired|active|churned|lost|departed) (?P<link>{_AND}) (?P<two>new|gained|acquired|active|churned|lost|departed) (?P<noun>customer|client|buyer)",
        "{one} {noun} {link} {two} {noun}",
    ),
    _rule(
        rf"(?P<one>new|opened|created|resolved|solved|closed|reopened) (?P<link>{_AND}) (?P<two>new|opened|created|resolved|solved|closed|reopened) (?P<noun>ticket)",
        "{one} {noun} {link} {two} {noun}",
    ),
    _rule(
        rf"(?P<one>cancelled|canceled|returned) (?P<link>{_AND}) (?P<two>cancelled|canceled|returned) (?P<noun>order)",
        "{one} {noun} {link} {two} {noun}",
    ),
    _rule(r"(?P<new>gained|acquired) (?P<noun>customer|client)", "new {noun}"),
    # people told by what they did
    _rule(
        r"(?:one time|onetime|one off|single purchase|once only) (?P<noun>buyer|customer|shopper|purchaser|client)",
        "customer with exactly 1 order",
    ),
    _rule(
        r"(?:repeat|repeated|multiple purchase) (?P<noun>buyer|customer|shopper|purchaser|client)(?! rate)",
        "customer with at least 2 order",
    ),
    _rule(
        r"(?P<cue>(?:what |which |the )*(?:share|percentage|percent|proportion|fraction|portion) of)(?: the| our)?(?P<part>(?: \S+){1,3}) (?:among|amongst|in|within)(?: all| the| our| all our| all the)? (?P<whole>customer|client|buyer|ticket|order|incident|session|visitor)",
        "{cue} {whole} that be {part}",
    ),
    # slips of what was promised
    _rule(
        r"(?:unanswered|unreplied|not yet answered) (?P<noun>ticket|request|case)",
        "{noun} without a first response",
    ),
    _rule(
        r"(?:sla|service level|deadline|target) breach(?! rate)(?:ed ticket)?",
        "ticket breached sla",
    ),
    _rule(
        r"(?P<link>with|have|had|show)(?: a)? negative (?P<what>roi|return on investment|gross margin rate|gross margin|margin|nps)",
        "{link} {what} below 0",
    ),
    _rule(
        r"(?P<link>with|have|had|show)(?: a)? positive (?P<what>roi|return on investment|gross margin rate|gross margin|margin|nps)",
        "{link} {what} above 0",
    ),
    _rule(
        r"(?:at )?(?:what|which) (?:time|hour)(?: of (?:the )?day)?(?= (?:do|be|have|bring|see|get))",
        "which hour of the day",
    ),
    _rule(r"cost us(?= (?:the )?(?:most|least|more) (?:downtime|outage))", "cause"),
    # superlatives of two words
    _rule(
        r"most (?:common|frequent|usual|widespread|prevalent|popular)(?= (?:\S+ ){0,2}?(?:reason|cause|category|subcategory|priority|severity|issue type|ticket type|type of ticket|kind of ticket|topic))|most frequently named",
        "commonest",
    ),
    _rule(
        r"least (?:common|frequent|usual|widespread|prevalent|popular)(?= (?:\S+ ){0,2}?(?:reason|cause|category|subcategory|priority|severity|issue type|ticket type|type of ticket|kind of ticket|topic))",
        "rarest",
    ),
    _rule(r"most (?:expensive|costly|pricey|cost intensive)|(?:costliest|dearest)", "priciest"),
    _rule(r"least (?:expensive|costly|pricey)|most (?:affordable|inexpensive)", "cheapest"),
    _rule(
        r"(?:most )?(?:lengthy|long lasting|longlasting|long running|drawn out)(?= (?:incident|outage|session|ticket))",
        "longest",
    ),
    # a slip that spells another word
    _rule(r"(?P<which>last|this|per|each|every|previous|past|by) weak", "{which} week"),
    _rule(r"(?P<which>last|this|per|each|every|previous|past|by) moth", "{which} month"),
    _rule(
        r"(?P<which>last|this|per|each|every|previous|past|by) (?:quartet|quartier|quart)",
        "{which} quarter",
    ),
)
_SHORT_YEARS = re.compile(
    rf"(?<!\S)(?P<one>{MONTH}) (?P<a>2\d)(?= (?:\S+ ){{1,4}}?(?P<two>{MONTH}) (?P<b>2\d)(?!\S))"
)
"""`Mar 25 vs Mar 26`: of one month twice the figures are years, not days."""


def reworded(tokens: tuple[Token, ...], lexicon: Lexicon) -> tuple[Token, ...]:
    """Return the tokens with such turns of phrase put plainly; all others as they are."""
    tokens = tuple(_as_country(token, tokens) for token in tokens)
    for rule in _RULES:
        tokens = _applied(rule, tokens, lexicon)
    return _with_years(tokens)


def _as_country(token: Token, tokens: tuple[Token, ...]) -> Token:
    """`US` in capitals among small letters is no "us"."""
    shouted = all(t.text.isupper() for t in tokens if t.is_word)
    return with_word(token, "usa") if token.text in {"US", "U.S."} and not shouted else token


def _applied(rule: _Rule, tokens: tuple[Token, ...], lexicon: Lexicon) -> tuple[Token, ...]:
    text = canonical(tokens)
    match = rule.pattern.search(text.text)
    while match is not None and rule.names_rows and not _names_rows(rule, match, tokens, lexicon):
        match = rule.pattern.search(text.text, match.end())
    if match is None:
        return tokens
    start, end = text.span(*match.span())
    return (*tokens[:start], *_words(rule, match, tokens), *tokens[end:])


def _words(rule: _Rule, match: re.Match[str], tokens: tuple[Token, ...]) -> Iterator[Token]:
    text = canonical(tokens)
    here = tokens[text.span(*match.span())[0]]
    for part in rule.into.split():
        if not part.startswith("{"):
            yield with_word(here, part)
            continue
        a, b = match.span(part.strip("{}"))
        while a < b and text.text[a] == " ":
            a += 1
        first, last = text.span(a, b)
        yield from tokens[first:last]


def _names_rows(
    rule: _Rule, match: re.Match[str], tokens: tuple[Token, ...], lexicon: Lexicon
) -> bool:
    text = canonical(tokens)
    a, b = match.span(rule.names_rows)
    first, last = text.span(a + 1, b)
    inside = tokens[first:last]
    whole = [m for m in lexicon.mentions(inside) if m.end - m.start == len(inside)]
    return any(m.dimensions and not m.metrics for m in whole)


def _with_years(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    text = canonical(tokens)
    result = list(tokens)
    for match in _SHORT_YEARS.finditer(text.text):
        if MONTHS[match["one"]] != MONTHS[match["two"]] or match["a"] == match["b"]:
            continue
        for name in ("a", "b"):
            place = text.span(*match.span(name))[0]
            result[place] = with_word(tokens[place], f"20{match[name]}")
    return tuple(result)
