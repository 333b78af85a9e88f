"""Every endpoint, as a client meets it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from tests.integration.web.fake_assistant import EXAMPLES, FakeAssistant
from tests.integration.web.fake_content import VPN_ID, VPN_QUOTE, VPN_TEXT
from web.schemas import TurnBody

V1 = "/api/v1"
EVERY_KIND = (*EXAMPLES, "Show active customer accounts", "Open a ticket", "Something long")


def events(text: str) -> list[tuple[int, str, dict[str, object]]]:
    """Read server-sent events: id, name, data."""
    found = []
    for piece in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in piece.split("\n"))
        found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return found


@pytest.mark.parametrize("question", EVERY_KIND)
def test_a_turn_of_every_kind_has_the_documented_shape(client: TestClient, question: str) -> None:
    answer = client.post(f"{V1}/ask", json={"text": question})

    assert answer.status_code == 200
    assert answer.json()["question"] == question
    TurnBody.model_validate_json(answer.text)  # strict: no field more, none less


def test_a_cited_answer_names_the_span_of_the_article(client: TestClient) -> None:
    turn = client.post(f"{V1}/ask", json={"text": EXAMPLES[0]}).json()
    cited = turn["citations"][1]
    article = client.get(f"{V1}/articles/{cited['document_id']}").json()

    assert article["text"][cited["start"] : cited["end"]] == cited["quote"] == VPN_QUOTE


def test_a_stream_has_numbered_events_and_ends_with_the_whole_turn(client: TestClient) -> None:
    answer = client.post(
        f"{V1}/ask", json={"text": EXAMPLES[0]}, headers={"Accept": "text/event-stream"}
    )
    told = events(answer.text)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [number for number, _, _ in told] == list(range(1, len(told) + 1))
    assert [kind for _, kind, _ in told][:2] == ["route", "text"]
    assert told[-1][1] == "done"
    text = "".join(str(data["text"]) for _, kind, data in told if kind == "text")
    assert text == told[-1][2]["text"]
    TurnBody.model_validate_json(json.dumps(told[-1][2]))


def test_a_stream_that_breaks_ends_with_an_error_event_that_tells_nothing_inside(
    client: TestClient,
) -> None:
    answer = client.post(
        f"{V1}/ask", json={"text": "break later"}, headers={"Accept": "text/event-stream"}
    )
    number, kind, data = events(answer.text)[-1]

    assert (answer.status_code, number, kind) == (200, 3, "error")
    assert data["error"] == "internal_error"
    assert data["request_id"] == answer.headers["x-request-id"]
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(("text", "code"), [(" ", "question_empty"), ("a" * 5000, "question_too_")])
def test_a_question_that_cannot_be_asked_fails_before_the_stream_begins(
    client: TestClient, text: str, code: str
) -> None:
    answer = client.post(f"{V1}/ask", json={"text": text}, headers={"Accept": "text/event-stream"})

    assert answer.status_code == 422
    assert answer.json()["error"].startswith(code)


def test_a_conversation_goes_on_and_is_listed_and_read(client: TestClient) -> None:
    first = client.post(f"{V1}/ask", json={"text": EXAMPLES[0]}).json()
    name = first["conversation_id"]
    client.post(f"{V1}/ask", json={"text": EXAMPLES[1], "conversation_id": name})
    client.post(f"{V1}/ask", json={"text": "What is the churn rate?"})

    listed = client.get(f"{V1}/conversations").json()["conversations"]
    read = client.get(f"{V1}/conversations/{name}").json()

    assert [item["title"] for item in listed] == ["What is the churn rate?", EXAMPLES[0]]
    assert set(listed[0]) == {"conversation_id", "title", "started_at"}
    assert [turn["question"] for turn in read["turns"]] == list(EXAMPLES[:2])
    assert read["turns"][0] == first


def test_nobody_reads_continues_or_rates_what_is_somebody_elses(
    new_client: Callable[..., TestClient],
) -> None:
    mine, theirs = new_client(), new_client()
    turn = mine.post(f"{V1}/ask", json={"text": EXAMPLES[0]}).json()
    name = turn["conversation_id"]

    answers = [
        theirs.get(f"{V1}/conversations/{name}"),
        theirs.post(f"{V1}/ask", json={"text": "more", "conversation_id": name}),
        theirs.post(f"{V1}/tickets", json={"subject": "x", "conversation_id": name}),
        theirs.post(f"{V1}/turns/{turn['turn_id']}/feedback", json={"value": "up"}),
    ]
    missing = theirs.get(f"{V1}/conversations/never")

    assert [answer.status_code for answer in answers] == [404] * 4
    assert theirs.get(f"{V1}/conversations").json() == {"conversations": []}
    # Foreign and missing are told apart by nothing but the request id.
    told = [answers[0].json(), missing.json()]
    assert {**told[0], "request_id": ""} == {**told[1], "request_id": ""}


def test_feedback_reaches_the_assistant(client: TestClient, assistant: FakeAssistant) -> None:
    turn = client.post(f"{V1}/ask", json={"text": EXAMPLES[0]}).json()
    answer = client.post(
        f"{V1}/turns/{turn['turn_id']}/feedback", json={"value": "down", "comment": "Step 2 hangs"}
    )

    assert (answer.status_code, answer.content) == (204, b"")
    assert [(vote[0], *vote[2:]) for vote in assistant.votes] == [
        (turn["turn_id"], "down", "Step 2 hangs")
    ]


def test_an_event_names_a_document_and_what_it_was_shown_for(
    client: TestClient, assistant: FakeAssistant
) -> None:
    turn = client.post(f"{V1}/ask", json={"text": EXAMPLES[0]}).json()
    shown = {"kind": "click", "document_id": VPN_ID, "turn_id": turn["turn_id"]}
    suggested = {"kind": "accepted", "document_id": VPN_ID, "question": "VPN drops"}
    wrong = [
        {"kind": "click", "document_id": VPN_ID},
        {**shown, "question": "VPN drops"},
        {**shown, "kind": "up"},
        {**shown, "rank": 1},
    ]
    told = [client.post(f"{V1}/feedback/events", json=body) for body in (shown, suggested, *wrong)]

    assert [answer.status_code for answer in told] == [204, 204, 422, 422, 422, 422]
    assert [(kind, place, question) for kind, place, _, _, question in assistant.events] == [
        ("click", VPN_ID, None),
        ("accepted", VPN_ID, "VPN drops"),
    ]


def test_a_ticket_is_opened_once_for_a_conversation(client: TestClient) -> None:
    name = client.post(f"{V1}/ask", json={"text": EXAMPLES[0]}).json()["conversation_id"]
    body = {"subject": "VPN drops", "conversation_id": name}
    first, second = (client.post(f"{V1}/tickets", json=body) for _ in range(2))

    assert first.status_code == 201
    assert first.json()["ticket_number"] == second.json()["ticket_number"] == 1042
    assert "transcript" not in first.json()


def test_articles_are_listed_in_pages_and_filtered_by_title(client: TestClient) -> None:
    whole = client.get(f"{V1}/articles").json()
    first = client.get(f"{V1}/articles", params={"limit": 1}).json()
    rest = client.get(f"{V1}/articles", params={"limit": 1, "offset": 1}).json()
    named = client.get(f"{V1}/articles", params={"query": "install"}).json()

    assert whole["next_offset"] is None
    assert first["next_offset"] == 1
    assert first["articles"] + rest["articles"] == whole["articles"]
    assert rest["next_offset"] is None
    assert [item["title"] for item in named["articles"]] == ["Install the VPN"]


def test_an_article_has_text_and_blocks_and_keeps_its_groups_inside(client: TestClient) -> None:
    answer = client.get(f"{V1}/articles/{VPN_ID}")
    article = answer.json()

    assert article["text"] == VPN_TEXT
    assert article["text"][article["body_start"] :].startswith("# Connect")
    assert article["blocks"][0] == {
        "kind": "heading",
        "start": article["body_start"],
        "end": article["body_start"] + len("# Connect to the VPN"),
        "level": 1,
        "number": "",
        "heading_path": [],
        "depth": 0,
    }
    assert "secret" not in answer.text


def test_examples_and_health(client: TestClient, assistant: FakeAssistant) -> None:
    assert client.get(f"{V1}/examples").json() == {"examples": list(EXAMPLES)}
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").status_code == 200

    assistant.ready = False
    unready = client.get("/readyz")

    assert unready.status_code == 503
    assert unready.json()["ready"] is False
    assert {"name": "index", "ready": False, "detail": "run deskwise ingest"} in unready.json()[
        "checks"
    ]


def test_questions_are_completed_while_they_are_typed(client: TestClient) -> None:
    begun = client.get(f"{V1}/insights/suggestions", params={"q": "show"})
    nothing = client.get(f"{V1}/insights/suggestions", params={"q": "zzz"})
    too_long = client.get(f"{V1}/insights/suggestions", params={"q": "a" * 201})

    assert begun.json() == {"suggestions": ["Show revenue by month"]}
    assert nothing.json() == {"suggestions": []}
    assert too_long.status_code == 422


def test_the_description_names_answers_and_failures_of_every_endpoint(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    operations = [
        (path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]

    assert len(operations) > 25
    assert "HTTPValidationError" not in json.dumps(described)
    for path, method, operation in operations:
        answers = operation["responses"]
        assert {"400", "422", "500", "503"} <= set(answers), path
        success = next(answers[status] for status in sorted(answers) if status.startswith("2"))
        if "204" not in answers and not path.endswith(("finding.{kind}", "/file")):
            assert "$ref" in success["content"]["application/json"]["schema"], path
        if method in ("post", "put", "patch"):
            assert {"403", "413", "415"} <= set(answers), path
        assert "example" in answers["500"]["content"]["application/json"], path
    ask = described["paths"]["/api/v1/ask"]["post"]["responses"]["200"]["content"]
    assert set(ask) == {"application/json", "text/event-stream"}


def test_tickets_are_listed_read_added_to_and_cancelled_by_their_owner_alone(
    client: TestClient,
) -> None:
    number = client.post("/api/v1/tickets", json={"subject": "VPN drops"}).json()["ticket_number"]
    listed = client.get("/api/v1/tickets").json()["tickets"]
    assert [item["ticket_number"] for item in listed] == [number]
    noted = client.post(f"/api/v1/tickets/{number}/notes", json={"text": "It is room 4.12."})
    assert noted.status_code == 201
    assert [item["text"] for item in noted.json()["notes"]] == ["It is room 4.12."]
    cancelled = client.post(f"/api/v1/tickets/{number}/cancel")
    assert cancelled.json()["status"] == "cancelled"
    read = client.get(f"/api/v1/tickets/{number}").json()
    assert read["handoff"]["contract"] == "deskwise.handoff/1"
    assert read["handoff"]["predicted"]["team"]["value"] == "Network"
    client.cookies.clear()
    for answer in (
        client.get(f"/api/v1/tickets/{number}"),
        client.post(f"/api/v1/tickets/{number}/notes", json={"text": "x"}),
        client.post(f"/api/v1/tickets/{number}/cancel"),
        client.get("/api/v1/tickets/999999"),
    ):
        assert answer.status_code == 404
        assert answer.json()["error"] == client.get("/api/v1/tickets/999999").json()["error"]
    assert client.get("/api/v1/tickets").json()["tickets"] == []
