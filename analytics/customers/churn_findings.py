"""Churn risk and its drivers as findings: sentences, table, chart and receipt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analytics.catalogue import Catalogue, load_catalogue
from analytics.customers.churn import ChurnModel, drivers, load_churn, score_churn
from analytics.customers.churn_drivers import Driver
from analytics.customers.wording import listed, load_features, render
from analytics.describe.dates import day_in_words, days_in_words
from analytics.describe.numbers import plain_number
from analytics.errors import InputError
from analytics.model import Cell, Chart, Column, Filter, Finding, Receipt
from analytics.ports import Warehouse
from analytics.query.facts import Source
from analytics.query.rows import selected_rows
from analytics.query.selection import Selection
from analytics.query.windows import window_of

_OLD_DAYS: Final = 180
_N_LINES: Final = 5
_RISK_COLUMNS: Final = (
    Column(name="customer", label="Customer"),
    Column(name="customer_id", label="Customer id"),
    Column(name="probability", label="Probability of leaving", unit="fraction"),
    Column(name="revenue_at_risk", label="Revenue at risk", unit="money"),
    Column(name="revenue_12m", label="Revenue of the last 12 months", unit="money"),
    Column(name="reasons", label="Why"),
)
_DRIVER_COLUMNS: Final = (
    Column(name="driver", label="Driver"),
    Column(name="effect", label="Effect"),
    Column(name="odds_ratio", label="Odds of leaving, times", unit="number"),
    Column(name="odds_ratio_low", label="95 % interval from", unit="number"),
    Column(name="odds_ratio_high", label="95 % interval to", unit="number"),
    Column(name="importance", label="ROC-AUC lost without it", unit="number"),
)


def churn_risk_finding(
    warehouse: Warehouse,
    registry_dir: Path,
    *,
    as_of: date,
    top_n: int = 20,
    filters: tuple[Filter, ...] = (),
    catalogue: Catalogue | None = None,
) -> Finding:
    """List the customers with the highest probability of leaving.

    Parameters
    ----------
    warehouse : Warehouse
        The tables.
    registry_dir : Path
        Folder of models.
    as_of : date
        Rows dated on or after it are not seen.
    top_n : int
        How many to list, ≥ 1.
    filters : tuple[Filter, ...]
        On dimensions of customers; customers that meet all of them are counted and listed.
    catalogue : Catalogue, optional
        For the filters; without it, the one that comes with the package is read.

    Returns
    -------
    Finding
        Riskiest first. Without rows when the model is no better than guessing or nobody matches.

    Raises
    ------
    ModelError
        When no model is trained (the hint is the command), or it cannot be trusted.
    InputError
        When `top_n` is below 1.
    QueryError, UnknownDimensionError
        When a filter is none of customers.
    """
    if top_n < 1:
        raise InputError(f"{top_n} customers cannot be listed.", hint="Ask for 1 or more.")
    model = load_churn(registry_dir)
    guessing = is_guessing(model)
    kept = _customers(warehouse, as_of, filters, catalogue)
    n_explained = top_n if filters == () else None
    scored, sql = score_churn(warehouse, model, as_of, n_explained=n_explained)
    named = scored.merge(kept, on="customer_id", how="inner")
    shown = named.head(0 if guessing else top_n)
    rows = tuple(_risk_row(row) for row in shown.to_dict("records"))
    period = days_in_words(as_of, as_of + timedelta(days=model.horizon_days))
    return Finding(
        analysis="churn_risk",
        text=_risk_text(model, named, shown, as_of),
        columns=_RISK_COLUMNS,
        rows=rows,
        chart=Chart(
            kind="bar" if rows else "table",
            title=f"Probability of leaving, {period}",
            x="customer",
            y=("probability",),
            unit="fraction",
        ),
        receipt=Receipt(
            definition=_definition(model),
            period=period,
            filters=tuple(_filter_words(f) for f in filters),
            sql=sql,
            n_rows=len(rows),
            as_of=as_of,
            notes=_notes(model, as_of),
        ),
        slots={"top_n": top_n, "horizon": f"{model.horizon_days} days"},
    )


def churn_drivers_finding(
    warehouse: Warehouse, registry_dir: Path, *, as_of: date | None = None, top_n: int = 10
) -> Finding:
    """Say what drives leaving over all customers.

    Parameters
    ----------
    warehouse : Warehouse
        Gives the as-of date when none is given; nothing else is read from it.
    registry_dir : Path
        Folder of models.
    as_of : date, optional
        The day that the finding speaks of.
    top_n : int
        Drivers to list, ≥ 1.

    Returns
    -------
    Finding
        Most important first. Drivers that may be chance say so. Without rows when the model is
        no better than guessing.

    Raises
    ------
    ModelError
        When no model is trained (the hint is the command), or it cannot be trusted.
    InputError
        When `top_n` is below 1.
    """
    if top_n < 1:
        raise InputError(f"{top_n} drivers cannot be listed.", hint="Ask for 1 or more.")
    model = load_churn(registry_dir)
    day = as_of or warehouse.as_of()
    found = () if is_guessing(model) else drivers(model)[:top_n]
    certain = [driver for driver in found if driver.is_certain]
    text = render(
        "churn_drivers.md.j2",
        **_guessing(model),
        first=certain[0].label if certain else "",
        lines=[_driver_line(driver) for driver in certain[:_N_LINES]],
    )
    rows = tuple(_driver_row(driver) for driver in found)
    cut_offs = _cut_offs(model)
    return Finding(
        analysis="churn_drivers",
        text=text,
        columns=_DRIVER_COLUMNS,
        rows=rows,
        chart=Chart(
            kind="bar" if rows else "table",
            title="What the churn model needs to tell leavers from stayers",
            x="driver",
            y=("importance",),
            unit="number",
        ),
        receipt=Receipt(
            definition=_definition(model),
            period=days_in_words(cut_offs[0], cut_offs[-1] + timedelta(days=model.horizon_days)),
            filters=(),
            sql="",
            n_rows=len(rows),
            as_of=day,
            notes=(
                "Importance is the ROC-AUC lost on held-out customers when the column is shuffled; "
                "columns that say the same share it.",
                "Odds compare two values of one column with all else as it is.",
                *_notes(model, day),
            ),
        ),
        slots={"top_n": top_n},
    )


def _customers(
    warehouse: Warehouse, as_of: date, filters: tuple[Filter, ...], catalogue: Catalogue | None
) -> pd.DataFrame:
    """Read the names of the customers that meet the filters."""
    customers = warehouse.table("customers").select("customer_id", customer="full_name")
    if filters:
        source = Source(warehouse=warehouse, catalogue=catalogue or load_catalogue(), as_of=as_of)
        selection = Selection(source=source, window=window_of(None, as_of), filters=filters)
        fact = source.catalogue.facts["customers"]
        rows = selected_rows(fact, {"customer_id"}, selection, clock=None)
        customers = customers.semi_join(rows.select("customer_id"), "customer_id")
    frame, _ = warehouse.run(customers.order_by("customer_id"))
    return frame


def _risk_row(row: Mapping[Any, Any]) -> tuple[Cell, ...]:
    name = row["customer"]
    return (
        None if pd.isna(name) else str(name),
        int(row["customer_id"]),
        float(row["probability"]),
        float(row["revenue_at_risk"]),
        float(row["revenue_12m"]),
        "; ".join(row["reasons"]) or "nothing stands out",
    )


def _risk_text(model: ChurnModel, everyone: pd.DataFrame, shown: pd.DataFrame, as_of: date) -> str:
    said = Counter(reasons[0] for reasons in shown["reasons"] if reasons)
    expected = float(everyone["probability"].sum())
    most = sorted(said, key=lambda words: (-said[words], words))[:2]
    return render(
        "churn_risk.md.j2",
        **_guessing(model),
        n_customers=len(everyone),
        n_expected=round(expected, None if expected >= 10 else 1),
        mean=expected / max(len(everyone), 1),
        n_shown=len(shown),
        name=shown["customer"].iloc[0] if len(shown) == 1 else "",
        why=listed(shown["reasons"].iloc[0]) if len(shown) == 1 else "",
        horizon_days=model.horizon_days,
        as_of=day_in_words(as_of),
        highest=float(shown["probability"].max()) if len(shown) else 0.0,
        at_risk_shown=float(shown["revenue_at_risk"].sum()),
        at_risk=float(everyone["revenue_at_risk"].sum()),
        most_common=listed([f"{words} ({said[words]})" for words in most]) if most else "",
    )


def _driver_row(driver: Driver) -> tuple[Cell, ...]:
    low, high = driver.odds_ratio_ci95
    effect = _effect_words(driver) if driver.is_certain else "may be chance"
    return (driver.label, effect, driver.odds_ratio, low, high, driver.importance)


def _effect_words(driver: Driver) -> str:
    if driver.direction == "varies":
        return f"highest with {driver.high}, lowest with {driver.low}"
    return f"more of it {driver.direction} the risk ({driver.high} against {driver.low})"


def _driver_line(driver: Driver) -> str:
    times = plain_number(driver.odds_ratio)
    if driver.direction == "varies":
        return f"{driver.label}: {driver.high} has {times} times the odds of {driver.low}."
    kinds = {feature.name: feature.kind for feature in load_features()}
    if kinds[driver.name] == "flag":
        return f"{driver.label}: {times} times the odds of leaving."
    return f"{driver.label}: {times} times the odds with {driver.high} than with {driver.low}."


def is_guessing(model: ChurnModel) -> bool:
    """Say whether a model's interval reaches down to what guessing gives."""
    return not model.manifest.beats_dummy


