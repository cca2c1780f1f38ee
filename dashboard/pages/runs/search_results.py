"""The results of a search: its trials, the best one first, and the importance of each setting."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card, empty_state, figure_card, grid, render, state_badge
from dashboard.figures.search import importance
from dashboard.jobs.states import State
from dashboard.jobs.training_series import Trial, short
from dashboard.pages.runs import config_form
from dashboard.services.runs.searches import SearchResult
from data.i18n import _


def results(result: SearchResult, theme: str | None, *, ended: bool) -> list[Component]:
    """Return the table of trials, and the chart of importances where there are any."""
    if not result.trials:
        return [no_trainings(ended)]
    names = {key: field_name(key) for key in result.trials[0].values}
    if not result.importance:
        return [_table(result, names, span=12)]
    chart = render(importance(result.importance, names, theme))
    height = max(48 * len(names) + 96, 200)
    fields = figure_card("importance", span=5, height=height, data=chart)
    return [grid(_table(result, names, span=7), fields)]


def no_trainings(ended: bool) -> html.Section:
    """Return the sentence that a series has no trainings yet, or ended without one."""
    if ended:
        return card(empty_state(_("It ended before a training was queued.")))
    return card(empty_state(_("The first training appears here as soon as it is queued.")))


def field_name(key: str) -> str:
    """Return the label of a setting in the form; the key of an unknown one."""
    labels = {setting.key: setting.label for setting in config_form.settings()}
    return _(labels[key]) if key in labels else key


def _table(result: SearchResult, names: dict[str, str], span: int) -> html.Section:
    without = [trial for trial in result.trials if trial.value is None]
    ordered = [*result.ranked, *without]
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
        title=_finding(result),
        subtitle=_(
            "NDCG@10 of the network on validation at the best epoch of each training, the highest"
            " first"
        ),
        span=span,
    )


def _finding(result: SearchResult) -> str:
    if not result.ranked:
        return _("No training has a figure yet")
    best = result.ranked[0]
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
