from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_base.index.access import may_read
from knowledge_base.index.legs import LEGS
from knowledge_base.retrieve import BM25_ONLY, DENSE_ONLY
from tests.integration.knowledge_base.conftest import Home

Article = Callable[..., str]


@pytest.fixture
def filled(home: Home, article: Article) -> Home:
    home.write(
        {
            "vpn.md": article(
                "VPN error", "Error LV-1102 means that the certificate has expired. Renew it."
            ),
            "print.md": article("Printer is silent", "The printer shows 49. Restart the printer."),
            "room.md": article("Book a room", "Open the calendar and choose a meeting room."),
            "empty-acl.md": article("Nobody reads this", "The secret printer room.", acl="[]"),
            "staff.md": article("Gateway", "Restart the VPN gateway.", acl="[it-staff]"),
            "old.md": article("Old VPN", "Install version 3.", status="outdated"),
        }
    )
    home.ingest()
    return home


def test_the_best_passage_comes_first_and_says_why(filled: Home) -> None:
    hits = filled.retriever().search("printer shows 49", groups=())
    first = hits[0]
    assert first.passage.document_id == "kb/print.md"
    assert first.title == "Printer is silent"
    assert {"printer", "shows", "49"} <= set(first.matched_terms)
    assert {leg.leg for leg in first.legs} <= set(LEGS)
    assert all(leg.rank >= 1 for leg in first.legs)
    scores = [hit.fused_score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1.000001 for score in scores)


def test_a_code_is_found_to_the_letter(filled: Home) -> None:
    retriever = filled.retriever()
    for query in ("lv1102", "what is LV-1102?"):
        hits = retriever.search(query, groups=(), legs=("exact",))
        assert [hit.passage.document_id for hit in hits] == ["kb/vpn.md"]
    assert retriever.search("0x80070005", groups=(), legs=("exact",)) == ()


def test_an_offset_of_a_hit_fits_the_document_as_indexed(filled: Home) -> None:
    retriever = filled.retriever()
    for hit in retriever.search("restart vpn room printer", groups=("it-staff",), k=50):
        document = retriever.document(hit.passage.document_id, groups=("it-staff",))
        assert document is not None
        stretch = document.text[hit.passage.start : hit.passage.end]
        assert set(hit.passage.text.split()) <= set(stretch.split())
        assert hit.passage in retriever.passages(document.document_id, groups=("it-staff",))


def test_documents_come_once_each_with_their_best_passages(filled: Home) -> None:
    found = filled.retriever().documents("vpn error", groups=("it-staff",), k=3)
    ids = [each.document_id for each in found]
    assert ids[0] == "kb/vpn.md"
    assert len(ids) == len(set(ids)) == 3
    for each in found:
        assert each.hits
        assert {hit.passage.document_id for hit in each.hits} == {each.document_id}
        assert each.cosine >= max(hit.cosine for hit in each.hits)


def test_nearness_is_the_cosine_of_every_passage_of_a_document(filled: Home) -> None:
    retriever = filled.retriever()
    (best,) = retriever.search("vpn error", groups=("it-staff",), k=1, legs=("dense",))
    name = best.passage.document_id
    near = retriever.nearness("vpn error", name, groups=("it-staff",))
    passages = retriever.passages(name, groups=("it-staff",))
    assert [(start, end) for start, end, _ in near] == [(p.start, p.end) for p in passages]
    assert max(cosine for _, _, cosine in near) == pytest.approx(best.cosine, abs=1e-5)
    assert retriever.nearness("vpn error", "no such", groups=("it-staff",)) == ()


def test_outdated_articles_say_so(filled: Home) -> None:
    hits = filled.retriever().search("old vpn version 3", groups=())
    assert {hit.passage.document_id: hit.status for hit in hits}["kb/old.md"] == "outdated"


@pytest.mark.parametrize("query", ["", "  \n"])
def test_an_empty_query_finds_nothing(filled: Home, query: str) -> None:
    assert filled.retriever().search(query, groups=()) == ()
    assert filled.retriever().documents(query, groups=()) == ()


def test_unknown_legs_are_refused(filled: Home) -> None:
    with pytest.raises(ValueError, match="unknown leg 'magic'"):
        filled.retriever().search("x", groups=(), legs=("magic",))


def test_the_same_query_gives_the_same_hits(filled: Home) -> None:
    one = filled.retriever().search("vpn printer room", groups=("it-staff",))
    assert filled.retriever().search("vpn printer room", groups=("it-staff",)) == one


GROUPS = st.sets(st.sampled_from(["everyone", "it-staff", "hr", "finance"]), max_size=3)


