"""Training the last layers of the network that reads questions.

Asymmetric, with the vectors of passages as they are: every document of the corpus is a negative at
no cost, the hardest ones included. A share of the loss may be of the score that the search has,
words included (as in Gao et al. 2021, "Complement lexical retrieval with semantic residual
embeddings"): what words find already then teaches little, and what words get wrong, most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from knowledge_base.adaptation.pieces import Piece, roughened
from knowledge_base.encoders import MiniLMEncoder
from knowledge_base.index.content import Content
from knowledge_base.index.legs import Question
from knowledge_base.ports import Vectors
from knowledge_base.threads import n_cores

if TYPE_CHECKING:
    from torch import Tensor

    from knowledge_base.minilm import MiniLM

Numbers = npt.NDArray[np.float32]
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSettings:
    """How the question side is trained."""

    n_layers: int = 2
    """How many of the last layers learn."""
    learning_rate: float = 5e-5
    n_epochs: int = 1
    batch_size: int = 32
    temperature: float = 0.05
    """Of the fused score and of the cosine."""
    fused_share: float = 0.0
    """How much of the loss is of the fused score; the rest is of the cosine alone. Alone, the fused
    score makes the vectors forget what the words know, and gains nothing by it."""
    rough_share: float = 0.2
    """How many questions are read as somebody in a hurry writes them."""
    most_tokens: int = 128
    """A longer question is cut."""
    most_pieces: int = 6_000
    most_passages: int = 40_000
    """Of a larger corpus, negatives are drawn so that their passages are no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What is learned from."""

    content: Content
    """The corpus without the pieces."""
    pieces: Sequence[Piece]
    """Their documents are in the corpus."""
    weights: Mapping[str, float]
    """Leg → share in the fused score."""


def train_question_side(
    encoder: MiniLMEncoder,
    lesson: Lesson,
    settings: TrainingSettings,
    *,
    seed: int,
    told: Told = lambda done, total: None,
) -> dict[str, Numbers]:
    """Return the changed weights by name.

    Parameters
    ----------
    encoder : MiniLMEncoder
        Encoder of the corpus; stays as it is.
    lesson : Lesson
        At least one piece, and its corpus.
    settings : TrainingSettings
        How long, how fast.
    seed : int
        Order and drawing.
    told : callable
        Told how many steps are done, of how many.
    """
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(encoder.settings.threads or n_cores())
    random = np.random.default_rng(seed)
    drawn = random.permutation(len(lesson.pieces))[: settings.most_pieces]
    chosen = [lesson.pieces[place] for place in np.sort(drawn).tolist()]
    corpus = _Corpus.of(lesson.content, chosen, settings.most_passages, random)
    loaded = encoder.load()
    layers = range(loaded.network.shape.n_layers)[-settings.n_layers :]
    learned = {
        name: each.clone().requires_grad_(True)
        for name, each in loaded.network.layer_weights(layers).items()
    }
    learner = _Learner(
        network=loaded.network.with_weights(learned),
        encode=lambda texts: [
            each.ids[: settings.most_tokens] for each in loaded.tokenizer.encode_batch(texts)
        ],
        scorer=_Scorer(lesson.content, corpus, lesson.weights, settings),
        random=random,
    )
    optimizer = torch.optim.AdamW(list(learned.values()), lr=settings.learning_rate)
    order = [random.permutation(len(chosen)) for _ in range(settings.n_epochs)]
    batches = [
        epoch[start : start + settings.batch_size].tolist()
        for epoch in order
        for start in range(0, len(epoch), settings.batch_size)
    ]
    for step, batch in enumerate(batches):
        rate = min(1.0, (step + 1) / _WARM_UP_STEPS) * (1 - step / len(batches))
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * rate
        loss = learner.loss([chosen[place] for place in batch])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        told(step + 1, len(batches))
    return {name: each.detach().numpy() for name, each in learned.items()}


_WARM_UP_STEPS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Corpus:
    """The documents that are told apart. Documents are numbered anew from 0."""

    documents: npt.NDArray[np.int64]
    """Document row in the index of each."""
    rows: npt.NDArray[np.int64]
    """Passage rows in the index."""
    owners: npt.NDArray[np.int64]
    """Document of each of them, ascending."""
    place: Mapping[str, int]
    """Document id → document, for those with pieces."""

    @classmethod
    def of(
        cls,
        content: Content,
        pieces: Sequence[Piece],
        most_passages: int,
        random: np.random.Generator,
    ) -> _Corpus:
        gold = {name: content.document_place[name] for name in {p.document_id for p in pieces}}
        used = np.bincount(content.passage_document, minlength=len(content.live))
        others = np.setdiff1d(np.flatnonzero(content.live), list(gold.values()))
        drawn = random.permutation(others)
        room = most_passages - int(used[list(gold.values())].sum())
        drawn = drawn[np.cumsum(used[drawn]) <= room]
        documents = np.sort(np.concatenate([list(gold.values()), drawn]).astype(np.int64))
        rows = content.passages_of(documents)
        owners = np.searchsorted(documents, content.passage_document[rows])
        place = {name: int(np.searchsorted(documents, row)) for name, row in gold.items()}
        return cls(documents=documents, rows=rows, owners=owners, place=place)


class _Scorer:
    """Scores of questions and documents, alike to those of the search, with gradients."""

    def __init__(
        self,
        content: Content,
        corpus: _Corpus,
        weights: Mapping[str, float],
        settings: TrainingSettings,
    ) -> None:
        import torch

        self.corpus = corpus
        self._content = content
        self._weights = weights
        self._settings = settings
        self._passages = torch.from_numpy(_vectors(content.passage_vectors, corpus.rows))
        self._titles = torch.from_numpy(_vectors(content.title_vectors, corpus.documents))
        self._means = torch.from_numpy(_vectors(content.document_vectors, corpus.documents))
        self._owners = torch.from_numpy(corpus.owners)

    def loss(self, vectors: Tensor, texts: Sequence[str], gold: Sequence[int]) -> Tensor:
        import torch
        from torch.nn import functional

        temperature, share = self._settings.temperature, self._settings.fused_share
        target = torch.tensor(gold)
        cosines = vectors @ self._passages.T
        best = self._best(cosines)
        fused = torch.from_numpy(self._words(texts))
        legs = (
            ("dense", best, cosines.detach(), _PROPOSED_PASSAGES),
            ("title", vectors @ self._titles.T, None, _PROPOSED_DOCUMENTS),
            ("document", vectors @ self._means.T, None, _PROPOSED_DOCUMENTS),
        )
        for name, scores, ranked, k in legs:
            if name in self._weights:
                ends = _ends(scores.detach() if ranked is None else ranked, k)
                fused = fused + self._weights[name] * (scores - ends[0]) / (ends[1] - ends[0])
        together = functional.cross_entropy(fused / temperature, target, reduction="none")
        alone = functional.cross_entropy(best / temperature, target, reduction="none")
        # A sentence that brings a hundred other documents first is of no document in particular.
        own = fused.detach().gather(1, target[:, None])
        is_telling = (fused.detach() > own).sum(1) < _MOST_BETTER
        losses: Tensor = (share * together + (1 - share) * alone) * is_telling
        return losses.sum() / is_telling.sum().clamp(min=1)

    def _best(self, cosines: Tensor) -> Tensor:
        """Return each document's best cosine, shape (n_questions, n_documents)."""
        shape = (len(cosines), len(self.corpus.documents))
        owners = self._owners[None].expand(len(cosines), -1)
        return cosines.new_full(shape, -1.0).scatter_reduce(1, owners, cosines, "amax")

    def _words(self, texts: Sequence[str]) -> Numbers:
        """Return what the legs of words add, shape (n_questions, n_documents)."""
        content, corpus = self._content, self.corpus
        nothing = np.zeros(0, dtype=np.float32)
        added = np.zeros((len(texts), len(corpus.documents)), dtype=np.float32)
        starts = np.searchsorted(corpus.owners, np.arange(len(corpus.documents)))
        for row, text in enumerate(texts):
            question = Question(text=text, vector=nothing)
            for name, index, k in (
                ("bm25", content.bm25_passages, _PROPOSED_PASSAGES),
                ("bm25_document", content.bm25_documents, _PROPOSED_DOCUMENTS),
                ("bm25_title", content.bm25_titles, _PROPOSED_DOCUMENTS),
            ):
                weight = self._weights.get(name, 0.0)
                if not weight:
                    continue
                scores = question.bm25(index)
                own = scores[corpus.rows if name == "bm25" else corpus.documents]
                floor, ceiling = _numpy_ends(own, k)
                if ceiling <= floor:
                    continue
                if name == "bm25":
                    own = np.maximum.reduceat(own, starts)
                added[row] += weight * np.clip((own - floor) / (ceiling - floor), 0.0, 1.0)
        return added


