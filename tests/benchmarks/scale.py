"""Size: start, memory, finding, changing and recall with 20,000 passages, or up to a million.

Texts are made of invented words with frequencies like those of a language, vectors of clusters;
neither is encoded, so the times are of the index alone. `DESKWISE_BENCH_PASSAGES=20000,1000000`
names other sizes; a million takes half an hour, 12 GB of memory and 6 GB of disk. Sizes that were
not measured this time keep their figures.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base import schema
from knowledge_base.config import KnowledgeBaseSettings
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.indexing import build_index
from knowledge_base.ingest import Ingester
from knowledge_base.model import Document, Passage
from knowledge_base.ports import Vectors
from knowledge_base.retrieve import Retriever
from knowledge_base.sources.markdown import with_hash
from knowledge_base.store import SqliteStore, _document_row, _passage_row

RESULT = Path(__file__).resolve().parents[2] / "docs" / "bench" / "scale.json"
N_DIMENSIONS = 384
N_WORDS = 60_000
PASSAGES_EACH = 6
WORDS_EACH = 30
N_QUERIES = 200
N_RECALL = 100
N_CHANGES = 20
ASKERS = {"everything": ("staff", "field", "board"), "30 %": ("field",), "10 %": ("board",)}
SETTINGS = KnowledgeBaseSettings()


class ClusterEncoder:
    """Texts that begin with the same word lie near each other; nothing is encoded."""

    name = "clusters/384"
    n_dimensions = N_DIMENSIONS

    def __init__(self) -> None:
        random = np.random.default_rng(7)
        self._centres = random.standard_normal((5_000, N_DIMENSIONS), dtype=np.float32)
        self._noise = random.standard_normal((20_000, N_DIMENSIONS), dtype=np.float32)

    def encode(self, texts: Sequence[str]) -> Vectors:
        keys = [zlib.crc32(text.partition(" ")[0].encode()) for text in texts]
        own = [zlib.crc32(text.encode()) for text in texts]
        vectors = (
            self._centres[np.asarray(keys, dtype=np.int64) % 5_000]
            + 0.6 * self._noise[np.asarray(own, dtype=np.int64) % 20_000]
            + 0.6 * self._noise[np.asarray(own, dtype=np.int64) // 20_000 % 20_000]
        )
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def invented_words() -> list[str]:
    """Return distinct words, the commonest first."""
    random = np.random.default_rng(3)
    syllables = [c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "u", "an", "er")]
    found: dict[str, None] = {}
    while len(found) < N_WORDS:
        found["".join(random.choice(syllables, int(random.integers(2, 5))))] = None
    return list(found)


@lru_cache(maxsize=1)
def cumulated() -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return how likely the commonest words are together, by the law of Zipf and Mandelbrot."""
    weights = 1 / (np.arange(N_WORDS) + 20.0)
    return np.cumsum(weights) / weights.sum()


