"""What an agent does at the desk, by keyboard, and what the requester sees of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from assistant.config import Settings
from assistant.model import Asker
from tests.e2e.web.conftest import NewPage, Served, ask, serving
from tests.e2e.web.test_access import findings
from tests.integration.web.fake_desk import DeskAssistant, desk_assistant, past_tickets

pytestmark = pytest.mark.browser

N_TICKETS = 5000
ROWS = ".desk-row:not(.is-coming)"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskAssistant]:
    """A desk with 5,000 tickets of another system."""
    made = desk_assistant(
        tmp_path_factory.mktemp("desk") / "conversations.sqlite", past=past_tickets(N_TICKETS)
    )
    yield made
    assert made.engine is not None
    made.engine.dispose()


@pytest.fixture(scope="module")
def server(desk: DeskAssistant) -> Iterator[Served]:
    """The application, where every visitor is an agent."""
    with serving(desk, Settings(anonymous_role="agent")) as served:
        yield served


def opened(desk: DeskAssistant, subject: str) -> str:
    ticket = desk.open_ticket(asker=Asker(user_id="ann"), conversation_id=None, subject=subject)
    return str(ticket.ticket_number)


def test_an_agent_answers_by_keyboard_and_the_requester_sees_it(
    new_page: NewPage, desk: DeskAssistant
) -> None:
    requester = new_page().page
    ask(requester, "How do I connect to the VPN?")
    requester.get_by_role("button", name="Open a ticket").click()
    requester.get_by_label("What the ticket is about").fill("Tunnel collapses at noon")
    requester.keyboard.press("Enter")
    expect(requester.locator(".state.good")).to_contain_text(re.compile(r"Ticket \d+ is open"))
    page = new_page(path="/desk").page
    expect(page.locator(ROWS).first).to_be_visible()
    keyboard = page.keyboard

    keyboard.press("/")
    keyboard.type("tunnel noon")
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/desk\?q=tunnel\+noon$"))
    keyboard.press("Escape")
    keyboard.press("j")
    keyboard.press("Enter")
    expect(page.locator("#desk-subject")).to_have_text("Tunnel collapses at noon")
    expect(page.get_by_text("Step 2 fails: “Select 5 GHz.”")).to_be_visible()
    expect(page.get_by_text("7 of 9 similar solved tickets")).to_be_visible()

    keyboard.press("a")
    expect(page.get_by_text("Assigned to: You")).to_be_visible()
    keyboard.press("i")
    box = page.get_by_label("Your reply")
    expect(box).to_have_value(re.compile("^Hello,\n\nThis helped others"))
    assert all(ticket.replies == () for ticket in desk.agent_desk.store.tickets())
    keyboard.press("e")
    expect(box).to_be_focused()
    keyboard.press("Control+Home")
    keyboard.press("Shift+End")
    keyboard.type("Good morning,")
    keyboard.press("Control+Enter")
    expect(page.locator(".desk-message.is-reply")).to_contain_text("Good morning,")
    expect(box).to_have_value("")
    expect(page.get_by_label("Status", exact=True).last).to_have_value("waiting")

    requester.reload()
    replied = requester.get_by_role("region", name="What the service desk says")
    expect(replied).to_contain_text("Choose 5 GHz")
    requester.get_by_role("link", name="My tickets").click()
    expect(requester.get_by_text("New reply")).to_be_visible()
    requester.get_by_role("link", name="Tunnel collapses at noon").click()
    expect(requester.locator(".desk-message.is-agent")).to_contain_text("Good morning,")
    expect(requester.get_by_text("Now: Waiting for your answer.")).to_be_visible()
    expect(requester.get_by_text("Step 2 fails")).to_be_visible()
    assert [item[:2] for item in desk.decisions] == [("edited", "ticket/LF-1001")]


def test_who_was_slower_keeps_the_text_and_sees_what_is_new(
    new_page: NewPage, desk: DeskAssistant
) -> None:
    number = opened(desk, "Printer eats paper")
    watched = new_page(path=f"/desk/{number}")
    watched.expected = ("status of 409",)
    page = watched.page
    expect(page.locator("#desk-subject")).to_be_visible()
    desk.add_note(int(number), "It is on fire now.", asker=Asker(user_id="ann"))
    page.keyboard.press("r")
    page.keyboard.type("Open tray 2.")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("alert")).to_contain_text("The last entry is by its requester")
    expect(page.get_by_role("alert")).to_contain_text("Your text is kept.")
    expect(page.get_by_text("It is on fire now.")).to_be_visible()
    expect(page.get_by_label("Your reply")).to_have_value("Open tray 2.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".desk-message.is-reply")).to_contain_text("Open tray 2.")


def test_five_thousand_tickets_are_scrolled_without_being_on_the_page(page: Page) -> None:
    page.goto(page.url + "desk?state=all&sort=oldest")
    expect(page.locator(ROWS).first).to_be_visible()
    rows = page.get_by_role("listbox")
    rows.evaluate("box => { box.scrollTop = 60 * 1200 }")
    expect(page.locator("#row-1205")).to_be_visible()
    assert page.locator(".desk-row").count() < 40
    page.locator("#row-1205").click()
    expect(page.locator("#desk-subject")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#row-1206")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious_at_the_desk(
    new_page: NewPage, desk: DeskAssistant, dark: bool
) -> None:
    page = new_page(dark=dark, path=f"/desk/{opened(desk, 'Screen is green')}").page
    expect(page.get_by_role("heading", name="Similar solved tickets")).to_be_visible()
    page.keyboard.press("i")
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.get_by_label("Search tickets").fill("nothing like this")
    expect(page.get_by_text("No ticket fits the filters.")).to_be_visible()
    page.get_by_role("button", name="Keys").click()
    assert findings(page) == []


def test_at_320_pixels_one_column_stands_alone(new_page: NewPage, desk: DeskAssistant) -> None:
    page = new_page(width=320, height=640, path="/desk").page
    expect(page.locator(ROWS).first).to_be_visible()
    sideways = "document.documentElement.scrollWidth - innerWidth"
    for path in ("/desk", f"/desk/{opened(desk, 'Chair squeaks')}", "/tickets"):
        page.goto(page.url.split("/desk")[0] + path)
        page.get_by_role("main").wait_for()
        assert page.evaluate(sideways) <= 0, path
    page.go_back()
    expect(page.locator("#desk-subject")).to_be_visible()
    expect(page.get_by_role("listbox")).not_to_be_visible()
    page.get_by_role("button", name="Suggestions").click()
    expect(page.get_by_text("A reply to start from")).to_be_visible()
    assert page.evaluate(sideways) <= 0
    assert findings(page) == []


def test_a_solved_ticket_becomes_a_draft_for_review(new_page: NewPage) -> None:
    page = new_page(path="/desk/LF-1002?state=closed").page
    page.get_by_role("button", name="Draft an article").click()
    dialog = page.get_by_role("dialog", name="An article from ticket LF-1002")
    expect(dialog.get_by_label("Text")).to_have_value(re.compile("Choose 5 GHz"))
    assert findings(page) == []
    dialog.get_by_label("Title").fill("VPN drops in the kitchen")
    dialog.get_by_role("button", name="Send to review").click()
    expect(dialog.get_by_role("status")).to_contain_text("on the list for review")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Drafts of articles").click()
    listed = page.get_by_role("dialog", name="Drafts of articles")
    expect(listed).to_contain_text("VPN drops in the kitchen")
    expect(listed).to_contain_text("waits for review")


def test_each_failure_has_its_own_words(new_page: NewPage, desk: DeskAssistant) -> None:
    watched = new_page(path="/desk/999999")
    watched.expected = ("status of 404", "status of 500")
    page = watched.page
    expect(page.get_by_role("alert").first).to_contain_text("There is no ticket '999999' for you.")
    number = opened(desk, "Lamp flickers")
    desk.suggested.failing = True
    try:
        page.goto(page.url.replace("999999", number))
        alert = page.locator(".desk-suggestions").get_by_role("alert")
        expect(alert).to_contain_text(re.compile(r"Request [0-9a-f]{32}"))
        desk.suggested.failing, desk.suggested.nothing = False, True
        page.reload()
        expect(page.get_by_text("Nothing like it was solved before.")).to_be_visible()
    finally:
        desk.suggested.failing = desk.suggested.nothing = False
