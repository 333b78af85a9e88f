"""`python -m tests.evals.conversations`: finding in a conversation, and knowing what is not there.

Three kinds of questions after questions: the follow-ups of four helpdesk sets (the last turn alone
is not enough), questions of these sets put after an unrelated one (a new topic), and the dialogues
of mtrag-un with their own 1,152 passages. Compared are the last turn alone, everything together,
what the product did before (the surer of the two readings), and the mix by what the message leans
on, its weights fitted on other conversations (cross-validation).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import pickle
import random
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from assistant.answering.confidence import Calibration, signals
from assistant.answering.in_context import (
    N_MIXED,
    Cues,
    cues_of,
    is_elliptical,
    mixed,
    together,
)
from assistant.bootstrap import Parts
from assistant.config import load_settings
from assistant.evaluation.index import open_evaluation_index
from knowledge_base.learning_to_rank import mean_interval
from knowledge_base.model import EVERYONE, DocumentHit
from knowledge_base.retrieve import Retriever

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "docs" / "evals" / "conversations.json"
HOME = Path(os.environ.get("DESKWISE_HOME", ROOT / ".deskwise")).resolve()
SHARED = Path(os.environ.get("DESKWISE_SHARED", ROOT.parent / "shared")).resolve()
FOLDERS = ("ms-officedocs-support", "ms-intune-docs", "18f-handbook")
K = 5
SEED = 7
N_FOLDS = 5
N_REPEATS = 5
N_NEW_TOPICS = 25
"""Drawn from each helpdesk set."""
SHARPNESS, TOWARDS_HISTORY = 0.5, 0.3
"""The fitted logit times this, plus this: chosen on the same conversations, by few steps."""
GROUPS = ("helpdesk_follow_up", "helpdesk_new_topic", "mtrag_same_topic", "mtrag_new_topic")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A question after others, what it finds by itself and together, and what it should find."""

    group: str
    source: str
    text: str
    earlier: tuple[str, ...]
    relevant: Mapping[str, int]
    alone: tuple[DocumentHit, ...]
    full: tuple[DocumentHit, ...]
    label: str = "ANSWERABLE"
    said_last: str = ""

    @property
    def cues(self) -> Floats:
        return np.array(astuple(cues_of(self.text, self.earlier, self.alone, self.full)))


def gains(case: Case, ranking: Sequence[DocumentHit]) -> tuple[float, float]:
    """Return nDCG@5 and recall@5 of a ranking."""
    ids = [hit.document_id for hit in ranking[:K]]
    grades = sorted(case.relevant.values(), reverse=True)[:K]
    discounts = 1 / np.log2(np.arange(2, K + 2))
    best = sum((2**grade - 1) * weight for grade, weight in zip(grades, discounts, strict=False))
    found = [case.relevant.get(item, 0) for item in ids]
    gained = sum((2**grade - 1) * weight for grade, weight in zip(found, discounts, strict=False))
    return gained / best, sum(grade > 0 for grade in found) / len(case.relevant)


# --- the conversations -------------------------------------------------------------------------


def helpdesk_cases(name: str, file: Path, retriever: Retriever) -> Iterator[Case]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["answerable"]]
    single = [row for row in rows if not row["turns"]]
    dice = random.Random(SEED)
    for row in rows:
        if row["turns"]:
            yield case_of("helpdesk_follow_up", name, row["text"], row["turns"], row, retriever)
    for row in dice.sample(single, min(len(single), N_NEW_TOPICS)):
        others = [item for item in single if not set(item["relevant"]) & set(row["relevant"])]
        before = [dice.choice(others)["text"]]
        yield case_of("helpdesk_new_topic", name, row["text"], before, row, retriever)


def case_of(
    group: str,
    source: str,
    text: str,
    earlier: Sequence[str],
    row: Mapping[str, Any],
    retriever: Retriever,
) -> Case:
    return Case(
        group=group,
        source=source,
        text=text,
        earlier=tuple(earlier),
        relevant=row["relevant"],
        alone=retriever.documents(text, groups=(EVERYONE,), k=N_MIXED),
        full=retriever.documents(together(text, earlier), groups=(EVERYONE,), k=N_MIXED),
        label=row.get("label", "ANSWERABLE"),
        said_last=row.get("said_last", ""),
    )


def mtrag_cases(file: Path, retriever: Retriever) -> Iterator[Case]:
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        asked = [turn["text"] for turn in row["turns"] if turn["speaker"] == "user"]
        said = [turn["text"] for turn in row["turns"] if turn["speaker"] == "agent"]
        is_new = row["multi_turn"] == ["N/A"]
        given = {
            "relevant": dict.fromkeys(row["gold"], 1),
            "label": row["answerability"][0],
            "said_last": said[-1] if said else "",
        }
        group = "mtrag_first_turn" if len(asked) == 1 else GROUPS[3] if is_new else GROUPS[2]
        yield case_of(group, "mtrag", asked[-1], asked[:-1], given, retriever)


# --- the ways to rank ---------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Weights:
    """The fitted leaning: weights of the cues as they are, and an intercept."""

    weights: Floats
    intercept: float

    def share(self, cues: Floats) -> float:
        return float(1 / (1 + np.exp(-(self.weights @ cues + self.intercept))))


