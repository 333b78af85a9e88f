"""What somebody wants of the desk: a ticket, a person, how one stands, an addition, an end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from knowledge_base.text import normalise

RequestKind = Literal[
    "open", "decline", "status", "list", "add", "cancel", "keep", "reopen", "unclear"
]
MIN_SUBJECT_WORDS = 3
MAX_REPLY_WORDS = 8
"""A reply to a question of the desk is no longer than this."""

_THING = r"(?:tickets?|cases?|incidents?|requests?)"
_MY_THING = (
    rf"(?:(?:my|the|this|that|our)\s+(?:(?:open|old|last|latest|new|first)\s+)?{_THING}"
    rf"|{_THING}\s+(?:no\.?\s*|number\s*|#)?\d+|(?:dw|lf|inc|req)-?\d+|#\d+)"
)
_PERSON = (
    r"(?:human(?: being)?|(?:real |actual |living )?person|agent|colleague|operator|technician|"
    r"somebody|someone|supporter|service desk|help ?desk|support(?: team)?|it department)"
)
_NUMBER = re.compile(
    rf"(?:#\s*|\b{_THING}\s+(?:no\.?\s*|number\s*|#\s*)?|\b(?:dw|inc|lf|req)-?\s?)0*(\d{{1,9}})\b"
)
_DECLINE = re.compile(
    rf"\b(?:do not|don't|dont|no need (?:to|for)|rather not|would not|wouldn't|never|without|no)\s+"
    rf"(?:(?:want|need|like|wish|have)(?:\s+to)?\s+|(?:you\s+)?(?:to\s+)?)?"
    rf"(?:(?:open|create|raise|make|file|log|opening|creating|talk to|speak to|see|be)\s+)?"
    rf"(?:with\s+)?(?:a|an|any|the|another|one more|your)?\s*(?:new\s+)?(?:{_THING}|{_PERSON})\b"
)
_KEEP = re.compile(
    rf"\b(?:do not|don't|dont|please not|not)\s+(?:to\s+)?(?:close|cancel|withdraw|delete)\b"
    rf"|\b(?:keep|leave)\s+(?:it|{_MY_THING})\s+open\b"
)
_REOPEN = re.compile(rf"\bre-?open\w*\b.{{0,30}}\b(?:it|{_THING})\b|\bopen {_MY_THING} again\b")
_CANCEL = re.compile(
    rf"\b(?:close|cancel|withdraw|delete|drop|end|remove|stop|resolve|solve|shut|kill|forget)\b"
    rf"(?:\s+(?:the|all|about))?\s.{{0,12}}?(?:{_MY_THING}|\b{_THING}\b)"
    rf"|\b(?:ticket|case|request)\b.{{0,40}}\b(?:can be (?:closed|cancelled)|is solved|is obsolete|"
    rf"no longer needed|not needed (?:any ?more|any longer))"
    rf"|\bmark\b.{{0,20}}\b{_THING}\b.{{0,10}}\b(?:as\s+)?(?:solved|done|closed|resolved)\b"
    rf"|\b(?:do not|don't|dont) need (?:the|my|this) {_THING} any ?(?:more|longer)\b"
)
_CANCEL_IT = re.compile(
    r"\b(?:close|cancel|withdraw|drop)\s+(?:it|that|this)\b|^\s*(?:please\s+)?(?:close|cancel)\s*$"
)
_ADD_TO = re.compile(
    rf"\b(?:add|append|attach|note|put|include|write|enter)\b(?P<before>.*?)"
    rf"\b(?:to|in|into|on|onto|for)\s+{_MY_THING}(?P<after>.*)$",
    re.S,
)
_UPDATE_WITH = re.compile(
    rf"\b(?:update|amend|complete|comment on|extend)\s+{_MY_THING}"
    rf"\s*(?:with|that|to say(?: that)?|:|,|-)\s*(?P<after>.+)$",
    re.S,
)
_TELL_THEM = re.compile(
    r"^\W*(?:please\s+)?(?:tell|let)\s+"
    r"(?:them|the (?:technician|service desk|agent|team|colleagues?))"
    r"(?:\s+know)?\s*(?:that|:|,)?\s+(?P<after>.+)$",
    re.S,
)
_ADD = re.compile(rf"\b(?:add|comment|update|note)\b.{{0,30}}\b(?:to|on)\s+{_MY_THING}")
_LIST = re.compile(
    rf"\b(?:show|list|which|what|all|see|do i have|have i|are there)\b.{{0,30}}"
    rf"\b(?:my|of mine|i have|do i have|open)\b.{{0,20}}\btickets\b"
    rf"|^\W*my (?:open )?(?:tickets|cases|requests)\W*$|\b(?:tickets?|cases?) do i have\b"
    rf"|\bdo i have (?:an?y? )?(?:open )?{_THING}"
)
_STATUS = re.compile(
    rf"\b(?:status|state|progress|update|news|how far|heard|hear back|looked at|where is|where's|"
    rf"what about|what happened|how is|how's|what is with|still open|anything new|when will|"
    rf"working on|chase|waiting for|how long|why was|why is)\b.{{0,60}}(?:{_MY_THING}|\b{_THING}\b)"
    rf"|(?:{_MY_THING}).{{0,40}}\b(?:status|state|progress|news|update|stand|going|still open|"
    rf"doing)\b"
    rf"|\b(?:status|state|progress|update|news)\b\W*(?:please)?\W*$|\bmy {_THING}\W*$"
)
_OPEN = re.compile(
    rf"\b(?:open|create|raise|log|submit|file|make|start|put in|want|need|get me|give me|have)\b"
    rf".{{0,40}}\b{_THING}\b|\bnew {_THING}\b"
    rf"|\b(?:talk|speak|chat|connect|transfer|put|pass|hand|forward|escalate|get|give|want|need|call|"
    rf"reach|contact|prefer)\b.{{0,40}}\b{_PERSON}\b"
    rf"|^\W*(?:an?\s+|the\s+|real\s+)*{_PERSON}(?:\s+please)?\W*$|\bcall me\b|\bescalate\b"
    rf"|\b(?:real|actual|living) (?:person|human)\b"
    rf"|\b{_PERSON}\b.{{0,30}}\b(?:call|contact|help|phone|ring)\b|\bhand (?:it|this) over\b"
)
_YES = re.compile(
    r"^\W*(?:yes|yep|yeah|yup|sure|ok|okay|correct|right|please do|do it|go ahead|confirm(?:ed)?|"
    r"close it|cancel it|fine|y)\b"
)
_NO = re.compile(
    r"^\W*(?:no|nope|nah|don't|do not|not|keep|leave|rather not|never ?mind|wait|stop|n)\b"
)
_LEAD = re.compile(
    r"^\W*(?:(?:please|could you|can you|i want to|i would like to|i'd like to|i need to|just|hey|"
    r"hi|hello|for me|pls)\s*,?\s*)*"
    r"(?:(?:open|create|raise|log|submit|file|make|start|put in|want|need)\s+(?:me\s+)?"
    r"(?:an?|the|another)?\s*(?:new\s+)?(?:support\s+)?(?:ticket|case|request|incident)"
    r"(?:\s+for me|\s+with (?:the )?service desk)?)\s*(?:please)?\s*"
    r"(?:about|for|because of|because|regarding|on|that|saying|:|-|–|,|;|\.)?\s*(?P<rest>.*)$",
    re.I | re.S,
)
_ONLY_COMMAND = re.compile(
    r"^(?:please|can you|could you|i want to|i'd like to|i would like to|i need to|just|let me|"
    r"open|create|raise|log|submit|file|make|get|give|me|a|an|the|new|ticket|case|request|for me|"
    r"for this|about this|about that|with this|with it|talk|speak|chat|connect|put|through|"
    r"transfer|"
    r"want|need|i|to|with|human|being|person|agent|someone|somebody|colleague|operator|technician|"
    r"support|service desk|help ?desk|real|actual|living|now|again|yes|no|bot|not|call|back|"
    r"escalate|this|it|over|hand|from|of|out|conversation|pls|plz|thanks|[\s.,!?'’-])+$",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRequest:
    """What is wanted."""

    kind: RequestKind
    number: int | None = None
    """The ticket that is named."""
    text: str = ""
    """What to add, or what a new ticket is about; as it was written."""


def read_request(text: str, *, has_ticket: bool = False) -> DeskRequest:
    """Return what a message wants of the desk; `unclear` when it does not say.

    Parameters
    ----------
    text
        As it was written.
    has_ticket
        Whether "it" can be a ticket: the conversation has one.
    """
    plain = _plain(text)
    number = ticket_number(text)
    if re.match(r"(?:please |can you |could you )*(?:add|append|note|attach|include)\b", plain):
        added = _added(text, has_ticket=has_ticket)
        if added is not None:
            return DeskRequest(kind="add", number=number, text=added)
    if _KEEP.search(plain):
        return DeskRequest(kind="keep", number=number)
    if _REOPEN.search(plain):
        return DeskRequest(kind="reopen", number=number)
    if _CANCEL.search(plain) or (has_ticket and _CANCEL_IT.search(plain)):
        return DeskRequest(kind="cancel", number=number)
    if _DECLINE.search(plain):
        return DeskRequest(kind="decline", number=number)
    added = _added(text, has_ticket=has_ticket)
    if added is not None:
        return DeskRequest(kind="add", number=number, text=added)
    if _LIST.search(plain):
        return DeskRequest(kind="list")
    is_open = _OPEN.search(plain)
    if number is not None and not re.search(r"\bnew\b", plain):
        return DeskRequest(kind="status", number=number)
    if _STATUS.search(plain) and not (is_open and re.search(r"\b(?:open|new) (?:a|an)\b", plain)):
        return DeskRequest(kind="status")
    if is_open:
        return DeskRequest(kind="open", text=about(text))
    return DeskRequest(kind="unclear")


def is_plain_request(text: str, *, has_ticket: bool = False) -> bool:
    """Return whether a message is the desk's whatever else it may look like.

    Only forms that name a ticket of one's own or a person: "how many tickets are open" is none.
    """
    request = read_request(text, has_ticket=has_ticket)
    plain = _plain(text)
    if len(plain.split()) > 4 * MAX_REPLY_WORDS or re.search(r"\bhow many\b|\bper\b|\bby\b", plain):
        return request.kind == "add" and bool(request.text)
    if request.kind in ("cancel", "keep", "reopen", "add", "decline"):
        return bool(re.search(_MY_THING, plain)) or has_ticket or request.kind == "decline"
    if request.kind in ("status", "list"):
        return request.number is not None or bool(re.search(rf"\bmy\b.{{0,12}}{_THING}", plain))
    return False


def ticket_number(text: str) -> int | None:
    """Return the number of the ticket that a message names."""
    found = _NUMBER.search(_plain(text))
    return int(found.group(1)) if found else None


def read_yes_or_no(text: str) -> bool | None:
    """Return what a short reply to "shall I?" says; None when it is no such reply."""
    plain = _plain(text)
    if len(plain.split()) > MAX_REPLY_WORDS:
        return None
    if _NO.match(plain):
        return False
    return True if _YES.match(plain) else None


def tells_of_something(text: str) -> bool:
    """Return whether a message can be what a ticket is about: no question, and no small talk."""
    plain = _plain(text)
    return (
        len(plain.split()) >= MIN_SUBJECT_WORDS
        and not plain.endswith("?")
        and not re.match(
            r"(?:what|how|which|who|why|where|when|show|thanks?|thank you|bye|never ?mind|forget|"
            r"compare|list|do (?:i|you)|is there|are there|no\b|hello|hi\b)",
            plain,
        )
        and bool(content(text))
    )


def about(text: str) -> str:
    """Return what a request for a ticket says that it is about; empty when it says nothing."""
    line = " ".join(text.split())
    found = _LEAD.match(line)
    return "" if found is None else content(found["rest"])


def content(text: str) -> str:
    """Return a message in one line; empty when it says nothing but that a human is wanted."""
    line = " ".join(text.split()).strip(" .,:;-–")
    return "" if _ONLY_COMMAND.match(line) else line


def _added(text: str, *, has_ticket: bool) -> str | None:
    """Return what is to be added to a ticket, empty when it is not said; None when nothing is."""
    line = " ".join(text.split())
    for pattern in (_ADD_TO, _UPDATE_WITH, *((_TELL_THEM,) if has_ticket else ())):
        found = re.compile(pattern.pattern, re.S | re.I).search(line.replace("’", "'"))
        if found:
            pieces = [found.groupdict().get(name) or "" for name in ("after", "before")]
            cleaned = [_said(piece) for piece in pieces]
            return next((piece for piece in cleaned if piece), "")
    return "" if _ADD.search(_plain(text)) else None


def _said(piece: str) -> str:
    """Return what is left of an addition without its little words around it."""
    bare = re.sub(r"^[\s:,;.–-]*(?:(?:that|saying|this)\b[\s:,]*)?", "", piece, flags=re.I)
    bare = re.sub(r"[\s,;]*(?:please)?[\s?.!]*$", "", bare, flags=re.I)
    is_empty = re.fullmatch(
        r"(?:something|a (?:note|comment|remark)|an? .{0,8}(?:note|comment)|it|this|more)?",
        bare,
        re.I,
    )
    return "" if is_empty else bare


def _plain(text: str) -> str:
    return " ".join(normalise(text).split())
