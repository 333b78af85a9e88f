"""Greetings, thanks, tempers, and what can be asked: short, and true for this installation."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from assistant.messages import Messages
from assistant.model import Answered, Asker, Conversation, Outcome

N_EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What is really there for one asker."""

    helpdesk_examples: tuple[str, ...] = ()
    """Questions that the articles they may read answer; empty when there are none."""
    has_articles: bool = False
    insights_examples: tuple[str, ...] = ()
    """Questions that the business data answers; empty when there is none."""
    has_tickets: bool = True

    @property
    def examples(self) -> tuple[str, ...]:
        """Return the examples, kinds taking turns."""
        pairs = max(len(self.helpdesk_examples), len(self.insights_examples))
        return tuple(
            kind[place]
            for place in range(pairs)
            for kind in (self.helpdesk_examples, self.insights_examples)
            if place < len(kind)
        )


_LINES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (key, re.compile(pattern, re.I))
    for key, pattern in (
        (
            "rules",
            r"\b(?:ignore|forget|disregard|override)\b.{0,40}\b(?:instructions?|rules|prompt|above|"
            r"previous)\b|\bsystem prompt\b|\byou are now\b|\bpretend (?:to be|you)\b|"
            r"\bact as\b|\bjailbreak\b|\bdeveloper mode\b|\brepeat after me\b",
        ),
        (
            "abuse",
            r"\b(?:idiot|stupid|moron|dumb|useless|crap|shit\w*|fuck\w*|damn|bullshit|arsehole|"
            r"asshole|bastard|bitch|hate you|you suck|sucks?|rubbish|garbage|piece of junk|"
            r"worthless|shut up|go to hell|screw you|pathetic|not very clever)\b",
        ),
        (
            "human",
            r"\b(?:speak|talk|chat|connect)\b.{0,20}\b(?:human|person|someone|agent)\b|"
            r"\breal (?:person|human)\b",
        ),
        (
            "bot",
            r"\bare you\b.{0,30}\b(?:bot|robot|human|person|real|machine|program|alive|ai|chatgpt|"
            r"gpt|an? assistant|computer)\b|\b(?:who|what) (?:exactly )?are you\b|"
            r"\bwho am i (?:talking|speaking|chatting) (?:to|with)\b|\byour name\b|"
            r"\bwho (?:built|made|created|trained)\b|\bintroduce yourself\b|\byou'?re not human\b|"
            r"\b(?:is|am i) .{0,20}\b(?:bot|human)\b|\bhow old are you\b|\bhave feelings\b|"
            r"\bdo you (?:sleep|eat|dream)\b",
        ),
        (
            "private",
            r"\b(?:private|privacy|anonymous|confidential|who (?:can )?(?:see|read)s?|stored?|"
            r"saved?|logged|my boss see|happens to my (?:questions?|data))\b",
        ),
        (
            "how_are_you",
            r"\bhow(?:'s| is| are) (?:you|it going|things|life|your day)\b|\bwhat'?s up\b|"
            r"\bwassup\b|^\W*sup\W*$|\bhow r u\b|\bhow do you do\b",
        ),
        (
            "wrong",
            r"\b(?:that|this|it|your answer|you)\b.{0,20}\b(?:wrong|incorrect|not (?:what i|it|"
            r"helpful|right)|useless|no help|makes no sense|did(?:n't| not) help|misunderst\w+|"
            r"do(?:n't| not) understand me|too long)\b|\bnot helpful\b|\bbad bot\b",
        ),
        (
            "can",
            r"\b(?:what|which|how)\b.{0,40}\b(?:can|could|do|are) (?:you|i)\b|\bcan you\b|"
            r"\bdo you (?:know|answer|do|have|speak|understand|also)\b|\bwhat else\b|\bexamples?\b|"
            r"\bhelp\b|\bcapabilit|\bfeatures?\b|\bcommands?\b|\btour\b|\bmanual\b|"
            r"\bhow do i start\b|\bwhat (?:is|are) (?:this|you) (?:for|good)\b|\bsuggest\b|"
            r"\bwhat should i\b|\babout\W*$|\binfo\W*$|\?\s*$|\btell me (?:about|what)\b|"
            r"\bi don'?t know what to\b",
        ),
        (
            "goodbye",
            r"\b(?:bye|goo+dbye|see you|good night|until next|talk to you later|farewell|"
            r"have a (?:nice|good)|cu|ciao)\b",
        ),
        ("solved", r"\b(?:worked|works(?: now| again)?|solved|fixed|problem gone|did the trick)\b"),
        (
            "thanks",
            r"\b(?:thanks?|thank you|thankyou|thx|thnks|thanx|tx|ty|cheers|ta|great|perfect|"
            r"awesome|brilliant|appreciated?|good bot|well done|nice|lovely|love it)\b",
        ),
        ("apology", r"\b(?:sorry|oops|my mistake|wrong window|my bad|i was joking|just kidding)\b"),
        (
            "greeting",
            r"^\W*(?:hi|hello+|helo|helllo|hey|hiya|howdy|good (?:morning|afternoon|evening|day)|"
            r"yo|gm|greetings|morning|moin|welcome back)\b",
        ),
        (
            "acknowledged",
            r"^\W*(?:ok|okay|kk?|sure|alright|all right|fine|yes|no|nope|yep|maybe|understood|"
            r"i see|got it|right|exactly|wait|one moment|hmm+|haha|lol|wow|interesting|not now|"
            r"no worries|no problem|done|next|back|never ?mind|forget it|cancel(?: that)?)\b",
        ),
    )
)


class SmalltalkSkill:
    """Answers `smalltalk` in a line or two; says what can be asked only of what is there."""

    def __init__(
        self, *, messages: Messages, capabilities: Callable[[Asker], Capabilities]
    ) -> None:
        self._messages = messages
        self._capabilities = capabilities

    def answer(self, text: str, *, asker: Asker, conversation: Conversation) -> Outcome:
        """Return the line that fits; nothing that a message demands changes what is said."""
        key = next((key for key, pattern in _LINES if pattern.search(text)), "can")
        is_start = not conversation.turns
        if key == "can":
            return self._what_can_be_asked(asker)
        suggestions = (
            self._capabilities(asker).examples[:N_EXAMPLES]
            if (key == "greeting" and is_start)
            else ()
        )
        return Answered(
            text=self._messages.say(f"smalltalk.{key}"), confidence=1.0, suggestions=suggestions
        )

    def _what_can_be_asked(self, asker: Asker) -> Answered:
        there = self._capabilities(asker)
        say = self._messages.say
        kinds = [
            say(f"smalltalk.can_{kind}")
            for kind, is_there in (
                ("helpdesk", there.has_articles),
                ("insights", bool(there.insights_examples)),
                ("desk", there.has_tickets),
            )
            if is_there
        ]
        if not (there.has_articles or there.insights_examples):
            kinds.insert(0, say("smalltalk.can_nothing"))
        parts = [say("smalltalk.can", kinds=" ".join(kinds))]
        examples = there.examples[:N_EXAMPLES]
        if examples:
            listed = " ".join(f"“{item}”" for item in examples)
            parts.append(say("smalltalk.try", examples=listed))
        return Answered(text=" ".join(parts), confidence=1.0, suggestions=examples)
