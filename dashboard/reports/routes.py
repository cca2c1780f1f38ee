"""The addresses of reports."""

from collections.abc import Callable

from flask import Flask, Response, request

from dashboard.context import current_home
from dashboard.reports.comparison_report import comparison_report
from dashboard.reports.dataset_report import dataset_report
from dashboard.reports.document import Report
from dashboard.reports.model_report import model_report
from dashboard.reports.run_report import run_report
from dashboard.web.downloads import REPORTS, refusal
from data.errors import VitrinaError


def register_reports(server: Flask) -> None:
    """Add the addresses of reports to a server."""
    server.add_url_rule(f"{REPORTS}dataset/<name>.html", "dataset_report", of_dataset)
    server.add_url_rule(f"{REPORTS}run/<name>.html", "run_report", of_run)
    server.add_url_rule(f"{REPORTS}model/<name>.html", "model_report", of_model)
    server.add_url_rule(f"{REPORTS}comparison.html", "comparison_report", of_comparison)


def of_dataset(name: str) -> Response:
    """Respond with the report of a dataset."""
    return _send(name, lambda: dataset_report(current_home(), name))


def of_run(name: str) -> Response:
    """Respond with the report of a run."""
    return _send(name, lambda: run_report(current_home(), name))


def of_model(name: str) -> Response:
    """Respond with the report of the model in service of a dataset, or of ``?placement=NAME``."""
    placement = request.args.get("placement", "")
    return _send(f"{name}-model", lambda: model_report(current_home(), name, placement))


def of_comparison() -> Response:
    """Respond with the report of the runs in ``?runs=A,B``."""
    names = [name for name in request.args.get("runs", "").split(",") if name]
    return _send("comparison", lambda: comparison_report(current_home(), names))


def _send(name: str, make: Callable[[], Report]) -> Response:
    try:
        content = make().as_html()
    except VitrinaError as error:
        return refusal(error)
    response = Response(content, mimetype="text/html")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.html")
    return response
