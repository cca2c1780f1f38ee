"""What a search has found: its trainings, the best one first, and how much each field matters."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card, empty_state, figure_card, grid, render, state_badge
from dashboard.figures.search import importance
from dashboard.jobs.hyperparameter_search import Trial, short
from dashboard.jobs.states import State
from dashboard.pages.runs import config_form
from dashboard.services.runs.searches import SearchResult
from data.i18n import _


def results(found: SearchResult, theme: str | None) -> list[Component]:
    """Return the table of trainings, and the chart of the fields where it can be drawn."""
    if not found.trials:
        return [card(empty_state(_("The first training appears here as soon as it is queued.")))]
    names = {key: field_name(key) for key in found.trials[0].values}
    if not found.importance:
        return [_table(found, names, span=12)]
    chart = render(importance(found.importance, names, theme))
    height = max(48 * len(names) + 96, 200)
    fields = figure_card("importance", span=5, height=height, data=chart)
    return [grid(_table(found, names, span=7), fields)]


def field_name(key: str) -> str:
    """Return how a setting is called in the form."""
    return next((_(one.label) for one in config_form.settings() if one.key == key), key)


def _table(found: SearchResult, names: dict[str, str], span: int) -> html.Section:
    without = [trial for trial in found.trials if trial.value is None]
    ordered = [*found.ranked, *without]
    head = html.Tr(
        [html.Th(_("Training"), scope="col")]
        + [html.Th(name, scope="col", className="is-number") for name in names.values()]
        + [html.Th(_("NDCG@10"), scope="col", className="is-number")]
        + [html.Th(_("State"), scope="col")]
    )
    rows = [_row(trial, list(names), best=trial is ordered[0]) for trial in ordered]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="plain-table")
    return card(
        html.Div(table, className="table-scroll", tabIndex="0"),
        title=_finding(found),
        subtitle=_("NDCG@10 of the network on validation, at its best epoch; the best one first"),
        span=span,
    )


def _finding(found: SearchResult) -> str:
    if not found.ranked:
        return _("No training has a figure yet")
    best = found.ranked[0]
    return _("{run} is the best so far: {value}").format(
        run=best.run, value=formats.number(best.value, 4)
    )


def _row(trial: Trial, keys: Sequence[str], *, best: bool) -> html.Tr:
    name = dcc.Link(trial.run, href=f"/runs/{trial.run}", className="mono") if trial.run else "–"
    value = formats.number(trial.value, 4)
    return html.Tr(
        [html.Th(name, scope="row")]
        + [html.Td(short(trial.values[key]), className="is-number") for key in keys]
        + [html.Td(html.B(value) if best else value, className="is-number")]
        + [html.Td(state_badge(State(trial.state)))]
    )
