"""BEIR files of "symptom → article": each article's own Symptoms text must find the article.

    python -m tests.evals.ms_symptoms --shared ../shared --out DIR

writes DIR/corpus.jsonl (every article without its Symptoms section, which would give the answer
away), DIR/queries.jsonl and DIR/qrels.tsv for `deskwise eval retrieval`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.blocks import parse_blocks
from knowledge_base.model import Document
from knowledge_base.sources.markdown import MarkdownSource

FOLDER = "ms-officedocs-support"
_SYMPTOMS = re.compile(r"^\W*symptoms?(?:\s+\d+)?\s*(?:$|\W.*$)", re.IGNORECASE)
_HEADING_MARKS = re.compile(r"^#{1,6}[ \t]+|[ \t]*#*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How much was written."""

    n_documents: int
    n_documents_cut: int
    """Articles that had a Symptoms section."""
    n_queries: int


def write_files(shared: Path, out: Path) -> Written:
    """Write the three files.

    Parameters
    ----------
    shared
        Folder of the shared data.
    out
        Made when it is not there.

    Raises
    ------
    FileNotFoundError
        When the shared data lacks the articles or the queries.
    ValueError
        When the article of a query does not exist.
    """
    articles = shared / "data" / "kb" / FOLDER
    queries = list(_queries(shared / "data" / "retrieval" / "ms-symptom-to-article"))
    source = MarkdownSource(root=articles, name=FOLDER)
    documents = [item for item in source.read() if isinstance(item, Document)]
    ids = {document.document_id for document in documents}
    lost = sorted({gold for _, _, gold in queries} - ids)
    if lost:
        raise ValueError(f"{len(lost)} queries name articles that do not exist, e.g. {lost[0]!r}.")
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    n_cut = 0
    for document in documents:
        text = without_symptoms(document)
        n_cut += len(text) < len(document.text) - document.body_start
        rows.append({"_id": document.document_id, "title": document.title, "text": text})
    _write_rows(out / "corpus.jsonl", rows)
    _write_rows(out / "queries.jsonl", [{"_id": name, "text": text} for name, text, _ in queries])
    lines = ["query-id\tcorpus-id\tscore", *(f"{name}\t{gold}\t1" for name, _, gold in queries)]
    (out / "qrels.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Written(n_documents=len(rows), n_documents_cut=n_cut, n_queries=len(queries))


def without_symptoms(document: Document) -> str:
    """Return the body without its sections headed "Symptoms", subsections included."""
    kept: list[str] = []
    position = document.body_start
    inside: int | None = None
    for block in parse_blocks(document):
        if block.kind != "heading":
            continue
        if inside is not None and block.level <= inside:
            position = block.start
            inside = None
        heading = _HEADING_MARKS.sub("", document.text[block.start : block.end].strip())
        if inside is None and _SYMPTOMS.match(heading):
            kept.append(document.text[position : block.start])
            inside = block.level
    if inside is None:
        kept.append(document.text[position:])
    return "".join(kept)


def _queries(folder: Path) -> Iterator[tuple[str, str, str]]:
    for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield row["_id"], row["text"], f"{FOLDER}/{row['gold']}"


def _write_rows(path: Path, rows: Sequence[dict[str, str]]) -> None:
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    written = write_files(given.shared, given.out)
    sys.stdout.write(
        f"{written.n_documents} articles ({written.n_documents_cut} without their Symptoms), "
        f"{written.n_queries} queries in {given.out}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
