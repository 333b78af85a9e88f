"""`deskwise eval answers`: helpdesk questions with known documents, and ones nobody can answer."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any, Literal

import numpy as np

from assistant.evaluation.evidence import (
    DocumentOf,
    EvidenceScore,
    has_key_terms,
    score_evidence,
)
from assistant.evaluation.files import AnswerRow
from assistant.evaluation.metrics import (
    Judged,
    area_under_risk_coverage,
    latency_ms,
    risk_coverage_curve,
    wilson_interval,
)
from assistant.model import Abstention, Answered, Clarification, HandedOff, Outcome
from assistant.routing.calibrate import expected_calibration_error

Verdict = Literal[
    "answered_right", "answered_wrong", "clarified", "abstained_right", "abstained_wrong"
]
VERDICTS: tuple[Verdict, ...] = (
    "answered_right",
    "answered_wrong",
    "clarified",
    "abstained_right",
    "abstained_wrong",
)

Answer = Callable[[str, Sequence[str]], Outcome]
"""A question and the turns before it, oldest first → what the product makes of it."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerResult:
    """What became of one question."""

    row: AnswerRow
    verdict: Verdict
    judged: Judged | None
    """The answer that was given, or that a lower threshold would have given; None without one."""
    evidence: EvidenceScore | None
    """Of a right answer whose question has evidence."""
    has_key_terms: bool | None
    """Of a right answer whose question has key terms."""
    duration_ms: float


def evaluate_answers(
    rows: Sequence[AnswerRow],
    answer: Answer,
    document_of: DocumentOf,
    *,
    progress: Progress = lambda done, total: None,
) -> dict[str, Any]:
    """Ask every question and compare.

    Parameters
    ----------
    rows
        Questions; their evidence is scored where they have any.
    answer
        What is judged.
    document_of
        Document id → document, for the evidence.
    progress
        Told how many questions are done, of how many.

    Returns
    -------
    dict
        n and the five verdicts; coverage, risk, false_answer_rate, aurc and ece (None where the
        denominator is 0); curve; by_slice; latency_ms; when a right answer has evidence,
        evidence_recall, evidence_precision, answer_tokens and n_quotes_not_found, and
        key_terms_found when one has key terms.

        curve, aurc and ece are over the answers given and those that abstentions name as nearest,
        by their confidence. A hand-off counts as an abstention.
    """
    results = []
    for done, row in enumerate(rows, start=1):
        results.append(ask(row, answer, document_of))
        progress(done, len(rows))
    return summarise(results)


def ask(row: AnswerRow, answer: Answer, document_of: DocumentOf) -> AnswerResult:
    """Ask one question and judge what comes of it."""
    started = time.perf_counter()
    outcome = answer(row.text, row.turns)
    duration_ms = (time.perf_counter() - started) * 1000
    verdict = judge(row, outcome)
    is_right = verdict == "answered_right"
    citations = outcome.citations if isinstance(outcome, Answered) else ()
    return AnswerResult(
        row=row,
        verdict=verdict,
        judged=_judged(row, outcome),
        evidence=(
            score_evidence(citations, row.evidence, document_of)
            if is_right and row.evidence
            else None
        ),
        has_key_terms=(
            has_key_terms(outcome.text, row.key_terms, row.key_terms_mode)
            if is_right and row.key_terms
            else None
        ),
        duration_ms=duration_ms,
    )


def judge(row: AnswerRow, outcome: Outcome) -> Verdict:
    """Return the verdict on one outcome.

    An answer is right when the document of its first citation is relevant and the question is
    answerable; an answer without citations is wrong.
    """
    match outcome:
        case Answered():
            is_right = bool(outcome.citations) and _is_right(row, outcome.citations[0].document_id)
            return "answered_right" if is_right else "answered_wrong"
        case Clarification():
            return "clarified"
        case Abstention() | HandedOff():
            return "abstained_wrong" if row.answerable else "abstained_right"


def summarise(results: Sequence[AnswerResult]) -> dict[str, Any]:
    """Return the figures of all results together and by slice."""
    by_slice: dict[str, list[AnswerResult]] = defaultdict(list)
    for result in results:
        by_slice[result.row.slice].append(result)
    judged = [result.judged for result in results if result.judged is not None]
    n_answerable = sum(result.row.answerable for result in results)
    return {
        **_counts(results),
        "ci95": _intervals(results),
        "aurc": area_under_risk_coverage(judged),
        "ece": _calibration_error(judged),
        "curve": risk_coverage_curve(judged, n_answerable=n_answerable),
        "by_slice": {name: _counts(part) for name, part in sorted(by_slice.items())},
        "latency_ms": latency_ms([result.duration_ms for result in results]),
        **_evidence(results),
    }


def _counts(results: Sequence[AnswerResult]) -> dict[str, Any]:
    counts: dict[str, int] = {
        name: sum(item.verdict == name for item in results) for name in VERDICTS
    }
    answered = [item for item in results if item.verdict.startswith("answered")]
    n_answerable = sum(item.row.answerable for item in results)
    n_covered = sum(item.row.answerable for item in answered)
    return {
        "n": len(results),
        **counts,
        "coverage": _ratio(n_covered, n_answerable),
        "risk": _ratio(counts["answered_wrong"], len(answered)),
        "false_answer_rate": _ratio(len(answered) - n_covered, len(results) - n_answerable),
    }


def _intervals(results: Sequence[AnswerResult]) -> dict[str, tuple[float, float] | None]:
    """Return the 95 % Wilson intervals of the three shares."""
    answered = [item for item in results if item.verdict.startswith("answered")]
    n_answerable = sum(item.row.answerable for item in results)
    n_covered = sum(item.row.answerable for item in answered)
    n_wrong = sum(item.verdict == "answered_wrong" for item in answered)
    return {
        "coverage": wilson_interval(n_covered, n_answerable),
        "risk": wilson_interval(n_wrong, len(answered)),
        "false_answer_rate": wilson_interval(
            len(answered) - n_covered, len(results) - n_answerable
        ),
    }


def _evidence(results: Sequence[AnswerResult]) -> dict[str, Any]:
    scores = [item.evidence for item in results if item.evidence is not None]
    terms = [item.has_key_terms for item in results if item.has_key_terms is not None]
    figures: dict[str, Any] = {}
    if scores:
        figures |= {
            "evidence_recall": fmean(score.recall for score in scores),
            "evidence_precision": fmean(score.precision for score in scores),
            "answer_tokens": median(score.n_answer_tokens for score in scores),
            "n_quotes_not_found": sum(score.n_quotes_not_found for score in scores),
        }
    if terms:
        figures["key_terms_found"] = fmean(terms)
    return figures


def _judged(row: AnswerRow, outcome: Outcome) -> Judged | None:
    match outcome:
        case Answered():
            cited = outcome.citations
        case Abstention():
            cited = outcome.nearest
        case _:
            return None
    if not cited and isinstance(outcome, Abstention):
        return None
    return Judged(
        confidence=outcome.confidence,
        is_right=bool(cited) and _is_right(row, cited[0].document_id),
        is_answerable=row.answerable,
    )


def _is_right(row: AnswerRow, document_id: str) -> bool:
    return row.answerable and row.relevant.get(document_id, 0) > 0


def _calibration_error(judged: Sequence[Judged]) -> float | None:
    if not judged:
        return None
    return expected_calibration_error(
        np.array([item.confidence for item in judged]),
        np.array([item.is_right for item in judged]),
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
