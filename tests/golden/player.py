"""Plays a transcript on a real assistant, in process."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import AssistantError
from assistant.model import Asker, Turn
from assistant.service import AssistantService
from assistant.wire import turn_to_json
from tests.golden.replies import error_lines, reply_lines, ticket_lines
from tests.golden.transcript import Step, Transcript


def asker_of(transcript: Transcript, who: str) -> Asker:
    """Return the person; what the front matter says of them are fields of `Asker`."""
    given = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in (transcript.people.get(who.lower()) or {}).items()
    }
    return Asker(user_id=who.lower(), **given)


def forget_everything(database: Path) -> None:
    """Empty the database of conversations, so that numbers start again."""
    with closing(sqlite3.connect(database)) as connection, connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (name,) in tables.fetchall():
            connection.execute(f'DELETE FROM "{name}"')


@dataclass
class Player:
    """Takes the steps of one transcript."""

    build: Callable[[], AssistantService]
    """Starts the assistant once more on the same home."""
    assistant: AssistantService
    conversations: dict[str, str] = field(default_factory=dict)
    """Who → the conversation that they are in."""
    last: dict[str, Turn] = field(default_factory=dict)

    def play(self, transcript: Transcript) -> list[list[str]]:
        """Return the lines that come back for each step."""
        return [self._take(transcript, step) for step in transcript.steps]

    def _take(self, transcript: Transcript, step: Step) -> list[str]:
        if step.kind == "new_conversation":
            self.conversations.clear()
            self.last.clear()
            return []
        if step.kind == "restart":
            self.assistant = self.build()
            return []
        if step.kind == "ticket":
            return self._ticket(int(step.text))
        if step.kind == "says":
            return self._ask(step.text, asker_of(transcript, step.who))
        buttons = self._buttons(step.who.lower())
        if step.text not in buttons:
            # Never recorded: the transcript is wrong, or the button is missing.
            raise AssertionError(f"there is no button [{step.text}]; there are {list(buttons)}")
        text = buttons[step.text]
        return self._ask(text, asker_of(transcript, step.who))

    def _ask(self, text: str, asker: Asker) -> list[str]:
        who = asker.user_id
        try:
            turn = self.assistant.ask(
                text, asker=asker, conversation_id=self.conversations.get(who)
            )
        except AssistantError as error:
            return error_lines(error)
        self.conversations[who] = turn.conversation_id
        self.last[who] = turn
        return reply_lines(turn)

    def _buttons(self, who: str) -> dict[str, str]:
        """Return label → text that it sends, of the last reply."""
        if who not in self.last:
            return {}
        body = turn_to_json(self.last[who])
        offered = [*body["choices"], *body.get("replies", [])]
        return {
            **{question: question for question in body["suggestions"]},
            **{item["label"]: item["text"] for item in offered},
        }

    def _ticket(self, number: int) -> list[str]:
        tickets = {item.ticket_number: item for item in self.assistant.ticket_store.all_tickets()}
        if number not in tickets:
            return [f"There is no ticket {number}; there are {sorted(tickets)}."]
        return ticket_lines(tickets[number])
