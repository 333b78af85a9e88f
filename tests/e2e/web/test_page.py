"""What a person does on the page, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.web.conftest import NewPage, Served, ask
from tests.integration.web.fake_assistant import EXAMPLES

pytestmark = pytest.mark.browser

VPN, BY_MONTH, BY_CATEGORY, CHURN, CUSTOMERS, COFFEE = EXAMPLES
QUESTION = "Your question"


def last_turn(page: Page):
    return page.locator(".turn").last


def test_an_example_is_answered_and_its_citation_opens_the_marked_span(page: Page) -> None:
    expect(page.get_by_label(QUESTION)).to_be_focused()
    expect(page.locator(".examples button")).to_have_count(6)
    page.get_by_role("button", name=VPN).click()

    turn = last_turn(page)
    expect(turn.locator(".answer ol > li")).to_have_count(3)
    expect(turn.locator(".answer li").last).to_contain_text("Select Connect")
    assert turn.locator(".answer > ol > li").evaluate_all("items => items.map(i => i.value)") == [
        1, 2, 4,
    ]  # fmt: skip
    expect(page).to_have_url(re.compile(r"/c/c\d+$"))

    turn.locator(".source").nth(1).click()
    panel = page.get_by_role("complementary")
    marked = panel.locator("mark")
    expect(marked.first).to_be_in_viewport()
    assert "".join(marked.all_text_contents()) == (
        "Select Connect and type the number on your phone."
    )
    expect(panel.get_by_role("heading", name="Connect to the VPN")).to_be_focused()

    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(turn.locator(".source").nth(1)).to_be_focused()


def test_a_link_in_an_answer_opens_the_other_article_which_is_marked_outdated(page: Page) -> None:
    ask(page, VPN)
    last_turn(page).get_by_role("link", name="the installation").click()

    panel = page.get_by_role("complementary")
    expect(panel).to_contain_text("This article is outdated.")
    panel.get_by_role("button", name="Read the newer one").click()
    expect(panel).to_contain_text("Run the check")
    expect(panel.locator("li li")).to_have_count(2)
    expect(panel.locator("li pre")).to_have_text("vpn --check gateway.example")


def test_a_line_chart_has_its_table_and_its_receipt(page: Page) -> None:
    ask(page, BY_MONTH)
    turn = last_turn(page)

    expect(turn.locator(".plot svg")).to_be_visible()
    expect(turn.locator(".plot")).to_have_attribute("aria-label", re.compile("Revenue by month"))
    expect(turn.locator(".plot")).to_contain_text("Year before")
    expect(turn.locator("figcaption")).to_contain_text("1 January to 30 June 2026")
    expect(turn.locator("tbody tr")).to_have_count(6)
    expect(turn.locator("tbody tr").first).to_contain_text("412,100.50")

    turn.get_by_role("button", name="How this was computed").click()
    panel = page.get_by_role("complementary")
    for text in ("Sum of order lines", "1 January to 30 June", "is completed", "GROUP BY 1"):
        expect(panel).to_contain_text(text)

    page.get_by_role("banner").get_by_role("button", name="New conversation").click()
    expect(page.locator(".examples button")).to_have_count(6)  # and the chart left quietly


def test_a_chart_is_read_by_pointing_at_it(page: Page) -> None:
    ask(page, BY_MONTH)
    plot = last_turn(page).locator(".plot")
    expect(plot.locator("svg")).to_be_visible()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)

    expect(plot).to_contain_text(re.compile(r"[A-Z][a-z]{2} 2026.*Revenue.*\d,\d{3}", re.DOTALL))


SHOWN_ONCE = """(element, words) => {
  window.shownOnce = new Promise((done) =>
    new MutationObserver(() => element.innerText.includes(words) && done(true)).observe(element, {
      subtree: true, childList: true, characterData: true,
    }));
}"""
"""Promises on the window that words are shown within an element, however shortly."""


def test_a_table_is_sorted_shown_in_parts_copied_and_saved_without_formulas(
    page: Page, tmp_path: Path
) -> None:
    ask(page, CUSTOMERS)
    turn = last_turn(page)
    rows = turn.locator("tbody tr")
    expect(rows).to_have_count(200)
    turn.get_by_role("button", name="Show 400 more rows").click()
    expect(rows).to_have_count(600)
    turn.get_by_role("button", name="Revenue", exact=True).click()
    expect(rows.first).to_contain_text("Customer 600")
    expect(turn.locator("th").nth(2)).to_have_attribute("aria-sort", "descending")

    ask(page, BY_CATEGORY)
    turn = last_turn(page)
    expect(turn.locator(".plot svg")).to_be_visible()
    with page.expect_download() as download:
        turn.get_by_role("button", name="Save the table as a CSV file").click()
    assert download.value.suggested_filename == "revenue-by-category.csv"
    download.value.save_as(tmp_path / "table.csv")
    assert "'=HYPERLINK(1),210000\n" in (tmp_path / "table.csv").read_text()
    turn.evaluate(SHOWN_ONCE, "Copied")  # for two seconds, which a busy machine may sleep through
    turn.get_by_role("button", name="Copy the table").click()
    assert page.evaluate("window.shownOnce")
    assert "Phones\t803150.5" in page.evaluate("navigator.clipboard.readText()")


def test_one_number_is_a_number_and_no_chart(page: Page) -> None:
    ask(page, CHURN)

    expect(last_turn(page).locator(".big-number .main dd")).to_have_text("4.2\u202f%")
    expect(page.locator(".plot")).to_have_count(0)


def test_a_clarification_is_answered_by_a_click(page: Page) -> None:
    ask(page, "How many are active?")
    page.get_by_role("button", name="Who ordered: 3,020").click()

    expect(page.locator(".turn")).to_have_count(2)
    expect(last_turn(page)).to_contain_text("Show customers who ordered")
    expect(last_turn(page)).to_contain_text("600 customers")
    expect(page.get_by_role("button", name="Who ordered: 3,020")).to_be_disabled()


def test_nothing_found_shows_what_is_near_and_a_ticket_is_opened(
    page: Page, server: Served
) -> None:
    ask(page, COFFEE)
    turn = last_turn(page)
    expect(turn.get_by_role("heading", name="Nearest articles")).to_be_visible()
    expect(turn.locator(".source").nth(1)).to_contain_text("outdated")

    turn.get_by_role("button", name="Open a ticket").click()
    subject = page.get_by_label("What the ticket is about")
    expect(subject).to_be_focused()
    subject.fill("The coffee machine beeps")
    subject.press("Enter")

    expect(turn).to_contain_text(re.compile(r"Ticket 10\d\d is open"))
    assert "The coffee machine beeps" in {item.subject for item in server.assistant.opened.values()}


def test_feedback_with_a_comment(page: Page, server: Served) -> None:
    ask(page, VPN)
    turn = last_turn(page)
    thumb = turn.get_by_role("button", name="This did not help")
    thumb.click()
    expect(thumb).to_have_attribute("aria-pressed", "true")
    turn.get_by_label("What was right or wrong").fill("Step 2 hangs")
    turn.get_by_role("button", name="Send the comment").click()

    expect(turn).to_contain_text("The comment is noted.")
    assert [vote[2:] for vote in server.assistant.votes[-2:]] == [
        ("down", ""),
        ("down", "Step 2 hangs"),
    ]


def test_the_history_is_kept_and_opened_again(page: Page) -> None:
    ask(page, VPN)
    page.get_by_role("banner").get_by_role("button", name="New conversation").click()
    expect(page.locator(".examples button")).to_have_count(6)
    ask(page, CHURN)
    page.reload()

    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator(".history li")).to_have_count(2)
    page.get_by_role("navigation").get_by_role("link", name=VPN).click()
    expect(last_turn(page)).to_contain_text("Search for vpn")
    page.go_back()
    expect(last_turn(page)).to_contain_text("The churn rate was")
    page.get_by_role("button", name="Hide the history").click()
    expect(page.get_by_role("navigation")).to_have_count(0)


def test_a_question_that_fails_is_kept_and_asked_again(new_page: NewPage) -> None:
    watched = new_page()
    watched.expected = ("status of 500",)
    page = watched.page
    ask(page, "Please break")
    card = page.get_by_role("alert")

    expect(card).to_contain_text("Something failed on the server.")
    expect(card).to_contain_text(re.compile(r"Request [0-9a-f]{32}"))
    expect(page.locator("body")).not_to_contain_text("hunter2")
    card.get_by_role("button", name="Try again").click()
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.get_by_role("alert")).to_be_visible()
    ask(page, "break later")
    expect(last_turn(page).get_by_role("alert")).to_be_visible()


def test_without_a_connection_the_page_says_so_and_recovers(new_page: NewPage) -> None:
    watched = new_page()
    watched.expected = ("ERR_INTERNET_DISCONNECTED",)
    page = watched.page
    expect(page.locator(".examples button")).to_have_count(6)
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    ask(page, VPN)
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    page.context.set_offline(False)
    expect(page.get_by_text("You are offline.")).to_have_count(0)
    page.get_by_role("button", name="Try again").click()
    expect(last_turn(page)).to_contain_text("Search for vpn")


def test_an_answer_is_stopped(page: Page, server: Served) -> None:
    server.assistant.delay_s = 0.4
    try:
        page.get_by_label(QUESTION).fill(VPN)
        page.keyboard.press("Enter")
        expect(last_turn(page).locator(".answer")).to_contain_text("Software Shelf")
        page.get_by_role("button", name="Stop").click()
        expect(last_turn(page)).to_contain_text("Stopped.")
        expect(last_turn(page).locator(".answer")).not_to_contain_text("From “Connect")
    finally:
        server.assistant.delay_s = 0.01
    ask(page, CHURN)
    expect(last_turn(page)).to_contain_text("4.2 %")


def test_everything_works_by_keyboard(page: Page) -> None:
    expect(page.get_by_label(QUESTION)).to_be_focused()
    page.keyboard.type("First line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("how do I connect")
    assert page.get_by_label(QUESTION).input_value() == "First line\nhow do I connect"
    page.keyboard.press("Enter")
    turn = last_turn(page)
    expect(turn.locator(".source")).to_have_count(2)
    expect(page.get_by_label(QUESTION)).to_be_focused()

    turn.locator(".source").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".panel h2").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label(QUESTION)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)

    turn.locator(".source").first.focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Use the single keys").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_label(QUESTION)).not_to_be_focused()


def test_the_chosen_colours_stay(page: Page) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.get_by_role("button", name="Use dark colours").click()
    dark = page.evaluate(colour)
    page.reload()

    assert light != dark
    assert page.evaluate(colour) == dark
    expect(page.get_by_role("button", name="Use light colours")).to_be_visible()


def test_text_of_others_stays_text(page: Page) -> None:
    ask(page, "Something long")
    answer = last_turn(page).locator(".answer")

    expect(answer).to_contain_text("<img src=")
    assert answer.locator("img, script").count() == 0
    assert [link.get_attribute("href") for link in answer.locator("a").all()] == [
        "https://intranet.example/help"
    ]
    expect(answer.locator("a")).to_have_attribute("rel", re.compile("noopener"))


def test_links_lead_to_articles_and_foreign_conversations_are_not_found(new_page: NewPage) -> None:
    article = new_page(path="/a/articles/vpn/connect.md").page
    expect(article.get_by_role("complementary")).to_contain_text("Select Connect")

    watched = new_page(path="/c/somebody-elses")
    watched.expected = ("status of 404",)
    expect(watched.page.get_by_role("alert")).to_contain_text("There is no such conversation.")
    ask(watched.page, CHURN)
    expect(last_turn(watched.page)).to_contain_text("4.2 %")
