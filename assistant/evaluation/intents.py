"""`deskwise eval intents`: the router's learner on any set of intents."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import EvaluationError
from assistant.evaluation.metrics import latency_ms, wilson_interval
from assistant.routing.rejection import RejectingClassifier, fit_rejecting
from knowledge_base.ports import Encoder

SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentRow:
    """A text and its label."""

    text: str
    label: str


def read_intents(path: Path) -> tuple[IntentRow, ...]:
    """Read a file with one `{"text", "label"}` per line; blank lines are skipped.

    Raises
    ------
    EvaluationError
        When the file cannot be read, has no rows, or a line is malformed.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(
            f"{path} cannot be read: {error}.", hint="Check the path; it must be UTF-8."
        ) from error
    rows = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            rows.append(_row(line, f"{path}, line {number}"))
    if not rows:
        raise EvaluationError(f"{path} has no rows.", hint="Give a file with at least one.")
    return tuple(rows)


def evaluate_intents(
    train: Sequence[IntentRow],
    test: Sequence[IntentRow],
    *,
    encoder: Encoder,
    training_encoder: Encoder,
    oos_label: str,
) -> dict[str, Any]:
    """Train on some rows, guess the others one by one, and compare.

    Parameters
    ----------
    train, test
        At least one each. The test rows take no part in training or in the threshold.
    encoder
        Encodes the test rows; its time counts as latency.
    training_encoder
        The same, perhaps behind a vector cache; its time counts as training.
    oos_label
        Label of rows that no intent fits.

    Returns
    -------
    dict
        The figures of the contract, None where no row bears on them; n, intervals, threshold.

    Raises
    ------
    RouterError
        When the training rows have too few labels.
    """
    started = time.perf_counter()
    texts = [row.text for row in train]
    model = fit_rejecting(
        texts,
        training_encoder.encode(texts),
        [row.label for row in train],
        oos_label=oos_label,
        encoder=encoder,
        seed=SEED,
    )
    train_s = time.perf_counter() - started
    encoder.encode([test[0].text])
    return {**_figures(model, test, encoder), "train_s": round(train_s, 2)}


def _figures(
    model: RejectingClassifier, test: Sequence[IntentRow], encoder: Encoder
) -> dict[str, Any]:
    durations, guesses = [], []
    for row in test:
        started = time.perf_counter()
        guesses.append(model.guess(row.text, encoder.encode([row.text])[0]))
        durations.append((time.perf_counter() - started) * 1000)
    pairs = list(zip(test, guesses, strict=True))
    inside = [(row, guess) for row, guess in pairs if row.label != model.oos_label]
    outside = [guess for row, guess in pairs if row.label == model.oos_label]
    n_named = sum(guess.label == row.label for row, guess in inside)
    n_right = sum(guess.label == row.label and not guess.is_rejected for row, guess in inside)
    n_caught = sum(guess.is_rejected for guess in outside)
    n_rejected = sum(guess.is_rejected for guess in guesses)
    auroc = None
    if inside and outside:
        from sklearn.metrics import roc_auc_score

        auroc = float(
            roc_auc_score(
                [row.label != model.oos_label for row in test], [guess.score for guess in guesses]
            )
        )
    return {
        "in_scope_accuracy": n_right / len(inside) if inside else None,
        "in_scope_accuracy_ci95": wilson_interval(n_right, len(inside)),
        "oos_recall": n_caught / len(outside) if outside else None,
        "oos_recall_ci95": wilson_interval(n_caught, len(outside)),
        "oos_precision": n_caught / n_rejected if outside and n_rejected else None,
        "auroc": auroc,
        "accuracy_without_rejection": n_named / len(inside) if inside else None,
        "accuracy_without_rejection_ci95": wilson_interval(n_named, len(inside)),
        "threshold": model.threshold,
        "n_in_scope": len(inside),
        "n_oos": len(outside),
        "latency_ms": latency_ms(durations),
    }


def _row(line: str, where: str) -> IntentRow:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        raise EvaluationError(
            f"{where}: no valid JSON: {error.msg} at column {error.colno}.",
            hint="Each line must be one JSON object.",
        ) from error
    values = [found.get(key) for key in ("text", "label")] if isinstance(found, dict) else []
    if not values or not all(isinstance(value, str) and value.strip() for value in values):
        raise EvaluationError(
            f'{where}: expected {{"text": …, "label": …}}, both with words; got {line!r:.80}.',
            hint="Correct that line.",
        )
    return IntentRow(text=str(values[0]), label=str(values[1]))
