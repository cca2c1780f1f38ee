"""A run is put into service, rolled back and withdrawn on its page; two people do not collide."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.jobs.runs_table import Runs
from data.home import Home
from tests.browser.conftest import Site
from tests.dashboard.shop import RUN, copy_shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenPage = Callable[..., tuple[Page, Any]]
SECOND = "toy-2"


@pytest.fixture
def site(serve: Callable[[Home], Site], trained_shop: Path, tmp_path: Path) -> Site:
    """Serve a home with two runs of one model."""
    home, run = copy_shop(trained_shop, tmp_path)
    runs = Runs(home)
    assert runs.create("train", "toy", runs.get(run).config) == SECOND
    runs.request_stop(SECOND)
    shutil.copytree(runs.folder(run), runs.folder(SECOND))
    return serve(home)


def title(page: Page) -> Any:
    return page.locator("#run-service .card-title")


def test_a_run_is_put_into_service_and_rolled_back(site: Site, open_page: OpenPage) -> None:
    page, _trouble = open_page(site, f"/runs/{RUN}")
    expect(title(page)).to_have_text("No model is in service for toy")
    page.get_by_role("button", name="Put into service").click()
    expect(title(page)).to_have_text("This run is in service for toy")
    page.goto(f"{site.address}/runs/{SECOND}")
    expect(page.locator("#run-service")).to_contain_text("No significant difference")
    page.get_by_role("button", name="Put into service").click()
    expect(title(page)).to_have_text("This run is in service for toy")
    page.goto(f"{site.address}/recommend")
    expect(page.locator(".crumbs")).to_contain_text(f"{SECOND} · in service")
    page.goto(f"{site.address}/runs")
    expect(page.get_by_role("row").filter(has_text=SECOND)).to_contain_text("in service")
    page.goto(f"{site.address}/runs/{SECOND}")
    page.get_by_role("button", name=f"Roll back to {RUN}").click()
    expect(title(page)).to_have_text(f"{RUN} is in service for toy")
    assert [p.run for p in Runs(site.home).promotions.history("toy")] == [RUN, SECOND, RUN]


def test_of_two_people_the_later_one_is_told(site: Site, open_page: OpenPage) -> None:
    one, _trouble = open_page(site, f"/runs/{RUN}")
    other, _trouble = open_page(site, f"/runs/{SECOND}")
    for page in (one, other):
        expect(title(page)).to_have_text("No model is in service for toy")
    one.get_by_role("button", name="Put into service").click()
    expect(title(one)).to_have_text("This run is in service for toy")
    other.get_by_role("button", name="Put into service").click()
    expect(other.get_by_text("has been changed meanwhile")).to_be_visible()
    assert [p.run for p in Runs(site.home).promotions.history("toy")] == [RUN]
