"""The metrics of dbt: simple, ratio, derived, cumulative and conversion."""

from __future__ import annotations

import re
from typing import Any, Final

from analytics.catalogue.expressions import names_in, parse
from analytics.catalogue.importers.sql import conditions_of
from analytics.catalogue.importers.taken import Entry, Taken
from analytics.errors import ExpressionError

_WINDOW: Final = re.compile(r"^\s*(\d+)\s+(day|week|month|quarter|year)s?\s*$")
_KINDS: Final = ("simple", "ratio", "derived", "cumulative", "conversion")


class _NotTakenError(Exception):
    """Why one metric cannot be taken over."""


class Metrics:
    """Takes over metrics whose measures and parts were taken over before them."""

    def __init__(self, metrics: list[Entry], models: list[Entry], taken: Taken) -> None:
        self._taken = taken
        self._wanted = {str(m.get("name")): m for m in metrics}
        self._measures = {
            str(m.get("name")): (m, model) for model in models for m in model.get("measures", [])
        }
        self._models = {str(model.get("name")): model for model in models}
        self._tried: dict[str, bool] = {}

    def take(self) -> None:
        """Take over every metric, and measures that say they are metrics themselves."""
        for name, (measure, _) in self._measures.items():
            if measure.get("create_metric") and name not in self._wanted:
                self._wanted[name] = {**measure, "type": "simple", "type_params": {"measure": name}}
        for name in self._wanted:
            self._metric(name)

    def _metric(self, name: str) -> bool:
        if name in self._tried:
            return self._tried[name]
        self._tried[name] = False  # while it is being read: what uses itself is left out
        entry = self._wanted[name]
        try:
            formula, unit = self._formula(entry)
        except (_NotTakenError, ExpressionError) as error:
            self._taken.leave("metric", name, str(error))
            return False
        label = str(entry.get("label") or name.replace("_", " ").capitalize())
        spoken = name.replace("_", " ")
        self._taken.metrics[name] = {
            "name": name,
            "label": label,
            "synonyms": [spoken] if spoken not in (name, label.lower()) else [],
            "unit": unit,
            "definition": str(entry.get("description") or label),
            "dated_by": self._dated_by(formula),
            "formula": formula,
        }
        self._tried[name] = True
        return True

    def _formula(self, entry: Entry) -> tuple[Entry, str]:
        kind, params = str(entry.get("type", "")), entry.get("type_params") or {}
        if kind not in _KINDS:
            raise _NotTakenError(f"metrics of the type {kind!r} are not known")
        if entry.get("filter") and kind != "simple":
            raise _NotTakenError(f"a filter on a {kind} metric is not available")
        return {
            "simple": self._simple,
            "ratio": self._ratio,
            "derived": self._derived,
            "cumulative": self._cumulative,
            "conversion": self._conversion,
        }[kind](entry, params)

    # --- kinds -------------------------------------------------------------------------------

    def _simple(self, entry: Entry, params: Entry) -> tuple[Entry, str]:
        measure = self._measure(params.get("measure"), entry.get("filter"), str(entry["name"]))
        counts = self._taken.measures[measure]["aggregate"].startswith("count")
        return {"measure": measure}, "count" if counts else "number"

    def _ratio(self, _entry: Entry, params: Entry) -> tuple[Entry, str]:
        sides = [self._part(params.get(side)) for side in ("numerator", "denominator")]
        formulas = [self._taken.metrics[side]["formula"] for side in sides]
        if all(set(formula) == {"measure"} for formula in formulas):
            above, below = (formula["measure"] for formula in formulas)
            return {"numerator": above, "denominator": below}, "number"
        return {"expression": f"{sides[0]} / {sides[1]}"}, "number"

    def _derived(self, _entry: Entry, params: Entry) -> tuple[Entry, str]:
        inputs = params.get("metrics") or []
        names: dict[str, str] = {}
        for part in inputs:
            name = self._part(part)
            alias = part.get("alias") if isinstance(part, dict) else None
            names[str(alias or name)] = name
        text = str(params.get("expr") or "")
        tree = parse(text, functions=False)
        unknown = [name for name in names_in(tree) if name not in names]
        if unknown:
            raise _NotTakenError(f"its expression uses {unknown[0]!r}, which it does not list")
        pattern = r"\b(" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + r")\b"
        return {"expression": re.sub(pattern, lambda m: names[m[1]], text)}, "number"

    def _cumulative(self, entry: Entry, params: Entry) -> tuple[Entry, str]:
        inner = {**params, **(params.get("cumulative_type_params") or {})}
        if inner.get("metric"):
            raise _NotTakenError("it runs over a metric; only over a measure is available")
        measure = self._measure(params.get("measure"), None, str(entry["name"]))
        if "keep" in self._taken.measures[measure]:
            raise _NotTakenError("it runs over a measure that does not add up over time")
        if inner.get("period_agg") not in (None, "last"):
            raise _NotTakenError(f"period_agg {inner['period_agg']!r} is not available; last is")
        formula: Entry = {"running": measure}
        if inner.get("grain_to_date"):
            formula["since"] = str(inner["grain_to_date"]).lower()
        elif inner.get("window"):
            n, grain = self._window(inner["window"])
            formula["trailing"] = {"n": n, "grain": grain}
        counts = self._taken.measures[measure]["aggregate"].startswith("count")
        return formula, "count" if counts else "number"

    def _conversion(self, entry: Entry, params: Entry) -> tuple[Entry, str]:
        inner = params.get("conversion_type_params") or {}
        if str(inner.get("calculation", "conversion_rate")).lower() != "conversion_rate":
            raise _NotTakenError("only the rate of a conversion is available, not its number")
        if inner.get("constant_properties"):
            raise _NotTakenError("constant properties of a conversion are not available")
        if not inner.get("window"):
            raise _NotTakenError("a conversion without a window is not available")
        n, grain = self._window(inner["window"])
        days = {"day": n, "week": 7 * n}.get(grain)
        if days is None:
            raise _NotTakenError(f"a window of {grain}s has no fixed number of days")
        first = self._measure(inner.get("base_measure"), None, str(entry["name"]))
        then = self._measure(inner.get("conversion_measure"), None, str(entry["name"]))
        owner = str(inner.get("entity"))
        by, there = (self._key(self._taken.measures[m]["fact"], owner) for m in (first, then))
        conversion = {"first": first, "then": then, "by": by, "there": there}
        return {"conversion": {**conversion, "within_days": days}}, "fraction"

    # --- parts -------------------------------------------------------------------------------

    def _part(self, part: Any) -> str:
        """Return the name of a metric that is part of another, taken over itself."""
        given = part if isinstance(part, dict) else {"name": part}
        for word in ("offset_window", "offset_to_grain", "filter"):
            if given.get(word):
                raise _NotTakenError(f"{word} on a part of a metric is not available")
        name = str(given.get("name"))
        if name not in self._wanted:
            raise _NotTakenError(f"its part {name!r} is no metric")
        if not self._metric(name):
            raise _NotTakenError(f"its part {name!r} was not taken over")
        return name

    def _measure(self, given: Any, condition: Any, metric: str) -> str:
        """Return a measure, a filtered one under a name of its own."""
        part = given if isinstance(given, dict) else {"name": given}
        name = str(part.get("name"))
        if name not in self._taken.measures:
            raise _NotTakenError(f"its measure {name!r} was not taken over or does not exist")
        texts = [str(text) for text in (condition, part.get("filter")) if text]
        if not texts:
            return name
        where: dict[str, list[Any]] = {}
        for text in texts:
            for dimension, values in conditions_of(text):
                where[self._own_column(name, dimension)] = values
        new = f"{name} of {metric}"
        self._taken.measures[new] = {**self._taken.measures[name], "where": where}
        return new

    def _own_column(self, measure: str, dimension: str) -> str:
        """Return the column of a dimension of the measure's own rows ("order__status")."""
        fact = self._taken.facts[self._taken.measures[measure]["fact"]]
        owner, _, name = dimension.rpartition("__")
        model = self._models[str(self._taken.measures[measure]["fact"])]
        own = {str(d["name"]): str(d.get("expr") or d["name"]) for d in model.get("dimensions", [])}
        if owner not in ("", fact["entity"]) or name not in own:
            raise _NotTakenError(f"its filter uses {dimension!r}, which is not on the same rows")
        computed = self._taken.entities[fact["entity"]].get("computed", {})
        return name if name in computed else own[name]

    def _key(self, fact: str, owner: str) -> str:
        for entity in self._models[fact].get("entities", []):
            if entity.get("name") == owner:
                return str(entity.get("expr") or owner)
        raise _NotTakenError(f"{fact!r} has no entity {owner!r}")

    @staticmethod
    def _window(window: Any) -> tuple[int, str]:
        text = (
            window
            if isinstance(window, str)
            else (
                f"{window.get('count')} {window.get('granularity')}"
                if isinstance(window, dict)
                else ""
            )
        )
        found = _WINDOW.match(text)
        if found is None:
            raise _NotTakenError(f"the window {window!r} is not a number of days, weeks or months")
        return int(found[1]), found[2]

    def _dated_by(self, formula: Entry) -> str:
        measure = formula.get("measure") or formula.get("running") or formula.get("denominator")
        measure = measure or (formula.get("conversion") or {}).get("first")
        if measure is None:
            return "the dates of its parts"
        return (
            f"{self._taken.measures[measure]['fact']}.{self._taken.measures[measure]['dated_by']}"
        )
