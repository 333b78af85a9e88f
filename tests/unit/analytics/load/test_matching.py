"""Names of files and headers: known, misspelled, or left for their owner to say."""

from __future__ import annotations

import pytest

from analytics.load.matching import Match, Unmatched, match_columns, match_table
from analytics.schema import TABLES


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("customers", "customers"),
        ("Customer", "customers"),
        ("OrderLines", "order_lines"),
        ("order-line", "order_lines"),
        ("dbo.Orders", "orders"),
        ("orders_2025-06", "orders"),
        ("Campaign Contacts export", "campaign_contacts"),
        ("order_items", "order_lines"),
        ("service_dependency", "service_dependencies"),
        ("costumers", "customers"),
    ],
)
def test_tables_are_recognised(name: str, table: str) -> None:
    match = match_table(name)
    assert isinstance(match, Match) or table == "customers"
    assert (match.canonical if isinstance(match, Match) else match.proposal) == table


@pytest.mark.parametrize(
    ("name", "proposal"),
    [("customers_old", "customers"), ("ordrs2", "orders"), ("inventory", None), ("2024", None)],
)
def test_what_is_not_sure_is_only_proposed(name: str, proposal: str | None) -> None:
    assert match_table(name) == Unmatched(theirs=name, proposal=proposal)


@pytest.mark.parametrize(
    ("table", "header", "column", "how"),
    [
        ("customers", "Customer ID", "customer_id", "name"),
        ("customers", "customerId", "customer_id", "name"),
        ("customers", "ID", "customer_id", "other name"),
        ("customers", "customer_status", "status", "other name"),
        ("customers", "signup date", "signed_up_at", "other name"),
        ("customers", "acquisition_chanel", "acquisition_channel", "similar name"),
        ("orders", "order_date", "ordered_at", "other name"),
        ("orders", "Discount Amount (EUR)", "discount_amount", "name"),
        ("products", "price", "unit_price", "other name"),
    ],
)
def test_columns_are_recognised(table: str, header: str, column: str, how: str) -> None:
    (match,) = match_columns([header], TABLES[table], {}).matched
    assert (match.canonical, match.how) == (column, how)


@pytest.mark.parametrize(
    ("table", "header"),
    [
        ("incidents", "error_1004"),
        ("tickets", "first_response_time"),
        ("campaign_contacts", "created_at"),
        ("campaigns", "start"),
        ("orders", "id_customer_group"),
    ],
)
def test_columns_that_only_look_alike_are_not_used(table: str, header: str) -> None:
    matches = match_columns([header], TABLES[table], {})
    assert matches.matched == ()
    assert [one.theirs for one in matches.unmatched] == [header]


def test_the_better_claim_wins_and_the_other_is_named() -> None:
    matches = match_columns(["customer_id", "id"], TABLES["customers"], {})
    assert [match.theirs for match in matches.matched] == ["customer_id"]
    assert [one.theirs for one in matches.unmatched] == ["id"]


def test_two_equal_claims_are_contested_and_neither_is_used() -> None:
    matches = match_columns(["customer_id", "Email", "e-mail "], TABLES["customers"], {})
    assert matches.contested == (("email", ("Email", "e-mail ")),)
    assert [match.canonical for match in matches.matched] == ["customer_id"]


def test_the_mapping_wins_and_can_leave_a_column_out() -> None:
    matches = match_columns(
        ["customer_id", "email", "mail2", "birth_date"],
        TABLES["customers"],
        {"email": "mail2", "birth_date": None},
    )
    assert {(m.canonical, m.theirs) for m in matches.matched} == {
        ("customer_id", "customer_id"),
        ("email", "mail2"),
    }
    assert [one.theirs for one in matches.unmatched] == ["email"]
    assert matches.left_out == ("birth_date",)
