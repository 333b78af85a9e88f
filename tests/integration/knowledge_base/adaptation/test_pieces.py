"""Articles → what they would be asked by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from knowledge_base.adaptation.pieces import part_of, roughened, take_pieces
from knowledge_base.chunking import cut
from knowledge_base.config import ChunkingSettings
from knowledge_base.model import Document
from tests.integration.knowledge_base.adaptation.small import contents

CHUNKING = ChunkingSettings(max_words=20, small_words=1)


def test_symptoms_are_taken_out_and_become_questions() -> None:
    found = take_pieces(contents(3), seed=1)
    assert {piece.kind for piece in found.pieces} == {"symptom"}
    assert {piece.document_id for piece in found.pieces} == {f"kb/00{n}.md" for n in range(3)}
    for number, (document, passages) in enumerate(found.contents):
        assert document.content_hash != contents(3)[number][0].content_hash
        assert passages
        assert not any("fails" in passage.text for passage in passages)
    assert found.pieces[0].text.startswith("When you open the seen0 it fails")


def test_without_symptoms_sentences_of_one_passage_stand_in() -> None:
    text = "# Rooms\n\n" + "\n\n".join(
        f"## Part {n}\n\nEvery room number {n} has exactly one key for part {n}." for n in range(4)
    )
    document = Document(document_id="kb/rooms.md", title="Rooms", text=text, content_hash="a")
    whole = cut(document, CHUNKING)
    found = take_pieces([(document, whole)], seed=1)
    assert len(found.contents[0][1]) == len(whole) - 1
    assert [piece.kind for piece in found.pieces] == ["sentence"]
    rest = " ".join(passage.text for passage in found.contents[0][1])
    assert found.pieces[0].text not in rest


def test_an_article_of_one_passage_stays_whole_and_asks_nothing() -> None:
    document = Document(document_id="a", title="Door", text="# Door\n\nTurn the key to the left.")
    found = take_pieces([(document, cut(document, CHUNKING))], seed=1)
    assert found.pieces == () and found.contents[0][0] == document


def test_what_two_articles_say_alike_asks_for_neither() -> None:
    (first, _), *_ = contents(1)
    twin = replace(first, document_id="kb/twin.md")
    held = [(each, cut(each, CHUNKING)) for each in (first, twin)]
    assert take_pieces(held, seed=1).pieces == ()


def test_a_document_is_always_in_the_same_part_and_most_are_for_training() -> None:
    names = [f"kb/{number}.md" for number in range(2_000)]
    parts = [part_of(name, 7) for name in names]
    assert parts == [part_of(name, 7) for name in names]
    assert 0.75 < parts.count("train") / len(parts) < 0.85
    assert 0.07 < parts.count("judge") / len(parts) < 0.13
    assert parts != [part_of(name, 8) for name in names]


def test_a_rough_text_keeps_most_words_and_is_the_same_for_the_same_seed() -> None:
    text = "the calendar does not show meetings that somebody else has moved to Friday"
    told = roughened(text, np.random.default_rng(3))
    assert told == roughened(text, np.random.default_rng(3)) != text
    assert len(set(told.split()) & set(text.split())) >= 5
    assert roughened("a b", np.random.default_rng(3)) == "a b"
