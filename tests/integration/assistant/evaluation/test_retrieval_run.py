"""Retrieval is measured on a real index, beside its baselines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.evaluation.files import QueryRow, read_qrels, read_rows
from assistant.evaluation.metrics import RANKING_MEASURES
from assistant.evaluation.retrieval import (
    IndexBuild,
    claim_index_folder,
    corpus_sources,
    evaluate_retrieval,
    run_queries,
)
from knowledge_base import (
    CachedEncoder,
    HashEncoder,
    KnowledgeBaseSettings,
    Retriever,
    SnapshotFolder,
    SqliteStore,
    VectorCache,
    ingest,
)

ARTICLES = {
    "badge": "The printer does not read the badge. Hold it flat on the reader.",
    "vpn": "The tunnel drops every few minutes. Choose another gateway.",
    "mail": "The mailbox is full. Archive what is old.",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "handbook"
    root.mkdir()
    for name, text in ARTICLES.items():
        (root / f"{name}.md").write_text(f"# About {name}\n\n{text}\n")
    rows = [{"_id": "beir-1", "title": "Phones", "text": "A lost phone is wiped by the desk."}]
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "queries.jsonl").write_text(
        '{"_id": "q1", "text": "printer does not read my badge", "slice": "plain"}\n'
        '{"_id": "q2", "text": "lost phone", "slice": "terse"}\n'
        '{"_id": "q3", "text": "nobody judged this"}\n'
    )
    (tmp_path / "qrels.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\thandbook/badge.md\t2\nq2\tbeir-1\t1\n"
    )
    return tmp_path


def retriever_of(folder: Path, sources: tuple) -> Retriever:
    settings = KnowledgeBaseSettings()
    encoder = CachedEncoder(HashEncoder(), VectorCache(None))
    snapshots = SnapshotFolder(folder / "index")
    ingest(
        sources,
        store=SqliteStore(folder / "documents.sqlite"),
        encoder=encoder,
        snapshots=snapshots,
        settings=settings,
    )
    return Retriever(snapshots, encoder, settings.retrieval)


def test_folders_and_beir_files_are_searched_together(folder: Path) -> None:
    sources = corpus_sources([folder / "handbook", folder / "corpus.jsonl"])
    retriever = retriever_of(folder / "kept", sources)
    queries = read_rows(folder / "queries.jsonl", QueryRow)
    qrels = read_qrels(folder / "qrels.tsv")
    seen: list[tuple[int, int]] = []
    run = run_queries(
        retriever, queries, qrels, progress=lambda done, total: seen.append((done, total))
    )
    out = evaluate_retrieval(run, qrels, IndexBuild(n_documents=4, n_passages=4, build_s=0.5))
    assert out["n_queries"] == 2
    assert seen == [(1, 2), (2, 2)]
    assert out["system"]["hit@1"] == 1.0
    assert set(out["baselines"]) == {"bm25", "dense"}
    assert set(out["system"]) == {*RANKING_MEASURES}
    assert out["ci95"]["system"]["hit@1"] == [1.0, 1.0]
    assert out["by_slice"]["terse"]["n"] == 1
    assert out["latency_ms"]["p95"] >= out["latency_ms"]["p50"] > 0
    best_document, _ = run.rankings["system"]["q1"][0]
    assert best_document == "handbook/badge.md"


def test_the_same_run_twice_ranks_alike(folder: Path) -> None:
    retriever = retriever_of(folder / "kept", corpus_sources([folder / "handbook"]))
    queries = read_rows(folder / "queries.jsonl", QueryRow)
    qrels = read_qrels(folder / "qrels.tsv")
    first, second = (run_queries(retriever, queries, qrels).rankings for _ in range(2))
    assert first == second


def test_judgements_of_another_corpus_are_an_error(folder: Path) -> None:
    retriever = retriever_of(folder / "kept", corpus_sources([folder / "handbook"]))
    queries = read_rows(folder / "queries.jsonl", QueryRow)
    with pytest.raises(EvaluationError, match="None of the 1 relevant documents"):
        run_queries(retriever, queries, {"q1": {"elsewhere/badge.md": 1}})
    with pytest.raises(EvaluationError, match="name the query 'q9'"):
        run_queries(retriever, queries, {"q9": {"handbook/badge.md": 1}})
    with pytest.raises(EvaluationError, match="No query has a relevant document"):
        run_queries(retriever, queries, {"q1": {"handbook/badge.md": 0}})


def test_a_corpus_must_be_a_folder_or_a_corpus_file(folder: Path) -> None:
    for wrong in ("none", "qrels.tsv"):
        with pytest.raises(EvaluationError, match="There is no corpus at"):
            corpus_sources([folder / wrong])
    with pytest.raises(EvaluationError, match="Two corpora are called 'handbook'"):
        corpus_sources([folder / "handbook", folder / "handbook"])


def test_an_index_folder_serves_one_corpus(folder: Path) -> None:
    index = folder / "index"
    handbook = corpus_sources([folder / "handbook"])
    claim_index_folder(index, handbook)
    claim_index_folder(index, handbook)
    with pytest.raises(EvaluationError, match="The index in"):
        claim_index_folder(index, corpus_sources([folder / "corpus.jsonl"]))
    with pytest.raises(EvaluationError, match="not empty"):
        claim_index_folder(folder, handbook)
