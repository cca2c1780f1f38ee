"""One run: live curves while it works, what came of it when it is done."""

import time
from dataclasses import asdict
from typing import Any

import dash
from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update

from dashboard.components import (
    Crumb,
    card,
    chart_id,
    confirmed,
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
from dashboard.figures.machine import GAUGES, gauge
from dashboard.figures.progress_axis import Learning, View
from dashboard.jobs.queue import SEARCHING
from dashboard.pages.runs import run_layout, run_status, search_results, test_results
from dashboard.services.runs import control, monitor, searches
from dashboard.services.runs.evaluation import evaluation
from dashboard.services.runs.overfitting import diagnose
from data.i18n import _

RUN, CLOCK, AXIS, METRIC = "run-name", "run-clock", "run-axis", "run-metric"
BADGE, ACTIONS, NOW, TROUBLE = "run-badge", "run-actions", "run-now", "run-trouble"
READING, RESULTS, LOG, FILE = "run-reading", "run-results", "run-log", "run-file"
CURVES, COMPARED, LABEL, NOTE, TAGS = (
    "run-curves",
    "run-compared",
    "run-label",
    "run-note",
    "run-tags",
)
MARKS = ("state", "seq", "epochs", "pace", "log", "evaluated")
PERIOD = 800  # milliseconds

dash.register_page(
    __name__,
    path_template="/runs/<run>",
    title=lambda run="", **_parts: f"{run} · Vitrina",
)


def mark(name: str) -> dict[str, str]:
    """Return the id of the store that changes when a part of the page has to be drawn anew."""
    return {"type": "run-mark", "name": name}


def layout(run: str = "", **_query: str) -> html.Div:
    """Return the page of a run; an unknown one is said to be unknown."""
    found = monitor.table(current_home()).get(run)
    others = monitor.table(current_home()).list()[:12]
    return html.Div(
        [
            dcc.Store(id=RUN, data=run),
            *(dcc.Store(id=mark(name)) for name in MARKS),
            dcc.Interval(id=CLOCK, interval=PERIOD),
            dcc.Download(id=FILE),
            page_header(
                found.label or run,
                html.Span(run_status.purpose(found)),
                crumbs=[
                    Crumb(_("Runs"), "/runs"),
                    Crumb(run, choices=tuple((one.run, f"/runs/{one.run}") for one in others)),
                ],
                badge=html.Div(
                    state_badge(found.state), id=BADGE, role="status", **aria(live="polite")
                ),
                actions=[html.Div(id=ACTIONS, className="actions")],
            ),
            stack(
                html.Div(id=TROUBLE),
                card(html.Div(id=NOW, className="stack")),
                html.Div(
                    run_layout.curves(), id=CURVES, className="stack", hidden=found.kind != "train"
                ),
                html.Div(run_layout.metric_choice(), id=COMPARED, hidden=True),
                html.Div(id=RESULTS, className="stack"),
                run_layout.log(),
                run_layout.about(found),
            ),
            run_layout.stop_dialog(found),
            run_layout.delete_dialog(run),
        ]
    )


@callback(
    *(Output(mark(name), "data") for name in MARKS),
    Output(NOW, "children"),
    Output(chart_id("loss"), "data"),
    Output(CLOCK, "max_intervals"),
    Input(CLOCK, "n_intervals"),
    Input("theme", "data"),
    Input(AXIS, "value"),
    State(RUN, "data"),
    *(State(mark(name), "data") for name in MARKS),
    running=[(Output(CLOCK, "disabled"), True, False)],
)
def follow(_ticks: int | None, theme: str, axis: Any, name: str, *seen: Any) -> tuple[Any, ...]:
    """Ask how the run is, and draw what moves with every step; other parts follow their marks."""
    home = current_home()
    run = monitor.table(home).get(name)
    marks = asdict(monitor.marks(home, run))
    moved = [
        marks[each] if marks[each] != old else no_update
        for each, old in zip(MARKS, seen, strict=True)
    ]
    turned = not {"theme", AXIS}.isdisjoint(ctx.triggered_prop_ids.values())
    if not run.active and not turned and all(one is no_update for one in moved):
        return *moved, no_update, no_update, 0 if run.ended else -1
    learned = monitor.learning(home, run, monitor.LOSSES)
    drawn: Any = no_update
    if turned or moved[MARKS.index("seq")] is not no_update:
        drawn = _loss(learned, View(axis, theme, name))
    now = run_status.now(run, learned, monitor.queue_position(home, run), time.time())
    return *moved, now, drawn, 0 if run.ended else -1


def _loss(learned: Learning, view: View) -> dict[str, Any]:
    if not learned.curves and not learned.history:
        return render_empty(_("The loss appears with the first steps of training."))
    return render(learning_curves.loss(learned, view))


@callback(
    Output(BADGE, "children"),
    Output(ACTIONS, "children"),
    Output(TROUBLE, "children"),
    Input(mark("state"), "data"),
    State(RUN, "data"),
)
def show_state(_state: str | None, name: str) -> tuple[Any, Any, Any]:
    """Show the state, what can be done in it, and why it is a bad one."""
    home = current_home()
    run = monitor.table(home).get(name)
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
def show_epochs(_epochs: str | None, theme: str, axis: Any, name: str) -> tuple[Any, Any]:
    """Draw what moves with every epoch."""
    home = current_home()
    by_step = monitor.LOSSES if axis != "epoch" else ()
    learned = monitor.learning(home, monitor.table(home).get(name), by_step)
    if not learned.history:
        return render_empty(_("The first point comes at the end of the first epoch.")), None
    chart = learning_curves.ranking(learned, View(axis, theme, name))
    return render(chart), test_results.reading(diagnose(learned.history))


@callback(
    Output(chart_id("accuracy"), "data"),
    *(Output(chart_id(one.name), "data") for one in GAUGES),
    Input(mark("pace"), "data"),
    Input("theme", "data"),
    Input(AXIS, "value"),
    State(RUN, "data"),
)
def show_pace(_pace: str | None, theme: str, axis: Any, name: str) -> tuple[Any, ...]:
    """Draw what moves with every step, but need not be seen at once."""
    home, view = current_home(), View(axis, theme, name)
    learned = monitor.learning(home, monitor.table(home).get(name), monitor.PACE)
    waiting = render_empty(_("It appears with the first steps of training."))
    known = "accuracy" in learned.curves or learned.history
    return (
        render(learning_curves.accuracy(learned, view)) if known else waiting,
        *(
            render(gauge(one, learned, view)) if one.name in learned.curves else waiting
            for one in GAUGES
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
    """Put the network beside the baselines once it has been judged; or show what was searched."""
    if monitor.table(current_home()).get(name).kind == SEARCHING:
        return search_results.results(searches.result(current_home(), name), theme), True
    results = test_results.results(evaluation(current_home(), name), metric, theme)
    return results, not results


@callback(Output(LOG, "children"), Input(mark("log"), "data"), State(RUN, "data"))
def show_log(_size: int | None, name: str) -> str:
    """Show the end of the log."""
    return monitor.log_tail(current_home(), name) or _("Nothing has been logged yet.")


@callback(
    Output(CLOCK, "max_intervals", allow_duplicate=True),
    Output(FILE, "data"),
    Input({"type": run_status.ACTION, "name": ALL}, "n_clicks"),
    State(RUN, "data"),
    prevent_initial_call=True,
)
def act(clicks: list[int | None], name: str) -> tuple[Any, Any]:
    """Do what a button says, and look at the run again."""
    if not any(clicks):
        return no_update, no_update
    home, wish = current_home(), str(ctx.triggered_id["name"])
    if wish == "save":
        return no_update, {"content": control.configuration(home, name), "filename": f"{name}.json"}
    toast(control.act(home, name, wish))
    return -1, no_update


@callback(
    Output(CLOCK, "max_intervals", allow_duplicate=True),
    Input(confirmed(run_status.STOP), "n_clicks"),
    State(RUN, "data"),
    prevent_initial_call=True,
)
def stop(clicks: int | None, name: str) -> Any:
    """Ask the run to stop, and look at it again."""
    if not clicks:
        return no_update
    toast(control.act(current_home(), name, control.STOP))
    return -1


@callback(
    Output("_pages_location", "href", allow_duplicate=True),
    Input(confirmed(run_status.DELETE), "n_clicks"),
    State(RUN, "data"),
    prevent_initial_call=True,
)
def delete(clicks: int | None, name: str) -> Any:
    """Hide the run and go to the table, where it can be brought back."""
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
    """Keep what a person changed about the run, and no more: other requests may be under way."""
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
