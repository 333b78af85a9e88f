# ruff: noqa: E501 - one pattern a line, however long
"""Greetings and reasons for asking, which say nothing about the numbers."""

from __future__ import annotations

import re

from analytics.language.lexicon import Lexicon
from analytics.language.text import Token, canonical

_BREAKS = frozenset({",", ":", ";", ".", "!", "-", "?"})
_SENTENCE_ENDS = frozenset({".", "!", "?"})
_OPENING = re.compile(
    r"^(?:(?:hi|hello|hey|good|dear|thank|ok|okay|so|well|right|morning|afternoon|evening|sorry|excuse me)\b"
    r"|(?:for|before|ahead of|in preparation of|in preparation for|as preparation for|to prepare|preparing|with a view to)\b.*\b"
    r"(?:meeting|report|deck|slide|presentation|call|review|board|newsletter|workshop|talk|speech|session with|audit|offsite|town ?hall|update|memo|note|brief|briefing|conversation|interview|lunch|catch up|stand up|standup|planning|steering|committee|colleague|boss|manager|ceo|cfo|coo|cio|investor)\b"
    r"|(?:i|we) (?:be|am|have|need to|want to|would like to|must|should|will|ll|ve)? ?(?:be )?(?:just |currently |still |now )?"
    r"(?:put|putting|prepare|preparing|write|writing|work|working|finish|finishing|get ready|getting ready|make|making|build|building|draft|drafting|meet|meeting|present|presenting|talk|talking|be asked|asked|sit|sitting|plan|planning|review|reviewing|fill|filling|update|updating|report|reporting|brief|briefing)\b"
    r"|(?:my|our|the) (?:boss|manager|ceo|cfo|coo|cio|board|team|director|colleague|chief)\b.*\b(?:want|ask|wonder|need|would like|be asking|asked|like)\b"
    r"|(?:quick|one|just a|a|small|short|another|next|last|simple) (?:\w+ )?question\b|just (?:curious|wondering|checking)\b|(?:listen|look|see|honestly|frankly|basically|folk|team|guy|guys|mate|yo|oh|ah|hm+|um|uh|alright|anyway|seriously|again|now|alas|heads up|long story short|bear with me|no offence|all right)(?: (?:up|then|here|all|everyone|everybody|team|folk|guys))*$|(?:as|because|since) (?:i|we|my|our) (?:be|have|need|must|boss)\b(?!.*\b(?:except|without|only)\b)|out of curiosity\b|(?:could|can|would) you help\b|help me out\b|question\b|fyi\b|by the way\b|btw\b|one more thing\b|sorry\b)"
)
_SAYING = re.compile(
    r"^(?:(?:my|our|the) (?:\S+ ){1,3}|(?:people|everyone|everybody|somebody|someone|they|some|rumour have it) )(?:here )?(?:say|said|claim|claimed|complain|complained|think|believe|tell|told|moan|insist|swear|grumble|feel|keep saying|keep complaining|reckon|suspect)\b"
)
_ASKER = (
    r"(?:my|our|the) (?:\S+ ){0,3}?(?:boss|manager|director|board|ceo|cfo|coo|cio|cmo|cto|team|people|guy|folk|colleague"
    r"|lead|leader|owner|investor|shareholder|partner|accountant|auditor|controller|head|chief|staff|department|office"
    r"|president|vp|committee|assistant|analyst|planner|supervisor)"
)
_PREFIX = re.compile(
    rf"^(?:{_ASKER}|they|he|she|somebody|someone) (?:here |now |also |just |really )*"
    r"(?:want|would like|need|ask|asked|be asking|have asked|wonder|be wondering|wish|be keen|be curious|keep asking|be dying|would love)"
    r"(?: to (?:know|see|hear|understand|learn|be told|find out|have|get))?(?: me| us)?(?: for| about| if| whether| to)?(?: know| see| get| have)? (?=\S)"
)
"""`our shop managers want to know how many …`: who asks, not of what."""
_RESTRICTING = re.compile(
    r"\b(?:only|except|exclude|excluding|without|not|no|consider|assume|use|ignore|focus|restrict|limit|mean|include"
    r"|including|count|filter|leave|per|by|each|every|split|compare|versus|top|best|worst|more|less|than|share|percent|all"
    r"|day|week|month|quarter|year|last|this|today|yesterday|since|until|before|after|january|february|march|april|may|june"
    r"|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekend"
    r"|recent|recently|now|current|currently|per|average|median|growth|instead|rather|same|other|first|second|half)\b"
)
"""Words that make of a sentence more than talk: dropping it could lose a condition."""
_NEEDING = re.compile(
    r"^(?:and|so|because|hence|therefore) (?:i |we )?(?:would |just |really |now |also |still )*(?:need|want|require|like|love|be after|be looking for|have to know)\b"
)
_LINKS = frozenset({"and", "so", "because", "hence", "therefore"})
_TAIL = re.compile(
    r"^(?:i|we) (?:need|want|would like|should have|have to have|must have) (?:it|this|that|them|the figure|the number) (?:for|by|to)\b"
    r"|^(?:it be|this be|that be) (?:for|because|urgent|important)\b|^(?:thank|thanks|cheers|please|no rush|no hurry|asap|ta|many thank|much appreciated|much obliged|appreciate|kind regard|best regard|regard|best wish|urgent|in advance)\b|^if (?:we|you) have (?:it|that|them)\b"
    r"|^if (?:possible|available|any)\b|^for (?:the|my|our|a) (?:\w+ )?(?:board|report|meeting|deck|slide|presentation|boss|cfo|ceo)\b"
    r"|^(?:that|it|this) (?:be all|will do|would be (?:great|lovely|nice|perfect|awesome|helpful|wonderful|super))\b|^would be (?:great|lovely|nice|perfect|awesome|helpful)\b"
    r"|^(?:let me know|get back to me|just (?:curious|wondering|asking)|as soon as (?:you can|possible)|when you can|if you can|if you could|if you do not mind|you be the best|have a (?:nice|good|great) \w+)\b"
    r"|^(?:so that|so|because|since|as) (?:i|we|my boss|the boss) (?:can|could|be|have|need|must|promised|forgot|lost|cannot)\b"
)


