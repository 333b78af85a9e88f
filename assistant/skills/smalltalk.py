"""Greetings, thanks, and what can be asked."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.messages import Messages
from assistant.model import Answered, Asker, Conversation, Outcome

_THANKS = re.compile(r"\b(thanks?|thank you|thx|cheers|ta|great|perfect|worked|solved)\b", re.I)
_GOODBYE = re.compile(r"\b(bye|goodbye|see you|good night|have a (?:nice|good))\b", re.I)
_GREETING = re.compile(r"^\W*(hi|hello|hey|hiya|good (?:morning|afternoon|evening)|yo)\b", re.I)
_QUESTION = re.compile(r"\?|\b(what|who|how|can you|could you|tell me|help)\b", re.I)


class SmalltalkSkill:
    """Answers `smalltalk` in one line, with examples that this installation can answer."""

    def __init__(self, *, messages: Messages, examples: Callable[[], tuple[str, ...]]) -> None:
        self._messages = messages
        self._examples = examples

    def answer(self, text: str, *, asker: Asker, conversation: Conversation) -> Outcome:
        """Return the line that fits."""
        examples = self._examples()
        listed = " ".join(f"“{item}”" for item in examples[:3])
        if _QUESTION.search(text):
            key = "about"
        elif _GOODBYE.search(text):
            key = "goodbye"
        elif _THANKS.search(text):
            key = "thanks"
        else:
            key = "greeting" if _GREETING.search(text) else "about"
        return Answered(
            text=self._messages.say(f"smalltalk.{key}", examples=listed),
            confidence=1.0,
            suggestions=() if key in ("thanks", "goodbye") else examples[:3],
        )
