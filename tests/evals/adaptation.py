"""What adapting the question side brings: held-out symptoms, and questions of other kinds.

    python -m tests.evals.adaptation --articles DIR --symptoms DIR --symptoms-index DIR --work DIR
        [--questions NAME=FILE …] [--out FILE]

Trained is on pieces of the articles alone, as `deskwise train encoder` takes them, without those of
the articles whose symptoms are asked. `--articles` and `--symptoms-index` are index folders of
`deskwise eval retrieval`: of all articles, and of those of `--symptoms` (the files of
`tests.evals.ms_symptoms`: articles without their Symptoms). DIR keeps the trained weights, the
vectors and an index for the next run. Training takes minutes, asking everything about ten.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from assistant.evaluation.files import QueryRow, read_qrels, read_rows
from assistant.evaluation.metrics import ndcg
from knowledge_base.adaptation.pieces import take_pieces
from knowledge_base.adaptation.question_encoder import QuestionEncoder
from knowledge_base.adaptation.training import Lesson, TrainingSettings, train_question_side
from knowledge_base.adaptation.trial import Plan, mixed_weights
from knowledge_base.config import KnowledgeBaseSettings
from knowledge_base.encoders import MiniLMEncoder, load_encoder
from knowledge_base.index.delta import open_index
from knowledge_base.index.fusion import reciprocal_rank
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.indexing import build_index
from knowledge_base.model import EVERYONE
from knowledge_base.ports import Encoder
from knowledge_base.retrieve import BM25_ONLY, DENSE_ONLY, Retriever
from knowledge_base.store import SqliteStore
from knowledge_base.vector_cache import CachedEncoder, VectorCache

SEED = 7
N_HELD_OUT = 400
MOST_CHOSEN = 200
DEPTH = 100
HYBRID = ("bm25", "dense")
SETTINGS = KnowledgeBaseSettings()
HALF_AND_HALF = replace(SETTINGS.retrieval, weights={"bm25": 0.5, "dense": 0.5})

Asked = Sequence[tuple[str, Mapping[str, int]]]
"""Text and relevant documents with their grades."""
Scores = npt.NDArray[np.float64]


class Memory:
    """A corpus that was not ingested."""

    def __init__(self, held) -> None:
        self.held = held

    def contents(self):
        return iter(self.held)

    def some_contents(self, document_ids):
        return (each for each in self.held if each[0].document_id in document_ids)

    def versions(self):
        return {document.document_id: document.content_hash for document, _ in self.held}


class Bench:
    """The encoder, its cache, and where everything is kept."""

    def __init__(self, work: Path, vectors: Path | None) -> None:
        work.mkdir(parents=True, exist_ok=True)
        self.work = work
        self.base = load_encoder(SETTINGS.encoder)
        assert isinstance(self.base, MiniLMEncoder)
        self.cached = CachedEncoder(self.base, VectorCache(vectors or work / "vectors.sqlite"))

    def index_of(self, corpus, folder: Path) -> SnapshotFolder:
        snapshots = SnapshotFolder(folder)
        build_index(corpus, self.cached, snapshots, SETTINGS)
        return snapshots

    def train(self, pieces, snapshots: SnapshotFolder, settings: TrainingSettings):
        """Return the changed weights and how they came about; an earlier run alike is taken up."""
        weights, facts = self.work / "weights.safetensors", self.work / "weights.json"
        told = {
            "n_questions": len(pieces),
            "n_symptoms": sum(piece.kind == "symptom" for piece in pieces),
            "seed": SEED,
            "settings": asdict(settings),
        }
        if weights.is_file() and facts.is_file():
            held = json.loads(facts.read_text())
            if {**told, "training_s": held["training_s"]} == held:
                return load_file(weights), held
        lesson = Lesson(
            content=open_index(snapshots).content(),
            pieces=pieces,
            weights=SETTINGS.retrieval.weights,
        )
        started = time.process_time()
        changed = train_question_side(
            self.base,
            lesson,
            settings,
            seed=SEED,
            told=lambda done, total: print("step", done, "of", total, flush=True),
        )
        told["training_s"] = round(time.process_time() - started)
        save_file(changed, weights)
        facts.write_text(json.dumps(told))
        return changed, told

    def ask(
        self, snapshots: SnapshotFolder, asked: Asked, encoder: Encoder, names: Sequence[str]
    ) -> dict[str, Scores]:
        """Return the nDCG@10 of each question by each of these systems."""
        product = Retriever(snapshots, self.base, SETTINGS.retrieval, question_encoder=encoder)
        halves = Retriever(snapshots, self.base, HALF_AND_HALF, question_encoder=encoder)

        def names_of(retriever: Retriever, text: str, legs, k: int) -> list[str]:
            hits = retriever.documents(text, groups=(EVERYONE,), k=k, legs=legs)
            return [hit.document_id for hit in hits]

        rows: dict[str, list[float]] = {name: [] for name in names}
        for text, relevant in asked:
            found = {"all legs": names_of(product, text, None, 10)}
            found["dense"] = names_of(product, text, DENSE_ONLY, DEPTH)
            if "bm25" in names or "rank fusion" in names:
                found["bm25"] = names_of(product, text, BM25_ONLY, DEPTH)
                fused = reciprocal_rank([found["bm25"], found["dense"]])
                found["rank fusion"] = sorted(fused, key=lambda name: (-fused[name], name))
            if "half and half" in names:
                found["half and half"] = names_of(halves, text, HYBRID, 10)
            for name in names:
                rows[name].append(ndcg(found[name], relevant, k=10))
        return {name: np.asarray(each) for name, each in rows.items()}


def held_out_symptoms(folder: Path) -> list[tuple[str, Mapping[str, int]]]:
    queries, gold = read_rows(folder / "queries.jsonl", QueryRow), read_qrels(folder / "qrels.tsv")
    drawn = np.random.default_rng(1).permutation(len(queries))[:N_HELD_OUT]
    chosen = [queries[place] for place in np.sort(drawn).tolist()]
    return [(query.text, gold[query.id]) for query in chosen if query.id in gold]


def read_questions(path: Path) -> Asked:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        ("\n".join([*(row["turns"] or []), row["text"]]), row["relevant"])
        for row in rows
        if row["answerable"]
    ]


def interval(values: Scores, draws: npt.NDArray[np.int64], scale: float = 1.0) -> list[float]:
    low, high = np.quantile(values[draws].mean(axis=1) / scale, [0.025, 0.975])
    return [round(float(low), 4), round(float(high), 4)]


def summary(before: Mapping[str, Scores], after: Mapping[str, Scores], pairs) -> dict[str, object]:
    """Return means and paired changes with 95 % bootstrap intervals over the questions."""
    n = len(next(iter(before.values())))
    draws = np.random.default_rng(SEED).integers(n, size=(2000, n))
    systems = {"as it is": before, "adapted": after}
    told: dict[str, object] = {"n": n, "ndcg@10": {}, "change": {}}
    for label, found in systems.items():
        told["ndcg@10"][label] = {
            name: {"mean": round(float(each.mean()), 4), "ci95": interval(each, draws)}
            for name, each in found.items()
        }
    for (old_label, old), (new_label, new) in pairs:
        reference = systems[old_label][old]
        change = systems[new_label][new] - reference
        mean = float(reference.mean())
        told["change"][f"{new_label} {new} over {old} {old_label}"] = {
            "mean": round(float(change.mean()), 4),
            "ci95": interval(change, draws),
            "relative": round(float(change.mean()) / mean, 4),
            "relative_ci95": interval(change, draws, mean),
        }
    return told


def same(names: Sequence[str]):
    return [(("as it is", name), ("adapted", name)) for name in names]


def measure(given: argparse.Namespace) -> dict[str, object]:
    bench, plan = Bench(given.work, given.vectors), Plan()
    symptoms = held_out_symptoms(given.symptoms)
    asked_of = {name for _, relevant in symptoms for name in relevant}
    with SqliteStore(given.articles / "documents.sqlite") as store:
        pieces = take_pieces(store.contents(), seed=SEED)
        articles = bench.index_of(store, given.articles / "index")
    with SqliteStore(given.symptoms_index / "documents.sqlite") as store:
        without_symptoms = bench.index_of(store, given.symptoms_index / "index")
    without_pieces = bench.index_of(Memory(pieces.contents), given.work / "index")
    kept = [each for each in pieces.of("train", seed=SEED) if each.document_id not in asked_of]
    changed, facts = bench.train(kept, without_pieces, plan.training)
    choosing = [
        (each.text, {each.document_id: 1})
        for each in pieces.of("choose", seed=SEED)
        if each.document_id not in asked_of
    ][:MOST_CHOSEN]
    encoders = {
        mix: QuestionEncoder(bench.base, mixed_weights(bench.base, changed, mix))
        for mix in plan.mixes
    }
    chosen = {
        mix: float(bench.ask(without_pieces, choosing, encoder, ["all legs"])["all legs"].mean())
        for mix, encoder in encoders.items()
    }
    mix = min(chosen, key=lambda each: (-chosen[each], each))
    result: dict[str, object] = {
        "training": facts,
        "mix": mix,
        "choosing": {
            "n": len(choosing),
            "ndcg@10": {str(m): round(s, 4) for m, s in chosen.items()},
        },
    }
    print(json.dumps(result), flush=True)
    names = ["all legs", "dense", "rank fusion", "half and half"]
    result["held-out symptoms"] = summary(
        bench.ask(without_symptoms, symptoms, bench.base, [*names, "bm25"]),
        bench.ask(without_symptoms, symptoms, encoders[mix], names),
        [
            *same(names),
            (("as it is", "rank fusion"), ("adapted", "all legs")),
            (("as it is", "half and half"), ("adapted", "all legs")),
            (("as it is", "rank fusion"), ("as it is", "all legs")),
            (("as it is", "half and half"), ("as it is", "all legs")),
        ],
    )
    print(json.dumps(result["held-out symptoms"]), flush=True)
    for item in given.questions:
        name, _, path = item.partition("=")
        asked = read_questions(Path(path))
        few = names[:2]
        before = bench.ask(articles, asked, bench.base, few)
        result[name] = summary(before, bench.ask(articles, asked, encoders[mix], few), same(few))
        print(name, json.dumps(result[name]), flush=True)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure the adapted question side.")
    for name in ("--articles", "--symptoms", "--symptoms-index", "--work"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--vectors", type=Path, help="A vector cache that is there already.")
    parser.add_argument("--questions", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(arguments)
    text = json.dumps(measure(given), indent=1) + "\n"
    print(text) if given.out is None else given.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
