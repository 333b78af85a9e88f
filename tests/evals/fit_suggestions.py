"""Fit the numbers of suggestions on labelled tickets and write assistant/desk/fitted.json.

    python -m tests.evals.fit_suggestions HOME

HOME has the demo articles and tickets ingested. Labels are read here only. Every ticket from the
first 15 % on is asked with what was solved before it. Thresholds are chosen on predictions by
numbers that were fitted on the other part of the time line (before and after the 70 % mark).
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression

from assistant.bootstrap import Parts
from assistant.config import load_settings
from assistant.desk import consensus, duplicates, similar
from assistant.desk.anchors import ArticleSpace
from assistant.desk.articles import ARTICLE_FEATURES, article_features
from assistant.desk.fitted import SHIPPED, Fitted, Logit
from assistant.desk.history import Question, TicketHistory
from assistant.evaluation.suggestions import GROUPS, _root, read_tickets, without_labels
from knowledge_base.model import Ticket

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "knowledge_base" / "content" / "tickets").glob("*.jsonl"))
FIRST, MIDDLE = 0.15, 0.7
L2 = 0.03
MIN_RIGHT = 0.87
"""Share of right consensuses among those named, on the other part's predictions."""
MIN_PRECISION = 0.97
CROWD = 5
SEED = 7
MIN_DUPLICATE = 0.6
"""Never named below, whatever one desk's past says."""
KINDS = ("with_articles", "without_articles")


def main() -> int:
    parts = Parts(load_settings(overrides={"home": Path(sys.argv[1])}))
    labelled = sorted(
        (ticket for file in FILES for ticket in read_tickets(file)),
        key=lambda item: (item.opened_at, item.ticket_id),
    )
    space = ArticleSpace.of(parts.documents.contents(), parts.encoder.encode)
    history = TicketHistory(
        [without_labels(ticket) for ticket in labelled], parts.encoder.encode, space
    )
    by_id = {ticket.ticket_id: ticket for ticket in labelled}
    labels = [by_id[row.ticket.ticket_id] for row in history.rows]
    n_rows = len(history)
    first, middle = int(FIRST * n_rows), int(MIDDLE * n_rows)
    early, late = range(first, middle), range(middle, n_rows)
    asked = Asked(history, labels, list(range(first, n_rows)))
    fitted: dict[str, Any] = {
        name: {} for name in ("same_fix", "none_of_them", "same_cluster", "consensus")
    }
    chosen = []
    halves = {
        name: {kind: fit_kind(asked, kind, list(rows)) for kind in KINDS}
        for name, rows in (("early", early), ("late", late))
    }
    for kind in KINDS:
        whole = fit_kind(asked, kind, [*early, *late])
        judged = [
            *asked.groups(kind, halves["late"], list(early)),
            *asked.groups(kind, halves["early"], list(late)),
        ]
        whole["consensus"] = logit(
            consensus.CONSENSUS_FEATURES, [x for x, _, _ in judged], [y for _, y, _ in judged]
        )
        for name, value in whole.items():
            fitted[name][kind] = value
        crossed = cross_consensus(judged)
        chosen.append(
            threshold(
                [p for p, _, known in crossed if known],
                [y for _, y, known in crossed if known],
                MIN_RIGHT,
            )
        )
        report(kind, crossed, chosen[-1])
    fitted["min_consensus"] = dict(zip(KINDS, (round(item, 3) for item in chosen), strict=True))
    fitted["duplicate"], fitted["min_duplicate"] = fit_duplicates(history, labelled, middle)
    fitted["article"] = fit_articles(parts, history, labels)
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in FILES)).hexdigest()
    fitted["provenance"] = {
        "tickets": [file.name for file in FILES],
        "tickets_sha256": digest,
        "n_tickets": len(labelled),
        "encoder": parts.encoder.name,
        "command": "python -m tests.evals.fit_suggestions HOME",
        "consensus": f"named from the confidence at which {MIN_RIGHT:.0%} were right out of sample",
        "duplicates": f"named from {MIN_DUPLICATE}; {MIN_PRECISION:.0%} were right out of sample",
    }
    SHIPPED.write_text(json.dumps(fitted, indent=1, default=jsonable) + "\n", encoding="utf-8")
    return 0


