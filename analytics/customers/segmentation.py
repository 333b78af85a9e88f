"""Groups of customers: four ways to find them, how many there are, and whether they are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from analytics.customers.segment_features import Floats, Prepared, without_groups

Ints = npt.NDArray[np.int64]
Method = Literal["kmeans", "gmm", "agglomerative", "hdbscan"]

NO_GROUP: Final = -1
"""Label of customers that HDBSCAN puts nowhere."""
MAX_K: Final = 10
_FIT_ROWS: Final[Mapping[Method, int]] = {
    "kmeans": 200_000,
    "gmm": 50_000,
    "agglomerative": 10_000,
    "hdbscan": 20_000,
}
_CHOICE_ROWS: Final = 2_000
_SILHOUETTE_ROWS: Final = 2_000
_N_STARTS: Final = 3
_N_MIXTURES: Final = 2
_N_REFERENCES: Final = 5
_MARGIN: Final = 0.05
_N_BOOTSTRAP: Final = 12
_ROWS_AT_A_TIME: Final = 100_000

Assign = Callable[[Floats], Ints]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceOfK:
    """What speaks for each number of groups."""

    k: int
    ks: tuple[int, ...]
    silhouettes: tuple[float, ...]
    inertias: tuple[float, ...]
    """Squared distances to the nearest centre of k-means."""
    bics: tuple[float, ...]
    """Of Gaussian mixtures; lower is better."""
    elbow: int
    """Where the inertias bend most: farthest below the line from the first to the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stability:
    """How far the groups come back when customers are drawn anew."""

    ari: float
    """Mean adjusted Rand index, up to 1."""
    ci95: tuple[float, float]
    """2.5 and 97.5 % of the draws' indices."""
    of_group: tuple[float, ...]
    """Mean Jaccard overlap of each group with its nearest one (Hennig 2007), 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Groups that were found."""

    method: Method
    k: int
    labels: Ints
    """Shape (n_rows,), 0 for the largest group; `NO_GROUP` only with HDBSCAN."""
    silhouette: float
    """−1 to 1, on a sample; NaN with one group."""
    reference: float
    """The silhouette that as many groups reach where there are none: mean + 3 deviations, at
    least 0.05, which skewness left in the numbers may give."""
    stability: Stability

    @property
    def is_structure(self) -> bool:
        """Whether the groups stand out from what points without groups give."""
        return self.silhouette > self.reference