@given(
    lists=st.lists(GROUPS, min_size=1, max_size=8),
    asker=GROUPS,
    words=st.lists(st.sampled_from(["vpn", "printer", "room", "secret"]), min_size=1, max_size=3),
    legs=st.one_of(
        st.none(),
        st.just(BM25_ONLY),
        st.just(DENSE_ONLY),
        st.sets(st.sampled_from(LEGS)).map(tuple),
    ),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_forbidden_is_ever_returned(
    tmp_path_factory: pytest.TempPathFactory,
    article: Article,
    lists: list[set[str]],
    asker: set[str],
    words: list[str],
    legs: tuple[str, ...] | None,
) -> None:
    home = Home(tmp_path_factory.mktemp("acl"))
    home.write(
        {
            f"{n}.md": article(
                f"Secret {n}", "The vpn printer room.", acl=f"[{', '.join(sorted(acl))}]"
            )
            for n, acl in enumerate(lists)
        }
    )
    home.ingest()
    retriever = home.retriever()
    readable = {f"kb/{n}.md" for n, acl in enumerate(lists) if "everyone" in acl or acl & asker}
    query = " ".join(words)
    found = retriever.search(query, groups=asker, k=100, legs=legs)
    assert {hit.passage.document_id for hit in found} <= readable
    ranked = retriever.documents(query, groups=asker, k=100, legs=legs)
    assert {each.document_id for each in ranked} <= readable
    if legs is None:
        assert {each.document_id for each in ranked} == readable
    for n in range(len(lists)):
        is_readable = f"kb/{n}.md" in readable
        assert (retriever.document(f"kb/{n}.md", groups=asker) is not None) == is_readable
        assert bool(retriever.passages(f"kb/{n}.md", groups=asker)) == is_readable


def test_an_empty_list_admits_nobody_and_everyone_admits_all() -> None:
    assert not may_read((), ("it-staff", "everyone"))
    assert may_read(("everyone",), ())
    assert not may_read(("it-staff",), ("hr",))


def test_what_was_replaced_is_never_above_its_successor(home: Home, article: Article) -> None:
    home.write(
        {
            "old.md": article(
                "Set up the tunnel client",
                "Install the tunnel client from drive T and enter the group name.",
                status="outdated",
                superseded_by="middle",
            ),
            "middle.md": article(
                "Tunnel, second edition",
                "Install the tunnel client from the shelf.",
                status="outdated",
                superseded_by="new.md",
            ),
            "new.md": article("Remote access", "Open the shelf and install the tunnel."),
            "alone.md": article(
                "Tunnel drive", "The tunnel drive T is outdated.", status="outdated"
            ),
            "secret.md": article("Tunnel plans", "The tunnel of the future.", acl="[board]"),
            "older.md": article(
                "Tunnel plans of last year",
                "The tunnel of the past is 900 m long.",
                status="outdated",
                superseded_by="secret",
            ),
        }
    )
    home.ingest()
    retriever = home.retriever()
    hits = retriever.documents("set up the tunnel client group name", groups=())
    names = [hit.document_id for hit in hits]
    assert names.index("kb/new.md") < names.index("kb/old.md")
    assert names.index("kb/new.md") < names.index("kb/middle.md")
    scores = [hit.fused_score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    # One that the asker may not read moves nothing and is not told.
    past = retriever.documents("tunnel of the past 900 m", groups=())
    assert past[0].document_id == "kb/older.md"
    assert "kb/secret.md" not in [hit.document_id for hit in past]
    assert retriever.documents("tunnel of the past 900 m", groups=(), k=0) == ()


def test_candidates_tell_what_each_leg_says(filled: Home) -> None:
    retriever = filled.retriever()
    found = retriever.candidates("restart the printer 49", groups=("everyone",))
    assert "kb/staff.md" not in found.document_ids
    assert set(found.shares) <= set(LEGS)
    assert all(len(shares) == len(found.document_ids) for shares in found.shares.values())
    ranked = retriever.documents("restart the printer 49", groups=("everyone",))
    best = max(range(len(found.scores)), key=lambda place: float(found.scores[place]))
    assert found.document_ids[best] == ranked[0].document_id
    assert retriever.candidates("  ", groups=()).document_ids == ()


def test_words_under_references_count_a_little_less(home: Home, article: Article) -> None:
    told = "The coffee tray of the machine blinks red and has to be emptied by hand every evening."
    home.write(
        {
            # Alike but for the heading; the one of the lower id would win the tie.
            "a.md": article("Machine", f"## References\n\n{told}"),
            "b.md": article("Machine", f"## Resolution\n\n{told}"),
        }
    )
    home.ingest()
    retriever = home.retriever()
    hits = retriever.documents("coffee tray blinks red", groups=())
    assert [(hit.document_id, hit.is_aside) for hit in hits] == [
        ("kb/b.md", False),
        ("kb/a.md", True),
    ]
    # A baseline is what its leg says, nothing else.
    plain = retriever.documents("coffee tray blinks red", groups=(), legs=BM25_ONLY)
    assert [hit.document_id for hit in plain] == ["kb/a.md", "kb/b.md"]
