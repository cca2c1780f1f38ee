"""Exports of a run: the model as a bundle, ranked lists for every buyer, and the HTTP interface."""

from typing import Annotated, Any
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html, no_update, register_page
from dash.development.base_component import Component
from flask import request

from dashboard import formats
from dashboard.api.openapi import PREFIX
from dashboard.components import (
    NO_CHOICE,
    button,
    card,
    download_link,
    grid,
    moment,
    progress,
    state_badge,
)
from dashboard.components.code_words import code_words
from dashboard.context import current_home
from dashboard.jobs.run import Run
from dashboard.jobs.states import State as RunState
from dashboard.pages.recommend.page_state import PATH
from dashboard.pages.recommend.tabs import view
from dashboard.services.recommendations import placements
from dashboard.services.recommendations.run_jobs import SCORING, jobs_of_run, start_scoring
from dashboard.services.recommendations.served_run import ServedRun
from dashboard.web.downloads import BUNDLE, LISTS
from data.errors import VitrinaError
from data.home import Home
from data.i18n import _
from data.validation import OneOf
from model.blend.blend import Blend

register_page(__name__, path=f"{PATH}/take-away", title=lambda **_parts: f"{_('Export')} · Vitrina")

RUN, JOBS, CLOCK = "take-run", "take-jobs", "take-clock"
START, SIZE, FORMAT, NEW, ERROR, PLACEMENT = (
    f"take-{name}" for name in ("start", "k", "kind", "new", "no", "placement")
)
POLL_INTERVAL = 1_000  # milliseconds
SIZES = (5, 10, 20, 50, 100)


def layout(**parameters: str) -> html.Div:
    """Return the page for the run that the address names."""
    purpose = _("The model and its ranked lists for every buyer, for use elsewhere.")
    served, top = view(current_home(), parameters, f"{PATH}/take-away", purpose)
    if served is None:
        return html.Div(top)
    return html.Div(
        [
            *top,
            dcc.Store(id=RUN, data=served.name),
            dcc.Interval(id=CLOCK, interval=POLL_INTERVAL),
            grid(_lists(served), _bundle(served), _http_interface(served.name)),
        ]
    )


def _lists(served: ServedRun) -> html.Section:
    settings = html.Div(
        [
            _choice(SIZE, _("Products per buyer"), [(str(k), str(k)) for k in SIZES], "20"),
            _choice(FORMAT, _("File"), [("parquet", "Parquet"), ("csv", "CSV")], "parquet"),
            _choice(
                PLACEMENT,
                _("Placement"),
                [(NO_CHOICE, _("No rules")), *((name, name) for name in _placements(served))],
                NO_CHOICE,
            ),
            html.Div(dbc.Switch(id=NEW, label=_("Only new products")), className="bar-switch"),
            button(_("Rank for every buyer"), START, kind="primary"),
        ],
        className="bar-filters",
    )
    return card(
        [
            settings,
            html.P(id=ERROR, className="field-error", role="alert"),
            html.Div(_jobs(served.handle.home, served.name), id=JOBS, className="take-jobs"),
        ],
        title=_("Ranked lists for every buyer"),
        subtitle=_(
            "One row per buyer and rank: product, title, probability, brand, category, price,"
            " repeat or new"
        ),
    )


def _placements(served: ServedRun) -> list[str]:
    """Return the names of the placements of the run's dataset."""
    rows = placements.placements(served.handle.home, served.handle.run.dataset)
    return [placement.name for placement in rows]


def _choice(name: str, label: str, options: list[tuple[str, str]], value: str) -> html.Div:
    select = dbc.Select(
        id=name, value=value, options=[{"value": key, "label": text} for key, text in options]
    )
    return html.Div([html.Label(label, htmlFor=name), select], className="bar-size is-medium")


def _jobs(home: Home, run: str) -> list[Component]:
    jobs = jobs_of_run(home, run, SCORING)
    if not jobs:
        return [html.P(_("No lists have been made yet."), className="note")]
    return [_job(job) for job in jobs]


