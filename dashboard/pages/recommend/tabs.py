"""What the views of a model have in common: the way to them, and which run they show."""

from collections.abc import Mapping
from urllib.parse import urlencode

from dash.development.base_component import Component

from dashboard.components import page_header, tabs
from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend import controls
from dashboard.pages.recommend.model_choice import chosen, nothing_to_choose, usable
from dashboard.pages.recommend.page_state import PATH, Query
from data.home import Home
from data.i18n import N_, _

VIEWS = {
    PATH: N_("One buyer"),
    f"{PATH}/products": N_("Products"),
    f"{PATH}/health": N_("Where it is right"),
    f"{PATH}/take-away": N_("Take away"),
}


def view(
    home: Home, parameters: Mapping[str, str], path: str, purpose: str
) -> tuple[str, list[Component]]:
    """Return the run that a view shows and the view's head; no run where there is no model."""
    models = usable(home)
    query = chosen(Query.read({"run": parameters.get("run", "")}), models)
    instead = nothing_to_choose(home, query, models)
    if instead is not None:
        return "", [page_header(_("Recommend"), purpose), instead]
    return query.run, head(home, query.run, path, purpose)


def head(home: Home, run: str, path: str, purpose: str) -> list[Component]:
    """Return the title, the way and the views of a run."""
    way = controls.crumbs(Runs(home).get(run), usable(home), path)
    links = [(_(name), address(other, run)) for other, name in VIEWS.items()]
    return [
        page_header(_("Recommend"), purpose, crumbs=way),
        tabs(links, address(path, run)),
    ]


def address(path: str, run: str, **more: str) -> str:
    """Return the address of a view."""
    return f"{path}?{urlencode({'run': run} | more)}"
