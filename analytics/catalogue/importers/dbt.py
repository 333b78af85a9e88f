"""dbt semantic models and metrics (MetricFlow YAML) as a catalogue.

A semantic model becomes an entity with its table, and a fact when it has measures; its foreign
entities become many-to-one joins. What has no counterpart is left out and listed with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from analytics.catalogue.importers.dbt_metrics import Metrics
from analytics.catalogue.importers.sql import formula_of, is_column
from analytics.catalogue.importers.taken import Entry, Taken
from analytics.errors import ExpressionError, ImportedModelError

DbtImport = Taken
AGGREGATES: Final[Mapping[str, str]] = {
    "sum": "sum",
    "sum_boolean": "sum",
    "count": "count",
    "count_distinct": "count_distinct",
    "average": "mean",
}
_REF: Final = re.compile(r"ref\(\s*(?:['\"][^'\"]+['\"]\s*,\s*)?['\"]([^'\"]+)['\"]\s*\)")


def import_dbt(path: Path) -> Taken:
    """Take over the semantic models and metrics of a YAML file or of a folder's files.

    Parameters
    ----------
    path : Path
        A file, or a folder that is searched with its subfolders for .yml and .yaml.

    Returns
    -------
    Taken
        Entries for the three files of a catalogue, and `left`: what was left out and why.

    Raises
    ------
    ImportedModelError
        When a file is not YAML, or there is no semantic model at all.
    """
    taken = Taken()
    models, metrics = [], []
    for file in _files(path):
        content = _content(file)
        models += _entries(content, "semantic_models")
        metrics += _entries(content, "metrics")
        for query in _entries(content, "saved_queries"):
            taken.leave("saved query", _name(query), "questions are asked, not stored as queries")
        for model in _entries(content, "models"):
            if model.get("semantic_model"):
                reason = "it is written inside a model; only `semantic_models:` are read"
                taken.leave("semantic model", _name(model), reason)
    if not models:
        raise ImportedModelError(
            f"{path} has no `semantic_models:`.", hint="Name the YAML file or folder that has them."
        )
    _Models(models, taken).take()
    Metrics(metrics, models, taken).take()
    return taken


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(p for p in path.rglob("*") if p.suffix in (".yml", ".yaml") and p.is_file())


def _content(file: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        said = str(error).splitlines()[0]
        raise ImportedModelError(
            f"Cannot read {file}: {said}.", hint="It has to be a YAML file of dbt."
        ) from error
    return found if isinstance(found, dict) else {}


def _entries(content: dict[str, Any], key: str) -> list[Entry]:
    found = content.get(key)
    return [e for e in found if isinstance(e, dict)] if isinstance(found, list) else []


def _name(entry: Entry) -> str:
    return str(entry.get("name", "without a name"))


class _Models:
    """Entities, facts, joins, measures and dimensions of all semantic models."""

    def __init__(self, models: list[Entry], taken: Taken) -> None:
        self._models, self._taken = models, taken
        self._primary = {key: model for model in models if (key := primary_of(model)) is not None}

    def take(self) -> None:
        """Take over model by model."""
        for model in self._models:
            name = primary_of(model)
            if name is None:
                reason = "it has no primary entity, so nothing says what its rows are"
                self._taken.leave("semantic model", _name(model), reason)
                continue
            if name in self._taken.entities:
                reason = f"{name!r} is already the primary entity of another model"
                self._taken.leave("semantic model", _name(model), reason)
                continue
            self._model(model, name)

    def _model(self, model: Entry, name: str) -> None:
        key: Entry = next((e for e in model.get("entities", []) if e.get("type") == "primary"), {})
        entity: Entry = {"table": table_of(model), "computed": {}}
        if key:
            entity["key"] = str(key.get("expr") or key["name"])
        self._taken.entities[name] = entity
        dates = {d["name"]: d for d in model.get("dimensions", []) if d.get("type") == "time"}
        measures = list(self._measures(model, entity, dates))
        if measures:
            used = list(dict.fromkeys(entry["dated_by"] for _, entry in measures))
            days = [
                column_of(d)
                for d in dates.values()
                if column_of(d) in used and _granularity(d) == "day"
            ]
            sums = [e["column"] for _, e in measures if e["aggregate"] in ("sum", "mean")]
            fact = _name(model)
            reaches = {n: {"path": p, "cardinality": "many to one", "optional": True}
                       for n, p in self._paths(model, (name,))}  # fmt: skip
            self._taken.facts[fact] = {
                "entity": name,
                **({"key": entity["key"]} if "key" in entity else {}),
                "dates": used,
                "days": days,
                "sums": list(dict.fromkeys(sums)),
                "reaches": reaches,
            }
            self._taken.newest += [f"{entity['table']}.{c}" for c in used]
            for measure, entry in measures:
                self._taken.measures[measure] = {"fact": fact, **entry}
        self._dimensions(model, name, entity)
        if not entity["computed"]:
            del entity["computed"]

    # --- joins -------------------------------------------------------------------------------

    def _paths(self, model: Entry, seen: tuple[str, ...]) -> Iterator[tuple[str, list[Entry]]]:
        """Yield every entity that a model's rows lead to, and the steps that lead there."""
        for foreign in model.get("entities", []):
            target = str(foreign.get("name"))
            if foreign.get("type") not in ("foreign", "unique", "natural") or target in seen:
                continue
            if foreign["type"] == "natural" or target not in self._primary:
                if foreign["type"] == "foreign" and len(seen) == 1:
                    reason = f"no semantic model has {target!r} as its primary entity"
                    self._taken.leave("join", f"{_name(model)} → {target}", reason)
                continue
            step = {"entity": target, "by": str(foreign.get("expr") or target)}
            if not is_column(step["by"]):
                reason = f"its key is the expression {step['by']}"
                self._taken.leave("join", f"{_name(model)} → {target}", reason)
                continue
            yield target, [step]
            for further, path in self._paths(self._primary[target], (*seen, target)):
                yield further, [step, *path]

    # --- measures ----------------------------------------------------------------------------

    def _measures(
        self, model: Entry, entity: Entry, dates: Mapping[str, Entry]
    ) -> Iterator[tuple[str, Entry]]:
        default = (model.get("defaults") or {}).get("agg_time_dimension")
        for measure in model.get("measures", []):
            name, kind = _name(measure), str(measure.get("agg", "")).lower()
            dated = str(measure.get("agg_time_dimension") or default)
            if kind not in AGGREGATES:
                self._taken.leave("measure", name, f"the aggregation {kind!r} is not available")
                continue
            if dated not in dates or not is_column(column_of(dates[dated])):
                self._taken.leave("measure", name, "it has no time dimension that is a column")
                continue
            try:
                entry = self._measure(measure, kind, entity, model)
            except ExpressionError as error:
                self._taken.leave("measure", name, error.message)
                continue
            yield name, {**entry, "dated_by": column_of(dates[dated])}

    def _measure(self, measure: Entry, kind: str, entity: Entry, model: Entry) -> Entry:
        name = _name(measure)
        sql = str(measure.get("expr") if measure.get("expr") is not None else name)
        entry: Entry = {"aggregate": AGGREGATES[kind]}
        if kind == "count" and not is_column(sql):
            if sql.strip() not in ("1", "*"):
                raise ExpressionError(f"it counts the expression {sql}, which is not available")
        elif kind == "count":
            # dbt counts the rows whose column is set.
            entry |= {"aggregate": "count_values", "column": sql}
        elif is_column(sql) and kind != "sum_boolean":
            entry["column"] = sql
        else:
            formula = formula_of(sql)
            if kind == "sum_boolean":
                formula = f"when({formula}, 1, 0)"
            entity["computed"][f"{name}_value"] = formula
            entry["column"] = f"{name}_value"
        stock = measure.get("non_additive_dimension")
        if stock:
            entry["keep"] = self._keep(stock, model)
        return entry

    @staticmethod
    def _keep(stock: Entry, model: Entry) -> Entry:
        keys = {e["name"]: str(e.get("expr") or e["name"]) for e in model.get("entities", [])}
        groups = [str(g) for g in stock.get("window_groupings") or []]
        unknown = [group for group in groups if group not in keys]
        if unknown:
            raise ExpressionError(f"it is kept per {unknown[0]!r}, which is no entity of its model")
        take = "first" if stock.get("window_choice") == "min" else "last"
        return {"take": take, "per": [keys[group] for group in groups]}

    # --- dimensions --------------------------------------------------------------------------

    def _dimensions(self, model: Entry, owner: str, entity: Entry) -> None:
        for dimension in model.get("dimensions", []):
            name, sql = _name(dimension), column_of(dimension)
            column = sql
            if not is_column(sql):
                try:
                    entity["computed"][name] = formula_of(sql)
                except ExpressionError as error:
                    self._taken.leave("dimension", name, error.message)
                    continue
                column = name
            kind = "date" if dimension.get("type") == "time" else "category"
            unique = name if name not in self._taken.dimensions else f"{owner}_{name}"
            entry: Entry = {"name": unique, "entity": owner}
            if kind == "date":
                entry["computed"] = {"day_of": [column]}
            else:
                entry["column"] = column
            label = str(dimension.get("label") or name.replace("_", " ").capitalize())
            entry |= {"kind": kind, "label": label, "listed": False}
            entry["synonyms"] = [name.replace("_", " ")] if unique == name else []
            if dimension.get("description"):
                entry["description"] = str(dimension["description"])
            self._taken.dimensions[unique] = entry


def primary_of(model: Entry) -> str | None:
    """Return the name of a semantic model's primary entity; None when it has none."""
    for entity in model.get("entities", []):
        if entity.get("type") == "primary":
            return str(entity["name"])
    named = model.get("primary_entity")
    return str(named) if named else None


def table_of(model: Entry) -> str:
    """Return the table of a semantic model: what `ref` names."""
    text = str(model.get("model", ""))
    found = _REF.search(text)
    return found[1] if found else text.rsplit(".", 1)[-1] or _name(model)


def column_of(entry: Entry) -> str:
    """Return the expression of a dimension: its own, or its name."""
    return str(entry.get("expr") or entry["name"])


def _granularity(dimension: Entry) -> str:
    return str((dimension.get("type_params") or {}).get("time_granularity", ""))
