"""The address that files are sent to, a piece at a time, so that none passes through memory."""

from typing import Any

from flask import Flask, Response, jsonify, request

from dashboard.context import current_home
from dashboard.services.datasets import uploads
from data.errors import BadInput
from data.i18n import _

PATH = "/upload"
PIECE = 8 << 20  # bytes in one request
_HEADER = "X-Vitrina-Upload"


def offer_uploads(server: Flask) -> None:
    """Let a server take files with ``POST /upload``.

    A request holds one piece: ``?name=…&size=…&offset=…&upload=…``, the last from the answer to
    the first piece. It must carry the header ``X-Vitrina-Upload``, which a page of another site
    cannot send without this server's leave.
    """
    server.add_url_rule(PATH, "upload", receive, methods=["POST"])


def receive() -> tuple[Response, int] | Response:
    """Keep one piece of a file, and answer how much of it is there."""
    if _HEADER not in request.headers:
        return jsonify(error="Files are taken from Vitrina's own pages only."), 403
    if (request.content_length or 0) > PIECE:
        return jsonify(error="A piece of a file is too large."), 413
    try:
        upload = _keep()
    except BadInput as error:
        return jsonify(error=str(error)), 400
    except OSError as error:
        sentence = _("The server could not write the file: {reason}.").format(reason=error.strerror)
        return jsonify(error=sentence), 507
    answer: dict[str, Any] = {"upload": upload.token, "bytes": upload.received}
    if upload.done:
        answer |= {"name": request.args["name"], "path": upload.path}
    return jsonify(answer)


def _keep() -> uploads.Upload:
    home, given = current_home(), request.args
    name, size = given.get("name", ""), given.get("size", 0, type=int)
    offset, token = given.get("offset", 0, type=int), given.get("upload", "")
    if not token:
        token = uploads.begin(home, name, size)
    piece = request.get_data(cache=False)
    return uploads.append(home, token, name, piece, offset=offset, size=size)
