"""A finding on the page: its chart, its table beside it, its receipt, its files."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.e2e.web.conftest import NewPage, ask
from tests.e2e.web.test_access import findings, overflow_px

pytestmark = pytest.mark.browser

CHARTS = {
    "Show revenue by month": "Revenue by month",
    "Tickets by hour and weekday": "Tickets by weekday and hour",
    "Show the share of the channels": "Share of revenue by month and channel",
    "Sessions by source": "Sessions by source",
}
CUT_OFF = """(svg) => {
  const box = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")]
    .filter((each) => {
      const { left, right } = each.getBoundingClientRect();
      return left < box.left - 0.5 || right > box.right + 0.5;
    })
    .map((each) => each.textContent);
}"""
"""The words of a chart that stand out of it at a side."""


@pytest.mark.parametrize(
    ("width", "dark"), [(1360, False), (1360, True), (320, False)], ids=["light", "dark", "small"]
)
def test_every_chart_is_drawn_and_has_words_and_a_table(
    new_page: NewPage, width: int, dark: bool
) -> None:
    page = new_page(width=width, dark=dark).page
    for question, title in CHARTS.items():
        ask(page, question)
        turn = page.locator(".turn").last
        expect(turn.locator(".plot svg")).to_be_visible()
        plot = turn.get_by_role("img", name=f"Chart: {title}, 1 January to 30 June 2026.")
        expect(plot).to_be_visible()
        expect(turn.get_by_role("region", name=f"Table: {title}").last).to_be_visible()
        assert overflow_px(page) <= 0, question
        expect(turn.locator(".plot svg text").first).to_be_visible()
        assert turn.locator(".plot svg").evaluate(CUT_OFF) == [], question
    expect(page.locator(".turn").last).to_contain_text(
        "The chart shows 15 of 40 and adds the others up; the table has all."
    )
    expect(page.locator(".turn").last).to_contain_text("Others")
    assert findings(page) == []


def test_the_receipt_tells_checks_version_rows_and_what_is_not_over(new_page: NewPage) -> None:
    page = new_page().page
    ask(page, "Show revenue by month")
    page.get_by_role("button", name="How this was computed").click()
    receipt = page.locator(".receipt")

    expect(receipt).to_contain_text("Version a41f9c20")
    expect(receipt).to_contain_text("Not over yet")
    expect(receipt.locator(".checks li")).to_have_text(
        ["The sum over region, taken separately, is the same 2,730,000."]
    )
    expect(receipt).to_contain_text("6 shown, 182,400 read")
    expect(receipt).to_contain_text("38\u202fms")


def test_a_chart_is_saved_as_a_picture_with_its_title(new_page: NewPage, tmp_path: Path) -> None:
    page = new_page(width=320).page
    ask(page, "Tickets by hour and weekday")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the chart as a picture").click()
    assert download.value.suggested_filename == "tickets-by-weekday-and-hour.png"
    download.value.save_as(tmp_path / "a.png")
    head = (tmp_path / "a.png").read_bytes()
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(head[16:20], "big") == 1920  # whatever the window's width
    assert len(head) > 10_000


def test_a_workbook_is_saved_from_the_page(new_page: NewPage, tmp_path: Path) -> None:
    page = new_page().page
    ask(page, "Which category brings the most revenue?")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the table and how it was computed").click()
    assert download.value.suggested_filename == "revenue-by-category.xlsx"
    download.value.save_as(tmp_path / "a.xlsx")
    rows = load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert (rows["A5"].value, rows["A5"].data_type, rows["B2"].value) == (
        "=HYPERLINK(1)",
        "s",
        1_204_400,
    )
