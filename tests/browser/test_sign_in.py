"""Signing in and out, with scripts and without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.identity import Role
from dashboard.jobs.runs_table import Runs
from dashboard.users.users import Users
from tests.browser.conftest import PATIENCE, Site, Trouble

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PASSWORD = "correct horse"
Opened = Callable[..., tuple[Page, Trouble]]


@pytest.fixture
def guarded(site: Site) -> Site:
    """A server that has users: one of each role, with the name of the role."""
    users = Users(Runs(site.home).database)
    for role in Role:
        users.add(role.value, PASSWORD, role)
    return site


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("User").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_user_signs_in_comes_back_and_signs_out(guarded: Site, open_page: Opened) -> None:
    page, trouble = open_page(guarded, "/runs?deleted=nothing", heading="main h1")
    sign_in(page, "train")
    page.wait_for_url("**/runs?deleted=nothing")
    page.get_by_role("button", name="Sign out train").click()
    page.wait_for_url("**/login")
    page.goto(f"{guarded.address}/data")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    # The runs page may have asked for news between the end of the session and the next page.
    trouble.errors[:] = [error for error in trouble.errors if "401" not in error]


def test_a_user_who_may_look_gets_no_import_form(guarded: Site, open_page: Opened) -> None:
    page, _ = open_page(guarded, "/data", heading="main h1")
    sign_in(page, "look")
    page.wait_for_selector("#main h1")
    expect(page.locator("#import-files")).to_have_count(0)
    expect(page.get_by_text("No dataset yet.", exact=True).first).to_be_visible()


def test_a_session_that_has_ended_leads_to_the_page_and_back(
    guarded: Site, browser: Browser
) -> None:
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{guarded.address}/data")
    sign_in(page, "train")
    page.wait_for_selector("#main h1")
    Users(Runs(guarded.home).database).set_password("train", "another horse")
    page.wait_for_url("**/login?next=%2Fdata")
    sign_in(page, "train", "another horse")
    page.wait_for_selector("#main h1")
    context.close()


def test_signing_in_needs_no_script(guarded: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="es", color_scheme="dark")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{guarded.address}/login")
    page.get_by_label("Usuario").fill("look")
    page.get_by_label("Contraseña").fill("wrong")
    page.get_by_role("button", name="Iniciar sesión").click()
    expect(page.get_by_role("alert")).to_contain_text("no coinciden")
    page.get_by_role("link", name="English").click()
    sign_in(page, "look")
    page.wait_for_url(f"{guarded.address}/")
    context.close()
