"""The table of runs and the queue above it."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import (
    NO_CHOICE,
    button,
    data_table,
    error_list,
    no_choice,
    state_name,
)
from dashboard.figures.comparison import MOST_RUNS
from dashboard.jobs.queue import BACKTESTING, SEARCHING
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import RunHandle, handles
from dashboard.jobs.runs_table import Runs
from dashboard.pages.runs.comparison_tables import DECISIVE
from dashboard.pages.runs.run_columns import (
    DIFFERENCE,
    TEST_METRICS,
    USUAL,
    VALIDATION,
    View,
    columns,
)
from dashboard.services.runs import monitor
from dashboard.services.runs.run_groups import equal_settings, spread
from data.home import Home
from data.i18n import _, ngettext

TABLE = "runs-table"
PAUSE, FIRST, LIMIT = "runs-pause", "runs-first", "runs-limit"
FIGURES = (*VALIDATION, *TEST_METRICS)
"""Figures of which runs of equal settings have a mean."""
MOST_ROWS, MOST_HEIGHT = 40, 720
"""Rows above which the table has a height of its own, in pixels, and draws what is seen of it."""
_LIMITS = (1, 2, 3, 4, 6, 8)
_SERIES = 5


def rows(home: Home, runs: Sequence[Run], view: View) -> list[dict[str, Any]]:
    """Return the rows of the table: one for each run, or for runs of equal settings.

    Of runs that share a row the figures are means, with their deviations, and the rest is that of
    the newest one. The difference is that of NDCG@10 to the row of the reference.
    """
    now = time.time()
    in_service = {promotion.run for promotion in Runs(home).promotions.current()}
    own = {
        handle.name: _row(handle, now, in_service=handle.name in in_service)
        for handle in handles(home, runs)
    }
    groups = equal_settings(runs) if view.grouped else [[run] for run in runs]
    shared = [_shared([own[run.run] for run in group]) for group in groups]
    reference = next((row[DECISIVE] for row in reference_row(shared, view)), None)
    return [row | {DIFFERENCE: _difference(row[DECISIVE], reference)} for row in shared]


def reference_row(rows: Sequence[dict[str, Any]], view: View) -> list[dict[str, Any]]:
    """Return the row of the reference, which stays on top; none where it is in no row."""
    return [row for row in rows if view.reference in row["runs"]]


def table(rows: Sequence[dict[str, Any]], view: View) -> Component:
    """Return the table of trainings."""
    return data_table(
        TABLE,
        columns(USUAL, view),
        rows,
        label=_("Trainings"),
        row_id="run",
        select=True,
        height=MOST_HEIGHT if len(rows) > MOST_ROWS else None,
        empty=_("No training yet."),
        options={"pinnedTopRowData": reference_row(rows, view)},
        filters=view.filter,
    )


def _shared(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the row of runs of equal settings."""
    names = [row["run"] for row in rows]
    row = rows[0] | {"runs": names, "names": ",".join(names[:MOST_RUNS])}
    if len(rows) == 1:
        return row
    row["label"] = f"{_('{n} seeds').format(n=len(rows))} · {row['label']}"
    row["seed"] = None
    for key in FIGURES:
        values = spread([row_of_seed.get(key) for row_of_seed in rows])
        row[key] = values.mean if values else None
        row[f"{key}_deviation"] = values.deviation if values else None
    return row


def _difference(value: float | None, reference: float | None) -> float | None:
    return None if value is None or reference is None else value - reference


def queue(home: Home, runs: Sequence[Run]) -> list[Component]:
    """Return the queued runs in order, the button that pauses the queue, and the parallel limit."""
    runs_table = Runs(home)
    names = {run.run for run in runs}
    positions = {
        name: position
        for position, name in enumerate(runs_table.queue.waiting(), 1)
        if name in names
    }
    paused = runs_table.queue.paused()
    if not paused and all(run.ended for run in runs):
        return []
    words = ngettext("{n} run waits.", "{n} runs wait.", len(positions)).format(n=len(positions))
    notice = _("The queue is paused: no run starts.") if paused else ""
    action = _("Continue the queue") if paused else _("Pause the queue")
    line = html.Div(
        [html.P(f"{words} {notice}"), _limit(runs_table), button(action, PAUSE)],
        className="queue-line",
    )
    return [line, _order(positions)]


