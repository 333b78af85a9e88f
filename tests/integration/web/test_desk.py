"""The agents' desk over HTTP: what it shows to whom, and what a change leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.config import Settings
from assistant.handoff.contract import HandOffReason
from assistant.model import Asker, DeskTicket
from tests.integration.web.conftest import BASE, OURS
from tests.integration.web.fake_desk import ARTICLE, DeskAssistant, desk_assistant
from web.app import create_app

TICKETS = "/api/v1/desk/tickets"
ANN = Asker(user_id="ann")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[DeskAssistant]:
    made = desk_assistant(tmp_path / "conversations.sqlite")
    yield made
    assert made.engine is not None
    made.engine.dispose()


@pytest.fixture
def visit(home: DeskAssistant, tmp_path: Path) -> Iterator[Callable[[str], TestClient]]:
    """Makes clients with a role, each its own visitor."""
    opened: list[TestClient] = []

    def make(role: str) -> TestClient:
        app = create_app(home, Settings(anonymous_role=role), static_dir=tmp_path)
        opened.append(TestClient(app, base_url=BASE, headers=OURS))
        return opened[-1]

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def agent(visit: Callable[[str], TestClient]) -> TestClient:
    return visit("agent")


def opened(
    home: DeskAssistant, subject: str = "VPN drops", reason: HandOffReason = "methods_failed"
) -> DeskTicket:
    return home.open_ticket(asker=ANN, conversation_id=None, subject=subject, reason=reason)


def ids(answer: object) -> list[str]:
    return [item["ticket_id"] for item in answer.json()["tickets"]]  # type: ignore[attr-defined]


def test_the_queue_has_open_tickets_of_both_kinds_most_urgent_first(
    agent: TestClient, home: DeskAssistant
) -> None:
    opened(home)
    body = agent.get(TICKETS, params={"limit": 200}).json()
    ranks = [("urgent", "high", "medium", "low", "").index(r["priority"]) for r in body["tickets"]]
    assert ranks == sorted(ranks)
    assert {item["is_here"] for item in body["tickets"]} == {True, False}
    assert all(item["is_open"] for item in body["tickets"])
    assert body["n_found"] == len(body["tickets"])
    assert sum(body["facets"]["status"].values()) == body["n_found"]


def test_filters_search_and_order_stand_in_the_address(
    agent: TestClient, home: DeskAssistant
) -> None:
    opened(home, "Projector hums")
    network = agent.get(f"{TICKETS}?team=Network&state=all&limit=200").json()
    assert {r["team"] for r in network["tickets"]} == {"Network"}
    assert set(network["facets"]["team"]) > {"Network"}
    assert ids(agent.get(f"{TICKETS}?q=proj%20hum")) == ["1000"]
    assert ids(agent.get(f"{TICKETS}?q=lf-1002&state=all")) == ["LF-1002"]
    newest = [r["opened_at"] for r in agent.get(f"{TICKETS}?sort=newest").json()["tickets"]]
    assert newest == sorted(newest, reverse=True)
    assert ids(agent.get(f"{TICKETS}?q=nowhere")) == []


def test_pages_follow_each_other_without_gap_or_repetition(agent: TestClient) -> None:
    whole = ids(agent.get(f"{TICKETS}?state=all&limit=200"))
    found: list[str] = []
    cursor = ""
    while True:
        page = agent.get(TICKETS, params={"state": "all", "limit": 7, "cursor": cursor}).json()
        found += [item["ticket_id"] for item in page["tickets"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == whole


@pytest.mark.parametrize(
    "query",
    ["cursor=abc", "cursor=WyJuZXdlc3QiLDEsIngiXQ", "limit=0", "sort=best", "state=x", "who=me"],
)
def test_what_is_wrong_in_the_address_is_refused_by_name(agent: TestClient, query: str) -> None:
    answer = agent.get(f"{TICKETS}?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"] in ("cursor_invalid", "request_invalid")


def test_a_ticket_has_its_thread_and_what_was_tried(agent: TestClient, home: DeskAssistant) -> None:
    number = opened(home).ticket_number
    body = agent.get(f"{TICKETS}/{number}").json()
    assert [entry["role"] for entry in body["entries"]] == ["requester", "assistant", "requester"]
    assert body["handoff"]["tried"][0]["step"] == 2
    assert body["handoff"]["facets"]["os"] == "windows"
    assert body["fields"]["team"] == {
        "value": "Network",
        "confidence": 0.8,
        "method": "neighbours",
    }


def test_a_reply_reaches_the_requester_and_an_internal_note_does_not(
    visit: Callable[[str], TestClient], agent: TestClient
) -> None:
    employee = visit("employee")
    number = employee.post("/api/v1/tickets", json={"subject": "VPN drops"}).json()["ticket_number"]
    path = f"{TICKETS}/{number}"
    noted = agent.post(
        f"{path}/reply", json={"text": "Looks like band 2.", "version": 0, "is_internal": True}
    )
    sent = agent.post(
        f"{path}/reply",
        json={"text": "Choose 5 GHz.", "version": noted.json()["version"], "status": "waiting"},
    )
    assert sent.status_code == 201
    own = employee.get(f"/api/v1/tickets/{number}").json()
    assert [(item["kind"], item["text"]) for item in own["replies"]] == [
        ("reply", "Choose 5 GHz."),
        ("status", "waiting"),
    ]
    assert "band 2" not in employee.get(f"/api/v1/tickets/{number}").text
    assert (own["status"], own["n_replies"]) == ("waiting", 1)
    assert own["replied_at"] is not None

    employee.post(f"/api/v1/tickets/{number}/notes", json={"text": "Still drops."})
    seen = agent.get(path).json()
    assert seen["status"] == "in_progress"
    assert [e["kind"] for e in seen["entries"]][-4:] == ["internal", "reply", "status", "note"]


def test_who_saw_an_older_state_changes_nothing(agent: TestClient, home: DeskAssistant) -> None:
    path = f"{TICKETS}/{opened(home).ticket_number}"
    assert agent.post(f"{path}/assign", json={"agent_id": "u-mara", "version": 0}).is_success
    changes = {
        "reply": {"text": "Hello"},
        "status": {"status": "solved"},
        "assign": {"agent_id": "me"},
        "fields": {"team": "Workplace"},
    }
    for action, body in changes.items():
        answer = agent.post(f"{path}/{action}", json=body | {"version": 0})
        assert (answer.status_code, answer.json()["error"]) == (409, "ticket_changed")
        assert "The last entry is by another agent" in answer.json()["message"]
    after = agent.get(path).json()
    assert (after["version"], after["status"], after["assignee"]["name"]) == (1, "new", "Mara")


def test_status_assignment_and_fields_say_who_and_when(
    agent: TestClient, home: DeskAssistant
) -> None:
    path = f"{TICKETS}/{opened(home).ticket_number}"
    me = agent.get("/api/v1/desk/agents").json()["me"]
    taken = agent.post(f"{path}/assign", json={"agent_id": "me", "version": 0}).json()
    assert taken["assignee"]["agent_id"] == me
    set_ = agent.post(f"{path}/fields", json={"priority": "high", "version": 1}).json()
    assert set_["fields"]["priority"] == {"value": "high", "confidence": None, "method": "agent"}
    body = agent.post(f"{path}/status", json={"status": "solved", "version": 2}).json()
    assert [e["kind"] for e in body["entries"]][-3:] == ["assigned", "fields", "status"]
    assert not body["is_open"]
    assert ids(agent.get(f"{TICKETS}?assigned=me&state=closed")) == [path.split("/")[-1]]
    back = agent.post(f"{path}/assign", json={"agent_id": None, "version": 3}).json()
    assert back["assignee"] is None
    nobody = agent.post(f"{path}/assign", json={"agent_id": "u-none", "version": 4})
    assert (nobody.status_code, nobody.json()["error"]) == (422, "agent_not_found")


def test_a_ticket_of_another_system_is_read_and_not_changed(agent: TestClient) -> None:
    body = agent.get(f"{TICKETS}/LF-1001").json()
    assert (body["is_here"], len(body["entries"])) == (False, 2)
    answer = agent.post(f"{TICKETS}/LF-1001/reply", json={"text": "Hello", "version": 0})
    assert (answer.status_code, answer.json()["error"]) == (409, "ticket_elsewhere")


@pytest.mark.parametrize("ticket_id", ["9999", "LF-9999", "LF-1004", "LF-1007"])
def test_what_is_private_or_of_other_groups_is_as_absent_as_what_never_was(
    agent: TestClient, ticket_id: str
) -> None:
    bodies = {"reply": {"text": "a"}, "status": {"status": "new"}, "assign": {"agent_id": "me"}}
    read = agent.get(f"{TICKETS}/{ticket_id}")
    assert (read.status_code, read.json()["error"]) == (404, "ticket_not_found")
    for action, body in bodies.items():
        answer = agent.post(f"{TICKETS}/{ticket_id}/{action}", json=body | {"version": 0})
        assert (answer.status_code, answer.json()["error"]) == (404, "ticket_not_found")
    assert ticket_id not in ids(agent.get(f"{TICKETS}?state=all&limit=200"))
    assert ids(agent.get(f"{TICKETS}?state=all&q={ticket_id}")) == []


def test_harassment_is_for_its_team_and_administrators(
    visit: Callable[[str], TestClient], agent: TestClient, home: DeskAssistant
) -> None:
    number = opened(home, "my boss shouts at me", "policy:harassment").ticket_number
    assert agent.get(f"{TICKETS}/{number}").status_code == 404
    assert ids(agent.get(f"{TICKETS}?q=shouts")) == []
    assert visit("admin").get(f"{TICKETS}/{number}").json()["is_private"]


def test_employees_have_no_desk(visit: Callable[[str], TestClient], home: DeskAssistant) -> None:
    number = opened(home).ticket_number
    for role in ("employee", "manager"):
        client = visit(role)
        for path in (TICKETS, f"{TICKETS}/{number}", "/api/v1/desk/agents"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["error"]) == (403, "not_permitted")
        sent = client.post(f"{TICKETS}/{number}/reply", json={"text": "a", "version": 0})
        assert sent.status_code == 403


def test_what_an_agent_does_with_a_suggestion_is_kept(
    agent: TestClient, home: DeskAssistant
) -> None:
    path = f"{TICKETS}/{opened(home).ticket_number}/decisions"
    told = [
        ("ticket", "LF-1001", "edited"),
        ("article", ARTICLE.document_id, "accepted"),
        ("ticket", "LF-1004", "rejected"),
    ]
    for kind, source_id, decision in told:
        body = {"kind": kind, "source_id": source_id, "decision": decision}
        assert agent.post(path, json=body).status_code == 204
    assert [item[:2] for item in home.decisions] == [
        ("edited", "ticket/LF-1001"),
        ("accepted", ARTICLE.document_id),
        ("down", "ticket/LF-1004"),
    ]
    body = {"kind": "ticket", "source_id": "LF-1030", "decision": "accepted"}
    assert agent.post(path, json=body).json()["error"] == "feedback_not_shown"


def test_a_draft_goes_from_a_solved_ticket_to_review(
    agent: TestClient, visit: Callable[[str], TestClient]
) -> None:
    made = agent.get(f"{TICKETS}/LF-1002/article").json()
    assert made["markdown"].startswith("---\ntitle: ")
    body = {"ticket_id": "LF-1002", "title": "VPN drops", "markdown": made["markdown"]}
    sent = agent.post("/api/v1/desk/drafts", json=body)
    again = agent.post("/api/v1/desk/drafts", json=body | {"title": "VPN: drops/again"})
    assert (sent.status_code, again.status_code) == (201, 201)
    listed = agent.get("/api/v1/desk/drafts").json()["drafts"]
    assert [item["title"] for item in listed] == ["VPN: drops/again"]
    path = f"/api/v1/desk/drafts/{listed[0]['draft_id']}"
    saved = agent.get(f"{path}/file")
    assert saved.text == made["markdown"]
    assert saved.headers["content-disposition"] == 'attachment; filename="vpn-drops-again.md"'
    assert agent.post(f"{path}/review", json={"status": "accepted"}).status_code == 403
    reviewed = visit("admin").post(f"{path}/review", json={"status": "accepted"}).json()
    assert (reviewed["status"], reviewed["reviewed_at"] is not None) == ("accepted", True)


def test_a_draft_is_for_who_may_read_its_ticket(agent: TestClient) -> None:
    unsolved = agent.get(f"{TICKETS}/LF-1001/article")
    assert (unsolved.status_code, unsolved.json()["error"]) == (409, "nothing_to_draft")
    assert agent.get(f"{TICKETS}/LF-1004/article").status_code == 404
    body = {"ticket_id": "LF-1008", "title": "Directors", "markdown": "# Directors"}
    made = agent.post("/api/v1/desk/drafts", json=body).json()
    assert agent.get("/api/v1/desk/drafts").json()["drafts"] == []
    for path in (made["draft_id"], "0" * 16):
        missing = agent.get(f"/api/v1/desk/drafts/{path}/file")
        assert (missing.status_code, missing.json()["error"]) == (404, "draft_not_found")
