"""Which articles a text points at: two tickets that point at the same ones are likelier alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge_base.chunking import embedding_text
from knowledge_base.model import EVERYONE, Document, Passage
from knowledge_base.ports import Vectors

N_ANCHORS = 5
MIN_COSINE = 0.3
"""An article counts for what its nearest passage is nearer than this."""
MAX_PASSAGES = 60_000
"""Beyond this the agreement is left out: it would cost more than the rest together."""
_CHUNK_ROWS = 64

Encode = Callable[[Sequence[str]], Vectors]
Places = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """The nearest articles of some texts."""

    places: Places
    """Article numbers, shape (n_texts, N_ANCHORS)."""
    weights: Weights
    """0 or more, the same shape; 0 for what is not near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSpace:
    """Vectors of all articles' passages."""

    acls: tuple[tuple[str, ...], ...]
    """Of each article."""
    vectors: Vectors
    """Shape (n_passages, n_dimensions), passages of an article together."""
    firsts: Places
    """First passage of each article, ascending."""

    @classmethod
    def of(
        cls, contents: Iterable[tuple[Document, Sequence[Passage]]], encode: Encode
    ) -> ArticleSpace | None:
        """Return the space of the articles among these documents; None for none or too many."""
        held = [
            (document.acl, passages)
            for document, passages in contents
            if document.pool == "article" and passages
        ]
        n_passages = sum(len(passages) for _, passages in held)
        if not held or n_passages > MAX_PASSAGES:
            return None
        texts = [embedding_text(passage) for _, passages in held for passage in passages]
        sizes = [len(passages) for _, passages in held]
        return cls(
            acls=tuple(acl for acl, _ in held),
            vectors=encode(texts),
            firsts=np.cumsum([0, *sizes[:-1]]).astype(np.int64),
        )

    def anchors(self, vectors: Vectors) -> Anchors:
        """Return the nearest articles of texts, shape (n_texts, n_dimensions) → N_ANCHORS each."""
        k = min(N_ANCHORS, len(self.firsts))
        places = np.zeros((len(vectors), k), dtype=np.int64)
        weights = np.zeros((len(vectors), k))
        for start in range(0, len(vectors), _CHUNK_ROWS):
            cosines = np.maximum.reduceat(
                vectors[start : start + _CHUNK_ROWS] @ self.vectors.T, self.firsts, axis=1
            )
            best = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
            over = np.take_along_axis(cosines, best, axis=1) - MIN_COSINE
            places[start : start + len(best)] = best
            weights[start : start + len(best)] = np.maximum(over, 0.0) ** 2
        return Anchors(places=places, weights=weights)

    def allowed(self, groups: Collection[str]) -> npt.NDArray[np.bool_]:
        """Return which articles an asker of these groups may read."""
        mine = set(groups)
        return np.array([EVERYONE in acl or bool(mine & set(acl)) for acl in self.acls])


def agreement(one: Anchors, many: Anchors, allowed: npt.NDArray[np.bool_]) -> Weights:
    """Return the cosine of one text's anchors with those of many, over the allowed articles.

    Parameters
    ----------
    one : Anchors
        Of one text.
    many : Anchors
        Of n texts.
    allowed : array of bool, shape (n_articles,)
        What the asker may read; the others count for nothing.

    Returns
    -------
    array of shape (n,)
        0..1; 0 where either points at nothing.
    """
    dense = np.zeros(len(allowed))
    dense[one.places[0]] = one.weights[0] * allowed[one.places[0]]
    kept = many.weights * allowed[many.places]
    norms = np.linalg.norm(kept, axis=1) * np.linalg.norm(dense)
    dots = (kept * dense[many.places]).sum(axis=1)
    shares: Weights = np.divide(dots, norms, out=np.zeros(len(dots)), where=norms > 0)
    return shares
