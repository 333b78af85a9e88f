"""Understanding: text to a metric query, one question back, or a refusal that names the unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import product

from analytics.errors import UnknownDimensionError, UnknownMetricError
from analytics.language import (
    atoms,
    concepts,
    cues,
    named_days,
    preamble,
    quantities,
    relative,
    rewording,
)
from analytics.language.followup import continues, looks_elliptical, names_metric, read_followup
from analytics.language.lexicon import Lexicon
from analytics.language.nouns import is_noun
from analytics.language.phrasing import label_of, question_of
from analytics.language.reading import query_of, read
from analytics.language.scene import OpenWord, Scene
from analytics.language.spelling import Correction, Speller, english_words
from analytics.language.tagging import Tag, tag
from analytics.language.text import Token, tokenize
from analytics.model import MetricQuery

_WORD = re.compile(r"[a-z]{4,}")
_GROUP = re.compile(r"\(\?P<\w+>")
_MOST_CHOICES = 4
_REMEMBERED = 256
"""Questions that are not read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to understand an open question, and the full question that says it plainly."""

    label: str
    question: str
    query: MetricQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What a text was understood as: exactly one of query, readings and problem is set."""

    query: MetricQuery | None = None
    readings: tuple[Reading, ...] = ()
    """At least two, when the words leave it open."""
    asked: str = ""
    """The question back."""
    problem: str = ""
    """Why the text is no question that can be answered; a sentence."""
    unknown: tuple[str, ...] = ()
    """Words that nothing here explains."""
    metrics: tuple[str, ...] = ()
    """Metrics recognised, also when something else is wrong."""
    corrections: tuple[Correction, ...] = ()
    tags: tuple[Tag, ...] = field(default=(), repr=False)


