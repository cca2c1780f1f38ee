"""Training from the browser as a person would: fill in the form, start, watch, leave, come back."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.jobs.metric_reader import Point
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.jobs.supervisor import keep_worker, stop_worker
from data.home import Home
from tests.browser.conftest import SMALL, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE = 240.0  # seconds: a training begins by reading its libraries
RUN = f"{SMALL}-1"
UPDATES = 5
GRAPH = json.dumps({"id": "loss", "type": "chart-graph"}, separators=(",", ":"))
QUICK = f"/train?dataset={SMALL}&preset=fast&width=8&embedding_width=4&layers=1&early_stopping=0"

Open = Callable[..., Any]


@pytest.fixture
def worker(shop: Site) -> Iterator[None]:
    """Keep a worker for the site's home."""
    handle = keep_worker(shop.home)
    yield
    stop_worker(handle)


def until(page: Page, condition: Callable[[], Any], what: str) -> Any:
    """Wait for a condition and return what it gave."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := condition():
            return found
        page.wait_for_timeout(50)
    raise AssertionError(f"{what} did not happen within {PATIENCE} s")


def drawn(page: Page, line: str) -> list[float]:
    """Return the values of a line of the chart of losses as the browser holds them."""
    values = page.evaluate(
        """([graph, line]) => {
            const plot = document.getElementById(graph)?.querySelector(".js-plotly-plot");
            const trace = plot?._fullData?.find((one) => one.name === line);
            return trace ? Array.from(trace.y) : [];
        }""",
        [GRAPH, line],
    )
    return list(values)


def newer(page: Page, seen: int) -> int:
    """Return how many epochs the curve has, 0 while it has no more than were seen."""
    epochs = len(drawn(page, "Validation"))
    return epochs if epochs > seen else 0


def state(page: Page) -> str:
    return page.inner_text("#run-badge")


def stored(home: Home, name: str, *, ends: str) -> str:
    """Put a training into the table that never starts: it ends while it waits."""
    runs = Runs(home)
    run = runs.create("train", name, {"epochs": 3, "network": "paper"}, preset="fast")
    assert runs.request_stop(run).value == ends
    return run


def test_the_page_of_a_run_follows_every_epoch_and_step(site: Site, open_page: Open):
    runs = Runs(site.home)
    run = runs.create("train", "shop", {"epochs": 9, "network": "paper"}, preset="fast")
    runs.queue.claim()
    runs.attempts.begin(run, 1, Process.current())
    page, _trouble = open_page(site, f"/runs/{run}")
    other, _trouble = open_page(site, f"/runs/{run}")
    for epoch in range(1, 4):
        points = [Point(epoch, 10 * epoch + step, "loss", 1.0, 0.0) for step in range(10)]
        losses = [Point(epoch, None, name, 1 / epoch, 0.0) for name in ("loss", "val_loss")]
        runs.metric_writer.append(run, 1, [*points, *losses])
        for tab in (page, other):
            until(tab, lambda tab=tab, n=epoch: len(drawn(tab, "Validation")) == n, "the epoch")
    runs.attempts.end(run, 1, State.FINISHED, None, None)
    for tab in (page, other):
        until(tab, lambda tab=tab: "Finished" in state(tab), "the end")
    runs.close()


def test_a_training_draws_itself_and_nothing_that_a_reader_does_changes_it(
    shop: Site, worker: None, open_page: Open
):
    page, _trouble = open_page(shop, f"{QUICK}&epochs=1000")
    expect(page.locator("#train-remains")).to_contain_text("Minimum events per buyer")
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(f"**/runs/{RUN}")

    seen = 0
    for _update in range(UPDATES):
        seen = until(page, lambda seen=seen: newer(page, seen), "another epoch in the curve")
    before = claim(shop.home)
    zoomed = zoom(page)
    page.reload()
    other, _trouble = open_page(shop, f"/runs/{RUN}")
    closed, _trouble = open_page(shop, f"/runs/{RUN}")
    closed.close()
    for place in ("Runs", "Home", "Train"):
        other.get_by_role("navigation", name="Main").get_by_role(
            "link", name=place, exact=True
        ).click()
        expect(other.get_by_role("heading", level=1)).to_be_visible()
    other.go_back()
    other.goto(f"{shop.address}/runs/{RUN}")
    for tab in (page, other):
        seen = until(tab, lambda tab=tab, seen=seen: newer(tab, seen), "the curve after that")
    assert claim(shop.home) == before
    assert zoomed[0] < zoomed[1]

    stop(page)
    for tab in (page, other):
        until(tab, lambda tab=tab: "Stopped" in state(tab), "the stop in every tab")
    shown = [entry["val_loss"] for entry in show(shop.home)["history"]]
    for tab in (page, other):
        until(tab, lambda tab=tab: drawn(tab, "Validation") == pytest.approx(shown), "the curve")
        expect(tab.get_by_role("button", name="Resume")).to_be_visible()


def claim(home: Home) -> tuple[Any, ...]:
    """Return what would change if anything happened to the run."""
    run = Runs(home).get(RUN)
    return run.state, run.attempt, run.pid, run.born, run.stop_requested, run.config


def show(home: Home) -> dict[str, Any]:
    """Return what ``vitrina show --json`` says of the run."""
    command = [sys.executable, "-m", "dashboard", "--home", str(home.path), "show", RUN, "--json"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(said)
    return found


def zoom(page: Page) -> list[float]:
    """Drag over a part of the curve, see it redrawn with more, and return the part."""
    plot = page.locator("#run-curves .js-plotly-plot .nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.2 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], middle, steps=4)
    page.mouse.up()
    chosen = shown_part(page)
    seen = len(drawn(page, "Validation"))
    until(page, lambda: newer(page, seen), "another epoch while one looks closer")
    assert shown_part(page) == chosen
    return chosen


def shown_part(page: Page) -> list[float]:
    """Return from where to where the chart of losses is drawn."""
    found = page.evaluate(
        """(graph) => [...document.getElementById(graph)
            .querySelector(".js-plotly-plot")._fullLayout.xaxis.range]""",
        GRAPH,
    )
    return list(found)


def stop(page: Page) -> None:
    """Stop the run, which asks first."""
    page.get_by_role("button", name="Stop", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("keeps its best epoch")
    dialog.get_by_role("button", name="Stop the run").click()


def test_a_finished_training_stands_beside_the_baselines(shop: Site, worker: None, open_page: Open):
    page, _trouble = open_page(shop, f"{QUICK}&epochs=3")
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(f"**/runs/{RUN}")
    until(page, lambda: "Finished" in state(page), "the end")
    expect(page.locator("#run-results")).to_contain_text("Popularity")
    assert len(drawn(page, "Validation")) == 3
    expect(page.get_by_role("link", name="Inspect recommendations")).to_be_visible()
    phases = page.get_by_role("list", name="Phases of the run").get_by_role("listitem")
    expect(phases.first).to_contain_text(re.compile(r"Preparing the data.*\d+%"))
    expect(phases.last).to_contain_text(re.compile(r"Evaluating all models.*\d+%"))

    page.reload()
    expect(page.locator("#run-results")).to_contain_text("Popularity")
    results, curves = (
        page.locator(f"#run-{part}").bounding_box() for part in ("results", "curves")
    )
    assert results is not None
    assert curves is not None
    assert results["y"] < curves["y"], "how good it is comes first"


def test_cloning_a_run_fills_the_form_with_its_settings(shop: Site, open_page: Open):
    run = stored(shop.home, SMALL, ends="stopped")
    page, _trouble = open_page(shop, f"/train?clone={run}")
    expect(page.get_by_label("Epochs", exact=True)).to_have_value("3")
    expect(page.get_by_label("Dataset", exact=True)).to_have_value(SMALL)


def test_a_run_is_not_stopped_by_a_click_that_is_not_confirmed(shop: Site, open_page: Open):
    runs = Runs(shop.home)
    run = runs.create("train", SMALL, {"epochs": 1})
    page, _trouble = open_page(shop, f"/runs/{run}")
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert runs.get(run).state.value == "queued"
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Stop the run").click()
    until(page, lambda: "Stopped" in state(page), "the stop")


def test_how_many_train_at_once_can_be_chosen(shop: Site, open_page: Open):
    runs = Runs(shop.home)
    runs.create("train", SMALL, {"epochs": 1})
    page, _trouble = open_page(shop, "/runs")
    choice = page.get_by_label("At once")
    expect(choice.locator("option:checked")).to_contain_text("by cores and memory")
    choice.select_option("3")
    until(page, lambda: runs.queue.chosen_parallel() == 3, "the choice")
    page.reload()
    expect(choice).to_have_value("3")
    choice.select_option(index=1)
    until(page, lambda: runs.queue.chosen_parallel() is None, "the choice by cores and memory")


def test_tags_and_a_name_that_one_writes_are_found_in_the_table(shop: Site, open_page: Open):
    run = stored(shop.home, SMALL, ends="stopped")
    page, _trouble = open_page(shop, f"/runs/{run}")
    page.get_by_label("Name", exact=True).fill("mine")
    page.get_by_label("Tags", exact=True).fill("wide, second")
    page.get_by_label("Tags", exact=True).press("Enter")
    until(page, lambda: Runs(shop.home).get(run).tags == ("wide", "second"), "the tags")
    page.goto(f"{shop.address}/runs")
    expect(page.locator(".ag-row", has_text=run)).to_contain_text("mine #wide #second")


def test_who_names_a_run_leaves_the_tags_that_another_gave_it_meanwhile(
    shop: Site, open_page: Open
):
    run = stored(shop.home, SMALL, ends="stopped")
    mine, _trouble = open_page(shop, f"/runs/{run}")
    other, _trouble = open_page(shop, f"/runs/{run}")
    other.get_by_label("Tags", exact=True).fill("wide")
    other.get_by_label("Tags", exact=True).press("Enter")
    until(other, lambda: Runs(shop.home).get(run).tags == ("wide",), "the tags")
    mine.get_by_label("Name", exact=True).fill("mine")
    mine.get_by_label("Name", exact=True).press("Enter")
    until(mine, lambda: Runs(shop.home).get(run).label == "mine", "the name")
    assert Runs(shop.home).get(run).tags == ("wide",)


def test_a_deleted_run_can_be_brought_back(shop: Site, open_page: Open):
    run = stored(shop.home, SMALL, ends="stopped")
    page, _trouble = open_page(shop, f"/runs/{run}")
    page.locator(".page-header summary", has_text="More").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_url("**/runs?deleted=*")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".ag-row").get_by_text(run)).to_be_visible()


def test_runs_selected_in_the_table_are_compared(shop: Site, open_page: Open):
    runs = [stored(shop.home, SMALL, ends="stopped") for _run in range(2)]
    page, _trouble = open_page(shop, "/runs")
    for run in runs:
        page.locator(".ag-row", has_text=run).get_by_role("checkbox").check()
    page.get_by_role("link", name="Compare 2 runs").click()
    page.wait_for_url("**/compare?runs=*")
    for run in runs:
        expect(page.get_by_role("link", name=run)).to_be_visible()


def test_a_run_that_is_no_training_is_left_out_of_a_comparison_and_said(
    shop: Site, open_page: Open
):
    run = stored(shop.home, SMALL, ends="stopped")
    runs = Runs(shop.home)
    read = runs.create("import", SMALL, {"request": {}})
    runs.close()
    page, _trouble = open_page(shop, f"/compare?runs={run},{read}")
    message = page.get_by_role("alert").filter(has_text=f"{read} is no training")
    expect(message).to_be_visible()
    expect(page.get_by_role("link", name=run)).to_be_visible()
    expect(message).to_be_visible()
    page.goto(f"{shop.address}/compare?runs={read}")
    expect(message).to_be_visible()
    expect(page.get_by_text("Choose two runs or more above.")).to_be_visible()


def test_a_training_that_recorded_no_step_has_one_line_in_place_of_its_charts(
    shop: Site, open_page: Open
):
    run = stored(shop.home, SMALL, ends="stopped")
    page, _trouble = open_page(shop, f"/runs/{run}")
    expect(page.get_by_text("No step of this training was recorded")).to_be_visible()
    expect(page.locator("#run-curves .figure-card").first).to_be_hidden()
    page.goto(f"{shop.address}/compare?runs={run}")
    card = page.locator(
        ".figure-card.is-empty", has_text="None of these runs has recorded a whole epoch"
    )
    expect(card).to_be_visible()
    box = card.bounding_box()
    assert box is not None
    assert box["height"] < 80


def test_a_run_that_waits_says_its_place_in_the_queue(shop: Site, open_page: Open):
    runs = Runs(shop.home)
    first, second = (runs.create("train", SMALL, {"epochs": 1}) for _run in range(2))
    page, _trouble = open_page(shop, f"/runs/{second}")
    expect(page.locator("#run-now")).to_contain_text("number 2 in the queue")
    page.goto(f"{shop.address}/runs")
    page.get_by_role("button", name="Put first").click()
    expect(page.locator(".queue-order li").first).to_contain_text(second)
    assert runs.queue.waiting().index(first) == 1
    page.get_by_role("button", name="Pause the queue").click()
    expect(page.locator("#runs-queue")).to_contain_text("The queue is paused")
    assert runs.queue.paused()


@pytest.mark.parametrize("path", ["/train", "/runs", "/compare"])
def test_without_data_every_page_says_what_to_do_first(
    still_site: Site, open_page: Open, path: str
):
    page, _trouble = open_page(still_site, path)
    expect(page.locator(".empty-state")).to_be_visible()
