"""The board over HTTP: what is taken, what is told, and what cannot be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from analytics.questions.model import Alert, SavedQuestion
from assistant.config import Settings
from assistant.store import open_engine
from tests.integration.web.fake_assistant import FakeAssistant
from tests.integration.web.fake_boards import boards_on

BOARD = "/api/v1/insights/board"


@pytest.fixture
def manager(
    new_client: Callable[..., TestClient], assistant: FakeAssistant, tmp_path: Path
) -> Iterator[TestClient]:
    """A visitor where visitors are managers."""
    engine = open_engine(tmp_path / "conversations.sqlite")
    assistant.boards = boards_on(engine, tmp_path)
    yield new_client(Settings(anonymous_role="manager"))
    engine.dispose()


def test_a_question_is_pinned_asked_arranged_and_taken_off(manager: TestClient) -> None:
    first = manager.post(BOARD, json={"question": "What is the churn rate?"})
    second = manager.post(
        BOARD, json={"question": "Show revenue by month", "follow_ups": ["And by category?"]}
    )
    assert (first.status_code, second.status_code) == (201, 201)
    ids = [item.json()["entry_id"] for item in (first, second)]

    told = manager.post(f"{BOARD}/{ids[1]}/ask").json()
    assert (told["outcome"], told["question"]) == ("answered", "And by category?")
    assert told["finding"]["rows"]

    ordered = manager.post(f"{BOARD}/order", json={"entry_ids": [ids[1]]}).json()
    assert [item["entry_id"] for item in ordered["entries"]] == ids[::-1]
    assert manager.delete(f"{BOARD}/{ids[0]}").status_code == 204
    assert [item["follow_ups"] for item in manager.get(BOARD).json()["entries"]] == [
        ["And by category?"]
    ]


NO_QUESTIONS: tuple[object, ...] = (
    {"question": ""},
    {"question": "  "},
    {"question": "x" * 4001},
    {"question": ["x"]},
    {"question": "x", "follow_ups": [""]},
    {"question": "x", "follow_ups": ["y"] * 9},
    {"question": "x", "user_id": "somebody"},
)


def test_what_is_no_question_is_not_pinned(manager: TestClient) -> None:
    answers = [manager.post(BOARD, json=body).status_code for body in NO_QUESTIONS]

    assert answers == [422] * len(NO_QUESTIONS)
    assert manager.get(BOARD).json() == {"entries": []}


def test_what_is_not_there_and_what_is_no_id(manager: TestClient) -> None:
    answer = manager.delete(f"{BOARD}/{'0' * 16}")
    assert (answer.status_code, answer.json()["error"]) == (404, "board_entry_not_found")
    assert manager.post(f"{BOARD}/{'0' * 16}/ask").status_code == 404
    assert manager.post(f"{BOARD}/order", json={"entry_ids": ["0" * 16]}).status_code == 404
    assert manager.delete(f"{BOARD}/no-id").status_code == 422


def test_saved_questions_come_with_their_alerts_and_without_numbers(
    manager: TestClient, assistant: FakeAssistant, tmp_path: Path
) -> None:
    assert assistant.boards is not None
    boards_on_book = assistant.boards.book  # type: ignore[attr-defined]
    for owner in ("", "zoe"):
        boards_on_book.put_saved(
            SavedQuestion(
                name=f"Revenue {owner}".strip(),
                question="Show revenue",
                owner=owner,
                saved_on=date(2026, 6, 1),
                alert=Alert(kind="below", limit=5.0),
                last_run_on=date(2026, 6, 29),
                last_value=4.5,
                fired_on=date(2026, 6, 28),
            )
        )

    assert manager.get("/api/v1/insights/saved").json() == {
        "questions": [
            {
                "name": "Revenue",
                "question": "Show revenue",
                "every": "day",
                "alert": {"kind": "below", "limit": 5.0},
                "last_run_on": "2026-06-29",
                "fired_on": "2026-06-28",
            }
        ]
    }
