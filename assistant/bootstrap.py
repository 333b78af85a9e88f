"""The composition root: the only module that names concrete adapters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa

from analytics.catalogue import Catalogue, load_catalogue
from analytics.describe.wording import use_templates
from analytics.insights import CatalogueInsights
from analytics.ports import Insights, Warehouse
from analytics.query.ibis_warehouse import open_warehouse_url
from analytics.query.warehouse import DuckDBWarehouse
from analytics.questions.book import QuestionBook
from analytics.serving import ServedInsights
from assistant.answering.confidence import SHIPPED, Calibration, load_calibration
from assistant.answering.selection import FILE_NAME as SPAN_MODEL_NAME
from assistant.answering.selection import SHIPPED as SHIPPED_SPANS
from assistant.answering.selection import SpanModel, load_span_model
from assistant.clock import SystemClock
from assistant.config import Settings
from assistant.desk.fitted import Fitted, load_fitted
from assistant.desk.service import DeskSources, SuggestionDesk
from assistant.dialogue import Dialogue
from assistant.feedback import FeedbackDesk, LivePrior
from assistant.feedback_store import SqlFeedbackStore
from assistant.handoff.policy import load_policy
from assistant.knowledge_settings import knowledge_settings
from assistant.library import IndexedArticles
from assistant.live_glossary import LiveGlossary
from assistant.messages import Messages, load_messages
from assistant.model import Check, Route
from assistant.ports import Router, Skill
from assistant.readiness import AnswerableExamples, beside, try_parts, unless_missing
from assistant.routing.languages import sentence_for
from assistant.routing.registry import load_or_train_router
from assistant.service import AssistantService
from assistant.skills.desk import DeskSkill
from assistant.skills.handing_over import ArticleFinder
from assistant.skills.helpdesk import HelpdeskSkill
from assistant.skills.insights import InsightsSkill
from assistant.skills.smalltalk import SmalltalkSkill
from assistant.store import SqlConversationStore, open_engine
from assistant.ticket_store import SqlTicketStore
from assistant.vocabulary_store import SqlVocabularyStore
from assistant.warehouses import limits_of, open_tables
from knowledge_base.adaptation.question_encoder import FOLDER_NAME as ADAPTED_NAME
from knowledge_base.adaptation.question_encoder import load_question_encoder
from knowledge_base.config import (
    DEFAULT_ENCODER,
    KnowledgeBaseSettings,
)
from knowledge_base.encoders import english_words, load_encoder
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.ports import Encoder
from knowledge_base.ranker import FOLDER_NAME as RANKER_NAME
from knowledge_base.ranker import Ranker, choose_ranker, with_weights
from knowledge_base.retrieve import Retriever
from knowledge_base.sources.parser_process import ParserProcess
from knowledge_base.store import SqliteStore
from knowledge_base.vector_cache import CachedEncoder, VectorCache

CALIBRATION_NAME = "confidence.json"


@dataclass
class Parts:
    """The adapters of one home directory, each opened when it is first asked for."""

    settings: Settings

    def __post_init__(self) -> None:
        use_templates(self.settings.answer_templates_dir)

    @cached_property
    def knowledge_settings(self) -> KnowledgeBaseSettings:
        """Settings of articles and past tickets."""
        return knowledge_settings(self.settings)

    @cached_property
    def parser(self) -> ParserProcess:
        """What reads files of other formats than Markdown; its process starts with the first."""
        return ParserProcess(self.knowledge_settings.parsing)

    @cached_property
    def encoder(self) -> CachedEncoder:
        """The encoder with its vector cache."""
        return CachedEncoder(
            self.plain_encoder, VectorCache(self.knowledge_settings.encoder.cache_path)
        )

    @cached_property
    def plain_encoder(self) -> Encoder:
        """The encoder without a cache: what people ask is not kept on disk as vectors."""
        return load_encoder(self.knowledge_settings.encoder)

    @cached_property
    def question_encoder(self) -> Encoder:
        """What questions are read with: adapted to the articles where that was promoted."""
        return load_question_encoder(self.settings.models_dir / ADAPTED_NAME, self.plain_encoder)

    @cached_property
    def ranker(self) -> Ranker:
        """The weights of the legs: learned here, shipped, or equal where nobody knows better."""
        is_built_in = self.knowledge_settings.encoder.name == DEFAULT_ENCODER
        folder = self.settings.models_dir / RANKER_NAME
        return choose_ranker(folder, self.plain_encoder.name, is_built_in=is_built_in)

    @property
    def search_settings(self) -> KnowledgeBaseSettings:
        """The settings with these weights."""
        return with_weights(self.knowledge_settings, self.ranker)

    @cached_property
    def documents(self) -> SqliteStore:
        """The document store."""
        return SqliteStore(self.settings.knowledge_dir / "documents.sqlite")

    @cached_property
    def snapshots(self) -> SnapshotFolder:
        """The folder of index snapshots."""
        return SnapshotFolder(
            self.settings.knowledge_dir / "index", keep=self.knowledge_settings.keep_snapshots
        )

    @cached_property
    def retriever(self) -> Retriever:
        """The search over the live snapshot."""
        return Retriever(
            self.snapshots,
            self.plain_encoder,
            self.search_settings.retrieval,
            prior=self.prior,
            question_encoder=self.question_encoder,
            glossary=self.glossary,
        )

    @cached_property
    def warehouse(self) -> DuckDBWarehouse:
        """The warehouse; a WarehouseError where there is none, or it is incomplete."""
        return open_warehouse(self.settings.warehouse_dir, self.settings)

    @cached_property
    def insights(self) -> ServedInsights:
        """Analytics over the warehouse as it is now, for whoever asks."""
        return ServedInsights(
            warehouse=self.tables, catalogue=self.catalogue, make=self.insights_over
        )

    @cached_property
    def catalogue(self) -> Catalogue:
        """What questions can be about: the shipped definitions, or those of one's own."""
        return load_catalogue(self.settings.analytics_catalogue_dir)

    @property
    def tables(self) -> Warehouse:
        """What questions are asked of: the warehouse, or tables with a catalogue of their own."""
        if self.settings.warehouse:
            return open_warehouse_url(self.settings.warehouse, limits=limits_of(self.settings))
        if self.settings.analytics_catalogue_dir is None:
            return self.warehouse
        return open_tables(self.settings.analytics_tables_dir, self.catalogue, self.settings)

    def insights_over(self, warehouse: Warehouse, catalogue: Catalogue) -> CatalogueInsights:
        """Return analytics over any warehouse, with this home's models."""
        return CatalogueInsights(
            warehouse=warehouse,
            catalogue=catalogue,
            models=self.settings.models_dir,
            book=self.questions,
            fiscal_month=self.settings.fiscal_year_first_month or None,
        )

    @cached_property
    def questions(self) -> QuestionBook:
        """Verified and saved questions."""
        return QuestionBook(self.settings.questions_path)

    @cached_property
    def router(self) -> Router:
        """The trained router."""
        return load_or_train_router(
            self.settings.models_dir,
            self.plain_encoder,
            min_probability=self.settings.min_route_probability,
            training_encoder=self.encoder,
        )

    @cached_property
    def store(self) -> SqlConversationStore:
        """Conversations, votes and tickets."""
        return SqlConversationStore(self.database)

    @cached_property
    def tickets(self) -> SqlTicketStore:
        """The desk's tickets."""
        return SqlTicketStore(self.database)

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
    def database(self) -> sa.Engine:
        """The database of conversations."""
        return open_engine(self.settings.database_path)

    @cached_property
    def feedback_store(self) -> SqlFeedbackStore:
        """What people did with documents."""
        return SqlFeedbackStore(self.database)

    @cached_property
    def prior(self) -> LivePrior:
        """What feedback adds to the ranking."""
        return LivePrior(
            self.feedback_store,
            self.question_encoder,
            self.knowledge_settings.feedback,
            self.clock,
        )

    @cached_property
    def vocabulary_store(self) -> SqlVocabularyStore:
        """What short forms may stand for."""
        return SqlVocabularyStore(self.database)

    @cached_property
    def glossary(self) -> LiveGlossary:
        """What short forms stand for, as it is now."""
        return LiveGlossary(
            self.vocabulary_store,
            english_words,
            with_general=self.settings.general_abbreviations,
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
    def clock(self) -> SystemClock:
        """The time."""
        return SystemClock()

    @cached_property
    def messages(self) -> Messages:
        """The product's sentences."""
        return load_messages()

    @cached_property
    def calibration(self) -> Calibration:
        """The fitted confidence: this home's own, else the one that is shipped."""
        own = self.settings.models_dir / CALIBRATION_NAME
        return load_calibration(own if own.is_file() else SHIPPED)

    @cached_property
    def helpdesk(self) -> HelpdeskSkill:
        """The helpdesk skill."""
        return HelpdeskSkill(
            retriever=self.retriever,
            calibration=self.calibration,
            messages=self.messages,
            max_wrong_fraction=self.settings.max_wrong_fraction,
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
                own_tickets=self.tickets.all_tickets,
                contents=self.documents.contents,
            ),
            encode_past=self.encoder.encode,
            encode=self.plain_encoder.encode,
            fitted=self.fitted,
            messages=self.messages,
            search=self.retriever,
            clock=self.clock,
        )

    @property
    def helpdesk_threshold(self) -> float:
        """The confidence from which on the helpdesk answers."""
        return self.calibration.threshold(self.settings.max_wrong_fraction)

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

    def insights_or_none(self) -> Insights | None:
        """Analytics, or None while there is no warehouse; an incomplete one is an error."""
        there = bool(self.settings.warehouse) or self.settings.analytics_tables_dir.is_dir()
        return self.insights if there else None


def build_assistant(settings: Settings) -> AssistantService:
    """Put the product together. Nothing heavy is loaded before `warm_up` or the first question."""
    parts = Parts(settings)
    clock = parts.clock
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
            router=parts.router,
            skills=skills,
            store=parts.store,
            clock=clock,
            messages=parts.messages,
            max_question_chars=settings.max_question_chars,
            in_own_language=sentence_for,
        ),
        store=parts.store,
        ticket_store=parts.tickets,
        desk=desk,
        feedback=parts.feedback,
        suggestions=parts.suggestions,
        clock=clock,
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


def open_warehouse(folder: Path, settings: Settings) -> DuckDBWarehouse:
    """Open a folder of Parquet files with the limits of the settings.

    Raises
    ------
    WarehouseError
        When it is missing or incomplete.
    """
    return DuckDBWarehouse(folder, limits=limits_of(settings))
