"""`deskwise train` and `deskwise models`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from analytics.customers.churn import train_churn
from analytics.customers.churn_data import QUICK_PLAN, ChurnPlan
from assistant.answering.calibrate import describe, fit_calibration
from assistant.answering.confidence import save_calibration
from assistant.bootstrap import CALIBRATION_NAME, Parts
from assistant.bootstrap.model_rows import CHURN, ENCODER, RANKER, model_rows
from assistant.cli.adaptation import train_question_encoder
from assistant.cli.output import json_option, say, working, write_json
from assistant.cli.ranking import discard_ranker, train_ranker
from assistant.cli.settings import current_settings, home_option
from assistant.cli.spans import SPANS, LabelledFiles, train_spans
from assistant.evaluation.calibration import label_questions
from assistant.evaluation.files import AnswerRow, read_rows
from assistant.evaluation.index import open_evaluation_index
from assistant.routing.examples import (
    read_examples,
    read_own_examples,
    shipped_examples_folder,
    with_own_examples,
)
from assistant.routing.registry import FOLDER_NAME, retrain_router
from assistant.routing.registry import SHIPPED_SEED as SEED

NAMES = ("router", "churn", "confidence", SPANS, ENCODER, RANKER)
BY_DEFAULT = ("router", "churn")
OWN_EXAMPLES = "routing"
"""Folder of the operator's examples, below the home."""


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option(
    "--questions",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="confidence, spans, ranker: labelled questions, as for `eval answers`.",
)
@click.option(
    "--evidence",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="spans: what right answers quote, joined by id.",
)
@click.option(
    "--corpus",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="confidence, spans: what the questions are asked of; repeatable.",
)
@click.option("--index", type=click.Path(path_type=Path, file_okay=False), help="Keep the index.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="confidence, spans: the file."
)
@click.option("--discard", is_flag=True, help="ranker: go back to the shipped weights.")
@home_option
@json_option
def train(
    names: tuple[str, ...],
    discard: bool,
    json_file: str | None,
    **files: Any,
) -> None:
    """Train models again (router and churn without a NAME); promote what is not worse."""
    parts = Parts(current_settings())
    if discard and names != (RANKER,):
        raise click.UsageError("--discard goes with `train ranker` alone.")
    labelled = LabelledFiles(**files)
    results: dict[str, Any] = {}
    for name in names or BY_DEFAULT:
        with working(f"Training {name} …") as show:
            if name == ENCODER:
                results[name] = train_question_encoder(parts, seed=SEED, show=show)
                continue
            if name == RANKER:
                results[name] = (
                    discard_ranker(parts)
                    if discard
                    else train_ranker(parts, seed=SEED, show=show, questions=labelled.questions)
                )
                continue
            if name == SPANS:
                results[name] = train_spans(parts, labelled)
                continue
            if name != "confidence":
                results[name] = JOBS[name](parts)
                continue
            results[name] = train_confidence(parts, labelled)
    write_json(results, json_file)
    if json_file != "-":
        for name, result in results.items():
            say(f"{name}: {result['summary']}")


def train_all(parts: Parts, *, only_missing: bool) -> None:
    """Train what the product needs on its first start; what is there stays unless asked."""
    if not (only_missing and _has_model(parts, FOLDER_NAME)):
        with working("Training the router …"):
            train_router_model(parts)
    if not (only_missing and _has_model(parts, CHURN)):
        with working("Training churn risk, quickly; `deskwise train churn` takes its time …"):
            train_churn_model(parts, QUICK_PLAN)


def _has_model(parts: Parts, name: str) -> bool:
    return (parts.settings.models_dir / name / "current.json").is_file()


def train_router_model(parts: Parts) -> dict[str, Any]:
    """Train the router on the shipped examples and the operator's own."""
    own = read_own_examples(parts.settings.home / OWN_EXAMPLES)
    promotion = retrain_router(
        parts.settings.models_dir / FOLDER_NAME,
        parts.encoder,
        with_own_examples(read_examples(shipped_examples_folder()), own),
        seed=SEED,
    )
    verdict = "promoted" if promotion.is_promoted else "kept back"
    return {
        "version": promotion.version,
        "promoted": promotion.is_promoted,
        "n_held_out": promotion.n_held_out,
        "n_right": promotion.n_right,
        "n_right_before": promotion.n_right_live,
        "summary": f"{verdict} {promotion.version} ({promotion.reason}): "
        f"{promotion.n_right} of {promotion.n_held_out} held-out examples right",
    }


def train_churn_model(parts: Parts, plan: ChurnPlan | None = None) -> dict[str, Any]:
    """Train churn risk on the warehouse."""
    report = train_churn(
        parts.warehouse, parts.settings.models_dir, seed=SEED, now=parts.clock.now(), plan=plan
    )
    verdict = "promoted" if report.promotion.promoted else "kept back"
    scores = report.comparison.chosen.scores
    return {
        "version": report.version,
        "promoted": report.promotion.promoted,
        "reason": report.promotion.reason,
        "scores": scores,
        "summary": f"{verdict} {report.version}: ROC-AUC {scores.roc_auc.mean:.3f} "
        f"[{scores.roc_auc.ci95[0]:.3f}, {scores.roc_auc.ci95[1]:.3f}], "
        f"n = {report.n_rows:,}; {report.promotion.reason}",
    }


def train_confidence(parts: Parts, labelled: LabelledFiles) -> dict[str, Any]:
    """Fit the confidence of answers on labelled questions and keep it in this home or in a file."""
    if labelled.questions is None or not labelled.corpus:
        raise click.UsageError("train confidence needs --questions and --corpus.")
    rows = read_rows(labelled.questions, AnswerRow)
    with open_evaluation_index(
        labelled.corpus,
        labelled.index,
        parts.encoder,
        parts.search_settings,
        question_encoder=parts.question_encoder,
    ) as opened:
        signals = label_questions(rows, opened.retriever)
    n_right = sum(row.is_right for row in signals)
    calibration = fit_calibration(
        signals,
        provenance=f"{labelled.questions.name}: {len(rows)} questions, {n_right} with the right "
        f"article first, {opened.build.n_documents} documents, {parts.encoder.name}, seed {SEED}",
        seed=SEED,
    )
    target = labelled.out or parts.settings.models_dir / CALIBRATION_NAME
    save_calibration(calibration, target)
    return {
        "file": str(target),
        "n": len(rows),
        "n_right": n_right,
        "weights": describe(calibration),
        "summary": f"fitted on {len(rows)} questions into {target}: {describe(calibration)}",
    }


JOBS: dict[str, Callable[[Parts], dict[str, Any]]] = {
    "router": train_router_model,
    CHURN: train_churn_model,
}
"""What is trained without labelled files; the first start of the demo trains these."""


@click.command()
@home_option
@json_option
def models(json_file: str | None) -> None:
    """List the models with version, scores, and what they were trained on."""
    parts = Parts(current_settings())
    rows = model_rows(parts)
    write_json(rows, json_file)
    if json_file != "-":
        for row in rows:
            say(f"{row['name']} {row['version']}{' (in use)' if row['in_use'] else ''}")
            say(f"  {row['scores']}")
            say(f"  {row['trained_on']}")
