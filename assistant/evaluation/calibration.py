"""Labelled questions → the signals that the confidence is fitted on."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.calibrate import LabelledSignals
from assistant.answering.confidence import signals
from assistant.answering.rivals import without_copies
from assistant.evaluation.files import AnswerRow
from assistant.skills.helpdesk import N_CANDIDATES, readings
from knowledge_base.model import EVERYONE
from knowledge_base.retrieve import Retriever


def label_questions(rows: Sequence[AnswerRow], retriever: Retriever) -> list[LabelledSignals]:
    """Search for every question and note whether the first document is a relevant one.

    Questions for which nothing at all is found are left out: there is nothing to be sure of.
    """
    labelled = []
    for row in rows:
        query = readings(row.text, list(row.turns))[-1]
        ranked = without_copies(retriever.documents(query, groups=(EVERYONE,), k=N_CANDIDATES))
        if not ranked:
            continue
        labelled.append(
            LabelledSignals(
                values=signals(query, ranked),
                is_right=row.relevant.get(ranked[0].document_id, 0) > 0,
                is_answerable=row.answerable,
            )
        )
    return labelled
