from __future__ import annotations

from fastapi.testclient import TestClient


def test_a_ticket_has_suggestions(client: TestClient) -> None:
    body = client.get("/api/v1/tickets/LF-1102/suggestions").json()
    assert body["ticket_id"] == "LF-1102"
    assert body["similar"][0]["ticket_id"] == "LF-1001"
    assert body["triage"]["team"]["value"] == "Network"


def test_an_unknown_ticket_is_not_found(client: TestClient) -> None:
    answer = client.get("/api/v1/tickets/LF-9/suggestions")
    assert answer.status_code == 404
    assert answer.json()["error"] == "ticket_not_found"


def test_typed_text_has_suggestions_and_an_empty_one_none(client: TestClient) -> None:
    answer = client.post("/api/v1/suggestions", json={"text": "LarkVPN says LV-1102"})
    assert answer.status_code == 200
    assert answer.json()["n_history"] == 3
    empty = client.post("/api/v1/suggestions", json={"text": " "})
    assert (empty.status_code, empty.json()["error"]) == (422, "question_empty")
