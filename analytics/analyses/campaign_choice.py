"""Which campaigns a question about their effect means."""

from __future__ import annotations

import re
from typing import Any, Final

import pandas as pd
from rapidfuzz import fuzz

from analytics.analyses import answering
from analytics.analyses.kind import Context, Request
from analytics.errors import QuestionError
from analytics.model import Ambiguity
from analytics.query.windows import day_literal

_LIKE: Final = 85.0
_HALF_LIKE: Final = 60.0
"""Below this, the newest campaigns are offered first."""
_MANY: Final = re.compile(
    r"\b(?:campaigns|mailings|mailshots|promotions|promos|newsletters|messages|ads|all|every|each|"
    r"which|marketing|advertising)\b"
)
_NEWEST: Final = re.compile(
    r"\b(?:last|latest|newest|most recent) (?:\S+ ){0,2}(?:campaign|mailing|promotion)\b"
)
_OBJECTIVES: Final = {
    "acquisition": r"acquisition|acquiring",
    "cross-sell": r"cross[- ]?sell(?:ing)?",
    "retention": r"retention",
    "win-back": r"win[- ]?backs?",
}
CAMPAIGN_COLUMNS: Final = frozenset({"channel", "objective"})


def campaigns_of(request: Request, context: Context) -> pd.DataFrame:
    """Return the campaigns that began before the as-of date, of the kind that is asked about.

    Raises
    ------
    QuestionError
        When there is none.
    """
    table = context.warehouse.table("campaigns")
    window = answering.window_for(request, context)
    table = table.filter(table.started_on < day_literal(window.end))
    if window.start is not None:
        table = table.filter(table.started_on >= day_literal(window.start))
    frame, _ = context.warehouse.run(table.order_by("campaign_id"))
    for column, values in conditions_of(request).items():
        denied = isinstance(values, dict)
        listed = values["not"] if isinstance(values, dict) else values
        listed = listed if isinstance(listed, list | tuple) else [listed]
        matches = frame[column].isin([str(each) for each in listed])
        frame = frame[~matches if denied else matches]
    if frame.empty:
        raise QuestionError("There is no such campaign in the period that the data covers.")
    return frame


def conditions_of(request: Request) -> dict[str, Any]:
    """Return the conditions on the campaigns themselves: channel and objective."""
    given = request.slots.get("filters", {})
    assert isinstance(given, dict)
    found = {column: value for column, value in given.items() if column in CAMPAIGN_COLUMNS}
    if "objective" not in found and "campaign" not in request.slots:
        text = request.text.lower()
        told = [name for name, words in _OBJECTIVES.items() if re.search(rf"\b(?:{words})\b", text)]
        if told:
            found["objective"] = told
    return found


def chosen_of(request: Request, known: pd.DataFrame) -> pd.DataFrame | Ambiguity:
    """Return the campaigns that are meant: by number, by name, the newest, or all; or ask.

    Raises
    ------
    QuestionError
        When none of them has the number or name.
    """
    given, text = request.slots.get("campaign"), request.text.lower()
    if given is not None:
        ids = known["campaign_id"].astype(str)
        found = known[(ids == str(given)) | (known["name"].str.lower() == str(given).lower())]
        if found.empty:
            raise QuestionError(
                f"There is no campaign {given} that began in the period asked about."
            )
        return found
    likeness = known["name"].map(lambda name: fuzz.partial_ratio(str(name).lower(), text))
    if len(known) == 1:
        return known
    if float(likeness.max()) >= _LIKE:
        return known.loc[[likeness.idxmax()]]
    if _NEWEST.search(text):
        return known.sort_values(["started_on", "campaign_id"]).tail(1)
    is_one = not _MANY.search(text) or "group" in request.slots
    if not is_one:
        return known
    likeness = known["name"].map(lambda name: fuzz.token_set_ratio(str(name).lower(), text))
    named = likeness.where(likeness >= _HALF_LIKE, 0.0)
    near = known.assign(likeness=named).sort_values(
        ["likeness", "campaign_id"], ascending=[False, False]
    )
    choices = [
        (f"{row['name']} (campaign {row['campaign_id']})",
         _asked_of(request, int(row["campaign_id"])))
        for row in near.head(answering.MOST_CHOICES).to_dict("records")
    ]  # fmt: skip
    return answering.ask_which("Which campaign do you mean?", choices)


def _asked_of(request: Request, number: int) -> str:
    if "group" in request.slots:
        return f"Which variant of campaign {number} did better, A or B?"
    return f"What was the effect of campaign {number} against its control group?"
