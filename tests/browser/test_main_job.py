"""The main job, as a person does it: bring a log, look at it, train, watch, reload, recommend."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard.jobs.runs_table import Runs
from dashboard.services.recommendations import recommend
from data.home import Home
from tests.browser.conftest import Site, Trouble

pytestmark = pytest.mark.browser

SLOW = 240_000  # milliseconds that a training may take on a busy machine
QUICK = {"Minimum events per product": "20", "Epochs": "4", "Units": "16", "Batch size": "512"}
"""Settings with which an epoch on the whole log takes a few seconds."""
LONGEST_CURVE = """() => Math.max(0, ...[...document.querySelectorAll('.js-plotly-plot')]
    .flatMap(plot => (plot.calcdata || []).map(trace => trace.length)))"""


def test_from_a_file_to_ranked_products(
    workbench: Site, open_page: Callable[..., tuple[Page, Trouble]], shared: Path
) -> None:
    page, _trouble = open_page(workbench)
    bring_a_log(page, shared / "complete_journey_2017.csv.gz")
    look_at_its_charts(page)
    run = start_a_training(page)
    watch_it_learn(page, workbench.home, run)
    open_a_buyer(page, workbench.home, run)


def go(page: Page, place: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=place, exact=True).click()


def bring_a_log(page: Page, file: Path) -> None:
    go(page, "Data")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(file)
    page.get_by_label("Name of the dataset").fill("groceries")
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("link", name="Open groceries").click(timeout=SLOW)
    expect(page.get_by_role("heading", level=1)).to_contain_text("groceries")


def look_at_its_charts(page: Page) -> None:
    expect(page.locator(".js-plotly-plot:has(.main-svg)").nth(4)).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("74,471").first).to_be_visible()


def start_a_training(page: Page) -> str:
    go(page, "Train")
    page.get_by_label("Dataset", exact=True).select_option("groceries")
    page.get_by_label("Preset", exact=True).select_option("paper")
    expect(page.get_by_label("History length", exact=True)).to_have_value("4", timeout=SLOW)
    for label, number in QUICK.items():
        field = page.get_by_label(label, exact=True)
        if not field.is_visible():
            page.locator("details", has=field).get_by_text("More settings").click()
        field.fill(number)
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url("**/runs/groceries-1", timeout=SLOW)
    return "groceries-1"


def watch_it_learn(page: Page, home: Home, run: str) -> None:
    seen = curve_beyond(page, 0)
    page.reload()
    curve_beyond(page, seen)
    assert Runs(home).get(run).active, "the curve has to grow before the training ends"
    expect(page.get_by_text("Finished").first).to_be_visible(timeout=SLOW)
    assert len(Runs(home).metrics.history(run)) == 4


def curve_beyond(page: Page, points: int) -> int:
    """Wait until a curve has more points than this; return how many it has.

    The page's policy forbids the evaluation of text that ``wait_for_function`` relies on.
    """
    deadline = time.monotonic() + SLOW / 1000
    while (seen := int(page.evaluate(LONGEST_CURVE))) <= points:
        assert time.monotonic() < deadline, f"the curve stayed at {seen} points"
        page.wait_for_timeout(100)
    return seen


def open_a_buyer(page: Page, home: Home, run: str) -> None:
    page.goto(page.url.split("/runs/")[0] + f"/recommend?run={run}&user=906")
    expect(page.get_by_text("is most probable next")).to_be_visible(timeout=SLOW)
    found = recommend.for_user(home, run, "906")
    expect(page.locator(".event").first).to_contain_text(found["history"][-1])
    expect(page.locator(".offer")).to_have_count(len(found["items"]))
    for row, item in zip(page.locator(".offer").all(), found["items"], strict=True):
        expect(row).to_contain_text(item["product"])