def without_preamble(tokens: tuple[Token, ...], lexicon: Lexicon) -> tuple[Token, ...]:
    """Drop leading clauses that greet or give a reason, and trailing ones that thank.

    A clause is only dropped when another one remains and it names no metric.
    """
    clauses = _clauses(tokens)
    while len(clauses) > 1:
        dropped = 1 if _is_opening(clauses[0], lexicon) else _n_talk(clauses, lexicon)
        if not dropped:
            break
        clauses = clauses[dropped:]
    while len(clauses) > 1 and _is_tail(clauses[-1], lexicon):
        clauses = clauses[:-1]
    return _without_asker(tuple(token for clause in clauses for token in clause))


def _without_asker(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    text = canonical(tokens)
    match = _PREFIX.match(text.text)
    return tokens if match is None else tokens[text.span(*match.span())[1] :]


def _n_talk(clauses: list[list[Token]], lexicon: Lexicon) -> int:
    """Return of how many clauses a first sentence that only talks is made; 0 when it is no talk.

    It holds no name, no number, no time and no word that narrows or splits; or it tells what
    somebody says ("my guys say that tickets take forever"). What follows must be the question.
    """
    ends = (n for n, c in enumerate(clauses, start=1) if c[-1].norm in _SENTENCE_ENDS)
    n = next(ends, 0)
    first = [token for clause in clauses[:n] for token in clause]
    rest = [token for clause in clauses[n:] for token in clause]
    text = _words(first)
    restricts = any(t.norm[0].isdigit() for t in first) or _RESTRICTING.search(text)
    if not n or restricts or not _names_number(rest, lexicon):
        return 0
    if _SAYING.search(text):
        return 0 if any(m.members for m in lexicon.mentions(tuple(first))) else n
    return 0 if _names_metric(first, lexicon) else n


def _names_number(tokens: list[Token], lexicon: Lexicon) -> bool:
    return any(m.metrics for m in lexicon.mentions(tuple(tokens)))


def _clauses(tokens: tuple[Token, ...]) -> list[list[Token]]:
    clauses: list[list[Token]] = [[]]
    for place, token in enumerate(tokens):
        linked = token.lemma in _LINKS and clauses[-1]
        if linked and _NEEDING.match(canonical(tokens[place : place + 6]).text):
            clauses.append([])
        clauses[-1].append(token)
        if token.norm in _BREAKS:
            clauses.append([])
    return [clause for clause in clauses if any(t.is_word or t.norm.isdigit() for t in clause)]


def _is_opening(clause: list[Token], lexicon: Lexicon) -> bool:
    return bool(_OPENING.search(_words(clause))) and not _names_metric(clause, lexicon)


def _is_tail(clause: list[Token], lexicon: Lexicon) -> bool:
    return bool(_TAIL.search(_words(clause))) and not _names_metric(clause, lexicon)


def _words(clause: list[Token]) -> str:
    return canonical(tuple(t for t in clause if not t.is_mark)).text


def _names_metric(clause: list[Token], lexicon: Lexicon) -> bool:
    return any(m.metrics or m.dimensions or m.members for m in lexicon.mentions(tuple(clause)))
