"""The learner on any intents: what it finds, and what the threshold may see."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli.evals import evaluate
from assistant.errors import EvaluationError, RouterError
from assistant.evaluation.intents import IntentRow, evaluate_intents, read_intents
from knowledge_base.encoders import HashEncoder

WORDS = {
    "printing": ("printer", "toner", "paper", "scanner"),
    "travel": ("flight", "hotel", "train", "luggage"),
    "money": ("invoice", "salary", "budget", "refund"),
    "people": ("holiday", "interview", "contract", "manager"),
}
PATTERNS = ("{} and {other}", "my {} or {other}", "{} {other} {third}", "about {} {other}")
STRANGE = ("volcano erupts", "galaxy comet nebula", "violin sonata", "penguin walrus glacier")


def rows(patterns: tuple[str, ...]) -> list[IntentRow]:
    return [
        IntentRow(
            text=pattern.format(word, other=words[(place + 1) % 4], third=words[(place + 2) % 4]),
            label=label,
        )
        for label, words in WORDS.items()
        for place, word in enumerate(words)
        for pattern in patterns
    ]


TRAIN = rows(PATTERNS)
TEST = rows(("the {} with {other}",)) + [IntentRow(text=text, label="oos") for text in STRANGE]


def figures(train: list[IntentRow], test: list[IntentRow]) -> dict:
    encoder = HashEncoder()
    found = evaluate_intents(
        train, test, encoder=encoder, training_encoder=encoder, oos_label="oos"
    )
    return {key: value for key, value in found.items() if key not in ("train_s", "latency_ms")}


def test_what_can_be_told_apart_is_and_what_is_strange_is_found() -> None:
    found = figures(TRAIN, TEST)
    assert found["accuracy_without_rejection"] == 1.0
    assert found["oos_recall"] == 1.0
    assert found["auroc"] == 1.0
    assert found["n_in_scope"] == 16
    assert found["n_oos"] == 4


def test_the_threshold_never_sees_the_test_rows() -> None:
    turned = [replace(row, label=TEST[-1 - place].label) for place, row in enumerate(TEST)]
    assert figures(TRAIN, turned)["threshold"] == figures(TRAIN, TEST)["threshold"]
    assert figures(TRAIN, TEST[:1])["threshold"] == figures(TRAIN, TEST)["threshold"]


def test_the_same_rows_give_the_same_figures() -> None:
    assert figures(TRAIN, TEST) == figures(TRAIN, TEST)


def test_training_rows_out_of_scope_become_a_label() -> None:
    strange = [IntentRow(text=f"{text} today {n}", label="oos") for text in STRANGE for n in "1234"]
    assert figures(TRAIN + strange, TEST)["oos_recall"] == 1.0


def test_without_rows_out_of_scope_their_figures_are_none() -> None:
    found = figures(TRAIN, TEST[:16])
    assert found["oos_recall"] is None
    assert found["oos_precision"] is None
    assert found["auroc"] is None


def test_too_few_labels_are_refused() -> None:
    with pytest.raises(RouterError, match="1 labels in scope; at least 3"):
        figures(TRAIN[:8], TEST)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "has no rows"),
        ('{"text": "a", "label": "b"}\n{"text": "a"}\n', "line 2: expected"),
        ("[1]\n", "line 1: expected"),
        ('{"text": "", "label": "b"}\n', "line 1: expected"),
        ("{text\n", "line 1: no valid JSON"),
    ],
)
def test_malformed_files_are_named_with_their_line(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(content)
    with pytest.raises(EvaluationError, match=message):
        read_intents(path)


def test_a_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    there = tmp_path / "rows.jsonl"
    there.write_text(json.dumps({"text": "a", "label": "b"}))
    arguments = ["intents", "--train", str(there), "--test", str(tmp_path / "none.jsonl")]
    assert CliRunner().invoke(evaluate, arguments).exit_code == 2
