"""What happens when a callback fails: a sentence on the page, and an id that the log has too."""

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
    """Log the error under a new id, and say it where its result would have been.

    A page or a figure card that could not be made shows the error in its own place; everything
    else keeps what it showed, and a toast says what went wrong.

    Parameters
    ----------
    error : Exception
        What the callback raised.

    Returns
    -------
    object
        What the callback returns instead: one value an output.
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
    values = [_instead(each, sentence, incident) for each in ([outputs] if single else outputs)]
    if all(value is no_update for value in values):
        toast(sentence, tone="bad", incident=incident)
    return values[0] if single else values


def explain(error: Exception) -> str:
    """Return the sentence for an error: its own where it was written for people."""
    if isinstance(error, VitrinaError):
        return str(error)
    return _("Something went wrong that is not your fault. Try again, or report it with this id.")


def _instead(output: Any, sentence: str, incident: str) -> Any:
    """Return what one output shows in place of the value that could not be computed."""
    if not isinstance(output, dict):
        return no_update
    where = output.get("id")
    if where == PAGE:
        return error_state(sentence, incident=incident, page=True)
    if where == PAGE_TITLE:
        return {"title": "Vitrina"}
    if isinstance(where, dict) and where.get("type") == "chart":
        return render_error(sentence, incident)
    return no_update
