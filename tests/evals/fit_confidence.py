"""Fit the confidence that is shipped, and say what it is worth on sets left out.

    python -m tests.evals.fit_confidence --set QUESTIONS INDEX [--set …] [--out FILE]

A set is a file of labelled questions and the folder of an index that `deskwise eval` keeps. For
each set: coverage, risk and false answers at 5 %, AURC and calibration error when the confidence
was fitted on the others.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from assistant.answering.calibrate import LabelledSignals, fit_calibration
from assistant.answering.confidence import SHIPPED, Calibration, save_calibration
from assistant.evaluation.calibration import label_questions
from assistant.evaluation.files import AnswerRow, read_rows
from assistant.evaluation.metrics import Judged, area_under_risk_coverage
from assistant.routing.calibrate import expected_calibration_error
from knowledge_base.config import EncoderSettings, RetrievalSettings
from knowledge_base.encoders import load_encoder
from knowledge_base.glossary import Glossary, general_senses
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.retrieve import Retriever

SEED = 7
RISK = 0.05


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", dest="sets", nargs=2, action="append", required=True, type=Path)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    given = parser.parse_args(arguments)
    encoder = load_encoder(EncoderSettings())
    glossary = Glossary(general=general_senses())
    rows: dict[str, list[LabelledSignals]] = {}
    for questions, index in given.sets:
        retriever = Retriever(
            SnapshotFolder(index / "index"), encoder, RetrievalSettings(), glossary=lambda: glossary
        )
        found = label_questions(read_rows(questions, AnswerRow), retriever)
        rows[questions.stem] = [replace(row, group=questions.stem) for row in found]
    for name, own in rows.items():
        others = [row for other, held in rows.items() if other != name for row in held]
        fitted = fit_calibration(others, provenance="", seed=SEED)
        print(f"{name:18} fitted on the others: {told(own, fitted)}")
    everything = [row for held in rows.values() for row in held]
    calibration = fit_calibration(everything, provenance=provenance(rows, encoder.name), seed=SEED)
    for name, own in rows.items():
        print(f"{name:18} fitted on all:        {told(own, calibration)}")
    save_calibration(calibration, given.out)
    return 0


def told(rows: Sequence[LabelledSignals], calibration: Calibration) -> str:
    threshold = calibration.threshold(RISK)
    answered = [row for row in rows if calibration.confidence(row.values) >= threshold]
    wrong = sum(not row.is_right for row in answered)
    n_answerable = sum(row.is_answerable for row in rows)
    covered = sum(row.is_answerable for row in answered)
    sure = [calibration.confidence(row.values) for row in rows]
    judged = [
        Judged(confidence=each, is_right=row.is_right, is_answerable=row.is_answerable)
        for each, row in zip(sure, rows, strict=True)
    ]
    aurc = area_under_risk_coverage(judged)
    error = expected_calibration_error(
        np.array(sure), np.array([row.is_right for row in rows], dtype=bool)
    )
    return (
        f"n {len(rows)}, covered {covered} of {n_answerable} ({covered / n_answerable:.3f}), "
        f"wrong {wrong} of {len(answered)} ({wrong / max(1, len(answered)):.3f}), "
        f"to the unanswerable {len(answered) - covered} of {len(rows) - n_answerable}, "
        f"AURC {aurc:.3f}, ECE {error:.3f}"
    )


def provenance(rows: Mapping[str, Sequence[LabelledSignals]], encoder: str) -> str:
    counts = ", ".join(
        f"{name}: {len(held)} questions, {sum(row.is_right for row in held)} right first"
        for name, held in rows.items()
    )
    return f"{counts}; {encoder}, seed {SEED}"


if __name__ == "__main__":
    sys.exit(main())