class Understander:
    """Turns questions into metric queries with one vocabulary.

    Parameters
    ----------
    lexicon
        The catalogue's and the warehouse's words.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.catalogue = lexicon.catalogue
        self._speller = Speller(lexicon.words | _grammar_words(), english_words())
        # A question is looked at several times on its way: as an analysis, as a number.
        self._tagged = lru_cache(maxsize=_REMEMBERED)(self._tag)
        self._understood = lru_cache(maxsize=_REMEMBERED)(self._understand)

    def tokens(self, text: str) -> tuple[tuple[Token, ...], tuple[Correction, ...]]:
        """Return the tokens of a text, greetings dropped and spelling corrected."""
        tokens, corrections = self._speller.correct(tokenize(text))
        tokens = preamble.without_preamble(tokens, self.lexicon)
        return rewording.reworded(tokens, self.lexicon), corrections

    def tags(self, text: str, as_of: date) -> tuple[Tag, ...]:
        """Return the tags of a text."""
        return self._tagged(text, as_of)[0]

    def _tag(self, text: str, as_of: date) -> tuple[tuple[Tag, ...], tuple[Correction, ...]]:
        tokens, corrections = self.tokens(text)
        return tag(tokens, self.lexicon, as_of), corrections

    def understand(self, text: str, as_of: date) -> Understood:
        """Understand a question that stands on its own.

        Parameters
        ----------
        text
            One question; empty text is a problem, not an error.
        as_of
            The first day that is not seen.
        """
        return self._understood(text, as_of)

    def _understand(self, text: str, as_of: date) -> Understood:
        tags, corrections = self._tagged(text, as_of)
        return self.from_tags(tags, as_of, corrections)

    def from_tags(
        self, tags: tuple[Tag, ...], as_of: date, corrections: tuple[Correction, ...] = ()
    ) -> Understood:
        """Understand a question that is already tagged."""
        return self._from(lambda picks: read(tags, self.catalogue, as_of, picks), tags, corrections)

    def follow(self, text: str, base: MetricQuery, as_of: date) -> Understood:
        """Understand a text as a continuation of an earlier question."""
        tags, corrections = self._tagged(text, as_of)
        return self._from(
            lambda picks: read_followup(tags, base, self.catalogue, as_of, picks),
            tags,
            corrections,
        )

    def in_turn(self, text: str, turns: Sequence[str], as_of: date) -> Understood:
        """Understand the last of several turns.

        Parameters
        ----------
        turns
            The asker's earlier questions, oldest first; those that are no question are passed over.
        """
        base: MetricQuery | None = None
        for turn in turns:
            base = self._one_turn(turn, base, as_of).query or base
        return self._one_turn(text, base, as_of)

    def _one_turn(self, text: str, base: MetricQuery | None, as_of: date) -> Understood:
        alone = self.understand(text, as_of)
        if base is None or self._stands_alone(alone):
            return alone
        followed = self.follow(text, base, as_of)
        if followed.query is not None and not self._fits(followed.query):
            return alone if alone.query is not None or alone.readings else followed
        if followed.query is None and not followed.readings and alone.query is not None:
            return alone
        return followed

    def _stands_alone(self, alone: Understood) -> bool:
        if not names_metric(alone.tags) or continues(alone.tags):
            return False
        if not looks_elliptical(alone.tags):
            return True
        told = any((t.metrics and not is_noun(t)) or t.cue == "how_many" for t in alone.tags)
        return told and alone.query is not None

    def _fits(self, query: MetricQuery) -> bool:
        """Say whether every metric has every dimension of the query."""
        names = [*query.dimensions, *(f.dimension for f in (*query.filters, *query.numerator))]
        return all(self.catalogue.has_dimension(m, d) for m in query.metrics for d in names)

    def _from(
        self,
        reader: Callable[[Mapping[str, int]], Scene],
        tags: tuple[Tag, ...],
        corrections: tuple[Correction, ...],
    ) -> Understood:
        try:
            scene = reader({})
        except (UnknownMetricError, UnknownDimensionError) as error:
            # A rule of the language stands on a name that this catalogue does not have.
            return Understood(problem=error.message, corrections=corrections, tags=tags)
        failed = _failure(scene)
        if failed is not None:
            return Understood(
                problem=failed[0],
                unknown=failed[1],
                metrics=tuple(scene.draft.metrics),
                corrections=corrections,
                tags=tags,
            )
        if scene.open:
            return self._open(reader, tags, scene, corrections)
        return Understood(
            query=query_of(scene),
            metrics=tuple(scene.draft.metrics),
            corrections=corrections,
            tags=tags,
        )

    def _open(
        self,
        reader: Callable[[Mapping[str, int]], Scene],
        tags: tuple[Tag, ...],
        scene: Scene,
        corrections: tuple[Correction, ...],
    ) -> Understood:
        readings: list[Reading] = []
        failed: tuple[str, tuple[str, ...]] | None = None
        for picks in _combinations(scene.open):
            tried = reader(picks)
            failed = _failure(tried) or failed
            if _failure(tried) is not None or any(w.key not in picks for w in tried.open):
                continue
            query = query_of(tried)
            if all(query != other.query for other in readings):
                question = question_of(query, self.catalogue)
                words = [w for w in scene.open if w.key in picks]
                label = label_of(query, self.catalogue, words, picks)
                readings.append(Reading(label=label, question=question, query=query))
        metrics = tuple(scene.draft.metrics)
        if not readings:
            problem, unknown = failed or ("The question has several readings.", ())
            return Understood(problem=problem, unknown=unknown, metrics=metrics, tags=tags)
        if len(readings) == 1 and failed is not None and not failed[1]:
            return Understood(problem=failed[0], metrics=metrics, tags=tags)
        if len(readings) == 1:
            return Understood(
                query=readings[0].query, metrics=metrics, corrections=corrections, tags=tags
            )
        return Understood(
            readings=tuple(readings[:_MOST_CHOICES]),
            asked=scene.open[0].question,
            metrics=metrics,
            corrections=corrections,
            tags=tags,
        )


def _combinations(words: list[OpenWord]) -> list[dict[str, int]]:
    keys = [word.key for word in words]
    ranges = [range(len(word.options)) for word in words]
    return [dict(zip(keys, picks, strict=True)) for picks in product(*ranges)][:24]


def _failure(scene: Scene) -> tuple[str, tuple[str, ...]] | None:
    """Return why a scene cannot be answered, and the words that nothing explains."""
    left = [scene.tags[i] for i in scene.left()]
    unknown = tuple(dict.fromkeys(t.norm for t in left if t.norm.strip("?!.,;:()-/ ")))
    if not scene.draft.metrics:
        return ("No number that is measured here is named.", unknown)
    if unknown:
        return ("", unknown)
    if scene.problems:
        return (scene.problems[0], ())
    return None


def _grammar_words() -> frozenset[str]:
    """Words of the grammar that typing errors may be corrected to."""
    sources = [pattern.pattern for _, pattern in cues.CUES]
    sources += [pattern.pattern for _, pattern in cues.RANK_PATTERNS]
    sources += [pattern.pattern for pattern in concepts.CONCEPTS.values()]
    sources += [pattern.pattern for _, pattern in quantities.QUANTITY_PATTERNS]
    sources += [_GROUP.sub("(", p.pattern) for p, _ in (*atoms.ATOMS, *named_days.NAMED_DAYS)]
    sources += [
        *relative.RELATIVE,
        *relative.LATE,
        relative.SAME_TIME,
        *atoms.MONTHS,
        *atoms.UNIT_WORDS,
    ]
    words = {word for source in sources for word in _WORD.findall(source)}
    return frozenset(words | {w for w in cues.FILLER if len(w) >= 4})