def drawn(random: np.random.Generator, n_words: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return places of words."""
    return np.searchsorted(cumulated(), random.random(n_words))


def corpus(n_passages: int) -> Iterator[tuple[Document, tuple[Passage, ...]]]:
    """Yield documents of six passages; one in ten passages holds a code."""
    words = np.asarray(invented_words(), dtype=object)
    random = np.random.default_rng(n_passages)
    for number in range(n_passages // PASSAGES_EACH):
        chosen = words[drawn(random, 4 + PASSAGES_EACH * WORDS_EACH)]
        shares, codes = (
            random.random(PASSAGES_EACH + 1),
            random.integers(100_000, size=PASSAGES_EACH),
        )
        pieces = []
        for place, share in enumerate(shares[1:]):
            text = " ".join(chosen[4 + place * WORDS_EACH :][:WORDS_EACH])
            pieces.append(f"{text} ERR-{codes[place]}." if share < 0.1 else f"{text}.")
        yield made(f"synthetic/{number:07d}.md", " ".join(chosen[:4]), pieces, float(shares[0]))


def made(
    name: str, title: str, pieces: Sequence[str], share: float
) -> tuple[Document, tuple[Passage, ...]]:
    acl = "board" if share < 0.1 else "field" if share < 0.4 else "staff"
    document = with_hash(
        Document(document_id=name, title=title, text="\n\n".join(pieces) + "\n", acl=(acl,))
    )
    passages: list[Passage] = []
    start = 0
    for ordinal, piece in enumerate(pieces):
        passages.append(
            Passage(
                passage_id=f"{name}#{ordinal}",
                document_id=name,
                ordinal=ordinal,
                start=start,
                end=start + len(piece),
                heading_path=(title,),
                text=piece,
            )
        )
        start += len(piece) + 2
    return document, tuple(passages)


def queries(retriever: Retriever, n_queries: int) -> list[str]:
    """Return the first word of a title, then words of a passage; each fifth has a mistake."""
    content = retriever._current().content
    random = np.random.default_rng(11)
    found: list[str] = []
    for number in range(n_queries):
        passage = content.passage(int(random.integers(len(content.passages))))
        written = passage.text.split()
        chosen = [str(word) for word in random.choice(written, 6, replace=False)]
        if number % 5 == 0:
            longest = max(chosen, key=len)
            chosen[chosen.index(longest)] = longest[:-2] + longest[-1]
        found.append(" ".join([passage.heading_path[0].split()[0], *chosen]))
    return found


def run() -> dict[str, Any]:
    """Measure each size that is asked for, and keep the figures of the others."""
    asked = os.environ.get("DESKWISE_BENCH_PASSAGES", "20000")
    held: dict[str, Any] = {}
    if RESULT.exists():
        held = json.loads(RESULT.read_text(encoding="utf-8"))["passages"]
    for size in (int(part) for part in asked.split(",")):
        held[str(size)] = measured(size)
    return {
        "n_queries": N_QUERIES,
        "n_queries_of_recall": N_RECALL,
        "n_changes": N_CHANGES,
        "passages": {size: held[size] for size in sorted(held, key=int)},
    }


def measured(n_passages: int) -> dict[str, Any]:
    """Build an index of so many passages, ask it in a new process, and change it."""
    encoder = ClusterEncoder()
    with tempfile.TemporaryDirectory(dir=os.environ.get("DESKWISE_BENCH_FOLDER")) as name:
        folder = Path(name)
        snapshots = SnapshotFolder(folder / "index")
        with SqliteStore(folder / "documents.sqlite") as store:
            fill(store, corpus(n_passages))
            before_s = time.process_time()
            build_s, manifest = timed(lambda: build_index(store, encoder, snapshots, SETTINGS))
            processor_s = time.process_time() - before_s
            peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
            asked = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.scale", str(folder / "index")],
                check=True,
                capture_output=True,
                text=True,
            )
            size = sum(path.stat().st_size for path in (folder / "index").rglob("*.*"))
            return {
                "cores": os.cpu_count(),
                "load": round(os.getloadavg()[0], 1),
                "machine": platform.machine(),
                "n_passages": manifest.n_passages,
                "n_documents": manifest.n_documents,
                "build": {
                    "s": round(build_s, 1),
                    "processor_s": round(processor_s, 1),
                    "peak_memory_mb": peak_mb,
                },
                "index_mb": round(size / 1e6),
                **json.loads(asked.stdout),
                "change": changed(store, encoder, snapshots),
            }


def fill(store: SqliteStore, contents: Iterator[tuple[Document, tuple[Passage, ...]]]) -> None:
    """Write a corpus in a few large transactions; `replace` has one for each document."""
    while part := list(islice(contents, 5_000)):
        documents = [_document_row("synthetic", document) for document, _ in part]
        passages = [_passage_row(passage) for _, held in part for passage in held]
        with store._writing() as connection:
            connection.execute(schema.documents.insert(), documents)
            connection.execute(schema.passages.insert(), passages)


def changed(store: SqliteStore, encoder: ClusterEncoder, snapshots: SnapshotFolder) -> Any:
    """Time single changes until a reader that is already open shows them."""
    retriever = Retriever(snapshots, encoder, SETTINGS.retrieval)
    ingester = Ingester(store, encoder, snapshots, SETTINGS)
    first_s, _ = timed(lambda: ingester.remove(["synthetic/none.md"]))
    retriever.documents("warm up", groups=ASKERS["everything"])
    upserts: list[float] = []
    removals: list[float] = []
    for number in range(N_CHANGES):
        name = f"synthetic/{number * 7:07d}.md"
        document, _ = made(name, "changed title", [f"Quagga{number} word."], 0.5)
        query = f"quagga{number} word"
        started = time.perf_counter()
        ingester.upsert(document, source="synthetic")
        found = retriever.documents(query, groups=("staff",), legs=("bm25",), k=1)
        upserts.append(time.perf_counter() - started)
        assert [each.document_id for each in found] == [name]
    for number in range(N_CHANGES):
        name = f"synthetic/{number * 7:07d}.md"
        started = time.perf_counter()
        ingester.remove([name])
        held = retriever.document(name, groups=ASKERS["everything"])
        removals.append(time.perf_counter() - started)
        assert held is None
    merge_s, _ = timed(ingester.merge)
    return {
        "first_comparison_s": round(first_s, 2),
        "upsert_visible_ms": spread(upserts),
        "removal_visible_ms": spread(removals),
        "joining_small_segments_s": round(merge_s, 2),
    }


def ask(root: Path) -> dict[str, Any]:
    """Open an index that nothing of this process has read, and ask."""
    encoder = ClusterEncoder()
    retriever = Retriever(SnapshotFolder(root), encoder, SETTINGS.retrieval)
    before = memory_mb()
    open_s, _ = timed(lambda: retriever.manifest)
    first_s, _ = timed(lambda: retriever.documents("first question", groups=ASKERS["everything"]))
    opened = memory_mb()
    asked = queries(retriever, N_QUERIES)
    times: dict[str, Any] = {}
    for asker, groups in ASKERS.items():
        started = time.process_time()
        seconds = [timed(partial(retriever.documents, each, groups=groups))[0] for each in asked]
        cpu_s = time.process_time() - started
        times[asker] = {
            "first": round(1000 * seconds[0], 1),
            **spread(seconds[1:]),
            "processor_mean": round(1000 * cpu_s / len(asked), 1),
        }
    return {
        "start_s": {"open": round(open_s, 2), "first_question": round(first_s, 2)},
        "memory_mb": {"before": before, "opened": opened, "asked": memory_mb()},
        "question_ms": times,
        "recall_at_10": {
            asker: recall(retriever, encoder, asked[:N_RECALL], groups)
            for asker, groups in ASKERS.items()
        },
    }


def recall(
    retriever: Retriever, encoder: ClusterEncoder, asked: Sequence[str], groups: tuple[str, ...]
) -> float:
    """Return the share of the ten nearest passages that the dense leg finds."""
    current = retriever._current()
    allowed = current.allowed(groups, ("article",)).passages
    index = current.content.passage_vectors
    (part,) = index.parts
    vectors = encoder.encode(asked)
    shares: list[float] = []
    for vector in vectors:
        _, found = index.search(vector[None], SETTINGS.retrieval.candidates, allowed=allowed)
        _, true = part._exact(vector[None], 10, int(allowed.sum()), allowed)
        shares.append(len(set(true[0].tolist()) & set(found[0][:10].tolist())) / 10)
    return round(float(np.mean(shares)), 4)


def memory_mb() -> dict[str, int]:
    """Return resident memory of this process: its own, and pages of mapped files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    values = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith("Rss")}
    return {"own": values["RssAnon"] // 1000, "mapped": values["RssFile"] // 1000}


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def spread(seconds: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(np.asarray(seconds) * 1000, [50, 95])
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1)}


if __name__ == "__main__":
    print(json.dumps(ask(Path(sys.argv[1]))))
