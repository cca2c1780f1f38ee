"""The addresses of what people take away: a run's bundle or record, the lists of a scoring."""

import shutil
import tempfile
from pathlib import Path

from flask import Flask, Response, send_file

from dashboard.context import current_home
from dashboard.services.recommendations import exports
from dashboard.services.runs import runs
from data.errors import BadInput, VitrinaError

BUNDLE, LISTS, RECORD = "/take/bundle/", "/take/lists/", "/take/record/"


def offer_downloads(server: Flask) -> None:
    """Let a server answer with files."""
    server.add_url_rule(f"{BUNDLE}<run>.zip", "bundle", bundle)
    server.add_url_rule(f"{LISTS}<job>", "lists", lists)
    server.add_url_rule(f"{RECORD}<run>.zip", "record", record)


def bundle(run: str) -> Response:
    """Answer the bundle of a run as a zip file."""
    try:
        archive = exports.bundle_archive(current_home(), run)
    except BadInput as error:
        return _refusal(error)
    answer = send_file(archive, as_attachment=True, download_name=f"{run}.zip")
    answer.call_on_close(lambda: shutil.rmtree(archive.parent, ignore_errors=True))
    return answer


def lists(job: str) -> Response:
    """Answer the ranked lists that a scoring has written."""
    try:
        file: Path = exports.lists_file(current_home(), job)
    except BadInput as error:
        return _refusal(error)
    return send_file(file, as_attachment=True, download_name=f"{job}{file.suffix}")


def record(run: str) -> Response:
    """Answer the whole record of a run as a zip file."""
    name = f"{run}.zip"
    with tempfile.TemporaryDirectory() as folder:
        try:
            file = runs.archive(current_home(), run, Path(folder) / name)
        except VitrinaError as error:
            return _refusal(error)
        held = file.open("rb")  # it can be read though its folder goes
    return send_file(held, mimetype="application/zip", as_attachment=True, download_name=name)


def _refusal(error: VitrinaError) -> Response:
    status = 404 if isinstance(error, BadInput) else 500
    return Response(f"{error}\n", status, mimetype="text/plain")
