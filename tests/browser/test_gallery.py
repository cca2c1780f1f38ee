"""The gallery shows the whole kit: it must be clean, accessible and of one look."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dashboard.theme import colour
from tests.browser.conftest import Site

Opened = Callable[..., tuple[Page, object]]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

GRAVE = {"serious", "critical"}


def complaints(page: Page) -> list[str]:
    """Return what axe finds serious or critical, with the elements."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


def rgb(value: str) -> str:
    """Return a colour as browsers say it."""
    return f"rgb({', '.join(str(int(value[at : at + 2], 16)) for at in (1, 3, 5))})"


def drawn(page: Page) -> Page:
    """Wait until the figures of the gallery are drawn."""
    page.locator(".is-ready .plot-container").nth(4).wait_for()
    page.locator(".ag-row").first.wait_for()
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_on_it_shuts_anyone_out(
    still_site: Site, open_page: Opened, theme: str, width: int
) -> None:
    page, _ = open_page(still_site, "/gallery", width=width, theme=theme)
    assert complaints(drawn(page)) == []


def test_it_never_scrolls_sideways_on_a_phone(still_site: Site, open_page: Opened) -> None:
    page, _ = open_page(still_site, "/gallery", width=360)
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_table_twin_takes_the_place_of_the_drawing(still_site: Site, open_page: Opened) -> None:
    page, _ = open_page(still_site, "/gallery")
    card = drawn(page).locator(".figure-card", has_text="One view in 69")
    card.get_by_role("button", name="Show as a table").click()
    expect(card.locator("tbody tr").first.locator("td")).to_have_text(["View", "63,556,100"])
    expect(card.locator(".js-plotly-plot")).to_be_hidden()
    card.get_by_role("button", name="Show as a table").click()
    expect(card.locator(".js-plotly-plot")).to_be_visible()


def test_a_figure_is_taken_away_as_csv_and_png(still_site: Site, open_page: Opened) -> None:
    page, _ = open_page(still_site, "/gallery")
    card = drawn(page).locator(".figure-card", has_text="One view in 69")
    with page.expect_download() as csv:
        card.get_by_role("button", name="Download as CSV").click()
    assert csv.value.suggested_filename == "gallery-bars.csv"
    assert "Purchase,916939" in csv.value.path().read_text(encoding="utf-8-sig")
    with page.expect_download() as png:
        card.get_by_role("button", name="Download as PNG").click()
    assert png.value.path().read_bytes().startswith(b"\x89PNG")


def test_figures_follow_the_theme(still_site: Site, open_page: Opened) -> None:
    page, _ = open_page(still_site, "/gallery")
    drawing = drawn(page).locator(".is-ready .main-svg").first
    expect(drawing).to_have_css("background-color", rgb(colour("surface", "light")))
    page.get_by_role("button", name="Theme").click()
    expect(drawing).to_have_css("background-color", rgb(colour("surface", "dark")))
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_a_row_opens_with_a_click_and_with_the_enter_key(
    still_site: Site, open_page: Opened
) -> None:
    page, _ = open_page(still_site, "/gallery")
    drawn(page).locator(".ag-row[row-index='2'] [col-id='loss']").click()
    page.wait_for_url("**/gallery?run=demo-3")
    drawn(page).locator(".ag-row[row-index='1'] [col-id='state']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery?run=demo-2")


def test_a_question_is_asked_before_something_is_deleted(
    still_site: Site, open_page: Opened
) -> None:
    page, _ = open_page(still_site, "/gallery")
    drawn(page).locator(".menu summary", has_text="More").click()
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Delete run demo-3?").wait_for()
    assert complaints(page) == []
    dialog.get_by_role("button", name="Cancel").click()
    dialog.wait_for(state="detached")


def test_a_message_is_announced_and_can_be_dismissed(still_site: Site, open_page: Opened) -> None:
    page, _ = open_page(still_site, "/gallery")
    drawn(page).get_by_role("button", name="Show a message").click()
    toast = page.locator("#toasts .toast-card")
    toast.wait_for()
    toast.get_by_role("button", name="Dismiss").click()
    expect(toast).to_be_hidden()


def test_the_axes_of_spanish_charts_write_percentages_as_its_texts_do(
    still_site: Site, open_page: Opened
) -> None:
    page, _ = open_page(still_site, "/gallery", locale="es")
    shares = drawn(page).locator(".figure-card", has_text="Una décima parte")
    expect(shares.locator(".ytick text").last).to_have_text("100\u00a0%")
    expect(shares.locator(".ytick text").first).to_have_text("0\u00a0%")