def fit(cases: Sequence[Case]) -> Weights:
    """Fit who gains from the earlier questions, each case weighing what it gains or loses."""
    cues = np.array([case.cues for case in cases])
    gain = np.array([gains(case, case.full)[0] - gains(case, case.alone)[0] for case in cases])
    means, scales = cues.mean(axis=0), cues.std(axis=0) + 1e-9
    model = LogisticRegression(C=20.0)
    model.fit((cues - means) / scales, gain > 0, sample_weight=np.abs(gain) + 1e-6)
    weights = SHARPNESS * model.coef_[0] / scales
    intercept = SHARPNESS * float(model.intercept_[0]) + TOWARDS_HISTORY
    return Weights(weights=weights, intercept=intercept - float(weights @ means))


def cross_validated_shares(cases: Sequence[Case]) -> Floats:
    """Return the share of the history for each case, shape (repeats, cases): fitted on others."""
    shares = np.zeros((N_REPEATS, len(cases)))
    for repeat in range(N_REPEATS):
        order = np.random.default_rng(SEED + repeat).permutation(len(cases))
        for fold in np.array_split(order, N_FOLDS):
            left_out = set(fold.tolist())
            learned = fit([case for n, case in enumerate(cases) if n not in left_out])
            for n in fold:
                shares[repeat, n] = learned.share(cases[n].cues)
    return shares


def surer(case: Case, calibration: Calibration) -> Sequence[DocumentHit]:
    """Return what the product showed before: the reading of more confidence."""
    full = (together(case.text, case.earlier), case.full)
    read = [full] if is_elliptical(case.text) else [(case.text, case.alone), full]
    return max(
        (ranked for query, ranked in read if ranked),
        key=lambda ranked: max(
            calibration.confidence(signals(query, ranked))
            for query, other in read
            if other is ranked
        ),
        default=(),
    )


def table(cases: Sequence[Case], rank: Callable[[int, Case], Sequence[DocumentHit]]) -> Any:
    """Return nDCG@5 and recall@5 with intervals for each group."""
    found: dict[str, Any] = {}
    for group in GROUPS:
        values = np.array(
            [gains(case, rank(n, case)) for n, case in enumerate(cases) if case.group == group]
        )
        found[group] = {"n": len(values)}
        for column, name in enumerate(("ndcg@5", "recall@5")):
            mean, ends = mean_interval(values[:, column], seed=SEED)
            found[group][name] = round(float(mean), 4)
            found[group][f"{name}_ci95"] = [round(float(end), 4) for end in ends]
    return found


def rankings(cases: Sequence[Case], calibration: Calibration) -> dict[str, Any]:
    """Return the table of every way to rank."""
    shares = cross_validated_shares(cases)
    every = fit(cases)
    return {
        "last_turn_alone": table(cases, lambda _, case: case.alone),
        "together": table(cases, lambda _, case: case.full),
        "surer_reading_before": table(cases, lambda _, case: surer(case, calibration)),
        "even_mix": table(cases, lambda _, case: mixed(case.alone, case.full, 0.5)),
        "mix_cross_validated": table(
            cases, lambda n, case: mixed(case.alone, case.full, float(shares[0, n]))
        ),
        "mix_fitted_on_all": table(
            cases, lambda _, case: mixed(case.alone, case.full, every.share(case.cues))
        ),
    }


# --- knowing what is not there ------------------------------------------------------------------

UNBOUND = re.compile(r"\b(?:the|this|that|these|those)\s+(?:[a-z]+\s+){0,2}?([a-z]{3,})\b")
GAVE_UP = re.compile(r"\b(?:sorry|do not have|don't have|no information|unfortunately)\b", re.I)
LABELS = ("UNANSWERABLE", "UNDERSPECIFIED")


def recognisable(case: Case, share: float) -> Floats:
    """Return what may tell whether a question can be answered: the product's signals and more."""
    ranked = mixed(case.alone, case.full, share)
    query = together(case.text, case.earlier) if share >= 0.5 else case.text
    before = " ".join((*case.earlier, case.said_last)).casefold()
    unbound = [head for head in UNBOUND.findall(case.text) if head not in before]
    names = re.findall(r"(?<!^)(?<![.?!] )\b[A-Z][\w-]+|\d+", case.text)
    top = ranked[0].fused_score
    ties = sum(hit.fused_score >= 0.9 * top for hit in ranked[:20])
    more = (
        share,
        float(bool(case.earlier)),
        float(bool(unbound)),
        float(bool(names)),
        float(bool(unbound) and not names),
        math.log(ties),
        float(bool(GAVE_UP.search(case.said_last))),
    )
    return np.array([*signals(query, ranked), *case.cues, *more])


