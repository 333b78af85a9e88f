"""Tickets read as people write, and say what their category, fix and article say."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import numpy as np
import pytest

from analytics.demo.services import SERVICES
from analytics.demo.ticket_texts import (
    DOCK_POSITION,
    SPAM_POSITION,
    TOPICS,
    Subjects,
    outage_position,
    write_texts,
)
from analytics.demo.topic import Topic, fitting
from analytics.schema import PRODUCT_CATEGORIES, TEAMS, TICKET_CATEGORIES
from tests.unit.analytics.demo.conftest import Demo

SLOTS = {
    "product", "order", "amount", "site", "room", "app", "drive", "code", "asset", "colleague",
    "days", "service",
}  # fmt: skip
ARTICLES = Path(__file__).parents[4] / "knowledge_base" / "content" / "articles"


def test_there_is_variety() -> None:
    assert len({topic.subcategory for topic in TOPICS}) >= 12
    for topic in TOPICS:
        assert len(set(topic.descriptions)) == len(topic.descriptions) >= 6, topic.subcategory
        assert topic.subjects
        assert topic.resolutions


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.subjects[0])
def test_a_topic_is_well_formed(topic: Topic) -> None:
    assert topic.category in TICKET_CATEGORIES
    assert topic.team in TEAMS
    assert set(topic.products) <= set(PRODUCT_CATEGORIES)
    assert topic.urgency in range(4)
    for text in (*topic.subjects, *topic.descriptions, *topic.resolutions):
        assert {slot for _, slot, _, _ in Formatter().parse(text) if slot} <= SLOTS
        assert "incident" not in text or topic.subcategory == "outage"
    for choices, fits in (
        (topic.subjects, topic.subject_fits),
        (topic.resolutions, topic.resolution_fits),
        (topic.articles, topic.article_fits),
    ):
        if fits:
            assert len(fits.split()) == len(topic.descriptions)
            used = {
                choice
                for number in range(len(topic.descriptions))
                for choice in fitting(choices, fits, number)
            }
            assert used == set(choices), "every choice goes with some description"


def test_an_outage_topic_is_found_for_every_service() -> None:
    for service in SERVICES:
        assert TOPICS[outage_position(service.name)].subcategory == "outage"
    assert TOPICS[outage_position("LarkVPN")].category == "network"
    assert TOPICS[DOCK_POSITION].subcategory == "docking station"


def test_articles_of_tickets_are_articles_of_the_knowledge_base() -> None:
    written = {file.stem for file in ARTICLES.rglob("*.md")}
    if not written:
        pytest.skip(f"no articles at {ARTICLES}")
    assert {slug for topic in TOPICS for slug in topic.articles} <= written


def _about(n_tickets: int, topic: int) -> Subjects:
    words = np.full(n_tickets, "Dock Duo", dtype=object)
    return Subjects(
        topic=np.full(n_tickets, topic),
        employee=np.ones(n_tickets, dtype=np.bool_),
        order=np.full(n_tickets, -1),
        product=words,
        service=words,
        colleague=words,
    )


def test_texts_of_one_topic_differ_and_have_no_open_slots() -> None:
    wording = write_texts(np.random.default_rng(1), _about(400, DOCK_POSITION))
    assert len(set(wording.description)) > 200
    assert len(set(wording.subject)) > len(TOPICS[DOCK_POSITION].subjects)
    assert not any("{" in text for text in (*wording.subject, *wording.description))
    assert any(text == text.lower() for text in wording.description)
    assert {str(slug) for slug in wording.article if slug} == set(TOPICS[DOCK_POSITION].articles)


def test_no_tickets_give_no_texts() -> None:
    assert len(write_texts(np.random.default_rng(1), _about(0, SPAM_POSITION)).subject) == 0


def test_tickets_are_mostly_unique_and_filled_in(demo: Demo) -> None:
    texts = demo.ask("SELECT subject, description, resolution, is_spam FROM tickets")
    own = texts[~texts["is_spam"]]
    assert own["description"].nunique() > 0.6 * len(own)
    assert not texts["description"].str.contains(r"[{}]").any()
    assert texts["subject"].str.len().between(3, 120).all()
    assert (texts["description"].str.len() > 12).all()


def test_the_order_named_is_the_writers_own(demo: Demo) -> None:
    named = demo.ask("SELECT customer_id, description FROM tickets WHERE customer_id IS NOT NULL")
    owners = demo.ask("SELECT order_id, customer_id FROM orders").set_index("order_id")
    found = 0
    for customer, text in zip(named["customer_id"], named["description"], strict=True):
        for number in re.findall(r"order (\d+)", text):
            assert owners.loc[int(number), "customer_id"] == customer
            found += 1
    assert found > 50
