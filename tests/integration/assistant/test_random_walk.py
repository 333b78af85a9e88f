"""Nothing that people say in any order breaks the conversation.

`DESKWISE_WALK_TURNS=10000` walks further; `make evals` does.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from analytics.demo import generate
from assistant import bootstrap
from assistant.bootstrap import Parts, build_assistant
from assistant.cli.demo import demo_sources
from assistant.cli.knowledge import ingest_sources
from assistant.config import Settings
from assistant.service import AssistantService
from knowledge_base.encoders import HashEncoder
from tests.integration.assistant.walk.recorded import KeywordRouter, RecordedInsights
from tests.integration.assistant.walk.walker import Walker
from tests.unit.assistant.fakes import FakeClock

N_TURNS = int(os.environ.get("DESKWISE_WALK_TURNS", "400"))  # before a fixture clears it
SEED = int(os.environ.get("DESKWISE_WALK_SEED", "7"))
FEW_TURNS = 2_000
N_DIMENSIONS = 256


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The demo company's articles and a small warehouse, read with hashed words.

    It answers as often as the settings allow, so that there is something to refuse.
    """
    settings = Settings(
        home=tmp_path_factory.mktemp("walk"), encoder_threads=1, max_wrong_fraction=0.5
    )
    generate(out=settings.warehouse_dir, n_customers=300)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            bootstrap.knowledge, "load_encoder", lambda _settings: HashEncoder(N_DIMENSIONS)
        )
        parts = Parts(settings)
        ingest_sources(parts, demo_sources()[:1])
        if N_TURNS > FEW_TURNS:
            parts.router.route("hello")
    return settings


@pytest.fixture
def builder(home: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[], AssistantService]:
    """Starts the assistant on this home; a short walk has figures and routes from memory."""
    encoder, clock = HashEncoder(N_DIMENSIONS), FakeClock()
    monkeypatch.setattr(bootstrap.knowledge, "load_encoder", lambda _settings: encoder)
    monkeypatch.setattr(bootstrap.home, "SystemClock", lambda: clock)
    insights = Parts(home).insights
    recorded = RecordedInsights(insights)
    if N_TURNS <= FEW_TURNS:
        monkeypatch.setattr(Parts, "insights_or_none", lambda _parts: recorded)
        monkeypatch.setattr(Parts, "_load_router", lambda _parts: KeywordRouter())
    else:
        examples = insights.examples()
        monkeypatch.setattr(type(insights), "examples", lambda _insights, **_groups: examples)
    return lambda: build_assistant(home)


def forget(home: Settings) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{home.database_path}{suffix}").unlink(missing_ok=True)


@pytest.mark.timeout(3600)
def test_no_turns_in_any_order_raise_loop_repeat_a_refused_step_or_lose_a_ticket(
    home: Settings, builder: Callable[[], AssistantService]
) -> None:
    forget(home)
    walker = Walker(build=builder, seed=SEED)
    walker.walk(N_TURNS)
    assert walker.n_turns >= N_TURNS
    assert len(walker.owner_of) > N_TURNS / 100, "too few tickets to say anything"
    kinds = {text.split("\n")[0] for text in walker.said}
    assert len(kinds) > 20, "too few different replies to say anything"
    shown = "\n".join(walker.problems[:20])
    assert not walker.problems, f"{len(walker.problems)} of {walker.n_turns} turns:\n{shown}"


def test_the_same_walk_says_the_same(
    home: Settings, builder: Callable[[], AssistantService]
) -> None:
    said = []
    for _ in range(2):
        forget(home)
        walker = Walker(build=builder, seed=SEED + 1)
        walker.walk(30)
        said.append(walker.said)
    assert said[0] == said[1]
