"""No value in a request for a callback, of whatever kind, is an unexpected failure.

The requests are those that pages send, with the values that components have on them, but for one.
"""

import copy
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.app import create_app
from dashboard.jobs import supervisor
from tests.dashboard.shop import copy_shop
from tests.dashboard.visitor import Page, Visitor
from tests.faults.damage import pages

pytestmark = [pytest.mark.slow, pytest.mark.fault]

ODD: tuple[Any, ...] = (
    *(None, True, -1, 10**18, 1e308, "", "toy-999", "../../etc/passwd", "9999-12-31"),
    *("\0\u202e\U0001f600\n'\"<b>{0}%s", "x" * 20_000, [], [None], ["a", 1], [[]]),
    *({}, {"a": {"b": None}}, [{}], [{"name": "../x", "runs": ["../x"], "path": "../x"}]),
    {"given": {"first": "9999-12-31", "low": "1e400", "types": '"'}, "query": ""},
    {"startRow": 5, "endRow": 2, "sortModel": [{"colId": "x;--", "sort": "x"}]},
    {"dataset": "toy", "preset": "x", "changed": {"x": 1}, "config": {"epochs": None}},
    {"run": "toy-1", "user": "x", "why": "x", "edit": "drop:x,add", "k": 1e308, "category": "x"},
)
STEP = int(os.environ.get("FORGED_STEP", "6"))
"""Each place gets every sixth of the odd values, another place others."""


@pytest.fixture
def visitor(trained_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    home, _run = copy_shop(trained_shop, tmp_path)
    monkeypatch.setattr(supervisor, "spawn", lambda *_arguments: None)
    return Visitor(create_app(home).server.test_client())


def all_pages(visitor: Visitor) -> Page:
    """Return the components of all pages about the shop as if they were on one."""
    page = Page()
    for address in pages("toy"):
        page.shown |= visitor.layout(address)[0].shown
    for properties in page.shown.values():
        properties["n_clicks"] = 1
    return page


def forged(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the request with each odd value in all its places, and with some in each place."""
    for value in ODD:
        changed = copy.deepcopy(body)
        for entry in entries(changed):
            if entry["property"] != "n_clicks":
                entry["value"] = value
        yield f"everything {value!r:.60}", changed
    for number, entry in enumerate(entries(body)):
        for value in ODD[number % STEP :: STEP]:
            changed = copy.deepcopy(body)
            entries(changed)[number]["value"] = value
            yield f"{entry['id']}.{entry['property']} {value!r:.60}", changed


def entries(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the places of a request's values: of components of one pattern, the first alone."""
    sent = (*body["inputs"], *body["state"])
    first = [next(iter(one), None) if isinstance(one, list) else one for one in sent]
    return [entry for entry in first if entry is not None and entry["property"] != "id"]


def test_no_forged_value_is_an_unexpected_failure(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, logger="vitrina")
    page = all_pages(visitor)
    assert len(visitor.callbacks) > 90
    unexpected, number = [], 0
    for callback in visitor.callbacks:
        for about, body in forged(page.body(callback, page.change_of(callback["inputs"][0]))):
            caplog.clear()
            status, text = visitor.send(body)
            number += 1
            if status >= 500 or "not your fault" in text or caplog.records:
                problem = caplog.records[-1].getMessage() if caplog.records else text
                unexpected.append(f"{callback['output'][:90]}: {about}: {status} {problem[:200]}")
    assert number > 3_000
    if unexpected:
        pytest.fail("\n".join(unexpected))
