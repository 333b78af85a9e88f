"""`make evals`: quality on the shared question sets, by the commands that users have.

Writes one JSON file for each set under docs/evals and keeps indexes under the home directory, so
that the second run is quick. The first one encodes the whole corpus: tens of minutes on two cores.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.evals.ms_symptoms import write_files

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "docs" / "evals"
HOME = Path(os.environ.get("DESKWISE_HOME", ROOT / ".deskwise")).resolve()
SHARED = Path(os.environ.get("DESKWISE_SHARED", ROOT.parent / "shared")).resolve()
FOLDERS = ("ms-officedocs-support", "ms-intune-docs", "18f-handbook")
LONG_KEYS = ("curve", "cases", "confusion")
"""Left out of the committed files: they are long, and the command writes them again."""


def main() -> int:
    questions = SHARED / "data" / "questions"
    if not questions.is_dir():
        print(f"no shared data at {SHARED}; set DESKWISE_SHARED", file=sys.stderr)
        return 1
    work = HOME / "evals"
    beir = helpdesk_as_beir(questions / "helpdesk_dev.jsonl", work / "helpdesk_dev")
    symptoms = work / "ms_symptoms"
    if not (symptoms / "qrels.tsv").is_file():
        write_files(SHARED, symptoms)
    corpus = [part for name in FOLDERS for part in ("--corpus", str(SHARED / "data" / "kb" / name))]
    warehouse = work / "warehouse"
    if not warehouse.is_dir():
        deskwise("data", "demo", "--out", str(warehouse))
    index = ["--index", str(work / "index-kb")]
    measure("routing_dev", "routing", "--questions", str(questions / "routing_dev.jsonl"))
    for name in ("held_out", "blind"):
        own = Path(__file__).resolve().parent / "routing" / f"{name}.jsonl"
        measure(f"routing_{name}", "routing", "--questions", str(own))
    measure(
        "questions_dev",
        "questions",
        *("--suite", str(questions / "questions_dev.yaml"), "--warehouse", str(warehouse)),
    )
    measure("helpdesk_dev_retrieval", "retrieval", *corpus, *index, *beir_files(beir))
    measure(
        "helpdesk_dev_answers",
        "answers",
        *(*corpus, *index, "--questions", str(questions / "helpdesk_dev.jsonl")),
        *("--evidence", str(questions / "helpdesk_dev_evidence.jsonl")),
    )
    own = ROOT / "tests" / "evals" / "questions"
    for name in ("office", "intune_handbook"):
        answers(name, own, [*corpus, *index])
    demo_articles = ROOT / "knowledge_base" / "content" / "articles"
    demo_index = ["--index", str(work / "index-demo")]
    answers("demo", own, ["--corpus", str(demo_articles), *demo_index])
    measure(
        "ms_symptom_to_article",
        "retrieval",
        *("--corpus", str(symptoms / "corpus.jsonl"), "--index", str(work / "index-symptoms")),
        *beir_files(symptoms),
    )
    suggestions(work)
    subprocess.run([sys.executable, "-m", "tests.evals.conversations"], check=True, cwd=ROOT)
    walk()
    return 0


def walk() -> None:
    """Talk to the assistant at random, for ten thousand turns."""
    test = ROOT / "tests" / "integration" / "assistant" / "test_random_walk.py"
    environment = {**os.environ, "DESKWISE_WALK_TURNS": "10000"}
    command = [sys.executable, "-m", "pytest", "-q", str(test)]
    subprocess.run(command, check=True, cwd=ROOT, env=environment)


def answers(name: str, folder: Path, corpus: Sequence[str]) -> None:
    """Measure finding and answering on a set of our own."""
    questions, evidence = folder / f"{name}.jsonl", folder / f"{name}_evidence.jsonl"
    beir = helpdesk_as_beir(questions, HOME / "evals" / name)
    measure(f"{name}_retrieval", "retrieval", *corpus, *beir_files(beir))
    labelled = ("--questions", str(questions), "--evidence", str(evidence))
    measure(f"{name}_answers", "answers", *corpus, *labelled)


def suggestions(work: Path) -> None:
    """Measure suggestions on the demo company's tickets with its articles, and on unseen ones."""
    content = ROOT / "knowledge_base" / "content"
    demo, home = work / "demo_tickets.jsonl", work / "demo-desk"
    parts = sorted((content / "tickets").glob("*.jsonl"))
    demo.write_text("".join(part.read_text(encoding="utf-8") for part in parts), encoding="utf-8")
    deskwise("ingest", str(content / "articles"), home=home)
    measure("suggestions_demo", "suggestions", "--tickets", str(demo), home=home)
    unseen = ROOT / "tests" / "evals" / "tickets" / "unseen.jsonl"
    measure(
        "suggestions_unseen", "suggestions", "--tickets", str(unseen), home=work / "unseen-desk"
    )


def beir_files(folder: Path) -> tuple[str, ...]:
    return (
        "--queries",
        str(folder / "queries.jsonl"),
        "--qrels",
        str(folder / "qrels.tsv"),
    )


def helpdesk_as_beir(questions: Path, out: Path) -> Path:
    """Write the answerable questions as queries; a follow-up's query has its turns before it."""
    out.mkdir(parents=True, exist_ok=True)
    rows = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    asked = [row for row in rows if row["answerable"]]
    queries = [
        {
            "_id": row["id"],
            "text": "\n".join([*(row["turns"] or []), row["text"]]),
            "slice": row["slice"],
        }
        for row in asked
    ]
    lines = ["query-id\tcorpus-id\tscore"]
    lines += [
        f"{row['id']}\t{name}\t{grade}" for row in asked for name, grade in row["relevant"].items()
    ]
    (out / "queries.jsonl").write_text(
        "".join(json.dumps(query) + "\n" for query in queries), encoding="utf-8"
    )
    (out / "qrels.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return out


def measure(name: str, *arguments: str, home: Path = HOME) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    file = OUT / f"{name}.json"
    deskwise("eval", *arguments, "--json", str(file), home=home)
    result = json.loads(file.read_text(encoding="utf-8"))
    kept = {key: value for key, value in result.items() if key not in LONG_KEYS}
    file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def deskwise(*arguments: str, home: Path = HOME) -> None:
    print("deskwise", *arguments[:2], "…", flush=True)
    command = [str(Path(sys.executable).with_name("deskwise")), "--home", str(home), *arguments]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main())
