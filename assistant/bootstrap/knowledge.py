"""Articles and past tickets: read, encoded, stored, indexed, searched."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from assistant.bootstrap.home import HomeParts
from assistant.feedback import LivePrior
from assistant.knowledge_settings import knowledge_settings
from assistant.live_glossary import LiveGlossary
from knowledge_base.adaptation.question_encoder import FOLDER_NAME as ADAPTED_NAME
from knowledge_base.adaptation.question_encoder import load_question_encoder
from knowledge_base.config import DEFAULT_ENCODER, KnowledgeBaseSettings
from knowledge_base.encoders import english_words, load_encoder
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.ports import Encoder
from knowledge_base.ranker import FOLDER_NAME as RANKER_NAME
from knowledge_base.ranker import Ranker, choose_ranker, with_weights
from knowledge_base.reranking import load_reranker
from knowledge_base.retrieve import Retriever
from knowledge_base.sources.parser_process import ParserProcess
from knowledge_base.store import SqliteStore
from knowledge_base.vector_cache import CachedEncoder, VectorCache


@dataclass
class KnowledgeParts(HomeParts):
    """The adapters of the knowledge base."""

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
    def prior(self) -> LivePrior:
        """What feedback adds to the ranking."""
        return LivePrior(
            self.feedback_store,
            self.question_encoder,
            self.knowledge_settings.feedback,
            self.clock,
        )

    @cached_property
    def glossary(self) -> LiveGlossary:
        """What short forms stand for, as it is now."""
        return LiveGlossary(
            self.vocabulary_store,
            english_words,
            with_general=self.settings.general_abbreviations,
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
        ).reranked_by(load_reranker(self.knowledge_settings.reranker))
