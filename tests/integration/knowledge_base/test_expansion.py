"""What a query is searched for besides its own words, over a real index."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from knowledge_base.encoders import HashEncoder
from knowledge_base.glossary import Glossary, Sense
from knowledge_base.model import Expansion
from knowledge_base.retrieve import Retriever
from tests.integration.knowledge_base.conftest import Home

BIRD = Sense(short="kf", meaning="project kingfisher")
SHELF = Sense(short="ss", meaning="software shelf")


@pytest.fixture
def files(article: Callable[..., str]) -> Mapping[str, str]:
    return {
        "shelf.md": article("Install a program", "Open Software Shelf and press install."),
        "words.md": article("Kingfisher", "The software of our project is on a shelf."),
        "bird.md": article("Plan", "Project Kingfisher closes the office.", acl="[board]"),
        "chairs.md": article("Order a chair", "Chairs are ordered from the shop."),
    }


def retriever(home: Home, files: Mapping[str, str], glossary: Glossary) -> Retriever:
    home.write(files)
    home.ingest()
    settings = home.settings.retrieval
    return Retriever(home.snapshots, HashEncoder(), settings, glossary=lambda: glossary)


def expansions(search: Retriever, query: str, *groups: str) -> tuple[Expansion, ...]:
    hits = search.documents(query, groups=("everyone", *groups))
    assert len({hit.expansions for hit in hits}) == 1
    return hits[0].expansions


def test_an_approved_short_form_finds_its_meaning_and_says_so(
    home: Home, files: Mapping[str, str]
) -> None:
    search = retriever(home, files, Glossary([SHELF]))
    plain = Retriever(home.snapshots, HashEncoder(), home.settings.retrieval)
    query = "SS press"
    assert expansions(search, query) == (
        Expansion(written="ss", meaning="software shelf", source="operator"),
    )
    assert search.documents(query, groups=("everyone",))[0].document_id == "kb/shelf.md"
    (before,) = (
        hit.fused_score
        for hit in plain.documents("SS shop", groups=("everyone",))
        if hit.document_id == "kb/shelf.md"
    )
    (after,) = (
        hit.fused_score
        for hit in search.documents("SS shop", groups=("everyone",))
        if hit.document_id == "kb/shelf.md"
    )
    assert after > before
    assert expansions(plain, query) == ()


def test_a_meaning_that_only_others_may_read_is_neither_used_nor_named(
    home: Home, files: Mapping[str, str]
) -> None:
    search = retriever(home, files, Glossary([BIRD]))
    public = {name: text for name, text in files.items() if name != "bird.md"}
    assert expansions(search, "KF office chairs") == ()
    assert [each.meaning for each in expansions(search, "KF office chairs", "board")] == [
        "project kingfisher"
    ]
    found = search.documents("KF office chairs", groups=("everyone",))
    assert {hit.document_id for hit in found} <= {f"kb/{name}" for name in public}


def test_words_that_stand_apart_are_not_the_phrase(home: Home, files: Mapping[str, str]) -> None:
    rest = {name: text for name, text in files.items() if name != "shelf.md"}
    search = retriever(home, rest, Glossary([SHELF]))
    assert expansions(search, "SS press") == ()


def test_general_senses_need_one_meaning_that_the_corpus_writes_out(
    home: Home, files: Mapping[str, str]
) -> None:
    def general(*meanings: str) -> Glossary:
        senses = [Sense(short="ss", meaning=each, source="general") for each in meanings]
        return Glossary(general=senses)

    search = retriever(home, files, general("software shelf", "social security"))
    (only,) = expansions(search, "SS press")
    assert (only.meaning, only.source) == ("software shelf", "general")
    both = retriever(home, files, general("software shelf", "shop"))
    assert expansions(both, "SS press") == ()


def test_a_rejected_definition_of_the_articles_is_not_used(
    home: Home, article: Callable[..., str]
) -> None:
    text = "Shared Parts List (SPL). The shared parts list is long."
    files = {f"{n}.md": article(f"Parts {n}", text) for n in range(3)}
    (known,) = expansions(retriever(home, files, Glossary()), "SPL")
    assert (known.meaning, known.source) == ("shared parts list", "corpus")
    rejecting = Glossary(rejected=[("spl", "")])
    assert expansions(retriever(home, files, rejecting), "SPL") == ()
    other = Glossary([Sense(short="SPL", meaning="parts 1")])
    (chosen,) = expansions(retriever(home, files, other), "SPL")
    assert (chosen.meaning, chosen.source) == ("parts 1", "operator")


def test_a_spelling_that_was_guessed_is_named(home: Home, article: Callable[..., str]) -> None:
    files = {f"{n}.md": article(f"Zorkel {n}", "The zorkel is warm.") for n in range(3)}
    search = retriever(home, files, Glossary())
    assert expansions(search, "zorkle warm") == (
        Expansion(written="zorkle", meaning="zorkel", source="spelling"),
    )
