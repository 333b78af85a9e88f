"""Trained models: readable, unchanged since they were trained, and of this version's format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from analytics.customers.churn import NAME as CHURN
from analytics.learning.registry import list_versions as list_models
from analytics.learning.registry import load_model
from assistant.answering.confidence import SHIPPED as SHIPPED_CONFIDENCE
from assistant.answering.confidence import load_calibration
from assistant.answering.selection import FILE_NAME as SPANS_FILE
from assistant.answering.selection import SHIPPED as SHIPPED_SPANS
from assistant.answering.selection import load_span_model
from assistant.errors import NotBuiltError
from assistant.routing.examples import read_own_examples
from assistant.routing.registry import FOLDER_NAME as ROUTER
from assistant.routing.registry import load_router
from assistant.upkeep.findings import Finding, ok, warning
from knowledge_base.adaptation.question_encoder import FOLDER_NAME as ENCODER
from knowledge_base.adaptation.question_encoder import list_versions as list_adapted
from knowledge_base.adaptation.question_encoder import load_question_encoder
from knowledge_base.config import DEFAULT_ENCODER
from knowledge_base.ports import Encoder
from knowledge_base.ranker import FOLDER_NAME as RANKER
from knowledge_base.ranker import choose_ranker, list_versions

CONFIDENCE_FILE: Final = "confidence.json"


def check_router(models: Path, encoder: Encoder) -> Iterator[Finding]:
    """Read the live router and compare every file of it with its hash."""
    try:
        router = load_router(models / ROUTER, encoder)
    except NotBuiltError as error:
        yield warning(
            "router", error.message, "The next start trains it from the shipped examples."
        )
        return
    yield ok("router", f"Trained with {router.encoder.name}; every file has its hash.")


def check_examples(folder: Path) -> Iterator[Finding]:
    """Read the operator's own examples of routes."""
    yield ok("routing examples", f"{len(read_own_examples(folder)):,} of yours.")


def check_ranker(models: Path, encoder: Encoder, encoder_setting: str) -> Iterator[Finding]:
    """Read the weights in use and every version kept."""
    folder = models / RANKER
    is_built_in = encoder_setting == DEFAULT_ENCODER
    ranker = choose_ranker(folder, encoder.name, is_built_in=is_built_in)
    yield ok("ranker", f"{ranker.reason}; {len(list_versions(folder))} versions kept.")


def check_adapted(models: Path, encoder: Encoder) -> Iterator[Finding]:
    """Read the adapted question side, its weights included."""
    folder = models / ENCODER
    loaded, kept = load_question_encoder(folder, encoder), list_adapted(folder)
    live = [each for each in kept if each.is_live]
    if live and loaded is encoder:
        yield warning(
            "question encoder",
            f"Version {live[0].version} was adapted to {live[0].base}, not to {encoder.name}.",
            "Run `deskwise train encoder`; until then questions are read as they come.",
        )
    elif live:
        yield ok("question encoder", f"Version {live[0].version}; its weights have their hash.")
    else:
        yield ok("question encoder", "Not adapted; questions are read as they come.")


def check_confidence(models: Path) -> Iterator[Finding]:
    """Read the calibration in use."""
    own = models / CONFIDENCE_FILE
    calibration = load_calibration(own if own.is_file() else SHIPPED_CONFIDENCE)
    whose = "yours" if own.is_file() else "shipped"
    yield ok("confidence", f"The {whose} calibration: {calibration.provenance}.")


def check_spans(models: Path) -> Iterator[Finding]:
    """Read the model of what is quoted."""
    own = models / SPANS_FILE
    load_span_model(own if own.is_file() else SHIPPED_SPANS)
    yield ok("spans", "Yours." if own.is_file() else "The shipped model.")


def check_churn(models: Path) -> Iterator[Finding]:
    """Read the churn model in use, after its hashes, types and libraries were checked."""
    versions = list_models(models, CHURN)
    if not any(each.in_use for each in versions):
        yield warning(
            "churn",
            "No model of churn risk is in use.",
            "Run `deskwise train churn` if you want one.",
        )
        return
    loaded = load_model(models, CHURN)
    yield ok("churn", f"Version {loaded.manifest.version}; its file has its hash.")
