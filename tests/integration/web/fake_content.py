"""What the fake assistant knows: two articles and the findings that it answers with."""

from __future__ import annotations

import re
from datetime import date

from analytics.describe.charts import chosen_chart
from analytics.model import Cell, Chart, Check, Column, Finding, Receipt
from assistant.model import ArticleView, Citation
from knowledge_base.model import Block, Document

VPN_ID = "articles/vpn/connect.md"
VPN_TEXT = """---
title: Connect to the VPN 🛰️
updated: 2026-05-12
---

# Connect to the VPN

The VPN gives you the **internal pages** at home. Every laptop has it, see
[the installation](install.md).

## On Windows

1. Open **Software Shelf** from the Start menu.
2. Search for `vpn` and select **Install**.
   - It takes four minutes.
   - It needs no approval.
3. Run the check:

   ```
   vpn --check gateway.example
   ```

4. Select **Connect** and type the number on your phone.

> [!NOTE]
> A session lasts 12 hours. Then it asks again.

## Profiles

| Profile | What goes through it | Use it |
|---|---|---|
| **Standard** | Internal systems only | Every day |
| **Full tunnel** | Everything | On a Wi-Fi that you do not trust |

## If this does not help

""" + "\n\n".join(
    f"Paragraph {number} says what to look at next when the connection still fails: the cable, the "
    "router, the time on the laptop, and the name of the network that it is connected to."
    for number in range(1, 15)
)
VPN_QUOTE = "4. Select **Connect** and type the number on your phone."

OLD_ID = "articles/vpn/install.md"
OLD_TEXT = "# Install the VPN\n\nOpen Software Shelf and select **VPN**.\n"


def _block(text: str, start_of: str, kind: str, **more: object) -> Block:
    start = text.index(start_of)
    values: dict[str, object] = {"level": 0, "end": start + len(start_of)} | more
    return Block(kind=kind, start=start, **values)  # type: ignore[arg-type]


def _vpn_blocks() -> tuple[Block, ...]:
    text = VPN_TEXT
    table = text[text.index("| Profile") : text.index("\n\n## If")]
    code = text[text.index("```\n   vpn") : text.index("\n\n4.")]
    blocks = [
        _block(text, "# Connect to the VPN", "heading", level=1),
        _block(
            text,
            "The VPN gives you the **internal pages** at home. Every laptop has it, see\n"
            "[the installation](install.md).",
            "paragraph",
        ),
        _block(text, "## On Windows", "heading", level=2),
        _block(
            text,
            "1. Open **Software Shelf** from the Start menu.",
            "step",
            level=1,
            number="1",
            depth=1,
        ),
        _block(
            text,
            "2. Search for `vpn` and select **Install**.",
            "step",
            level=1,
            number="2",
            depth=1,
        ),
        _block(text, "- It takes four minutes.", "bullet", level=2, depth=2),
        _block(text, "- It needs no approval.", "bullet", level=2, depth=2),
        _block(text, "3. Run the check:", "step", level=1, number="3", depth=1),
        _block(text, code, "code", depth=1),
        _block(text, VPN_QUOTE, "step", level=1, number="4", depth=1),
        _block(text, "> [!NOTE]\n> A session lasts 12 hours. Then it asks again.", "note"),
        _block(text, "## Profiles", "heading", level=2),
        _block(text, table, "table"),
        _block(text, "## If this does not help", "heading", level=2),
    ]
    blocks += [
        _block(text, found.group(), "paragraph")
        for found in re.finditer(r"^Paragraph .*$", text, re.MULTILINE)
    ]
    return tuple(blocks)


def articles() -> dict[str, ArticleView]:
    """Return the articles by id."""
    vpn = Document(
        document_id=VPN_ID,
        title="Connect to the VPN",
        text=VPN_TEXT,
        body_start=VPN_TEXT.index("# Connect"),
        description="The VPN at home and on the road.",
        updated_on=date(2026, 5, 12),
        tags=("vpn", "remote work"),
        applies_to=("Windows 11",),
        verified_by="Tom Hargreaves",
        acl=("everyone", "secret-group"),
        metadata={"owner_file": "/secret/path"},
    )
    old = Document(
        document_id=OLD_ID,
        title="Install the VPN",
        text=OLD_TEXT,
        status="outdated",
        superseded_by=VPN_ID,
        updated_on=date(2023, 1, 9),
    )
    old_blocks = (
        _block(OLD_TEXT, "# Install the VPN", "heading", level=1),
        _block(OLD_TEXT, "Open Software Shelf and select **VPN**.", "paragraph"),
    )
    return {
        VPN_ID: ArticleView(document=vpn, blocks=_vpn_blocks()),
        OLD_ID: ArticleView(document=old, blocks=old_blocks),
    }


def vpn_citation(quote: str = VPN_QUOTE, heading: str = "On Windows") -> Citation:
    """Return a citation of the article on the VPN."""
    start = VPN_TEXT.index(quote)
    return Citation(
        document_id=VPN_ID,
        title="Connect to the VPN",
        start=start,
        end=start + len(quote),
        quote=quote,
        url=f"/a/{VPN_ID}",
        updated_on=date(2026, 5, 12),
        verified_by="Tom Hargreaves",
        heading=heading,
    )


def old_citation() -> Citation:
    """Return a citation of the outdated article."""
    quote = "Open Software Shelf and select **VPN**."
    start = OLD_TEXT.index(quote)
    return Citation(
        document_id=OLD_ID,
        title="Install the VPN",
        start=start,
        end=start + len(quote),
        quote=quote,
        url=f"/a/{OLD_ID}",
        updated_on=date(2023, 1, 9),
        status="outdated",
    )


