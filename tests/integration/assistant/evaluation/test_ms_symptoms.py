"""The symptom queries are asked of articles that do not contain them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.evaluation.files import QueryRow, read_qrels, read_rows
from tests.evals.ms_symptoms import main, write_files

ARTICLE = """---
title: Badge is not read
---
# Badge is not read

Applies to printers.

## Symptoms

You hold the badge to the reader.

### Details

The light stays red.

## Cause

Dust.

### Symptom 2: it beeps

Twice.

## Resolution

Clean it.
"""


@pytest.fixture
def small_shared(tmp_path: Path) -> Path:
    articles = tmp_path / "data" / "kb" / "ms-officedocs-support" / "Printing"
    articles.mkdir(parents=True)
    (articles / "badge.md").write_text(ARTICLE)
    queries = tmp_path / "data" / "retrieval" / "ms-symptom-to-article"
    queries.mkdir(parents=True)
    row = {"_id": "ms1", "text": "You hold the badge", "gold": "Printing/badge.md", "title": "x"}
    (queries / "queries.jsonl").write_text(json.dumps(row) + "\n")
    return tmp_path


def test_symptoms_are_cut_and_the_rest_stays(small_shared: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["--shared", str(small_shared), "--out", str(out)]) == 0
    row = json.loads((out / "corpus.jsonl").read_text())
    assert row["_id"] == "ms-officedocs-support/Printing/badge.md"
    assert row["title"] == "Badge is not read"
    for gone in ("Symptom", "You hold", "light stays red", "Twice", "title:"):
        assert gone not in row["text"]
    for kept in ("Applies to printers.", "## Cause\n\nDust.", "## Resolution\n\nClean it."):
        assert kept in row["text"]


def test_the_files_are_what_the_evaluation_reads(small_shared: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    written = write_files(small_shared, out)
    assert (written.n_documents, written.n_documents_cut, written.n_queries) == (1, 1, 1)
    assert read_rows(out / "queries.jsonl", QueryRow)[0].id == "ms1"
    assert read_qrels(out / "qrels.tsv") == {"ms1": {"ms-officedocs-support/Printing/badge.md": 1}}


def test_a_query_without_its_article_is_an_error(small_shared: Path, tmp_path: Path) -> None:
    (small_shared / "data/kb/ms-officedocs-support/Printing/badge.md").unlink()
    with pytest.raises(ValueError, match="1 queries name articles that do not exist"):
        write_files(small_shared, tmp_path / "out")
