"""Hundreds of hostile inputs at every route by every kind of person: nothing breaks, nothing gets
out, nothing is taken for what it is not.
"""

from __future__ import annotations

import csv
import io
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from analytics.describe.export import exported
from tests.integration.web import fake_content
from tests.integration.web.hostile import (
    EVERYBODY,
    all_texts,
    attempts,
    complaints,
    load_corpus,
    n_inputs,
    operations,
)
from tests.integration.web.whole import Whole, run_apart, send


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """A thousand refusals need not be written down."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def tried(whole: Whole, *, thorough: bool) -> tuple[Counter[str], dict[str, str]]:
    """Send everything; return how many requests each kind of person sent, and what was wrong."""
    sent: Counter[str] = Counter()
    wrong: dict[str, str] = {}

    async def run() -> None:
        for attempt in attempts(whole, load_corpus(), thorough=thorough):
            headers = whole.headers(attempt.who) | dict(attempt.headers)
            answer = await send(
                whole.app, attempt.method, attempt.target, headers=headers, body=attempt.body
            )
            sent[attempt.who] += 1
            for complaint in complaints(attempt, answer, whole):
                place = f"{attempt.method} {attempt.target[:60]}"
                wrong[f"{complaint}: {attempt.name} by {attempt.who} at {place}"] = answer.text[
                    :200
                ]

    run_apart(run())
    return sent, wrong


def test_no_hostile_input_breaks_anything_or_gets_anything_out(whole: Whole) -> None:
    corpus = load_corpus()
    sent, wrong = tried(whole, thorough=False)

    assert wrong == {}
    assert n_inputs(corpus) >= 300
    assert set(sent) == set(EVERYBODY)
    assert sent.total() > 900
    assert len(operations(whole)) > 40


def test_what_a_planted_article_orders_is_quoted_at_most(whole: Whole) -> None:
    me = whole.asker("employee")
    planted = [item for item in whole.assistant.articles(me) if "planted" in item.document_id]
    n_tickets = len(whole.assistant.tickets(me))
    for document in planted:
        turn = whole.assistant.ask(f"vpn {document.title}", asker=me)
        told = " ".join(item.quote for item in getattr(turn.outcome, "citations", ()))
        assert all(secret not in turn.outcome.text for secret in ("CANARY", "directors.md")), told
        for citation in getattr(turn.outcome, "citations", ()):
            read = whole.assistant.article(citation.document_id, asker=me).document
            assert read.text[citation.start : citation.end] == citation.quote

    assert len(planted) == len(load_corpus()["articles"])
    assert all(not (item.url or "").startswith("javascript") for item in planted)
    assert len(whole.assistant.tickets(me)) == n_tickets
    assert not any("CANARY" in item.text for item in planted)


def test_no_text_becomes_a_formula_of_a_spreadsheet() -> None:
    texts = [text for text in all_texts(load_corpus()) if "\ud800" not in text and text]
    texts = [text for text in texts if not any("\ud800" <= each <= "\udfff" for each in text)]
    finding = fake_content.table_finding()
    n_columns = len(finding.columns)
    rows = tuple((text, *finding.rows[0][1:n_columns]) for text in texts)
    written = exported(replace(finding, rows=rows), "csv").decode("utf-8-sig")

    read = list(csv.reader(io.StringIO(written, newline="")))
    assert len(read) == len(texts) + 1
    starts = {row[0][:1] for row in read}
    assert not starts & set("=+-@\t\r\n＝＋－＠")
