"""Completions while somebody types a question: each is a whole question that can be answered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

from rapidfuzz import fuzz, process

from analytics.catalogue import Catalogue, Dimension, Metric

N_COMPLETIONS: Final = 8
_MOST_SPLITS: Final = 10
_MOST_VALUES: Final = 3
_MOST_TRIED: Final = 24
"""Candidates checked for one prefix before giving up."""
_NEAR: Final = 72.0
_VALUE_NEAR: Final = 84.0
_LEAST_VALUE_CHARS: Final = 3
_FIRST: Final = (
    "revenue", "orders", "tickets", "active customers", "churn rate", "conversion rate",
    "average order value", "gross margin", "new customers", "open tickets", "resolution time",
    "sla compliance", "incidents", "mttr", "availability", "csat", "nps", "sessions",
)  # fmt: skip
"""Metrics that are offered before the others."""
_PREFERRED: Final = (
    "region",
    "plan",
    "category",
    "channel",
    "team",
    "priority",
    "device",
    "service",
)

Answerable = Callable[[str], bool]
"""Whether a whole question is understood and compiles."""


@dataclass(frozen=True, slots=True)
class _Value:
    """A value of a dimension that a question can be limited to."""

    words: str
    dimension: Dimension


@dataclass
class Completer:
    """Offers questions of one view of the data: what its asker may not see is in none of them.

    Parameters
    ----------
    catalogue
        What may be asked for.
    values
        Dimension → its values in the data, as far as they may be seen.
    is_answerable
        Checks a question by compiling it. Each question is checked once.
    typical
        What to offer before anything is typed.
    """

    catalogue: Catalogue
    values: Mapping[str, Iterable[str]]
    is_answerable: Answerable
    typical: Sequence[str] = ()
    _checked: dict[str, bool] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self._metrics = _ranked(self.catalogue)
        self._pool = list(dict.fromkeys(chain(self.typical, _pool(self._metrics, self.catalogue))))
        self._lower = [text.lower() for text in self._pool]
        self._words = [text.split() for text in self._lower]
        found: dict[str, _Value] = {}
        for dimension in self.catalogue.dimensions.values():
            if not _is_offered(dimension):
                continue
            listed = [v.value for v in dimension.values if isinstance(v.value, str)]
            for value in chain(listed, self.values.get(dimension.name, ())):
                if len(value) >= _LEAST_VALUE_CHARS:
                    found.setdefault(value.lower(), _Value(value, dimension))
        self._value_of = found
        self._value_words = sorted(found)

    def complete(self, prefix: str) -> tuple[str, ...]:
        """Return up to eight questions that begin like a prefix or are like it, best first.

        Parameters
        ----------
        prefix
            What is typed so far; without any, typical questions are offered.
        """
        typed = " ".join(prefix.lower().split())
        candidates = islice(dict.fromkeys(self._candidates(typed)), _MOST_TRIED)
        return tuple(islice((c for c in candidates if self._is_answerable(c)), N_COMPLETIONS))

    def warm_up(self) -> int:
        """Check what the first letters lead to; return how many questions are now known."""
        starts = {text[:n] for text in self._lower for n in (1, 2)}
        for start in ("", *sorted(starts)):
            self.complete(start)
        return len(self._checked)

    def _is_answerable(self, text: str) -> bool:
        with self._lock:
            known = self._checked.get(text)
        if known is None:
            known = self.is_answerable(text)
            with self._lock:
                self._checked[text] = known
        return known

    def _candidates(self, typed: str) -> Iterator[str]:
        if not typed:
            yield from self._pool
            return
        begins = [i for i, text in enumerate(self._lower) if text.startswith(typed)]
        yield from (self._pool[i] for i in begins)
        words = typed.split()
        inside = [i for i, has in enumerate(self._words) if _all_begin(words, has)]
        by_value = list(self._with_values(typed))
        yield from (by_value if len(words) > 1 or len(inside) < N_COMPLETIONS else ())
        yield from (self._pool[i] for i in inside)
        near = process.extract(
            typed, self._lower, scorer=fuzz.partial_ratio, limit=_MOST_TRIED, score_cutoff=_NEAR
        )
        yield from (self._pool[i] for _, _, i in sorted(near, key=lambda hit: (-hit[1], hit[2])))
        yield from by_value

    def _with_values(self, typed: str) -> Iterator[str]:
        """Return questions about the values that the last words begin or misspell."""
        words = typed.split()
        metrics = self._named(typed)
        for n in range(min(3, len(words)), 0, -1):
            last = " ".join(words[-n:])
            if len(last) < _LEAST_VALUE_CHARS:
                continue
            values = [v for v in self._value_words if v.startswith(last)][:_MOST_VALUES]
            values = values or [
                hit[0]
                for hit in process.extract(
                    last,
                    self._value_words,
                    scorer=fuzz.ratio,
                    limit=_MOST_VALUES,
                    score_cutoff=_VALUE_NEAR,
                )
            ]
            for value in values:
                yield from self._about(self._value_of[value], metrics)

    def _named(self, typed: str) -> tuple[Metric, ...]:
        """Return the metrics that a prefix names, else the first few."""
        named = tuple(
            m
            for m in self._metrics
            if any(f" {w.lower()} " in f" {typed} " for w in (m.name, m.label, *m.synonyms))
        )
        return named or self._metrics

    def _about(self, value: _Value, metrics: Sequence[Metric]) -> Iterator[str]:
        own = (m for m in metrics if self.catalogue.has_dimension(m.name, value.dimension.name))
        label = value.dimension.label.lower()
        for metric in islice(own, 2):
            yield f"{_start(metric)} for {label} {value.words} last month"


def _all_begin(words: Sequence[str], has: Sequence[str]) -> bool:
    return all(any(word.startswith(part) for word in has) for part in words)


def _ranked(catalogue: Catalogue) -> tuple[Metric, ...]:
    order = {name: place for place, name in enumerate(_FIRST)}
    metrics = [m for m in catalogue.metrics.values() if m.formula is not None]
    return tuple(sorted(metrics, key=lambda m: (order.get(m.name, len(order)), m.extra)))


def _start(metric: Metric) -> str:
    return metric.name[:1].upper() + metric.name[1:]


def _pool(metrics: Sequence[Metric], catalogue: Catalogue) -> Iterator[str]:
    """Return the questions that every metric has, the most asked kinds first."""
    yield from (f"{_start(m)} last month" for m in metrics)
    yield from (f"{_start(m)} last month compared with the month before" for m in metrics)
    splits = {m.name: _splits(m, catalogue) for m in metrics}
    for place in range(_MOST_SPLITS):
        for metric in metrics:
            if place < len(splits[metric.name]):
                label = splits[metric.name][place].label.lower()
                yield f"{_start(metric)} by {label} last month"
    yield from (f"{_start(m)} by month this year" for m in metrics)
    yield from (f"Why did {m.name} change last month?" for m in metrics)
    yield from (f"How do you define {m.name}?" for m in metrics)
    for metric in metrics:
        for dimension in splits[metric.name]:
            if dimension.kind == "entity":
                yield f"Top 5 {dimension.label.lower()}s by {metric.name} this year"


def _is_offered(dimension: Dimension) -> bool:
    """Say whether people think in its values: names and kinds, not numbers of single things."""
    person = dimension.kind == "entity" and dimension.entity == "customer"
    named = dimension.kind in ("category", "entity") and not dimension.name.endswith("_id")
    return dimension.groupable and named and not person


def _splits(metric: Metric, catalogue: Catalogue) -> list[Dimension]:
    mine = [d for d in catalogue.dimensions_of(metric.name) if _is_offered(d)]
    return sorted(mine, key=_preference)[:_MOST_SPLITS]


def _preference(dimension: Dimension) -> int:
    words = f"{dimension.name} {dimension.label}".lower()
    return next((i for i, word in enumerate(_PREFERRED) if word in words), len(_PREFERRED))
