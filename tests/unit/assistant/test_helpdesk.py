"""The helpdesk skill over a small library: two problems, abstentions, rival articles."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from assistant.messages import load_messages
from assistant.model import Abstention, Answered, Asker, Conversation
from assistant.skills.helpdesk import HelpdeskSkill
from knowledge_base.model import Document, DocumentHit, Hit, Passage
from knowledge_base.text import matched_words
from tests.unit.assistant.fakes import START

ASKER = Asker(user_id="ann")
TALK = Conversation(conversation_id="c", user_id="ann", title="", started_at=START)

SCANNER = Document(
    document_id="kb/scanner.md",
    title="The scanner mails nothing",
    text="# The scanner mails nothing\n\n## Resolution\n\n1. Lift the scanner lid.\n"
    "2. Press Send.\n",
    updated_on=date(2026, 5, 3),
)
BADGE = Document(
    document_id="kb/badge.md",
    title="The badge opens no door",
    text="# The badge opens no door\n\n## Resolution\n\n1. Hold the badge flat.\n"
    "2. Ask the guard.\n",
)
RULES = Document(
    document_id="kb/rules.md",
    title="Rules for passwords",
    text="# Rules for passwords\n\nA password expires after 90 days, wherever you use it.\n",
)
OTHER_RULES = Document(
    document_id="kb/z-rules.md",
    title="The rules for passwords",
    text="# The rules for passwords\n\nA password expires after 180 days in every office.\n",
    updated_on=date(2025, 1, 2),
)
OLD_RULES = Document(
    document_id="kb/a-old-rules.md",
    title="Rules for all passwords",
    text="# Rules for all passwords\n\nA password expires never, wherever you use passwords.\n",
    status="outdated",
)


@dataclass
class Library:
    """Finds by shared words: the share of the question's words that an article has."""

    articles: tuple[Document, ...]

    def documents(self, query: str, *, groups: Collection[str], k: int) -> tuple[DocumentHit, ...]:
        found = []
        for article in self.articles:
            words = matched_words(query, article.text)
            score = min(1.0, len(words) / 3)
            if words:
                found.append(self.hit(article, score, words))
        return tuple(sorted(found, key=lambda item: (-item.fused_score, item.document_id)))[:k]

    def document(self, document_id: str, *, groups: Collection[str]) -> Document | None:
        return next((item for item in self.articles if item.document_id == document_id), None)

    def nearness(
        self, query: str, document_id: str, *, groups: Collection[str]
    ) -> tuple[tuple[int, int, float], ...]:
        return ()

    @staticmethod
    def hit(article: Document, score: float, words: tuple[str, ...]) -> DocumentHit:
        passage = Passage(
            passage_id=f"{article.document_id}#0",
            document_id=article.document_id,
            ordinal=0,
            start=0,
            end=len(article.text),
            heading_path=(article.title,),
            text=article.text,
        )
        common: dict[str, Any] = {
            "title": article.title,
            "updated_on": article.updated_on,
            "status": article.status,
            "pool": "article",
            "fused_score": score,
            "cosine": score,
        }
        return DocumentHit(
            document_id=article.document_id,
            hits=(Hit(passage=passage, matched_terms=words, **common),),
            **common,
        )


class ByScore:
    """As sure as the first document's score."""

    def confidence(self, values: tuple[float, ...]) -> float:
        return max(0.0, min(1.0, values[0]))

    def threshold(self, max_wrong_fraction: float) -> float:
        return 0.7


def skill(*articles: Document) -> HelpdeskSkill:
    library: Any = Library(articles)
    calibration: Any = ByScore()
    return HelpdeskSkill(
        retriever=library,
        calibration=calibration,
        messages=load_messages(),
        max_wrong_fraction=0.05,
    )


def ask(text: str, *articles: Document) -> Answered | Abstention:
    outcome = skill(*articles).answer(text, asker=ASKER, conversation=TALK)
    assert isinstance(outcome, Answered | Abstention)
    return outcome


TWO = "The scanner mails nothing since Monday. Also, my badge opens no door in the morning."


def test_two_problems_get_two_answers_the_first_one_first() -> None:
    outcome = ask(TWO, SCANNER, BADGE)
    assert isinstance(outcome, Answered)
    cited = list(dict.fromkeys(item.document_id for item in outcome.citations))
    assert cited == ["kb/scanner.md", "kb/badge.md"]
    first, second = (outcome.text.index(text) for text in ("Press Send", "Hold the badge"))
    assert outcome.text.index("On “The scanner mails nothing") < first < second
    assert first < outcome.text.index("On “my badge opens no door") < second
    assert outcome.text.count("open a ticket") == 1


def test_of_two_problems_the_one_without_an_answer_is_named() -> None:
    outcome = ask(TWO, SCANNER)
    assert isinstance(outcome, Answered)
    assert {item.document_id for item in outcome.citations} == {"kb/scanner.md"}
    plain = ask("The scanner mails nothing since Monday. Also, who waters my tall plants?", SCANNER)
    assert isinstance(plain, Answered)
    assert {item.document_id for item in plain.citations} == {"kb/scanner.md"}


def test_two_parts_about_one_article_are_one_problem() -> None:
    outcome = ask("The scanner mails nothing. Also the scanner lid mails nothing at all.", SCANNER)
    assert isinstance(outcome, Answered)
    assert "On “" not in outcome.text


def test_an_abstention_names_what_no_near_article_mentions() -> None:
    outcome = ask("scanner drops my Holograms overnight", SCANNER, BADGE)
    assert isinstance(outcome, Abstention)
    assert outcome.reason == "terms_not_covered"
    assert "“Holograms”" in outcome.text
    assert [item.document_id for item in outcome.nearest] == ["kb/scanner.md"]


def test_nothing_near_names_nothing() -> None:
    outcome = ask("who waters the tall plants", SCANNER)
    assert isinstance(outcome, Abstention)
    assert (outcome.reason, outcome.nearest) == ("nothing_near", ())


def test_articles_that_disagree_are_both_shown() -> None:
    outcome = ask("when does a password expire in days", RULES, OTHER_RULES)
    assert isinstance(outcome, Answered)
    assert "90 days" in outcome.text
    assert "“The rules for passwords”, updated 2 January 2025, says 180 days" in outcome.text


def test_an_outdated_article_does_not_come_before_a_current_one() -> None:
    outcome = ask("when does a password expire wherever I am", OLD_RULES, RULES)
    assert isinstance(outcome, Answered)
    assert outcome.citations[0].document_id == "kb/rules.md"