def choose_k(points: Floats, method: Method, *, seed: int) -> ChoiceOfK:
    """Compare two to ten groups; the silhouette decides, ties go to fewer.

    Parameters
    ----------
    points : ndarray, shape (n_rows, n_dimensions)
        At least four rows; a sample of them is compared.
    method : Method
        Whose silhouettes are taken; HDBSCAN finds its own number.
    """
    from sklearn.cluster import KMeans

    some = _sample(points, _CHOICE_ROWS, seed)
    n_different = len(np.unique(some, axis=0))
    ks = tuple(range(2, min(MAX_K, max(len(some) // 5, 2), n_different) + 1))
    silhouettes, inertias, bics = [], [], []
    for k in ks:
        means = KMeans(k, n_init=_N_STARTS, random_state=seed).fit(some)
        mixture = _mixture(k, some, seed)
        assign = means.predict if method == "kmeans" else fit(some, method, k, seed=seed)
        silhouettes.append(silhouette(some, np.asarray(assign(some), dtype=np.int64), seed))
        inertias.append(float(means.inertia_))
        bics.append(float(mixture.bic(some)))
    best = max(range(len(ks)), key=lambda i: (round(np.nan_to_num(silhouettes[i]), 3), -ks[i]))
    return ChoiceOfK(
        k=ks[best],
        ks=ks,
        silhouettes=tuple(silhouettes),
        inertias=tuple(inertias),
        bics=tuple(bics),
        elbow=_elbow(ks, inertias),
    )


def find_groups(prepared: Prepared, method: Method, k: int, *, seed: int) -> Groups:
    """Find groups, and measure how much they stand out and come back.

    Above the method's limit (k-means 200,000 rows, mixture 50,000, HDBSCAN 20,000, agglomerative
    10,000) groups are found in a sample and the other rows go to the nearest.

    Parameters
    ----------
    prepared : Prepared
        Customers as points.
    k : int
        Number of groups; HDBSCAN does not use it.
    """
    points = prepared.matrix
    labels = _by_size(fit(points, method, k, seed=seed)(points))
    found = len(set(labels.tolist()) - {NO_GROUP})
    random = np.random.default_rng([seed, 1])
    references = []
    for _ in range(_N_REFERENCES if found > 1 else 0):
        drawn = without_groups(prepared, random, min(len(points), _CHOICE_ROWS))
        assign = fit(drawn, "kmeans" if method == "hdbscan" else method, found, seed=seed)
        references.append(silhouette(drawn, assign(drawn), seed))
    level = np.inf
    if references:
        level = float(np.mean(references)) + max(3 * float(np.std(references)), _MARGIN)
    return Groups(
        method=method,
        k=found,
        labels=labels,
        silhouette=silhouette(points, labels, seed),
        reference=level,
        stability=stability(points, labels, lambda some: fit(some, method, k, seed=seed), seed),
    )


def fit(points: Floats, method: Method, k: int, *, seed: int) -> Assign:
    """Find groups in (a sample of) points and return what gives any points their group."""
    from sklearn.cluster import HDBSCAN, AgglomerativeClustering, KMeans
    from sklearn.neighbors import KNeighborsClassifier

    some = _sample(points, _FIT_ROWS[method], seed)
    if method == "kmeans":
        assign = KMeans(k, n_init=_N_STARTS, random_state=seed).fit(some).predict
    elif method == "gmm":
        assign = _mixture(k, some, seed).predict
    elif method == "agglomerative":
        found = AgglomerativeClustering(k, linkage="ward").fit_predict(some)
        centres = np.array([some[found == label].mean(axis=0) for label in range(k)])
        near = KNeighborsClassifier(1).fit(centres, np.arange(k))
        # The rows that were clustered keep the tree's group, the others go to the nearest centre.
        assign = near.predict if len(some) < len(points) else _same_or(points, found, near.predict)
    else:
        size = max(5, len(some) // 50)
        found = HDBSCAN(min_cluster_size=size, min_samples=min(10, size), copy=True).fit_predict(
            some
        )
        assign = KNeighborsClassifier(1).fit(some, found).predict

    def in_blocks(given: Floats) -> Ints:
        starts = range(0, len(given), _ROWS_AT_A_TIME)
        parts = [assign(given[start : start + _ROWS_AT_A_TIME]) for start in starts]
        return np.concatenate(parts).astype(np.int64) if parts else np.empty(0, np.int64)

    return assign if method == "agglomerative" else in_blocks


def silhouette(points: Floats, labels: Ints, seed: int) -> float:
    """Return the mean silhouette of a sample of the grouped rows; NaN with fewer than two groups.

    References
    ----------
    Rousseeuw (1987), Silhouettes, Journal of Computational and Applied Mathematics 20.
    """
    from sklearn.metrics import silhouette_score

    kept = np.flatnonzero(labels != NO_GROUP)
    if len(kept) > _SILHOUETTE_ROWS:
        kept = np.random.default_rng([seed, 2]).choice(kept, _SILHOUETTE_ROWS, replace=False)
    n_groups = len(np.unique(labels[kept]))
    if n_groups < 2 or n_groups >= len(kept):
        return float("nan")
    return float(silhouette_score(points[kept], labels[kept]))


def stability(
    points: Floats, labels: Ints, refit: Callable[[Floats], Assign], seed: int
) -> Stability:
    """Draw rows anew, find groups again, and compare what they say of the same rows."""
    from sklearn.metrics import adjusted_rand_score

    rows = np.arange(len(points))
    random = np.random.default_rng([seed, 3])
    if len(rows) > _CHOICE_ROWS:
        rows = np.sort(random.choice(rows, _CHOICE_ROWS, replace=False))
    some, told = points[rows], labels[rows]
    names = sorted(set(labels.tolist()) - {NO_GROUP})
    indices, overlaps = [], []
    for _ in range(_N_BOOTSTRAP):
        again = refit(some[random.integers(0, len(some), len(some))])(some)
        indices.append(float(adjusted_rand_score(told, again)))
        overlaps.append([_overlap(told == name, again) for name in names])
    low, high = np.quantile(indices, (0.025, 0.975)).tolist()
    return Stability(
        ari=float(np.mean(indices)),
        ci95=(low, high),
        of_group=tuple(np.mean(overlaps, axis=0).tolist()),
    )


def _overlap(is_in: npt.NDArray[np.bool_], again: Ints) -> float:
    shared = [
        float((is_in & (again == name)).sum() / max((is_in | (again == name)).sum(), 1))
        for name in set(again[is_in].tolist()) - {NO_GROUP}
    ]
    return max(shared, default=0.0)


def _mixture(k: int, points: Floats, seed: int) -> Any:
    from sklearn.mixture import GaussianMixture

    shape = "full" if points.shape[1] <= 12 and len(points) >= 20 * k else "diag"
    return GaussianMixture(
        k,
        covariance_type=shape,
        n_init=_N_MIXTURES,
        reg_covar=1e-3,
        max_iter=100,
        random_state=seed,
    ).fit(points)


def _same_or(points: Floats, found: Ints, assign: Assign) -> Assign:
    return lambda given: found if given is points else assign(given)


def _by_size(labels: Ints) -> Ints:
    """Number the groups from the largest on; ties by the first row."""
    names, first, counts = np.unique(labels, return_index=True, return_counts=True)
    kept = names != NO_GROUP
    order = np.lexsort((first[kept], -counts[kept]))
    renamed = dict(zip(names[kept][order].tolist(), range(len(order)), strict=True))
    return np.array([renamed.get(label, NO_GROUP) for label in labels.tolist()], dtype=np.int64)


def _sample(points: Floats, n: int, seed: int) -> Floats:
    if len(points) <= n:
        return points
    rows = np.random.default_rng([seed, 4]).choice(len(points), n, replace=False)
    return points[np.sort(rows)]


def _elbow(ks: Sequence[int], inertias: Sequence[float]) -> int:
    if len(ks) < 3:
        return ks[0]
    x = np.linspace(0.0, 1.0, len(ks))
    y = np.asarray(inertias)
    line = y[0] + (y[-1] - y[0]) * x
    return ks[int(np.argmax(line - y))]
