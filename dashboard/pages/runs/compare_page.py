"""The page that compares runs: curves on one axis, settings that differ, and metrics."""

from collections.abc import Sequence
from typing import Annotated, Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.components import (
    button,
    card,
    chart_id,
    download_link,
    dropdown,
    empty_state,
    field,
    figure_card,
    grid,
    page_header,
    render,
    render_empty,
    stack,
)
from dashboard.context import current_home
from dashboard.figures.comparison import METRICS, compare, metric_label
from dashboard.figures.progress_axis import AXES, Axis, View, axis_name
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.runs_table import Runs
from dashboard.pages.runs import comparison_tables
from dashboard.services.runs import comparison
from dashboard.web.downloads import REPORTS
from data.i18n import _
from data.validation import OneOf

RUNS, FIGURE, AXIS, CHOOSE = "compare-runs", "compare-figure", "compare-axis", "compare-choose"
CLOCK, SEEN, TABLES = "compare-clock", "compare-seen", "compare-tables"
PERIOD = 2_000  # milliseconds

dash.register_page(__name__, path="/compare", title=lambda **_parts: f"{_('Compare')} · Vitrina")


def layout(runs: str = "", **_query: str) -> html.Div:
    """Return the comparison of the runs that the query parameter names."""
    names = [name for name in runs.split(",") if name]
    head = _head()
    trainings = [run.run for run in Runs(current_home()).list(kind=TRAINING)]
    lead = button(_("Train a network"), href="/train", kind="primary")
    if not trainings:
        nothing = empty_state(_("There is no training to compare yet."), lead)
        return html.Div([head, card(nothing)])
    if not names and len(trainings) == 1:
        nothing = empty_state(_("There is one training; a comparison needs two."), lead)
        return html.Div([head, card(nothing)])
    if not names:
        nothing = empty_state(_("Choose two runs or more above."))
        return html.Div([head, stack(_choice(trainings, names), card(nothing))])
    compared = comparison.compare(current_home(), names)
    names = [run.run for run in compared.runs]
    if not names:
        nothing = empty_state(_("Choose two runs or more above."))
        warnings = comparison_tables.warnings(compared)
        return html.Div([head, stack(_choice(trainings, names), *warnings, card(nothing))])
    if len(names) > 1:
        address = f"{REPORTS}comparison.html?runs={','.join(names)}"
        head = _head([download_link(_("Report"), address)])
    return html.Div(
        [
            dcc.Store(id=RUNS, data=names),
            dcc.Store(id=SEEN),
            dcc.Interval(id=CLOCK, interval=PERIOD),
            head,
            stack(
                _choice(trainings, names),
                *comparison_tables.warnings(compared),
                _controls(),
                grid(figure_card("comparison", span=12, height=400)),
                html.Div(_tables(compared), id=TABLES, className="stack"),
            ),
        ]
    )


def _head(actions: Sequence[Component] = ()) -> html.Header:
    words = _("Trainings on one axis: curves, settings that differ, and metrics.")
    return page_header(_("Compare"), words, actions=actions)


def _choice(trainings: list[str], names: list[str]) -> html.Div:
    chooser = dropdown(CHOOSE, trainings, names, placeholder=_("Choose runs"), stays=True)
    return html.Div(field(_("Runs"), chooser), className="compare-choice")


def _controls() -> html.Div:
    figure = dbc.Select(
        id=FIGURE,
        options=[{"label": metric_label(name), "value": name} for name in METRICS],
        value="loss",
    )
    axis = dbc.Select(
        id=AXIS, options=[{"label": axis_name(name), "value": name} for name in AXES], value="epoch"
    )
    return html.Div([field(_("Metric"), figure), field(_("Axis"), axis)], className="compare-bar")


def _tables(compared: comparison.Comparison) -> list[html.Section]:
    pairs = comparison_tables.paired(compared, comparison.paired(current_home(), compared))
    sections = [comparison_tables.figures(compared), pairs, comparison_tables.settings(compared)]
    return [section for section in sections if section is not None]


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
def follow(
    _ticks: int | None,
    theme: str,
    figure: Annotated[str, OneOf(METRICS)],
    axis: Axis,
    names: list[str],
    seen: list[Any] | None,
) -> tuple[Any, Any, Any, int]:
    """Draw the runs again where one of them has changed, or the figure, axis or theme has."""
    compared = comparison.compare(current_home(), names)
    evaluated = sorted(compared.evaluations)
    marks = [
        theme,
        figure,
        axis,
        evaluated,
        *([run.state, run.epochs_done] for run in compared.runs),
    ]
    max_polls = 0 if all(run.ended for run in compared.runs) else -1
    if marks == seen:
        return no_update, no_update, no_update, max_polls
    view = View(axis, theme, ",".join([figure, *names]))
    chart = compare(compared.metrics, figure, view, comparable=compared.comparable)
    empty = render_empty(_("None of these runs has recorded a whole epoch."), metric_label(figure))
    return render(chart) if chart else empty, _tables(compared), marks, max_polls


@callback(
    Output("_pages_location", "search", allow_duplicate=True),
    Input(CHOOSE, "value"),
    prevent_initial_call=True,
)
def choose(names: list[str] | None) -> str:
    """Write the choice into the address, from which the page is made."""
    return f"?runs={','.join(names or [])}"
