"""The form of a training as a person fills it in: values are checked, kept, and several tried."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from dashboard.jobs.runs_table import Runs
from dashboard.services.datasets import imports
from dashboard.services.runs import start
from dashboard.services.runs.start import configure
from data.importing.request import ImportRequest
from model.config.run_config import RunConfig
from tests.browser.conftest import SMALL, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Open = Callable[..., Any]


def test_a_wrong_value_is_said_at_its_field_and_nothing_can_start(shop: Site, open_page: Open):
    page, _trouble = open_page(shop, "/train")
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("0")
    expect(page.get_by_text("epochs cannot be “0”")).to_be_visible()
    expect(page.get_by_role("button", name="Start training")).to_be_disabled()
    epochs.fill("7")
    expect(page.get_by_text("epochs cannot be")).to_be_hidden()
    expect(page.get_by_role("button", name="Start training")).to_be_enabled()


def test_what_is_filled_in_stands_in_the_address_and_survives_a_reload(shop: Site, open_page: Open):
    page, _trouble = open_page(shop, "/train")
    page.get_by_label("Epochs", exact=True).fill("7")
    page.wait_for_url("**epochs=7**")
    page.reload()
    expect(page.get_by_label("Epochs", exact=True)).to_have_value("7")
    expect(page.locator("#train-status")).to_contain_text("1 setting differs")


def test_a_form_that_a_preset_fills_takes_no_value_until_it_is_filled(
    shop: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch
):
    answered, preset_of = threading.Event(), start.named_preset

    def preset_of_late(name: str) -> Any:
        if name == "fast":
            answered.wait(60)
        return preset_of(name)

    page, _trouble = open_page(shop, "/train")
    epochs = page.get_by_label("Epochs", exact=True)
    button = page.get_by_role("button", name="Start training")
    page.wait_for_url("**preset=best**")
    monkeypatch.setattr(start, "named_preset", preset_of_late)
    page.get_by_label("Preset", exact=True).select_option("fast")
    expect(epochs).to_be_disabled()
    expect(button).to_be_disabled()
    answered.set()
    epochs.fill("7")
    page.wait_for_url("**epochs=7**")
    expect(epochs).to_have_value("7")
    expect(button).to_be_enabled()


def test_a_log_without_purchases_trains_on_its_most_frequent_events(
    site: Site, open_page: Open, tmp_path: Path
):
    log = tmp_path / "views.csv"
    rows = [f"{user},p{day},2019-11-0{day} 12:00:00,view" for user in range(9) for day in (1, 2, 3)]
    log.write_text("\n".join(["user,product,event_time,event_type", *rows]) + "\n", "utf-8")
    imports.import_files(site.home, ImportRequest([log], "views"))
    page, _trouble = open_page(site, "/train?preset=fast")
    expect(page.locator("#train-status")).to_contain_text("no events of type purchase")
    expect(page.locator("#train-remains")).to_contain_text("Minimum events per buyer")
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url("**/runs/views-1")
    config = RunConfig.from_dict(Runs(site.home).get("views-1").config)
    assert config == configure(site.home, "views", "fast").config
    assert config.preparation.target_types == ("view",)


def test_a_search_is_started_from_the_form_and_shows_what_it_finds(shop: Site, open_page: Open):
    page, _trouble = open_page(shop, "/train?preset=fast")
    expect(page.locator("#train-remains")).to_contain_text("Minimum events per buyer")
    page.get_by_text("Try several values").click()
    expect(page.get_by_label("Field 1").locator("option:checked")).to_have_text("No field")
    page.get_by_label("Field 1").select_option("Units")
    page.get_by_label("Values").first.fill("4..64")
    page.get_by_label("Field 2").select_option("Dropout")
    page.get_by_label("Values").last.fill("0..0.5")
    page.get_by_label("Trainings of a search", exact=True).fill("5")
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(f"**/runs/{SMALL}-search-1")
    expect(page.get_by_text("Searches the best Units, Dropout")).to_be_visible()

    search = f"{SMALL}-search-1"
    trials = [
        {
            "run": f"{SMALL}-{number}",
            "values": {"width": 8 * number, "dropout": 0.1},
            "state": "finished",
            "value": number / 10,
        }
        for number in range(1, 6)
    ]
    folder = Runs(shop.home).folder(search)
    folder.mkdir(parents=True)
    shares = {"width": 0.9, "dropout": 0.1}
    (folder / "search.json").write_text(json.dumps({"trials": trials, "importance": shares}))
    page.reload()
    expect(page.get_by_text(f"{SMALL}-5 is the best so far: 0.5000")).to_be_visible()
    expect(page.get_by_role("heading", name="Units matters most")).to_be_visible()
    rows = page.locator("#run-results tbody tr")
    expect(rows).to_have_count(5)
    expect(rows.first).to_contain_text("40")
    page.goto(f"{shop.address}/runs")
    page.get_by_role("link", name=search).click()
    page.wait_for_url(f"**/runs/{search}")


def test_a_dataset_that_is_not_there_is_said(shop: Site, open_page: Open):
    page, _trouble = open_page(shop, "/train?dataset=gone")
    message = page.get_by_role("alert").filter(has_text="There is no dataset gone")
    expect(message).to_contain_text(f"{SMALL} is chosen below")
    page.goto(f"{shop.address}/train?dataset={SMALL}")
    expect(page.get_by_label("Dataset", exact=True)).to_have_value(SMALL)
    expect(message).to_have_count(0)
