"""The tour: it starts where it is asked for, points at what is there, and ends at any moment."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SMALL, Site
from tests.browser.test_gallery import complaints

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

Opened = Callable[..., tuple[Page, object]]
POPOVER = ".driver-popover.tour"
TARGET = ".driver-active-element"


def test_each_step_opens_its_page_and_stands_beside_its_element(
    shop: Site, open_page: Opened
) -> None:
    page, _ = open_page(shop, "/")
    page.get_by_role("link", name="Take the tour").click()
    popover = page.locator(POPOVER)
    expect(popover).to_contain_text("Where things are")
    expect(page.locator(f".rail-nav{TARGET}")).to_be_visible()
    expect(page).to_have_url(f"{shop.address}/")
    popover.get_by_role("button", name="Next").click()
    expect(popover).to_contain_text("A chart says its result")
    expect(page).to_have_url(f"{shop.address}/data/{SMALL}")
    expect(page.locator(f".figure-card{TARGET}")).to_be_visible()
    popover.get_by_role("button", name="Next").click()
    expect(popover).to_contain_text("Train a network")
    popover.get_by_role("button", name="Back").click()
    expect(popover).to_contain_text("A chart says its result")
    popover.get_by_role("button", name="Next").click()
    expect(popover).to_contain_text("Train a network")
    popover.get_by_role("button", name="Next").click()
    expect(popover).to_contain_text("Step 4 of 4")
    expect(page.locator(f"#help-open{TARGET}")).to_be_visible()
    popover.get_by_role("button", name="Done").click()
    expect(popover).to_have_count(0)
    page.reload()
    page.wait_for_selector("#main h1")
    expect(popover).to_have_count(0)


def test_a_step_stays_with_its_element_where_that_is_drawn_anew(
    shop: Site, open_page: Opened
) -> None:
    page, _ = open_page(shop, "/?tour=start")
    page.locator(POPOVER).get_by_role("button", name="Next").click()
    card = page.locator(f".figure-card{TARGET}")
    expect(card).to_be_visible()
    card.evaluate(
        "card => { const fresh = card.cloneNode(true);"
        " fresh.classList.remove('driver-active-element'); card.replaceWith(fresh); }"
    )
    expect(card).to_be_visible()


def test_the_last_step_does_not_lie_over_the_button_on_a_phone(
    still_site: Site, open_page: Opened
) -> None:
    page, _ = open_page(still_site, "/?tour=start", width=390)
    popover = page.locator(POPOVER)
    for step in range(1, 4):
        expect(popover).to_contain_text(f"Step {step} of 4")
        popover.get_by_role("button", name="Next").click()
    expect(popover).to_contain_text("Step 4 of 4")
    page.wait_for_function(
        """(popover) => {
            const [step, button] = [popover, "#help-open"].map(
                (one) => document.querySelector(one).getBoundingClientRect());
            return step.top >= button.bottom;
        }""",
        arg=POPOVER,
    )


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_it_is_left_at_any_moment_and_reads_well(
    still_site: Site, open_page: Opened, theme: str, width: int
) -> None:
    page, _ = open_page(still_site, "/?tour=start", theme=theme, width=width, locale="es")
    popover = page.locator(POPOVER)
    popover.get_by_role("button", name="Siguiente").click()
    expect(popover).to_contain_text("Paso 2 de 4")
    expect(page.locator(".driver-active-element:not([aria-haspopup])")).to_be_attached()  # arrived
    box = popover.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert complaints(page) == []
    page.keyboard.press("Escape")
    expect(popover).to_have_count(0)
    expect(page.locator("#main h1")).to_be_visible()
