"""The operators' part of a home."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analytics.customers.churn import load_churn
from analytics.learning import registry
from assistant.bootstrap.model_rows import CHURN, ENCODER, RANKER, ROUTER, model_rows
from assistant.bootstrap.upkeep import now, openers
from assistant.operating.jobs import Jobs, Tell
from assistant.operating.knowledge import KnowledgeRoom
from assistant.operating.models import ModelRoom
from assistant.operating.reading import source_at
from assistant.operating.service import OperatingRoom
from assistant.operating.uploads import Uploads
from assistant.operating.vocabulary import VocabularyRoom
from assistant.operations import ModelVersion
from assistant.upkeep.doctor import examine
from knowledge_base import ranker
from knowledge_base.adaptation import question_encoder
from knowledge_base.encoders import english_words
from knowledge_base.ingest import ingest
from knowledge_base.model import IngestReport
from knowledge_base.ports import Source

if TYPE_CHECKING:
    from assistant.bootstrap.parts import Parts

READ_AT_THE_START = frozenset({ENCODER, RANKER})
"""Models that a running server keeps until it starts again."""
SHIPPED = "shipped"


def operations_of(parts: Parts) -> OperatingRoom:
    """Return what operators do; nothing is opened before somebody asks for it."""
    jobs = Jobs(clock=parts.clock)
    return OperatingRoom(
        knowledge=_knowledge(parts, jobs),
        models=_models(parts),
        vocabulary=VocabularyRoom(
            store=parts.vocabulary_store,
            texts=lambda: parts.documents,
            common_words=english_words,
            jobs=jobs,
            clock=parts.clock,
        ),
        examine=lambda: examine(openers(parts.settings), now_s=now().timestamp()),
        clock=parts.clock,
        jobs=jobs,
    )


def _knowledge(parts: Parts, jobs: Jobs) -> KnowledgeRoom:
    def run(sources: Sequence[Source], *, tell: Tell) -> IngestReport:
        with parts.parser:
            return ingest(
                sources,
                store=parts.documents,
                encoder=parts.encoder,
                snapshots=parts.snapshots,
                settings=parts.knowledge_settings,
                progress=tell,
            )

    def open_source(path: Path, kind: str, groups: tuple[str, ...]) -> Source:
        return source_at(path, kind, groups, parser=parts.parser, known=parts.documents.document)

    return KnowledgeRoom(
        register=lambda: parts.documents,
        runs=parts.ingest_runs,
        uploads=Uploads(
            home=parts.settings.home,
            max_file_bytes=parts.knowledge_settings.parsing.max_file_bytes,
        ),
        jobs=jobs,
        clock=parts.clock,
        ingest=run,
        open_source=open_source,
    )


def _models(parts: Parts) -> ModelRoom:
    folder = parts.settings.models_dir

    def use_ranker(version: str) -> None:
        home = folder / ranker.FOLDER_NAME
        ranker.discard(home) if version == SHIPPED else ranker.use_version(home, version)

    return ModelRoom(
        list_versions=lambda: tuple(_versions(parts)),
        bring_into_use={
            ROUTER: parts.live_router.use,
            CHURN: lambda version: _use_churn(folder, version),
            RANKER: use_ranker,
            ENCODER: lambda version: question_encoder.use_version(
                folder / question_encoder.FOLDER_NAME, version
            ),
        },
        calibration=lambda: parts.calibration,
        risk=parts.risk,
        clock=parts.clock,
    )


def _use_churn(folder: Path, version: str) -> None:
    load_churn(folder, version)  # damaged or made for other features, it stays out
    registry.use_version(folder, CHURN, version)


def _versions(parts: Parts) -> list[ModelVersion]:
    can_be_used = {ROUTER, CHURN, RANKER, ENCODER}
    found = [
        ModelVersion(
            name=row["name"],
            version=row["version"],
            is_live=row["in_use"],
            scores=row["scores"],
            trained_on=row["trained_on"],
            can_be_used=row["name"] in can_be_used,
            effect="restart" if row["name"] in READ_AT_THE_START else "now",
        )
        for row in model_rows(parts)
    ]
    if any(each.name == RANKER and each.is_live and each.version != SHIPPED for each in found):
        found.append(
            ModelVersion(
                name=RANKER,
                version=SHIPPED,
                is_live=False,
                scores="",
                trained_on="the weights without what was learned here",
                can_be_used=True,
                effect="restart",
            )
        )
    return found
