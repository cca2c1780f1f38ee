"""A month of a shop whose taste changes, as a person plays it; programs follow at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard.api.vitrina_client import Client, Ranking
from dashboard.jobs.runs_table import Runs
from tests.browser.conftest import Site, Trouble
from tests.model.changing_shop import write_log

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLOW = 240_000  # milliseconds that a training may take on a busy machine
TINY = {
    **{"Units": "16", "Embedding size": "8", "Blocks": "1", "Batch size": "256"},
    **{"Epochs": "30", "Learning rate": "0.02", "Patience": "0"},
}
PLACE, PINNED = "home-page", "p07"


def test_a_month(
    workbench: Site, open_page: Callable[..., tuple[Page, Trouble]], tmp_path: Path
) -> None:
    programs = Client(workbench.address)

    def ranked(placement: str = "") -> Ranking:
        return programs.recommend(dataset="shop", history=["p01"], placement=placement)

    page, _trouble = open_page(workbench)
    bring(page, workbench, write_log(tmp_path / "three.csv", 0, 3))
    train(page, workbench, "shop-1")
    put_into_service(page, "shop-1")
    assert ranked()["run"] == "shop-1"

    pin(page, workbench, "shop-1")
    placed = ranked(PLACE)
    assert (placed["run"], placed["items"][0]["product"]) == ("shop-1", PINNED)
    assert ranked()["items"][0]["product"] != PINNED

    bring(page, workbench, write_log(tmp_path / "fourth.csv", 3, 1, changed=True), append=True)
    page.goto(f"{workbench.address}/runs/shop-1")
    page.get_by_role("button", name="Judge it on later purchases").click()
    expect(page.locator("#run-drift")).to_contain_text("points less than before", timeout=SLOW)
    expect(page.locator("#run-drift")).to_contain_text("rain a new run")

    train(page, workbench, "shop-2")
    page.get_by_role("button", name="Compare on later purchases").click()
    expect(page.locator("#run-service")).to_contain_text(
        "shop-2 is better than shop-1", timeout=SLOW
    )
    put_into_service(page, "shop-2")
    assert [ranked()["run"], ranked(PLACE)["run"]] == ["shop-2", "shop-2"]
    assert ranked(PLACE)["items"][0]["product"] == PINNED
    page.get_by_role("button", name="Roll back to shop-1").click()
    expect(page.locator("#run-service .card-title")).to_have_text("shop-1 is in service for shop")
    assert [ranked()["run"], ranked(PLACE)["run"]] == ["shop-1", "shop-1"]


def bring(page: Page, site: Site, log: Path, *, append: bool = False) -> None:
    page.goto(f"{site.address}/data")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(log)
    page.get_by_label("Name of the dataset").fill("shop")
    if append:
        mode = page.get_by_label("Where a dataset of this name exists")
        mode.select_option("add these files to it")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("link", name="Open shop")).to_be_visible(timeout=SLOW)


def train(page: Page, site: Site, run: str) -> None:
    """Train a tiny network, and wait on its page until it has been evaluated."""
    page.goto(f"{site.address}/train?dataset=shop")
    page.get_by_label("Dataset", exact=True).select_option("shop")
    page.get_by_label("Preset", exact=True).select_option("fast")
    page.wait_for_url("**preset=fast**")
    for label, number in TINY.items():
        field = page.get_by_label(label, exact=True)
        if not field.is_visible():
            page.locator("details", has=field).get_by_text("More settings").click()
        field.fill(number)
    blend = page.get_by_label("Blend with baselines", exact=True)
    if not blend.is_visible():
        page.locator("details", has=blend).get_by_text("More settings").click()
    blend.uncheck()
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(f"**/runs/{run}", timeout=SLOW)
    expect(page.get_by_text("Finished").first).to_be_visible(timeout=SLOW)
    config = Runs(site.home).get(run).config
    assert (config["epochs"], config["width"], config["blend"]) == (30, 16, False)


def put_into_service(page: Page, run: str) -> None:
    page.get_by_role("button", name="Put into service").click()
    expect(page.locator("#run-service .card-title")).to_have_text("This run is in service for shop")
    assert page.url.endswith(run)


def pin(page: Page, site: Site, run: str) -> None:
    """Make a placement whose first position is pinned."""
    page.goto(f"{site.address}/recommend/placements?run={run}")
    page.get_by_role("link", name="New placement").click()
    page.get_by_label("Name", exact=True).fill(PLACE)
    page.get_by_label("Pinned positions", exact=True).fill(f"1:{PINNED}")
    page.get_by_label("Pinned positions", exact=True).press("Tab")
    lists = page.locator("#placement-lists .beside > section")
    expect(lists.nth(1).locator("li").first).to_contain_text("pinned")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=f"Rules of {PLACE}")).to_be_visible()
