"""Several runs on one axis: their curves, what differs, and what each reached."""

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html, no_update

from dashboard.components import (
    button,
    chart_id,
    empty_state,
    field,
    figure_card,
    page_header,
    render,
    stack,
)
from dashboard.context import current_home
from dashboard.figures.comparison import FIGURES, compare, figure_name
from dashboard.figures.progress_axis import AXES, View, axis_name
from dashboard.jobs.queue import TRAINING
from dashboard.pages.runs import comparison_tables
from dashboard.services.runs import comparison, monitor
from data.i18n import _

RUNS, FIGURE, AXIS, CHOOSE = "compare-runs", "compare-figure", "compare-axis", "compare-choose"
CLOCK, SEEN, TABLES = "compare-clock", "compare-seen", "compare-tables"
PERIOD = 2_000  # milliseconds

dash.register_page(__name__, path="/compare", title=lambda **_parts: f"{_('Compare')} · Vitrina")


def layout(runs: str = "", **_query: str) -> html.Div:
    """Return the runs that the address names, side by side."""
    names = [name for name in runs.split(",") if name]
    head = page_header(
        _("Compare"), _("Trainings on one axis: their curves, what differs, what each reached.")
    )
    every = [run.run for run in monitor.table(current_home()).list(kind=TRAINING)]
    if not every:
        lead = button(_("Train a network"), href="/train", kind="primary")
        return html.Div([head, empty_state(_("There is no training to compare yet."), lead)])
    if not names:
        nothing = empty_state(_("Choose two runs or more above."))
        return html.Div([head, stack(_choice(every, names), nothing)])
    found = comparison.compare(current_home(), names)
    return html.Div(
        [
            dcc.Store(id=RUNS, data=[run.run for run in found.runs]),
            dcc.Store(id=SEEN),
            dcc.Interval(id=CLOCK, interval=PERIOD),
            head,
            stack(
                _choice(every, names),
                *comparison_tables.warnings(found),
                _controls(),
                figure_card("comparison", span=12, height=400),
                html.Div(_tables(found), id=TABLES, className="stack"),
            ),
        ]
    )


def _choice(every: list[str], names: list[str]) -> html.Div:
    chooser = dcc.Dropdown(
        id=CHOOSE,
        options=every,
        value=names,
        multi=True,
        placeholder=_("Choose runs"),
        closeOnSelect=False,
    )
    return html.Div(field(_("Runs"), chooser), className="compare-choice")


def _controls() -> html.Div:
    figure = dbc.Select(
        id=FIGURE,
        options=[{"label": figure_name(name), "value": name} for name in FIGURES],
        value="loss",
    )
    axis = dbc.Select(
        id=AXIS, options=[{"label": axis_name(one), "value": one} for one in AXES], value="epoch"
    )
    return html.Div([field(_("Figure"), figure), field(_("Axis"), axis)], className="compare-bar")


def _tables(found: comparison.Comparison) -> list[html.Section]:
    apart = comparison_tables.paired(found, comparison.paired(current_home(), found))
    shown = [comparison_tables.figures(found), apart, comparison_tables.settings(found)]
    return [section for section in shown if section is not None]


@callback(
    Output(chart_id("comparison"), "data"),
    Output(TABLES, "children"),
    Output(SEEN, "data"),
    Output(CLOCK, "max_intervals"),
    Input(CLOCK, "n_intervals"),
    Input("theme", "data"),
    Input(FIGURE, "value"),
    Input(AXIS, "value"),
    State(RUNS, "data"),
    State(SEEN, "data"),
    running=[(Output(CLOCK, "disabled"), True, False)],
)
def follow(*inputs: Any) -> tuple[Any, Any, Any, int]:
    """Draw the runs again where any of them has moved, or is looked at in another way."""
    _ticks, theme, figure, axis, names, seen = inputs
    found = comparison.compare(current_home(), names)
    judged = sorted(found.networks)
    moved = [theme, figure, axis, judged, *([run.state, run.epochs_done] for run in found.runs)]
    going_on = 0 if all(run.ended for run in found.runs) else -1
    if moved == seen:
        return no_update, no_update, no_update, going_on
    view = View(axis, theme, ",".join([figure, *names]))
    chart = compare(found.learned, figure, view, comparable=found.comparable)
    return render(chart), _tables(found), moved, going_on


@callback(
    Output("_pages_location", "search", allow_duplicate=True),
    Input(CHOOSE, "value"),
    prevent_initial_call=True,
)
def choose(names: list[str] | None) -> str:
    """Write the choice into the address, from which the page is made."""
    return f"?runs={','.join(names or [])}"
