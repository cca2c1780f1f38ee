"""The results of a rolling backtest: its trainings, and how each model did afterwards."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card, figure_card, grid, render, state_badge
from dashboard.figures.backtest import accuracy_over_time, loss_by_age
from dashboard.figures.curves import metric_name
from dashboard.jobs.backtest import LAST_DAY
from dashboard.jobs.states import State
from dashboard.jobs.training_series import Trial
from dashboard.pages.runs.search_results import no_trainings
from dashboard.services.runs import backtests
from dashboard.services.runs.backtests import BacktestResult
from data.i18n import _
from model.metrics.protocol_metrics import metrics_of


def results(result: BacktestResult, theme: str | None, *, ended: bool) -> list[Component]:
    """Return the charts of a backtest that has finished, and the table of its trainings."""
    if not result.trials:
        return [no_trainings(ended)]
    if not result.judged:
        return [_trainings(result.trials)]
    finding = backtests.finding(result.judged)
    reading = html.Div(
        html.P(finding, className="reading-finding"),
        className=f"reading is-{backtests.tone(result.judged)}",
    )
    over_time = render(accuracy_over_time(result.judged, theme))
    table = _figures(result.judged)
    if not result.judged["ages"]:
        return [reading, figure_card("backtest-time", span=12, data=over_time), table]
    by_age = render(loss_by_age(result.judged, finding, theme))
    charts = grid(
        figure_card("backtest-time", span=7, data=over_time),
        figure_card("backtest-age", span=5, data=by_age),
    )
    return [reading, charts, table]


def _trainings(trials: Sequence[Trial]) -> html.Section:
    """Return the trainings before they are judged."""
    columns = [_("Training"), _("Last day of the data"), _("NDCG@10 on validation"), _("State")]
    rows = [
        html.Tr(
            [
                _run(trial.run),
                html.Td(_day(trial.values[LAST_DAY])),
                html.Td(formats.number(trial.value, 4), className="is-number"),
                html.Td(state_badge(State(trial.state))),
            ]
        )
        for trial in trials
    ]
    subtitle = _("Ordinary runs, whose setting preparation.last is the day of the cut")
    return _table(columns, {2}, rows, subtitle)


def _figures(judged: Mapping[str, Any]) -> html.Section:
    """Return the figures of every model from its cut to the next one, beside popularity."""
    cuts = judged["cuts"]
    metrics = ("ndcg@10", metrics_of(judged["protocol"]).hits)
    names = [formats.model(model["name"]) for model in cuts[0]["models"]]
    columns = [
        *(_("Training"), _("Last day of the data"), _("Targets"), _("Of unknown products")),
        *(f"{name}, {metric_name(metric)}" for metric in metrics for name in names),
    ]
    rows = [
        html.Tr(
            [
                _run(cut["run"]),
                html.Td(_day(cut["last_day"])),
                *(
                    html.Td(cell, className="is-number")
                    for cell in (
                        formats.number(cut["targets"]),
                        formats.percent(cut["unknown_products"]),
                        *(
                            _with_interval(model, metric)
                            for metric in metrics
                            for model in cut["models"]
                        ),
                    )
                ),
            ]
        )
        for cut in cuts
    ]
    subtitle = _(
        "Ordinary runs; each on the targets from the day after its data to the next cut, with 95%"
        " intervals"
    )
    return _table(columns, set(range(2, len(columns))), rows, subtitle)


def _table(
    columns: Sequence[str], numeric: set[int], rows: Sequence[html.Tr], subtitle: str
) -> html.Section:
    head = [
        html.Th(name, scope="col", className="is-number" if number in numeric else None)
        for number, name in enumerate(columns)
    ]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(list(rows))], className="plain-table")
    return card(
        html.Div(table, className="table-scroll", tabIndex="0"),
        title=_("Trainings"),
        subtitle=subtitle,
    )


def _run(name: str) -> html.Th:
    """Return the head of the row of a run; one that could not be started has no name."""
    link = dcc.Link(name, href=f"/runs/{name}", className="mono") if name else formats.MISSING
    return html.Th(link, scope="row")


def _day(day: str) -> str:
    return formats.day(date.fromisoformat(day))


def _with_interval(model: Mapping[str, Any], metric: str) -> list[str | Component]:
    """Return a figure with its interval below it: beside it the table would be too wide."""
    low, high = (formats.number(end, 4) for end in model["ci95"][metric])
    interval = _("{low} to {high}").format(low=low, high=high)
    value = formats.number(model["metrics"][metric], 4)
    return [value, html.Br(), html.Small(interval, className="muted")]