class Asked:
    """Features of every asked ticket, computed once."""

    def __init__(self, history: TicketHistory, labels: list[Ticket], rows: list[int]) -> None:
        self.history, self.labels = history, labels
        self.given: dict[int, tuple[Any, Any, Any, bool]] = {}
        for row in rows:
            ticket = history.rows[row].ticket
            view = history.view(GROUPS, ticket.opened_at, without=ticket.ticket_id)
            solved = np.flatnonzero(view.solved)
            x = similar.features(Question.from_row(history, row), history, view)[solved]
            same = np.array([labels[row].fix == labels[other].fix for other in solved], dtype=bool)
            self.given[row] = (view, solved, x, same)

    def width(self, kind: str) -> int:
        n_features = len(similar.FEATURES)
        return n_features if kind == "with_articles" else n_features - similar.ARTICLE_FEATURES

    def lists(self, kind: str, rows: list[int]) -> list[tuple[Any, Any]]:
        return [
            (self.given[row][2][:, : self.width(kind)], self.given[row][3])
            for row in rows
            if self.labels[row].fix and len(self.given[row][1]) >= 10
        ]

    def groups(
        self, kind: str, part: dict[str, Any], rows: list[int]
    ) -> list[tuple[Any, bool, bool]]:
        """Return features of the first group, whether it is right, whether the fix was known."""
        fitted = Fitted(
            **{
                field: {name: part[name][field] for name in KINDS}
                for field in ("same_fix", "none_of_them", "same_cluster")
            },
            consensus={},
            min_consensus={},
            duplicate=part[kind]["same_fix"],
            min_duplicate=0,
            article=part[kind]["same_fix"],
            provenance={},
        )
        bare = self.history if kind == "with_articles" else WithoutArticles(self.history)
        found = []
        for row in rows:
            if not self.labels[row].fix:
                continue
            view, _, _, same = self.given[row]
            near = similar.candidates(Question.from_row(bare, row), bare, view, fitted)
            groups = consensus.group(consensus.taking_part(near), bare, view, fitted)
            if not groups:
                continue
            named = [self.labels[item.row].fix or "" for item in groups[0]]
            most = max(sorted(set(named), reverse=True), key=named.count)
            found.append(
                (
                    consensus.consensus_features(groups[0]),
                    most == self.labels[row].fix,
                    bool(same.any()),
                )
            )
        return found


class WithoutArticles:
    """A history whose articles are not there."""

    def __init__(self, history: TicketHistory) -> None:
        self._history = history
        self.articles = self.problem_anchors = self.fix_anchors = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._history, name)

    def __len__(self) -> int:
        return len(self._history)


def fit_kind(asked: Asked, kind: str, rows: list[int]) -> dict[str, Any]:
    same_fix, none = fit_choice(asked.lists(kind, rows), similar.FEATURES[: asked.width(kind)])
    usable = [n for n in rows if asked.labels[n].fix and asked.history.rows[n].resolution]
    view = asked.history.view(GROUPS, asked.history.rows[-1].ticket.opened_at)
    pairs = consensus.link_features(usable, asked.history, view)
    width = len(consensus.CLUSTER_FEATURES) - (
        similar.ARTICLE_FEATURES if kind != "with_articles" else 0
    )
    ones, twos = np.triu_indices(len(usable), 1)
    y = [
        asked.labels[usable[i]].fix == asked.labels[usable[j]].fix
        for i, j in zip(ones, twos, strict=True)
    ]
    cluster = logit(consensus.CLUSTER_FEATURES[:width], pairs[ones, twos, :width], y)
    return {"same_fix": same_fix, "none_of_them": none, "same_cluster": cluster}


def fit_choice(lists: list[tuple[Any, Any]], names: Any) -> tuple[Logit, float]:
    """Fit a conditional logit with the alternative of none of them."""
    stacked = np.vstack([x for x, _ in lists])
    means, spreads = stacked.mean(axis=0), stacked.std(axis=0) + 1e-9
    given = [((x - means) / spreads, same) for x, same in lists]
    k = len(means)

    def loss(theta: Any) -> tuple[float, Any]:
        w, none = theta[:k], theta[k]
        total, slope = 0.0, np.zeros(k + 1)
        for x, same in given:
            z = np.append(x @ w, none)
            right = np.append(same, not same.any())
            all_, good = logsumexp(z), logsumexp(z[right])
            d = np.exp(z - all_) - np.where(right, np.exp(z - good), 0.0)
            total += all_ - good
            slope += np.append(d[:-1] @ x, d[-1])
        n = len(given)
        return total / n + L2 / 2 * float(w @ w), slope / n + L2 * np.append(w, 0.0)

    found = minimize(loss, np.append(np.zeros(k), 3.0), jac=True, method="L-BFGS-B").x
    w = Logit(
        names=tuple(names),
        means=tuple(means),
        spreads=tuple(spreads),
        weights=tuple(found[:k]),
        bias=0.0,
    )
    return w, float(found[k])


def logit(names: Any, x: Any, y: Any) -> Logit:
    x = np.asarray(x, dtype=float)
    means, spreads = x.mean(axis=0), x.std(axis=0) + 1e-9
    model = LogisticRegression(C=1.0, max_iter=1000).fit((x - means) / spreads, y)
    return Logit(
        names=tuple(names),
        means=tuple(means),
        spreads=tuple(spreads),
        weights=tuple(model.coef_[0]),
        bias=float(model.intercept_[0]),
    )


def cross_consensus(judged: list[tuple[Any, bool, bool]]) -> list[tuple[float, bool, bool]]:
    """Judge each fifth, a block of time, by the others."""
    out = []
    for fold in np.array_split(np.arange(len(judged)), 5):
        rest = [judged[i] for i in range(len(judged)) if i not in set(fold)]
        model = logit(
            consensus.CONSENSUS_FEATURES, [x for x, _, _ in rest], [y for _, y, _ in rest]
        )
        out += [(model.probability(judged[i][0]), judged[i][1], judged[i][2]) for i in fold]
    return out


