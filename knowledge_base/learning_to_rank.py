"""Weights of the legs, learned from questions whose documents are known.

ListNet (Cao et al. 2007): the softmax of a question's scores should be the distribution of its
grades. The scores are a weighted mean of a dozen shares with weights from 0 on, so that whatever
was learned can be read, and no leg can count against a document. Weights are pulled towards those
in use: few questions change little.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from knowledge_base.index.legs import LEGS
from knowledge_base.late import LATE_LEGS
from knowledge_base.ranking import N_COMPARED, CandidateDocuments

LEARNED_LEGS = (*LEGS, *LATE_LEGS)
"""Columns of `Example.shares`."""
MEASURES = ("ndcg@10", "hit@1", "hit@5")
PULL = 100.0
"""The weights at the start count as so many questions; chosen by leaving sets out."""

_SHARPEST = 200.0
_MOST_STEPS = 500

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A question and the documents that are right for it."""

    text: str
    relevant: Mapping[str, int]
    """Document id → grade from 0 on."""
    group: str = ""
    """What must be learned from or judged by as a whole: a set of questions, or a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """The best candidates of a question, in the order that breaks ties."""

    shares: Floats
    """What each leg says of each document, 0..1, shape (n_documents, n_legs)."""
    grades: Floats
    """Shape (n_documents,), from 0 on."""
    ideal: tuple[int, ...]
    """Grades of all right documents, found or not, highest first."""
    group: str = ""
    importance: float = 1.0
    """How much it counts when weights are fitted."""


class CandidateSearch(Protocol):
    """What is learned from: `knowledge_base.Retriever` is one."""

    def candidates(self, query: str, *, groups: Collection[str]) -> CandidateDocuments:
        """Return the documents that were found, and what each leg says of them."""
        ...


def collect(
    retriever: CandidateSearch,
    questions: Iterable[Labelled],
    *,
    groups: Collection[str],
    depth: int | None = N_COMPARED,
    told: Callable[[int], None] = lambda done: None,
) -> tuple[Example, ...]:
    """Search for each question, and keep what the legs say of the first documents.

    Parameters
    ----------
    retriever : CandidateSearch
        Its present weights decide which documents are the first.
    questions : iterable of Labelled
        Those without a right document are left out; those that find nothing stay, as misses.
    groups : collection of str
        Groups of the asker.
    depth : int, optional
        How many documents of each question; None keeps all that were proposed.
    told : callable
        Told how many questions are done.
    """
    examples: list[Example] = []
    for question in questions:
        ideal = sorted((grade for grade in question.relevant.values() if grade > 0), reverse=True)
        if not ideal:
            continue
        found = retriever.candidates(question.text, groups=groups)
        # In the order that breaks ties.
        kept = np.sort(np.lexsort((np.arange(len(found.scores)), -found.scores))[:depth])
        shares = np.zeros((len(kept), len(LEARNED_LEGS)))
        for column, leg in enumerate(LEARNED_LEGS):
            if leg in found.shares:
                shares[:, column] = found.shares[leg][kept]
        names = [found.document_ids[place] for place in kept.tolist()]
        examples.append(
            Example(
                shares=shares,
                grades=np.asarray([question.relevant.get(name, 0) for name in names], dtype=float),
                ideal=tuple(ideal),
                group=question.group,
            )
        )
        told(len(examples))
    return tuple(examples)


def fit_weights(
    examples: Sequence[Example],
    *,
    start: Mapping[str, float],
    pull: float = PULL,
    legs: Sequence[str] = LEARNED_LEGS,
) -> dict[str, float]:
    """Return weights that rank the right documents of these questions higher.

    Parameters
    ----------
    examples : sequence of Example
        Those where no right document was found teach nothing.
    start : mapping of str to float
        Leg → weight; where the fit begins and where it is pulled to.
    pull : float
        As many questions as it takes to pull as hard as `start` does; from 0 on.
    legs : sequence of str
        Names of the columns of `Example.shares`.

    Returns
    -------
    dict of str to float
        Leg → weight from 0 on, summing to 1; `start`, on that scale, when there is nothing to learn
        from. On these questions their loss is never above that of `start`.

    Raises
    ------
    ValueError
        When a start weight or `pull` is negative.
    """
    from scipy.optimize import minimize

    first = _on_scale(start, legs)
    if pull < 0:
        raise ValueError(f"pull is {pull}; expected a number from 0 on")
    lists = _Lists.of(examples)
    if lists is None:
        return _named(first, legs)
    # The softmax wants scores on a scale of its own; weights only tell legs apart.
    sharpness = _sharpness(lists, first)

    def objective(scaled: Floats) -> tuple[float, Floats]:
        loss, slope = lists.loss(scaled)
        away = scaled / sharpness - first
        strength = pull / len(lists.starts)
        return (
            loss + strength * float(away @ away),
            slope + 2 * strength * away / sharpness,
        )

    fitted = minimize(
        objective,
        first * sharpness,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None)] * len(legs),
        options={"maxiter": _MOST_STEPS},
    ).x
    total = float(fitted.sum())
    if total <= 0:
        return _named(first, legs)
    return _named(fitted / total, legs)


def training_loss(
    examples: Sequence[Example],
    weights: Mapping[str, float],
    *,
    legs: Sequence[str] = LEARNED_LEGS,
) -> float:
    """Return the cross-entropy of weights at the sharpness that suits them best; 0 for nothing."""
    lists = _Lists.of(examples)
    if lists is None:
        return 0.0
    named = _on_scale(weights, legs)
    return lists.loss(named * _sharpness(lists, named))[0]


def measures(
    example: Example, weights: Mapping[str, float], *, legs: Sequence[str] = LEARNED_LEGS
) -> tuple[float, float, float]:
    """Return nDCG@10, hit@1 and hit@5 of a ranking by these weights, each 0..1."""
    scores = example.shares @ _on_scale(weights, legs)
    order = np.lexsort((np.arange(len(scores)), -scores))
    return ranking_measures(example.grades[order].tolist(), example.ideal)


def ranking_measures(grades: Sequence[float], ideal: Sequence[int]) -> tuple[float, float, float]:
    """Return nDCG@10, hit@1 and hit@5 of a ranking.

    Parameters
    ----------
    grades : sequence of float
        Of the documents as ranked.
    ideal : sequence of int
        Of all right documents, highest first; at least one.
    """
    gained = _discounted(grades[:10]) / _discounted(ideal[:10])
    hit_1, hit_5 = (float(any(grade > 0 for grade in grades[:k])) for k in (1, 5))
    return gained, hit_1, hit_5


def balanced(examples: Sequence[Example]) -> tuple[Example, ...]:
    """Return the examples so that each group counts as much as any other, by its size or not."""
    sizes: dict[str, int] = {}
    for example in examples:
        sizes[example.group] = sizes.get(example.group, 0) + 1
    mean = len(examples) / max(1, len(sizes))
    return tuple(
        Example(
            shares=example.shares,
            grades=example.grades,
            ideal=example.ideal,
            group=example.group,
            importance=mean / sizes[example.group],
        )
        for example in examples
    )


def held_out(
    examples: Sequence[Example],
    folds: Sequence[int],
    *,
    start: Mapping[str, float],
    pull: float = PULL,
    legs: Sequence[str] = LEARNED_LEGS,
) -> Floats:
    """Return what each question is worth under weights that were learned without its fold.

    Parameters
    ----------
    examples : sequence of Example
        All questions.
    folds : sequence of int
        The fold of each.
    start, pull, legs
        As in `fit_weights`.

    Returns
    -------
    array of shape (n_examples, 3)
        In the order of `MEASURES`.
    """
    result = np.zeros((len(examples), len(MEASURES)))
    for fold in sorted(set(folds)):
        others = [each for each, own in zip(examples, folds, strict=True) if own != fold]
        weights = fit_weights(others, start=start, pull=pull, legs=legs)
        for row, own in enumerate(folds):
            if own == fold:
                result[row] = measures(examples[row], weights, legs=legs)
    return result


def mean_interval(
    values: Floats, *, seed: int, n_draws: int = 2_000
) -> tuple[float, tuple[float, float]]:
    """Return the mean and its 95 % interval over draws with replacement; zeros for nothing."""
    if not len(values):
        return 0.0, (0.0, 0.0)
    draws = np.random.default_rng(seed).integers(len(values), size=(n_draws, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), (0.025, 0.975))
    return float(values.mean()), (float(low), float(high))


@dataclass(frozen=True, slots=True)
class _Lists:
    """All questions that teach something, end to end."""

    shares: Floats
    """Shape (n_rows, n_legs)."""
    targets: Floats
    """Share of the grades of its question, shape (n_rows,)."""
    starts: npt.NDArray[np.int64]
    owners: npt.NDArray[np.int64]
    importances: Floats
    """Of each question; they sum to 1."""

    @classmethod
    def of(cls, examples: Sequence[Example]) -> _Lists | None:
        told = [each for each in examples if each.grades.sum() > 0 and len(each.grades) > 1]
        if not told:
            return None
        lengths = np.asarray([len(each.grades) for each in told], dtype=np.int64)
        importances = np.asarray([each.importance for each in told])
        return cls(
            np.concatenate([each.shares for each in told]),
            np.concatenate([each.grades / each.grades.sum() for each in told]),
            np.cumsum(lengths) - lengths,
            np.repeat(np.arange(len(told)), lengths),
            importances / importances.sum(),
        )

    def loss(self, weights: Floats) -> tuple[float, Floats]:
        """Return the mean cross-entropy and its slope by each weight."""
        scores = self.shares @ weights
        scores = scores - np.maximum.reduceat(scores, self.starts)[self.owners]
        raised = np.exp(scores)
        totals = np.add.reduceat(raised, self.starts)
        logs = scores - np.log(totals)[self.owners]
        counted = self.importances[self.owners]
        loss = -float((counted * self.targets * logs).sum())
        slope = self.shares.T @ (counted * (raised / totals[self.owners] - self.targets))
        return loss, slope


def _sharpness(lists: _Lists, weights: Floats) -> float:
    """Return by how much the scores are multiplied before the softmax."""
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda power: lists.loss(weights * math.exp(power))[0],
        bounds=(0.0, math.log(_SHARPEST)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return math.exp(float(found.x))


def _on_scale(weights: Mapping[str, float], legs: Sequence[str]) -> Floats:
    given = np.asarray([weights.get(leg, 0.0) for leg in legs], dtype=np.float64)
    if (given < 0).any():
        raise ValueError(f"the weight {float(given.min())} is negative; expected numbers from 0 on")
    total = float(given.sum())
    return given / total if total > 0 else np.full(len(legs), 1 / len(legs))


def _named(weights: Floats, legs: Sequence[str]) -> dict[str, float]:
    return {leg: float(weight) for leg, weight in zip(legs, weights, strict=True)}


def _discounted(grades: Sequence[float]) -> float:
    return math.fsum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))
