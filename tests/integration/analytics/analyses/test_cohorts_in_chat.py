"""Questions about cohorts as people ask them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from analytics.insights import CatalogueInsights
from analytics.model import Finding, Refusal

AS_OF = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("text", "grain"),
    [
        ("How do our cohorts retain?", "month"),
        ("Cohort table for 2025", "month"),
        ("Show quarterly cohorts", "quarter"),
        ("Cohort analysis by sign-up month in 2025", "month"),
        ("How many of the January sign-ups still order two months later?", "month"),
        ("Do new customers keep buying after 6 months?", "month"),
        ("Of those acquired through referral, how many stick around?", "month"),
        ("Retention curve by sign-up month", "month"),
        ("Month by month retention of new customers", "month"),
        ("Cohort retention for premium customers", "month"),
        ("How long do new customers stay with us?", "month"),
        ("Cohorts of 2024 by quarter", "quarter"),
    ],
)
def test_a_question_about_cohorts_is_answered(
    insights: CatalogueInsights, text: str, grain: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert found.analysis == "cohort_retention"
    assert found.slots["dimension"] == grain
    assert found.text.startswith("**")
    assert "interval" in found.text
    assert all(int(str(row[1])) >= 5 for row in found.rows)


def test_a_cohort_is_counted_right(insights: CatalogueInsights, demo_folder: Path) -> None:
    found = insights.ask("Cohort table by sign-up month for 2025", as_of=AS_OF)
    assert isinstance(found, Finding)
    february = next(row for row in found.rows if row[0] == "February 2025")
    names = [column.name for column in found.columns]

    customers, orders = (str(demo_folder / f"{name}.parquet") for name in ("customers", "orders"))
    people = duckdb.read_parquet(customers).filter(
        "signed_up_at >= '2025-02-01' AND signed_up_at < '2025-03-01'"
    )
    bought = duckdb.read_parquet(orders).filter(
        "status = 'completed' AND ordered_at >= '2025-05-01' AND ordered_at < '2025-06-01'"
    )
    ids = {row[0] for row in people.project("customer_id").fetchall()}
    active = {row[0] for row in bought.project("customer_id").fetchall()} & ids

    assert february[1] == len(ids)
    assert february[names.index("age_3")] == pytest.approx(len(active) / len(ids))


def test_an_age_that_is_not_over_has_no_value(insights: CatalogueInsights) -> None:
    found = insights.ask("Cohort table for 2026", as_of=AS_OF)
    assert isinstance(found, Finding)

    june = found.rows[-1]
    assert june[0] == "June 2026"
    assert set(june[2:]) == {None}


def test_groups_can_be_followed(insights: CatalogueInsights) -> None:
    found = insights.ask("Cohort retention by acquisition channel", as_of=AS_OF)

    assert isinstance(found, Finding)
    assert {row[0] for row in found.rows} == {
        "affiliate", "email", "referral", "search", "social", "store",
    }  # fmt: skip


def test_without_sign_ups_it_says_so(insights: CatalogueInsights) -> None:
    found = insights.ask("Cohort table for 2019", as_of=AS_OF)

    assert isinstance(found, Refusal)
    assert found.analysis == "cohort_retention"
