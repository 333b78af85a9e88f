"""`deskwise train encoder`, and its lines in `deskwise models`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.bootstrap import Parts
from assistant.bootstrap.model_rows import told_encoder
from knowledge_base.adaptation.question_encoder import (
    FOLDER_NAME,
    load_question_encoder,
    save_version,
)
from knowledge_base.adaptation.trial import Plan, Setting, adapt
from knowledge_base.errors import AdaptationError
from knowledge_base.ports import Encoder
from knowledge_base.retrieve import Retriever

_STAGES = {"train": "step", "try": "held-out question"}


def train_question_encoder(
    parts: Parts, *, seed: int, show: Callable[[str], None], plan: Plan | None = None
) -> dict[str, Any]:
    """Adapt the question side to this home's articles; promote it if they are found better."""
    folder = parts.settings.models_dir / FOLDER_NAME

    def told(stage: str, done: int, total: int) -> None:
        show(f"{_STAGES[stage]} {done:,} of {total:,}")

    with tempfile.TemporaryDirectory() as work:
        outcome = adapt(
            parts.documents.contents(),
            Setting(
                base=parts.plain_encoder,
                cached=parts.encoder,
                settings=parts.search_settings,
                open_search=lambda snapshots, encoder: Retriever(
                    snapshots,
                    parts.plain_encoder,
                    parts.search_settings.retrieval,
                    question_encoder=encoder,
                    glossary=parts.glossary,
                ),
                work=Path(work),
                live=_live(folder, parts.plain_encoder, show),
            ),
            plan or Plan(),
            seed=seed,
            now=parts.clock.now(),
            told=told,
        )
    version = save_version(folder, outcome.version, outcome.changed)
    word = "promoted" if version.is_promoted else "kept back"
    return {
        "version": version.version,
        "promoted": version.is_promoted,
        "reason": version.reason,
        "figures": version.figures,
        "settings": version.settings,
        "summary": f"{word} {version.version} ({version.reason}): {told_encoder(version)}",
    }


def _live(folder: Path, base: Encoder, show: Callable[[str], None]) -> Encoder | None:
    try:
        return load_question_encoder(folder, base)
    except AdaptationError as error:
        # Damaged: it can read no questions any more, so nothing is lost by replacing it.
        show(error.message)
        return None
