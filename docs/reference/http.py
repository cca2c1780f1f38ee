"""The page of the HTTP interface and of every other address of the server."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dashboard.api.openapi import PREFIX, description
from docs.notes.http import ADDRESSES, ENVIRONMENT
from docs.reference.markdown import anchor, heading, literal, table
from docs.reference.markdown import page as whole_page

PURPOSE = (
    f"`vitrina serve --api` answers programs below `{PREFIX}`; `--api-token-file FILE` asks for a"
    f" token. The OpenAPI description is at `{PREFIX}/openapi.json`, a client for Python in one"
    f" file at `{PREFIX}/client.py`. Every refusal is JSON with one sentence under `error`. Every"
    " response to `GET` has an `ETag`."
)
INTERNAL = ("/_", "/assets/", "/static/", "/<path:path>")
"""Beginnings of the addresses that belong to Dash and Flask."""


def page() -> str:
    """Return every path of the interface, its requests, responses and error codes."""
    interface = description("", token=True)
    parts = [
        _operation(method, path, operation)
        for path, methods in interface["paths"].items()
        for method, operation in methods.items()
    ]
    return whole_page(
        "HTTP interface",
        PURPOSE,
        *parts,
        heading("Objects", "objects"),
        *(_schema(name, schema) for name, schema in interface["components"]["schemas"].items()),
        heading("Other addresses", "addresses"),
        table(
            ["address", "what it is"],
            [[literal(rule), ADDRESSES.get(rule, "")] for rule in other_addresses()],
        ),
        heading("Environment variables", "environment"),
        table(
            ["variable", "meaning"], [[literal(name), what] for name, what in ENVIRONMENT.items()]
        ),
    )


def other_addresses() -> list[str]:
    """Return every address of the server that is neither a page nor part of the interface."""
    from dashboard.app import create_app
    from data.home import Home

    with tempfile.TemporaryDirectory() as folder:
        rules = create_app(Home(Path(folder))).server.url_map.iter_rules()
        own = {rule.rule for rule in rules if not rule.rule.startswith((*INTERNAL, PREFIX))}
    return sorted(own - {"/"})


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    body = operation.get("requestBody", {}).get("content", {})
    request = [f"The body is a {_link(schema)}." for schema in _names(body)]
    parameters = [
        [literal(one["name"]), _kind(one["schema"]), one["description"]]
        for one in operation.get("parameters", [])
    ]
    query = [table(["in the query", "type", "meaning"], parameters)] if parameters else []
    responses = [
        [
            literal(code),
            " ".join([response["description"], *map(_link, _names(response.get("content", {})))]),
        ]
        for code, response in operation["responses"].items()
    ]
    return "\n\n".join(
        [
            heading(f"{method.upper()} {PREFIX}{path}", anchor(f"{method} {path}")),
            operation["summary"],
            *request,
            *query,
            table(["status", "meaning"], responses),
        ]
    )


def _names(content: Mapping[str, Any]) -> Iterator[str]:
    for kind in content.values():
        if reference := kind["schema"].get("$ref"):
            yield reference.rpartition("/")[2]


def _link(schema: str) -> str:
    return f"[`{schema}`](#{anchor(schema)})"


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    required = schema.get("required", [])
    rows = [
        [
            literal(field) + (" *" if field in required else ""),
            _kind(about),
            about.get("description", ""),
        ]
        for field, about in schema.get("properties", {}).items()
    ]
    return "\n\n".join(
        [
            heading(f"`{name}`", anchor(name), 3),
            schema.get("description", ""),
            table(["key (* required)", "type", "meaning"], rows),
        ]
    )


def _kind(about: Mapping[str, Any]) -> str:
    """Return the type of a field in a few words."""
    if "$ref" in about:
        return _link(about["$ref"].rpartition("/")[2])
    if options := about.get("anyOf") or about.get("oneOf"):
        return " or ".join(dict.fromkeys(_kind(option) for option in options))
    if about.get("type") == "array":
        return f"list of {_kind(about.get('items', {}))}"
    return str(about.get("type", "any"))
