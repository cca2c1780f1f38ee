"""The address that browsers upload files to, one piece a request, so that memory stays bounded."""

from typing import Any

from flask import Flask, Response, jsonify, request

from dashboard.context import current_home
from dashboard.services.datasets import uploads
from data.errors import BadInput
from data.i18n import _

PATH = "/upload"
PIECE = 2 << 20  # bytes in one request
_HEADER = "X-Vitrina-Upload"


def register_uploads(server: Flask) -> None:
    """Add ``POST /upload`` to a server.

    Each request holds one piece. The first is ``?name=…&size=…``; its response has the token of
    the upload. The others are ``?upload=TOKEN&offset=…``. Each must have the header
    ``X-Vitrina-Upload``, which a page of another site cannot send without this server's consent
    (CORS).
    """
    server.add_url_rule(PATH, "upload", receive, methods=["POST"])


def receive() -> tuple[Response, int] | Response:
    """Store one piece of a file and respond with the number of bytes received so far."""
    if _HEADER not in request.headers:
        return jsonify(error="Files are accepted from Vitrina's own pages only."), 403
    if (request.content_length or 0) > PIECE:
        return jsonify(error="A piece of a file is too large."), 413
    try:
        upload = _store()
    except BadInput as error:
        return jsonify(error=str(error)), 400
    except OSError as error:
        sentence = _("The server could not write the file: {reason}.").format(reason=error.strerror)
        return jsonify(error=sentence), 507
    result: dict[str, Any] = {"upload": upload.token, "bytes": upload.received}
    if upload.complete:
        result["path"] = upload.path
    return jsonify(result)


def _store() -> uploads.Upload:
    home, parameters = current_home(), request.args
    piece = request.get_data(cache=False)
    offset = parameters.get("offset", 0, type=int)
    if parameters.get("upload"):
        return uploads.append(home, parameters["upload"], piece, offset=offset)
    token = uploads.begin(home, parameters.get("name", ""), parameters.get("size", 0, type=int))
    try:
        return uploads.append(home, token, piece, offset=offset)
    except BaseException:
        uploads.discard(home, token)  # the browser has no token to continue with
        raise
