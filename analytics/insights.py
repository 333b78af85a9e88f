"""The Insights port over the catalogue: text to a finding, one question back, or a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from analytics.analyses.all_kinds import KINDS
from analytics.analyses.kind import Context, Kind, Request
from analytics.analyses.recognise import Recogniser
from analytics.analyses.slots import merged_slots, slots_for
from analytics.catalogue import Catalogue
from analytics.errors import QueryError, QuestionError
from analytics.language.followup import looks_elliptical, names_metric
from analytics.language.lexicon import Lexicon, values_in
from analytics.language.refusals import refusal_for
from analytics.language.suggest import TYPICAL, next_questions
from analytics.language.understand import Reading, Understander, Understood
from analytics.model import Ambiguity, Choice, Finding, InsightOutcome, MetricQuery, Refusal
from analytics.ports import Warehouse
from analytics.query.run import Memory, answer


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
    """

    def __init__(
        self, *, warehouse: Warehouse, catalogue: Catalogue, models: Path | None = None
    ) -> None:
        self._warehouse = warehouse
        self._catalogue = catalogue
        self._models = models
        self._memory = Memory()
        self._understander = Understander(Lexicon(catalogue, values_in(warehouse, catalogue)))
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
        return tuple(text for text in TYPICAL if isinstance(self.ask(text), Finding))

    # --- analyses ----------------------------------------------------------------------------

    def _analysis(self, text: str, turns: Sequence[str], day: date) -> Request | None:
        before: Request | None = None
        for turn in turns:
            before = self._one_analysis(turn, before, day)
        return self._one_analysis(text, before, day)

    def _one_analysis(self, text: str, before: Request | None, day: date) -> Request | None:
        tags = self._understander.tags(text, day)
        flat = " ".join(tag.text for tag in tags if tag.text.strip("?!.,;:()-/"))
        alone = self._understander.understand(text, day)
        kind = self._kind(flat, alone, told=looks_elliptical(tags) and before is not None)
        goes_on = before is not None and looks_elliptical(tags)
        if before is not None and goes_on and (kind is None or not names_metric(tags)):
            kind = next(k for k in KINDS if k.name == before.kind)
        if kind is None:
            return None
        slots = slots_for(kind, tags, self._catalogue, day)
        if before is not None and before.kind == kind.name and looks_elliptical(tags):
            slots = merged_slots(before.slots, slots)
        return Request(kind=kind.name, slots=slots, text=text)

    def _kind(self, flat: str, alone: Understood, *, told: bool) -> Kind | None:
        named = self._recogniser.by_words(flat)
        if named is not None and named.name == "definition":
            return named
        for name in alone.metrics:
            analysis = self._catalogue.metric(name).analysis
            if analysis is not None and named is None:
                return next((k for k in KINDS if k.name == analysis), None)
        complete = alone.query is not None or bool(alone.readings)
        if complete and all(self._catalogue.metric(m).analysis is None for m in alone.metrics):
            return None
        if named is not None or told:
            return named
        return self._recogniser.by_likeness(flat)

    def _run(self, request: Request, day: date) -> InsightOutcome:
        kind = next(k for k in KINDS if k.name == request.kind)
        if kind.run is None:
            return Refusal(
                reason=f"This asks for the {kind.title}, which is not available yet.",
                suggestions=kind.nearest,
                analysis=kind.name,
                slots=dict(request.slots),
            )
        context = Context(
            warehouse=self._warehouse, catalogue=self._catalogue, as_of=day, models=self._models
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
