"""`deskwise train ranker`, and its lines in `deskwise models`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from assistant.bootstrap import Parts
from assistant.evaluation.files import AnswerRow, read_rows
from knowledge_base.adaptation.ranker_training import Plan, Setting, Sources, learn_ranker
from knowledge_base.config import DEFAULT_ENCODER
from knowledge_base.errors import RankerError
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.learning_to_rank import Labelled
from knowledge_base.ranker import (
    FOLDER_NAME,
    Ranker,
    RankerVersion,
    default_ranker,
    discard,
    list_versions,
    save_version,
    with_weights,
)
from knowledge_base.retrieve import Retriever

RANKER = "ranker"


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
        "summary": f"{word} {version.version} ({version.reason}): {_told(version)}",
    }


def discard_ranker(parts: Parts) -> dict[str, Any]:
    """Go back to the weights that serve without anything learned."""
    name = discard(parts.settings.models_dir / FOLDER_NAME)
    now = without_learning(parts)
    said = f"{name} is out of use" if name else "nothing learned was in use"
    return {"discarded": name, "weights": dict(now.weights), "summary": f"{said}; {now.reason}"}


def ranker_rows(parts: Parts) -> list[dict[str, Any]]:
    """Return what `deskwise models` lists of the weights of the legs."""
    used = parts.ranker
    rows = [
        {
            "name": RANKER,
            "version": used.source,
            "in_use": True,
            "scores": ", ".join(f"{leg} {weight:.2f}" for leg, weight in used.weights.items()),
            "trained_on": used.reason,
        }
    ]
    if used.source == "learned":
        rows = []
    for version in list_versions(parts.settings.models_dir / FOLDER_NAME):
        lessons = ", ".join(f"{n:,} {kind}" for kind, n in version.settings["n_lessons"].items())
        rows.append(
            {
                "name": RANKER,
                "version": version.version,
                "in_use": used.source == "learned" and version.version == used.version,
                "scores": f"{_told(version)}; {version.reason}",
                "trained_on": f"{lessons} from articles {version.corpus_digest[:12]}, "
                f"{version.encoder}",
            }
        )
    return rows


def _in_use(parts: Parts, folder: Path, show: Callable[[str], None]) -> Ranker:
    try:
        return parts.ranker
    except RankerError as error:
        # Damaged: it can rank nothing any more, so nothing is lost by replacing it.
        show(error.message)
        discard(folder)
        return without_learning(parts)


def without_learning(parts: Parts) -> Ranker:
    """Return the weights as if nothing had been learned here."""
    is_built_in = parts.knowledge_settings.encoder.name == DEFAULT_ENCODER
    return default_ranker(parts.plain_encoder.name, is_built_in=is_built_in)


def _labelled(questions: Path | None) -> tuple[Labelled, ...]:
    rows = read_rows(questions, AnswerRow) if questions is not None else ()
    return tuple(
        Labelled(text="\n".join([*row.turns, row.text]), relevant=row.relevant)
        for row in rows
        if row.answerable and any(row.relevant.values())
    )


def _told(version: RankerVersion) -> str:
    figure: Mapping[str, Any] = version.figures["in_use"]
    low, high = figure["ci95"]
    return (
        f"held-out nDCG@10 {figure['before']['ndcg@10']:.3f} → {figure['after']['ndcg@10']:.3f} "
        f"[{low:+.3f}, {high:+.3f}], n = {figure['n_documents']:,} articles"
    )
