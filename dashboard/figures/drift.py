"""The accuracy of a trained model week by week, on what happened after its training."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard import formats
from dashboard.figures.chart import Chart
from dashboard.figures.curves import metric_name
from dashboard.figures.template import figure, percentages
from dashboard.theme import colour
from data.i18n import _
from model.metrics.protocol_metrics import metrics_of


def weekly_accuracy(drift: Mapping[str, Any], finding: str, theme: str | None) -> Chart:
    """Draw the share of targets among the first ten by week, beside popularity.

    Every point has its 95 % interval over buyers; a line marks the end of the training data.

    Parameters
    ----------
    drift : mapping
        What ``model.evaluation.drift.assess_drift`` returned.
    finding : str
        The main result, as a sentence.
    theme : str or None
        ``"light"`` or ``"dark"``.
    """
    metric, weeks = metrics_of(drift["protocol"]).hits, drift["weeks"]
    begins = [datetime.fromisoformat(week["from"]) for week in weeks]
    names = [formats.model(model["name"]) for model in drift["since"]["models"]]
    plot = figure(theme, hovermode="x unified", showlegend=True)
    for number, (name, meaning) in enumerate(zip(names, ("network", "baseline"), strict=True)):
        models = [week["models"][number] for week in weeks]
        plot.add_scatter(**_line(begins, models, metric, name, colour(meaning, theme)))
    _mark_end(plot, datetime.fromisoformat(drift["trained_until"]), theme)
    plot.update_yaxes(tickformat=percentages(".0%"), rangemode="tozero", showgrid=True)
    return Chart(
        plot,
        finding.removesuffix("."),
        _(
            "{metric} by week with its 95% interval, beside popularity fitted on the same past;"
            " before the line: the test part of the training"
        ).format(metric=metric_name(metric)),
        _table(weeks, begins, names, metric),
    )


def _line(
    begins: Sequence[datetime],
    models: Sequence[Mapping[str, Any]],
    metric: str,
    name: str,
    line_colour: str,
) -> dict[str, Any]:
    values = [model["metrics"][metric] for model in models]
    ends = [model["ci95"][metric] for model in models]
    return {
        "x": begins,
        "y": values,
        "name": name,
        "mode": "lines+markers",
        "line": {"color": line_colour, "width": 2},
        "marker": {"size": 7},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [high - value for value, (_low, high) in zip(values, ends, strict=True)],
            "arrayminus": [value - low for value, (low, _high) in zip(values, ends, strict=True)],
            "color": line_colour,
            "thickness": 1.5,
            "width": 4,
        },
        "hovertemplate": percentages("%{y:.1%}"),
    }


def _mark_end(plot: go.Figure, end: datetime, theme: str | None) -> None:
    plot.add_vline(x=end, line={"color": colour("text-muted", theme), "dash": "dot", "width": 1.5})
    plot.add_annotation(
        x=end,
        y=1,
        yref="paper",
        text=_("end of the training data"),
        showarrow=False,
        xanchor="left",
        xshift=4,
    )


def _table(
    weeks: Sequence[Mapping[str, Any]],
    begins: Sequence[datetime],
    names: Sequence[str],
    metric: str,
) -> pd.DataFrame:
    columns: dict[str, list[Any]] = {
        _("Week from"): [begin.date() for begin in begins],
        _("Targets"): [week["targets"] for week in weeks],
        _("Buyers"): [week["buyers"] for week in weeks],
    }
    for number, name in enumerate(names):
        for heading, key in ((name, metric), (f"{name}, NDCG@10", "ndcg@10")):
            columns[heading] = [week["models"][number]["metrics"][key] for week in weeks]
    columns |= {
        _("Targets of unknown products"): [week["unknown_products"] for week in weeks],
        _("Unknown buyers"): [week["unknown_buyers"] for week in weeks],
        _("New products"): [week["new_products"] for week in weeks],
        _("Median price"): [week["median_price"] for week in weeks],
        _("Distance of categories"): [week["category_distance"] for week in weeks],
    }
    return pd.DataFrame(columns)
