"""Articles as people read them: the `Articles` port over the document store."""

from __future__ import annotations

from typing import Protocol

from assistant.model import ArticleView
from knowledge_base.blocks import parse_blocks
from knowledge_base.model import Document


class DocumentLibrary(Protocol):
    """What is read of the document store."""

    def document(self, document_id: str) -> Document | None:
        """Return one document, or None."""
        ...

    def documents(self) -> tuple[Document, ...]:
        """Return all documents, by document id."""
        ...


class StoredArticles:
    """Reads articles from the document store; what a group may not read is not there."""

    def __init__(self, store: DocumentLibrary) -> None:
        self._store = store

    def article(self, document_id: str, *, groups: frozenset[str]) -> ArticleView | None:
        """Return an article that these groups may read, else None."""
        document = self._store.document(document_id)
        if document is None or not may_read(document, groups):
            return None
        return ArticleView(document=document, blocks=parse_blocks(document))

    def articles(
        self, *, groups: frozenset[str], query: str, limit: int, offset: int
    ) -> tuple[Document, ...]:
        """Return articles that these groups may read and whose title has every word of `query`."""
        words = query.lower().split()
        found = [
            document
            for document in self._store.documents()
            if document.pool == "article"
            and may_read(document, groups)
            and all(word in document.title.lower() for word in words)
        ]
        found.sort(key=lambda document: (document.title.lower(), document.document_id))
        return tuple(found[offset : offset + limit])


def may_read(document: Document, groups: frozenset[str]) -> bool:
    """Return whether one of the groups is on the document's list; an empty list is nobody's."""
    return not groups.isdisjoint(document.acl)
