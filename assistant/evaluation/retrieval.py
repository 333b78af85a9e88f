"""`deskwise eval retrieval`: queries with known documents, beside two baselines.

The baselines search the same index in the same process: BM25 over passages, and cosine over
passages, each document scored by its best passage.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from assistant.errors import EvaluationError
from assistant.evaluation.files import Qrels, QueryRow
from assistant.evaluation.metrics import latency_ms, mean_measures, ranking_measures
from knowledge_base.learning_to_rank import mean_interval
from knowledge_base.model import EVERYONE, Document, DocumentHit
from knowledge_base.ports import Source
from knowledge_base.retrieve import BM25_ONLY, DENSE_ONLY
from knowledge_base.sources.corpus import CorpusSource
from knowledge_base.sources.markdown import markdown_source

DEPTH = 100
"""How many documents are asked for; recall@100 needs as many."""
SYSTEMS: Mapping[str, Sequence[str] | None] = {
    "system": None,
    "bm25": BM25_ONLY,
    "dense": DENSE_ONLY,
}
"""Name → legs of the search; None is all of them."""
CORPUS_SUFFIXES = frozenset({".jsonl", ".ndjson"})
_NOTE = "evaluation.json"
_SEED = 7

Ranking = Sequence[tuple[str, float]]
Progress = Callable[[int, int], None]


class DocumentSearch(Protocol):
    """What is judged: `knowledge_base.Retriever` is one."""

    def documents(
        self,
        query: str,
        *,
        groups: Collection[str],
        k: int = 10,
        legs: Sequence[str] | None = None,
    ) -> tuple[DocumentHit, ...]:
        """Return the best documents, best first."""
        ...

    def document(self, document_id: str, *, groups: Collection[str]) -> Document | None:
        """Return a document, or None."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexBuild:
    """What was indexed, and how long it took."""

    n_documents: int
    n_passages: int
    build_s: float
    """Seconds of reading, encoding and indexing; near 0 when an index was there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalRun:
    """The rankings of every system, and how long the product's own took."""

    rankings: Mapping[str, Mapping[str, Ranking]]
    """System → query id → documents with their scores, best first."""
    durations_ms: Sequence[float]
    queries: Sequence[QueryRow] = field(default=())
    """Those that were asked: the ones with at least one relevant document."""


def run_queries(
    search: DocumentSearch,
    queries: Sequence[QueryRow],
    qrels: Qrels,
    *,
    groups: Collection[str] = (EVERYONE,),
    progress: Progress = lambda done, total: None,
) -> RetrievalRun:
    """Ask every judged query of the product and of the baselines.

    Parameters
    ----------
    search
        The index of the corpus.
    queries
        Those without a relevant document in the judgements are left out.
    qrels
        Judgements.
    groups
        Groups of the asker.
    progress
        Told how many queries are done, of how many.

    Raises
    ------
    EvaluationError
        When a judged query does not exist, no query has a relevant document, or no relevant
        document is in the corpus.
    """
    asked = _judged_queries(queries, qrels)
    _require_gold(search, asked, qrels, groups)
    # Loads the encoder and the index, so that no query pays for it.
    search.documents(asked[0].text, groups=groups, k=1, legs=SYSTEMS["dense"])
    rankings: dict[str, dict[str, Ranking]] = {name: {} for name in SYSTEMS}
    durations: list[float] = []
    for done, query in enumerate(asked, start=1):
        for name, legs in SYSTEMS.items():
            started = time.perf_counter()
            hits = search.documents(query.text, groups=groups, k=DEPTH, legs=legs)
            if name == "system":
                durations.append((time.perf_counter() - started) * 1000)
            rankings[name][query.id] = [(hit.document_id, hit.fused_score) for hit in hits]
        progress(done, len(asked))
    return RetrievalRun(rankings=rankings, durations_ms=durations, queries=asked)


