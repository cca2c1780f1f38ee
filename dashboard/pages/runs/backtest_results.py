"""The results of a rolling backtest: its trainings, and how each model did afterwards."""

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card, empty_state, figure_card, grid, render, state_badge
from dashboard.figures.backtest import accuracy_over_time, loss_by_age
from dashboard.jobs.backtest import LAST_DAY
from dashboard.jobs.states import State
from dashboard.jobs.training_series import Trial
from dashboard.services.runs import backtests
from dashboard.services.runs.backtests import BacktestResult
from data.i18n import _


def results(result: BacktestResult, theme: str | None) -> list[Component]:
    """Return the charts of a backtest that has finished, and the table of its trainings."""
    if not result.trials:
        return [card(empty_state(_("The first training appears here as soon as it is queued.")))]
    table = _table(result)
    if not result.judged:
        return [table]
    finding = backtests.finding(result.judged)
    reading = html.Div(html.P(finding, className="reading-finding"), className="reading is-good")
    over_time = render(accuracy_over_time(result.judged, theme))
    if not result.judged["ages"]:
        return [reading, figure_card("backtest-time", span=12, data=over_time), table]
    by_age = render(loss_by_age(result.judged, finding, theme))
    charts = grid(
        figure_card("backtest-time", span=7, data=over_time),
        figure_card("backtest-age", span=5, data=by_age),
    )
    return [reading, charts, table]


def _table(result: BacktestResult) -> html.Section:
    columns = [_("Training"), _("Last day of the data"), _("NDCG@10 on validation"), _("State")]
    numeric = {2}
    head = [
        html.Th(name, scope="col", className="is-number" if number in numeric else None)
        for number, name in enumerate(columns)
    ]
    table = html.Table(
        [html.Thead(html.Tr(head)), html.Tbody([_row(trial) for trial in result.trials])],
        className="plain-table",
    )
    return card(
        html.Div(table, className="table-scroll", tabIndex="0"),
        title=_("Trainings"),
        subtitle=_("Ordinary runs, whose setting preparation.last is the day of the cut"),
    )


def _row(trial: Trial) -> html.Tr:
    name = dcc.Link(trial.run, href=f"/runs/{trial.run}", className="mono") if trial.run else "–"
    return html.Tr(
        [
            html.Th(name, scope="row"),
            html.Td(trial.values[LAST_DAY]),
            html.Td(formats.number(trial.value, 4), className="is-number"),
            html.Td(state_badge(State(trial.state))),
        ]
    )
