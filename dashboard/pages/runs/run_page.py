"""The page of a run: live curves while it is active, its results when it has ended."""

import time
from dataclasses import asdict
from typing import Any

import dash
from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard.components import (
    Crumb,
    card,
    chart_id,
    confirmed,
    error_state,
    page_header,
    render,
    render_empty,
    stack,
    state_badge,
    toast,
)
from dashboard.components.aria import aria
from dashboard.context import current_home
from dashboard.figures import learning_curves
from dashboard.figures.machine import GAUGES, gauge_chart
from dashboard.figures.progress_axis import Axis, View
from dashboard.jobs.queue import BACKTESTING, RETRAINING, SEARCHING, TRAINING
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import open_run
from dashboard.jobs.runs_table import Runs
from dashboard.pages.runs import (
    backtest_results,
    drift_card,
    retraining_results,
    run_layout,
    run_status,
    search_results,
    service_card,
    test_results,
)
from dashboard.pages.runs.run_layout import AXIS, LABEL, LOG, METRIC, NOTE, READING, TAGS
from dashboard.services.runs import backtests, control, monitor, retraining, searches
from dashboard.services.runs.overfitting import diagnose
from dashboard.training_metrics import TrainingMetrics
from data.i18n import _

RUN, CLOCK, FILE = "run-name", "run-clock", "run-file"
BADGE, ACTIONS, NOW, TROUBLE = "run-badge", "run-actions", "run-now", "run-trouble"
CURVES, NO_CURVES = "run-curves", "run-no-curves"
COMPARED, RESULTS = "run-compared", "run-results"
MARKS = ("state", "seq", "time", "epochs", "pace", "log", "evaluated")
PERIOD = 800  # milliseconds
OTHER_RUNS = 12

dash.register_page(
    __name__,
    path_template="/runs/<run>",
    title=lambda run="", **_parts: f"{run} · Vitrina",
)


def mark(name: str) -> dict[str, str]:
    """Return the id of the store of a change marker, which callbacks take as their input."""
    return {"type": "run-mark", "name": name}


def layout(run: str = "", **_query: str) -> html.Div:
    """Return the page of a run; the error handler of the pages answers for an unknown one."""
    table = Runs(current_home())
    row = table.get(run)
    others = tuple((other.run, f"/runs/{other.run}") for other in table.list()[:OTHER_RUNS])
    return html.Div(
        [
            dcc.Store(id=RUN, data=run),
            *(dcc.Store(id=mark(name)) for name in MARKS),
            dcc.Interval(id=CLOCK, interval=PERIOD),
            dcc.Download(id=FILE),
            page_header(
                row.label or run,
                html.Span(run_status.purpose(row)),
                crumbs=[
                    Crumb(_("Runs"), "/runs"),
                    Crumb(run, choices=others),
                ],
                badge=html.Div(
                    state_badge(row.state), id=BADGE, role="status", **aria(live="polite")
                ),
                actions=[html.Div(id=ACTIONS, className="actions")],
            ),
            stack(
                html.Div(id=TROUBLE),
                card(html.Div(id=NOW, className="stack")),
                *_parts(row),
                run_layout.log(),
                run_layout.about(table.home, row),
            ),
            run_layout.stop_dialog(row),
            run_layout.delete_dialog(run),
        ]
    )


def _parts(run: Run) -> list[Component]:
    """Return curves and results in the order of interest: how good a run is comes first once known.

    A page that is open while its run is evaluated keeps the order that its reader knows.
    """
    look, hidden, not_empty = _curves_look(run)
    curves: list[Component] = [
        html.Div(run_layout.curves(), id=CURVES, className=look, hidden=hidden),
        html.Div(run_layout.no_curves(), id=NO_CURVES, hidden=not_empty),
    ]
    results: list[Component] = [
        html.Div(run_layout.metric_choice(run), id=COMPARED, hidden=True),
        html.Div(id=RESULTS, className="stack"),
    ]
    service: list[Component] = [service_card.layout(), drift_card.layout()]
    if open_run(current_home(), run.run).is_evaluated:
        return [*results, *service, *curves]
    return [*service, *curves, *results]


def _curves_look(run: Run) -> tuple[str, bool, bool]:
    """Return the class of the curves, and whether they and the line in their place are hidden.

    Charts of an active training wait for what they draw; an ended one leaves out those without it.
    """
    if not run.ended or run.kind != TRAINING:
        return "stack is-live", run.kind != TRAINING, True
    has_any = bool(Runs(current_home()).metrics.last_seq(run.run))
    return "stack is-over", not has_any, has_any


