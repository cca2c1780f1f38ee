"""Components of the pages as static HTML: what a browser would show of them, without actions."""

from typing import Any

from dash import html
from dash.development.base_component import Component
from markupsafe import Markup, escape

_LINKS = {"A", "Link"}
"""Components that lead to pages, which a file has not: their words are left."""
_ACTIONS = {"Button", "Details", "Store", "Interval", "Download"}
_NAMES = {
    "className": "class",
    "dateTime": "datetime",
    "tabIndex": "tabindex",
    "colSpan": "colspan",
}
_VOID = {"br", "hr"}
KEEP = "keep"
"""Class of a ``html.Details`` that stays; those of the pages explain or hold menus."""


def static_html(content: Any) -> Markup:
    """Return a component, a text or a list of them as HTML.

    Buttons, menus and explanations are left out, and so are the ids, by which callbacks find
    components.

    Examples
    --------
    >>> static_html(html.P(["NDCG ", html.B("0.3"), " < 1"], className="note"))
    Markup('<p class="note">NDCG <b>0.3</b> &lt; 1</p>')
    """
    if content is None:
        return Markup("")
    if isinstance(content, list | tuple):
        return Markup("").join(map(static_html, content))
    if not isinstance(content, Component):
        return escape(content)
    values = content.to_plotly_json()["props"]
    children = values.pop("children", None)
    kind = content._type
    if kind in _ACTIONS and KEEP not in values.get("className", "").split():
        return Markup("")
    if kind in _LINKS:
        return _element("span", {"className": values.get("className")}, children)
    if not isinstance(content, getattr(html, kind, ())):
        raise TypeError(f"{kind} is no element of HTML")
    return _element(kind.lower(), values, children)


def _element(tag: str, values: dict[str, Any], children: Any) -> Markup:
    attributes = Markup("").join(_attribute(name, value) for name, value in values.items())
    if tag in _VOID:
        return Markup("<{}{}>").format(Markup(tag), attributes)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), attributes, static_html(children))


def _attribute(name: str, value: Any) -> Markup:
    if name == "id" or value is None or value is False:
        return Markup("")
    name = _NAMES.get(name, name)
    if value is True:
        return Markup(f" {name}")
    if name == "style":
        value = ";".join(f"{key}:{part}" for key, part in value.items())
    return Markup(' {}="{}"').format(Markup(name), value)