def _job(job: Run) -> html.Div:
    title = _("{k} products per buyer, {kind}").format(
        k=job.config["k"], kind=job.config["format"].upper()
    )
    if place := job.config.get("placement"):
        title = _("{lists}, under the rules of {placement}, version {number}").format(
            lists=title, placement=place["name"], number=formats.number(place["number"])
        )
    status: Component = state_badge(job.state.value)
    if job.state is RunState.FINISHED:
        status = download_link(_("Download"), f"{LISTS}{job.run}")
    elif not job.ended:
        done, total = job.progress.get("buyers"), job.progress.get("all")
        detail = None
        if total:
            detail = _("{done} of {all} buyers").format(
                done=formats.number(done), all=formats.number(total)
            )
        share = done / total if total else None
        status = progress(share, label=_("Ranking"), detail=detail)
    about = [html.Span(title), html.Span(moment(job.created), className="note")]
    error = html.P(job.message, className="field-error") if job.message else None
    return html.Div([html.Div(about, className="take-what"), status, error], className="take-job")


def _bundle(served: ServedRun) -> html.Section:
    run, blended = served.name, isinstance(served.model.recommender, Blend)
    serves = (
        _("The run serves a blend of its network and baselines; the bundle holds all of them.")
        if blended
        else _("The run serves its network alone.")
    )
    return card(
        [
            html.P(
                [
                    _(
                        "ONNX, Keras, the catalogue, and an example of 20 lines that ranks with"
                        " onnxruntime and NumPy alone."
                    ),
                    " ",
                    serves,
                ]
            ),
            html.Div(
                [
                    download_link(_("Download the bundle"), f"{BUNDLE}{run}.zip"),
                    *(
                        download_link(
                            _("With the rules of {placement}").format(placement=name),
                            f"{BUNDLE}{run}.zip?{urlencode({'placement': name})}",
                        )
                        for name in _placements(served)
                    ),
                ],
                className="take-row",
            ),
            html.Pre(f"vitrina export {run} --out {run}", className="code", tabIndex="0"),
        ],
        title=_("The model as a bundle"),
        span=6,
    )


def _http_interface(run: str) -> html.Section:
    call = (
        f"curl -H 'Content-Type: application/json' \\\n"
        f'  -d \'{{"run": "{run}", "history": [], "k": 5}}\' \\\n'
        f"  {request.host_url.rstrip('/')}{PREFIX}/recommendations"
    )
    return card(
        [
            html.P(
                code_words(
                    _(
                        "Off unless the server is started with --api or --api-token-file; its"
                        " OpenAPI description is at {address}."
                    ).format(address=f"{PREFIX}/openapi.json")
                )
            ),
            html.Pre(call, className="code", tabIndex="0"),
        ],
        title=_("The HTTP interface"),
        span=6,
    )


@callback(
    Output(ERROR, "children"),
    Output(JOBS, "children"),
    Input(START, "n_clicks"),
    State(SIZE, "value"),
    State(FORMAT, "value"),
    State(NEW, "value"),
    State(PLACEMENT, "value"),
    State(RUN, "data"),
    prevent_initial_call=True,
)
def start(  # noqa: PLR0917 - Dash calls it by name
    clicks: int | None,
    size: Annotated[str, OneOf([str(k) for k in SIZES])],
    file_format: Annotated[str, OneOf(["parquet", "csv"])],
    only_new: bool | None,
    placement: str,
    run: str,
) -> tuple[Any, Any]:
    """Queue a scoring job."""
    if not clicks:
        return no_update, no_update
    home = current_home()
    try:
        start_scoring(
            home,
            run,
            k=int(size),
            kind=file_format,
            exclude_seen=bool(only_new),
            placement="" if placement == NO_CHOICE else placement,
        )
    except VitrinaError as error:
        return str(error), no_update
    return "", _jobs(home, run)


@callback(
    Output(JOBS, "children", allow_duplicate=True),
    Output(CLOCK, "interval"),
    Input(CLOCK, "n_intervals"),
    State(RUN, "data"),
    prevent_initial_call=True,
)
def follow(_ticks: int, run: str) -> tuple[Any, int]:
    """Show the progress of the scoring jobs; poll less often while none is running."""
    home = current_home()
    running = any(not job.ended for job in jobs_of_run(home, run, SCORING))
    return _jobs(home, run), POLL_INTERVAL if running else 5 * POLL_INTERVAL
