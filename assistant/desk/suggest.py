"""A ticket, or what somebody types of one → what may help the agent."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from assistant.desk.anchors import Encode
from assistant.desk.articles import ArticleSearch, find_articles
from assistant.desk.consensus import consensus_features, group, taking_part
from assistant.desk.draft import write_draft
from assistant.desk.duplicates import doubles
from assistant.desk.fitted import Fitted
from assistant.desk.history import Question, TicketHistory, View
from assistant.desk.quoting import Quoter
from assistant.desk.similar import Candidate, article_share, candidates, variant
from assistant.desk.triage import Kernel, TriageModel, learn, n_learnt
from assistant.messages import Messages
from assistant.suggestions import (
    TRIAGE_FIELDS,
    Consensus,
    FoundArticle,
    Predicted,
    ProbableDuplicate,
    Problem,
    RankedSource,
    SimilarTicket,
    Suggestions,
)

N_SIMILAR = 10
N_OPEN = 3
MIN_OPEN_COSINE = 0.45
_KEPT_MODELS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Who asks, when, and how much of the past counts."""

    groups: Collection[str]
    at: datetime
    last: int | None = None
    """Only so many of the tickets solved last; None is all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggester:
    """Suggestions from one state of the past tickets and the articles."""

    history: TicketHistory
    encode: Encode
    fitted: Fitted
    messages: Messages
    search: ArticleSearch | None = None
    _learnt: dict[bytes, Mapping[str, TriageModel | None]] = field(default_factory=dict)
    """Rows that were learnt from → what was learnt of each field."""

    def suggest(self, problem: Problem, occasion: Occasion) -> Suggestions:
        """Return what may help with a problem.

        Parameters
        ----------
        problem : Problem
            A ticket of the history is taken from there and is never its own evidence.
        occasion : Occasion
            Who asks and when; what is later, or not theirs to read, moves nothing.
        """
        started = time.perf_counter()
        question = self._question(problem, occasion)
        view = self.history.view(
            occasion.groups, occasion.at, without=problem.ticket_id, last=occasion.last
        )
        quoter = Quoter(self.history, view)
        found = candidates(question, self.history, view, self.fitted)
        articles = self._articles(problem, occasion.groups)
        suggestions = self._from_tickets(found, view, quoter)
        similar = tuple(quoter.similar(item) for item in found[:N_SIMILAR])
        suggestions = replace(
            suggestions,
            ticket_id=problem.ticket_id,
            similar=similar,
            open_similar=self._open(question, view, quoter),
            articles=articles,
            ranked=_merge(similar, articles),
            triage=self._triage(question, view),
            duplicates=self._duplicates(question, view, quoter),
            draft=write_draft(suggestions.consensus, similar, articles, self.messages),
        )
        elapsed_ms = (time.perf_counter() - started) * 1000
        return replace(suggestions, timings_ms={"total": round(elapsed_ms, 2)})

    def triage(self, problem: Problem, occasion: Occasion) -> Mapping[str, Predicted]:
        """Return category, priority and team alone, as `suggest` does."""
        view = self.history.view(
            occasion.groups, occasion.at, without=problem.ticket_id, last=occasion.last
        )
        return self._triage(self._question(problem, occasion), view)

    def _question(self, problem: Problem, occasion: Occasion) -> Question:
        row = self.history.row_of(problem.ticket_id) if problem.ticket_id else None
        if row is None:
            return Question.of(problem, self.encode, self.history.articles)
        return Question.from_row(self.history, row)

    def _articles(self, problem: Problem, groups: Collection[str]) -> tuple[FoundArticle, ...]:
        if self.search is None or not problem.whole.strip():
            return ()
        return find_articles(problem.whole, self.search, groups, self.fitted.article)

    def _from_tickets(self, found: Sequence[Candidate], view: View, quoter: Quoter) -> Suggestions:
        """Return clusters and the consensus."""
        counted = taking_part(found)
        groups = group(counted, self.history, view, self.fitted)
        clusters = tuple(cluster for cluster in map(quoter.cluster, groups) if cluster is not None)
        consensus = None
        if groups and clusters and clusters[0].ticket_ids[0] == self._id(groups[0][0]):
            kind = variant(article_share(self.history, view))
            confidence = self.fitted.consensus[kind].probability(consensus_features(groups[0]))
            if confidence >= self.fitted.min_consensus[kind]:
                n_tickets = len(groups[0])
                consensus = Consensus(
                    text=self.messages.say(
                        "suggest.consensus_one" if n_tickets == 1 else "suggest.consensus",
                        n_tickets=n_tickets,
                        n_similar=len(counted),
                        fix=clusters[0].name.quote,
                    ),
                    n_tickets=n_tickets,
                    n_similar=len(counted),
                    confidence=round(confidence, 4),
                    cluster=clusters[0],
                )
        return Suggestions(
            ticket_id=None,
            n_history=int(view.solved.sum()),
            consensus=consensus,
            clusters=clusters,
        )

    def _id(self, found: Candidate) -> str:
        return self.history.rows[found.row].ticket.ticket_id

    def _open(self, question: Question, view: View, quoter: Quoter) -> tuple[SimilarTicket, ...]:
        rows = np.flatnonzero(view.unsolved)
        cosines = self.history.problem_vectors[rows] @ question.vector
        order = np.lexsort((rows, -cosines))[:N_OPEN]
        return tuple(
            quoter.unsolved(int(rows[place]), float(cosines[place]))
            for place in order
            if cosines[place] >= MIN_OPEN_COSINE
        )

    def _duplicates(
        self, question: Question, view: View, quoter: Quoter
    ) -> tuple[ProbableDuplicate, ...]:
        named = []
        for double in doubles(question, self.history, view, self.fitted):
            ticket = self.history.rows[double.row].ticket
            is_open = self.history.solved_s[double.row] > view.at_s
            named.append(
                ProbableDuplicate(
                    ticket_id=ticket.ticket_id,
                    subject=quoter.subject(double.row),
                    status="open" if is_open else ticket.status,
                    opened_at=ticket.opened_at,
                    confidence=round(double.confidence, 4),
                )
            )
        return tuple(named)

    def _triage(self, question: Question, view: View) -> Mapping[str, Predicted]:
        rows = np.flatnonzero(view.finished)
        rows = rows[np.argsort(self.history.solved_s[rows], kind="stable")]
        learnt = rows[: n_learnt(len(rows))]
        key = learnt.tobytes()
        models = self._learnt.get(key)
        if models is None:
            kernel = Kernel.of(self.history.problem_vectors[learnt])
            models = {name: learn(kernel, self._values(learnt, name)) for name in TRIAGE_FIELDS}
            while len(self._learnt) >= _KEPT_MODELS:
                self._learnt.pop(next(iter(self._learnt)), None)
            self._learnt[key] = models
        past = self.history.problem_vectors[rows]
        return {
            name: model.predict(question.vector, past, self._values(rows, name))
            for name, model in models.items()
            if model is not None
        }

    def _values(self, rows: np.ndarray, name: str) -> list[str]:
        return [str(getattr(self.history.rows[row].ticket, name)) for row in rows]


def _merge(
    similar: Sequence[SimilarTicket], articles: Sequence[FoundArticle]
) -> tuple[RankedSource, ...]:
    """Return both pools as one list: both relevances are probabilities of helping."""
    merged = [
        RankedSource(kind="ticket", source_id=item.ticket_id, relevance=item.relevance)
        for item in similar
    ] + [
        RankedSource(kind="article", source_id=item.document_id, relevance=item.relevance)
        for item in articles
    ]
    return tuple(sorted(merged, key=lambda item: (-item.relevance, item.kind, item.source_id)))
