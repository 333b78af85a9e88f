"""A tagged question while it is being read: what is used, what is open, what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from analytics.catalogue import Catalogue
from analytics.language.tagging import Tag
from analytics.model import CustomerCondition, Filter, Grain, Period, Scale

LIST_MARKS = frozenset({",", "/", "&", "+", ";"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way to read an open word."""

    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWord:
    """A word with several readings, none of which the question rules out."""

    key: str
    question: str
    options: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Draft:
    """The parts of a metric query, filled in one after the other."""

    metrics: list[str] = field(default_factory=list)
    dimensions: list[str] = field(default_factory=list)
    grain: Grain | None = None
    filters: list[Filter] = field(default_factory=list)
    having: list[Filter] = field(default_factory=list)
    period: Period | None = None
    compare_to: Period | None = None
    compare: str | None = None
    compare_step: Grain | None = None
    share_of_total: bool = False
    numerator: list[Filter] = field(default_factory=list)
    per_metric: str | None = None
    per_scale: float = 1.0
    conditions: list[CustomerCondition] = field(default_factory=list)
    mean_per: Grain | None = None
    count_groups: bool = False
    order: str | None = None
    order_by: str | None = None
    top_n: int | None = None
    top_within: list[str] = field(default_factory=list)
    skip: int = 0
    cumulative: bool = False
    quantile: float | None = None
    shown_in: Scale | None = None


class Scene:
    """The tags of one question and the marks that reading leaves on them.

    Parameters
    ----------
    picks
        Readings already chosen for open words, by key.
    """

    def __init__(
        self, tags: tuple[Tag, ...], catalogue: Catalogue, as_of: date, picks: Mapping[str, int]
    ) -> None:
        self.tags = tags
        self.catalogue = catalogue
        self.as_of = as_of
        self.draft = Draft()
        self.open: list[OpenWord] = []
        self.problems: list[str] = []
        """Why the question cannot be answered, in sentences."""
        self.preferred: frozenset[str] = frozenset()
        """Dimensions that an earlier question already used."""
        self.follows = False
        """Whether an earlier question is continued, so that a metric need not be named."""
        self.replaces = False
        """Whether new rows take the place of earlier ones."""
        self.inherited = False
        """Whether the draft's period is that of an earlier question."""
        self.same_time: list[int] = []
        """Places of conditions that hold in the period of the question itself ("in that year")."""
        self.lifted: set[str] = set()
        """Dimensions whose filter a follow-up takes back."""
        self._picks = picks
        self._used = [tag.filler and not _means_something(tag) for tag in tags]

    def __len__(self) -> int:
        return len(self.tags)

    def used(self, index: int) -> bool:
        """Say whether a tag is explained."""
        return self._used[index]

    def use(self, *indexes: int) -> None:
        """Mark tags as explained."""
        for index in indexes:
            self._used[index] = True

    def left(self) -> list[int]:
        """Return the tags that are not explained yet."""
        return [i for i, used in enumerate(self._used) if not used]

    def find(self, wanted: Callable[[Tag], bool], *, unused: bool = True) -> list[int]:
        """Return the tags that meet a condition, by default only unexplained ones."""
        return [
            i for i, tag in enumerate(self.tags) if wanted(tag) and not (unused and self._used[i])
        ]

    def before(self, index: int, *, marks: bool = False) -> int | None:
        """Return the nearest tag to the left that is no filler; punctuation counts if asked."""
        for i in range(index - 1, -1, -1):
            if not _is_gap(self.tags[i]) or (marks and self.tags[i].text in LIST_MARKS):
                return i
        return None

    def after(self, index: int, *, marks: bool = False) -> int | None:
        """Return the nearest tag to the right that is no filler."""
        for i in range(index + 1, len(self.tags)):
            if not _is_gap(self.tags[i]) or (marks and self.tags[i].text in LIST_MARKS):
                return i
        return None

    def gap(self, left: int, right: int) -> str:
        """Return the words between two tags."""
        return " ".join(tag.text for tag in self.tags[left + 1 : right])

    def choose(self, key: str, question: str, options: tuple[str, ...]) -> int:
        """Return the picked reading of an open word; without a pick, note it and take the first."""
        if key in self._picks:
            return min(self._picks[key], len(options) - 1)
        if len(options) > 1:
            self.open.append(OpenWord(key=key, question=question, options=options))
        return 0

    def was_open(self, key: str) -> bool:
        """Say whether a word has several readings, one of which may have been picked."""
        return key in self._picks or any(word.key == key for word in self.open)

    def has(self, dimension: str) -> bool:
        """Say whether every metric of the draft can be split or filtered by a dimension."""
        if dimension not in self.catalogue.dimensions:
            return False
        return bool(self.draft.metrics) and all(
            self.catalogue.has_dimension(metric, dimension) for metric in self.draft.metrics
        )

    def is_own(self, dimension: str) -> bool:
        """Say whether a dimension belongs to the very rows that the metric counts."""
        entity = self.catalogue.dimension(dimension).entity
        return all(self.catalogue.metric(m).entities[:1] == (entity,) for m in self.draft.metrics)


def _means_something(tag: Tag) -> bool:
    named = tag.metrics or tag.dimensions or tag.members or tag.flags
    return bool(named or tag.concepts or tag.time or tag.quantity or tag.rank or tag.cue)


def _is_gap(tag: Tag) -> bool:
    return tag.filler and not _means_something(tag)
