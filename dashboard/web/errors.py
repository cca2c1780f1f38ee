"""Errors of callbacks: logged under an id, and shown on the page with that id."""

import logging
import secrets
from typing import Any

from dash import ctx, no_update
from dash.exceptions import PreventUpdate

from dashboard.components.figure_card import render_error
from dashboard.components.states import error_state
from dashboard.components.toast import toast
from data.errors import VitrinaError
from data.i18n import _

logger = logging.getLogger("vitrina")

PAGE = "_pages_content"
PAGE_TITLE = "_pages_store"


def handle(error: Exception) -> Any:
    """Log the error of a callback under a new id and return the values of its outputs.

    A page or a figure card shows the error in its place. Other outputs keep their values, and a
    toast shows the error if no output does.

    Parameters
    ----------
    error : Exception
        Exception that the callback raised.

    Returns
    -------
    object
        Result of the callback: one value per output.
    """
    if isinstance(error, PreventUpdate):
        raise error
    incident = secrets.token_hex(3)
    sentence = explain(error)
    if isinstance(error, VitrinaError):
        logger.warning("%s: %s", incident, error)
    else:
        logger.error("%s: %s", incident, error, exc_info=error)
    outputs = ctx.outputs_list
    single = not isinstance(outputs, list)
    values = [
        _error_value(output, sentence, incident) for output in ([outputs] if single else outputs)
    ]
    if all(value is no_update for value in values):
        toast(sentence, tone="bad", incident=incident)
    return values[0] if single else values


def explain(error: Exception) -> str:
    """Return the message of a `VitrinaError`, or a general sentence for any other error."""
    if isinstance(error, VitrinaError):
        return str(error)
    return _("Something went wrong that is not your fault. Try again, or report it with this id.")


def _error_value(output: Any, sentence: str, incident: str) -> Any:
    """Return the value of an output that could not be computed."""
    if not isinstance(output, dict):
        return no_update
    component = output.get("id")
    if component == PAGE:
        return error_state(sentence, incident=incident, page=True)
    if component == PAGE_TITLE:
        return {"title": "Vitrina"}
    if isinstance(component, dict) and component.get("type") == "chart":
        return render_error(sentence, incident)
    return no_update
