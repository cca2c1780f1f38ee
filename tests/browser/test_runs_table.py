"""The table of runs as a person arranges it, and what is done with many runs at once."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.formats import duration
from dashboard.jobs.runs_table import Runs
from dashboard.services.runs import control
from data.home import Home
from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Open = Callable[..., Any]


def stopped(home: Home, number: int) -> list[str]:
    """Add runs of two networks that differ in the seed, and have ended."""
    runs = Runs(home)
    names = []
    for seed in range(number):
        config = {"epochs": 3, "network": "gru" if seed % 2 else "lstm", "seed": seed}
        names.append(runs.create("train", "shop", config, preset="fast"))
        control.stop(home, names[-1])
    runs.close()
    return names


def select(page: Page, *names: str) -> None:
    for name in names:
        page.locator(".ag-row", has_text=name).first.get_by_role("checkbox").check()


def heading(page: Page, name: str) -> Any:
    return page.get_by_role("columnheader", name=name, exact=True)


def test_chosen_columns_are_kept(site: Site, open_page: Open) -> None:
    stopped(site.home, 2)
    page, _trouble = open_page(site, "/runs")
    expect(heading(page, "Seed")).to_have_count(0)
    page.locator(".runs-columns summary").click()
    page.get_by_label("Seed", exact=True).check()
    page.get_by_label("Duration", exact=True).uncheck()
    expect(heading(page, "Seed")).to_be_visible()
    expect(heading(page, "Duration")).to_have_count(0)
    page.reload()
    expect(heading(page, "Seed")).to_be_visible()
    expect(heading(page, "Duration")).to_have_count(0)


@pytest.mark.parametrize(
    ("column", "longest"),
    [
        ("spent", duration(23 * 3600 + 59 * 60)),
        ("epochs", "100/100"),
        ("created", "Nov 28, 10:48 PM"),
    ],
)
def test_what_is_longest_fits_into_its_column(
    site: Site, open_page: Open, column: str, longest: str
) -> None:
    stopped(site.home, 1)
    page, _trouble = open_page(site, "/runs")
    cell = page.locator(f".ag-row [col-id='{column}'] .ag-cell-value").first
    cell.wait_for()
    beyond = (
        "(cell, text) => { cell.textContent = text; return cell.scrollWidth - cell.clientWidth }"
    )
    assert cell.evaluate(beyond, longest) <= 0
    viewport = page.locator(".ag-center-cols-viewport").first
    assert viewport.evaluate("grid => grid.scrollWidth - grid.clientWidth") == 0


def test_order_filter_and_groups_are_in_the_address(site: Site, open_page: Open) -> None:
    first, second, third = stopped(site.home, 3)
    page, _trouble = open_page(site, "/runs")
    heading(page, "Dataset").click()
    heading(page, "Created").click(modifiers=["Shift"])
    page.wait_for_url("**/runs?sort=dataset%3Aasc%2Ccreated%3Aasc")
    page.get_by_label("One row for equal settings, over seeds").check()
    page.wait_for_url("**&grouped=1")
    expect(page.locator(".ag-center-cols-container .ag-row")).to_have_count(2)
    page.reload()
    expect(page.locator(".ag-center-cols-container .ag-row")).to_have_count(2)
    expect(page.locator(".ag-row", has_text="2 seeds")).to_contain_text(third)
    page.goto(
        f"{site.address}/runs?filter="
        f'{{"run":{{"filterType":"text","type":"equals","filter":"{second}"}}}}'
    )
    expect(page.locator(".ag-center-cols-container .ag-row")).to_have_count(1)
    expect(page.get_by_role("link", name=second)).to_be_visible()
    assert first != second


def test_a_reference_stays_on_top_and_comes_first_in_a_comparison(
    site: Site, open_page: Open
) -> None:
    first, second, third = stopped(site.home, 3)
    page, _trouble = open_page(site, "/runs")
    select(page, second)
    page.get_by_role("button", name="Use as reference").click()
    expect(page.locator(".ag-floating-top .ag-row")).to_contain_text(second)
    expect(heading(page, "Difference")).to_be_visible()
    page.wait_for_url(f"**/runs?reference={second}")
    select(page, third)
    link = page.get_by_role("link", name="Compare 2 runs")
    expect(link).to_have_attribute("href", f"/compare?runs={second},{third}")
    page.get_by_role("button", name=f"Without reference {second}").click()
    expect(page.locator(".ag-floating-top .ag-row")).to_have_count(0)
    assert first


def test_a_selection_stays_while_rows_change(site: Site, open_page: Open) -> None:
    names = stopped(site.home, 3)
    page, _trouble = open_page(site, "/runs")
    select(page, *names[:2])
    expect(page.get_by_text("2 runs selected")).to_be_visible()
    control.describe(site.home, names[0], label="a new label")
    expect(page.locator(".ag-row", has_text="a new label").first).to_be_visible()
    expect(page.get_by_text("2 runs selected")).to_be_visible()
    expect(page.locator(".ag-row-selected")).to_have_count(2)


def test_many_runs_are_tagged_and_deleted_at_once_and_come_back(
    site: Site, open_page: Open
) -> None:
    names = stopped(site.home, 3)
    page, _trouble = open_page(site, "/runs")
    expect(page.get_by_role("button", name="Add tags")).to_be_hidden()
    select(page, *names[:2])
    expect(page.get_by_text("2 runs selected")).to_be_visible()
    page.get_by_label("Tags", exact=True).fill("wide, old")
    page.get_by_role("button", name="Add tags").click()
    expect(page.locator(".ag-row", has_text=names[0]).first).to_contain_text("#wide #old")
    assert Runs(site.home).get(names[1]).tags == ("wide", "old")
    assert Runs(site.home).get(names[2]).tags == ()
    page.locator(".runs-selection").get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_url("**/runs?deleted=*")
    expect(page.locator(".ag-center-cols-container .ag-row")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".ag-center-cols-container .ag-row")).to_have_count(3)


def test_waiting_runs_stop_at_once_and_those_that_ended_are_named(
    site: Site, open_page: Open
) -> None:
    (ended,) = stopped(site.home, 1)
    waiting = Runs(site.home).create("train", "shop", {"epochs": 3})
    page, _trouble = open_page(site, "/runs")
    select(page, ended, waiting)
    page.locator(".runs-selection").get_by_role("button", name="Stop").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop the runs").click()
    expect(page.locator(".ag-row", has_text=waiting).first).to_contain_text("Stopped")
    expect(page.get_by_text("1 run stops.")).to_be_visible()


def test_long_names_leave_room_for_the_figures_of_a_comparison_on_a_phone(
    site: Site, open_page: Open
) -> None:
    runs = Runs(site.home)
    config = {"epochs": 3, "network": "gru"}
    names = [runs.create("train", "shop", config, label="A long name " * 5) for _run in range(2)]
    runs.close()
    page, _trouble = open_page(site, f"/compare?runs={','.join(names)}", width=390)
    figure = page.get_by_role("row", name="Validation loss").locator("td").first
    expect(figure).to_be_visible()
    assert figure.evaluate("figure => figure.getBoundingClientRect().right") <= 390


@pytest.mark.parametrize("number", [1, 3])
def test_the_last_run_is_chosen_on_a_phone_and_seen_whole(
    site: Site, open_page: Open, number: int
) -> None:
    # The scroll bar of a phone, which is not seen, lay over it and took the click.
    stopped(site.home, number)
    page, _trouble = open_page(site, "/runs", width=390)
    row = page.locator(".ag-center-cols-container .ag-row").last
    row.get_by_role("checkbox").check()
    header = page.locator(".ag-header").first.bounding_box()
    first = page.locator(".ag-center-cols-container .ag-row").first.bounding_box()
    assert header is not None
    assert first is not None
    assert first["y"] >= header["y"] + header["height"]
