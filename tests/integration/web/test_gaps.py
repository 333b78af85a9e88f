"""Gaps in the articles and usage, over HTTP, on conversations as they are stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from fastapi.testclient import TestClient

from assistant.asked import Deflection
from assistant.gaps.clusters import groups_of, middle_of
from assistant.gaps.turns import AskedTurn, OpenedTicket
from assistant.gaps.usage import fates_of
from assistant.model import Abstention, Answered, Citation, HandedOff, Memo, Outcome, Turn
from tests.integration.web.office import Office, open_office
from tests.unit.assistant.fakes import START

GAPS = "/api/v1/gaps"
NOTHING = Abstention(text="I found nothing that answers this.", reason="low_confidence")
QUOTED = Citation(document_id="kb/a.md", title="A", start=0, end=1, quote="x", url="/a")
HELPED = Answered(text="Do this.", confidence=0.9, citations=(QUOTED,))
SCANNER = (
    "The scanner on floor 2 sends empty mails",
    "Scan to mail gives me blank pages",
    "Scanning to e-mail arrives empty",
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("gaps")) as opened:
        office = opened
        for place, (name, text) in enumerate(
            [("employee", SCANNER[0]), ("other", SCANNER[1]), ("manager", SCANNER[2])]
        ):
            stored(office, name, f"scan{place}", [(text, "helpdesk", NOTHING)])
        stored(office, "employee", "scan3", [(SCANNER[0], "helpdesk", NOTHING)])
        stored(
            office,
            "other",
            "badge",
            [
                ("My badge does not open the lab, I am Jane Zwick", "helpdesk", NOTHING),
                ("open a ticket", "desk", HandedOff(text="Ticket 1.", ticket_number=1)),
            ],
        )
        stored(office, "employee", "fine", [("How do I print?", "helpdesk", HELPED)])
        stored(office, "employee", "poem", [("Write a poem", "out_of_scope", NOTHING)])
        yield opened


def stored(
    office: Office, name: str, conversation: str, said: Sequence[tuple[str, str, Outcome]]
) -> None:
    for number, (text, route, outcome) in enumerate(said):
        turn = Turn(
            turn_id=f"{conversation}-{number}",
            conversation_id=conversation,
            text=text,
            route=route,  # type: ignore[arg-type]
            outcome=outcome,
            asked_at=office.parts.clock.now() - timedelta(days=1, minutes=-number),
        )
        office.parts.store.add_turn(turn, user_id=office.users[name].user_id)


@pytest.fixture(scope="module")
def admin(office: Office) -> TestClient:
    return office.sign_in("admin")


@pytest.fixture(scope="module")
def agent(office: Office) -> TestClient:
    return office.sign_in("agent")


def test_questions_about_one_thing_are_one_group_the_largest_first(admin: TestClient) -> None:
    found = admin.get(GAPS).json()

    assert [(gap["n_questions"], gap["n_askers"]) for gap in found["gaps"]] == [(4, 3), (1, 1)]
    assert found["n_open"] == 5
    first, second = found["gaps"]
    assert {item["text"] for item in first["questions"]} == set(SCANNER)
    assert (second["handed_over"], second["abstained"]) == (1, 0)
    assert second["nearest"] is None


def test_one_persons_question_is_not_shown_to_agents_and_names_to_nobody(
    admin: TestClient, agent: TestClient
) -> None:
    found = agent.get(GAPS).json()

    assert [gap["n_askers"] for gap in found["gaps"]] == [3]
    assert found["n_hidden"] == 1
    assert "Zwick" not in agent.get(GAPS).text + admin.get(GAPS).text
    hidden = admin.get(GAPS).json()["gaps"][1]["gap_id"]
    for call in ("owner", "check"):
        answer = agent.post(f"{GAPS}/{hidden}/{call}", json={"owner_id": "me"})
        assert answer.status_code == 404


def test_a_group_is_taken_and_given_by_those_who_may(
    office: Office, admin: TestClient, agent: TestClient
) -> None:
    gap = agent.get(GAPS).json()["gaps"][0]["gap_id"]
    owner = office.users["agent"].user_id
    taken = agent.post(f"{GAPS}/{gap}/owner", json={"owner_id": "me"}).json()
    assert taken["owner"] == {"owner_id": owner, "name": "agent"}
    other = {"owner_id": office.users["admin"].user_id}
    assert agent.post(f"{GAPS}/{gap}/owner", json=other).status_code == 403
    assert admin.post(f"{GAPS}/{gap}/owner", json={"owner_id": "nobody"}).status_code == 422

    stored(office, "manager", "scan9", [("Scans arrive empty", "helpdesk", NOTHING)])
    grown = agent.get(GAPS).json()["gaps"][0]
    assert (grown["gap_id"], grown["n_questions"], grown["owner"]) == (gap, 5, taken["owner"])
    assert admin.post(f"{GAPS}/{gap}/owner", json={"owner_id": None}).json()["owner"] is None


def test_a_group_is_asked_again_and_an_article_answers_it(
    office: Office, agent: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    gap = agent.get(GAPS).json()["gaps"][0]["gap_id"]
    before = agent.post(f"{GAPS}/{gap}/check", json={}).json()["check"]
    assert (before["n_answered"], before["n_asked"]) == (0, 5)

    asked: list[tuple[str, tuple[str, ...]]] = []

    def answer(text: str, *, asker: object, conversation: object) -> Outcome:
        asked.append((text, getattr(asker, "groups", ())))
        return HELPED if "scan" in text.lower() and "floor" not in text else NOTHING

    monkeypatch.setitem(office.parts.__dict__, "helpdesk", SimpleNamespace(answer=answer))
    after = agent.post(f"{GAPS}/{gap}/check", json={}).json()["check"]
    assert (after["n_answered"], after["n_asked"], after["is_outdated"]) == (3, 5, False)
    assert any("managers" in groups for _, groups in asked)  # each with its asker's rights


def test_usage_counts_each_question_once_and_names_nobody(admin: TestClient) -> None:
    usage = admin.get("/api/v1/usage", params={"days": 7}).json()

    assert len(usage["days"]) == 7
    routes = {item["route"]: item for item in usage["routes"]}
    assert routes["helpdesk"]["answered"] == 1
    assert routes["helpdesk"]["abstention"] == 6
    assert routes["desk"]["handed_off"] == 1
    assert usage["deflection"]["handed_over"] == 0  # its seven days are not over
    assert usage["deflection"]["too_recent"] == 7
    assert admin.get("/api/v1/usage", params={"days": 3}).status_code == 422


def asked_turn(conversation: str, day: float, text: str, **more: object) -> AskedTurn:
    given = {"route": "helpdesk", "outcome": HELPED, "vote": None} | more
    return AskedTurn(
        turn_id=f"{conversation}{day}",
        conversation_id=conversation,
        user_id=str(given.pop("user_id", "ann")),
        text=text,
        asked_at=START + timedelta(days=day),
        **given,  # type: ignore[arg-type]
    )


def by_words(texts: Sequence[str]) -> np.ndarray:  # type: ignore[type-arg]
    """Two texts are alike when they begin with the same word."""
    firsts = ["vpn", "printer", "mail"]
    return np.array([[float(text.split()[0] == word) for word in firsts] for text in texts])


@pytest.mark.parametrize(
    ("fate", "turns", "tickets"),
    [
        ("silent", [asked_turn("a", 0, "vpn drops")], []),
        ("confirmed", [asked_turn("a", 0, "vpn drops", vote="up")], []),
        ("unanswered", [asked_turn("a", 0, "vpn drops", outcome=NOTHING)], []),
        (
            "confirmed",
            [
                asked_turn("a", 0, "vpn drops"),
                asked_turn(
                    "a",
                    0.1,
                    "thanks, that worked",
                    outcome=Answered(text="Good.", confidence=1, memo=Memo(act="solved")),
                ),
            ],
            [],
        ),
        (
            "came_back",
            [asked_turn("a", 0, "vpn drops", vote="up"), asked_turn("b", 3, "vpn again")],
            [],
        ),
        ("silent", [asked_turn("a", 0, "vpn drops"), asked_turn("b", 3, "printer jams")], []),
        ("silent", [asked_turn("a", 0, "vpn drops"), asked_turn("b", 8, "vpn again")], []),
        (
            "silent",
            [asked_turn("a", 0, "vpn drops"), asked_turn("b", 3, "vpn too", user_id="bob")],
            [],
        ),
        ("came_back", [asked_turn("a", 0, "vpn drops")], [("ann", "z", 5)]),
        ("silent", [asked_turn("a", 0, "vpn drops")], [("bob", "z", 5)]),
        ("handed_over", [asked_turn("a", 0, "vpn drops")], [("ann", "a", 0.2)]),
        ("too_recent", [asked_turn("a", 18, "vpn drops", vote="up")], []),
    ],
)
def test_what_became_of_a_problem_is_told_honestly(
    fate: str, turns: list[AskedTurn], tickets: list[tuple[str, str, float]]
) -> None:
    opened = [
        OpenedTicket(
            user_id=user, conversation_id=conversation, opened_at=START + timedelta(days=day)
        )
        for user, conversation, day in tickets
    ]
    found = fates_of(turns, opened, by_words, now=START + timedelta(days=20))
    assert found[0] == fate
    assert f"n_{fate}" in Deflection.__dataclass_fields__


def test_vectors_that_point_one_way_are_a_group_with_its_middle() -> None:
    vectors = np.array([[1, 0], [0, 1], [0.98, 0.199], [0.94, 0.342]], dtype=np.float32)
    groups = groups_of(vectors)
    assert groups == ((0, 2, 3), (1,))
    assert middle_of(vectors, groups[0]) == 2
    assert groups_of(vectors[:0]) == ()
