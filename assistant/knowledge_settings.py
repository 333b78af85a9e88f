"""The product's settings → those of articles and past tickets."""

from __future__ import annotations

from assistant.config import Settings
from knowledge_base.config import (
    DEFAULT_ENCODER,
    EncoderSettings,
    FeedbackSettings,
    KnowledgeBaseSettings,
    ParsingSettings,
    RerankerSettings,
)


def knowledge_settings(settings: Settings) -> KnowledgeBaseSettings:
    """Return the settings of articles and past tickets."""
    name = settings.encoder
    return KnowledgeBaseSettings(
        encoder=EncoderSettings(
            name=DEFAULT_ENCODER if name == "default" else name,
            threads=settings.encoder_threads,
            cache_path=settings.knowledge_dir / "vectors.sqlite",
        ),
        reranker=RerankerSettings(
            name=settings.reranker,
            may_download=settings.reranker_download,
            weight=settings.reranker_weight,
        ),
        feedback=FeedbackSettings(
            cap=settings.feedback_cap,
            anonymous_weight=settings.feedback_anonymous_weight,
        ),
        parsing=ParsingSettings(
            max_file_bytes=settings.max_file_mb * 1_000_000,
            memory_bytes=settings.parse_memory_mb * 1_000_000,
            cpu_s=settings.parse_seconds,
        ),
    )
