"""Errors of callbacks and requests: logged under an id, and shown with that id."""

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from dash import ctx, no_update
from dash.exceptions import DependencyException, InvalidResourceError, PreventUpdate
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from dashboard.components.figure_card import render_error
from dashboard.components.placeholders import error_state
from dashboard.components.toast import toast
from dashboard.web.callback_requests import fits, has_form
from data.errors import BadInput, VitrinaError, is_lack_of_memory
from data.files import is_disk_full
from data.i18n import N_, _

logger = logging.getLogger("vitrina")

CALLBACKS = "/_dash-update-component"
PAGE = "_pages_content"
PAGE_TITLE = "_pages_store"
_SENTENCES = {
    404: N_("This address does not exist."),
    405: N_("This address takes no such request."),
    413: N_("The request is too large."),
}
_OTHERWISE = N_("The server cannot read this request.")
_FOREIGN = N_("The request is none that a page of Vitrina sends.")


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
    if isinstance(error, VitrinaError) or fits(request.get_json(), g.callbacks):
        sentence, incident = explain(error), _log(error)
    else:
        sentence, incident = _(_FOREIGN), _log(BadInput(f"{_FOREIGN} {error!r}"))
    outputs = ctx.outputs_list
    single = not isinstance(outputs, list)
    values = [
        _error_value(output, sentence, incident) for output in ([outputs] if single else outputs)
    ]
    if all(value is no_update or isinstance(value, list) for value in values):
        toast(sentence, tone="bad", incident=incident)
    if g.callbacks[request.get_json()["output"]].get("no_output"):
        return None
    return values[0] if single else values


def respond_to_errors(server: Flask, callbacks: Mapping[str, Mapping[str, Any]]) -> None:
    """Let a server respond to every error with one sentence, never with a traceback.

    Parameters
    ----------
    server : Flask
    callbacks : mapping
        The ``callback_map`` of Dash; a request that has the form of none is refused.
    """

    @server.before_request
    def check_callback() -> Response | None:
        g.callbacks = callbacks
        if request.path == CALLBACKS and not _is_callback(callbacks):
            return _plain(_(_FOREIGN), 400)
        return None

    @server.errorhandler(Exception)
    def respond(error: Exception) -> Any:
        if isinstance(error, HTTPException):
            return _short(error)
        if isinstance(error, DependencyException | InvalidResourceError):
            return _plain(_("This address does not exist."), 404)
        incident = _log(error)
        reference = _("Id in the log: {incident}").format(incident=incident)
        return _plain(f"{explain(error)} {reference}", 500)


def _short(error: HTTPException) -> Any:
    """Return the response of an error of HTTP, with a sentence in place of Werkzeug's page."""
    status = error.code
    if error.response is not None or status is None or status < 400:
        return error
    words = _(_SENTENCES.get(status, _OTHERWISE))
    if error.description != type(error).description:
        words = str(error.description)
    response = error.get_response()
    response.set_data(f"{words}\n")
    response.mimetype = "text/plain"
    return response


def _is_callback(callbacks: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether the request has the form of a call of one of the callbacks."""
    try:
        return has_form(request.get_data(), request.get_json(), callbacks)
    except RecursionError:
        return False


def _plain(sentence: str, status: int) -> Response:
    return Response(f"{sentence}\n", status, mimetype="text/plain")


def _log(error: Exception) -> str:
    """Log an error and return the id of the log entry."""
    incident = secrets.token_hex(3)
    if isinstance(error, VitrinaError) or is_disk_full(error):
        logger.warning("%s: %s", incident, error)
    else:
        logger.error("%s: %s", incident, error, exc_info=error)
    return incident


def explain(error: Exception) -> str:
    """Return the message of a `VitrinaError`, or a general sentence for any other error."""
    if isinstance(error, VitrinaError):
        return str(error)
    if is_disk_full(error):
        return _("The disk is full; free some space and try again.")
    if is_lack_of_memory(error):
        return _("There is not enough memory for this; end other programs and try again.")
    return _("Something went wrong that is not your fault. Try again, or report it with this id.")


def _error_value(output: Any, sentence: str, incident: str) -> Any:
    """Return the value of an output that could not be computed."""
    if isinstance(output, list):  # of several components
        return [no_update] * len(output)
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
