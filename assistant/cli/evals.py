"""`deskwise eval …`: quality, measured from files in the formats of the contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from analytics.catalogue import load_catalogue
from assistant.bootstrap import Parts, open_warehouse
from assistant.bootstrap.model_rows import without_learning
from assistant.cli.knowledge import progress_of
from assistant.cli.output import json_option, say, working, write_json
from assistant.cli.settings import current_settings, home_option
from assistant.desk.anchors import ArticleSpace
from assistant.desk.history import TicketHistory
from assistant.desk.suggest import Suggester
from assistant.evaluation.answers import evaluate_answers
from assistant.evaluation.files import (
    AnswerRow,
    EvidenceRow,
    QueryRow,
    RoutingRow,
    join_evidence,
    read_qrels,
    read_rows,
    write_run,
)
from assistant.evaluation.index import open_evaluation_index
from assistant.evaluation.intents import evaluate_intents, read_intents
from assistant.evaluation.questions import evaluate_questions, load_suite
from assistant.evaluation.replay import replaying
from assistant.evaluation.retrieval import evaluate_retrieval, run_queries
from assistant.evaluation.routing import evaluate_routing
from assistant.evaluation.suggestions import (
    evaluate_suggestions,
    read_tickets,
    without_labels,
)
from knowledge_base.config import KnowledgeBaseSettings
from knowledge_base.model import EVERYONE
from knowledge_base.ports import Encoder
from knowledge_base.ranker import with_weights

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
INDEX = click.Path(path_type=Path, file_okay=False)
CORPUS = click.Path(path_type=Path, exists=True)


def keep_unadapted(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    """Keep the flag for `question_encoder_of`."""
    context.meta["unadapted"] = value


unadapted_option = click.option(
    "--unadapted",
    is_flag=True,
    expose_value=False,
    callback=keep_unadapted,
    help="Read questions and rank as if nothing had been learned here.",
)


def question_encoder_of(parts: Parts) -> Encoder:
    """Return what reads the questions of this evaluation."""
    is_plain = click.get_current_context().meta["unadapted"]
    return parts.plain_encoder if is_plain else parts.question_encoder


def search_settings_of(parts: Parts) -> KnowledgeBaseSettings:
    """Return the settings of this evaluation's search, with the weights learned here or without."""
    is_plain = click.get_current_context().meta["unadapted"]
    ranker = without_learning(parts) if is_plain else parts.ranker
    return with_weights(parts.knowledge_settings, ranker)


@click.group("eval")
def evaluate() -> None:
    """Measure finding, answering, routing and figures on labelled files."""


@evaluate.command()
@click.option("--corpus", required=True, multiple=True, type=CORPUS, help="Repeatable.")
@click.option("--queries", required=True, type=FILE)
@click.option("--qrels", required=True, type=FILE)
@click.option("--index", type=INDEX, help="Keep the index here for the next run.")
@click.option("--run", "run_file", type=click.Path(path_type=Path), help="Write TREC run lines.")
@unadapted_option
@home_option
@json_option
def retrieval(
    corpus: tuple[Path, ...],
    queries: Path,
    qrels: Path,
    index: Path | None,
    run_file: Path | None,
    json_file: str | None,
) -> None:
    """Measure finding beside BM25 and dense baselines in the same process."""
    parts = Parts(current_settings())
    asked, judged = read_rows(queries, QueryRow), read_qrels(qrels)
    with (
        working("Indexing and asking …") as show,
        open_evaluation_index(
            corpus,
            index,
            parts.encoder,
            search_settings_of(parts),
            progress=progress_of(show),
            question_encoder=question_encoder_of(parts),
        ) as opened,
    ):
        run = run_queries(
            opened.retriever,
            asked,
            judged,
            progress=lambda done, total: show(f"{done:,} of {total:,} queries"),
        )
        result = evaluate_retrieval(run, judged, opened.build)
    if run_file is not None:
        write_run(run_file, run.rankings["system"], tag="deskwise")
    _show(result, json_file, ("system", "baselines"))


@evaluate.command()
@click.option("--corpus", required=True, multiple=True, type=CORPUS, help="Repeatable.")
@click.option("--questions", required=True, type=FILE)
@click.option("--evidence", type=FILE, help="Quotes that right answers hold, joined by id.")
@click.option("--index", type=INDEX, help="Keep the index here for the next run.")
@click.option(
    "--risk",
    type=click.FloatRange(0, 1),
    default=0.05,
    show_default=True,
    help="Share of answers that may be wrong.",
)
@unadapted_option
@home_option
@json_option
def answers(
    corpus: tuple[Path, ...],
    questions: Path,
    evidence: Path | None,
    index: Path | None,
    risk: float,
    json_file: str | None,
) -> None:
    """Measure answering and abstaining."""
    parts = Parts(current_settings())
    rows: Sequence[AnswerRow] = read_rows(questions, AnswerRow)
    if evidence is not None:
        rows = join_evidence(rows, read_rows(evidence, EvidenceRow))
    with (
        working("Indexing and asking …") as show,
        open_evaluation_index(
            corpus,
            index,
            parts.encoder,
            search_settings_of(parts),
            progress=progress_of(show),
            question_encoder=question_encoder_of(parts),
        ) as opened,
    ):
        skill = replace(
            parts.helpdesk,
            retriever=opened.retriever,
            max_wrong_fraction=risk,
            risk=None,  # what an administrator chose for this home is not measured here
        )
        result = evaluate_answers(
            rows,
            replaying(skill, route="helpdesk"),
            lambda document_id: opened.retriever.document(document_id, groups=(EVERYONE,)),
            progress=lambda done, total: show(f"{done:,} of {total:,} questions"),
        )
    result["threshold"] = skill.calibration.threshold(skill.max_wrong_fraction)
    result["calibration"] = skill.calibration.provenance
    _show(result, json_file, ())


