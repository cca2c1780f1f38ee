"""The routes of the HTTP interface for programs; it is off by default."""

import hmac
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, jsonify, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from dashboard.api import ranking, vitrina_client
from dashboard.api.openapi import PREFIX, description
from dashboard.api.requests import first_error
from dashboard.api.responses import (
    PlacementEntry,
    PlacementList,
    RunList,
    RunSummary,
    ServedModel,
    ServedModelList,
)
from dashboard.context import current_home
from dashboard.jobs.run_handle import runs_with_model
from dashboard.jobs.schema import Unreachable
from dashboard.services.recommendations import placements
from dashboard.services.runs import model_in_service, records
from data.errors import BadInput, VitrinaError
from data.i18n import _

BLUEPRINT = "api"
LARGEST_REQUEST = 1 << 20
DEFAULT_RATE = "20 per second"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
ALLOWED = {
    **dict.fromkeys(("openapi.json", "client.py", "runs", "models", "placements"), "GET"),
    "recommendations": "GET, POST",
    "recommendations/batch": "POST",
}
RETRY_SECONDS = 5
"""When to ask again where the database cannot be reached."""

logger = logging.getLogger("vitrina")


@dataclass(frozen=True)
class ApiSettings:
    """Access control and rate limit.

    Attributes
    ----------
    token : str or None
        Bearer token that clients must send; None for open access.
    rate : str
        Maximum rate of requests of one client address, such as ``"20 per second"``.
    """

    token: str | None = None
    rate: str = DEFAULT_RATE


def offer_api(server: Flask, settings: ApiSettings | None, version: str) -> None:
    """Add the routes under ``/api/v1`` to a server.

    Parameters
    ----------
    server : Flask
        The server of the workbench.
    settings : ApiSettings or None
        None lets every route respond that the interface is off.
    version : str
        Version in the OpenAPI description.
    """
    api = Blueprint(BLUEPRINT, __name__, url_prefix=PREFIX)
    if settings is None:
        _respond_elsewhere(api, _off)
        server.register_blueprint(api)
        return
    described = description(version, token=bool(settings.token))
    api.before_request(lambda: _guard(settings.token))
    api.after_request(_tag)
    api.add_url_rule("/openapi.json", "openapi", lambda: jsonify(described))
    api.add_url_rule("/client.py", "client", send_client)
    api.add_url_rule("/runs", view_func=list_runs)
    api.add_url_rule("/models", view_func=list_models)
    api.add_url_rule("/placements", view_func=list_placements)
    api.add_url_rule("/recommendations", view_func=ask)
    api.add_url_rule("/recommendations", view_func=recommend, methods=["POST"])
    api.add_url_rule("/recommendations/batch", view_func=recommend_many, methods=["POST"])
    _respond_elsewhere(api, _unknown_address)
    api.register_error_handler(HTTPException, _http_problem)
    api.register_error_handler(ValidationError, lambda error: _problem(first_error(error), 400))
    api.register_error_handler(VitrinaError, _failure)
    limiter = Limiter(get_remote_address, app=server, storage_uri="memory://", headers_enabled=True)
    limiter.limit(settings.rate)(api)
    server.register_blueprint(api)


def _respond_elsewhere(api: Blueprint, view: Callable[..., Response]) -> None:
    """Add a view for all other addresses, for which Dash would respond with a page."""
    for rule in ("/", "/<path:rest>"):
        api.add_url_rule(
            rule, f"rest-{len(rule)}", view, methods=METHODS, provide_automatic_options=False
        )


def _off(**_rest: str) -> Response:
    return _problem(_("The HTTP interface is off; start vitrina serve with --api."), 404)


def _unknown_address(rest: str = "") -> Response:
    allowed = ALLOWED.get(rest)
    if allowed is None:
        return _problem(_("This address does not exist; see openapi.json."), 404)
    refusal = _problem(_("This address takes {methods} only.").format(methods=allowed), 405)
    refusal.headers["Allow"] = allowed
    return refusal


