"""Examples of the guide are real: they are read the way they say."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from assistant.answering.evidence import choose_spans
from knowledge_base.blocks import parse_blocks
from knowledge_base.model import Document
from knowledge_base.sources.markdown import markdown_source

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_example_article_is_read_as_the_guide_says(tmp_path: Path) -> None:
    guide = (DOCS / "articles.md").read_text(encoding="utf-8")
    example = re.search(r"```markdown\n(.*?)```", guide, re.S)
    assert example
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "badge.md").write_text(example.group(1), encoding="utf-8")
    (document,) = markdown_source(folder).read()
    assert isinstance(document, Document)
    assert document.document_id == "handbook/badge.md"
    assert document.title == "The reader does not take my badge"
    assert document.updated_on == date(2026, 5, 3)
    assert document.verified_by == "Noor Haddad"
    spans = choose_spans(document, parse_blocks(document), document.title, [])
    quoted = [document.text[span.start : span.end].split()[0] for span in spans]
    assert quoted == ["The", "1."]
