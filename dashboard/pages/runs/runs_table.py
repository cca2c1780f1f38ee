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
    Column,
    button,
    data_table,
    error_state,
    no_choice,
    state_name,
)
from dashboard.jobs.queue import BACKTESTING, SEARCHING
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import RunHandle
from dashboard.jobs.runs_table import Runs
from dashboard.services.runs import monitor
from data.home import Home
from data.i18n import _, ngettext

TABLE = "runs-table"
PAUSE, FIRST, LIMIT = "runs-pause", "runs-first", "runs-limit"
_LIMITS = (1, 2, 3, 4, 6, 8)
_SERIES = 5


def rows(home: Home, runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Return the rows of the table, one for each run."""
    now = time.time()
    in_service = {promotion.run for promotion in Runs(home).promotions.current()}
    return [_row(home, run, now, in_service=run.run in in_service) for run in runs]


def table(rows: Sequence[dict[str, Any]]) -> Component:
    """Return the table of trainings."""
    link = "/runs/{run}"
    columns = [
        Column("run", _("Run"), "id", width=112, link=link, filterable=True),
        Column("state", _("State"), "state", width=116),
        Column("label", _("Name"), filterable=True),
        Column("dataset", _("Dataset"), filterable=True),
        Column("epochs", _("Epochs"), width=76, sortable=False),
        Column("val_loss", _("Val. loss"), "number", digits=3, width=84),
        Column("ndcg", _("NDCG@10"), "number", digits=4, width=96),
        Column("accuracy", _("Accuracy"), "percent", digits=2, width=92),
        Column("spent", _("Duration"), width=110, sortable=False),
        Column("created", _("Created"), "time", width=196),
    ]
    return data_table(
        TABLE,
        columns,
        rows,
        label=_("Trainings"),
        row_id="run",
        select=True,
        empty=_("No training yet."),
    )


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
    """Return one sentence on each row of the table and each evaluation that is damaged."""
    evaluations = (RunHandle(home, run).problem for run in runs)
    return [error_state(problem) for problem in (*Runs(home).damaged(), *evaluations) if problem]


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
    """Return the label of a run, or its network and preset, and its tags."""
    words = run.label or " · ".join(filter(None, (run.config.get("network"), run.preset)))
    service = [f"· {_('in service')}"] if in_service else []
    return " ".join([words, *(f"#{tag}" for tag in run.tags), *service])


def _row(home: Home, run: Run, now: float, *, in_service: bool) -> dict[str, Any]:
    handle = RunHandle(home, run)
    test = handle.test_metrics if run.epochs_done and not handle.problem else {}
    return {
        "run": run.run,
        "state": run.state.value,
        "state_words": state_name(run.state),
        "label": _name(run, in_service=in_service),
        "dataset": run.dataset,
        "epochs": f"{formats.number(run.epochs_done)}/{formats.number(run.config.get('epochs'))}",
        "val_loss": run.best.get("val_loss"),
        "ndcg": test.get("ndcg@10"),
        "accuracy": test.get("hr@1"),
        "spent": formats.duration(monitor.duration(run, now)),
        "created": run.created,
    }
