"""From the sign-in page to a signed-out one, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from assistant.config import Settings
from tests.e2e.web.conftest import NewPage, Served, ask, running
from tests.e2e.web.test_access import findings
from tests.integration.assistant.accounts.conftest import GOOD
from tests.integration.web.office import Office, open_office

pytestmark = pytest.mark.browser
EXPECTED = ("status of 401", "status of 429")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office"), Settings(sign_in="local")) as opened:
        yield opened


@pytest.fixture(scope="module")
def server(office: Office) -> Iterator[Served]:
    """The application with sign-in on, in place of the one without."""
    with running(lambda _port: office.app) as url:
        yield Served(url=url, assistant=office.assistant)


def type_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Name or e-mail address").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.keyboard.press("Enter")


def test_from_the_link_to_an_answer_and_out_by_keyboard(new_page: NewPage) -> None:
    watched = new_page(path="/a/articles/vpn/connect.md")
    watched.expected = EXPECTED
    page = watched.page
    expect(page).to_have_title("Sign in · Deskwise")
    expect(page.get_by_label("Name or e-mail address")).to_be_focused()
    page.keyboard.type("employee")
    page.keyboard.press("Tab")
    page.keyboard.type(GOOD)
    page.keyboard.press("Enter")

    expect(page.locator(".panel")).to_contain_text("Paragraph 11")  # the link still counts
    expect(page).to_have_title("Deskwise")
    ask(page, "How do I connect to the VPN?")
    page.get_by_role("button", name="Your account: employee").press("Enter")
    page.get_by_role("button", name="Sign out").press("Enter")
    expect(page.get_by_role("heading", name="Sign in to Deskwise")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in to Deskwise")).to_be_visible()


@pytest.mark.parametrize(("dark", "width"), [(False, 1360), (True, 320)])
def test_every_state_of_the_sign_in_page_is_accessible(
    new_page: NewPage, dark: bool, width: int
) -> None:
    watched = new_page(dark=dark, width=width)
    watched.expected = EXPECTED
    page = watched.page
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Name or e-mail address")).to_be_focused()
    assert findings(page) == []

    type_in(page, "employee", "not the right one")
    expect(page.get_by_role("alert")).to_contain_text("The name or the password is wrong.")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Show the password").check()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_too_many_attempts_say_what_to_do(new_page: NewPage, office: Office) -> None:
    watched = new_page()
    watched.expected = EXPECTED
    page = watched.page
    for _ in range(6):
        type_in(page, "manager", "not the right one")
        expect(page.get_by_role("button", name="Sign in")).to_be_enabled()
    expect(page.get_by_role("alert")).to_contain_text("Wait 15 minutes")


def test_a_session_that_ends_asks_to_sign_in_and_goes_on_there(
    new_page: NewPage, office: Office
) -> None:
    watched = new_page()
    watched.expected = EXPECTED
    page = watched.page
    type_in(page, "agent", GOOD)
    ask(page, "How do I connect to the VPN?")
    page.get_by_label("Your question").fill("And from home?")
    office.accounts.sign_out_everywhere(office.users["agent"])
    page.keyboard.press("Enter")  # or a request in the background has been refused before it
    expect(page.get_by_role("status")).to_contain_text("Your session is over.")
    assert findings(page) == []
    type_in(page, "agent", GOOD)
    expect(page.locator(".turn")).to_contain_text("How do I connect to the VPN?")
    expect(page.get_by_label("Your question")).to_have_value("And from home?")


def test_what_one_person_typed_is_not_shown_to_the_next(new_page: NewPage, office: Office) -> None:
    watched = new_page()
    watched.expected = EXPECTED
    page = watched.page
    type_in(page, "agent", GOOD)
    page.get_by_label("Your question").fill("Something of mine")
    office.accounts.sign_out_everywhere(office.users["agent"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your session is over.")
    type_in(page, "admin", GOOD)
    expect(page.get_by_label("Your question")).to_have_value("")
