"""Answering: the time from a question to its answer, and which parts of the work take it.

Every question of helpdesk_dev, answerable or not, is asked of the helpdesk skill over the shared
articles (without those, the demo's questions over the demo articles). Each question is new to the
process, so that its encoding is part of the time. Processor time stands beside the time on the
clock, which other work on the machine lengthens.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from pkgutil import resolve_name
from typing import Any
from unittest.mock import patch

from assistant.bootstrap import Parts
from assistant.config import load_settings
from assistant.evaluation.files import AnswerRow, read_rows
from assistant.evaluation.index import open_evaluation_index
from assistant.evaluation.replay import replaying
from knowledge_base.encoders import load_encoder
from knowledge_base.vector_cache import CachedEncoder, VectorCache
from tests.benchmarks.peer_figures import percentiles
from tests.benchmarks.peers import HOME, Task, default_task

N_ROUNDS = 3
MAX_WRONG_FRACTION = 0.05

PARTS = {
    "encode": (
        "knowledge_base.encoders.MiniLMEncoder.encode_question",
        "knowledge_base.encoders.MiniLMEncoder.encode",
    ),
    "expand": ("knowledge_base.retrieve.expand",),
    "legs": ("knowledge_base.retrieve.gather",),
    "rank": ("knowledge_base.retrieve.rank_documents",),
    "hits": ("knowledge_base.retrieve.document_hit",),
    "confidence": ("assistant.skills.lookup.signals",),
    "parse": ("assistant.skills.lookup.parse_blocks",),
    "spans": ("assistant.skills.lookup.choose_spans",),
    "why_not": ("assistant.skills.lookup.why_not",),
}
"""Part of the work → the functions that do it, none of which calls another part's."""


@dataclass(slots=True)
class _Stopwatch:
    """Adds up the time that functions take."""

    spent_ms: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                self.spent_ms[part] += (time.perf_counter() - started) * 1000

        return call

    @contextmanager
    def watching(self) -> Iterator[None]:
        with ExitStack() as stack:
            for part, names in PARTS.items():
                for name in names:
                    owner, _, attribute = name.rpartition(".")
                    function = getattr(resolve_name(owner), attribute)
                    stack.enter_context(patch(name, self.timed(part, function)))
            yield


def run(task: Task | None = None) -> dict[str, Any]:
    """Ask every question several times, in rounds, and return the times."""
    task = task or default_task()
    parts = Parts(load_settings(overrides={"home": HOME}))
    settings = parts.knowledge_settings
    cached = CachedEncoder(load_encoder(settings.encoder), VectorCache(settings.encoder.cache_path))
    rows = read_rows(task.questions[0], AnswerRow)
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as passing:
        folder = task.index or Path(passing)
        with open_evaluation_index(task.corpora, folder, cached, settings) as opened:
            skill = replace(
                parts.helpdesk, retriever=opened.retriever, max_wrong_fraction=MAX_WRONG_FRACTION
            )
            ask = replaying(skill, route="helpdesk")
            for row in rows[:5]:
                ask(f"{row.text} (before the first round)", row.turns)
            wall_ms, cpu_ms = _rounds(rows, ask)
            shares = _by_part(rows, ask)
            manifest = opened.retriever.manifest
    return {
        "questions": task.questions[0].stem,
        "n_questions": len(rows),
        "n_documents": manifest.n_documents,
        "n_passages": manifest.n_passages,
        "rounds": N_ROUNDS,
        "load_before_after": [round(load_before, 1), round(os.getloadavg()[0], 1)],
        "wall_ms": [percentiles(each) for each in wall_ms],
        "cpu_ms": [percentiles(each) for each in cpu_ms],
        "share_of_the_time": shares,
    }


def _rounds(
    rows: Sequence[AnswerRow], ask: Callable[[str, Sequence[str]], Any]
) -> tuple[list[list[float]], list[list[float]]]:
    """Return for each round the time of every question, on the clock and of the processor."""
    wall_ms: list[list[float]] = []
    cpu_ms: list[list[float]] = []
    for number in range(N_ROUNDS):
        wall_ms.append([])
        cpu_ms.append([])
        for row in rows:
            # White space at the end keeps a question out of the memory of earlier rounds.
            text = row.text + " " * number
            started, started_cpu = time.perf_counter(), time.process_time()
            ask(text, row.turns)
            wall_ms[-1].append((time.perf_counter() - started) * 1000)
            cpu_ms[-1].append((time.process_time() - started_cpu) * 1000)
    return wall_ms, cpu_ms


def _by_part(
    rows: Sequence[AnswerRow], ask: Callable[[str, Sequence[str]], Any]
) -> dict[str, float]:
    """Return which share of the time each part takes, over one more round."""
    watch = _Stopwatch()
    started = time.perf_counter()
    with watch.watching():
        for row in rows:
            ask(row.text + " " * N_ROUNDS, row.turns)
    whole_ms = (time.perf_counter() - started) * 1000
    shares = {part: round(spent / whole_ms, 3) for part, spent in watch.spent_ms.items()}
    return {**shares, "other": round(1 - sum(shares.values()), 3)}
