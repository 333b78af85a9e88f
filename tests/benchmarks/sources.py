"""Sources: how many files of each kind the parsing process turns into Markdown a second."""

from __future__ import annotations

import time
from typing import Any

from knowledge_base.config import ParsingSettings
from knowledge_base.sources.formats import FORMATS
from knowledge_base.sources.parser_process import ParserProcess
from tests.sample_files import MAKERS, Article, pdf_file, zip_file

N_FILES = 60


def run() -> dict[str, Any]:
    """Convert one article of some 600 words again and again, each kind after a warm-up."""
    sentence = "The printer in the storeroom feeds labels without printing anything on them. "
    article = Article(
        intro=sentence * 5,
        n_paragraphs=8,
        steps=tuple(f"Do the thing that has the number {n} on the panel." for n in range(20)),
        rows=tuple((f"LT-{n}", f"Light {n} is on", "Ask the storeroom") for n in range(20)),
    )
    files = {kind: make(article) for kind, make in MAKERS.items()}
    files["pdf"] = pdf_file(article, n_pages=3)
    files_per_s: dict[str, float] = {}
    first_s: dict[str, float] = {}
    for kind, raw in files.items():
        with ParserProcess(ParsingSettings()) as parser:
            started = time.perf_counter()
            parser.convert(FORMATS[f".{kind}"], raw)
            first_s[kind] = round(time.perf_counter() - started, 3)
            started = time.perf_counter()
            for _ in range(N_FILES):
                parser.convert(FORMATS[f".{kind}"], raw)
            files_per_s[kind] = round(N_FILES / (time.perf_counter() - started), 1)
    archive = zip_file({f"{n}.html": files["html"] for n in range(500)})
    with ParserProcess(ParsingSettings()) as parser:
        started = time.perf_counter()
        n_members = sum(1 for _ in parser.unpack(archive, max_total_bytes=10**9))
        files_per_s["zip_members"] = round(n_members / (time.perf_counter() - started), 1)
    return {
        "n_files": N_FILES,
        "n_bytes": {kind: len(raw) for kind, raw in files.items()},
        "files_per_s": files_per_s,
        "first_file_s": first_s,
    }
