"""The addresses of downloads.

These are the bundle or the archive of a run, the lists of a scoring, and the rejected rows of a
dataset.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response, request, send_file

from dashboard.context import current_home
from dashboard.services.datasets import quality
from dashboard.services.recommendations import exports
from dashboard.services.runs import records
from data.errors import BadInput, VitrinaError

BUNDLE, LISTS, RECORD = "/take/bundle/", "/take/lists/", "/take/record/"
REJECTS, REPORTS = "/take/rejects/", "/take/report/"


def register_downloads(server: Flask) -> None:
    """Add the addresses of downloads to a server."""
    server.add_url_rule(f"{BUNDLE}<run>.zip", "bundle", bundle)
    server.add_url_rule(f"{LISTS}<job>", "lists", lists)
    server.add_url_rule(f"{RECORD}<run>.zip", "record", record)
    server.add_url_rule(f"{REJECTS}<dataset>.csv", "rejects", rejects)


def bundle(run: str) -> Response:
    """Respond with the bundle of a run as a ZIP file, under the rules of ``?placement=NAME``."""
    home, placement = current_home(), request.args.get("placement", "")
    name = f"{run}-{placement}.zip" if placement else f"{run}.zip"
    return _send(
        name, "application/zip", lambda folder: exports.bundle_archive(home, run, folder, placement)
    )


def record(run: str) -> Response:
    """Respond with the archive of a run (row, metrics and files) as a ZIP file."""
    home, name = current_home(), f"{run}.zip"
    return _send(name, "application/zip", lambda folder: records.archive(home, run, folder / name))


def rejects(dataset: str) -> Response:
    """Respond with the rejected rows of a dataset as CSV."""
    home, name = current_home(), f"{dataset}-rejects.csv"

    def write(folder: Path) -> Path:
        quality.write_rejected_rows(home, dataset, folder / name)
        return folder / name

    return _send(name, "text/csv", write)


def lists(job: str) -> Response:
    """Respond with the ranked lists that a scoring has written."""
    try:
        file = exports.lists_file(current_home(), job)
    except VitrinaError as error:
        return refusal(error)
    return send_file(file, as_attachment=True, download_name=f"{job}{file.suffix}")


def _send(name: str, kind: str, write: Callable[[Path], Path]) -> Response:
    """Respond with a file that is written for this request alone.

    It is written into a temporary folder, opened, and removed before it is sent (an open file
    stays readable after its removal), so that nothing is left when it cannot be written, when the
    run is refused, or when the client disconnects.

    Parameters
    ----------
    name : str
        Name of the file in the browser.
    kind : str
        Its media type.
    write : callable
        Writes the file into the folder and returns its path.
    """
    with tempfile.TemporaryDirectory(prefix="download-", dir=current_home().cache) as folder:
        try:
            file = write(Path(folder)).open("rb")
        except VitrinaError as error:
            return refusal(error)
    response = send_file(file, kind, as_attachment=True, download_name=name)
    response.content_length = os.fstat(file.fileno()).st_size
    return response


def refusal(error: VitrinaError) -> Response:
    """Respond with the sentence of an error."""
    status = 404 if isinstance(error, BadInput) else 500
    return Response(f"{error}\n", status, mimetype="text/plain")
