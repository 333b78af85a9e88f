"""A user's files become the warehouse, and nothing is dropped without being named."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analytics.errors import InputError, WarehouseError
from analytics.load import LoadReport, TableLoad, load
from analytics.query.warehouse import DuckDBWarehouse
from analytics.schema import TABLES

Write = Callable[..., Path]


@pytest.fixture
def source(tmp_path: Path) -> Write:
    """Write files into a folder of sources and return the folder."""
    folder = tmp_path / "source"
    folder.mkdir()

    def write(**files: str) -> Path:
        for name, text in files.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "home" / "warehouse"


def rows(warehouse: Path, table: str) -> list[dict[str, Any]]:
    return pq.read_table(warehouse / f"{table}.parquet").to_pylist()


def rejected(warehouse: Path, table: str) -> list[dict[str, Any]]:
    return pq.read_table(warehouse / "rejected" / f"{table}.parquet").to_pylist()


def table_of(report: LoadReport, name: str) -> TableLoad:
    return {table.name: table for table in report.tables}[name]


def codes(report: LoadReport) -> set[str]:
    return {issue.code for issue in (*report.issues, *report.quality.issues)}


ORDERS = "order_id,customer_id,ordered_at,status\n1,7,2024-03-01 10:00,Completed\n"


def test_every_table_gets_a_file_that_the_warehouse_can_open(
    source: Write, warehouse: Path
) -> None:
    report = load(str(source(orders=ORDERS)), warehouse_dir=warehouse)
    opened = DuckDBWarehouse(warehouse)
    assert opened.as_of() == date(2024, 3, 2)
    for name, table in TABLES.items():
        schema = pq.read_schema(warehouse / f"{name}.parquet")
        assert tuple(schema.names) == table.column_names
    assert rows(warehouse, "orders")[0]["status"] == "completed"
    assert table_of(report, "orders").absent == (
        "channel",
        "campaign_id",
        "discount_amount",
        "shipping_amount",
    )
    without = dict(report.quality.unanswerable)
    assert "tickets" in without
    assert "revenue" in without["order_lines"]
    assert "orders" not in without


def test_columns_and_tables_that_are_not_understood_are_named(
    source: Write, warehouse: Path
) -> None:
    folder = source(
        orders="order_id,customer_id,ordered_at,status,gift wrap,shiping_amt\n"
        "1,7,2024-03-01,completed,yes,3\n",
        inventory="sku,n\n1,2\n",
        customers_old="customer_id\n1\n",
    )
    (folder / "notes.docx").write_bytes(b"x")
    report = load(str(folder), warehouse_dir=warehouse)
    assert {(one.theirs, one.proposal) for one in report.not_understood} == {
        ("inventory.csv", None),
        ("customers_old.csv", "customers"),
    }
    named = {one.theirs: one.proposal for one in table_of(report, "orders").not_understood}
    assert named == {"gift wrap": None, "shiping_amt": "shipping_amount"}
    assert report.unread == ("notes.docx",)
    text = "\n".join(report.lines())
    for name in ("inventory.csv", "customers_old.csv", "gift wrap", "shiping_amt", "notes.docx"):
        assert name in text


def test_rejected_rows_keep_their_place_their_cells_and_their_reason(
    source: Write, warehouse: Path
) -> None:
    folder = source(
        order_lines="order_id,line_no,product_id,quantity,unit_price,unit_cost\n"
        "1,1,5,2,9.50,4\n1,2,5,two,9.50,4\n,3,5,1,9.50,4\n1,4,5\n1,5,5,1,abc,x\n"
    )
    report = load(str(folder), warehouse_dir=warehouse)
    lines = table_of(report, "order_lines")
    assert (lines.n_read, lines.n_loaded, lines.n_rejected) == (5, 1, 4)
    assert [(row["source_row"], row["reason"]) for row in rejected(warehouse, "order_lines")] == [
        (3, "quantity is not a number: 'two'"),
        (4, "order_id is missing"),
        (5, "has 3 cells where the header has 6: '1,4,5'"),
        (6, "unit_price is not a number: 'abc'; unit_cost is not a number: 'x'"),
    ]
    assert rejected(warehouse, "order_lines")[0]["unit_price"] == "9.50"
    assert report.has_errors


def test_values_outside_a_closed_list_reject_and_outside_an_open_one_stay(
    source: Write, warehouse: Path
) -> None:
    folder = source(
        orders=ORDERS + "2,7,2024-03-02,shipped\n",
        products="product_id,category\n1,Shoes\n",
    )
    report = load(str(folder), warehouse_dir=warehouse)
    assert [row["order_id"] for row in rows(warehouse, "orders")] == [1]
    assert "status is not one of completed, cancelled, returned" in str(
        rejected(warehouse, "orders")[0]["reason"]
    )
    assert rows(warehouse, "products")[0]["category"] == "Shoes"
    listed = [i for i in report.quality.issues if i.code == "value_not_listed"]
    assert [(i.table, i.severity) for i in listed] == [("products", "note")]


def test_a_score_outside_its_scale_rejects_and_a_negative_quantity_is_counted(
    source: Write, warehouse: Path
) -> None:
    folder = source(
        surveys="survey_id,kind,score,answered_at\n1,nps,11,2024-01-01\n2,nps,10,2024-01-01\n",
        order_lines="order_id,line_no,quantity\n1,1,-2\n",
    )
    report = load(str(folder), warehouse_dir=warehouse)
    assert [row["survey_id"] for row in rows(warehouse, "surveys")] == [2]
    assert rows(warehouse, "order_lines")[0]["quantity"] == -2
    negative = [i for i in report.quality.issues if i.code == "value_out_of_range"]
    assert [(i.table, i.column, i.n_rows) for i in negative] == [("order_lines", "quantity", 1)]


def test_identical_rows_count_once_and_contradicting_ones_are_all_rejected(
    source: Write, warehouse: Path
) -> None:
    folder = source(
        orders=ORDERS
        + "1,7,2024-03-01 10:00,completed\n2,7,2024-03-02,completed\n2,8,2024-03-02,completed\n"
    )
    report = load(str(folder), warehouse_dir=warehouse)
    orders = table_of(report, "orders")
    assert (orders.n_read, orders.n_loaded, orders.n_identical, orders.n_rejected) == (4, 1, 1, 2)
    assert [row["customer_id"] for row in rejected(warehouse, "orders")] == ["7", "8"]


def test_ambiguous_dates_load_nothing_until_the_mapping_says_what_they_mean(
    source: Write, warehouse: Path, tmp_path: Path
) -> None:
    folder = source(orders=ORDERS.replace("2024-03-01 10:00", "03/01/2024"))
    report = load(str(folder), warehouse_dir=warehouse)
    assert rows(warehouse, "orders") == []
    assert "day/month or month/day" in table_of(report, "orders").rejections[0].reason
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("orders: {formats: {ordered_at: MM/DD/YYYY}}")
    load(str(folder), warehouse_dir=warehouse, mapping=mapping)
    assert rows(warehouse, "orders")[0]["ordered_at"] == datetime(2024, 3, 1)
    assert not (warehouse / "rejected").exists()


def test_the_mapping_names_files_columns_and_words(
    source: Write, warehouse: Path, tmp_path: Path
) -> None:
    folder = source(
        kauf="Nr;Kunde;Datum;Zustand;Rabatt\n1;7;01.03.2024;offen;1.234,50\n"
        "2;7;02.03.2024;Geliefert;0\n3;7;;zurück;5\n"
    )
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        """
orders:
  file: kauf.csv
  columns: {order_id: Nr, customer_id: Kunde, ordered_at: Datum, status: Zustand,
            discount_amount: Rabatt}
  values: {status: {geliefert: completed, zurück: returned, offen: null}}
