"""The page of all trainings: state, progress and metrics of each; and the queue."""

from typing import Any
from urllib.parse import quote

import dash
from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update

from dashboard.components import NO_CHOICE, button, card, empty_state, page_header, stack, toast
from dashboard.context import current_home
from dashboard.figures.comparison import MOST_RUNS
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.runs_table import Runs
from dashboard.pages.runs import runs_table, workers_card
from dashboard.services.runs import control
from data.i18n import _, ngettext

CLOCK, SEEN, QUEUE = "runs-clock", "runs-seen", "runs-queue"
COMPARE, UNDO = "runs-compare", "runs-undo"
PERIOD = 1_500  # milliseconds

dash.register_page(__name__, path="/runs", title=lambda **_parts: f"{_('Runs')} · Vitrina")


def layout(deleted: str = "", **_query: str) -> html.Div:
    """Return the table of trainings."""
    home = current_home()
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
                    nothing,
                ),
            ]
        )
    return html.Div(
        [
            dcc.Interval(id=CLOCK, interval=PERIOD),
            dcc.Store(id=SEEN, data=runs_table.marks(home, runs)),
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
                card(runs_table.table(runs_table.rows(home, runs)), flush=True),
                html.P(
                    _(
                        "Loss: the network on validation at its best epoch, the one with the"
                        " highest NDCG@10. NDCG@10 and accuracy: the served model on the test"
                        " targets."
                    ),
                    className="note",
                ),
            ),
        ]
    )


def _notice(deleted: str) -> html.Div | None:
    if not deleted:
        return None
    words = _("Run {run} is deleted.").format(run=deleted)
    undo = button(_("Undo"), {"type": UNDO, "name": deleted}, kind="quiet")
    return html.Div([html.Span(words), undo], className="notice", role="status")


@callback(
    Output(runs_table.TABLE, "rowData"),
    Output(QUEUE, "children"),
    Output(SEEN, "data"),
    Input(CLOCK, "n_intervals"),
    State(SEEN, "data"),
    running=[(Output(CLOCK, "disabled"), True, False)],
    prevent_initial_call=True,
)
def follow(_ticks: int, seen: str | None) -> tuple[Any, Any, Any]:
    """Fill the table again where a run or the queue has changed."""
    home = current_home()
    runs = Runs(home).list(kind=TRAINING)
    marks = runs_table.marks(home, runs)
    if marks == seen:
        return no_update, no_update, no_update
    return runs_table.rows(home, runs), runs_table.queue(home, runs), marks


@callback(
    Output(COMPARE, "children"),
    Input(runs_table.TABLE, "selectedRows"),
    prevent_initial_call=True,
)
def offer_comparison(selected: list[dict[str, Any]] | None) -> Any:
    """Enable the comparison of two to six selected runs."""
    return _comparison([row["run"] for row in selected or ()])


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
def limit(number: str | None) -> Any:
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
    run = ctx.triggered_id["name"]
    control.restore(current_home(), run)
    toast(_("Run {run} is back.").format(run=run))
    return "/runs"


workers_card.register()
