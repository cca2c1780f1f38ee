"""What can be taken away: the model, the lists of every buyer, and an address for programs."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html, no_update, register_page
from dash.development.base_component import Component

from dashboard import formats
from dashboard.api.models import PREFIX
from dashboard.components import button, card, grid, moment, progress, state_badge
from dashboard.context import current_home
from dashboard.jobs.run import Run
from dashboard.jobs.states import State as Stage
from dashboard.pages.recommend.fragments import download_link
from dashboard.pages.recommend.page_state import PATH
from dashboard.pages.recommend.tabs import view
from dashboard.services.recommendations import exports, predictors
from dashboard.web.downloads import BUNDLE, LISTS
from data.errors import BadInput
from data.home import Home
from data.i18n import _

register_page(
    __name__, path=f"{PATH}/take-away", title=lambda **_parts: f"{_('Take away')} · Vitrina"
)

RUN, JOBS, CLOCK = "take-run", "take-jobs", "take-clock"
START, SIZE, KIND, NEW, TROUBLE = (f"take-{name}" for name in ("start", "k", "kind", "new", "no"))
PERIOD = 1_000  # milliseconds
SIZES = (5, 10, 20, 50, 100)


def layout(**parameters: str) -> html.Div:
    """Show the model, the lists and the address for programs."""
    home = current_home()
    purpose = _("The model and what it says of every buyer, for use elsewhere.")
    run, top = view(home, parameters, f"{PATH}/take-away", purpose)
    if not run:
        return html.Div(top)
    return html.Div(
        [
            *top,
            dcc.Store(id=RUN, data=run),
            dcc.Interval(id=CLOCK, interval=PERIOD),
            grid(_lists(home, run), _bundle(home, run), _address(run)),
        ]
    )


def _lists(home: Home, run: str) -> html.Section:
    settings = html.Div(
        [
            _choice(SIZE, _("Products a buyer"), [(str(k), str(k)) for k in SIZES], "20"),
            _choice(KIND, _("File"), [("parquet", "Parquet"), ("csv", "CSV")], "parquet"),
            html.Div(dbc.Switch(id=NEW, label=_("Only new products")), className="bar-switch"),
            button(_("Rank for every buyer"), START, kind="primary"),
        ],
        className="bar-filters",
    )
    return card(
        [
            settings,
            html.P(id=TROUBLE, className="field-error", role="alert"),
            html.Div(_jobs(home, run), id=JOBS, className="take-jobs"),
        ],
        title=_("Ranked lists for every buyer"),
        subtitle=_(
            "One row a buyer and rank: product, probability, brand, category, price, repeat or new"
        ),
    )


def _choice(name: str, label: str, options: list[tuple[str, str]], value: str) -> html.Div:
    box = dbc.Select(
        id=name, value=value, options=[{"value": key, "label": words} for key, words in options]
    )
    return html.Div([html.Label(label, htmlFor=name), box], className="bar-size is-medium")


def _jobs(home: Home, run: str) -> list[Component]:
    found = exports.jobs(home, run)
    if not found:
        return [html.P(_("No lists have been made yet."), className="note")]
    return [_job(job) for job in found]


def _job(job: Run) -> html.Div:
    words = _("{k} products a buyer, {kind}").format(
        k=job.config["k"], kind=job.config["format"].upper()
    )
    last: Component = state_badge(job.state.value)
    if job.state is Stage.FINISHED:
        last = download_link(_("Download"), f"{LISTS}{job.run}")
    elif not job.ended:
        done, whole = job.progress.get("buyers"), job.progress.get("all")
        detail = None
        if whole:
            detail = _("{done} of {all} buyers").format(
                done=formats.number(done), all=formats.number(whole)
            )
        share = done / whole if whole else None
        last = progress(share, label=_("Ranking"), detail=detail)
    about = [html.Span(words), html.Span(moment(job.created), className="note")]
    trouble = html.P(job.message, className="field-error") if job.message else None
    return html.Div([html.Div(about, className="take-what"), last, trouble], className="take-job")


def _bundle(home: Home, run: str) -> html.Section:
    blended = predictors.predictor(home, run).recommender.name == "blend"
    serves = (
        _("The run serves a blend of its network and simple models; the bundle holds them all.")
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
                download_link(_("Download the bundle"), f"{BUNDLE}{run}.zip"), className="take-row"
            ),
            html.Pre(f"vitrina export {run} --out {run}", className="code"),
        ],
        title=_("The model as a bundle"),
        span=6,
    )


def _address(run: str) -> html.Section:
    call = (
        f"curl -H 'Content-Type: application/json' \\\n"
        f'  -d \'{{"run": "{run}", "history": [], "k": 5}}\' \\\n'
        f"  http://127.0.0.1:8050{PREFIX}/recommendations"
    )
    return card(
        [
            html.P(
                _(
                    "Off unless the server is started with --api or --api-token; the description"
                    " for programs is at {address}."
                ).format(address=f"{PREFIX}/openapi.json")
            ),
            html.Pre(call, className="code"),
        ],
        title=_("An address for programs"),
        span=6,
    )


@callback(
    Output(TROUBLE, "children"),
    Output(JOBS, "children"),
    Input(START, "n_clicks"),
    State(SIZE, "value"),
    State(KIND, "value"),
    State(NEW, "value"),
    State(RUN, "data"),
    prevent_initial_call=True,
)
def start(clicks: int | None, size: str, kind: str, only_new: bool, run: str) -> tuple[Any, Any]:
    """Queue the lists of every buyer."""
    if not clicks:
        return no_update, no_update
    home = current_home()
    try:
        exports.start_scoring(home, run, k=int(size), kind=kind, exclude_seen=bool(only_new))
    except BadInput as error:
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
    """Show how far the lists are; look less often while nothing is made."""
    home = current_home()
    busy = any(not job.ended for job in exports.jobs(home, run))
    return _jobs(home, run), PERIOD if busy else 5 * PERIOD
