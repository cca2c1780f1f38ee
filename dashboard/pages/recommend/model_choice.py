"""Which models there are to recommend with, and what to say when there is none."""

from dataclasses import replace

from dash.development.base_component import Component

from dashboard.components import button, card, empty_state, progress
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend.page_state import Query
from data.home import Home
from data.i18n import _


def usable(home: Home) -> list[Run]:
    """Return the runs that have a model, the newest first."""
    table = Runs(home)
    return [
        run for run in table.list(kind=TRAINING) if (table.folder(run.run) / "model.onnx").exists()
    ]


def chosen(query: Query, models: list[Run]) -> Query:
    """Return the query with the newest model where it names none."""
    return query if query.run or not models else replace(query, run=models[0].run)


def nothing_to_choose(home: Home, query: Query, models: list[Run]) -> Component | None:
    """Return what stands in place of the page when the run has no model; None when it has one.

    Raises
    ------
    BadInput
        Where there is no such run.
    """
    if any(run.run == query.run for run in models):
        return None
    table = Runs(home)
    if query.run:
        return _not_ready(table.get(query.run))
    waiting = [run for run in table.list(kind=TRAINING) if not run.ended]
    if waiting:
        return _not_ready(waiting[0])
    start = button(_("Train a model"), kind="primary", href="/train")
    return card(empty_state(_("There is no trained model yet to recommend with."), start))


def _not_ready(run: Run) -> Component:
    open_run = button(_("Open the run"), kind="primary", href=f"/runs/{run.run}")
    if run.ended:
        words = _("Run {run} ended without a model. Resume it, or choose another run.")
        return card(empty_state(words.format(run=run.run), open_run))
    words = _("Run {run} is still training. Its recommendations are here once it has finished.")
    epochs = int(run.config.get("epochs") or 0)
    share = run.epochs_done / epochs if epochs else None
    detail = _("epoch {done} of {all}").format(done=run.epochs_done, all=epochs)
    return card(
        [
            empty_state(words.format(run=run.run), open_run),
            progress(share, label=_("Training"), detail=detail),
        ]
    )
