"""`deskwise train ranker` in a home: promotes, keeps back, refuses, and goes back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.bootstrap import Parts
from assistant.bootstrap.model_rows import ranker_rows
from assistant.cli.main import deskwise
from assistant.cli.output import run
from assistant.cli.ranking import train_ranker
from assistant.config import load_settings
from knowledge_base.adaptation.ranker_training import Plan
from knowledge_base.config import DEFAULT_WEIGHTS
from knowledge_base.encoders import HashEncoder
from knowledge_base.ingest import ingest
from knowledge_base.learning_to_rank import LEARNED_LEGS
from knowledge_base.ranker import RankerVersion, live_version, save_version
from knowledge_base.sources.markdown import markdown_source
from knowledge_base.vector_cache import CachedEncoder, VectorCache

PLAN = Plan(pull=1, fewest_documents=10)
N_ARTICLES = 40


def article(number: int) -> str:
    """Its title names the topic of the next article."""
    steps = " ".join(f"Reset the topic{number} part." for _ in range(60))
    return (
        f"# Not topic{number + 1}\n\n## Symptoms\n\nThe topic{number} device stopped again after a "
        f"while today, and topic{number} stays dark.\n\n## Resolution\n\n{steps}\n"
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    kb = tmp_path / "kb"
    kb.mkdir()
    for number in range(N_ARTICLES):
        (kb / f"{number:03d}.md").write_text(article(number), encoding="utf-8")
    parts = parts_of(tmp_path)
    ingest(
        [markdown_source(kb)],
        store=parts.documents,
        encoder=parts.encoder,
        snapshots=parts.snapshots,
        settings=parts.knowledge_settings,
    )
    return tmp_path


def parts_of(home: Path) -> Parts:
    """Return the adapters of a home with the fake encoder."""
    (home / "knowledge").mkdir(exist_ok=True)
    parts = Parts(load_settings(overrides={"home": home}))
    fake = HashEncoder()
    given = {
        # Nobody routes here, and training a router takes long.
        "router": None,
        "plain_encoder": fake,
        "question_encoder": fake,
        "encoder": CachedEncoder(fake, VectorCache(home / "vectors.sqlite")),
    }
    parts.__dict__.update(given)
    return parts


def promoted(home: Path, weights: dict[str, float], encoder: str) -> None:
    version = RankerVersion(
        weights={**dict.fromkeys(LEARNED_LEGS, 0.0), **weights},
        encoder=encoder,
        corpus_digest="0" * 64,
        created_at="2026-06-30T00:00:00+00:00",
        seed=1,
        is_promoted=True,
        reason="held-out documents are found better",
        figures={
            "in_use": {
                "before": {"ndcg@10": 0.1},
                "after": {"ndcg@10": 0.2},
                "ci95": [0.05, 0.15],
                "n_documents": 30,
            }
        },
        settings={"n_lessons": {"symptom": 30}},
    )
    save_version(home / "models" / "ranker", version)


def first_of(parts: Parts, question: str) -> str:
    return parts.retriever.documents(question, groups=("everyone",))[0].document_id


def test_what_finds_held_out_articles_better_comes_into_use_and_only_that(home: Path) -> None:
    # In use: titles alone, which name the wrong article here.
    promoted(home, {"bm25_title": 1.0}, HashEncoder().name)
    before = parts_of(home)
    assert (before.ranker.source, before.ranker.version) == ("learned", "0001")
    assert first_of(before, "topic7 device stopped") == "kb/006.md"
    result = train_ranker(before, seed=3, show=lambda _: None, plan=PLAN)
    assert result["promoted"] and result["version"] == "0002"
    assert result["figures"]["in_use"]["ci95"][0] > 0
    after = parts_of(home)
    assert (after.ranker.source, after.ranker.version) == ("learned", "0002")
    assert after.search_settings.retrieval.weights == result["weights"]
    assert first_of(after, "topic7 device stopped") == "kb/007.md"
    # Nothing is gained over what is in use now.
    again = train_ranker(after, seed=3, show=lambda _: None, plan=PLAN)
    assert not again["promoted"]
    assert parts_of(home).ranker.version == "0002"
    in_use = [row["version"] for row in ranker_rows(parts_of(home)) if row["in_use"]]
    assert in_use == ["0002"]


def test_a_tampered_version_ranks_nothing_and_is_replaced_by_training(home: Path) -> None:
    promoted(home, {"bm25_title": 1.0}, HashEncoder().name)
    path = home / "models" / "ranker" / "0001.json"
    path.write_text(path.read_text().replace('"bm25_title": 1.0', '"bm25_title": 0.9'))
    ranking = {check.name: check for check in parts_of(home).run_checks()}["ranking"]
    assert not ranking.ready
    assert "not the file that was written" in ranking.detail
    said: list[str] = []
    train_ranker(parts_of(home), seed=3, show=said.append, plan=PLAN)
    assert "not the file that was written" in said[0]
    assert parts_of(home).ranker.source in ("learned", "shipped")


def test_which_weights_rank_is_always_told(home: Path) -> None:
    parts = parts_of(home)
    assert parts.ranker.weights == DEFAULT_WEIGHTS
    checks = {check.name: check.detail for check in parts.run_checks()}
    assert checks["ranking"] == "shipped weights"
    other = Parts(load_settings(overrides={"home": home, "encoder": "some/model"}))
    other.__dict__["plain_encoder"] = HashEncoder()
    rows = ranker_rows(other)
    assert rows[0]["version"] == "equal"
    assert "none were fitted or learned" in rows[0]["trained_on"]


def test_discarding_goes_back_to_the_shipped_weights(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    promoted(home, {"bm25": 1.0}, "some encoder")
    out = home / "out.json"
    assert run(deskwise, ["--home", str(home), "train", "router", "--discard"]) != 0
    assert "--discard goes with" in capsys.readouterr().err
    arguments = ["--home", str(home), "train", "ranker", "--discard", "--json", str(out)]
    assert run(deskwise, arguments) == 0
    assert json.loads(out.read_text())["ranker"]["discarded"] == "0001"
    assert live_version(home / "models" / "ranker") is None
    assert run(deskwise, arguments) == 0
    assert json.loads(out.read_text())["ranker"]["discarded"] is None
