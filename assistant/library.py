"""Articles as people read them: the `Articles` port over the index."""

from __future__ import annotations

from assistant.model import ArticleView
from knowledge_base.blocks import parse_blocks
from knowledge_base.model import Document
from knowledge_base.retrieve import Retriever


class IndexedArticles:
    """Reads articles as they were indexed, so that what is cited is what is shown."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever

    def article(self, document_id: str, *, groups: frozenset[str]) -> ArticleView | None:
        """Return an article that these groups may read, else None."""
        document = self._retriever.document(document_id, groups=groups)
        if document is None or document.pool != "article":
            return None
        return ArticleView(document=document, blocks=parse_blocks(document))

    def articles(
        self, *, groups: frozenset[str], query: str, limit: int, offset: int
    ) -> tuple[Document, ...]:
        """Return articles that these groups may read and whose title has every word of `query`."""
        words = query.lower().split()
        found = [
            document_id
            for document_id, title in self._retriever.titles(groups=groups)
            if all(word in title.lower() for word in words)
        ]
        shown = (
            self._retriever.document(document_id, groups=groups)
            for document_id in found[offset : offset + limit]
        )
        return tuple(document for document in shown if document is not None)
