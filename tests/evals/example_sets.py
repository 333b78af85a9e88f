"""Question sets with known documents, and what each leg says of their candidates.

A set is a file of labelled questions (as for `deskwise eval answers`) or a folder with
`queries.jsonl`
and `qrels.tsv`; its index is a folder that `deskwise eval` keeps, or `<home>/knowledge`.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant.evaluation.files import AnswerRow, QueryRow, read_qrels, read_rows
from knowledge_base.config import EncoderSettings, RetrievalSettings
from knowledge_base.encoders import load_encoder
from knowledge_base.glossary import Glossary, general_senses
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.learning_to_rank import LEARNED_LEGS, Example, Labelled, collect
from knowledge_base.model import EVERYONE
from knowledge_base.ports import Encoder
from knowledge_base.retrieve import Retriever

SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet:
    name: str
    questions: tuple[Labelled, ...]
    index: Path

    def grouped(self, group_of: Callable[[Labelled], str]) -> QuestionSet:
        questions = tuple(replace(each, group=group_of(each)) for each in self.questions)
        return replace(self, questions=questions)


def add_set_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        dest="sets",
        nargs=2,
        action="append",
        required=True,
        metavar=("QUESTIONS", "INDEX"),
        type=Path,
        help="Repeatable.",
    )
    parser.add_argument("--most", type=int, default=500, help="Questions of one set at most.")
    parser.add_argument("--keep", type=Path, help="Folder for what the legs say; taken up again.")


def read_sets(given: Sequence[Sequence[Path]], most: int) -> list[QuestionSet]:
    return [read_set(questions, index, most) for questions, index in given]


def read_set(path: Path, index: Path, most: int) -> QuestionSet:
    if path.is_dir():
        gold = read_qrels(path / "qrels.tsv")
        rows = read_rows(path / "queries.jsonl", QueryRow)
        asked = [(row.text, dict(gold.get(row.id, {}))) for row in rows]
    else:
        # A question that leans on earlier ones is asked together with them.
        asked = [
            ("\n".join([*row.turns, row.text]), dict(row.relevant))
            for row in read_rows(path, AnswerRow)
            if row.answerable
        ]
    asked = [each for each in asked if any(each[1].values())]
    drawn = np.sort(np.random.default_rng(SEED).permutation(len(asked))[:most])
    return QuestionSet(
        name=path.stem,
        questions=tuple(
            Labelled(text=asked[place][0], relevant=asked[place][1], group=path.stem)
            for place in drawn.tolist()
        ),
        index=index / "index",
    )


def examples_of(
    each: QuestionSet,
    settings: RetrievalSettings,
    *,
    depth: int | None,
    keep: Path | None,
    encoder: Encoder | None = None,
) -> tuple[Example, ...]:
    """Search for every question, or take up what was kept of the same index and settings."""
    snapshots = SnapshotFolder(each.index)
    asked = (each.questions, snapshots.current_name(), str(each.index))
    state = repr((asked, dict(settings.weights), settings, depth, LEARNED_LEGS))
    name = f"{each.name}-{hashlib.sha256(state.encode()).hexdigest()[:16]}.npz"
    if keep is not None and (keep / name).is_file():
        return _load(keep / name, each)
    glossary = Glossary(general=general_senses())
    retriever = Retriever(
        snapshots,
        encoder or load_encoder(EncoderSettings(threads=1)),
        settings,
        glossary=lambda: glossary,
    )
    print(f"{each.name}: {len(each.questions)} questions …", file=sys.stderr, flush=True)
    found = collect(retriever, each.questions, groups=(EVERYONE,), depth=depth)
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            keep / name,
            shares=np.concatenate([example.shares for example in found]).astype(np.float32),
            grades=np.concatenate([example.grades for example in found]),
            ends=np.cumsum([len(example.grades) for example in found]),
        )
    return found


def _load(path: Path, each: QuestionSet) -> tuple[Example, ...]:
    with np.load(path) as held:
        shares, grades, ends = (held[name] for name in ("shares", "grades", "ends"))
    starts = [0, *ends[:-1].tolist()]
    return tuple(
        Example(
            shares=shares[start:end].astype(np.float64),
            grades=grades[start:end],
            ideal=tuple(sorted((g for g in question.relevant.values() if g > 0), reverse=True)),
            group=question.group,
        )
        for question, start, end in zip(each.questions, starts, ends.tolist(), strict=True)
    )