@evaluate.command()
@click.option("--questions", required=True, type=FILE)
@home_option
@json_option
def routing(questions: Path, json_file: str | None) -> None:
    """Measure the router."""
    parts = Parts(current_settings())
    with working("Asking …"):
        result = evaluate_routing(read_rows(questions, RoutingRow), parts.router)
    _show(result, json_file, ("confusion",))


@evaluate.command()
@click.option("--train", "train_file", required=True, type=FILE)
@click.option("--test", "test_file", required=True, type=FILE)
@click.option("--oos-label", default="oos", show_default=True, help="Label of what fits no intent.")
@home_option
@json_option
def intents(train_file: Path, test_file: Path, oos_label: str, json_file: str | None) -> None:
    """Train the router's learner on any intents and measure it on others."""
    parts = Parts(current_settings())
    train, test = read_intents(train_file), read_intents(test_file)
    with working("Training and asking …"):
        result = evaluate_intents(
            train,
            test,
            encoder=parts.plain_encoder,
            training_encoder=parts.encoder,
            oos_label=oos_label,
        )
    _show(result, json_file, ())


@evaluate.command()
@click.option("--suite", required=True, type=FILE)
@click.option("--warehouse", required=True, type=click.Path(path_type=Path, file_okay=False))
@home_option
@json_option
def questions(suite: Path, warehouse: Path, json_file: str | None) -> None:
    """Ask managers' questions and compare with gold SQL on the same warehouse."""
    parts = Parts(current_settings())
    cases = load_suite(suite)
    insights = parts.insights_over(open_warehouse(warehouse, parts.settings), load_catalogue())
    with working("Asking …") as show:
        result = evaluate_questions(
            cases, warehouse, insights, on_case=lambda done: show(f"{done.case.id} {done.verdict}")
        )
    _show(result, json_file, ("wrong_rate",), hidden=("cases",))


def read_histories(
    _context: click.Context, _parameter: click.Parameter, value: str
) -> list[int | None]:
    """Read `0,20,all`."""
    found: list[int | None] = []
    for part in value.split(","):
        word = part.strip().lower()
        if word != "all" and not word.isdecimal():
            raise click.BadParameter(f"{part!r} is neither a number nor “all”.")
        found.append(None if word == "all" else int(word))
    return list(dict.fromkeys(found))


@evaluate.command()
@click.option("--tickets", "tickets_file", required=True, type=FILE)
@click.option(
    "--history",
    default="0,20,100,all",
    show_default=True,
    callback=read_histories,
    help="How many of the tickets solved last count, for the curve.",
)
@home_option
@json_option
def suggestions(tickets_file: Path, history: list[int | None], json_file: str | None) -> None:
    """Ask past tickets as if they were new, each with its own past."""
    parts = Parts(current_settings())
    tickets = read_tickets(tickets_file)
    with working("Encoding and asking …") as show:
        has_index = parts.snapshots.current_name() is not None
        contents = parts.documents.contents() if has_index else ()
        suggester = Suggester(
            history=TicketHistory(
                [without_labels(ticket) for ticket in tickets],
                parts.encoder.encode,
                ArticleSpace.of(contents, parts.encoder.encode),
            ),
            encode=parts.encoder.encode,
            fitted=parts.fitted,
            messages=parts.messages,
            search=parts.retriever if has_index else None,
        )
        result = evaluate_suggestions(
            tickets,
            suggester,
            history,
            progress=lambda done, total: show(f"{done:,} of {total:,} asked"),
        )
    result["fitted_on"] = parts.fitted.provenance
    _show(result, json_file, ("by_history",), hidden=("fitted_on",))


def _show(
    result: dict[str, Any],
    json_file: str | None,
    nested: Sequence[str],
    *,
    hidden: Sequence[str] = ("curve",),
) -> None:
    """Write the result and print its figures; long parts are in the JSON alone."""
    write_json(result, json_file)
    if json_file == "-":
        return
    for key, value in result.items():
        if key in hidden or key == "by_slice":
            continue
        if isinstance(value, dict) and key in nested:
            for name, part in value.items():
                say(f"{key}.{name}: {_figures(part)}")
        else:
            say(f"{key}: {_figures(value)}")
    for name, part in result.get("by_slice", {}).items():
        say(f"slice {name}: {_figures(part)}")


def _figures(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_figures(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_figures(item) for item in value) + "]"
    return str(value)
