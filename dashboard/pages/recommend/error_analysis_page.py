"""Where a model is right and where it is wrong, with buyers to look at."""

from dash import Input, Output, State, callback, dcc, html, register_page
from dash.development.base_component import Component

from dashboard.components import button, card, empty_state, progress
from dashboard.context import current_home, preferred_theme
from dashboard.pages.recommend.error_tables import health
from dashboard.pages.recommend.page_state import PATH
from dashboard.pages.recommend.tabs import view
from dashboard.services.recommendations import error_analysis, exports
from data.errors import BadInput
from data.home import Home
from data.i18n import _

PLACE = f"{PATH}/health"
register_page(__name__, path=PLACE, title=lambda **_parts: f"{_('Where it is right')} · Vitrina")

RUN, BODY, CLOCK, AGAIN = "health-run", "health-body", "health-clock", "health-again"
PERIOD = 2_000  # milliseconds


def layout(**parameters: str) -> html.Div:
    """Show what the evaluation of a run kept."""
    home = current_home()
    purpose = _("Where the model is right and where it is wrong, with buyers to look at.")
    run, top = view(home, parameters, PLACE, purpose)
    if not run:
        return html.Div(top)
    waiting = not error_analysis.outcomes(home, run).exist
    return html.Div(
        [
            *top,
            dcc.Store(id=RUN, data=run),
            dcc.Interval(id=CLOCK, interval=PERIOD, disabled=not waiting),
            html.Div(_body(home, run), id=BODY),
        ]
    )


def _body(home: Home, run: str) -> Component:
    if error_analysis.outcomes(home, run).exist:
        return health(home, run, preferred_theme())
    return _nothing(home, run)


def _nothing(home: Home, run: str) -> Component:
    job = next(iter(exports.jobs(home, run, exports.JUDGING)), None)
    if job is not None and not job.ended:
        words = _("The run is being evaluated; what it says of each purchase is here in a while.")
        return card([empty_state(words), progress(None, label=_("Evaluating"))])
    words = _("This run was evaluated without keeping what it said of each purchase.")
    start = button(_("Evaluate it again"), AGAIN, kind="primary")
    trouble = [html.P(job.message, className="field-error")] if job and job.message else []
    return card([empty_state(words, start), *trouble])


@callback(
    Output(BODY, "children"),
    Output(CLOCK, "disabled"),
    Input(CLOCK, "n_intervals"),
    Input(AGAIN, "n_clicks", allow_optional=True),
    State(RUN, "data"),
    prevent_initial_call=True,
)
def follow(_ticks: int | None, clicks: int | None, run: str) -> tuple[Component, bool]:
    """Evaluate a run again where that is asked for, and show when it is done."""
    home = current_home()
    kept = error_analysis.outcomes(home, run).exist
    busy = any(not job.ended for job in exports.jobs(home, run, exports.JUDGING))
    if clicks and not kept and not busy:
        try:
            exports.start_judging(home, run)
        except BadInput as error:
            return card(empty_state(str(error))), True
    return _body(home, run), kept
