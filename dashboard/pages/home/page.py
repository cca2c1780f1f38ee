"""The home page: datasets, latest runs, and the next step."""

from typing import Any

import dash
from dash import Input, Output, State, callback, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.components import button, error_list, grid, page_header, toast
from dashboard.context import current_home
from dashboard.jobs.supervisor import start_worker
from dashboard.pages.home import tour
from dashboard.pages.home.cards import DEMO, SAMPLE, datasets_card, figures, runs_card, steps
from dashboard.pages.recommend.page_state import Query
from dashboard.services.datasets import demo, samples
from dashboard.services.overview import Overview, overview
from data.i18n import _

dash.register_page(__name__, path="/", title="Vitrina")

CLOCK = "home-clock"
MARK = "home-mark"
BODY = "home-body"
PERIOD = 2_000  # milliseconds

tour.register()


def layout(**query: str) -> html.Div:
    """Return key figures, latest runs and datasets, and the first steps until there is a model."""
    content = overview(current_home())
    return html.Div(
        [
            dcc.Interval(id=CLOCK, interval=PERIOD),
            dcc.Store(id=MARK, data=content.mark()),
            html.Div(_body(content), id=BODY),
            tour.tour(content, started="tour" in query),
        ]
    )


def _body(content: Overview) -> list[Component]:
    purpose = _("Bring a purchase log, train a network on it, and see what each buyer buys next.")
    action = None
    if content.models:
        recommend = Query(run=content.models[0].run.run).href()
        action = button(_("Recommend"), kind="primary", href=recommend)
    parts: list[Component] = [
        page_header(
            _("Purchases, and what comes next"),
            purpose,
            actions=[tour.start_button()],
            primary=action,
        )
    ]
    parts += error_list(content.problems)
    if content.datasets:
        parts.append(figures(content))
    if not content.models:
        parts.append(steps(content))
    if content.datasets or content.latest:
        parts.append(grid(runs_card(content), datasets_card(content)))
    return parts


@callback(
    Output(BODY, "children"),
    Output(MARK, "data"),
    Input(CLOCK, "n_intervals"),
    State(MARK, "data"),
    prevent_initial_call=True,
)
def follow(_ticks: int, seen: str) -> Any:
    """Draw the page again where something has changed."""
    content = overview(current_home())
    mark = content.mark()
    return no_update if mark == seen else (_body(content), mark)


@callback(
    Output(DEMO, "disabled"),
    Input(DEMO, "n_clicks", allow_optional=True),
    prevent_initial_call=True,
)
def make_demo(clicks: int | None) -> Any:
    """Queue the import of the demo shop."""
    if not clicks:
        return no_update
    home = current_home()
    demo.start(home)
    start_worker(home)
    toast(_("The demo shop is being made."))
    return True


@callback(
    Output(SAMPLE, "disabled"),
    Input(SAMPLE, "n_clicks", allow_optional=True),
    prevent_initial_call=True,
)
def import_sample(clicks: int | None) -> Any:
    """Queue the import of a real log."""
    if not clicks:
        return no_update
    home = current_home()
    samples.start(home)
    start_worker(home)
    toast(_("The Complete Journey is being imported."))
    return True