def evaluate_retrieval(run: RetrievalRun, qrels: Qrels, build: IndexBuild) -> dict[str, Any]:
    """Return the figures of a run.

    Returns
    -------
    dict
        n_queries, n_documents, n_passages, build_s, latency_ms (encoding the query included);
        system and baselines (bm25, dense): the means of ndcg@10, recall@5, recall@100, mrr@10,
        hit@1 and hit@5 over the queries; ci95: their bootstrap intervals over the queries, by
        system; by_slice: n and the system's figures.
    """
    scored = {
        name: {
            query_id: ranking_measures([document_id for document_id, _ in ranking], qrels[query_id])
            for query_id, ranking in by_query.items()
        }
        for name, by_query in run.rankings.items()
    }
    slices: dict[str, list[str]] = defaultdict(list)
    for query in run.queries:
        slices[query.slice].append(query.id)
    return {
        "n_queries": len(run.queries),
        "n_documents": build.n_documents,
        "n_passages": build.n_passages,
        "build_s": round(build.build_s, 3),
        "latency_ms": latency_ms(run.durations_ms),
        "system": mean_measures(list(scored["system"].values())),
        "baselines": {
            name: mean_measures(list(by_query.values()))
            for name, by_query in scored.items()
            if name != "system"
        },
        "ci95": {name: _intervals(list(by_query.values())) for name, by_query in scored.items()},
        "by_slice": {
            name: {
                "n": len(ids),
                **mean_measures([scored["system"][query_id] for query_id in ids]),
            }
            for name, ids in sorted(slices.items())
        },
    }


def _intervals(measured: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """Return the 95 % interval of the mean of each measure over the queries."""
    found: dict[str, list[float]] = {}
    for name in measured[0]:
        values = np.asarray([each[name] for each in measured])
        found[name] = [round(end, 4) for end in mean_interval(values, seed=_SEED)[1]]
    return found


def corpus_sources(paths: Sequence[Path]) -> tuple[Source, ...]:
    """Return the sources of `--corpus`: BEIR files and folders of Markdown.

    A document of a folder is called `<folder name>/<relative path>`.

    Raises
    ------
    EvaluationError
        When nothing is there, a file is no corpus file, or two folders have one name.
    """
    sources: list[Source] = []
    for path in paths:
        if path.is_dir():
            sources.append(markdown_source(path))
        elif path.is_file() and path.suffix.lower() in CORPUS_SUFFIXES:
            sources.append(CorpusSource(path=path, name=path.resolve().as_posix()))
        else:
            raise EvaluationError(
                f"There is no corpus at {path}: expected a folder of Markdown or a file named "
                + " or ".join(f"*{suffix}" for suffix in sorted(CORPUS_SUFFIXES))
                + ".",
                hint="Check the path.",
            )
    names = [source.name for source in sources]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise EvaluationError(
            f"Two corpora are called {twice[0]!r}; their documents could not be told apart.",
            hint="Rename one of the folders, or give it once.",
        )
    return tuple(sources)


def claim_index_folder(folder: Path, sources: Sequence[Source]) -> None:
    """Note in an index folder which corpora it holds; refuse one that holds others.

    Documents of another corpus would take part in the search and spoil the figures.

    Raises
    ------
    EvaluationError
        When the folder holds an index of other corpora, or cannot be written.
    """
    wanted = sorted(source.location for source in sources)
    note = folder / _NOTE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if note.is_file():
            held = json.loads(note.read_text(encoding="utf-8"))["corpora"]
            if held != wanted:
                raise EvaluationError(
                    f"The index in {folder} is of {', '.join(held)}, not of {', '.join(wanted)}.",
                    hint="Give another --index folder, or delete this one.",
                )
            return
        if any(folder.iterdir()):
            raise EvaluationError(
                f"The folder {folder} is not empty and not an index of `deskwise eval`.",
                hint="Give an empty or new --index folder.",
            )
        note.write_text(json.dumps({"corpora": wanted}, indent=1) + "\n", encoding="utf-8")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvaluationError(
            f"The index folder {folder} cannot be used: {error}.",
            hint="Give another --index folder, or delete this one.",
        ) from error


def _judged_queries(queries: Sequence[QueryRow], qrels: Qrels) -> tuple[QueryRow, ...]:
    unknown = sorted(qrels.keys() - {query.id for query in queries})
    if unknown:
        raise EvaluationError(
            f"The judgements name the query {unknown[0]!r} ({len(unknown)} such ids), which the "
            "queries file does not have.",
            hint="Give the queries file that belongs to the judgements.",
        )
    asked = tuple(query for query in queries if any(qrels.get(query.id, {}).values()))
    if not asked:
        raise EvaluationError(
            "No query has a relevant document in the judgements.",
            hint="At least one judgement must have a score above 0.",
        )
    return asked


def _require_gold(
    search: DocumentSearch, asked: Sequence[QueryRow], qrels: Qrels, groups: Collection[str]
) -> None:
    gold = sorted(
        {document for query in asked for document, grade in qrels[query.id].items() if grade}
    )
    if not any(search.document(document_id, groups=groups) for document_id in gold):
        raise EvaluationError(
            f"None of the {len(gold)} relevant documents is in the corpus; {gold[0]!r} is one.",
            hint="Documents of a folder are called <folder name>/<relative path>.",
        )
