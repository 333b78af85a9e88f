"""The one question that tells the near answers apart, and what its reply changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.answering.clarify import Candidate, candidates_of, choose_question, narrow
from assistant.answering.facets import FacetVocabulary
from assistant.model import ChoiceButton, Clarification, Memo
from assistant.skills.lookup import Found, Lookup
from assistant.skills.situation import Situation

SYSTEMS = ("os", "client")
"""Facets that articles are written apart for."""
N_COMPARED = 6
"""So many of the nearest articles are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarifying:
    """Asks back where the near answers differ by something that was not said."""

    lookup: Lookup
    vocabulary: FacetVocabulary

    def ask(
        self, found: Found, known: Mapping[str, str], situation: Situation, memo: Memo
    ) -> Clarification | None:
        """Return the question that is worth asking, or None.

        Parameters
        ----------
        found
            What the search brought, not sure enough to be quoted.
        known
            Facet → value: what was said, and what the profile says.
        situation
            How many questions were asked in a row already.
        memo
            What the turn is about.
        """
        question = choose_question(
            self._candidates(found, situation),
            known,
            vocabulary=self.vocabulary,
            n_asked_in_a_row=situation.state.n_asked,
            confidence=found.confidence,
            threshold=self.lookup.threshold,
        )
        if question is None:
            return None
        return Clarification(
            text=question.text,
            choices=tuple(ChoiceButton(label=label, text=label) for _, label in question.choices),
            confidence=found.confidence,
            memo=replace(
                memo,
                facet_asked=question.facet,
                facet_values=tuple(value for value, _ in question.choices),
            ),
        )

    def _candidates(self, found: Found, situation: Situation) -> list[Candidate]:
        return [
            candidate
            for hit in found.ranked[:N_COMPARED]
            for candidate in candidates_of(
                hit, self.lookup.retriever.document(hit.document_id, groups=situation.asker.groups)
            )
        ]

    def best(
        self,
        queries: Sequence[str],
        plain: Found,
        known: Mapping[str, str],
        situation: Situation,
    ) -> Found:
        """Return the surest reading without articles that are headed for another system.

        What was found stays as it is where nothing is known, or all of it is for another system.
        """
        systems = {key: known[key] for key in SYSTEMS if known.get(key)}
        if situation.state.facet_asked and situation.move.kind == "reply":
            systems = dict(known)
        if not systems:
            return plain
        narrowed = [
            self._narrowed(self.lookup.search([query], situation.asker), systems, situation)
            for query in queries
        ]
        best = max(narrowed, key=lambda item: item.confidence)
        return best if best.ranked else plain

    def _narrowed(self, found: Found, known: Mapping[str, str], situation: Situation) -> Found:
        ruled_out = set()
        for hit in found.ranked:
            document = self.lookup.retriever.document(
                hit.document_id, groups=situation.asker.groups
            )
            if not narrow(candidates_of(hit, document), known, vocabulary=self.vocabulary):
                ruled_out.add(hit.document_id)
        return self.lookup.without(found, ruled_out) if ruled_out else found
