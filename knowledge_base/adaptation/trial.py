"""Train the question side on some documents, try it on others, and say whether it is better.

The trial is the search itself, over the corpus without the pieces that are asked: all legs
together. A gain of the vectors alone is worth nothing when the words had found it already.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from knowledge_base.adaptation.pieces import Contents, Piece, take_pieces
from knowledge_base.adaptation.question_encoder import AdaptedVersion, QuestionEncoder
from knowledge_base.adaptation.training import (
    Lesson,
    Numbers,
    TrainingSettings,
    train_question_side,
)
from knowledge_base.config import KnowledgeBaseSettings
from knowledge_base.encoders import MiniLMEncoder
from knowledge_base.errors import AdaptationError
from knowledge_base.index.delta import open_index
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.indexing import build_index
from knowledge_base.model import Document, DocumentHit, Passage
from knowledge_base.ports import Encoder
from knowledge_base.retrieve import DENSE_ONLY

DEPTH = 10
_DRAWS = 2_000
_CONFIDENCE = (0.025, 0.975)

Told = Callable[[str, int, int], None]
Scores = npt.NDArray[np.float64]


class Search(Protocol):
    """What is tried: `knowledge_base.Retriever` is one."""

    def documents(
        self, query: str, *, groups: Sequence[str], k: int = 10, legs: Sequence[str] | None = None
    ) -> tuple[DocumentHit, ...]:
        """Return the best documents, best first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the trial takes place in."""

    base: Encoder
    """Reads passages; the built-in encoder."""
    cached: Encoder
    """The same through the cache of vectors."""
    settings: KnowledgeBaseSettings
    open_search: Callable[[SnapshotFolder, Encoder], Search]
    """Index and question encoder → the search as it will be used."""
    work: Path
    """An empty folder for the index without the pieces."""
    live: Encoder | None = None
    """What questions are read with now, if it was adapted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is tried."""

    training: TrainingSettings = field(default_factory=TrainingSettings)
    mixes: tuple[float, ...] = (0.5, 1.0)
    """How far the weights go from the base (0) to what was learned (1), as in Wortsman et al. 2022,
    "Robust fine-tuning of zero-shot models"; what chooses best is judged."""
    most_chosen: int = 300
    most_judged: int = 400
    """Most questions of either part."""
    fewest: int = 20
    """Fewest questions of either part, and a tenth of the fewest to learn from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Mean nDCG@10 before and after over the same documents."""

    n_documents: int
    n_questions: int
    before: float
    after: float
    change: float
    ci95: tuple[float, float]
    """Of the change: documents drawn with replacement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a trial."""

    version: AdaptedVersion
    changed: Mapping[str, Numbers]


def adapt(
    contents: Iterable[tuple[Document, tuple[Passage, ...]]],
    setting: Setting,
    plan: Plan,
    *,
    seed: int,
    now: datetime,
    told: Told = lambda stage, done, total: None,
) -> Outcome:
    """Train on four fifths of the articles, choose on a tenth, judge on a tenth.

    Parameters
    ----------
    contents : iterable
        Documents with their passages; tickets among them are left out.
    setting : Setting
        Encoder, search and a folder to work in.
    plan : Plan
        How much is tried.
    seed : int
        Which documents are held out, which pieces are taken, the order of training.
    now : datetime
        Aware; when the version was made.
    told : callable
        Told the stage, how many steps are done, and of how many.

    Raises
    ------
    AdaptationError
        When the encoder is not the built-in one, or the articles are too few.
    """
    base = setting.base
    if not isinstance(base, MiniLMEncoder):
        raise AdaptationError(
            f"The encoder {base.name!r} cannot be adapted; only the built-in one can.",
            hint="Set `encoder` to `default`, or adapt the model with its own tools.",
        )
    articles = [each for each in contents if each[0].pool == "article" and each[1]]
    pieces = take_pieces(articles, seed=seed)
    parts = {part: pieces.of(part, seed=seed) for part in ("train", "choose", "judge")}
    _require_enough(parts, plan.fewest)
    snapshots = SnapshotFolder(setting.work / "index")
    build_index(HeldContents(pieces.contents), setting.cached, snapshots, setting.settings)
    changed = train_question_side(
        base,
        Lesson(
            content=open_index(snapshots).content(),
            pieces=parts["train"],
            weights=setting.settings.retrieval.weights,
        ),
        plan.training,
        seed=seed,
        told=lambda done, total: told("train", done, total),
    )
    trial = _Trial(setting, snapshots, all_groups(articles), told)
    mixed = {mix: mixed_weights(base, changed, mix) for mix in plan.mixes}
    means = trial.choose(_drawn(parts["choose"], plan.most_chosen, seed), base, mixed)
    # Of equals the gentler.
    mix = min(means, key=lambda each: (-means[each], each))
    judged = _drawn(parts["judge"], plan.most_judged, seed)
    figures = trial.judge(judged, QuestionEncoder(base, mixed[mix]), seed)
    is_promoted, reason = verdict(figures["fused"], figures.get("fused_over_live"))
    version = AdaptedVersion(
        base=base.name,
        corpus_digest=corpus_digest(articles),
        created_at=now.isoformat(timespec="seconds"),
        seed=seed,
        is_promoted=is_promoted,
        reason=reason,
        figures={name: asdict(each) for name, each in figures.items()},
        settings={
            **asdict(plan.training),
            "mix": mix,
            "chosen_ndcg": {str(each): mean for each, mean in means.items()},
            "n_trained_on": len(parts["train"]),
            "n_symptoms": sum(piece.kind == "symptom" for piece in parts["train"]),
        },
    )
    return Outcome(version=version, changed=mixed[mix])


def verdict(fused: Comparison, over_live: Comparison | None = None) -> tuple[bool, str]:
    """Return whether a version comes into use, and why.

    It does when the search finds held-out documents better than with the base, and not by chance:
    the whole interval of the change lies above 0. Nor may it find them worse than what is in use.

    Parameters
    ----------
    fused : Comparison
        All legs, with the base and with the new version.
    over_live : Comparison, optional
        All legs, with the version in use and with the new one.
    """
    if fused.change <= 0:
        return False, "held-out documents are not found better"
    if fused.ci95[0] <= 0:
        return False, "the gain on held-out documents may be chance"
    if over_live is not None and over_live.change < 0:
        return False, "the version in use finds held-out documents better"
    return True, "held-out documents are found better"


def compare(pieces: Sequence[Piece], before: Scores, after: Scores, *, seed: int) -> Comparison:
    """Compare two searches by the same questions; each document counts once.

    Parameters
    ----------
    pieces : sequence of Piece
        At least one.
    before, after : array of shape (n_pieces,)
        nDCG@10 of each.
    seed : int
        Of the draws.
    """
    names, owners = np.unique([piece.document_id for piece in pieces], return_inverse=True)
    counts = np.bincount(owners)
    means = [np.bincount(owners, weights=each) / counts for each in (before, after)]
    change = means[1] - means[0]
    draws = np.random.default_rng(seed).integers(len(names), size=(_DRAWS, len(names)))
    low, high = np.quantile(change[draws].mean(axis=1), _CONFIDENCE)
    return Comparison(
        n_documents=len(names),
        n_questions=len(pieces),
        before=float(means[0].mean()),
        after=float(means[1].mean()),
        change=float(change.mean()),
        ci95=(float(low), float(high)),
    )


def mixed_weights(
    base: MiniLMEncoder, changed: Mapping[str, Numbers], share: float
) -> dict[str, Numbers]:
    """Return weights between the base's own (share 0) and the changed ones (share 1)."""
    network = base.load().network
    own = network.layer_weights(range(network.shape.n_layers))
    return {
        name: np.asarray(
            own[name].numpy() + np.float32(share) * (each - own[name].numpy()), dtype=np.float32
        )
        for name, each in changed.items()
    }