def _receipt(definition: str, n_rows: int, *notes: str) -> Receipt:
    return Receipt(
        definition=definition,
        period="1 January to 30 June 2026",
        filters=("order status is completed",),
        sql="SELECT date_trunc('month', ordered_at) AS month,\n       sum(line_value) AS revenue\n"
        "FROM orders\nWHERE status = 'completed'\nGROUP BY 1\nORDER BY 1",
        n_rows=n_rows,
        as_of=date(2026, 6, 30),
        notes=notes,
        checks=(
            Check(
                kind="split", text="The sum over region, taken separately, is the same 2,730,000."
            ),
        ),
        is_partial=True,
        rows_read=182_400,
        definition_version="a41f9c20",
        elapsed_ms=38.4,
    )


def _finding(
    text: str, columns: tuple[Column, ...], rows: tuple[tuple[Cell, ...], ...], chart: Chart
) -> Finding:
    return Finding(
        analysis="metric",
        text=text,
        columns=columns,
        rows=rows,
        chart=chart,
        receipt=_receipt("Sum of order lines less discounts, completed orders.", len(rows)),
    )


MONEY = Column(name="revenue", label="Revenue", unit="money")


def line_finding() -> Finding:
    """Return revenue by month beside the year before."""
    values = (412_100.5, 398_220.0, 455_010.25, 470_900.0, 501_340.75, 488_120.0)
    rows = tuple(
        (date(2026, month, 1), value, value * 0.9 + 5000 * (month % 3))
        for month, value in enumerate(values, start=1)
    )
    return _finding(
        "Revenue was **2,725,692** from 1 January to 30 June 2026, up 8.1 % on the year before.",
        (
            Column(name="month", label="Month"),
            MONEY,
            Column(name="previous", label="Year before", unit="money"),
        ),
        rows,
        Chart(
            kind="line",
            title="Revenue by month",
            x="month",
            y=("revenue", "previous"),
            unit="money",
            compare=("previous",),
        ),
    )


def bar_finding() -> Finding:
    """Return revenue by category; one of them has a hostile name."""
    rows = (
        ("Laptops", 1_204_400.0),
        ("Phones", 803_150.5),
        ("Audio", 300_410.0),
        ("=HYPERLINK(1)", 210_000.0),
        ("Accessories with a name that is longer than others", 120_333.0),
        (None, 9_800.0),
    )
    return _finding(
        "Laptops brought the most revenue: **1,204,400**, 45.4 % of all.",
        (Column(name="category", label="Category"), MONEY),
        rows,
        Chart(kind="bar", title="Revenue by category", x="category", y=("revenue",), unit="money"),
    )


def number_finding() -> Finding:
    """Return one rate with the one before."""
    return _finding(
        "The churn rate was **4.2 %** from 1 January to 30 June 2026, down from 4.9 %.",
        (
            Column(name="current", label="Churn rate", unit="fraction"),
            Column(name="previous", label="Half-year before", unit="fraction"),
        ),
        ((0.0421, 0.0489),),
        Chart(kind="number", title="Churn rate", y=("current",), unit="fraction"),
    )


def table_finding() -> Finding:
    """Return 600 rows."""
    rows = tuple(
        (f"Customer {number:03d}", (number * 37) % 91, round(1000 + number * 13.37, 2))
        for number in range(1, 601)
    )
    return _finding(
        "600 customers bought something from 1 January to 30 June 2026.",
        (
            Column(name="customer", label="Customer"),
            Column(name="orders", label="Orders", unit="count"),
            MONEY,
        ),
        rows,
        Chart(kind="table", title="Customers by revenue"),
    )


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _chosen(
    text: str, columns: tuple[Column, ...], rows: tuple[tuple[Cell, ...], ...], **how: object
) -> Finding:
    chart = chosen_chart(columns, rows, **how)  # type: ignore[arg-type]
    return _finding(text, columns, rows, chart)


def heat_finding() -> Finding:
    """Return tickets by hour and weekday: 168 cells."""
    rows = tuple(
        (day, hour, max(0, 60 - 9 * place - 4 * abs(hour - 11) + (hour * place) % 7))
        for place, day in enumerate(WEEKDAYS)
        for hour in range(24)
    )
    return _chosen(
        "**Monday, 11:00** has the most tickets: 60.",
        (
            Column(name="weekday", label="Weekday"),
            Column(name="hour", label="Hour"),
            Column(name="tickets", label="Tickets", unit="count"),
        ),
        rows,
        title="Tickets by weekday and hour",
        period=None,
    )


def stacked_finding() -> Finding:
    """Return shares of channels by month."""
    rows = tuple(
        (date(2026, month, 1), channel, share)
        for month in range(1, 7)
        for channel, share in (
            ("Web", 0.5 - month * 0.02),
            ("App", 0.25 + month * 0.02),
            ("Shop", 0.15),
            ("Telephone", 0.1),
        )
    )
    return _chosen(
        "The web brought **38.0 %** of revenue in June 2026.",
        (
            Column(name="period", label="Month"),
            Column(name="channel", label="Channel"),
            Column(name="share", label="Share", unit="fraction"),
        ),
        rows,
        title="Share of revenue by month and channel",
        period="period",
    )


def ranked_finding() -> Finding:
    """Return sessions by 40 sources, of which 25 are added up."""
    rows = tuple((f"Source {number:02d}", 90_000 // number) for number in range(1, 41))
    return _chosen(
        "**Source 01** has the most sessions: 90,000.",
        (
            Column(name="source", label="Source"),
            Column(name="sessions", label="Sessions", unit="count"),
        ),
        rows,
        title="Sessions by source",
        period=None,
        adds_up=True,
    )
