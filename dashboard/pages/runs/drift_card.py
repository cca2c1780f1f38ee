"""The part of a run's page that says whether its model still holds on what came since."""

from collections.abc import Mapping
from typing import Any

from dash import Input, Output, State, callback, dcc, html, no_update
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import (
    button,
    card,
    chart_id,
    empty_state,
    error_state,
    figure_card,
    progress,
    render,
    stack,
)
from dashboard.context import current_home, may
from dashboard.figures.drift import weekly_accuracy
from dashboard.identity import Role
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import RunHandle, open_run
from dashboard.services.runs import backtests, drift
from data.errors import Damaged
from data.i18n import _
from data.preparation.splits import BY_TIME

DRIFT = "run-drift"
BODY, START, CLOCK, CHART, BACKTEST = (
    f"{DRIFT}-{part}" for part in ("body", "start", "clock", "chart", "backtest")
)
CUTS = 4
"""Trainings of a backtest that is started here."""
WEEKS = "weekly-accuracy"
POLL_INTERVAL = 1_000  # milliseconds


def layout() -> html.Div:
    """Return the card and the chart, hidden until ``show`` fills them."""
    return html.Div(
        stack(
            dcc.Interval(id=CLOCK, interval=POLL_INTERVAL, disabled=True),
            card(
                html.Div(id=BODY, className="stack"),
                title=_("Since the training"),
                subtitle=_(
                    "The model on the purchases that were added after its training, week by week"
                ),
                actions=[
                    button(_("Judge it on later purchases"), START),
                    button(_("Backtest its settings"), BACKTEST, kind="quiet"),
                ],
            ),
            html.Div(figure_card(WEEKS, span=12), id=CHART, hidden=True),
        ),
        id=DRIFT,
        hidden=True,
    )


def register() -> None:
    """Register the callbacks of the card; the page of a run does so."""

    @callback(
        Output(DRIFT, "hidden"),
        Output(BODY, "children"),
        Output(chart_id(WEEKS), "data"),
        Output(CHART, "hidden"),
        Output(START, "hidden"),
        Output(BACKTEST, "hidden"),
        Output(CLOCK, "disabled"),
        Input({"type": "run-mark", "name": "state"}, "data"),
        Input({"type": "run-mark", "name": "evaluated"}, "data"),
        Input(CLOCK, "n_intervals"),
        Input("theme", "data"),
        State("run-name", "data"),
    )
    def show(
        _state: str | None, _evaluated: int | None, _ticks: int | None, theme: str, run: str
    ) -> tuple[Any, ...]:
        """Show how the model of a run does on later purchases, or that it is being judged."""
        home = current_home()
        handle = open_run(home, run)
        if not can_be_judged(handle):
            return True, no_update, no_update, True, True, True, True
        job = drift.newest_job(home, run)
        active = job is not None and not job.ended
        content, chart = view(handle, job, theme)
        may_train = may(Role.TRAIN)
        no_chart = chart == _NO_CHART
        return False, content, chart, no_chart, not may_train or active, not may_train, not active

    @callback(
        Output(CLOCK, "disabled", allow_duplicate=True),
        Input(START, "n_clicks"),
        State("run-name", "data"),
        prevent_initial_call=True,
    )
    def start(_clicks: int | None, run: str) -> bool:
        """Judge the model of a run on later purchases."""
        drift.start(current_home(), run)
        return False

    @callback(
        Output("_pages_location", "href", allow_duplicate=True),
        Input(BACKTEST, "n_clicks"),
        State("run-name", "data"),
        prevent_initial_call=True,
    )
    def start_backtest(clicks: int | None, run: str) -> Any:
        """Queue a backtest of the settings of a run, and open its page."""
        return f"/runs/{backtests.start_of_run(current_home(), run, CUTS)}" if clicks else no_update


_NO_CHART: dict[str, Any] = {}


def can_be_judged(handle: RunHandle) -> bool:
    """Return whether a run has a model that was trained under a protocol by time."""
    return handle.run.kind == TRAINING and handle.run.protocol in BY_TIME and handle.has_model


def view(
    handle: RunHandle, job: Run | None, theme: str | None
) -> tuple[list[Component], dict[str, Any]]:
    """Return the content of the card of a run, and the data of its chart."""
    if job is not None and not job.ended:
        return [progress(None, label=_("Judging the model on later purchases"))], _NO_CHART
    problem: list[Component] = [error_state(job.message)] if job is not None and job.message else []
    try:
        result = handle.drift
    except Damaged as error:
        return [error_state(str(error))], _NO_CHART
    if not result:
        advice = _(
            "Add the files of the next weeks to the dataset, and judge the model on them: it says"
            " whether it still holds, and when to train again."
        )
        return problem or [empty_state(advice)], _NO_CHART
    reading = drift.read(result)
    words = html.Div(
        [html.P(reading.finding, className="reading-finding"), html.P(reading.advice)],
        className=f"reading is-{reading.tone}",
    )
    chart = render(weekly_accuracy(result, chart_title(result), theme))
    return [*problem, words, comparison(result)], chart


def chart_title(result: drift.Drift) -> str:
    """Return the finding of the chart of weeks."""
    change = result["change"]
    return _("{now} of the targets are among its first ten, {before} in its test part").format(
        now=formats.percent(change["now"]), before=formats.percent(change["before"])
    )


def comparison(result: drift.Drift) -> html.Div:
    """Return the table of figures of the test part of the training and of what came later."""
    before, since = result["before"], result["since"]
    names = [formats.model(model["name"]) for model in since["models"]]
    rows: list[tuple[str, list[str]]] = [
        (_("Targets"), [formats.number(part["targets"]) for part in (before, since)]),
        (_("Buyers"), [formats.number(part["buyers"]) for part in (before, since)]),
        *(
            (f"{name}, {label}", [_interval(part["models"][n], metric) for part in (before, since)])
            for n, name in enumerate(names)
            for metric, label in (("hr@10", "HR@10"), ("ndcg@10", "NDCG@10"))
        ),
        (_("Targets of products that it does not know"), _shares(result, "unknown_products")),
        (_("Buyers that it does not know"), _shares(result, "unknown_buyers")),
        (_("New among the products that were bought"), _shares(result, "new_products")),
        (
            _("Median price"),
            [formats.number(part["median_price"], 2) for part in (before, since)],
        ),
        (
            _("Change of the shares of categories (total variation distance)"),
            _shares(result, "category_distance"),
        ),
    ]
    head = html.Tr(
        [html.Td()]
        + [
            html.Th(name, scope="col", className="is-number")
            for name in (_("Test part"), _("Since"))
        ]
    )
    body = [
        html.Tr(
            [html.Th(label, scope="row")] + [html.Td(cell, className="is-number") for cell in cells]
        )
        for label, cells in rows
    ]
    table = html.Table([html.Thead(head), html.Tbody(body)], className="plain-table")
    return html.Div(table, className="table-scroll", tabIndex="0")


def _shares(result: drift.Drift, name: str) -> list[str]:
    return [formats.percent(result[part][name]) for part in ("before", "since")]


def _interval(model: Mapping[str, Any], metric: str) -> str:
    low, high = model["ci95"][metric]
    return _("{value} ({low} to {high})").format(
        value=formats.number(model["metrics"][metric], 4),
        low=formats.number(low, 4),
        high=formats.number(high, 4),
    )
