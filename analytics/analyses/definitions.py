"""Definitions out of the catalogue: what a number means, how it is made, what it leaves out."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from rapidfuzz import fuzz, process

from analytics.analyses.kind import Context, Request
from analytics.catalogue import Catalogue, Dimension, Measure, Metric
from analytics.describe.phrases import lower_start
from analytics.model import Cell, Chart, Column, Finding, InsightOutcome, Receipt, Refusal

MOST_NAMED: Final = 10
_NEAR: Final = 86.0
"""Likeness, 0 to 100, from which on a word is taken for a misspelt one."""
_FAR: Final = 60.0
_ASKING: Final = re.compile(
    r"\b(?:how|what|which|when|where|is|are|was|do|does|did|you|we|they|i|me|us|it|the|an?|of|by|"
    r"for|as|in|to|here|exactly|actually|please|can|could|would|tell|give|show|explain|define|"
    r"defined|defines|definition|definitions|mean|means|meant|meaning|calculate|calculated|compute|"
    r"computed|measure|measured|count|counts|counted|work|works|worked|out|formula|stand|stands|"
    r"called|call|our|your|this|that|term|word|metric|kpi|number|behind|consider|considered|with)\b"
)
_COLUMNS: Final = (
    Column(name="part", label="Part"),
    Column(name="definition", label="Definition"),
)


@lru_cache(maxsize=1)
def _sentences() -> dict[str, object]:
    environment = Environment(
        loader=PackageLoader("analytics.analyses", "templates"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown; pages escape HTML
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return dict(environment.get_template("definition.md.j2").module.__dict__)


def _say(name: str, *values: object) -> str:
    macro = _sentences()[name]
    assert callable(macro)
    return str(macro(*values)).strip()


def run_definition(request: Request, context: Context) -> InsightOutcome:
    """Explain the metric of the slot `metric`, or the nearest thing to what is asked about."""
    catalogue = context.catalogue
    name = request.slots.get("metric")
    if isinstance(name, str) and name in catalogue.metrics:
        return _of_metric(catalogue.metric(name), request, context, meant="")
    words = asked_about(request.text)
    found = _nearest(words, catalogue)
    if found and found[0][1] >= _NEAR:
        entry, score = found[0]
        meant = "" if score >= 99 else words
        if isinstance(entry, Metric):
            return _of_metric(entry, request, context, meant=meant)
        return _of_dimension(entry, request, context, meant=meant)
    labels = [lower_start(entry.label) for entry, _ in found] or ["churn rate", "revenue"]
    return Refusal(
        reason=_say("unknown", words, [lower_start(entry.label) for entry, _ in found]),
        unknown=words,
        suggestions=tuple(_say("ask", label) for label in labels[:3]),
        analysis="definition",
        slots=dict(request.slots),
    )


def asked_about(text: str) -> str:
    """Return what a question about a definition asks about, without the asking words."""
    left = _ASKING.sub(" ", text.lower())
    return " ".join(re.sub(r"[?!.,;:\"“”'’]", " ", left).split())


def _nearest(words: str, catalogue: Catalogue) -> list[tuple[Metric | Dimension, float]]:
    """Return the entries that are called most like some words, with the likeness, best first."""
    if not words:
        return []
    entries: dict[str, Metric | Dimension] = {}
    for dimension in catalogue.dimensions.values():
        for phrase in (dimension.label, dimension.name.replace("_", " "), *dimension.synonyms):
            entries.setdefault(phrase.lower(), dimension)
    for metric in catalogue.metrics.values():
        for phrase in (metric.label, metric.name, *metric.synonyms):
            entries[phrase.lower()] = metric
    hits = process.extract(words, sorted(entries), scorer=fuzz.ratio, limit=12, score_cutoff=_FAR)
    found: dict[str, tuple[Metric | Dimension, float]] = {}
    for phrase, score, _ in sorted(hits, key=lambda hit: (-hit[1], hit[0])):
        entry = entries[phrase]
        found.setdefault(entry.name, (entry, score))
    return list(found.values())[:3]


def _of_metric(metric: Metric, request: Request, context: Context, *, meant: str) -> Finding:
    catalogue = context.catalogue
    measures = catalogue.measures_of(metric)
    facts = dict.fromkeys(m.fact for m in measures)
    left_out = [words for fact in facts if (words := _say("left_out", fact))]
    groupings = [lower_start(d.label) for d in catalogue.dimensions_of(metric.name) if d.groupable]
    groupings = list(dict.fromkeys(groupings))
    definition = " ".join(metric.definition.split())
    formula = _formula(metric, catalogue)
    told: dict[str, object] = {
        "label": metric.label,
        "meant": meant,
        "is_dimension": False,
        "definition": definition,
        "dated_by": metric.dated_by,
        "left_out": [w for w in left_out if not _said(w, metric.definition)],
        "default_period": ""
        if "without a period" in definition.lower()
        else metric.default_period or "",
        "formula": formula,
        "listed": (),
        "groupings": groupings,
        "most": MOST_NAMED,
        "synonyms": metric.synonyms[:4],
        "version": metric.version,
        "owner": metric.owner,
    }
    rows = (
        ("Definition", definition),
        ("Formula", formula or None),
        ("Dated by", metric.dated_by or None),
        ("Left out", " ".join(left_out) or None),
        ("Unit", metric.unit),
        ("Split by", ", ".join(groupings) or None),
        ("Owner", metric.owner or None),
        ("Version", metric.version or None),
    )
    return _finding(told, rows, request, context, slots={"metric": metric.name})


def _said(sentence: str, definition: str) -> bool:
    return sentence.split()[0].lower() in definition.lower() or "control" in definition.lower()


def _of_dimension(
    dimension: Dimension, request: Request, context: Context, *, meant: str
) -> Finding:
    catalogue = context.catalogue
    splits = [
        lower_start(m.label)
        for m in catalogue.metrics.values()
        if m.formula is not None and catalogue.has_dimension(m.name, dimension.name)
    ]
    values = [str(v.value) for v in dimension.values]
    told: dict[str, object] = {
        "label": dimension.label,
        "meant": meant,
        "is_dimension": True,
        "definition": dimension.description,
        "dated_by": "",
        "left_out": (),
        "default_period": "",
        "formula": "",
        "listed": values,
        "groupings": splits,
        "most": MOST_NAMED,
        "synonyms": dimension.synonyms[:4],
        "version": "",
        "owner": dimension.owner,
    }
    rows = (
        (
            "Column",
            f"{dimension.table}.{dimension.column}" if dimension.table else dimension.column,
        ),
        ("Values", ", ".join(values) or None),
        ("Splits", ", ".join(splits) or None),
        ("Owner", dimension.owner or None),
    )
    return _finding(told, rows, request, context, slots={"dimension": dimension.column})


def _finding(
    told: dict[str, object],
    rows: tuple[tuple[Cell, ...], ...],
    request: Request,
    context: Context,
    *,
    slots: dict[str, object],
) -> Finding:
    shown = tuple(row for row in rows if row[1])
    version = f" (version {told['version']})" if told["version"] else ""
    return Finding(
        analysis="definition",
        text=_say("text", told),
        columns=_COLUMNS,
        rows=shown,
        chart=Chart(kind="table", title=str(told["label"])),
        receipt=Receipt(
            definition=f"{told['label']}: {told['definition']}{version}",
            period="",
            filters=(),
            sql="",
            n_rows=len(shown),
            as_of=context.as_of,
        ),
        slots={**slots, **request.slots},
    )


def _formula(metric: Metric, catalogue: Catalogue) -> str:
    """Say a metric's formula in words; empty for a model's metric and for a tree of formulas."""
    if metric.formula is None or metric.formula.tree is not None:
        return ""
    words = [_say("measure", _measure(m)) for m in catalogue.measures_of(metric)]
    return _say(
        "formula",
        {
            "complement": metric.formula.complement,
            "scale": metric.formula.scale,
            "above": words[0],
            "below": words[1] if len(words) > 1 else "",
        },
    )


def _measure(measure: Measure) -> dict[str, object]:
    conditions = []
    for column, values in measure.where:
        shown = " or ".join("yes" if v is True else str(v) for v in values)
        conditions.append(f"{column.replace('_', ' ')} {shown}")
    return {
        "aggregate": measure.aggregate,
        "rows": measure.fact.replace("_", " "),
        "column": _plain(measure.column),
        "per": _plain(measure.per),
        "at_least": measure.at_least,
        "where": conditions,
        "time": measure.time,
    }


def _plain(column: str | None) -> str:
    return (column or "").removesuffix("_id").replace("_", " ")
