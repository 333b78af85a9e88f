"""Router, skills, desk, and the assistant that they make up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from assistant.answering.confidence import SHIPPED, Calibration, load_calibration
from assistant.answering.selection import FILE_NAME as SPAN_MODEL_NAME
from assistant.answering.selection import SHIPPED as SHIPPED_SPANS
from assistant.answering.selection import SpanModel, load_span_model
from assistant.bootstrap.insights import InsightsParts
from assistant.bootstrap.knowledge import KnowledgeParts
from assistant.bootstrap.listening import gaps_of, usage_of
from assistant.bootstrap.operating import operations_of
from assistant.config import Settings
from assistant.desk.agents import TicketDesk
from assistant.desk.drafts import DraftDesk
from assistant.desk.fitted import Fitted, load_fitted
from assistant.desk.people import AccountPeople
from assistant.desk.service import DeskSources, SuggestionDesk
from assistant.dialogue import Dialogue
from assistant.feedback import FeedbackDesk
from assistant.gaps.remembered import Remembered
from assistant.handoff.policy import load_policy
from assistant.library import IndexedArticles
from assistant.model import Check, Route
from assistant.operating.models import RiskChoice
from assistant.operating.runs import SqlChoices, SqlIngestRuns
from assistant.ports import Router, Skill
from assistant.readiness import AnswerableExamples, beside, try_parts, unless_missing
from assistant.routing.languages import sentence_for
from assistant.routing.promotion import LiveRouter
from assistant.routing.registry import FOLDER_NAME as ROUTER_NAME
from assistant.routing.registry import load_or_train_router
from assistant.service import AssistantService
from assistant.skills.desk import DeskSkill
from assistant.skills.handing_over import ArticleFinder
from assistant.skills.helpdesk import HelpdeskSkill
from assistant.skills.insights import InsightsSkill
from assistant.skills.smalltalk import SmalltalkSkill

CALIBRATION_NAME = "confidence.json"


@dataclass
class Parts(KnowledgeParts, InsightsParts):
    """The adapters of one home directory, each opened when it is first asked for."""

    @cached_property
    def router(self) -> Router:
        """The trained router."""
        return self._load_router()

    @cached_property
    def live_router(self) -> LiveRouter:
        """Whichever router is in use when a question comes."""
        return LiveRouter(folder=self.settings.models_dir / ROUTER_NAME, load=self._load_router)

    def _load_router(self) -> Router:
        return load_or_train_router(
            self.settings.models_dir,
            self.plain_encoder,
            min_probability=self.settings.min_route_probability,
            training_encoder=self.encoder,
        )

    @cached_property
    def desk(self) -> DeskSkill:
        """The desk skill."""
        return DeskSkill(
            store=self.tickets,
            clock=self.clock,
            messages=self.messages,
            policy=load_policy(),
            triage=self.suggestions.triage,
            find_article=ArticleFinder(helpdesk=lambda: self.helpdesk, clock=self.clock),
        )

    @cached_property
    def feedback(self) -> FeedbackDesk:
        """What takes feedback."""
        return FeedbackDesk(
            store=self.feedback_store,
            conversations=self.store,
            retriever=self.retriever,
            clock=self.clock,
        )

    @cached_property
    def calibration(self) -> Calibration:
        """The fitted confidence: this home's own, else the one that is shipped."""
        own = self.own_calibration
        return load_calibration(own if own.is_file() else SHIPPED)

    @property
    def own_calibration(self) -> Path:
        """Where this home's own confidence is, if it has one."""
        return self.settings.models_dir / CALIBRATION_NAME

    @cached_property
    def choices(self) -> SqlChoices:
        """What operators chose on the page in place of a setting."""
        return SqlChoices(self.database)

    @cached_property
    def ingest_runs(self) -> SqlIngestRuns:
        """What each ingest did."""
        return SqlIngestRuns(self.database)

    @cached_property
    def remembered(self) -> Remembered:
        """Vectors of what people asked, in memory alone."""
        return Remembered(lambda texts: self.plain_encoder.encode(texts))

    @cached_property
    def risk(self) -> RiskChoice:
        """How wrong answers may be: as an operator chose, else the setting."""
        return RiskChoice(choices=self.choices, setting=self.settings.max_wrong_fraction)

    @cached_property
    def helpdesk(self) -> HelpdeskSkill:
        """The helpdesk skill."""
        return HelpdeskSkill(
            retriever=self.retriever,
            calibration=self.calibration,
            messages=self.messages,
            max_wrong_fraction=self.settings.max_wrong_fraction,
            risk=self.risk,
            span_model=self.span_model,
        )

    @cached_property
    def span_model(self) -> SpanModel:
        """What of an article is quoted: this home's own model, else the one that is shipped."""
        own = self.settings.models_dir / SPAN_MODEL_NAME
        return load_span_model(own if own.is_file() else SHIPPED_SPANS)

    @cached_property
    def fitted(self) -> Fitted:
        """The fitted numbers of suggestions."""
        return load_fitted()

    @cached_property
    def suggestions(self) -> SuggestionDesk:
        """Suggestions for agents."""
        return SuggestionDesk(
            sources=DeskSources(
                state=lambda: self.snapshots.current_name() or "",
                tickets=self.documents.tickets,
                own_tickets=self.work.tickets,
                contents=self.documents.contents,
            ),
            encode_past=self.encoder.encode,
            encode=self.plain_encoder.encode,
            fitted=self.fitted,
            messages=self.messages,
            search=self.retriever,
            clock=self.clock,
        )

    @cached_property
    def agent_desk(self) -> TicketDesk:
        """What agents work with."""
        return TicketDesk(
            store=self.work,
            past=self.documents.tickets,
            state=lambda: self.snapshots.current_name() or "",
            suggestions=self.suggestions,
            keep_decision=self.feedback.decide,
            clock=self.clock,
            people=AccountPeople(self.accounts),
        )

    @cached_property
    def article_drafts(self) -> DraftDesk:
        """Articles in the making, from solved tickets."""
        return DraftDesk(
            store=self.drafts,
            suggestions=self.suggestions,
            clock=self.clock,
            people=AccountPeople(self.accounts),
        )

    @property
    def helpdesk_threshold(self) -> float:
        """The confidence from which on the helpdesk answers."""
        return self.calibration.threshold(self.risk())

    @cached_property
    def answerable_examples(self) -> AnswerableExamples:
        """Example questions that this installation's articles answer."""
        return AnswerableExamples(
            state=lambda: self.snapshots.current_name() or "",
            helpdesk=lambda: self.helpdesk,
            clock=self.clock,
        )

    def run_checks(self) -> tuple[Check, ...]:
        """Try each part and say in words what is missing."""
        return try_parts(
            {
                "store": lambda: f"{self.settings.database_path.name} is open",
                "index": lambda: f"{self.retriever.manifest.n_passages:,} passages",
                "ranking": lambda: self.ranker.reason,
                "warehouse": lambda: f"data up to {self.warehouse.as_of()}",
                "router": lambda: type(self.router).__name__,
            }
        )


