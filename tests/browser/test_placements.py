"""A placement gets rules, shows what they do to a list and to accuracy, and is removed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.jobs.runs_table import Runs
from dashboard.services.recommendations import placements
from data.home import Home
from tests.browser.conftest import Site
from tests.dashboard.shop import CUP, RUN, TEAPOT, copy_shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenPage = Callable[..., tuple[Page, Any]]
PLACE = "home-page"
STOCK = f"{TEAPOT}, noise0, noise1, noise2, noise3"


@pytest.fixture
def site(serve: Callable[[Home], Site], trained_shop: Path, tmp_path: Path) -> Iterator[Site]:
    """Serve a home with a finished run."""
    home, _run = copy_shop(trained_shop, tmp_path)
    yield serve(home)


def rule(page: Page, label: str) -> Locator:
    return page.get_by_label(label, exact=True)


def test_rules_are_made_previewed_measured_applied_and_removed(
    site: Site, open_page: OpenPage
) -> None:
    page, _trouble = open_page(site, f"/recommend/placements?run={RUN}")
    page.get_by_role("link", name="New placement").click()
    page.get_by_label("Name", exact=True).fill(PLACE)
    expect(page.locator("#placement-lists")).to_contain_text("The rules do not change this list")

    rule(page, "Products in stock").fill(STOCK)
    rule(page, "Products in stock").press("Tab")
    lists = page.locator("#placement-lists .beside > section")
    expect(lists.nth(0).locator(f"[data-product={CUP}]")).to_contain_text("not in stock")
    expect(lists.nth(1).locator("li")).to_have_count(5)
    rule(page, "Pinned positions").fill("1:noise2")
    rule(page, "Pinned positions").press("Tab")
    expect(lists.nth(1).locator("li").first).to_contain_text("pinned")

    rule(page, "At most of a brand").fill("many")
    rule(page, "At most of a brand").press("Tab")
    expect(page.get_by_text("max_per_brand cannot be “many”")).to_be_visible()
    rule(page, "At most of a brand").fill("")
    rule(page, "At most of a brand").press("Tab")
    expect(page.get_by_text("max_per_brand cannot be “many”")).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=f"Rules of {PLACE}")).to_be_visible()
    saved = Runs(site.home).placements.get("toy", PLACE)
    assert saved.rules == {"stock_list": STOCK.split(", "), "pinned": ["1:noise2"]}

    model = page.locator(".panel").filter(has=page.get_by_role("heading", name="Model in service"))
    expect(model).to_contain_text("No model is in service here")
    page.get_by_role("button", name=f"Put {RUN} into service here").click()
    expect(model).to_contain_text(f"{RUN} is in service here.")
    assert Runs(site.home).promotions.newest("toy", PLACE).run == RUN  # type: ignore[union-attr]

    page.get_by_role("button", name="Measure the effect").click()
    effect = page.locator("#placement-effect")
    expect(effect).to_contain_text("The rules cost accuracy")
    expect(effect.get_by_role("row").filter(has_text="Mean price")).to_contain_text("%")

    page.goto(f"{site.address}/recommend?run={RUN}&user=u00003&placement={PLACE}")
    ranking = page.locator("#recommend-ranking")
    expect(ranking).to_contain_text(f"Under the rules of {PLACE}, version 1")
    expect(ranking.locator(".offers li").first).to_contain_text("noise2")
    page.locator("#recommend-placement").select_option(label="No rules")
    expect(ranking).not_to_contain_text("Under the rules")

    page.goto(f"{site.address}/recommend/placements?run={RUN}&placement={PLACE}")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("toy has no placement yet")).to_be_visible()
    assert Runs(site.home).placements.current() == []


def test_of_two_people_the_later_one_is_told(site: Site, open_page: OpenPage) -> None:
    placements.set_rules(site.home, "toy", PLACE, {})
    page, _trouble = open_page(site, f"/recommend/placements?run={RUN}&placement={PLACE}")
    expect(page.locator("#placement-lists")).to_contain_text("The rules do not change this list")
    placements.set_rules(site.home, "toy", PLACE, {"max_per_brand": 2})
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("has been changed meanwhile")).to_be_visible()
    assert Runs(site.home).placements.get("toy", PLACE).rules == {"max_per_brand": 2}
