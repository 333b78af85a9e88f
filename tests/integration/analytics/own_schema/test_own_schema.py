"""A schema that nothing here was written for: plain questions, equal to SQL written by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from analytics.catalogue import Catalogue
from analytics.errors import WarehouseError
from analytics.insights import CatalogueInsights
from analytics.model import Finding, Refusal
from analytics.query.own_warehouse import FolderWarehouse

_NO_CREDIT = "NOT starts_with(InvoiceNo, 'C')"
_SOLD = f"FROM invoice_lines l LEFT JOIN shops s USING (CustomerID) WHERE {_NO_CREDIT}"
_BILLS = f"FROM invoices i LEFT JOIN shops s USING (CustomerID) WHERE {_NO_CREDIT}"
_WORTH = "sum(Quantity * UnitPrice)"
_2011 = "year(InvoiceDate) = 2011"

QUESTIONS: dict[str, str] = {
    "What was our turnover in November 2011?": f"SELECT {_WORTH} {_SOLD} AND {_2011} "
    "AND month(InvoiceDate) = 11",
    "turnover by country": f"SELECT Country, {_WORTH} AS n {_SOLD} GROUP BY ALL ORDER BY n DESC",
    "Top 5 items by turnover": "SELECT min(Description) AS d, sum(Quantity * UnitPrice) AS n "
    "FROM invoice_lines JOIN items USING (StockCode) WHERE NOT starts_with(InvoiceNo, 'C') "
    "GROUP BY StockCode ORDER BY n DESC LIMIT 5",
    "average invoice value by month in 2011": "SELECT CAST(date_trunc('month', InvoiceDate) AS "
    f"DATE) AS m, {_WORTH} / count(DISTINCT InvoiceNo) {_SOLD} AND {_2011} GROUP BY ALL ORDER BY m",
    "net turnover in the third quarter of 2011": f"SELECT {_WORTH} FROM invoice_lines "
    f"WHERE {_2011} AND quarter(InvoiceDate) = 3",
    "credit note rate last month": "SELECT count(*) FILTER (starts_with(InvoiceNo, 'C')) / "
    f"count(*) FROM invoices WHERE {_2011} AND month(InvoiceDate) = 11",
    "Which 3 countries have the most buying shops?": "SELECT Country, count(DISTINCT CustomerID) "
    f"AS n {_BILLS} AND Country IS NOT NULL GROUP BY ALL ORDER BY n DESC LIMIT 3",
    "pieces sold in Germany in 2011": f"SELECT sum(Quantity) {_SOLD} AND {_2011} "
    "AND Country = 'Germany'",
    "turnover outside the United Kingdom in 2011": f"SELECT {_WORTH} {_SOLD} AND {_2011} "
    "AND Country <> 'United Kingdom'",
    "revenue of France and Germany in 2011": f"SELECT {_WORTH} {_SOLD} AND {_2011} "
    "AND Country IN ('France', 'Germany')",
    "reorder rate in 2011": "SELECT count(*) FILTER (n > 1) / count(*) FROM (SELECT count(*) AS n "
    f"{_BILLS} AND {_2011} AND CustomerID IS NOT NULL GROUP BY CustomerID)",
    "invoices by weekday": f"SELECT dayname(InvoiceDate) AS d, count(*) {_BILLS} GROUP BY ALL",
    "turnover and invoices by quarter in 2011": "SELECT CAST(date_trunc('quarter', InvoiceDate) "
    f"AS DATE) AS q, {_WORTH}, count(DISTINCT InvoiceNo) {_SOLD} AND {_2011} GROUP BY ALL "
    "ORDER BY q",
    "turnover year to date by month in 2011": "SELECT m, sum(n) OVER (ORDER BY m) FROM (SELECT "
    f"CAST(date_trunc('month', InvoiceDate) AS DATE) AS m, {_WORTH} AS n {_SOLD} AND {_2011} "
    "GROUP BY ALL) ORDER BY m",
    "items on sale in December 2010": f"SELECT count(DISTINCT StockCode) {_SOLD} "
    "AND year(InvoiceDate) = 2010",
    "new shops in September 2011": "SELECT count(*) FROM shops WHERE FirstBought >= '2011-09-01' "
    "AND FirstBought < '2011-10-01'",
    "reordering within a month in 2011": "SELECT avg(CAST(EXISTS (FROM invoices i WHERE "
    "i.CustomerID = s.CustomerID AND NOT starts_with(InvoiceNo, 'C') AND InvoiceDate > FirstBought "
    "AND InvoiceDate < FirstBought + INTERVAL 30 DAY) AS INT)) FROM shops s "
    "WHERE year(FirstBought) = 2011",
    "share of turnover by country in 2011": f"SELECT Country, {_WORTH} / sum({_WORTH}) OVER () "
    f"AS n {_SOLD} AND {_2011} GROUP BY ALL ORDER BY n DESC",
    "turnover per buying shop in 2011": f"SELECT {_WORTH} / (SELECT count(DISTINCT CustomerID) "
    f"{_BILLS} AND {_2011}) {_SOLD} AND {_2011}",
    "pieces of WHITE METAL LANTERN in 2011": "SELECT sum(Quantity) FROM invoice_lines JOIN items "
    f"USING (StockCode) WHERE NOT starts_with(InvoiceNo, 'C') AND {_2011} "
    "AND Description = 'WHITE METAL LANTERN'",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_plain_question_is_answered_as_sql_says(
    question: str, insights: CatalogueInsights, database: duckdb.DuckDBPyConnection
) -> None:
    found = insights.ask(question)
    assert isinstance(found, Finding), found
    theirs = database.execute(QUESTIONS[question]).fetchall()
    assert theirs
    assert theirs[0][-1] is not None, "a vacuous test"
    mine = list(found.rows)
    if "weekday" in question:  # SQL has them in no order
        mine, theirs = sorted(mine, key=str), sorted(theirs, key=str)
    assert len(mine) == len(theirs)
    for row, expected in zip(mine, theirs, strict=True):
        for value, wanted in zip(row, expected, strict=True):
            if isinstance(wanted, str | date | None):
                assert value == wanted
            else:
                assert value == pytest.approx(float(wanted), rel=1e-9, abs=1e-6)


def test_two_periods_are_compared(
    insights: CatalogueInsights, database: duckdb.DuckDBPyConnection
) -> None:
    found = insights.ask("turnover in November 2011 compared with October 2011")
    assert isinstance(found, Finding)
    wanted = []
    for month in (11, 10):
        sql = f"SELECT {_WORTH} {_SOLD} AND {_2011} AND month(InvoiceDate) = {month}"
        wanted.append(float(database.execute(sql).fetchall()[0][0]))
    assert [float(str(value)) for value in found.rows[0][:2]] == pytest.approx(wanted)


def test_the_newest_date_is_the_one_the_catalogue_names(insights: CatalogueInsights) -> None:
    found = insights.ask("turnover last week")
    assert isinstance(found, Finding)
    assert found.receipt.as_of == date(2011, 12, 10)


@pytest.mark.parametrize("word", ["churn rate", "open tickets", "mttr", "sessions by device"])
def test_words_of_the_demo_company_mean_nothing_here(
    word: str, insights: CatalogueInsights
) -> None:
    assert isinstance(insights.ask(word), Refusal)


def test_items_of_one_invoice_do_not_multiply_invoices(
    insights: CatalogueInsights, database: duckdb.DuckDBPyConnection
) -> None:
    """Invoices by item count an invoice once for each item, whatever its number of lines."""
    found = insights.ask("top 3 items by invoices in 2011")
    assert isinstance(found, Finding)
    theirs = database.execute(
        "SELECT min(Description), count(DISTINCT InvoiceNo) AS n FROM invoice_lines "
        f"JOIN items USING (StockCode) WHERE {_NO_CREDIT} AND {_2011} "
        "GROUP BY StockCode ORDER BY n DESC LIMIT 3"
    ).fetchall()
    assert [tuple(row) for row in found.rows] == theirs


def test_every_suggestion_is_about_this_schema(
    insights: CatalogueInsights, retail_catalogue: Catalogue
) -> None:
    found = insights.ask("turnover in 2011")
    assert isinstance(found, Finding)
    for question in insights.next_questions(found):
        assert isinstance(insights.ask(question), Finding), question
    assert all(isinstance(insights.ask(q), Finding) for q in insights.examples())


def test_a_folder_that_is_no_warehouse_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no tables"):
        FolderWarehouse(tmp_path)
    (tmp_path / "t.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    warehouse = FolderWarehouse(tmp_path)
    assert warehouse.columns["t"] == ("a", "b")
    with pytest.raises(WarehouseError) as caught:
        warehouse.as_of()
    assert "newest" in caught.value.hint
    with pytest.raises(WarehouseError, match="no table 'x'"):
        warehouse.table("x")


def test_the_version_of_the_data_changes_with_a_file(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    warehouse = FolderWarehouse(tmp_path)
    before = warehouse.version()
    assert warehouse.version() == before
    (tmp_path / "t.csv").write_text("a,b\n1,2\n3,4\n", encoding="utf-8")
    assert warehouse.version() != before
