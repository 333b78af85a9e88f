from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.analyses.churn_answers import run_drivers, run_risk
from analytics.analyses.kind import Context, Request
from analytics.catalogue import load_catalogue
from analytics.config import WarehouseLimits
from analytics.customers.churn import (
    TrainReport,
    drivers,
    load_churn,
    score_churn,
    train_churn,
)
from analytics.customers.churn_data import ChurnPlan, cut_offs_of, read_training
from analytics.customers.churn_findings import churn_drivers_finding, churn_risk_finding
from analytics.demo import generate
from analytics.errors import InputError, ModelError, QueryError
from analytics.model import Filter, Finding, Refusal
from analytics.query.warehouse import DuckDBWarehouse
from tests.integration.analytics.query.random_warehouse import random_tables, write_warehouse

AS_OF = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 8, 0, tzinfo=UTC)
QUICK = ChurnPlan(n_folds=4, n_repeats=1)
TINY = ChurnPlan(n_repeats=1, n_folds=2, n_cut_offs=1, max_rows=1_500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    folder: Path
    warehouse: DuckDBWarehouse
    models: Path
    report: TrainReport


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    """A model of 4,000 demo customers."""
    folder = tmp_path_factory.mktemp("demo")
    models = tmp_path_factory.mktemp("models")
    generate(out=folder, n_customers=4_000, seed=7)
    warehouse = DuckDBWarehouse(folder, limits=WarehouseLimits(n_threads=1))
    report = train_churn(warehouse, models, seed=7, now=NOW, plan=QUICK)
    yield Trained(folder=folder, warehouse=warehouse, models=models, report=report)


def test_the_planted_drivers_are_found_with_their_sign(trained: Trained) -> None:
    truth = json.loads((trained.folder / "truth.json").read_text())["churn"]["log_odds"]
    found = {driver.name: driver for driver in trained.report.drivers}
    pairs = {
        "urgent_tickets_90d": "urgent_ticket_90d",
        "late_tickets_90d": "late_ticket_90d",
        "sev1_incidents_180d": "sev1_incident_180d",
        "orders_fell_90d": "falling_frequency_90d",
        "first_half_year": "tenure_under_180d",
    }
    for name, planted in pairs.items():
        assert truth[planted] > 0
        assert found[name].direction == "raises", name
        assert found[name].odds_ratio > 1.1, name
    order = [word for word, _ in found["plan"].levels]
    assert order == sorted(order, key=lambda word: -truth[f"plan_{word}"])


def test_planted_drivers_rank_above_what_has_no_effect(trained: Trained) -> None:
    ranked = [driver.name for driver in trained.report.drivers]
    assert set(ranked[:3]) <= {
        "plan", "sev1_incidents_180d", "orders_fell_90d", "first_half_year", "region",
    }  # fmt: skip
    found = {driver.name: driver for driver in trained.report.drivers}
    for name in ("income_band", "acquisition_channel", "age"):
        assert not found[name].is_certain, name
        assert found[name].importance < found["sev1_incidents_180d"].importance


def test_the_model_beats_the_dummy_on_every_score_that_it_should(trained: Trained) -> None:
    result = trained.report.comparison
    scores = result.chosen.scores
    assert not result.no_better_than_guessing
    assert scores.roc_auc.ci95[0] > result.dummy.roc_auc.mean == 0.5
    assert scores.pr_auc.mean > result.dummy.pr_auc.mean
    assert scores.brier.mean < result.dummy.brier.mean
    assert scores.ece.mean < 0.02
    assert scores.roc_auc.n == trained.report.n_rows
    assert {candidate.rival for candidate in result.candidates} == {
        "logistic regression",
        "gradient boosting",
    }
    forward = trained.report.forward
    assert forward is not None
    assert forward.roc_auc.mean > 0.5
    assert forward.roc_auc.n < trained.report.n_rows


def test_outcomes_do_not_overlap_and_are_known_in_full(trained: Trained) -> None:
    days = trained.report.cut_offs
    assert days[-1] == date(2026, 4, 1)
    assert len(days) == 6
    assert all((b - a).days == 90 for a, b in pairwise(days))
    assert cut_offs_of(trained.warehouse, replace(QUICK, n_cut_offs=99))[0] >= date(2024, 6, 29)


def test_the_same_seed_gives_the_same_bytes(trained: Trained, tmp_path: Path) -> None:
    scores, manifests = [], []
    for hour in (1, 2):
        now = NOW.replace(hour=hour)
        report = train_churn(trained.warehouse, tmp_path, seed=5, now=now, plan=TINY)
        assert report.promotion.promoted  # the second is as good on the same rows
        model = load_churn(tmp_path)
        table, _ = score_churn(trained.warehouse, model, AS_OF, n_explained=5)
        scores.append(table.drop(columns="reasons").to_numpy(dtype=np.float64).tobytes())
        manifests.append(replace(model.manifest, files={}, version="", created_at=""))
    assert scores[0] == scores[1]
    assert manifests[0].as_bytes() == manifests[1].as_bytes()


def test_every_customer_alive_has_a_probability_and_revenue_at_risk(trained: Trained) -> None:
    table, sql = score_churn(trained.warehouse, load_churn(trained.models), AS_OF)
    customers = pd.read_parquet(trained.folder / "customers.parquet")
    assert set(table["customer_id"]) == set(customers[customers.churned_at.isna()].customer_id)
    assert table["probability"].is_monotonic_decreasing
    assert table["probability"].between(0, 1).all()
    assert (table["revenue_at_risk"] == table["revenue_12m"] * table["probability"]).all()
    assert max(len(reasons) for reasons in table["reasons"]) == 3
    assert "SELECT" in sql
    share = trained.report.n_left / trained.report.n_rows
    assert abs(table["probability"].mean() - share) < 0.015


def test_the_riskiest_are_told_what_raises_their_risk(trained: Trained) -> None:
    table, _ = score_churn(trained.warehouse, load_churn(trained.models), AS_OF, n_explained=10)
    assert all(reasons for reasons in table["reasons"].head(10))
    assert all(reasons == () for reasons in table["reasons"].iloc[10:])


def test_revenue_is_that_of_the_last_year_by_the_metrics_definition(trained: Trained) -> None:
    table, _ = score_churn(trained.warehouse, load_churn(trained.models), AS_OF, n_explained=0)
    orders = pd.read_parquet(trained.folder / "orders.parquet")
    lines = pd.read_parquet(trained.folder / "order_lines.parquet")
    orders = orders[(orders.status == "completed") & (orders.ordered_at >= "2025-06-30")]
    gross = (lines.quantity * lines.unit_price).groupby(lines.order_id).sum()
    net = orders.order_id.map(gross).fillna(0) - orders.discount_amount.fillna(0)
    expected = net.groupby(orders.customer_id).sum()
    found = table.set_index("customer_id")["revenue_12m"]
    assert found.to_numpy() == pytest.approx(expected.reindex(found.index).fillna(0), abs=0.01)


def test_the_risk_finding_carries_scores_cut_offs_and_notes(trained: Trained) -> None:
    finding = churn_risk_finding(trained.warehouse, trained.models, as_of=AS_OF, top_n=7)
    assert finding.analysis == "churn_risk"
    assert len(finding.rows) == finding.receipt.n_rows == 7
    assert [len(row) for row in finding.rows] == [len(finding.columns)] * 7
    probabilities = [row[2] for row in finding.rows]
    assert probabilities == sorted(probabilities, reverse=True)
    assert finding.receipt.period == "30 June to 27 September 2026"
    scores = trained.report.comparison.chosen.scores
    assert f"ROC-AUC {scores.roc_auc.mean:.3f} (95 % interval" in finding.receipt.definition
    assert f"n = {scores.roc_auc.n:,}" in finding.receipt.definition
    assert "1 April 2026" in finding.receipt.definition
    assert any("no history" in note for note in finding.receipt.notes)
    assert finding.chart.y == ("probability",)


def test_filters_keep_customers_of_a_group(trained: Trained) -> None:
    only = (Filter(dimension="region", operator="=", values=("South",)),)
    finding = churn_risk_finding(trained.warehouse, trained.models, as_of=AS_OF, filters=only)
    customers = pd.read_parquet(trained.folder / "customers.parquet").set_index("customer_id")
    assert len(finding.rows) == 20
    assert {customers.loc[row[1], "region"] for row in finding.rows} == {"South"}
    assert finding.receipt.filters == ("region = South",)


def test_a_filter_that_is_none_of_customers_is_refused(trained: Trained) -> None:
    wrong = (Filter(dimension="priority", operator="=", values=("urgent",)),)
    with pytest.raises(QueryError):
        churn_risk_finding(trained.warehouse, trained.models, as_of=AS_OF, filters=wrong)


def test_nothing_to_list_is_refused(trained: Trained) -> None:
    with pytest.raises(InputError):
        churn_risk_finding(trained.warehouse, trained.models, as_of=AS_OF, top_n=0)
    with pytest.raises(InputError):
        churn_drivers_finding(trained.warehouse, trained.models, top_n=0)


def test_a_look_back_is_called_one_and_an_old_model_too(trained: Trained) -> None:
    back = churn_risk_finding(trained.warehouse, trained.models, as_of=date(2026, 1, 1))
    assert any("look back" in note for note in back.receipt.notes)
    old = churn_risk_finding(trained.warehouse, trained.models, as_of=date(2027, 3, 1))
    assert any("train it again" in note for note in old.receipt.notes)


def test_the_drivers_finding_says_what_is_certain_and_what_may_be_chance(trained: Trained) -> None:
    finding = churn_drivers_finding(trained.warehouse, trained.models, as_of=AS_OF, top_n=30)
    certain = {driver.label for driver in trained.report.drivers if driver.is_certain}
    for row in finding.rows:
        assert (row[1] == "may be chance") == (row[0] not in certain)
    assert "not proof of cause" in finding.text
    assert len(finding.rows) == len(drivers(load_churn(trained.models)))


def test_without_a_model_the_hint_is_the_command(trained: Trained, tmp_path: Path) -> None:
    for ask in (churn_risk_finding, churn_drivers_finding):
        with pytest.raises(ModelError) as caught:
            ask(trained.warehouse, tmp_path, as_of=AS_OF)
        assert "deskwise train churn" in caught.value.hint


def test_data_without_signal_give_no_list_but_the_verdict(tmp_path: Path) -> None:
    tables = random_tables(3, beyond=False)
    rng = np.random.default_rng(1)
    people = tables["customers"].iloc[:1].to_dict("records")[0]
    days = pd.to_timedelta(rng.integers(400, 880, 600), unit="D")
    tables["customers"] = pd.DataFrame([{**people, "customer_id": i} for i in range(1, 601)])
    tables["customers"]["signed_up_at"] = pd.Timestamp("2024-01-01")
    tables["customers"]["churned_at"] = (pd.Timestamp("2024-01-01") + days).where(
        rng.random(600) < 0.4
    )
    warehouse = DuckDBWarehouse(write_warehouse(tmp_path / "w", tables))
    few = replace(QUICK, n_cut_offs=2)
    report = train_churn(warehouse, tmp_path / "m", seed=1, now=NOW, plan=few)
    assert report.comparison.no_better_than_guessing
    for finding in (
        churn_risk_finding(warehouse, tmp_path / "m", as_of=AS_OF),
        churn_drivers_finding(warehouse, tmp_path / "m", as_of=AS_OF),
    ):
        assert finding.rows == ()
        assert finding.text.startswith("There is too little data to tell")


def test_a_plan_that_is_reset_on_leaving_is_left_out_and_said_so(
    trained: Trained, tmp_path: Path
) -> None:
    folder = shutil.copytree(trained.folder, tmp_path / "reset")
    people = pd.read_parquet(folder / "customers.parquet")
    people.loc[people.churned_at.notna(), "plan"] = "none"
    people.to_parquet(folder / "customers.parquet", index=False)
    data = read_training(DuckDBWarehouse(folder), TINY, seed=1)
    assert [item.column for item in data.refused] == ["plan"]
    assert "reset on leaving" in data.refused[0].reason
    assert "plan" not in data.rows.table.columns


def test_too_short_data_are_an_error_that_says_so(tmp_path: Path) -> None:
    generate(out=tmp_path, n_customers=100, seed=7, until=date(2024, 6, 1))
    with pytest.raises(ModelError, match="needs 270 days") as caught:
        read_training(DuckDBWarehouse(tmp_path), QUICK, seed=1)
    assert caught.value.hint


def ask(trained: Trained, kind: str, slots: dict[str, object]) -> Finding | Refusal:
    context = Context(
        warehouse=trained.warehouse, catalogue=load_catalogue(), as_of=AS_OF, models=trained.models
    )
    run = run_risk if kind == "churn_risk" else run_drivers
    outcome = run(Request(kind=kind, slots=slots), context)
    assert isinstance(outcome, Finding | Refusal)
    return outcome


def test_a_question_with_slots_is_answered(trained: Trained) -> None:
    slots: dict[str, object] = {
        "top_n": 3,
        "filters": {"country": ["Germany"], "plan": {"not": ["none"]}},
    }
    finding = ask(trained, "churn_risk", slots)
    assert isinstance(finding, Finding)
    customers = pd.read_parquet(trained.folder / "customers.parquet").set_index("customer_id")
    people = customers.loc[[row[1] for row in finding.rows]]
    assert len(people) == 3
    assert set(people.country) == {"Germany"}
    assert "none" not in set(people.plan)
    assert finding.slots["filters"] == slots["filters"]


def test_what_the_model_cannot_tell_is_said(trained: Trained) -> None:
    assert isinstance(ask(trained, "churn_risk", {"threshold": 0.5}), Refusal)
    assert isinstance(ask(trained, "churn_risk", {"dimension": "plan"}), Refusal)
    year = ask(trained, "churn_risk", {"horizon": "12 months"})
    quarter = ask(trained, "churn_risk", {"horizon": "3 months"})
    group = ask(trained, "churn_drivers", {"filters": {"plan": "premium"}})
    assert isinstance(year, Finding)
    assert "asked for 12 months" in year.text
    assert isinstance(quarter, Finding)
    assert "asked for" not in quarter.text
    assert isinstance(group, Finding)
    assert "over all customers" in group.text
