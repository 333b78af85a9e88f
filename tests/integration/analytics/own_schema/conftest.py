"""A wholesaler's invoices, loaded as somebody else would: own tables, own names, own catalogue."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from analytics.catalogue import Catalogue, load_catalogue
from analytics.insights import CatalogueInsights
from analytics.query.own_warehouse import FolderWarehouse

CATALOGUE = Path(__file__).parent / "catalogue"
_TABLES = {
    "invoices": "SELECT InvoiceNo, min(InvoiceDate) AS InvoiceDate, min(CustomerID) AS CustomerID "
    "FROM raw GROUP BY ALL",
    "invoice_lines": "SELECT r.InvoiceNo, StockCode, Quantity, UnitPrice, i.InvoiceDate, "
    "i.CustomerID FROM raw r JOIN invoices i USING (InvoiceNo)",
    "items": "SELECT StockCode, min(Description) AS Description FROM raw GROUP BY ALL",
    "shops": "SELECT CustomerID, min(Country) AS Country, min(InvoiceDate) AS FirstBought "
    "FROM raw WHERE CustomerID IS NOT NULL GROUP BY ALL",
}


@pytest.fixture(scope="session")
def retail_folder(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = shared / "data" / "customer" / "online-retail" / "online_retail_full.csv.gz"
    if not source.is_file():
        pytest.skip(f"no invoices at {source}")
    folder = tmp_path_factory.mktemp("retail")
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE raw AS SELECT * REPLACE (CAST(CustomerID AS BIGINT) AS CustomerID) "
            "FROM read_csv_auto(?, types={'InvoiceNo': 'VARCHAR', 'StockCode': 'VARCHAR', "
            "'CustomerID': 'DOUBLE'})",
            [str(source)],
        )
        for name, sql in _TABLES.items():
            connection.execute(f"CREATE TABLE {name} AS {sql}")
            connection.execute(f"COPY {name} TO '{folder / name}.parquet'")
    return folder


@pytest.fixture(scope="session")
def retail(retail_folder: Path) -> FolderWarehouse:
    return FolderWarehouse(retail_folder, newest=load_catalogue(CATALOGUE).newest)


@pytest.fixture(scope="session")
def retail_catalogue(retail: FolderWarehouse) -> Catalogue:
    return load_catalogue(CATALOGUE, columns=retail.columns)


@pytest.fixture(scope="session")
def insights(retail: FolderWarehouse, retail_catalogue: Catalogue) -> CatalogueInsights:
    return CatalogueInsights(warehouse=retail, catalogue=retail_catalogue)


@pytest.fixture(scope="session")
def database(retail_folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for name in _TABLES:
        connection.execute(f"CREATE VIEW {name} AS FROM '{retail_folder / name}.parquet'")
    return connection
