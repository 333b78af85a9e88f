"""Questions with evidence → the units of their articles, labelled for fitting."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.features import Nearness, unit_features
from assistant.answering.fit_spans import LabelledArticle
from assistant.answering.sections import read_sections
from assistant.evaluation.evidence import DocumentOf, gold_shares
from assistant.evaluation.files import AnswerRow
from assistant.skills.helpdesk import readings
from knowledge_base.blocks import parse_blocks
from knowledge_base.model import EVERYONE
from knowledge_base.retrieve import Retriever


def label_articles(
    rows: Sequence[AnswerRow], retriever: Retriever, document_of: DocumentOf
) -> list[LabelledArticle]:
    """Return every document with evidence of every question, its units with their gold shares.

    Rows without evidence, and documents that the corpus lacks, are left out.
    """
    labelled = []
    for row in rows:
        query = readings(row.text, list(row.turns))[-1]
        for document_id, quotes in (row.evidence or {}).items():
            document = document_of(document_id)
            if document is None:
                continue
            sections = read_sections(document, parse_blocks(document))
            units = [unit for section in sections for unit in section.units]
            nearness = [
                Nearness(start=start, end=end, score=score)
                for start, end, score in retriever.nearness(query, document_id, groups=(EVERYONE,))
            ]
            labelled.append(
                LabelledArticle(
                    rows=tuple(unit_features(document, sections, query, nearness)),
                    gold=tuple(
                        gold_shares(document, quotes, [(unit.start, unit.end) for unit in units])
                    ),
                    n_words=tuple(unit.n_words for unit in units),
                )
            )
    return labelled
