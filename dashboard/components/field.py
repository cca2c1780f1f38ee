"""Form fields: a label that belongs to its control, help, a unit, and the error where it is."""

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
    unit: str | None = None,
    hint: str | None = None,
    error: str | None = None,
) -> html.Div:
    """Return a control with its label above and room for an error below.

    Parameters
    ----------
    label : str
        What the value is, in plain words.
    control : Component
        An input with an ``id``, such as ``dbc.Input`` or ``dbc.Select``.
    explanation : str, optional
        Help text in the field's own terms, behind a question mark.
    unit : str, optional
        The unit, in muted text after the control.
    hint : str, optional
        A muted line below, such as the bounds.
    error : str, optional
        What is wrong now; callbacks change it at ``error_id(id)``.
    """
    name = vars(control)["id"]
    where = error_id(name)
    heading = html.Label(label, htmlFor=dom_id(name), className="field-label")
    helper = [help_text(explanation, about=label)] if explanation else []
    line = [control, *([html.Span(unit, className="unit")] if unit else [])]
    return html.Div(
        [
            html.Div([heading, *helper], className="field-head"),
            html.Div(line, className="field-line"),
            *([html.P(hint, className="field-hint")] if hint else []),
            html.P(error, id=where, className="field-error", role="alert"),
        ],
        className="field",
    )


def error_id(name: Any) -> Any:
    """Return the id of the place for the error of a field; its ``children`` are the sentence.

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
    """Return the id that an element has in the document, where ids of patterns are JSON.

    Examples
    --------
    >>> dom_id({"type": "setting", "name": "epochs"})
    '{"name":"epochs","type":"setting"}'
    """
    if not isinstance(name, dict):
        return str(name)
    return json.dumps(name, sort_keys=True, separators=(",", ":"))