_MOST_BETTER = 100
_PROPOSED_PASSAGES, _PROPOSED_DOCUMENTS = 200, 50
"""As in the search: the last of so many has a share of 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Learner:
    network: MiniLM
    encode: Callable[[list[str]], list[list[int]]]
    scorer: _Scorer
    random: np.random.Generator

    def loss(self, pieces: Sequence[Piece]) -> Tensor:
        share = self.scorer._settings.rough_share
        texts = [
            roughened(piece.text, self.random) if self.random.random() < share else piece.text
            for piece in pieces
        ]
        gold = [self.scorer.corpus.place[piece.document_id] for piece in pieces]
        return self.scorer.loss(self.network.forward(self.encode(texts)), texts, gold)


def _vectors(index: object, rows: npt.NDArray[np.int64]) -> Vectors:
    parts = index.parts  # type: ignore[attr-defined]
    if len(parts) == 1:
        return np.ascontiguousarray(parts[0].vectors[rows])
    return np.ascontiguousarray(np.concatenate([part.vectors for part in parts])[rows])


def _ends(scores: Tensor, k: int) -> tuple[Tensor, Tensor]:
    import torch

    best = torch.topk(scores, min(k, scores.shape[1]), dim=1).values
    floor, ceiling = best[:, -1:], best[:, :1]
    return floor, torch.maximum(ceiling, floor + 1e-3)


def _numpy_ends(scores: Numbers, k: int) -> tuple[float, float]:
    positive = scores[scores > 0]
    if len(positive) == 0:
        return 0.0, 0.0
    floor = float(np.partition(positive, len(positive) - k)[-k]) if len(positive) >= k else 0.0
    return floor, float(positive.max())
