"""The Insights port over the catalogue: text to a finding, one question back, or a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import islice
from pathlib import Path

from analytics.analyses.all_kinds import KINDS
from analytics.analyses.change_answers import TELLING, asks_why, drill_down, slots_of_query
from analytics.analyses.kind import Context, Kind, Request
from analytics.analyses.recognise import Recogniser, outranks_numbers, recognisable
from analytics.analyses.slots import merged_slots, slots_for, unplaced
from analytics.catalogue import Catalogue
from analytics.completions import Completer
from analytics.errors import QueryError, QuestionError
from analytics.language.followup import looks_elliptical, names_metric
from analytics.language.lexicon import Lexicon, values_in
from analytics.language.refusals import refusal_for
from analytics.language.suggest import N_SUGGESTIONS, TYPICAL, next_questions, own_examples
from analytics.language.tagging import Tag
from analytics.language.understand import Reading, Understander, Understood
from analytics.model import Ambiguity, Choice, Finding, InsightOutcome, MetricQuery, Refusal
from analytics.ports import Warehouse
from analytics.query.compile import compile_query
from analytics.query.run import Memory, answer
from analytics.questions.book import QuestionBook
from analytics.questions.verified import look_up, with_remark

_CHANGE = "change_drivers"


class CatalogueInsights:
    """Answers managers' questions from a warehouse, with a catalogue and no language model.

    Parameters
    ----------
    warehouse
        The canonical tables; their values are read once, when this is made.
    catalogue
        What can be asked for.
    models
        Folder of trained models; without it, analyses that need one say so.
    consent
        File of who may be written to; without it, lists of contacts say that it is missing.
    book
        Verified questions, which come before anything else.
    fiscal_month
        Month, 1 to 12, in which fiscal years begin; None: "fiscal" means nothing.
    """

    def __init__(
        self,
        *,
        warehouse: Warehouse,
        catalogue: Catalogue,
        models: Path | None = None,
        consent: Path | None = None,
        book: QuestionBook | None = None,
        fiscal_month: int | None = None,
    ) -> None:
        self._warehouse = warehouse
        self._catalogue = catalogue
        self._models, self._consent = models, consent
        self._memory = Memory()
        self._book = book
        values = values_in(warehouse, catalogue)
        self._understander = Understander(Lexicon(catalogue, values, fiscal_month))
        self._completer = Completer(
            catalogue=catalogue,
            values=values,
            is_answerable=self.is_answerable,
            typical=TYPICAL,
        )
        self._recogniser = Recogniser(KINDS)

    def ask(
        self, text: str, *, turns: Sequence[str] = (), as_of: date | None = None
    ) -> InsightOutcome:
        """Answer, ask back or refuse.

        Parameters
        ----------
        text
            The question; may leave out what earlier turns said.
        turns
            The asker's earlier questions, oldest first.
        as_of
            The first day that is not seen; without it, the day after the newest row.
        """
        day = as_of if as_of is not None else self._warehouse.as_of()
        kept = self._book and look_up(
            text,
            self._book,
            as_of=day,
            catalogue=self._catalogue,
            understands=self.query_of,
        )
        if not kept:
            return self._ask(text, turns, day)
        if kept.query is None:
            return with_remark(self._ask(text, turns, day), kept.remark)
        understood = self._understander.understand(kept.entry.reading, day)
        return with_remark(self._answer(kept.query, understood), kept.remark)

    def query_of(self, text: str, as_of: date | None = None) -> MetricQuery | None:
        """Return the metric query that a question is understood as; None when it is none."""
        day = as_of if as_of is not None else self._warehouse.as_of()
        if self._analysis(text, (), day) is not None:
            return None
        return self._understander.understand(text, day).query

    def compute(self, query: MetricQuery) -> Finding:
        """Answer a metric query.

        Raises
        ------
        QueryError, QuestionError
            When it cannot be compiled or run.
        """
        return answer(
            query, warehouse=self._warehouse, catalogue=self._catalogue, memory=self._memory
        )

    def suggest(self, prefix: str) -> tuple[str, ...]:
        """Return up to eight whole questions that begin like a prefix; each can be answered."""
        return self._completer.complete(prefix)

    def warm_up(self) -> None:
        """Check the questions that the first letters lead to, so that typing meets none unread."""
        self._completer.warm_up()

    def is_answerable(self, text: str) -> bool:
        """Say whether a question is understood and compiles; nothing is run."""
        day = self._warehouse.as_of()
        request = self._analysis(text, (), day)
        if request is not None:
            kind = next(k for k in KINDS if k.name == request.kind)
            needs_metric = "metric" in kind.slots and "metric" not in request.slots
            return kind.run is not None and not needs_metric
        query = self._understander.understand(text, day).query
        if query is None:
            return False
        try:
            compile_query(query, warehouse=self._warehouse, catalogue=self._catalogue)
        except (QueryError, QuestionError):
            return False
        return True

    def _ask(self, text: str, turns: Sequence[str], day: date) -> InsightOutcome:
        request = self._analysis(text, turns, day)
        if request is not None:
            return self._run(request, day)
        understood = self._understander.in_turn(text, turns, day)
        if understood.query is not None:
            return self._answer(understood.query, understood)
        if understood.readings:
            return self._ask_back(understood)
        return refusal_for(understood, self._catalogue)

    def next_questions(self, finding: Finding) -> tuple[str, ...]:
        """Return up to three questions that make sense next; each is understood."""
        if finding.analysis == _CHANGE:
            return self._deeper(finding)
        if finding.metric_query is None:
            return ()
        day = finding.metric_query.as_of
        return next_questions(
            finding.metric_query,
            self._catalogue,
            lambda text: self._understander.understand(text, day).query,
        )

    def examples(self) -> tuple[str, ...]:
        """Return questions that this warehouse can answer, most typical first."""
        typical = tuple(text for text in TYPICAL if isinstance(self.ask(text), Finding))
        own = own_examples(self._catalogue) if not typical else ()
        answered = (text for text in own if isinstance(self.ask(text), Finding))
        return typical or tuple(islice(answered, len(TYPICAL)))

    # --- analyses ----------------------------------------------------------------------------

    def _analysis(self, text: str, turns: Sequence[str], day: date) -> Request | None:
        before: Request | None = None
        for turn in turns:
            before = self._one_analysis(turn, before, day)
        request = self._one_analysis(text, before, day)
        if turns and before is None and self._asks_why(request, text, day):
            base = self._understander.in_turn(turns[-1], turns[:-1], day).query
            if base is not None:
                given = request.slots if request is not None else {}
                slots = merged_slots(slots_of_query(base, self._catalogue), given)
                return Request(kind=_CHANGE, slots=slots, text=text)
        return request

    def _asks_why(self, request: Request | None, text: str, day: date) -> bool:
        """Say whether a text asks for the reason of a number without naming the number."""
        if request is not None and request.kind == _CHANGE:
            return "metric" not in request.slots
        return asks_why(_flat(self._understander.tags(text, day)))

    def _deeper(self, finding: Finding) -> tuple[str, ...]:
        """Return questions that take a change further apart, each of which is understood."""
        day = finding.receipt.as_of
        found = []
        for text in drill_down(finding, self._catalogue, day):
            request = self._analysis(text, (), day)
            query = None if request else self._understander.understand(text, day).query
            told = request.slots if request is not None and request.kind == _CHANGE else {}
            same = all(
                told.get(name) == finding.slots.get(name)
                for name in ("metric", "period", "compare_to")
            )
            deeper = bool(told.get("filters")) or bool(told.get("dimension"))
            if query is not None or (same and deeper):
                found.append(text)
        return tuple(found[:N_SUGGESTIONS])

    def _one_analysis(self, text: str, before: Request | None, day: date) -> Request | None:
        tags = self._understander.tags(text, day)
        flat = _flat(tags)
        alone = self._understander.understand(text, day)
        kind = self._kind(flat, alone, told=looks_elliptical(tags) and before is not None)
        goes_on = before is not None and looks_elliptical(tags)
        if before is not None and goes_on and (kind is None or not names_metric(tags)):
            kind = next(k for k in KINDS if k.name == before.kind)
        if kind is None:
            return None
        slots = slots_for(kind, tags, self._catalogue, day)
        left = unplaced(kind, tags, self._catalogue, slots)
        if before is not None and before.kind == kind.name and looks_elliptical(tags):
            slots = merged_slots(before.slots, slots)
        return Request(kind=kind.name, slots=slots, text=text, unplaced=left)

    def _kind(self, flat: str, alone: Understood, *, told: bool) -> Kind | None:
        named = self._recogniser.by_words(flat)
        if named is not None and named.name == "definition":
            return named
        if named is not None and outranks_numbers(named, alone.tags):
            return named
        for name in alone.metrics:
            analysis = self._catalogue.metric(name).analysis
            if analysis is not None and named is None:
                return next((k for k in KINDS if k.name == analysis), None)
        if named is not None and named.name == _CHANGE and TELLING.search(flat):
            return named
        complete = alone.query is not None or bool(alone.readings)
        if complete and all(self._catalogue.metric(m).analysis is None for m in alone.metrics):
            return None
        if named is not None or told:
            return named
        return self._recogniser.by_likeness(flat)

    def _run(self, request: Request, day: date) -> InsightOutcome:
        kind = next(k for k in KINDS if k.name == request.kind)
        if request.unplaced:
            named = ", ".join(f"“{word}”" for word in request.unplaced)
            return Refusal(
                reason=f"The {kind.title} is not known for {named}. Ask without it.",
                suggestions=kind.nearest,
                analysis=kind.name,
                slots=dict(request.slots),
            )
        context = Context(
            warehouse=self._warehouse,
            catalogue=self._catalogue,
            as_of=day,
            models=self._models,
            consent=self._consent,
        )
        return kind.run(request, context)

    # --- numbers -----------------------------------------------------------------------------

    def _answer(self, query: MetricQuery, understood: Understood) -> InsightOutcome:
        try:
            return answer(
                query, warehouse=self._warehouse, catalogue=self._catalogue, memory=self._memory
            )
        except (QueryError, QuestionError) as error:
            return refusal_for(understood, self._catalogue, because=error)

    def _ask_back(self, understood: Understood) -> InsightOutcome:
        """Ask which reading is meant, unless all of them come to the same rows."""
        findings = [self._try(reading) for reading in understood.readings]
        known = [f for f in findings if f is not None]
        same_metric = len({r.query.metrics for r in understood.readings}) == 1
        if len(known) == len(findings) and same_metric and _all_equal(known):
            return known[0]
        choices = tuple(
            Choice(label=_labelled(reading, finding), question=reading.question)
            for reading, finding in zip(understood.readings, findings, strict=True)
            if finding is not None
        )
        if not choices:
            return refusal_for(understood, self._catalogue)
        return Ambiguity(question=understood.asked, choices=choices)

    def _try(self, reading: Reading) -> Finding | None:
        try:
            return answer(
                reading.query,
                warehouse=self._warehouse,
                catalogue=self._catalogue,
                memory=self._memory,
            )
        except (QueryError, QuestionError):
            return None


def _flat(tags: Sequence[Tag]) -> str:
    return recognisable(tags)


def _all_equal(findings: list[Finding]) -> bool:
    rows = {finding.rows for finding in findings}
    return len(rows) == 1 and all(
        value not in {None, 0} for row in findings[0].rows for value in row
    )


def _labelled(reading: Reading, finding: Finding | None) -> str:
    """Return the label with the number it leads to, where that is a single one."""
    if finding is None or len(finding.rows) != 1 or len(finding.rows[0]) != 1:
        return reading.label
    value = finding.rows[0][0]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return reading.label
    unit = finding.columns[0].unit
    shown = (
        f"{value:.1%}"
        if unit == "fraction"
        else f"{value:,.0f}"
        if abs(value) >= 100 or value == int(value)
        else f"{value:,.2f}"
    )
    return f"{reading.label} ({shown})"