def list_runs() -> Response:
    """Respond with every training run, newest first."""
    home = current_home()
    ready = {handle.name for handle in runs_with_model(home)}
    summaries = [
        RunSummary(
            ready=run["run"] in ready,
            **{key: run[key] for key in RunSummary.model_fields if key != "ready"},
        )
        for run in records.records(home)
    ]
    return _json(RunList(runs=summaries))


def list_models() -> Response:
    """Respond with the model in service of each dataset, newest first."""
    promotions = model_in_service.current(current_home())
    models = [ServedModel.model_validate(asdict(promotion)) for promotion in promotions]
    return _json(ServedModelList(models=models))


def list_placements() -> Response:
    """Respond with every placement and the model in service there."""
    home = current_home()
    in_service = {
        (promotion.dataset, promotion.placement): promotion.run
        for promotion in model_in_service.current(home)
    }
    entries = [
        PlacementEntry(
            run=in_service.get((place.dataset, place.name), in_service.get((place.dataset, ""))),
            **asdict(place),
        )
        for place in placements.placements(home)
    ]
    return _json(PlacementList(placements=entries))


def ask() -> Response:
    """Respond with the ranking for the question in the query; it has an ETag."""
    return _json(ranking.answer(current_home(), ranking.read_query(request.args)))


def recommend() -> Response:
    """Respond with the ranking for the question in the body."""
    return _json(ranking.answer(current_home(), ranking.read_body(request.get_data())))


def recommend_many() -> Response:
    """Respond with the ranking for each of many buyers, or why there is none."""
    return _json(ranking.answer_many(current_home(), ranking.read_many(request.get_data())))


def send_client() -> Response:
    """Respond with the source of the client for Python."""
    source = Path(vitrina_client.__file__)
    response = Response(source.read_bytes(), mimetype="text/x-python")
    response.headers["Content-Disposition"] = f"attachment; filename={source.name}"
    return response


def _guard(token: str | None) -> Response | None:
    """Refuse requests without the token, that are too large, or that are not JSON."""
    sent = request.authorization
    key = sent.token if sent and sent.type == "bearer" else None
    if token and not hmac.compare_digest((key or "").encode(), token.encode()):
        refusal = _problem(_("Send the token as Authorization: Bearer TOKEN."), 401)
        refusal.headers["WWW-Authenticate"] = "Bearer"
        return refusal
    if request.content_length is not None and request.content_length > LARGEST_REQUEST:
        return _problem(_("The request is larger than one megabyte."), 413)
    if request.method == "POST" and not request.is_json:
        return _problem(_("Send JSON, with Content-Type: application/json."), 415)
    return None


def _json(model: BaseModel) -> Response:
    return Response(model.model_dump_json(), mimetype="application/json")


def _problem(message: str, status: int) -> Response:
    response = jsonify(error=message)
    response.status_code = status
    return response


def _http_problem(error: HTTPException) -> Response:
    refusal = _problem(error.description or error.name, error.code or 500)
    refusal.headers.extend(
        (name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After")
    )
    return refusal


def _failure(error: VitrinaError) -> Response:
    """Return the response to what a request cannot use, or to what fails here."""
    if isinstance(error, BadInput):
        return _problem(str(error), 404)
    logger.warning("%s", error)
    if not isinstance(error, Unreachable):
        return _problem(str(error), 500)
    refusal = _problem(str(error), 503)
    refusal.headers["Retry-After"] = str(RETRY_SECONDS)
    return refusal


def _tag(response: Response) -> Response:
    """Set a strong ETag on a response to GET; respond 304 where the client has this very content.

    The tag is a hash of the content: whatever changes it, such as a promotion, a rule or a new
    purchase, changes the tag, and nothing that is forgotten here can make an old one pass.
    """
    if request.method in {"GET", "HEAD"} and response.status_code == 200:
        response.headers["Cache-Control"] = "private, no-cache"
        response.add_etag()
        response.make_conditional(request)
    return response