def threshold(scores: list[float], right: list[bool], wanted: float) -> float:
    """Return the lowest score from which on the wanted share is right."""
    order = np.argsort(-np.array(scores), kind="stable")
    shares = np.cumsum(np.array(right)[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(shares >= wanted)
    return float(np.array(scores)[order[good[-1]]]) if len(good) else 1.0


def report(kind: str, crossed: list[tuple[float, bool, bool]], limit: float) -> None:
    known = [(p, y) for p, y, is_known in crossed if is_known]
    for at in (0.0, 0.5, 0.6, 0.7, limit):
        named = [y for p, y in known if p >= at]
        covered = len(named) / len(known)
        print(f"{kind} from {at:.3f}: {covered:.3f} of {len(known)}, right {np.mean(named):.3f}")


def fit_duplicates(
    history: TicketHistory, labelled: list[Ticket], middle: int
) -> tuple[Logit, float]:
    by_id = {ticket.ticket_id: ticket for ticket in labelled}
    roots = [_root(by_id[row.ticket.ticket_id], by_id) for row in history.rows]
    asked, x, y = [], [], []
    for row in range(len(history)):
        ticket = history.rows[row].ticket
        view = history.view(GROUPS, ticket.opened_at, without=ticket.ticket_id)
        rows, given = duplicates.duplicate_features(Question.from_row(history, row), history, view)
        asked += [row] * len(rows)
        x += list(given)
        y += [roots[other] == roots[row] for other in rows]
    places, features, right = np.array(asked), np.array(x), np.array(y)
    crossed, moved = np.zeros(len(right)), []
    for train in (places < middle, places >= middle):
        model = logit(duplicates.DUPLICATE_FEATURES, *with_crowd(features[train], right[train]))
        crossed[~train] = 1 / (1 + np.exp(-model.scores(features[~train])))
        crowd, _ = with_crowd(features[~train], right[~train])
        moved += list(1 / (1 + np.exp(-model.scores(crowd[len(features[~train]) :]))))
    limit = max(MIN_DUPLICATE, threshold(list(crossed), list(right), MIN_PRECISION))
    kept = crossed >= limit
    found = {int(row) for row in places[kept & right]}
    with_one = {int(row) for row in places[right]}
    print(f"duplicates from {limit:.3f}: precision {right[kept].mean():.3f} of {kept.sum()} pairs")
    print(f"  recall {len(found)} of {len(with_one)} tickets")
    print(f"  of tickets moved next to them {np.mean(np.array(moved) >= limit):.4f} are named")
    model = logit(duplicates.DUPLICATE_FEATURES, *with_crowd(features, right))
    print("duplicates", dict(zip(model.names, np.round(model.weights, 2), strict=True)))
    return model, round(limit, 3)


def with_crowd(features: Any, right: Any) -> tuple[Any, Any]:
    """Add pairs of a busier desk: other tickets, as near in time as duplicates are.

    The demo desk has a dozen tickets a week, so that nearness in time alone would tell duplicates;
    at a desk with hundreds a day it tells nothing.
    """
    rng = np.random.default_rng(SEED)
    in_time = [duplicates.DUPLICATE_FEATURES.index(name) for name in ("log_hours", "log_between")]
    positives, negatives = features[right], features[~right]
    crowd = negatives[rng.integers(len(negatives), size=CROWD * len(positives))]
    crowd[:, in_time] = np.repeat(positives[:, in_time], CROWD, axis=0)
    crowd[:, duplicates.DUPLICATE_FEATURES.index("n_alike")] = rng.integers(1, 4, size=len(crowd))
    return np.vstack([features, crowd]), np.append(right, np.zeros(len(crowd), dtype=bool))


def fit_articles(parts: Parts, history: TicketHistory, labels: list[Ticket]) -> Logit:
    x, y = [], []
    names = {Path(name).stem for name, _ in parts.retriever.titles(groups=("everyone", *GROUPS))}
    for row, ticket in enumerate(labels):
        if ticket.fix is None or row % 3:
            continue
        problem = Question.from_row(history, row).problem
        hits = parts.retriever.documents(problem.whole, groups=("everyone", *GROUPS), k=5)
        x += article_features(hits)
        y += [Path(hit.document_id).stem == ticket.fix for hit in hits]
    print("articles", len(names), "right among the hits", np.mean(y))
    return logit(ARTICLE_FEATURES, x, y)


def jsonable(value: Any) -> Any:
    if isinstance(value, Logit):
        rounded = {
            name: [round(float(item), 5) for item in getattr(value, name)]
            for name in ("means", "spreads", "weights")
        }
        return {"names": list(value.names), **rounded, "bias": round(value.bias, 5)}
    raise TypeError(f"{type(value).__name__} has no JSON form")


if __name__ == "__main__":
    sys.exit(main())
