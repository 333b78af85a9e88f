"""What this installation is ready for: its parts, tried, and the examples that it can answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from analytics.errors import WarehouseError
from assistant.model import Answered, Asker, Check, Conversation
from assistant.ports import Clock, Skill
from knowledge_base.errors import IndexMissingError, KnowledgeBaseError

EXAMPLES_FILE = Path(__file__).with_name("examples.yaml")


def try_parts(probes: Mapping[str, Callable[[], str]]) -> tuple[Check, ...]:
    """Try each part and say in words what is missing.

    Parameters
    ----------
    probes
        Name → what opens the part and tells its state.
    """
    return tuple(_check(name, probe) for name, probe in probes.items())


def _check(name: str, probe: Callable[[], str]) -> Check:
    try:
        return Check(name=name, ready=True, detail=probe())
    except (KnowledgeBaseError, WarehouseError) as error:
        return Check(name=name, ready=False, detail=f"{error.message} {error.hint}".strip())


def unless_missing(load: Callable[[], object]) -> Callable[[], None]:
    """Return a step of warming up that an installation without an index passes over."""

    def step() -> None:
        try:
            load()
        except IndexMissingError:
            return  # answered in words on the first question; `checks` tells it to the operator

    return step


def beside(load: Callable[[], object]) -> Callable[[], None]:
    """Return a step of warming up that nobody waits for: it is done in a thread of its own."""

    def step() -> None:
        threading.Thread(target=load, name="warm-up", daemon=True).start()

    return step


def load_examples() -> tuple[str, ...]:
    """Read the helpdesk questions that the first page offers."""
    given = yaml.safe_load(EXAMPLES_FILE.read_text(encoding="utf-8"))
    return tuple(given["helpdesk"])


@dataclass(slots=True)
class AnswerableExamples:
    """The shipped example questions that this installation's articles answer.

    They are asked once for each state of the index.
    """

    state: Callable[[], str]
    helpdesk: Callable[[], Skill]
    clock: Clock
    _held: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __call__(self) -> tuple[str, ...]:
        """Return them in the order of the file."""
        state = self.state()
        found = self._held.get(state)
        if found is None:
            nobody = Conversation(
                conversation_id="", user_id="", title="", started_at=self.clock.now()
            )
            skill = self.helpdesk()
            found = tuple(
                question
                for question in load_examples()
                if isinstance(skill.answer(question, asker=Asker(), conversation=nobody), Answered)
            )
            self._held.clear()
            self._held[state] = found
        return found
