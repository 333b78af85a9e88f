"""The commands in docs/api.md work as they stand."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.integration.web.conftest import BASE
from tests.integration.web.fake_boards import boards_on
from tests.integration.web.fake_desk import DeskAssistant, desk_assistant, past_tickets

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "api.md"


@pytest.fixture
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskAssistant]:
    """The fake assistant with a desk behind it."""
    path = tmp_path_factory.mktemp("desk") / "conversations.sqlite"
    made = desk_assistant(path, past=past_tickets(110))
    assert made.engine is not None
    made.boards = boards_on(made.engine, path.parent)
    yield made
    made.engine.dispose()


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith("curl")]


def run(client: TestClient, command: str) -> tuple[int, str]:
    """Do what curl does with these options; others are an error of the guide."""
    words = iter(shlex.split(command)[1:])
    headers: dict[str, str] = {}
    body: str | None = None
    url = ""
    for word in words:
        match word:
            case "-s" | "-N":
                pass
            case "-c" | "-b":
                assert next(words) == "jar"
            case "-H":
                name, value = next(words).split(": ", 1)
                headers[name] = value
            case "-d":
                body = next(words)
            case _:
                assert word.startswith(BASE), f"the guide has an option that is not known: {word}"
                url = word
    answer = client.request("POST" if body else "GET", url, content=body, headers=headers)
    return answer.status_code, answer.text


def test_every_command_of_the_guide_succeeds_in_its_order(client: TestClient) -> None:
    client.headers.pop("X-Deskwise")  # the guide itself has to say it
    known = {"DOCUMENT_ID": "articles/vpn/connect.md", "TICKET_NUMBER": "1000"}
    told: list[tuple[int, str]] = []
    for line in commands():
        command = line
        for name, value in known.items():
            command = command.replace(name, value)
        status, text = run(client, command)
        told.append((status, line))
        if text.startswith("{") and "version" in json.loads(text):
            known["VERSION"] = str(json.loads(text)["version"])
        if text.startswith("{") and "entry_id" in json.loads(text):
            known["ENTRY_ID"] = json.loads(text)["entry_id"]
        if text.startswith("{") and "draft_id" in json.loads(text):
            known["DRAFT_ID"] = json.loads(text)["draft_id"]
        if line.rstrip().endswith("/ask") and text.startswith("{"):
            turn = json.loads(text)
            known |= {"CONVERSATION_ID": turn["conversation_id"], "TURN_ID": turn["turn_id"]}

    assert len(told) >= 20
    assert [item for item in told if item[0] not in (200, 201, 204)] == []


def test_the_failure_in_the_guide_is_the_one_that_comes(client: TestClient) -> None:
    shown = json.loads(re.findall(r"```json\n(.*?)```", GUIDE.read_text(), re.DOTALL)[0])
    sent = client.post("/api/v1/ask", json={"text": " "}).json()

    assert {**shown, "request_id": ""} == {**sent, "request_id": ""}


def test_the_guide_names_every_address(client: TestClient) -> None:
    guide = GUIDE.read_text()
    paths = client.get("/openapi.json").json()["paths"]

    assert [path for path in paths if path.split("{")[0].rstrip("/") not in guide] == []