def _guessing(model: ChurnModel) -> dict[str, object]:
    dummy = model.manifest.details["dummy"]["roc_auc"]
    return {
        "guessing": is_guessing(model),
        "auc": _score_words(model.manifest.scores["roc_auc"]),
        "guess": f"{dummy['mean']:.3f}",
    }


def _definition(model: ChurnModel) -> str:
    details, scores = model.manifest.details, model.manifest.scores
    labels = {"roc_auc": "ROC-AUC", "pr_auc": "PR-AUC", "brier": "Brier score", "ece": "ECE"}
    words = [
        f"{label} {_score_words(scores[name])}, guessing {details['dummy'][name]['mean']:.3f}"
        for name, label in labels.items()
    ]
    given = {key: details[key] for key in ("rival", "calibration", "n_folds", "n_repeats")}
    counts = {key: details[key] for key in ("n_rows", "n_customers", "n_left", "horizon_days")}
    return render(
        "churn_definition.md.j2",
        **given,
        **counts,
        version=model.manifest.version,
        cut_offs=listed([day_in_words(day) for day in _cut_offs(model)]),
        n=f"{scores['roc_auc']['n']:,}",
        scores="; ".join(words),
    )


def _score_words(score: Mapping[str, Any]) -> str:
    low, high = score["ci95"]
    return f"{score['mean']:.3f} (95 % interval {low:.3f} to {high:.3f})"


