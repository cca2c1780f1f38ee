"""A visitor of pages without a browser: asks for a layout, then for what its callbacks show."""

import json
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient

LOCAL = "http://127.0.0.1:8050"
ADDRESS = "/_dash-update-component"
PAGES = {
    "output": ".._pages_content.children..._pages_store.data..",
    "inputs": [{"id": "_pages_location", "property": name} for name in ("pathname", "search")],
    "state": [],
}
"""The callback that lays out pages."""
SHELL = {"theme": {"data": "light"}}
"""What the browser fills."""
_MANY = (["ALL"], ["ALLSMALLER"])
_MOST_CALLS = 2

Callback = dict[str, Any]
"""An entry of what Dash lists as dependencies."""


def key(component: Any) -> str:
    """Return the id of a component as text."""
    return json.dumps(component, sort_keys=True) if isinstance(component, dict) else str(component)


def components(tree: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the id and the properties of each component below an answer."""
    if isinstance(tree, dict):
        properties = tree.get("props")
        if isinstance(properties, dict) and "id" in properties:
            yield key(properties["id"]), properties
        for value in tree.values():
            yield from components(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from components(value)


def _fits(component: str, pattern: dict[str, Any]) -> bool:
    names = json.loads(component) if component.startswith("{") else {}
    return names.keys() == pattern.keys() and all(
        isinstance(wanted, list) or names[name] == wanted for name, wanted in pattern.items()
    )


@dataclass
class Page:
    """The components of a page with their properties, by their ids as text.

    A callback may be asked for components that are not on the page: then they are called x.
    """

    shown: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, tree: Any) -> None:
        """Add the components of a layout."""
        self.shown |= dict(components(tree))

    def names(self, component: str) -> list[str]:
        """Return the components that an id or a pattern means."""
        if not component.startswith("{"):
            return [component] if component in self.shown else []
        pattern = json.loads(component)
        return [name for name in self.shown if _fits(name, pattern)]

    def has(self, callback: Callback) -> bool:
        """Return whether the components of a callback are on the page."""
        places = [place["id"] for place in (*callback["inputs"], *callback["state"])]
        alone = [place for place in places if not _is_many(place)]
        return bool(alone) and all(self.names(place) for place in alone)

    def body(self, callback: Callback, changed: str = "") -> dict[str, Any]:
        """Return the request for a callback with the values of the page.

        Parameters
        ----------
        callback : dict
        changed : str, optional
            The property that changed, as ``id.property``; none for the first call.
        """
        return {
            "output": callback["output"],
            "outputs": self._outputs(callback["output"]),
            "inputs": [self._entries(place) for place in callback["inputs"]],
            "state": [self._entries(place) for place in callback["state"]],
            "changedPropIds": [changed] if changed else [],
        }

    def change_of(self, place: dict[str, str]) -> str:
        """Return how a request names the change of an input, as of its first component."""
        entries = self._entries(place)
        entry = next(iter(entries), None) if isinstance(entries, list) else entries
        if entry is None:
            return ""
        own = entry["id"]
        name = json.dumps(own, sort_keys=True, separators=(",", ":")) if type(own) is dict else own
        return f"{name}.{place['property']}"

    def _entries(self, place: dict[str, str]) -> Any:
        component, prop = place["id"], place["property"]

        def entry(name: str) -> dict[str, Any]:
            own = json.loads(name) if name.startswith("{") else name
            value = own if prop == "id" else self.shown.get(name, {}).get(prop)
            return {"id": own, "property": prop, "value": value}

        if not component.startswith("{"):
            return entry(component)
        names = self.names(component)
        if _is_many(component):
            return [entry(name) for name in names]
        pattern = json.loads(component)
        other = {name: "x" if isinstance(value, list) else value for name, value in pattern.items()}
        return entry(names[0] if names else key(other))

    def _outputs(self, text: str) -> Any:
        is_several = text.startswith("..")
        parts = text.removeprefix("..").removesuffix("..").split("...") if is_several else [text]
        entries = []
        for part in parts:
            component, _dot, prop = part.rpartition(".")
            entries.append(self._entries({"id": component, "property": prop.partition("@")[0]}))
        return entries if is_several else entries[0]


@dataclass(frozen=True)
class Answer:
    """What a server said to one request for a page."""

    about: str
    status: int
    text: str


class Visitor:
    """Visits pages.

    Parameters
    ----------
    client : FlaskClient
        Of the server.
    """

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        listed = client.get("/_dash-dependencies", base_url=LOCAL).json or []
        self.callbacks = [one for one in listed if not one["clientside_function"]]

    def send(self, body: dict[str, Any]) -> tuple[int, str]:
        """Send a request for a callback and return status and text of the answer."""
        answer = self._client.post(ADDRESS, base_url=LOCAL, json=body)
        return answer.status_code, answer.text

    def layout(self, address: str) -> tuple[Page, Answer]:
        """Return a page as it is laid out before its callbacks."""
        path, mark, query = address.partition("?")
        page = Page(dict(SHELL) | {"_pages_location": {"pathname": path, "search": mark + query}})
        status, text = self.send(page.body(PAGES, "_pages_location.pathname"))
        if status == 200:
            page.add(json.loads(text))
        return page, Answer(address, status, text)

    def visit(self, address: str) -> Iterator[Answer]:
        """Yield the layout of a page, and all that its callbacks show once it is there."""
        page, answer = self.layout(address)
        yield answer
        waiting = deque(
            (callback, "")
            for callback in self.callbacks
            if callback["output"] != PAGES["output"]
            and callback["prevent_initial_call"] is False
            and page.has(callback)
        )
        calls = Counter[str]()
        while waiting:
            callback, changed = waiting.popleft()
            calls[callback["output"]] += 1
            if calls[callback["output"]] > _MOST_CALLS:
                continue
            status, text = self.send(page.body(callback, changed))
            yield Answer(f"{address} {callback['output'][:80]}", status, text)
            if status == 200:
                waiting.extend(self._follow(page, json.loads(text)))

    def _follow(self, page: Page, answer: dict[str, Any]) -> Iterator[tuple[Callback, str]]:
        """Yield the callbacks whose inputs an answer changes."""
        for name, properties in answer.get("response", {}).items():
            component = key(json.loads(name)) if name.startswith("{") else name
            page.add(properties)
            page.shown.setdefault(component, {}).update(properties)
            for callback in self.callbacks:
                for place in callback["inputs"]:
                    is_changed = component in page.names(place["id"])
                    if is_changed and place["property"] in properties and page.has(callback):
                        yield callback, f"{name}.{place['property']}"


def _is_many(component: str) -> bool:
    return component.startswith("{") and any(
        value in _MANY for value in json.loads(component).values()
    )
