"""Versions of definitions: a short hash of everything that decides a number."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType

from analytics.catalogue.entries import Catalogue, Dimension, Metric
from analytics.catalogue.parts import Fact, Measure

N_DIGITS = 8


def with_versions(catalogue: Catalogue) -> Catalogue:
    """Give every metric the version of its definition, and the catalogue one of its own."""
    metrics = {
        name: replace(metric, version=_hashed(_definition(metric, catalogue)))
        for name, metric in catalogue.metrics.items()
    }
    everything = [
        sorted((name, metric.version) for name, metric in metrics.items()),
        sorted((name, _split(d, catalogue)) for name, d in catalogue.dimensions.items()),
    ]
    return replace(catalogue, metrics=MappingProxyType(metrics), version=_hashed(everything))


def _definition(metric: Metric, catalogue: Catalogue) -> object:
    """Return what decides a metric's numbers; its words and who may see it do not."""
    measures = catalogue.measures_of(metric)
    return [
        _plain(metric.formula),
        metric.analysis,
        metric.unit,
        metric.definition if metric.analysis is not None else "",
        metric.default_period,
        [_measure(m, catalogue) for m in measures],
    ]


def _measure(measure: Measure, catalogue: Catalogue) -> object:
    names = [measure.fact, *([measure.followed.fact] if measure.followed else [])]
    finer = [catalogue.facts[name].finer for name in names]
    facts = [catalogue.facts[n] for n in dict.fromkeys([*names, *finer]) if n is not None]
    return [_plain(measure), [_fact(fact, catalogue) for fact in facts]]


def _fact(fact: Fact, catalogue: Catalogue) -> object:
    names = {fact.entity, *fact.reaches, *(h.entity for r in fact.reaches.values() for h in r.path)}
    return [_plain(fact), [_plain(catalogue.entities[name]) for name in sorted(names)]]


def _split(dimension: Dimension, catalogue: Catalogue) -> object:
    entity = catalogue.entities.get(dimension.entity)
    column = [dimension.column, dimension.transform, list(dimension.inputs), dimension.kind]
    return [dimension.entity, *column, _plain(entity)]


def _plain(value: object) -> object:
    """Return a value as lists, texts and numbers, in one order."""
    if is_dataclass(value) and not isinstance(value, type):
        parts = [[f.name, _plain(getattr(value, f.name))] for f in fields(value)]
        return [type(value).__name__, *parts]
    if isinstance(value, Mapping):
        return [[str(key), _plain(value[key])] for key in sorted(value)]
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _hashed(content: object) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:N_DIGITS]