def build_assistant(settings: Settings) -> AssistantService:
    """Put the product together. Nothing heavy is loaded before `warm_up` or the first question."""
    parts = Parts(settings)
    insights = parts.insights_or_none()
    desk = parts.desk
    service: AssistantService
    skills: Mapping[Route, Skill] = {
        "helpdesk": replace(parts.helpdesk, desk=desk),
        "insights": InsightsSkill(insights=insights, messages=parts.messages),
        "desk": desk,
        "smalltalk": SmalltalkSkill(
            messages=parts.messages, capabilities=lambda asker: service.capabilities(asker)
        ),
    }
    service = AssistantService(
        dialogue=Dialogue(
            router=parts.live_router,
            skills=skills,
            store=parts.store,
            clock=parts.clock,
            messages=parts.messages,
            max_question_chars=settings.max_question_chars,
            in_own_language=sentence_for,
        ),
        store=parts.store,
        ticket_store=parts.tickets,
        desk=desk,
        feedback=parts.feedback,
        suggestions=parts.suggestions,
        agent_desk=parts.agent_desk,
        article_drafts=parts.article_drafts,
        boards=parts.boards,
        operations=operations_of(parts),
        gaps=gaps_of(parts),
        usage=usage_of(parts),
        clock=parts.clock,
        articles_in=IndexedArticles(parts.retriever),
        insights=insights,
        helpdesk_examples=parts.answerable_examples,
        run_checks=parts.run_checks,
        load=(
            unless_missing(parts.retriever.warm_up),
            unless_missing(parts.suggestions.warm_up),
            unless_missing(parts.answerable_examples),
            *((beside(parts.insights.warm_up),) if insights is not None else ()),
        ),
    )
    return service
