"""The page of all trainings: state, progress and metrics of each; and the queue."""

import re
from typing import Annotated, Any
from urllib.parse import quote

import dash
from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update
from pydantic import StringConstraints

from dashboard.components import NO_CHOICE, button, card, empty_state, page_header, stack, toast
from dashboard.context import current_home
from dashboard.figures.comparison import MOST_RUNS
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.pages.runs import runs_table, selection_actions, table_tools, workers_card
from dashboard.pages.runs.run_columns import View
from dashboard.services.runs import control
from data.home import Home
from data.i18n import _, ngettext

CLOCK, SEEN, QUEUE = "runs-clock", "runs-seen", "runs-queue"
COMPARE, UNDO = "runs-compare", "runs-undo"
PERIOD = 1_500  # milliseconds
_Limit = Annotated[str, StringConstraints(pattern=rf"^([0-9]{{1,3}}|{re.escape(NO_CHOICE)})$")]

dash.register_page(__name__, path="/runs", title=lambda **_parts: f"{_('Runs')} · Vitrina")


def layout(
    deleted: str = "",
    filter: str = "",
    sort: str = "",
    grouped: str = "",
    reference: str = "",
    **_query: str,
) -> html.Div:
    """Return the table of trainings, as the address says how to look at it."""
    home, view = current_home(), View.of(filter, sort, grouped, reference)
    runs = Runs(home).list(kind=TRAINING)
    train = button(_("Train a network"), href="/train", kind="primary", icon="train")
    title, words = _("Runs"), _("Every training, the newest first; select some to compare them.")
    notice = html.Div(_notice(deleted))
    if not runs:
        nothing = empty_state(_("No network has been trained yet."), train)
        return html.Div(
            [
                page_header(title, words),
                stack(
                    notice,
                    *runs_table.problems(home, runs),
                    *runs_table.series(home),
                    *workers_card.layout(home),
                    card(nothing),
                ),
            ]
        )
    rows = runs_table.rows(home, runs, view)
    return html.Div(
        [
            dcc.Interval(id=CLOCK, interval=PERIOD),
            dcc.Store(id=SEEN, data=_marks(home, runs, view)),
            page_header(
                title,
                words,
                actions=[html.Div(_comparison([]), id=COMPARE)],
                primary=train,
            ),
            stack(
                notice,
                *runs_table.problems(home, runs),
                html.Div(runs_table.queue(home, runs), id=QUEUE),
                *runs_table.series(home),
                *workers_card.layout(home),
                table_tools.layout(view),
                card(runs_table.table(rows, view), flush=True),
                html.P(
                    _(
                        "Loss: the network on validation at its best epoch, the one with the"
                        " highest NDCG@10. All others: the served model on the test targets. Shift"
                        " and a click on a second heading sort by both."
                    ),
                    className="note",
                ),
            ),
        ]
    )


def _notice(deleted: str) -> html.Div | None:
    if not deleted:
        return None
    words = _("Deleted: {runs}.").format(runs=", ".join(deleted.split(",")))
    undo = button(_("Undo"), {"type": UNDO, "name": deleted}, kind="quiet")
    return html.Div([html.Span(words), undo], className="notice", role="status")


def _marks(home: Home, runs: list[Run], view: View) -> str:
    """Return a text that changes when anything in the table or the view of it does."""
    return f"{runs_table.marks(home, runs)} {view.grouped} {view.reference}"


@callback(
    Output(runs_table.TABLE, "rowData"),
    Output(QUEUE, "children"),
    Output(SEEN, "data"),
    Output(runs_table.TABLE, "dashGridOptions"),
    Input(CLOCK, "n_intervals"),
    Input(table_tools.GROUPED, "value"),
    Input(table_tools.REFERENCE, "data"),
    Input(selection_actions.CHANGED, "data"),
    State(SEEN, "data"),
    running=[(Output(CLOCK, "disabled"), True, False)],
    prevent_initial_call=True,
)
def follow(
    _ticks: int, grouped: bool, reference: str, _changed: int | None, seen: str | None
) -> tuple[Any, Any, Any, Any]:
    """Fill the table again where a run, the queue or the view has changed."""
    home, view = current_home(), View({}, {}, grouped, reference)
    runs = Runs(home).list(kind=TRAINING)
    marks = _marks(home, runs, view)
    if marks == seen:
        return no_update, no_update, no_update, no_update
    rows = runs_table.rows(home, runs, view)
    pinned = dash.Patch()
    pinned["pinnedTopRowData"] = runs_table.reference_row(rows, view)
    is_other_view = ctx.triggered_id in {table_tools.GROUPED, table_tools.REFERENCE}
    options = pinned if is_other_view else no_update
    return rows, runs_table.queue(home, runs), marks, options


@callback(
    Output(COMPARE, "children"),
    Input(runs_table.TABLE, "selectedRows"),
    Input(table_tools.REFERENCE, "data"),
    prevent_initial_call=True,
)
def offer_comparison(selected: selection_actions.Rows | None, reference: str) -> Any:
    """Enable the comparison of two to six selected runs, the reference first."""
    names = selection_actions.names(selected)
    first = [reference] if reference and names else []
    return _comparison(list(dict.fromkeys([*first, *names])))


def _comparison(names: list[str]) -> Any:
    if not 2 <= len(names) <= MOST_RUNS:
        return button(_("Compare"), disabled=True, title=_("Select two to six runs first"))
    words = ngettext("Compare {n} run", "Compare {n} runs", len(names)).format(n=len(names))
    return button(words, href=f"/compare?runs={quote(','.join(names), safe=',')}")


@callback(
    Output(SEEN, "data", allow_duplicate=True),
    Input(runs_table.PAUSE, "n_clicks", allow_optional=True),
    prevent_initial_call=True,
)
def pause(clicks: int | None) -> Any:
    """Pause the queue, or let it go on."""
    if not clicks:
        return no_update
    home = current_home()
    control.pause(home, not Runs(home).queue.paused())
    return None


@callback(
    Output(SEEN, "data", allow_duplicate=True),
    Input(runs_table.LIMIT, "value", allow_optional=True),
    prevent_initial_call=True,
)
def limit(number: _Limit | None) -> Any:
    """Set how many trainings run at once."""
    if number is None:
        return no_update
    home, parallel = current_home(), None if number == NO_CHOICE else int(number)
    if parallel == Runs(home).queue.chosen_parallel():  # it was only drawn again
        return no_update
    control.set_parallel(home, parallel)
    return None


@callback(
    Output(SEEN, "data", allow_duplicate=True),
    Input({"type": runs_table.FIRST, "name": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
def put_first(clicks: list[int | None]) -> Any:
    """Put a waiting run before the others."""
    if not any(clicks):
        return no_update
    control.prioritise(current_home(), ctx.triggered_id["name"])
    return None


@callback(
    Output("_pages_location", "href", allow_duplicate=True),
    Input({"type": UNDO, "name": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
def undo(clicks: list[int | None]) -> Any:
    """Restore a deleted run."""
    if not any(clicks):
        return no_update
    for run in ctx.triggered_id["name"].split(","):
        control.restore(current_home(), run)
        toast(_("Run {run} is back.").format(run=run))
    return "/runs"


table_tools.register()
selection_actions.register()
workers_card.register()
