"""Charts of a rolling backtest: accuracy over time, and over the age of the model."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats
from dashboard.figures.chart import Chart
from dashboard.figures.curves import metric_name
from dashboard.figures.template import CATEGORIES, figure, percentages
from dashboard.theme import colour
from data.i18n import _
from model.metrics.protocol_metrics import metrics_of


def accuracy_over_time(judged: Mapping[str, Any], theme: str | None) -> Chart:
    """Draw the accuracy of each model of a backtest in the periods after its training.

    Parameters
    ----------
    judged : mapping
        What ``model.evaluation.backtest.backtest`` returned.
    theme : str or None
        ``"light"`` or ``"dark"``.
    """
    metric, points = metrics_of(judged["protocol"]).hits, judged["points"]
    names = {
        cut["run"]: _("until {day}").format(day=formats.day(date.fromisoformat(cut["last_day"])))
        for cut in judged["cuts"]
    }
    runs = list(dict.fromkeys(point["run"] for point in points))
    plot = figure(theme, hovermode="x unified", showlegend=True)
    colours = [name for name in CATEGORIES if name != "baseline"]
    for number, run in enumerate(runs):
        own = {p["from"]: p["models"][0]["metrics"][metric] for p in points if p["run"] == run}
        _add(plot, own, names[run], colour(colours[number % len(colours)], theme))
    name = formats.model(points[0]["models"][1]["name"])
    newest = {p["from"]: p["models"][1]["metrics"][metric] for p in points}  # the last one is it
    _add(plot, newest, name, colour("baseline", theme))
    plot.update_yaxes(tickformat=percentages(".0%"), rangemode="tozero", showgrid=True)
    return Chart(
        plot,
        _time_finding(points, runs, metric),
        _("{metric} in periods of {days} days after the end of each training").format(
            metric=metric_name(metric), days=judged["period_days"]
        ),
        pd.DataFrame(
            {
                _("Training"): [point["run"] for point in points],
                _("Data"): [names[point["run"]] for point in points],
                _("From"): [point["from"][:10] for point in points],
                _("Targets"): [point["targets"] for point in points],
                metric_name(metric): [point["models"][0]["metrics"][metric] for point in points],
                name: [point["models"][1]["metrics"][metric] for point in points],
                _("Targets of unknown products"): [point["unknown_products"] for point in points],
            }
        ),
    )


def loss_by_age(judged: Mapping[str, Any], finding: str, theme: str | None) -> Chart:
    """Draw how much less an older model finds than a new one on the same targets, by its age.

    Parameters
    ----------
    judged : mapping
        What ``model.evaluation.backtest.backtest`` returned, of two cuts or more.
    finding : str
        The main result, as a sentence.
    theme : str or None
        ``"light"`` or ``"dark"``.
    """
    metric, ages = metrics_of(judged["protocol"]).hits, judged["ages"]
    days = [age["days"] for age in ages]
    values = [age["loss"][metric] for age in ages]
    ends = [age["ci95"][metric] for age in ages]
    plot = figure(theme)
    plot.add_scatter(
        x=days,
        y=values,
        mode="lines+markers",
        line={"color": colour("network", theme), "width": 2},
        marker={"size": 9},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [high - value for value, (_low, high) in zip(values, ends, strict=True)],
            "arrayminus": [value - low for value, (low, _high) in zip(values, ends, strict=True)],
            "color": colour("line-strong", theme),
            "thickness": 1.5,
            "width": 4,
        },
        hovertemplate=percentages("%{x}: %{y:.2%}<extra></extra>"),
    )
    plot.update_xaxes(title_text=_("days older"), rangemode="tozero", tickvals=[0, *days])
    # A whole per cent would be one label for several ticks: a model ages by tenths.
    plot.update_yaxes(
        tickformat=percentages(".2~%"), rangemode="tozero", showgrid=True, zeroline=True
    )
    return Chart(
        plot,
        finding.partition(":")[0].removesuffix("."),
        _("{metric} of a new model minus that of an older one, with its 95% interval").format(
            metric=metric_name(metric)
        ),
        pd.DataFrame(
            {
                _("Days older"): days,
                _("Targets"): [age["targets"] for age in ages],
                metric_name(metric): values,
                _("From"): [low for low, _high in ends],
                _("To"): [high for _low, high in ends],
            }
        ),
    )


def _add(plot: go.Figure, values: Mapping[str, float], name: str, line_colour: str) -> None:
    """Add the line of a model: begin of each period → accuracy."""
    plot.add_scatter(
        x=[datetime.fromisoformat(begin) for begin in values],
        y=list(values.values()),
        name=name,
        mode="lines+markers",
        line={"color": line_colour, "width": 2},
        marker={"size": 7},
        hovertemplate=percentages("%{y:.1%}"),
    )


def _time_finding(points: list[Any], runs: list[str], metric: str) -> str:
    last = max(point["from"] for point in points)
    values = {
        point["run"]: point["models"][0]["metrics"][metric]
        for point in points
        if point["from"] == last
    }
    if len(runs) < 2 or not {runs[0], runs[-1]} <= values.keys():
        return _("Accuracy after the training, by period")
    return _("In the last period the newest model reaches {new}, the oldest one {old}").format(
        new=formats.percent(values[runs[-1]]), old=formats.percent(values[runs[0]])
    )
