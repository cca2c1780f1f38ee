"""Confirmation dialogs for actions that cannot be undone."""

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import MATCH, ClientsideFunction, Input, Output, State, html
from dash.development.base_component import Component

from dashboard.components.button import button
from data.i18n import _


def confirm(
    name: str, question: str, consequence: str | Component, verb: str, *, danger: bool = True
) -> dbc.Modal:
    """Return a confirmation dialog, to be placed anywhere in the layout of the page.

    The component with the id ``confirm_opener(name)`` opens it; the action belongs in a callback on
    the ``n_clicks`` of ``confirmed(name)``.

    Parameters
    ----------
    name : str
        Name of the dialog in the ids of its parts.
    question : str
        Title, such as "Delete run demo-3?".
    consequence : str or Component
        Effect of the action, in one sentence.
    verb : str
        Label of the button that confirms.
    danger : bool
        Whether the action destroys something.
    """
    return dbc.Modal(
        [
            dbc.ModalBody(
                [
                    html.H2(question, id=f"confirm-{name}", className="card-title"),
                    html.P(consequence),
                ]
            ),
            dbc.ModalFooter(
                [
                    button(_("Cancel"), _part("confirm-no", name)),
                    button(verb, confirmed(name), kind="danger" if danger else "primary"),
                ]
            ),
        ],
        id=_part("confirm", name),
        is_open=False,
        centered=True,
        fade=False,
        labelledby=f"confirm-{name}",
    )


def confirm_opener(name: str) -> dict[str, Any]:
    """Return the id of the button that opens the dialog."""
    return _part("confirm-open", name)


def confirmed(name: str) -> dict[str, Any]:
    """Return the id of the button that confirms."""
    return _part("confirm-yes", name)


def register(app: dash.Dash) -> None:
    """Register the callback that opens and closes the dialogs."""
    app.clientside_callback(
        ClientsideFunction("vitrina", "toggle_dialog"),
        Output(_part("confirm", MATCH), "is_open"),
        Input(_part("confirm-open", MATCH), "n_clicks"),
        Input(_part("confirm-no", MATCH), "n_clicks"),
        Input(_part("confirm-yes", MATCH), "n_clicks"),
        State(_part("confirm", MATCH), "is_open"),
        prevent_initial_call=True,
    )


def _part(part: str, name: Any) -> dict[str, Any]:
    return {"type": part, "id": name}
