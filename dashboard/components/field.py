"""Form fields: a control with its label, help, unit and error message."""

import json
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.components.help_text import help_text


def field(
    label: str,
    control: Component,
    *,
    explanation: str | None = None,
    place: str = "",
    unit: str | None = None,
    hint: str | None = None,
    error: str | None = None,
) -> html.Div:
    """Return a control with its label above it and its error message below it.

    Parameters
    ----------
    label : str
        Name of the value.
    control : Component
        Input with an ``id``, such as ``dbc.Input`` or ``dbc.Select``.
    explanation : str, optional
        Help text, behind a question mark.
    place : str
        Place of the guide that says more than the help text; see ``help_text``.
    unit : str, optional
        Unit, in muted text after the control.
    hint : str, optional
        Muted line below the control, such as the bounds.
    error : str, optional
        Error message; callbacks set it at ``error_id(id)``.
    """
    name = vars(control)["id"]
    heading = html.Label(label, htmlFor=dom_id(name), className="field-label")
    helps = [help_text(explanation, about=label, place=place)] if explanation else []
    line = [control, *([html.Span(unit, className="unit")] if unit else [])]
    return html.Div(
        [
            html.Div([heading, *helps], className="field-head"),
            html.Div(line, className="field-line"),
            *([html.P(hint, className="field-hint")] if hint else []),
            html.P(error, id=error_id(name), className="field-error", role="alert"),
        ],
        className="field",
    )


def error_id(name: Any) -> Any:
    """Return the id of the error message of a field, whose ``children`` are the text.

    Examples
    --------
    >>> error_id("epochs")
    'epochs-error'
    >>> error_id({"type": "setting", "name": "epochs"})
    {'type': 'setting-error', 'name': 'epochs'}
    """
    if isinstance(name, dict):
        return name | {"type": f"{name['type']}-error"}
    return f"{name}-error"


def dom_id(name: Any) -> str:
    """Return the id of an element in the document; Dash writes dict ids as JSON.

    Examples
    --------
    >>> dom_id({"type": "setting", "name": "epochs"})
    '{"name":"epochs","type":"setting"}'
    """
    if not isinstance(name, dict):
        return str(name)
    return json.dumps(name, sort_keys=True, separators=(",", ":"))