def problems(home: Home, runs: Sequence[Run]) -> list[Component]:
    """Return the message on the rows of the table and the evaluations that are damaged."""
    evaluations = [handle.problem for handle in handles(home, runs) if handle.problem]
    return error_list([*Runs(home).damaged(), *evaluations])


def series(home: Home) -> list[Component]:
    """Return links to the newest searches and backtests."""
    return [
        *_links(_("Searches"), Runs(home).list(kind=SEARCHING)),
        *_links(_("Backtests"), Runs(home).list(kind=BACKTESTING)),
    ]


def _links(title: str, runs: Sequence[Run]) -> list[Component]:
    if not runs:
        return []
    links = [
        html.Li(dcc.Link(run.run, href=f"/runs/{run.run}", className="mono"))
        for run in runs[:_SERIES]
    ]
    return [html.Div([html.P(title), html.Ul(links)], className="search-line")]


def _limit(runs_table: Runs) -> Component:
    """Return the choice of how many trainings run at once."""
    chosen, default = runs_table.queue.chosen_parallel(), runs_table.queue.possible_parallel()
    numbers = sorted({*_LIMITS, *([chosen] if chosen else [])})
    options = [no_choice(_("{n}, by cores and memory").format(n=default))] + [
        {"label": str(number), "value": str(number)} for number in numbers
    ]
    select = dbc.Select(id=LIMIT, options=options, value=str(chosen or NO_CHOICE), size="sm")
    return html.Div([html.Label(_("At once"), htmlFor=LIMIT), select], className="queue-limit")


def marks(home: Home, runs: Sequence[Run]) -> str:
    """Return a text that changes when anything in the table does."""
    rows = "".join(
        f"{run.run}{run.state}{run.last_seq}{run.label}{run.tags}{run.priority}" for run in runs
    )
    runs_table = Runs(home)
    rows += "".join(f"{promotion.run}" for promotion in runs_table.promotions.current())
    return f"{hash(rows)} {runs_table.queue.paused()} {runs_table.queue.chosen_parallel()}"


def _order(positions: Mapping[str, int]) -> Component:
    """Return the queued runs in order, all but the first with a button to put it first."""
    items = [
        html.Li(
            [
                html.Span(f"{position}. {run}", className="mono"),
                button(_("Put first"), {"type": FIRST, "name": run}, kind="quiet")
                if position > 1
                else None,
            ]
        )
        for run, position in positions.items()
    ]
    return html.Ol(items, className="queue-order")


def _name(run: Run, *, in_service: bool) -> str:
    """Return the label of a run, or its network and preset, and its tags.

    That it is in service comes first: the end of a long text is cut.
    """
    network = formats.network(run.config.get("network", ""))
    names = [network, *([formats.preset(run.preset)] if run.preset else [])]
    words = run.label or " · ".join(names)
    service = [f"{_('in service')} ·"] if in_service else []
    return " ".join([*service, words, *(f"#{tag}" for tag in run.tags)])


def _row(handle: RunHandle, now: float, *, in_service: bool) -> dict[str, Any]:
    run = handle.run
    test = handle.test_metrics if run.epochs_done and not handle.problem else {}
    return {
        "run": run.run,
        "state": run.state.value,
        "state_words": state_name(run.state),
        "label": _name(run, in_service=in_service),
        "dataset": run.dataset,
        "network": formats.network(run.config.get("network", "")),
        "preset": run.preset and formats.preset(run.preset),
        "protocol": run.protocol,
        "seed": run.config.get("seed"),
        "epochs": f"{formats.number(run.epochs_done)}/{formats.number(run.config.get('epochs'))}",
        "best_epoch": run.best.get("epoch"),
        **{name: run.best.get(name) for name in VALIDATION},
        **{name: test.get(name) for name in TEST_METRICS},
        "parameters": run.parameters,
        "spent": formats.duration(monitor.duration(run, now)),
        "created": run.created,
    }
