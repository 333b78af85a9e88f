# ruff: noqa: E501 - one pattern a line, however long
"""Greetings and reasons for asking, which say nothing about the numbers."""

from __future__ import annotations

import re

from analytics.language.lexicon import Lexicon
from analytics.language.text import Token, canonical

_BREAKS = frozenset({",", ":", ";", ".", "!", "-"})
_OPENING = re.compile(
    r"^(?:(?:hi|hello|hey|good|dear|thank|ok|okay|so|well|right|morning|afternoon|evening|sorry|excuse me)\b"
    r"|(?:for|before|ahead of|in preparation of|in preparation for|as preparation for|to prepare|preparing|with a view to)\b.*\b"
    r"(?:meeting|report|deck|slide|presentation|call|review|board|newsletter|workshop|talk|speech|session with|audit|offsite|town ?hall|update|memo|note|brief|briefing|conversation|interview|lunch|catch up|stand up|standup|planning|steering|committee|colleague|boss|manager|ceo|cfo|coo|cio|investor)\b"
    r"|(?:i|we) (?:be|am|have|need to|want to|would like to|must|should|will|ll|ve)? ?(?:be )?(?:just |currently |still |now )?"
    r"(?:put|putting|prepare|preparing|write|writing|work|working|finish|finishing|get ready|getting ready|make|making|build|building|draft|drafting|meet|meeting|present|presenting|talk|talking|be asked|asked|sit|sitting|plan|planning|review|reviewing|fill|filling|update|updating|report|reporting|brief|briefing)\b"
    r"|(?:my|our|the) (?:boss|manager|ceo|cfo|coo|cio|board|team|director|colleague|chief)\b.*\b(?:want|ask|wonder|need|would like|be asking|asked|like)\b"
    r"|(?:quick|one|just a|a|small|short|another|next|last|simple) (?:\w+ )?question\b|just (?:curious|wondering|checking)\b|out of curiosity\b|(?:could|can|would) you help\b|help me out\b|question\b|fyi\b|by the way\b|btw\b|one more thing\b|sorry\b)"
)
_TAIL = re.compile(
    r"^(?:i|we) (?:need|want|would like|should have|have to have|must have) (?:it|this|that|them|the figure|the number) (?:for|by|to)\b"
    r"|^(?:it be|this be|that be) (?:for|because)\b|^(?:thank|thanks|cheers|please|no rush|asap)\b|^if (?:we|you) have (?:it|that|them)\b"
    r"|^if (?:possible|available|any)\b|^for (?:the|my|our|a) (?:\w+ )?(?:board|report|meeting|deck|slide|presentation|boss|cfo|ceo)\b"
)


def without_preamble(tokens: tuple[Token, ...], lexicon: Lexicon) -> tuple[Token, ...]:
    """Drop leading clauses that greet or give a reason, and trailing ones that thank.

    A clause is only dropped when another one remains and it names no metric.
    """
    clauses = _clauses(tokens)
    while len(clauses) > 1 and _is_opening(clauses[0], lexicon):
        clauses = clauses[1:]
    while len(clauses) > 1 and _is_tail(clauses[-1], lexicon):
        clauses = clauses[:-1]
    return tuple(token for clause in clauses for token in clause)


def _clauses(tokens: tuple[Token, ...]) -> list[list[Token]]:
    clauses: list[list[Token]] = [[]]
    for token in tokens:
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
