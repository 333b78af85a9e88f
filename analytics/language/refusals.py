"""Refusals: what is unknown in a question, and the nearest questions that work."""

from __future__ import annotations

from rapidfuzz import fuzz, process

from analytics.catalogue import Catalogue
from analytics.errors import AnalyticsError
from analytics.language.understand import Understood
from analytics.model import Refusal

_GENERAL = (
    "What was revenue last month?",
    "How many tickets by team this quarter?",
    "Which region has the highest churn rate?",
)
_MOST_NAMED = 4


def refusal_for(
    understood: Understood, catalogue: Catalogue, *, because: AnalyticsError | None = None
) -> Refusal:
    """Say in one sentence what cannot be answered, and suggest whole questions that can."""
    unknown = tuple(t.norm for t in understood.tags if t.is_unknown)[:_MOST_NAMED]
    unknown = unknown or understood.unknown[:_MOST_NAMED]
    words = " or ".join(f"“{word}”" for word in unknown)
    if because is not None:
        reason = f"{because.message} {because.hint}".strip()
    elif understood.problem and not unknown:
        reason = understood.problem
    elif words and understood.metrics:
        label = catalogue.metric(understood.metrics[0]).label.lower()
        reason = f"I know {label}, but not what {words} means here."
    elif words:
        reason = f"Nothing I measure is called {words}."
    else:
        reason = understood.problem or "No number that is measured here is named."
    return Refusal(
        reason=reason,
        unknown=", ".join(unknown),
        suggestions=_suggestions(understood, unknown, catalogue),
    )


def _suggestions(
    understood: Understood, unknown: tuple[str, ...], catalogue: Catalogue
) -> tuple[str, ...]:
    names = list(understood.metrics)
    if not names:
        names = _nearest(unknown, catalogue)
    made: list[str] = []
    for name in names[:2]:
        metric = catalogue.metric(name)
        if metric.formula is None:
            continue
        split = next(
            (d for d in catalogue.dimensions_of(name) if d.groupable and d.kind == "category"), None
        )
        made.append(
            f"What was the {name} last month?"
            if metric.unit != "count"
            else f"How many {name} last month?"
        )
        if split is not None:
            made.append(f"{metric.label} by {split.label.lower()} this year")
    return tuple(dict.fromkeys([*made, *_GENERAL]))[:3]


def _nearest(unknown: tuple[str, ...], catalogue: Catalogue) -> list[str]:
    words = {
        phrase.lower(): metric.name
        for metric in catalogue.metrics.values()
        for phrase in (metric.name, *metric.synonyms)
    }
    found: list[str] = []
    for word in unknown:
        hit = process.extractOne(word, sorted(words), scorer=fuzz.WRatio, score_cutoff=80)
        if hit is not None:
            found.append(words[hit[0]])
    return list(dict.fromkeys(found))
