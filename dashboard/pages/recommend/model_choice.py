"""The choice of the model to recommend with, and the page where there is none yet."""

from dataclasses import replace

from dash.development.base_component import Component

from dashboard.components import button, card, empty_state, error_state, progress
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend.page_state import Query
from data.errors import Damaged
from data.home import Home
from data.i18n import _


def with_default_run(home: Home, query: Query, models: list[Run]) -> Query:
    """Return the query with the run put into service last, or the newest, where it names none.

    Where the query names a placement, the model of its own that was put into service last.
    """
    if query.run or not models:
        return query
    names = [run.run for run in models]
    promotions = Runs(home).promotions.current()
    in_service = (
        promotion.run for promotion in promotions if promotion.placement == query.placement
    )
    return replace(query, run=next((run for run in in_service if run in names), names[0]) or "")


def no_model_card(home: Home, query: Query, models: list[Run]) -> Component | None:
    """Return the card for a run that has no model; None where it has one.

    Parameters
    ----------
    home : Home
    query : Query
    models : list of Run
        The runs with a model.

    Raises
    ------
    BadInput
        Where there is no such run.
    """
    if any(run.run == query.run for run in models):
        return None
    runs = Runs(home)
    if query.run:
        return _not_ready(runs.get(query.run))
    active = [run for run in runs.list(kind=TRAINING) if not run.ended]
    if active:
        return _not_ready(active[0])
    start = button(_("Train a model"), kind="primary", href="/train")
    return card(empty_state(_("There is no trained model yet to recommend with."), start))


def damaged_model(error: Damaged, run: str, models: list[Run]) -> Component:
    """Return the sentence on a model that cannot be used, with a way to the newest other one.

    One of the same dataset goes before.
    """
    dataset = next(one.dataset for one in models if one.run == run)
    others = [one for one in models if one.run != run]
    if not others:
        return error_state(str(error))
    other = next((one.run for one in others if one.dataset == dataset), others[0].run)
    words = _("Recommend with {run}").format(run=other)
    return error_state(str(error), action=button(words, href=Query(run=other).href()))


def _not_ready(run: Run) -> Component:
    open_run = button(_("Open the run"), kind="primary", href=f"/runs/{run.run}")
    if run.ended:
        text = _("Run {run} ended without a model. Resume it, or choose another run.")
        return card(empty_state(text.format(run=run.run), open_run))
    text = _("Run {run} is still training. Its recommendations are here once it has finished.")
    epochs = int(run.config.get("epochs") or 0)
    share = run.epochs_done / epochs if epochs else None
    detail = _("epoch {done} of {all}").format(done=run.epochs_done, all=epochs)
    return card(
        [
            empty_state(text.format(run=run.run), open_run),
            progress(share, label=_("Training"), detail=detail),
        ]
    )
