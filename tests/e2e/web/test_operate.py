"""What an operator does on the operators' page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from assistant.config import Settings
from tests.e2e.web.conftest import NewPage, Served, running
from tests.e2e.web.test_access import findings
from tests.e2e.web.test_sign_in import type_in
from tests.integration.web.office import Office, open_office
from web.identity import session_cookie_name

pytestmark = pytest.mark.browser

SIDEWAYS = "document.querySelector('.operate main').scrollWidth - innerWidth"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("operate"), Settings(sign_in="local")) as opened:
        yield opened


@pytest.fixture(scope="module")
def server(office: Office) -> Iterator[Served]:
    """The application with sign-in on."""
    with running(lambda _port: office.app) as url:
        yield Served(url=url, assistant=office.assistant)


@pytest.fixture
def opened(new_page: NewPage, office: Office) -> Page:
    """The operators' page, with an administrator signed in past the sign-in page."""
    watched = new_page(path="/operate")
    watched.expected = ("status of 401",)
    sign_in(watched.page, office, "admin")
    return watched.page


def sign_in(page: Page, office: Office, name: str) -> None:
    signed = office.accounts.open_session(office.users[name], address="test")
    page.context.add_cookies(
        [{"name": session_cookie_name(secure=False), "value": signed.secret, "url": page.url}]
    )
    page.reload()


def test_somebody_is_added_by_keyboard_signs_in_and_chooses_a_password(
    new_page: NewPage, opened: Page
) -> None:
    page, keyboard = opened, opened.keyboard
    page.get_by_role("link", name="People").press("Enter")
    expect(page).to_have_url(re.compile("/operate/people$"))
    page.get_by_role("button", name="Add a person").press("Enter")
    dialog = page.get_by_role("dialog", name="Add a person")
    expect(dialog.get_by_label("Name")).to_be_focused()
    keyboard.type("joan")
    dialog.get_by_role("button", name="Make one").press("Enter")
    made = dialog.get_by_label("Password").input_value()
    dialog.get_by_label("Password").press("Enter")
    expect(dialog.locator("code")).to_have_text(made)
    assert findings(page) == []
    keyboard.press("Escape")
    expect(page.get_by_role("cell", name="joan", exact=True)).to_be_visible()

    watched = new_page()
    watched.expected = ("status of 401",)
    theirs = watched.page
    type_in(theirs, "joan", made)
    theirs.get_by_role("button", name="Your account: joan").press("Enter")
    account = theirs.get_by_role("dialog", name="Your account")
    account.get_by_label("Current password").fill(made)
    account.get_by_label("New password").fill("a longer walk by the sea")
    theirs.keyboard.press("Enter")
    expect(account.get_by_role("status").first).to_contain_text("The password is changed.")
    account.get_by_role("button", name="Make a token").press("Enter")
    theirs.keyboard.type("weekly report")
    theirs.keyboard.press("Enter")
    expect(account.locator(".once code")).to_have_text(re.compile("^dw_"))
    assert findings(theirs) == []

    page.reload()
    page.get_by_role("button", name="End the token “weekly report”").press("Enter")
    expect(page.get_by_text("There are none.")).to_be_visible()
    page.get_by_role("link", name="Audit log").press("Enter")
    page.get_by_label("What").select_option("token")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Verify the chain").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The chain is whole")