""",
        encoding="utf-8",
    )
    report = load(str(folder), warehouse_dir=warehouse, mapping=mapping)
    assert [row["status"] for row in rows(warehouse, "orders")] == [None, "completed", "returned"]
    assert rows(warehouse, "orders")[0]["discount_amount"] == 1234.5
    assert table_of(report, "orders").how == "mapping"
    missing = [i for i in report.quality.issues if i.code == "value_missing"]
    assert [(i.column, i.n_rows) for i in missing] == [("ordered_at", 1), ("status", 1)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ordres: {}", "no table 'ordres'"),
        ("orders: {columns: {when: x}}", "no column 'when'"),
        ("orders: {colums: {}}", "colums"),
        ("orders: {columns: {status: x}}", "no such column"),
        ("orders: {file: b.csv}", "'b.csv', which is not there"),
        ("orders: {formats: {ordered_at: soon}}", "'soon' is no format"),
        ("orders: {formats: {status: DD/MM/YYYY}}", "is no format of a VARCHAR"),
        ("[orders]", "no table names"),
        ("orders: {", "is not YAML"),
    ],
)
def test_a_wrong_mapping_changes_nothing(
    source: Write, warehouse: Path, tmp_path: Path, text: str, says: str
) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(text)
    with pytest.raises(InputError, match=says):
        load(str(source(orders=ORDERS)), warehouse_dir=warehouse, mapping=mapping)
    assert not warehouse.exists()
    assert list(warehouse.parent.glob(".*")) == []


def test_a_table_that_cannot_be_used_is_an_error_and_the_others_load(
    source: Write, warehouse: Path
) -> None:
    folder = source(
        orders=ORDERS,
        customers="customer_id,Email,e-mail\n7,a@x.example,b@x.example\n",
        products="name,unit_price\nPhone,9\n",
        surveys="",
    )
    report = load(str(folder), warehouse_dir=warehouse)
    assert [(issue.table, issue.code) for issue in report.issues] == [
        ("customers", "column_contested"),
        ("products", "key_absent"),
        ("surveys", "source_unreadable"),
    ]
    assert [table.name for table in report.tables] == ["orders"]
    assert report.has_errors


def test_text_identifiers_are_rejected_and_shown(source: Write, warehouse: Path) -> None:
    report = load(str(source(customers="id,name\nC-1,Ada\n")), warehouse_dir=warehouse)
    (why,) = table_of(report, "customers").rejections
    assert (why.reason, why.examples) == ("customer_id is not a number", ("C-1",))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: str(folder / "nowhere"), "There is no file or folder"),
        (lambda folder: "postgresql://host/db", "'postgresql' cannot be loaded from yet"),
        (lambda folder: f"sqlite:///{folder}/no.db", "There is no database file"),
        (lambda folder: str(folder), "has no file that can be read"),
    ],
)
def test_places_that_cannot_be_read_say_what_can(
    source: Write, warehouse: Path, make: Callable[[Path], str], says: str
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        load(make(source()), warehouse_dir=warehouse)
    assert caught.value.hint


def test_a_folder_of_strangers_is_refused(source: Write, warehouse: Path) -> None:
    with pytest.raises(InputError, match=r"None of these is a table.*inventory\.csv"):
        load(str(source(inventory="sku\n1\n")), warehouse_dir=warehouse)


def test_loading_twice_gives_the_same_bytes(source: Write, warehouse: Path) -> None:
    folder = source(orders=ORDERS + "0,7,2024-02-01,cancelled\nx,7,2024-02-01,cancelled\n")
    load(str(folder), warehouse_dir=warehouse)
    files = {path: path.read_bytes() for path in warehouse.rglob("*.parquet")}
    load(str(folder), warehouse_dir=warehouse)
    assert {path: path.read_bytes() for path in warehouse.rglob("*.parquet")} == files
    assert [row["order_id"] for row in rows(warehouse, "orders")] == [0, 1]


def test_files_can_be_loaded_one_after_another(source: Write, warehouse: Path) -> None:
    folder = source(orders=ORDERS, customers="customer_id,full_name\n7,Ada\n")
    load(str(folder / "orders.csv"), warehouse_dir=warehouse)
    report = load(str(folder / "customers.csv"), warehouse_dir=warehouse)
    assert report.kept == ("orders",)
    assert len(rows(warehouse, "orders")) == 1
    assert "orphan" not in codes(report)


def test_an_update_replaces_rows_of_the_same_key_and_keeps_the_others(
    source: Write, warehouse: Path
) -> None:
    load(str(source(orders=ORDERS + "2,7,2024-03-02,completed\n")), warehouse_dir=warehouse)
    newer = source(orders=ORDERS.replace("Completed", "returned") + "3,8,2024-03-03,completed\n")
    report = load(str(newer), warehouse_dir=warehouse, update=True)
    assert [(row["order_id"], row["status"]) for row in rows(warehouse, "orders")] == [
        (1, "returned"),
        (2, "completed"),
        (3, "completed"),
    ]
    assert (table_of(report, "orders").n_loaded, table_of(report, "orders").n_total) == (2, 3)
    again = (warehouse / "orders.parquet").read_bytes()
    load(str(newer), warehouse_dir=warehouse, update=True)
    assert (warehouse / "orders.parquet").read_bytes() == again


def test_rows_of_the_demo_company_never_mix_with_real_ones(source: Write, warehouse: Path) -> None:
    load(str(source(customers="customer_id\n7\n")), warehouse_dir=warehouse)
    (warehouse / "truth.json").write_text("{}")
    (warehouse.parent.parent / "source" / "customers.csv").unlink()
    report = load(str(source(orders=ORDERS)), warehouse_dir=warehouse)
    assert rows(warehouse, "customers") == []
    assert not (warehouse / "truth.json").exists()
    assert "demo_replaced" in codes(report)


def test_a_failed_load_leaves_the_warehouse_as_it_was(
    source: Write, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = source(orders=ORDERS)
    load(str(folder), warehouse_dir=warehouse)
    before = {path.name: path.read_bytes() for path in warehouse.iterdir()}

    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("analytics.load.folder.pq.write_table", full)
    with pytest.raises(WarehouseError, match="disk full"):
        load(str(folder), warehouse_dir=warehouse)
    assert {path.name: path.read_bytes() for path in warehouse.iterdir()} == before
    assert [path.name for path in warehouse.parent.iterdir()] == [warehouse.name]


def test_a_folder_that_is_no_warehouse_is_never_replaced(source: Write, tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "thesis.txt").write_text("x")
    with pytest.raises(InputError, match="is not a warehouse"):
        load(str(source(orders=ORDERS)), warehouse_dir=documents)
    assert (documents / "thesis.txt").read_text() == "x"


def test_other_files_in_the_warehouse_folder_are_kept(source: Write, warehouse: Path) -> None:
    folder = str(source(orders=ORDERS))
    load(folder, warehouse_dir=warehouse)
    (warehouse / "README.txt").write_text("mine")
    load(folder, warehouse_dir=warehouse)
    assert (warehouse / "README.txt").read_text() == "mine"


def test_a_warehouse_left_between_two_renames_is_put_back(source: Write, warehouse: Path) -> None:
    folder = source(orders=ORDERS, customers="customer_id\n7\n")
    load(str(folder / "customers.csv"), warehouse_dir=warehouse)
    warehouse.rename(warehouse.with_name(".warehouse.old-999"))
    load(str(folder / "orders.csv"), warehouse_dir=warehouse)
    assert len(rows(warehouse, "customers")) == 1


def test_what_follows_from_other_data_is_filled_and_said(source: Write, warehouse: Path) -> None:
    report = load(
        str(
            source(
                customers="customer_id,churned_at\n7,2024-05-01\n8,\n",
                order_lines="order_id,product_id,quantity\n1,5,1\n1,5,1\n2,6,1\n",
                web_sessions="session_id,started_at\n1,2024-01-01\n2,2024-01-01\n",
                web_events="event_id,session_id,step\n1,1,visit\n2,1,purchase\n3,2,visit\n",
                tickets="ticket_id,opened_at\n1,2024-01-01\n",
                incidents="incident_id,started_at\n1,2024-01-01\n2,2024-01-02\n",
                incident_customers="incident_id,customer_id\n1,7\n1,8\n",
            )
        ),
        warehouse_dir=warehouse,
    )
    assert [row["status"] for row in rows(warehouse, "customers")] == ["churned", "active"]
    assert [(r["order_id"], r["line_no"]) for r in rows(warehouse, "order_lines")] == [
        (1, 1),
        (1, 2),
        (2, 1),
    ]
    assert [row["converted"] for row in rows(warehouse, "web_sessions")] == [True, False]
    assert rows(warehouse, "tickets")[0]["is_spam"] is False
    assert [row["customers_affected"] for row in rows(warehouse, "incidents")] == [2, 0]
    for table in report.tables:
        filled = table.name in (
            "customers",
            "order_lines",
            "web_sessions",
            "tickets",
            "incidents",
        )
        assert bool(table.notes) == filled


def test_several_files_of_one_table_are_put_together(source: Write, warehouse: Path) -> None:
    folder = source()
    (folder / "orders_2024.csv").write_text(ORDERS)
    (folder / "orders_2025.csv").write_text(ORDERS.replace("\n1,7", "\n2,7"))
    report = load(str(folder), warehouse_dir=warehouse)
    assert table_of(report, "orders").places == ("orders_2024.csv", "orders_2025.csv")
    assert len(rows(warehouse, "orders")) == 2


def test_spreadsheets(source: Write, warehouse: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Orders"
    sheet.append(["Order ID", "Customer ID", "Ordered at", "Status", "Discount amount"])
    sheet.append([1, 7, datetime(2024, 3, 1, 10), "completed", 1.5])
    sheet.append([2, "7", "2024-03-02", "completed", None])
    sheet.append([None, None, None, None, None])
    sheet.append([3, 7, "soon", "completed", 0])
    book.create_sheet("Customers").append(["customer_id"])
    folder = source()
    book.save(folder / "book.xlsx")
    report = load(str(folder / "book.xlsx"), warehouse_dir=warehouse)
    assert table_of(report, "orders").places == ("book.xlsx, sheet Orders",)
    assert [(r["order_id"], r["ordered_at"]) for r in rows(warehouse, "orders")] == [
        (1, datetime(2024, 3, 1, 10)),
        (2, datetime(2024, 3, 2)),
    ]
    assert [(r["source_row"], r["ordered_at"]) for r in rejected(warehouse, "orders")] == [
        (5, "soon")
    ]


def test_sqlite_and_duckdb(source: Write, warehouse: Path) -> None:
    folder = source()
    with sqlite3.connect(folder / "shop.db") as lite:
        lite.execute("CREATE TABLE orders (order_id INTEGER, customer_id, ordered_at, status)")
        lite.execute("INSERT INTO orders VALUES (1, 7, '2024-03-01', 'completed')")
        lite.execute("INSERT INTO orders VALUES (2, 'x', '2024-03-01', 'completed')")
    lite.close()
    load(f"sqlite:///{folder / 'shop.db'}", warehouse_dir=warehouse)
    assert [row["order_id"] for row in rows(warehouse, "orders")] == [1]
    assert len(rejected(warehouse, "orders")) == 1
    with duckdb.connect(str(folder / "shop.duckdb")) as duck:
        duck.execute("CREATE TABLE Tickets AS SELECT 5 AS id, TIMESTAMPTZ '2024-03-01 10:00+02' "
                     "AS opened_at, false AS is_spam")  # fmt: skip
    report = load(f"duckdb:///{folder / 'shop.duckdb'}", warehouse_dir=warehouse)
    assert rows(warehouse, "tickets")[0]["opened_at"] == datetime(2024, 3, 1, 8)
    assert report.kept == ("orders",)


def test_parquet_of_another_shape(source: Write, warehouse: Path) -> None:
    folder = source()
    table = pa.table({"ID": [1.0, 2.0], "Plan": ["Basic", "gold"], "junk": [[1], [2]]})
    pq.write_table(table, folder / "Customers.parquet")
    report = load(str(folder / "Customers.parquet"), warehouse_dir=warehouse)
    assert [(r["customer_id"], r["plan"]) for r in rows(warehouse, "customers")] == [
        (1, "basic"),
        (2, "gold"),
    ]
    assert [one.theirs for one in table_of(report, "customers").not_understood] == ["junk"]


def test_broken_files_are_named(source: Write, warehouse: Path) -> None:
    folder = source(orders=ORDERS)
    (folder / "products.parquet").write_bytes(b"PAR1 not really")
    report = load(str(folder), warehouse_dir=warehouse)
    assert [(i.table, i.code) for i in report.issues] == [("products", "source_unreadable")]
    (folder / "book.xlsx").write_bytes(b"not a zip")
    with pytest.raises(InputError, match=r"book\.xlsx cannot be read as XLSX"):
        load(str(folder), warehouse_dir=warehouse)


def test_progress_names_each_table(source: Write, warehouse: Path) -> None:
    said: list[str] = []
    load(str(source(orders=ORDERS)), warehouse_dir=warehouse, progress=said.append)
    assert said == ["Reading orders from orders.csv", "Checking the warehouse"]
