"""Would what a document is, beside what it says, rank better? Features that are not legs.

    python -m tests.evals.document_features --set QUESTIONS INDEX [--set …] [--out FILE]

The first fifty documents of each question are ranked again by the fused score plus a small weight
times a feature in 0..1: how new the document is among all dated ones, whether somebody verified it,
whether its best passage stands in a section that is no aside (references, more information), how
much of the question is in its folders, tags and products.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from assistant.answering.sections import role_of
from knowledge_base import ranking
from knowledge_base.config import EncoderSettings, RetrievalSettings
from knowledge_base.encoders import load_encoder
from knowledge_base.glossary import Glossary, general_senses
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.learning_to_rank import mean_interval, ranking_measures
from knowledge_base.model import EVERYONE, Document, DocumentHit
from knowledge_base.retrieve import Retriever
from knowledge_base.text import terms
from tests.evals.example_sets import SEED, QuestionSet, add_set_option, read_sets

DEPTH = 50
WEIGHTS = (0.01, 0.03, 0.1)
NEWEST, OLDEST = date(2026, 6, 30), date(2016, 6, 30)
FEATURES = ("fresh", "verified", "no aside", "product")


def features_of(text: str, hit: DocumentHit, document: Document) -> list[float]:
    age = (hit.updated_on - OLDEST).days / (NEWEST - OLDEST).days if hit.updated_on else 0.5
    place = re.sub(r"[^A-Za-z0-9]+", " ", document.document_id.rsplit("/", 1)[0])
    about = set(terms(" ".join([place, *document.tags, *document.applies_to])))
    asked = set(terms(text))
    return [
        float(np.clip(age, 0, 1)),
        float(document.verified_by is not None),
        float(role_of(hit.hits[0].passage.heading_path) != "aside"),
        len(asked & about) / max(1, len(asked)),
    ]


def rows_of(each: QuestionSet) -> list[dict]:
    glossary = Glossary(general=general_senses())
    retriever = Retriever(
        SnapshotFolder(each.index),
        load_encoder(EncoderSettings(threads=1)),
        RetrievalSettings(),
        glossary=lambda: glossary,
    )
    # Measured without what is in use because of these figures.
    ranking.ASIDE_COST = 0.0
    rows = []
    for question in each.questions:
        hits = retriever.documents(question.text, groups=(EVERYONE,), k=DEPTH)
        documents = [retriever.document(hit.document_id, groups=(EVERYONE,)) for hit in hits]
        rows.append(
            {
                "scores": np.asarray([hit.fused_score for hit in hits]),
                "grades": [question.relevant.get(hit.document_id, 0) for hit in hits],
                "ideal": sorted((g for g in question.relevant.values() if g), reverse=True),
                "features": np.asarray(
                    [
                        features_of(question.text, hit, document)
                        for hit, document in zip(hits, documents, strict=True)
                        if document is not None
                    ]
                ).reshape(-1, len(FEATURES)),
            }
        )
    return rows


def judged(rows: Sequence[Mapping], column: int, weight: float) -> np.ndarray:
    values = []
    for row in rows:
        scores = row["scores"] + weight * row["features"][:, column]
        order = np.lexsort((np.arange(len(scores)), -scores))
        values.append(ranking_measures([row["grades"][place] for place in order], row["ideal"])[0])
    return np.asarray(values)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_set_option(parser)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(arguments)
    result: dict = {"command": "python -m tests.evals.document_features", "sets": {}}
    for each in read_sets(given.sets, given.most):
        rows = rows_of(each)
        before = judged(rows, 0, 0.0)
        own: dict = {"n": len(rows), "ndcg@10": round(float(before.mean()), 4), "change": {}}
        for column, name in enumerate(FEATURES):
            for weight in WEIGHTS:
                mean, ends = mean_interval(judged(rows, column, weight) - before, seed=SEED)
                own["change"][f"{name}, {weight}"] = {
                    "ndcg@10": round(mean, 4),
                    "ci95": [round(end, 4) for end in ends],
                }
        result["sets"][each.name] = own
        print(each.name, json.dumps(own, indent=1))
    if given.out is not None:
        given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
