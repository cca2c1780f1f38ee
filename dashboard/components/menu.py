"""A menu behind one word, for what is rarely done."""

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
        What ``menu_item`` returns, or links.
    label : str, optional
        The word on the opener; default "More".
    """
    return html.Details(
        [
            html.Summary([html.Span(label or _("More")), icon("down")], className="button"),
            html.Ul([html.Li(item) for item in items], className="menu-list"),
        ],
        className="menu",
    )


def menu_item(words: str, id: Any, *, danger: bool = False) -> html.Button:
    """Return a button in a menu; callbacks listen for its ``n_clicks``."""
    look = "menu-item is-danger" if danger else "menu-item"
    return html.Button(words, id=id, type="button", className=look)
