"""Help on a page, and the guide that it leads to."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import waitress
from flask import Flask
from playwright.sync_api import Page, expect

from dashboard.web.assets import ASSETS
from dashboard.web.help import offer_help
from data.home import Home
from tests.browser.conftest import SMALL, Site
from tests.browser.test_gallery import complaints
from tests.docs.test_site import built  # noqa: F401 a fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

Opened = Callable[..., tuple[Page, object]]

IS_WHOLE = """() => {
    const body = document.querySelector("details[open] > :is(.help-body, .menu-list)");
    const box = body.getBoundingClientRect();
    return [box.left + 4, box.right - 4].every((x) => [box.top + 4, box.bottom - 4].every(
        (y) => body.contains(document.elementFromPoint(x, y))));
}"""
"""Whether each corner of what is open is seen."""


@pytest.fixture(scope="module")
def guide(built: Path) -> Iterator[Site]:  # noqa: F811 the fixture
    """A server of the built guide, with the fonts of the workbench."""
    app = Flask("guide", static_folder=str(ASSETS), static_url_path="/assets")
    offer_help(app, built)
    server = waitress.create_server(app, port=0, threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    yield Site(f"http://127.0.0.1:{server.effective_port}", Home(built))
    server.task_dispatcher.shutdown()
    server.close()


def test_a_question_mark_says_what_the_page_shows(still_site: Site, open_page: Opened) -> None:
    page, _ = open_page(still_site, "/data")
    page.keyboard.press("?")
    panel = page.get_by_role("dialog", name="On this page")
    expect(panel).to_contain_text("Every purchase log that has been imported.")
    link = panel.get_by_role("link", name="More about it in the guide")
    assert link.get_attribute("href") == "/help?page=your-log"
    expect(panel.locator("kbd").first).to_have_text("?")
    assert complaints(page) == []
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_a_question_mark_in_a_field_is_text(still_site: Site, open_page: Opened) -> None:
    page, _ = open_page(still_site, "/data")
    field = page.locator("#main input[type=text]").first
    field.focus()
    page.keyboard.press("?")
    expect(field).to_have_value("?")
    expect(page.locator(".modal.show")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
def test_what_a_mark_or_a_menu_opens_is_whole(shop: Site, open_page: Opened, width: int) -> None:
    """Neither the window nor a card, nor what lies over the page, hides a corner of it."""
    for path in (f"/data/{SMALL}", f"/data/{SMALL}/quality", "/train"):
        page, _ = open_page(shop, path, width=width)
        openers = page.locator("details:is(.help, .menu) > summary").filter(visible=True)
        expect(openers.first).to_be_visible()
        for opener in openers.all():
            opener.click()
            page.wait_for_function(IS_WHOLE)
            page.keyboard.press("Escape")


@pytest.mark.parametrize(
    ("path", "width", "theme"),
    [
        ("/help/", 1280, "light"),
        ("/help/es/paper/", 390, "dark"),
        ("/help/reference/http/", 390, "light"),
    ],
)
def test_the_guide_is_for_everybody(
    guide: Site, open_page: Opened, path: str, width: int, theme: str
) -> None:
    page, _ = open_page(guide, path, width=width, theme=theme, heading="h1")
    scheme = "slate" if theme == "dark" else "default"
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", scheme)
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_guide_is_searched_without_another_host(guide: Site, open_page: Opened) -> None:
    page, _ = open_page(guide, "/help/", heading="h1")
    page.keyboard.press("Control+k")
    page.keyboard.type("overfit")
    expect(page.get_by_role("option", name="The paper's story").first).to_be_visible()
