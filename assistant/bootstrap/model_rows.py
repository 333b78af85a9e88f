"""Versions of models as the command line and the operators' page list them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analytics.learning import registry
from assistant.routing.registry import FOLDER_NAME, list_routers
from knowledge_base import ranker
from knowledge_base.adaptation import question_encoder
from knowledge_base.config import DEFAULT_ENCODER
from knowledge_base.ranker import Ranker, default_ranker

if TYPE_CHECKING:
    from assistant.bootstrap.parts import Parts

ROUTER = FOLDER_NAME
CHURN = "churn"
ENCODER = "encoder"
RANKER = "ranker"
CONFIDENCE = "confidence"


def model_rows(parts: Parts) -> list[dict[str, Any]]:
    """Return name, version, whether it is in use, scores and provenance of every version."""
    rows = [
        {
            "name": ROUTER,
            "version": item.version,
            "in_use": item.is_live,
            "scores": f"{item.scores.n_held_out_right} of {item.scores.n_held_out} held out right",
            "trained_on": f"examples {item.examples_sha256[:12]}, {item.encoder}",
        }
        for item in list_routers(parts.settings.models_dir / ROUTER)
    ]
    for version in registry.list_versions(parts.settings.models_dir, CHURN):
        manifest = version.manifest
        rows.append(
            {
                "name": CHURN,
                "version": manifest.version,
                "in_use": version.in_use,
                "scores": ", ".join(
                    f"{name} {score['mean']:.3f}" for name, score in manifest.scores.items()
                ),
                "trained_on": manifest.data_definition,
            }
        )
    rows.append(
        {
            "name": CONFIDENCE,
            "version": "shipped" if not parts.own_calibration.is_file() else "own",
            "in_use": True,
            "scores": f"answers from {parts.helpdesk_threshold:.2f} on",
            "trained_on": parts.calibration.provenance,
        }
    )
    return rows + encoder_rows(parts) + ranker_rows(parts)


def encoder_rows(parts: Parts) -> list[dict[str, Any]]:
    """Return what `deskwise models` lists of the question side."""
    return [
        {
            "name": ENCODER,
            "version": version.version,
            "in_use": version.is_live and version.base == parts.plain_encoder.name,
            "scores": f"{told_encoder(version)}; {version.reason}",
            "trained_on": f"{version.settings['n_trained_on']:,} questions from articles "
            f"{version.corpus_digest[:12]}, {version.base}",
        }
        for version in question_encoder.list_versions(
            parts.settings.models_dir / question_encoder.FOLDER_NAME
        )
    ]


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
    for version in ranker.list_versions(parts.settings.models_dir / ranker.FOLDER_NAME):
        lessons = ", ".join(f"{n:,} {kind}" for kind, n in version.settings["n_lessons"].items())
        rows.append(
            {
                "name": RANKER,
                "version": version.version,
                "in_use": used.source == "learned" and version.version == used.version,
                "scores": f"{told_ranker(version)}; {version.reason}",
                "trained_on": f"{lessons} from articles {version.corpus_digest[:12]}, "
                f"{version.encoder}",
            }
        )
    return rows


def without_learning(parts: Parts) -> Ranker:
    """Return the weights as if nothing had been learned here."""
    is_built_in = parts.knowledge_settings.encoder.name == DEFAULT_ENCODER
    return default_ranker(parts.plain_encoder.name, is_built_in=is_built_in)


def told_encoder(version: question_encoder.AdaptedVersion) -> str:
    """Return what a question encoder measured, in words."""
    return "; ".join(_figure(name, version.figures[name]) for name in ("fused", "dense"))


def told_ranker(version: ranker.RankerVersion) -> str:
    """Return what learned weights measured, in words."""
    figure: Mapping[str, Any] = version.figures["in_use"]
    low, high = figure["ci95"]
    return (
        f"held-out nDCG@10 {figure['before']['ndcg@10']:.3f} → {figure['after']['ndcg@10']:.3f} "
        f"[{low:+.3f}, {high:+.3f}], n = {figure['n_documents']:,} articles"
    )


def _figure(name: str, figure: Mapping[str, Any]) -> str:
    low, high = figure["ci95"]
    word = {"fused": "all legs", "dense": "vectors alone"}[name]
    return (
        f"{word} nDCG@10 {figure['before']:.3f} → {figure['after']:.3f} "
        f"[{low:+.3f}, {high:+.3f}], n = {figure['n_documents']:,}"
    )
