"""The help of a page: what it shows, where the documentation says more, keyboard shortcuts."""

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, html
from dash.development.base_component import Component

from dashboard.components.aria import aria
from dashboard.components.help_text import guide_link
from dashboard.components.icon import icon
from dashboard.web.page_help import help_of
from data.i18n import N_, _

OPEN, PANEL, CONTENT = "help-open", "help-panel", "help-content"
TOUR = "/?tour=start"
"""Address of the home page that starts the tour."""

SHORTCUTS = (
    ("?", N_("This help")),
    ("Esc", N_("Close a dialog, a menu or this help")),
    ("Tab", N_("Go to the next control; the first one of a page skips to its content")),
    ("Enter", N_("Open the row of a table on which the focus is")),
    ("↑ ↓", N_("Move in a table or among suggestions")),
    ("+ −", N_("Zoom the map of products; arrows move it")),
)
"""Keys and what they do."""


def opener() -> html.Button:
    """Return the button that opens the help; the key ``?`` presses it (``assets/shell.js``)."""
    name = _("Help")
    return html.Button(
        [icon("help"), html.Span(name, className="visually-hidden")],
        id=OPEN,
        type="button",
        className="quiet-button",
        title=_("Help on this page (?)"),
        **aria(haspopup="dialog"),
    )


def panel() -> dbc.Modal:
    """Return the dialog, which is empty until it is opened."""
    return dbc.Modal(
        dbc.ModalBody(id=CONTENT, className="help-panel"),
        id=PANEL,
        is_open=False,
        centered=True,
        fade=False,
        labelledby="help-title",
    )


def register(app: dash.Dash) -> None:
    """Register the callback that opens the help."""

    @app.callback(
        Output(CONTENT, "children"),
        Output(PANEL, "is_open"),
        Input(OPEN, "n_clicks"),
        State("_pages_location", "pathname"),
        prevent_initial_call=True,
    )
    def show(_clicks: int, path: str) -> tuple[list[Any], bool]:
        return _content(path), True


def _content(path: str) -> list[Component]:
    help_ = help_of(path)
    return [
        html.H2(_("On this page"), id="help-title", className="card-title"),
        html.P(_(help_.what)),
        html.P(guide_link(help_.place, _("More about it in the guide"))),
        html.P(html.A(_("Take the tour"), href=TOUR)),
        html.H3(_("Keyboard"), className="card-title"),
        html.Dl(
            [
                html.Div([html.Dt(html.Kbd(keys)), html.Dd(_(meaning))])
                for keys, meaning in SHORTCUTS
            ],
            className="shortcuts",
        ),
    ]