@callback(
    Output(CURVES, "className"),
    Output(CURVES, "hidden"),
    Output(NO_CURVES, "hidden"),
    Input(mark("pace"), "data"),
    State(RUN, "data"),
)
def show_curves(_pace: str | None, name: str) -> tuple[str, bool, bool]:
    """Leave out the curves of a training that has ended without any."""
    return _curves_look(Runs(current_home()).get(name))


@callback(
    *(Output(mark(name), "data") for name in MARKS),
    Output(CLOCK, "max_intervals"),
    Input(CLOCK, "n_intervals"),
    State(RUN, "data"),
    *(State(mark(name), "data") for name in MARKS),
    running=[(Output(CLOCK, "disabled"), True, False)],
)
def follow(_ticks: int | None, name: str, *seen: Any) -> tuple[Any, ...]:
    """Poll the run: tell what has changed; the parts of the page follow their markers."""
    home = current_home()
    run = Runs(home).get(name)
    marks = asdict(monitor.marks(home, run))
    changes = [
        marks[part] if marks[part] != old else no_update
        for part, old in zip(MARKS, seen, strict=True)
    ]
    if not run.ended and all(change is no_update for change in changes):
        raise PreventUpdate
    return *changes, 0 if run.ended else -1


@callback(
    Output(NOW, "children"),
    Output(chart_id("loss"), "data"),
    Input(mark("seq"), "data"),
    Input(mark("state"), "data"),
    Input(mark("time"), "data"),
    Input("theme", "data"),
    Input(AXIS, "value"),
    State(RUN, "data"),
)
def show_steps(
    seq: int | None, _state: str | None, _time: int | None, theme: str, axis: Axis, name: str
) -> tuple[Any, Any]:
    """Show the status, and draw what changes with every step."""
    if seq is None:  # the first poll has not been answered
        raise PreventUpdate
    home = current_home()
    run = Runs(home).get(name)
    metrics = monitor.metrics(home, run, monitor.LOSSES)
    triggers = list(ctx.triggered_prop_ids.values())
    is_same = bool(triggers) and all(
        trigger in (mark("state"), mark("time")) for trigger in triggers
    )
    chart = no_update if is_same else _loss(metrics, View(axis, theme, name))
    return run_status.now(run, metrics, monitor.waiting(home, run), time.time()), chart


def _loss(metrics: TrainingMetrics, view: View) -> dict[str, Any]:
    if not metrics.curves and not metrics.history:
        sentence = _("It appears with the first steps of training.")
        return render_empty(sentence, _("Loss"))
    return render(learning_curves.loss(metrics, view))


@callback(
    Output(BADGE, "children"),
    Output(ACTIONS, "children"),
    Output(TROUBLE, "children"),
    Input(mark("state"), "data"),
    State(RUN, "data"),
)
def show_state(_state: str | None, name: str) -> tuple[Any, Any, Any]:
    """Show the state, the actions that it allows, and why the run failed."""
    home = current_home()
    run = Runs(home).get(name)
    log = monitor.log_tail(home, name) if run.reason else ""
    return (
        state_badge(run.state),
        run_status.actions(run),
        run_status.trouble(run, monitor.explanation(run), log),
    )


@callback(
    Output(chart_id("ranking"), "data"),
    Output(READING, "children"),
    Input(mark("epochs"), "data"),
    Input("theme", "data"),
    Input(AXIS, "value"),
    State(RUN, "data"),
)
def show_epochs(_epochs: str | None, theme: str, axis: Axis, name: str) -> tuple[Any, Any]:
    """Draw what changes with every epoch."""
    home = current_home()
    by_step = monitor.LOSSES if axis != "epoch" else ()
    metrics = monitor.metrics(home, Runs(home).get(name), by_step)
    if not metrics.history:
        sentence = _("The first point comes at the end of the first epoch.")
        return render_empty(sentence, _("Ranking metrics")), []
    chart = learning_curves.ranking(metrics, View(axis, theme, name))
    return render(chart), test_results.reading(diagnose(metrics))


