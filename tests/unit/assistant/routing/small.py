"""A small set of examples that a hash encoder can tell apart."""

from __future__ import annotations

from assistant.model import Route
from assistant.routing.examples import Example

WORDS: dict[Route, tuple[str, ...]] = {
    "helpdesk": ("printer", "laptop", "outlook", "screen"),
    "insights": ("revenue", "churn", "orders", "forecast"),
    "desk": ("ticket", "human", "case", "escalate"),
    "smalltalk": ("hello", "thanks", "bye", "morning"),
    "out_of_scope": ("weather", "recipe", "football", "poem"),
}
PATTERNS = ("{} please", "the {} thing", "about {} now", "{} and {other}", "tell me {}", "{}?")


def small_examples() -> tuple[Example, ...]:
    return tuple(
        Example(text=pattern.format(word, other=words[0]), label=label)
        for label, words in WORDS.items()
        for word in words
        for pattern in PATTERNS
    )
