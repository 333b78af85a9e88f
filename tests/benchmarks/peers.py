"""Peers: Deskwise, txtai's hybrid search and Haystack's rank fusion, by turns in one process.

    python -m tests.benchmarks.peers [--index DIR] [--corpus PATH …] [--questions FILE …]

Same passages, same text, same vectors, same encoder for questions, one thread for all. Without
arguments it asks the public questions over the shared articles, or, where those are not, the demo
questions over the demo articles. Needs the development extra `peers`.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from assistant.bootstrap import Parts
from assistant.config import load_settings
from assistant.evaluation.files import AnswerRow, read_rows
from assistant.evaluation.index import open_evaluation_index
from knowledge_base.encoders import MiniLMEncoder, load_encoder
from knowledge_base.vector_cache import CachedEncoder, VectorCache
from tests.benchmarks.peer_figures import compare, percentiles
from tests.benchmarks.peer_systems import (
    N_PASSAGES,
    Passages,
    QuestionEncoder,
    Rank,
    deskwise_systems,
    haystack_fusion,
    txtai_hybrid,
)

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("DESKWISE_SHARED", ROOT.parent / "shared")).resolve() / "data"
HOME = Path(os.environ.get("DESKWISE_HOME", ROOT / ".deskwise")).resolve()
OUT = ROOT / "docs" / "bench" / "peers.json"
FOLDERS = ("ms-officedocs-support", "ms-intune-docs", "18f-handbook")
PACKAGES = ("txtai", "haystack-ai", "faiss-cpu", "numpy", "torch")
N_TIMED = 60
"""Questions of the timed rounds, drawn from all sets."""
TIMED = ("deskwise", "txtai", "txtai_exact", "haystack")
SEED = 7
GIVEN = {
    "all": "the same passages as text (title, headings, body) with the same vectors of the same "
    "encoder; questions with their earlier turns before them; one thread",
    "deskwise": "its index of those passages as `deskwise eval retrieval` builds it, no feedback, "
    "no words of an operator; ten documents",
    "txtai": f"hybrid: true and its defaults (BM25 and vectors half and half, approximate vectors "
    f"above 5,000 passages), {N_PASSAGES} passages",
    "txtai_exact": "the same, comparing every vector",
    "haystack": "InMemoryBM25Retriever and InMemoryEmbeddingRetriever with their defaults, "
    f"{N_PASSAGES} passages each, DocumentJoiner by reciprocal_rank_fusion",
    "rank_fusion": "reciprocal rank fusion, k = 60, of the documents of bm25 and dense",
    "convex": "half BM25 and half cosine, each min–max over its best 200 passages",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked of what."""

    corpora: tuple[Path, ...]
    questions: tuple[Path, ...]
    index: Path | None


def installed() -> bool:
    """Return whether both peers can be imported."""
    return all(importlib.util.find_spec(name) for name in ("txtai", "haystack"))


def default_task() -> Task:
    """Return the public questions over the shared articles, else the demo's over the demo's."""
    own = ROOT / "tests" / "evals" / "questions"
    if not SHARED.is_dir():
        articles = ROOT / "knowledge_base" / "content" / "articles"
        return Task(corpora=(articles,), questions=(own / "demo.jsonl",), index=None)
    public = SHARED / "questions" / "helpdesk_dev.jsonl"
    return Task(
        corpora=tuple(SHARED / "kb" / name for name in FOLDERS),
        questions=(public, own / "office.jsonl", own / "intune_handbook.jsonl"),
        index=HOME / "evals" / "index-kb",
    )


