"""Limits that a question asks the day of, and names that it asks about in vain."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.analyses.kind import Context, Request
from analytics.errors import QuestionError
from analytics.model import Unit

Floats = npt.NDArray[np.float64]

_WHEN: Final = re.compile(r"(?:by )?when\b|on (?:which|what) (?:day|date)\b")
_VALUE: Final = re.compile(r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)")
_CALLED: Final = re.compile(r"(?<=[\w,] )(?:the )?((?:[A-Z][\w-]*[a-z][\w-]*)(?: [A-Z][\w-]*)*)")
_NUMBERED: Final = re.compile(r"\bservice (?:number |no\.? |#)?(\d+)\b", re.IGNORECASE)
_THE_SERVICE: Final = re.compile(
    r"\b(?:the|of|on|for) (?:the )?(?P<name>[\w-]+(?: [\w-]+)?) (?:service|server|system)\b(?!s)"
)
_ANY: Final = re.compile(
    r"the|an?|our|any|each|every|which|what|this|that|all|some|one|of|on|for|first|same|most|least|"
    r"critical|main|whole|single|other|important|tier"
)
_TIMES: Final = re.compile(
    r"january|february|march|april|may|june|july|august|september|october|november|december|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|christmas|easter|today"
)


def asks_when(request: Request) -> bool:
    """Say whether a question asks for a day."""
    return _WHEN.match(request.text.lower().strip()) is not None


def limit_of(request: Request, unit: Unit | None) -> float | None:
    """Return the value that a question asks the day of, None without one.

    Raises
    ------
    QuestionError
        When it asks when, and names no value.
    """
    given = request.slots.get("threshold")
    if not isinstance(given, int | float):
        if not asks_when(request):
            return None
        number = _VALUE.search(request.text)
        if number is None:
            raise QuestionError("The question names no value to be reached.", hint="Name a number.")
        given = float(number[1].replace(",", ""))
    return given / 100 if unit == "fraction" and given > 1 else float(given)


def first_beyond(
    limit: float, now: float, course: tuple[Floats, Floats, Floats]
) -> dict[str, int | None]:
    """Return the first step at a limit: of the expected course, at the earliest, at the latest.

    Parameters
    ----------
    limit : float
        Approached from where the series is now.
    now : float
        The latest value.
    course : tuple of ndarray
        Expected values, lower ends, upper ends, each of shape (n_steps,).
    """
    expected, low, high = course
    rises = now < limit
    soon, late = (high, low) if rises else (low, high)

    def first(values: Floats) -> int | None:
        beyond = np.flatnonzero(values >= limit if rises else values <= limit)
        return int(beyond[0]) if len(beyond) else None

    return {"expected": first(expected), "earliest": first(soon), "latest": first(late)}


def check_services(request: Request, context: Context) -> None:
    """Refuse a service that is not in the data, rather than answer about all of them.

    Raises
    ------
    QuestionError
        When the question calls one by a name or a number that no service has.
    """
    if "service" in request.slots:
        return
    frame, _ = context.warehouse.run(context.warehouse.table("services").select("name"))
    known = sorted(map(str, frame["name"]))
    unknown = _unknown(request, known)
    if unknown:
        raise QuestionError(
            f"There is no service called {unknown!r}.", hint=f"There are {', '.join(known)}."
        )


def _unknown(request: Request, known: list[str]) -> str:
    if (number := _NUMBERED.search(request.text)) is not None:
        return number[1]
    told = " ".join([*known, str(request.slots)]).casefold()
    for match in _CALLED.finditer(request.text):
        words = match[1].casefold().split()
        if not any(word in told or _TIMES.fullmatch(word) for word in words):
            return match[1]
    named = _THE_SERVICE.search(request.text)
    if named is None:
        return ""
    words = [word for word in named["name"].casefold().split() if not _ANY.fullmatch(word)]
    return " ".join(words) if words and not any(word in told for word in words) else ""