def recognition(cases: Sequence[Case], calibration: Calibration) -> dict[str, Any]:
    """Return precision, recall and F1 of both labels, before and after."""
    labels = np.array([case.label for case in cases])
    answerable = np.isin(labels, ("ANSWERABLE", "PARTIAL"))
    limit = calibration.threshold(0.1)
    unsure = []
    for case in cases:
        ranked = surer(case, calibration)
        query = case.text if ranked is case.alone else together(case.text, case.earlier)
        unsure.append(calibration.confidence(signals(query, ranked)) < limit)
    later = [case for case in cases if case.earlier and case.relevant]
    learned = fit(later)
    shares = [learned.share(case.cues) if case.earlier else 0.0 for case in cases]
    features = np.array(
        [recognisable(case, share) for case, share in zip(cases, shares, strict=True)]
    )
    said = np.where(answerable, "ANSWERABLE", labels)
    votes = np.zeros((len(cases), 3))
    names = sorted(set(said))
    for repeat in range(N_REPEATS):
        order = np.random.default_rng(SEED + repeat).permutation(len(cases))
        for fold in np.array_split(order, N_FOLDS):
            rest = np.setdiff1d(order, fold)
            means, scales = features[rest].mean(axis=0), features[rest].std(axis=0) + 1e-9
            model = LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000)
            model.fit((features[rest] - means) / scales, said[rest])
            votes[fold] += model.predict_proba((features[fold] - means) / scales)
    chosen = np.array(names)[votes.argmax(axis=1)]
    return {
        "n": {name: int((said == name).sum()) for name in names},
        "before": {
            "not_answerable": f1(~answerable, np.array(unsure)),
            "note": "abstaining at the product's 10 % setting; it does not tell the two apart",
        },
        "cross_validated": {
            "not_answerable": f1(~answerable, chosen != "ANSWERABLE"),
            **{name.lower(): f1(said == name, chosen == name) for name in LABELS},
        },
    }


def f1(truth: npt.NDArray[np.bool_], said: npt.NDArray[np.bool_]) -> dict[str, float]:
    both = float((truth & said).sum())
    precision, recall = both / max(1, said.sum()), both / max(1, truth.sum())
    value = 2 * precision * recall / (precision + recall) if both else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(value, 4)}


# --- running -------------------------------------------------------------------------------------


def helpdesk_sets() -> Mapping[str, tuple[Path, Sequence[Path], str]]:
    """Return name → questions, corpora, and folder of the index."""
    own = ROOT / "tests" / "evals" / "questions"
    shared = [SHARED / "data" / "kb" / name for name in FOLDERS]
    demo = [ROOT / "knowledge_base" / "content" / "articles"]
    return {
        "helpdesk_dev": (
            SHARED / "data" / "questions" / "helpdesk_dev.jsonl", shared, "index-kb"
        ),
        "office": (own / "office.jsonl", shared, "index-kb"),
        "intune_handbook": (own / "intune_handbook.jsonl", shared, "index-kb"),
        "demo": (own / "demo.jsonl", demo, "index-demo"),
    }  # fmt: skip


def gather(parts: Parts, work: Path) -> list[Case]:
    """Search for every case."""

    @contextmanager
    def opened(corpora: Sequence[Path], folder: str) -> Iterator[Retriever]:
        with open_evaluation_index(
            corpora, work / folder, parts.encoder, parts.search_settings
        ) as index:
            yield index.retriever

    cases: list[Case] = []
    for name, (file, corpora, folder) in helpdesk_sets().items():
        with opened(corpora, folder) as retriever:
            cases += helpdesk_cases(name, file, retriever)
        print(name, len(cases), flush=True)
    folder_of_mtrag = SHARED / "data" / "retrieval" / "mtrag-un"
    with opened([folder_of_mtrag / "corpus.jsonl"], "index-mtrag") as retriever:
        cases += mtrag_cases(folder_of_mtrag / "tasks_dev.jsonl", retriever)
    return cases


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure questions after questions.")
    parser.add_argument("--work", type=Path, default=HOME / "evals", help="Where indexes are kept.")
    parser.add_argument("--cases", type=Path, help="Keep what was found in this file.")
    given = parser.parse_args()
    if not (SHARED / "data").is_dir():
        print(f"no shared data at {SHARED}; set DESKWISE_SHARED", file=sys.stderr)
        return 1
    parts = Parts(load_settings(overrides={"home": HOME}))
    if given.cases and given.cases.is_file():
        cases: list[Case] = pickle.loads(given.cases.read_bytes())
    else:
        cases = gather(parts, given.work)
        if given.cases:
            given.cases.write_bytes(pickle.dumps(cases))
    ranked = [case for case in cases if case.group in GROUPS and case.relevant]
    result = {
        "retrieval": rankings(ranked, parts.calibration),
        "recognition": recognition(
            [case for case in cases if case.source == "mtrag"], parts.calibration
        ),
    }
    learned = fit(ranked)
    result["leaning"] = {
        "intercept": round(learned.intercept, 4),
        **{
            name: round(float(weight), 4)
            for name, weight in zip(Cues.__dataclass_fields__, learned.weights, strict=True)
        },
    }
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for way, groups in result["retrieval"].items():
        told = (f"{name} {row['ndcg@5']:.3f} {row['recall@5']:.3f}" for name, row in groups.items())
        print(f"{way:24}", " · ".join(told))
    print(json.dumps({key: result[key] for key in ("recognition", "leaning")}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
