"""The bell counts what has happened, says it, and forgets it once somebody has looked."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.jobs.outbox import FELL
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from data.home import Home
from tests.browser.conftest import Site
from tests.browser.test_gallery import complaints

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

Open = Callable[..., tuple[Page, Any]]


def fail(home: Home) -> str:
    """End a job on a run with an error; the page of the job says why."""
    runs = Runs(home)
    name = runs.create("map", "shop", {"run": "shop-1"})
    claimed = runs.queue.claim()
    assert claimed is not None
    runs.attempts.end(name, claimed.attempt, State.FAILED, "error", "The disk is full.")
    runs.close()
    return name


def test_an_event_is_counted_while_the_page_is_open_and_read_once(
    site: Site, open_page: Open
) -> None:
    page, _trouble = open_page(site, "/gallery")
    bell = page.locator("#messages-open")
    expect(bell.locator(".unread-count")).to_be_hidden()
    run = fail(site.home)
    expect(bell).to_have_accessible_name("Messages 1")
    expect(page.locator("#messages-status")).to_have_text("1 unread message")
    bell.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Messages of the last week")).to_be_visible()
    message = dialog.get_by_role("listitem")
    expect(message).to_contain_text("The disk is full.")
    expect(message).to_contain_text("unread")
    assert message.get_by_role("link", name=f"Run {run} has failed").get_attribute("href") == (
        f"/runs/{run}"
    )
    assert complaints(page) == []
    page.goto(f"{site.address}/runs/{run}")
    expect(page.get_by_text("The disk is full.").first).to_be_visible()
    page.goto(f"{site.address}/gallery")
    bell.click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(bell.locator(".unread-count")).to_be_hidden()
    page.reload()
    expect(bell.locator(".unread-count")).to_be_hidden()
    bell.click()
    expect(dialog.get_by_role("listitem")).not_to_contain_text("unread")


def test_a_test_message_says_who_took_it(
    site: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VITRINA_NOTIFY", "json://127.0.0.1:9/hush-hush")
    Runs(site.home).outbox.add(FELL, "key", {"dataset": "shop", "run": "shop-1"})
    page, _trouble = open_page(site, "/gallery", locale="es")
    page.locator("#messages-open").click()
    page.locator("#messages-test").click()
    answer = page.locator("#messages-test-answer")
    expect(answer).to_contain_text("json")
    assert "hush-hush" not in page.content()
    page.locator("#messages-test").click()
    expect(answer).to_contain_text("segundos")


def test_a_long_list_scrolls_above_a_test_that_is_seen_whole(
    site: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VITRINA_NOTIFY", "json://127.0.0.1:9/")
    runs = Runs(site.home)
    for number in range(40):
        runs.outbox.add(FELL, f"key-{number}", {"dataset": "shop", "run": f"shop-{number}"})
    page, _trouble = open_page(site, "/gallery")
    page.locator("#messages-open").click()
    button = page.locator("#messages-test")
    expect(button).to_be_in_viewport(ratio=1)
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 28
    button.click()
    expect(page.locator("#messages-test-answer p").first).to_be_in_viewport(ratio=1)
    assert complaints(page) == []
