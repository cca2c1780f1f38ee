"""Error analysis of a model on its test purchases."""

from dash import Input, Output, State, callback, dcc, html, register_page
from dash.development.base_component import Component

from dashboard.components import button, card, empty_state, progress
from dashboard.context import current_home, preferred_theme, require
from dashboard.identity import Role
from dashboard.pages.recommend.error_tables import error_report
from dashboard.pages.recommend.page_state import PATH
from dashboard.pages.recommend.tabs import view
from dashboard.services.recommendations.run_jobs import EVALUATION, jobs_of_run, start_evaluation
from dashboard.services.recommendations.served_run import ServedRun, serve_run
from dashboard.services.runs import monitor
from data.errors import Damaged, VitrinaError
from data.i18n import _
from model.phases import phase_name

PLACE = f"{PATH}/health"
register_page(__name__, path=PLACE, title=lambda **_parts: f"{_('Error analysis')} · Vitrina")

RUN, BODY, CLOCK, AGAIN = "health-run", "health-body", "health-clock", "health-again"
POLL_INTERVAL = 2_000  # milliseconds


def layout(**parameters: str) -> html.Div:
    """Return the error analysis of the run that the address names."""
    purpose = _("Where the model ranks well and where it fails, with buyers to look at.")
    served, top = view(current_home(), parameters, PLACE, purpose)
    if served is None:
        return html.Div(top)
    return html.Div(
        [
            *top,
            dcc.Store(id=RUN, data=served.name),
            dcc.Interval(id=CLOCK, interval=POLL_INTERVAL, disabled=_has_predictions(served)),
            html.Div(_body(served), id=BODY),
        ]
    )


def _has_predictions(served: ServedRun) -> bool:
    return served.handle.outcomes.exist and served.handle.is_evaluated


def _body(served: ServedRun) -> Component:
    if not _has_predictions(served):
        text = _("The evaluation of this run stored no prediction for each test purchase.")
        return _offer(served, text)
    try:
        return error_report(served, preferred_theme())
    except Damaged as error:
        return _offer(served, str(error))


def _offer(served: ServedRun, text: str) -> Component:
    """Offer to evaluate a run again, or show that this is under way."""
    job = next(iter(jobs_of_run(served.handle.home, served.name, EVALUATION)), None)
    if job is not None and not job.ended:
        waiting = _("The run is being evaluated; the error analysis is here once that is done.")
        phase = monitor.phase(job)
        label = phase_name(phase) if phase else _("Evaluating")
        return card([empty_state(waiting), progress(monitor.share_done(job), label=label)])
    start = button(_("Evaluate it again"), AGAIN, kind="primary")
    error = [html.P(job.message, className="field-error")] if job and job.message else []
    return card([empty_state(text, start), *error])


@callback(
    Output(BODY, "children"),
    Output(CLOCK, "disabled"),
    Input(CLOCK, "n_intervals"),
    Input(AGAIN, "n_clicks", allow_optional=True),
    State(RUN, "data"),
    prevent_initial_call=True,
)
def follow(_ticks: int | None, clicks: int | None, run: str) -> tuple[Component, bool]:
    """Start the evaluation of a run on a click, and show the analysis once it is done."""
    served = serve_run(current_home(), run)
    running = any(not job.ended for job in jobs_of_run(served.handle.home, run, EVALUATION))
    if clicks and not running:
        try:
            require(Role.TRAIN)
            start_evaluation(served.handle.home, run)
        except VitrinaError as error:
            return card(empty_state(str(error))), True
    return _body(served), _has_predictions(served)