def run(task: Task | None = None) -> dict[str, Any]:
    """Compare all systems and return the figures, or that the peers are not installed."""
    if not installed():
        return {"skipped": "txtai and haystack-ai are not installed: pip install -e '.[peers]'"}
    task = task or default_task()
    parts = Parts(load_settings(overrides={"home": HOME}))
    settings = parts.knowledge_settings
    plain = load_encoder(settings.encoder)
    if not isinstance(plain, MiniLMEncoder):
        raise SystemExit(f"this comparison is for the built-in encoder, not {plain.name!r}")
    encoder = QuestionEncoder(plain)
    cached = CachedEncoder(encoder, VectorCache(settings.encoder.cache_path))
    sets = {path.stem: answerable(path) for path in task.questions}
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as passing, threadpool_limits(limits=1):
        folder = task.index or Path(passing)
        with open_evaluation_index(task.corpora, folder, cached, settings) as opened:
            say("reading passages")
            passages = Passages.of(opened.retriever, cached)
            encoder.hands_out = True
            systems = {
                **deskwise_systems(opened.retriever, folder / "index", encoder),
                **peers(passages, encoder),
            }
            quality = {name: judge(rows, systems) for name, rows in sets.items()}
            speed = measure(sets, systems, encoder)
    return {
        "n_documents": len(set(passages.owners)),
        "n_passages": len(passages.ids),
        "encoder": encoder.name,
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        "given": GIVEN,
        "quality": quality,
        "speed": {
            "load_before_after": [round(load_before, 1), round(os.getloadavg()[0], 1)],
            **speed,
        },
    }


def peers(passages: Passages, encoder: QuestionEncoder) -> Mapping[str, Rank]:
    """Index the passages with every peer."""
    found = {}
    for name, build in (
        ("txtai", lambda: txtai_hybrid(passages, encoder, is_exact=False)),
        ("txtai_exact", lambda: txtai_hybrid(passages, encoder, is_exact=True)),
        ("haystack", lambda: haystack_fusion(passages, encoder)),
    ):
        say(f"indexing with {name}")
        found[name] = build()
    return found


def answerable(path: Path) -> tuple[AnswerRow, ...]:
    """Return the questions of a file that have a relevant document."""
    return tuple(row for row in read_rows(path, AnswerRow) if any(row.relevant.values()))


def query_of(row: AnswerRow) -> str:
    """Return a question with its earlier turns before it."""
    return "\n".join([*row.turns, row.text])


def judge(rows: Sequence[AnswerRow], systems: Mapping[str, Rank]) -> dict[str, Any]:
    """Ask every question of every system, by turns."""
    say(f"asking {len(rows)} questions")
    rankings: dict[str, list[list[str]]] = {name: [] for name in systems}
    for row in rows:
        for name, rank in systems.items():
            rankings[name].append(rank(query_of(row)))
    return compare(rankings, [row.relevant for row in rows], [row.slice for row in rows])


def measure(
    sets: Mapping[str, Sequence[AnswerRow]],
    systems: Mapping[str, Rank],
    encoder: QuestionEncoder,
) -> dict[str, Any]:
    """Time a sample of questions, with vectors handed out and with everybody encoding.

    Processor time stands beside the time on the clock, which other work on the machine lengthens.
    """
    queries = sorted({query_of(row) for rows in sets.values() for row in rows})
    sample = random.Random(SEED).sample(queries, min(N_TIMED, len(queries)))
    figures: dict[str, Any] = {"n_questions": len(sample)}
    for number, (name, hands_out) in enumerate(
        (("without_encoding", True), ("with_encoding", False)), start=1
    ):
        say(f"timing {len(sample)} questions, {name}")
        encoder.hands_out = hands_out
        clocks = {"": time.perf_counter, "_cpu": time.process_time}
        spent = {clock: {system: list[float]() for system in TIMED} for clock in clocks}
        for place, query in enumerate(sample):
            # A blank at the end keeps it out of what Deskwise remembers of the round before.
            asked = query + " " * number
            turn = place % len(TIMED)
            for system in (*TIMED[turn:], *TIMED[:turn]):
                started = {clock: read() for clock, read in clocks.items()}
                systems[system](asked)
                for clock, read in clocks.items():
                    spent[clock][system].append((read() - started[clock]) * 1000)
        for clock, durations in spent.items():
            figures[f"{name}{clock}_ms"] = {
                system: percentiles(each) for system, each in durations.items()
            }
    return figures


def say(what: str) -> None:
    print(f"{what} …", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--index", type=Path, help="a folder of `deskwise eval --index`")
    parser.add_argument("--corpus", type=Path, action="append")
    parser.add_argument("--questions", type=Path, action="append")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args(arguments)
    default = default_task()
    task = Task(
        corpora=tuple(given.corpus or default.corpora),
        questions=tuple(given.questions or default.questions),
        index=given.index or (None if given.corpus else default.index),
    )
    result = {"benchmark": "peers", "python": platform.python_version(), **run(task)}
    text = json.dumps(result, indent=1)
    print(text)
    if "skipped" in result:
        return 1
    given.out.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
