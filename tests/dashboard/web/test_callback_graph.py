"""The graph of all callbacks has no cycle."""

import graphlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.app import create_app
from data.home import Home

LOCAL = "http://127.0.0.1:8050"
Node = tuple[str, str]
"""The id of a component, or its type where the id is a pattern, and a property."""


@pytest.fixture
def callbacks(home: Home) -> list[dict[str, Any]]:
    client = create_app(home).server.test_client()
    return client.get("/_dash-dependencies", base_url=LOCAL).json or []


def name(component: str) -> str:
    """Return an id, or the type of a pattern."""
    return str(json.loads(component)["type"]) if component.startswith("{") else component


def outputs(text: str) -> list[Node]:
    """Return the outputs of a callback, which Dash joins to one text."""
    parts = re.split(r"\.\.\.(?=[\w{])", text.removeprefix("..").removesuffix(".."))
    found = [part.rsplit(".", 1) for part in parts if "." in part]  # some callbacks have none
    return [(name(component), prop.split("@")[0]) for component, prop in found]


def inputs(callback: dict[str, Any]) -> Iterator[Node]:
    for entry in callback["inputs"]:
        yield name(entry["id"]), entry["property"]


def test_no_callback_drives_itself_through_others(callbacks: list[dict[str, Any]]) -> None:
    """A cycle inside one callback is how Dash keeps two properties equal; it is none here."""
    graph = graphlib.TopologicalSorter[Node]()
    for callback in callbacks:
        own = set(inputs(callback))
        for output in set(outputs(callback["output"])) - own:
            graph.add(output, *own)
    graph.prepare()