@dataclass(frozen=True, slots=True)
class HeldContents:
    """A corpus that was not ingested."""

    held: Contents

    def contents(self) -> Iterator[tuple[Document, tuple[Passage, ...]]]:
        """Yield every document with its passages."""
        return iter(self.held)

    def some_contents(
        self, document_ids: Collection[str]
    ) -> Iterator[tuple[Document, tuple[Passage, ...]]]:
        """Yield some documents with their passages."""
        return (each for each in self.held if each[0].document_id in document_ids)

    def versions(self) -> Mapping[str, str]:
        """Return document id → hash of its content."""
        return {document.document_id: document.content_hash for document, held in self.held if held}


@dataclass(frozen=True, slots=True)
class _Trial:
    setting: Setting
    snapshots: SnapshotFolder
    groups: Sequence[str]
    told: Told

    def ask(self, pieces: Sequence[Piece], encoder: Encoder, legs: Sequence[str] | None) -> Scores:
        """Return the nDCG@10 of each piece, shape (n_pieces,)."""
        search = self.setting.open_search(self.snapshots, encoder)
        scores = np.zeros(len(pieces))
        for row, piece in enumerate(pieces):
            hits = search.documents(piece.text, groups=self.groups, k=DEPTH, legs=legs)
            found = [hit.document_id for hit in hits]
            if piece.document_id in found:
                scores[row] = 1 / math.log2(found.index(piece.document_id) + 2)
            self.told("try", row + 1, len(pieces))
        return scores

    def choose(
        self,
        pieces: Sequence[Piece],
        base: MiniLMEncoder,
        mixed: Mapping[float, Mapping[str, Numbers]],
    ) -> dict[float, float]:
        """Return the mean nDCG@10 of all legs with each mix."""
        return {
            mix: float(self.ask(pieces, QuestionEncoder(base, each), None).mean())
            for mix, each in mixed.items()
        }

    def judge(self, pieces: Sequence[Piece], new: Encoder, seed: int) -> dict[str, Comparison]:
        """Return the comparisons of the new version with the base and with the one in use."""
        base, live = self.setting.base, self.setting.live
        rounds: dict[str, tuple[Encoder, Sequence[str] | None]] = {
            "fused": (base, None),
            "dense": (base, DENSE_ONLY),
        }
        if live is not None and live.name != base.name:
            rounds["fused_over_live"] = (live, None)
        after = {legs: self.ask(pieces, new, legs) for legs in (None, DENSE_ONLY)}
        return {
            name: compare(
                pieces,
                self.ask(pieces, old, legs),
                after[None if legs is None else DENSE_ONLY],
                seed=seed,
            )
            for name, (old, legs) in rounds.items()
        }


