"""A run beside a model in service of older data: both on the purchases that came since."""

from dash import Input, Output, State, callback, dcc, html
from dash.development.base_component import Component

from dashboard.components import button, error_state, progress
from dashboard.components.aria import aria
from dashboard.context import current_home, may
from dashboard.identity import Role
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import RunHandle, open_run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State as RunState
from dashboard.pages.runs.drift_card import can_be_judged
from dashboard.services.runs import candidates
from data.i18n import _

PANEL = "run-candidate"
WORDS, START, CLOCK = (f"{PANEL}-{part}" for part in ("words", "start", "clock"))
POLL_INTERVAL = 1_000  # milliseconds


def layout() -> html.Div:
    """Return the panel, hidden until ``show`` fills it."""
    return html.Div(
        [
            dcc.Interval(id=CLOCK, interval=POLL_INTERVAL, disabled=True),
            html.Div(id=WORDS, **aria(live="polite")),
            button(_("Compare on later purchases"), START),
        ],
        id=PANEL,
        className="stack",
        hidden=True,
    )


def register(changed: str) -> None:
    """Register the callbacks of the panel.

    Parameters
    ----------
    changed : str
        Id of the store that changes with the model in service.
    """

    @callback(
        Output(PANEL, "hidden"),
        Output(WORDS, "children"),
        Output(START, "hidden"),
        Output(CLOCK, "disabled"),
        Input({"type": "run-mark", "name": "state"}, "data"),
        Input({"type": "run-mark", "name": "evaluated"}, "data"),
        Input(changed, "data"),
        Input(CLOCK, "n_intervals"),
        State("run-name", "data"),
    )
    def show(
        _state: str | None,
        _evaluated: int | None,
        _changed: int | None,
        _ticks: int | None,
        run: str,
    ) -> tuple[bool, list[Component], bool, bool]:
        """Show the comparison of a run with the model in service, where only this one can be."""
        handle = open_run(current_home(), run)
        in_service = _older_in_service(handle)
        if in_service is None:
            return True, [], True, True
        job = candidates.newest_job(handle.home, run, in_service)
        active = job is not None and not job.ended
        return False, _words(handle, job), active or not may(Role.TRAIN), not active

    @callback(
        Output(CLOCK, "disabled", allow_duplicate=True),
        Input(START, "n_clicks"),
        State("run-name", "data"),
        prevent_initial_call=True,
    )
    def start(_clicks: int | None, run: str) -> bool:
        """Compare a run with the model in service."""
        candidates.start(current_home(), run)
        return False


def _older_in_service(handle: RunHandle) -> str | None:
    """Return the model in service, where it was trained on another version of the dataset."""
    if not can_be_judged(handle):
        return None
    newest = Runs(handle.home).promotions.newest(handle.run.dataset)
    if newest is None or newest.run in {None, handle.name}:
        return None
    assert newest.run is not None
    version = open_run(handle.home, newest.run).dataset_version
    return None if version == handle.dataset_version else newest.run


def _words(handle: RunHandle, job: Run | None) -> list[Component]:
    if job is None:
        advice = _("The purchases that came since are new to both: compare the two on these.")
        return [html.P(advice)]
    if not job.ended:
        return [progress(None, label=_("Comparing the two on later purchases"))]
    if job.state is not RunState.FINISHED:
        return [error_state(job.message)] if job.message else []
    return [html.P(candidates.in_words(candidates.result(handle.home, job.run)))]
