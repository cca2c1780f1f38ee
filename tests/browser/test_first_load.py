"""The first load of the home page on an empty cache stays within a budget."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

Opened = Callable[..., tuple[Page, object]]

SCRIPTS, STYLES, FONTS = 750_000, 60_000, 130_000
"""Bytes at most, compressed as they are sent."""
SHIFT = 0.1
"""Cumulative layout shift up to which a page counts as good (web.dev/articles/cls)."""

RESOURCES = """performance.getEntriesByType('resource').map(
    entry => ({name: entry.name, bytes: entry.encodedBodySize}))"""
PAINTS = """Object.fromEntries(performance.getEntriesByType('paint').map(
    entry => [entry.name, Math.round(entry.startTime)]))"""
OBSERVE_SHIFTS = """window.shift = 0;
new PerformanceObserver(list => list.getEntries().forEach(entry => {
    if (!entry.hadRecentInput) { window.shift += entry.value; }
})).observe({type: 'layout-shift', buffered: true});"""


def sent(resources: list[dict[str, object]], *suffixes: str) -> int:
    """Return the bytes of the resources with one of these suffixes."""
    paths = [(str(entry["name"]).split("?")[0], int(str(entry["bytes"]))) for entry in resources]
    return sum(size for path, size in paths if path.endswith(suffixes))


@pytest.mark.parametrize("width", [1280, 390])
def test_the_home_page_stays_within_its_budget(
    shop: Site, open_page: Opened, width: int, record_property: Callable[[str, object], None]
) -> None:
    page, _ = open_page(shop, "/health", width=width, heading="body")
    page.add_init_script(OBSERVE_SHIFTS)
    page.goto(shop.address)
    expect(page.locator("#main h1")).to_be_visible()
    expect(page.locator("[data-dash-is-loading]")).to_have_count(0)
    resources = page.evaluate(RESOURCES)
    measured = {
        "scripts": sent(resources, ".js", ".mjs"),
        "styles": sent(resources, ".css"),
        "fonts": sent(resources, ".woff2"),
        "shift": page.evaluate("window.shift"),
        **page.evaluate(PAINTS),
    }
    record_property("first load", measured)
    assert 0 < measured["scripts"] <= SCRIPTS
    assert 0 < measured["styles"] <= STYLES
    assert 0 < measured["fonts"] <= FONTS
    assert measured["shift"] <= SHIFT
    assert not [entry for entry in resources if "plotly" in entry["name"] and entry["bytes"] > 1e6]
