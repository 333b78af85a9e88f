"""`deskwise train ranker`, and its lines in `deskwise models`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.bootstrap import Parts
from assistant.bootstrap.model_rows import told_ranker, without_learning
from assistant.evaluation.files import AnswerRow, read_rows
from knowledge_base.adaptation.ranker_training import Plan, Setting, Sources, learn_ranker
from knowledge_base.errors import RankerError
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.learning_to_rank import Labelled
from knowledge_base.ranker import (
    FOLDER_NAME,
    Ranker,
    discard,
    save_version,
    with_weights,
)
from knowledge_base.retrieve import Retriever


def train_ranker(
    parts: Parts,
    *,
    seed: int,
    show: Callable[[str], None],
    questions: Path | None = None,
    plan: Plan | None = None,
) -> dict[str, Any]:
    """Learn the weights of the legs here; promote them if held-out articles are found better."""
    folder = parts.settings.models_dir / FOLDER_NAME
    in_use, start = _in_use(parts, folder, show), without_learning(parts)
    # Searches the way the product does, feedback left out: it must not teach by itself.
    settings = with_weights(parts.knowledge_settings, in_use)

    def search(snapshots: SnapshotFolder) -> Retriever:
        return Retriever(
            snapshots,
            parts.plain_encoder,
            settings.retrieval,
            question_encoder=parts.question_encoder,
            glossary=parts.glossary,
        )

    with tempfile.TemporaryDirectory() as work:
        version = learn_ranker(
            Sources(
                contents=parts.documents.contents(),
                tickets=parts.documents.tickets(),
                events=parts.feedback_store.events(),
                labelled=_labelled(questions),
            ),
            Setting(
                encoder=parts.encoder,
                settings=settings,
                open_search=search,
                live=search(parts.snapshots),
                start=start.weights,
                is_start_fitted=start.source == "shipped",
                in_use=in_use.weights,
                work=Path(work),
            ),
            plan or Plan(),
            seed=seed,
            now=parts.clock.now(),
            told=lambda stage, done, total: show(f"question {done:,} of {total:,}"),
        )
    version = save_version(folder, version)
    word = "promoted" if version.is_promoted else "kept back"
    return {
        "version": version.version,
        "promoted": version.is_promoted,
        "reason": version.reason,
        "figures": version.figures,
        "settings": version.settings,
        "weights": version.weights,
        "summary": f"{word} {version.version} ({version.reason}): {told_ranker(version)}",
    }


def discard_ranker(parts: Parts) -> dict[str, Any]:
    """Go back to the weights that serve without anything learned."""
    name = discard(parts.settings.models_dir / FOLDER_NAME)
    now = without_learning(parts)
    said = f"{name} is out of use" if name else "nothing learned was in use"
    return {"discarded": name, "weights": dict(now.weights), "summary": f"{said}; {now.reason}"}


def _in_use(parts: Parts, folder: Path, show: Callable[[str], None]) -> Ranker:
    try:
        return parts.ranker
    except RankerError as error:
        # Damaged: it can rank nothing any more, so nothing is lost by replacing it.
        show(error.message)
        discard(folder)
        return without_learning(parts)


def _labelled(questions: Path | None) -> tuple[Labelled, ...]:
    rows = read_rows(questions, AnswerRow) if questions is not None else ()
    return tuple(
        Labelled(text="\n".join([*row.turns, row.text]), relevant=row.relevant)
        for row in rows
        if row.answerable and any(row.relevant.values())
    )
