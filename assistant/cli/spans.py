"""`deskwise train spans`: what of an article is quoted, fitted on questions with evidence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from assistant.answering.fit_spans import fit_span_model
from assistant.answering.selection import FILE_NAME, save_span_model
from assistant.bootstrap import Parts
from assistant.evaluation.files import AnswerRow, EvidenceRow, join_evidence, read_rows
from assistant.evaluation.index import open_evaluation_index
from assistant.evaluation.spans import label_articles
from knowledge_base.model import EVERYONE

SPANS = "spans"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledFiles:
    """Labelled questions, the corpus they are asked of, and where the result goes."""

    questions: Path | None
    evidence: Path | None
    corpus: tuple[Path, ...]
    index: Path | None
    out: Path | None


def train_spans(parts: Parts, labelled: LabelledFiles) -> dict[str, Any]:
    """Fit the choice of quoted spans and keep it in this home or in a file.

    Raises
    ------
    UsageError
        When a file is not given.
    EvaluationError
        When a file is malformed, or there are too few questions with evidence.
    """
    if labelled.questions is None or labelled.evidence is None or not labelled.corpus:
        raise click.UsageError("train spans needs --questions, --evidence and --corpus.")
    rows = join_evidence(
        read_rows(labelled.questions, AnswerRow), read_rows(labelled.evidence, EvidenceRow)
    )
    with open_evaluation_index(
        labelled.corpus, labelled.index, parts.encoder, parts.search_settings
    ) as opened:
        articles = label_articles(
            rows,
            opened.retriever,
            lambda document_id: opened.retriever.document(document_id, groups=(EVERYONE,)),
        )
    n_units = sum(len(item.rows) for item in articles)
    model = fit_span_model(
        articles,
        provenance=f"{labelled.evidence.name}: {len(articles)} articles of questions with "
        f"evidence, {n_units} units, {parts.encoder.name}",
    )
    target = labelled.out or parts.settings.models_dir / FILE_NAME
    save_span_model(model, target)
    return {
        "file": str(target),
        "n": len(articles),
        "n_units": n_units,
        "summary": f"fitted on {len(articles)} articles, {n_units} units, into {target}",
    }
