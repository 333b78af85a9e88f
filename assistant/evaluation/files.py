"""Evaluation files, read strictly: what is wrong is said with its file and line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from assistant.errors import EvaluationError
from assistant.model import Route

QRELS_HEADER = ("query-id", "corpus-id", "score")
ALL = "all"
"""Slice of rows that name none."""

Grade = Annotated[int, Field(ge=0)]
Text = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(min_length=1)]


def _none_is_empty(value: Any) -> Any:
    return () if value is None else value


class _Row(BaseModel):
    # Files carry notes and doubts of their authors; what is not named here is not read.
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class RoutingRow(_Row):
    """A question and the route that it must take."""

    id: Id
    text: Text
    label: Route
    slice: str = ALL


class QueryRow(_Row):
    """A BEIR query."""

    id: Id = Field(alias="_id")
    text: Text
    slice: str = ALL


class Quote(_Row):
    """A verbatim piece of a document that a right answer quotes: its words, or where it stands."""

    quote: str = ""
    start: Annotated[int, Field(ge=0)] | None = None
    end: Annotated[int, Field(ge=1)] | None = None
    """Without `quote`: it is `document.text[start:end]`."""
    kind: str = ""
    alternative_group: int | None = None
    """Of the quotes of a question with one number, one is enough."""

    @model_validator(mode="after")
    def _has_words_or_place(self) -> Quote:
        if self.quote.strip():
            return self
        if self.start is None or self.end is None or self.start >= self.end:
            raise ValueError("a quote has its words in `quote`, or `start` before `end`")
        return self


Evidence = Mapping[str, tuple[Quote, ...]]
KeyTermsMode = Literal["all", "any"]


class EvidenceRow(_Row):
    """What a right answer to a question quotes."""

    id: Id
    evidence: dict[str, tuple[Quote, ...]]
    key_terms: tuple[Text, ...] = ()
    key_terms_mode: KeyTermsMode = "all"


class AnswerRow(_Row):
    """A question, whether the documents answer it, and which of them do."""

    id: Id
    text: Text
    turns: Annotated[tuple[str, ...], BeforeValidator(_none_is_empty)] = ()
    """What was asked before, oldest first."""
    answerable: bool
    relevant: dict[str, Grade] = {}
    slice: str = ALL
    evidence: dict[str, tuple[Quote, ...]] | None = None
    key_terms: Annotated[tuple[Text, ...], BeforeValidator(_none_is_empty)] = ()
    key_terms_mode: KeyTermsMode = "all"


RowT = TypeVar("RowT", RoutingRow, QueryRow, EvidenceRow, AnswerRow)
Qrels = Mapping[str, Mapping[str, int]]


def read_rows(path: Path, kind: type[RowT]) -> tuple[RowT, ...]:
    """Read a file with one JSON object per line.

    Parameters
    ----------
    path
        Blank lines are skipped.
    kind
        What each line must be.

    Raises
    ------
    EvaluationError
        When the file cannot be read or has no rows, a line is malformed, or an id stands twice.
    """
    rows: dict[str, RowT] = {}
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            row = kind.model_validate(json.loads(line))
        except json.JSONDecodeError as error:
            raise EvaluationError(
                f"{where}: no valid JSON: {error.msg} at column {error.colno}.",
                hint="Each line must be one JSON object.",
            ) from error
        except ValidationError as error:
            raise EvaluationError(
                f"{where}: {_first_fault(error)}.",
                hint="Correct that line; `deskwise eval --help` has the formats.",
            ) from error
        if row.id in rows:
            raise EvaluationError(
                f"{where}: the id {row.id!r} stood in an earlier line.", hint="Ids are unique."
            )
        rows[row.id] = row
    if not rows:
        raise EvaluationError(f"{path} has no rows.", hint="Give a file with at least one.")
    return tuple(rows.values())


def read_qrels(path: Path) -> Qrels:
    """Read BEIR relevance judgements: tab-separated, with a header.

    Returns
    -------
    mapping
        Query id → document id → grade, 0 or more.

    Raises
    ------
    EvaluationError
        When the file cannot be read or has no judgements, or a line is malformed.
    """
    judged: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        cells = line.rstrip("\r\n").split("\t")
        if number == 1:
            if tuple(cell.strip() for cell in cells) != QRELS_HEADER:
                raise EvaluationError(
                    f"{where}: the header is {line.strip()!r}; expected "
                    + repr("\t".join(QRELS_HEADER))
                    + ".",
                    hint="Add the header line.",
                )
            continue
        if len(cells) != len(QRELS_HEADER):
            raise EvaluationError(
                f"{where}: {len(cells)} columns; expected 3, separated by tabs.",
                hint="Correct that line.",
            )
        query_id, document_id, score = (cell.strip() for cell in cells)
        if not score.isdecimal():
            raise EvaluationError(
                f"{where}: the score is {score!r}; expected a whole number from 0.",
                hint="Correct that line.",
            )
        if document_id in judged.setdefault(query_id, {}):
            raise EvaluationError(
                f"{where}: {query_id!r} and {document_id!r} were judged in an earlier line.",
                hint="Keep one of the two.",
            )
        judged[query_id][document_id] = int(score)
    if not judged:
        raise EvaluationError(f"{path} has no judgements.", hint="Give a file with at least one.")
    return judged


def join_evidence(
    rows: Sequence[AnswerRow], evidence: Iterable[EvidenceRow]
) -> tuple[AnswerRow, ...]:
    """Return the rows with the evidence of a second file, joined by id.

    Raises
    ------
    EvaluationError
        When there is evidence for an id that no row has.
    """
    by_id = {item.id: item for item in evidence}
    unknown = sorted(by_id.keys() - {row.id for row in rows})
    if unknown:
        raise EvaluationError(
            f"There is evidence for {unknown[0]!r} ({len(unknown)} such ids), but no question.",
            hint="Give the evidence file that belongs to the questions.",
        )
    return tuple(
        row.model_copy(
            update={
                "evidence": by_id[row.id].evidence,
                "key_terms": by_id[row.id].key_terms,
                "key_terms_mode": by_id[row.id].key_terms_mode,
            }
        )
        if row.id in by_id
        else row
        for row in rows
    )


def write_run(path: Path, run: Mapping[str, Sequence[tuple[str, float]]], *, tag: str) -> None:
    """Write rankings as TREC run lines: query, Q0, document, rank, score, tag.

    Parameters
    ----------
    path
        Replaced when it exists.
    run
        Query id → documents with their scores, best first.
    tag
        Name of the system, without spaces.

    Raises
    ------
    EvaluationError
        When the file cannot be written, or an id has white space, which the format cannot hold.
    """
    lines = []
    for query_id, ranked in run.items():
        for rank, (document_id, score) in enumerate(ranked, start=1):
            cells = (query_id, "Q0", document_id, str(rank), f"{score:.6f}", tag)
            if any(not cell or len(cell.split()) != 1 for cell in cells):
                raise EvaluationError(
                    f"A TREC run cannot hold {query_id!r} and {document_id!r}: an id has a space.",
                    hint="Leave out --run, or rename the documents.",
                )
            lines.append(" ".join(cells) + "\n")
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise EvaluationError(
            f"The run file {path} cannot be written: {error.strerror or error}.",
            hint="Give a path in a folder that exists and is writable.",
        ) from error


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise EvaluationError(
            f"{path} cannot be read: {error.strerror or error}.", hint="Check the path."
        ) from error
    except UnicodeDecodeError as error:
        raise EvaluationError(
            f"{path} is not UTF-8: byte {error.start} cannot be read.", hint="Save it as UTF-8."
        ) from error


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in fault["loc"]) or "the line"
    got = "" if fault["type"] == "missing" else f", got {fault['input']!r:.80}"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{place}: {fault['msg'].lower()}{got}{more}"