def _require_enough(parts: Mapping[str, Sequence[Piece]], fewest: int) -> None:
    least = {"train": 10 * fewest, "choose": fewest, "judge": fewest}
    if any(len(parts[part]) < least[part] for part in least):
        told = ", ".join(f"{len(parts[part])} to {part}" for part in least)
        wanted = ", ".join(f"{least[part]} to {part}" for part in least)
        raise AdaptationError(
            f"The articles give too few questions: {told}; at least {wanted} are needed.",
            hint="Ingest more articles of more than one passage; until then questions are read "
            "as before.",
        )


def _drawn(pieces: Sequence[Piece], most: int, seed: int) -> list[Piece]:
    drawn = np.random.default_rng(seed).permutation(len(pieces))[:most]
    return [pieces[place] for place in np.sort(drawn).tolist()]


def all_groups(contents: Contents) -> list[str]:
    """Return all groups: what nobody may read must not be a document less to tell apart."""
    return sorted({group for document, _ in contents for group in document.acl})


def corpus_digest(contents: Contents) -> str:
    """Return a sha256 over the ids and hashes of documents."""
    versions = sorted((each.document_id, each.content_hash) for each, _ in contents)
    return hashlib.sha256(repr(versions).encode("utf-8", "surrogatepass")).hexdigest()
