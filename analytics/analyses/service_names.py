"""Which service a question means that calls it by part of its name ("the payment service")."""

from __future__ import annotations

import re
from typing import Final

from analytics.analyses.kind import Context, Request
from analytics.errors import QuestionError

_CALLED: Final = re.compile(
    r"\b(?:the|our|of|on|for|in|will|does|is) (?:the |our )?"
    r"(?P<name>[\w-]+(?: [\w-]+)?) (?:services?|servers?|systems?|application|app)\b"
)
_BARE: Final = re.compile(r"\b(?:the|our) (?P<name>[\w-]+(?: [\w-]+)?)\b")
_LITTLE: Final = re.compile(
    r"the|our|of|on|for|in|will|does|is|an?|any|each|every|which|what|this|that|all|some|one|most|"
    r"least|critical|whole|single|other|important|tier|same|next|last|first|likely|following|"
    r"these|those|your|my"
)


def service_called(request: Request, context: Context) -> str | None:
    """Return the service that a question names, whole or in part; None when it names none.

    Raises
    ------
    QuestionError
        When it calls a service by a word that is in no service's name, or in several.
    """
    frame, _ = context.warehouse.run(
        context.warehouse.table("services").select("service_id", "name").order_by("service_id")
    )
    names = [str(name) for name in frame["name"]]
    known: dict[int, str] = dict(zip(frame["service_id"].tolist(), names, strict=True))
    given = request.slots.get("service")
    if given is not None:
        named = known.get(given) if isinstance(given, int) else str(given)
        if named not in known.values():
            raise _unknown(str(given), sorted(known.values()))
        return named
    text = " ".join(re.sub(r"[^\w\s-]", " ", request.text.lower()).split())
    for pattern, must in ((_CALLED, True), (_BARE, False)):
        for match in pattern.finditer(text):
            words = [word for word in match["name"].split() if not _LITTLE.fullmatch(word)]
            found = [name for name in known.values() if words and _has(name, words, must)]
            if len(found) == 1:
                return found[0]
            if len(found) > 1 and must:
                raise QuestionError(
                    f"“{' '.join(words)}” may be {' or '.join(sorted(found))}.",
                    hint="Name one of them.",
                )
            if words and must and not found:
                raise _unknown(" ".join(words), sorted(known.values()))
    return None


def _has(name: str, words: list[str], must: bool) -> bool:
    """Say whether a name has the words; without "service" after them they must be telling."""
    parts = name.lower().split()
    if must:
        return all(any(part.startswith(word) for part in parts) for word in words)
    return any(len(word) > 4 and word == parts[0] for word in words)


def _unknown(words: str, known: list[str]) -> QuestionError:
    return QuestionError(
        f"There is no service called {words!r}.", hint=f"There are {', '.join(known)}."
    )
