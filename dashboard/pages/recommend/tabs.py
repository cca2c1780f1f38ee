"""The head that the views of a model share: breadcrumbs and tabs."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from dash.development.base_component import Component

from dashboard.components import error_state, page_header, tabs
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import runs_with_model
from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend import controls
from dashboard.pages.recommend.model_choice import damaged_model, no_model_card, with_default_run
from dashboard.pages.recommend.page_state import PATH, Query
from dashboard.services.recommendations.served_run import ServedRun, serve_run
from data.errors import Damaged, VitrinaError
from data.home import Home
from data.i18n import N_, _

VIEWS = {
    PATH: N_("One buyer"),
    f"{PATH}/products": N_("Products"),
    f"{PATH}/health": N_("Error analysis"),
    f"{PATH}/placements": N_("Placements"),
    f"{PATH}/take-away": N_("Export"),
}


def view(
    home: Home, parameters: Mapping[str, str], path: str, purpose: str
) -> tuple[ServedRun | None, list[Component]]:
    """Return the run that a view shows and the head of the view; no run without a usable model."""
    models = [handle.run for handle in runs_with_model(home)]
    query = with_default_run(home, Query.read({"run": parameters.get("run", "")}), models)
    no_model = no_model_card(home, query, models)
    if no_model is not None:
        return None, [page_header(_("Recommend"), purpose), no_model]
    run = next(run for run in models if run.run == query.run)
    top = head(home, run, models, path, purpose)
    try:
        served = serve_run(home, query.run)
    except Damaged as error:
        return None, [*top, damaged_model(error, query.run, models)]
    return served, [*top, *missing_dataset(served)]


def missing_dataset(served: ServedRun) -> list[Component]:
    """Return the sentence on a dataset that is gone or damaged, without which much is missing."""
    try:
        served.require_dataset()
    except VitrinaError as error:
        return [error_state(str(error))]
    return []


def head(home: Home, run: Run, models: Sequence[Run], path: str, purpose: str) -> list[Component]:
    """Return the title, the breadcrumbs and the tabs of a run."""
    in_service = {promotion.run for promotion in Runs(home).promotions.current()}
    crumbs = controls.crumbs(run, models, in_service, path)
    links = [(_(label), address(other, run.run)) for other, label in VIEWS.items()]
    return [
        page_header(_("Recommend"), purpose, crumbs=crumbs),
        tabs(links, address(path, run.run)),
    ]


def address(path: str, run: str, **parameters: str) -> str:
    """Return the address of a view."""
    return f"{path}?{urlencode({'run': run} | parameters)}"
