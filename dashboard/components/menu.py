"""Menus of rare actions."""

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.components.icon import icon
from data.i18n import _


def menu(items: Sequence[Component], *, label: str | None = None) -> html.Details:
    """Return a button that opens a list of buttons or links.

    Parameters
    ----------
    items : sequence of Component
        Results of ``menu_item``, or links.
    label : str, optional
        Label of the button; "More" by default.
    """
    return html.Details(
        [
            html.Summary([html.Span(label or _("More")), icon("down")], className="button"),
            html.Ul([html.Li(item) for item in items], className="menu-list"),
        ],
        className="menu",
    )


def menu_item(label: str, id: Any, *, danger: bool = False) -> html.Button:
    """Return a button of a menu; callbacks listen to its ``n_clicks``."""
    style = "menu-item is-danger" if danger else "menu-item"
    return html.Button(label, id=id, type="button", className=style)