@callback(
    Output(chart_id("accuracy"), "data"),
    *(Output(chart_id(gauge.name), "data") for gauge in GAUGES),
    Input(mark("pace"), "data"),
    Input("theme", "data"),
    Input(AXIS, "value"),
    State(RUN, "data"),
)
def show_pace(_pace: str | None, theme: str, axis: Axis, name: str) -> tuple[Any, ...]:
    """Draw what changes with every step but is drawn less often."""
    home, view = current_home(), View(axis, theme, name)
    metrics = monitor.metrics(home, Runs(home).get(name), monitor.PACE)
    sentence = _("It appears with the first steps of training.")
    has_accuracy = "accuracy" in metrics.curves or metrics.history
    return (
        render(learning_curves.accuracy(metrics, view))
        if has_accuracy
        else render_empty(sentence, _("Accuracy")),
        *(
            render(gauge_chart(gauge, metrics, view))
            if gauge.name in metrics.curves
            else render_empty(sentence, _(gauge.label))
            for gauge in GAUGES
        ),
    )


@callback(
    Output(RESULTS, "children"),
    Output(COMPARED, "hidden"),
    Input(mark("evaluated"), "data"),
    Input("theme", "data"),
    Input(METRIC, "value"),
    State(RUN, "data"),
)
def show_results(
    _evaluated: int | None, theme: str, metric: str, name: str
) -> tuple[list[Any], bool]:
    """Show the evaluation of the network and the baselines, or the trials of a series."""
    handle = open_run(current_home(), name)
    ended = handle.run.ended
    if handle.run.kind == RETRAINING:
        return retraining_results.results(retraining.result(current_home(), name)), True
    if handle.run.kind == BACKTESTING:
        result = backtests.result(current_home(), name)
        return backtest_results.results(result, theme, ended=ended), True
    if handle.run.kind == SEARCHING:
        search = searches.result(current_home(), name)
        return search_results.results(search, theme, ended=ended), True
    if handle.problem:
        return [error_state(handle.problem)], True
    results = test_results.results(handle.evaluation, metric, theme)
    return results, not results


@callback(Output(LOG, "children"), Input(mark("log"), "data"), State(RUN, "data"))
def show_log(_size: int | None, name: str) -> str:
    """Show the last lines of the log."""
    text = monitor.log_tail(current_home(), name)
    if text:
        return text
    ended = Runs(current_home()).get(name).ended
    return _("Nothing was logged.") if ended else _("Nothing has been logged yet.")


@callback(
    Output(CLOCK, "max_intervals", allow_duplicate=True),
    Output(FILE, "data"),
    Input({"type": run_status.ACTION, "name": ALL}, "n_clicks"),
    State(RUN, "data"),
    prevent_initial_call=True,
)
def act(clicks: list[int | None], name: str) -> tuple[Any, Any]:
    """Carry out the action of a button, and poll the run again."""
    if not any(clicks):
        return no_update, no_update
    home, action = current_home(), str(ctx.triggered_id["name"])
    if action == "save":
        return no_update, {"content": control.configuration(home, name), "filename": f"{name}.json"}
    toast(control.act(home, name, action))
    return -1, no_update


@callback(
    Output(CLOCK, "max_intervals", allow_duplicate=True),
    Input(confirmed(run_status.STOP), "n_clicks"),
    State(RUN, "data"),
    prevent_initial_call=True,
)
def stop(clicks: int | None, name: str) -> Any:
    """Ask the run to stop, and poll it again."""
    if not clicks:
        return no_update
    toast(control.stop(current_home(), name))
    return -1


@callback(
    Output("_pages_location", "href", allow_duplicate=True),
    Input(confirmed(run_status.DELETE), "n_clicks"),
    State(RUN, "data"),
    prevent_initial_call=True,
)
def delete(clicks: int | None, name: str) -> Any:
    """Hide the run and open the table of runs, where it can be restored."""
    if not clicks:
        return no_update
    control.remove(current_home(), name)
    return f"/runs?deleted={name}"


@callback(
    Output(LABEL, "value"),
    Input(LABEL, "value"),
    Input(NOTE, "value"),
    Input(TAGS, "value"),
    State(RUN, "data"),
    prevent_initial_call=True,
)
def describe(label: str | None, note: str | None, tags: str | None, name: str) -> Any:
    """Store the fields that a person changed; others may be in another request under way."""
    changed = set(ctx.triggered_prop_ids.values())
    control.describe(
        current_home(),
        name,
        label=(label or "") if LABEL in changed else None,
        note=(note or "") if NOTE in changed else None,
        tags=(tags or "").split(",") if TAGS in changed else None,
    )
    toast(_("Saved."))
    return no_update


service_card.register()
drift_card.register()