def _cut_offs(model: ChurnModel) -> list[date]:
    return [date.fromisoformat(day) for day in model.manifest.details["cut_offs"]]


def _notes(model: ChurnModel, as_of: date) -> tuple[str, ...]:
    details = model.manifest.details
    notes = []
    undated = [f.name for f in load_features() if f.undated and f.name in model.manifest.features]
    if undated:
        notes.append(f"Today's values stand for past ones in {', '.join(undated)}: no history.")
    if details["forward"]:
        forward = _score_words(details["forward"]["roc_auc"])
        n = details["forward"]["roc_auc"]["n"]
        notes.append(
            "Learnt on earlier cut-offs and tested on the latest one: ROC-AUC "
            f"{forward}, n = {n:,}."
        )
    if details["sampled_fraction"] < 1.0:
        notes.append(f"Learnt from a sample of {details['sampled_fraction']:.0%} of the customers.")
    for refused in details["refused"]:
        notes.append(f"{refused['column']} was left out: {refused['reason']}.")
    if as_of < model.trained_until:
        notes.append(
            f"The model learnt from data up to {day_in_words(model.trained_until)}, after the "
            "as-of date: this is a look back, not a forecast."
        )
    elif (as_of - model.trained_until).days > _OLD_DAYS:
        notes.append(
            f"The model learnt from data up to {day_in_words(model.trained_until)}; train it "
            "again with `deskwise train churn`."
        )
    return tuple(notes)


def _filter_words(condition: Filter) -> str:
    values = ", ".join(str(value) for value in condition.values)
    return f"{condition.dimension} {condition.operator} {values}".strip()
