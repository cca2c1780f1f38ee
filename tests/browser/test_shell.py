"""The frame around every page: theme, language, navigation, focus."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

Opened = Callable[..., tuple[Page, object]]
THEME = "document.documentElement.dataset.bsTheme"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_follows_the_system(still_site: Site, open_page: Opened, theme: str) -> None:
    page, _ = open_page(still_site, "/gallery", theme=theme)
    assert page.evaluate(THEME) == theme


def test_the_theme_is_there_before_the_first_paint(still_site: Site, open_page: Opened) -> None:
    page, _ = open_page(still_site, "/gallery")
    page.get_by_role("button", name="Theme").click()
    page.add_init_script(
        "new MutationObserver(() => { if (document.body && !window.firstTheme)"
        f" window.firstTheme = {THEME}; }}).observe(document, {{childList: true, subtree: true}})"
    )
    page.reload()
    assert page.evaluate("window.firstTheme") == "dark"


def test_the_language_is_switched_and_remembered(still_site: Site, open_page: Opened) -> None:
    page, _ = open_page(still_site, "/gallery")
    page.get_by_role("button", name="Español").click()
    page.get_by_role("heading", name="Galería").wait_for()
    assert page.evaluate("document.documentElement.lang") == "es"
    page.reload()
    page.get_by_role("heading", name="Galería").wait_for()


def test_the_keyboard_skips_to_the_content_first(still_site: Site, open_page: Opened) -> None:
    page, _ = open_page(still_site, "/gallery")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_place_in_the_rail_is_said(still_site: Site, open_page: Opened) -> None:
    page, _ = open_page(still_site, "/data")
    expect(page.locator(".rail-link[aria-current='page']")).to_have_text("Data")


def test_a_new_page_takes_the_focus_to_its_title(still_site: Site, open_page: Opened) -> None:
    page, _ = open_page(still_site, "/data")
    page.locator(".rail-link", has_text="Runs").click()
    page.wait_for_url("**/runs")
    expect(page.locator("#main h1")).to_be_focused()


def test_the_rail_is_a_bar_at_the_bottom_of_a_phone(still_site: Site, open_page: Opened) -> None:
    page, _ = open_page(still_site, "/gallery", width=390)
    bar = page.locator(".rail-nav").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] == pytest.approx(900, abs=1)
    assert bar["width"] >= 370


def test_an_address_without_a_page_leads_back(still_site: Site, open_page: Opened) -> None:
    page, _ = open_page(still_site, "/nowhere")
    page.get_by_role("link", name="Go to the start page").click()
    page.wait_for_url(still_site.address + "/")


def test_the_worker_is_said_to_be_absent(still_site: Site, open_page: Opened) -> None:
    page, _ = open_page(still_site, "/gallery")
    expect(page.locator("#worker-state")).to_have_text("No worker")


def test_what_is_not_there_is_said_in_place_of_the_page(
    still_site: Site, open_page: Opened
) -> None:
    page, _ = open_page(still_site, "/runs/nowhere")
    expect(page.locator("#main .error-state.is-page")).to_contain_text("nowhere")


@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_words_of_the_rail_end_within_their_boxes(
    still_site: Site, open_page: Opened, locale: str
) -> None:
    page, _ = open_page(still_site, "/recommend", locale=locale)
    page.locator(".rail-link[aria-current='page']").wait_for()
    wider = """() => [...document.querySelectorAll('.rail-link')].filter(link => {
        const words = document.createRange();
        words.selectNodeContents(link);
        return words.getBoundingClientRect().width > link.clientWidth - 2;
    }).map(link => link.textContent)"""
    assert page.evaluate(wider) == []


def test_the_gutter_of_the_scroll_bar_is_as_dark_as_the_page_below_a_dialog(
    still_site: Site, open_page: Opened
) -> None:
    page, _ = open_page(still_site, "/gallery")
    gutter = "getComputedStyle(document.documentElement).backgroundColor"
    before = page.evaluate(gutter)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate(gutter) != before
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate(gutter) == before
