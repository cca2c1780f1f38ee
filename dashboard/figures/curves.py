"""Line charts over the progress of a training, which keep their zoom when they are redrawn."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.line_chart import Line, lines
from dashboard.figures.progress_axis import View, axis_title
from dashboard.figures.template import percentages
from dashboard.theme import colour
from dashboard.training_metrics import History
from data.i18n import N_, _

THIN, THICK = 1.5, 3.0
_TICKS = 10
_WORDS = {
    "recall": N_("Recall"),
    "precision": N_("Precision"),
    "value": N_("Value"),
    "coverage": N_("Coverage"),
    "novelty": N_("Novelty"),
    "diversity": N_("Diversity"),
    "gini": N_("Gini coefficient"),
    "same_list": N_("Most frequent list"),
    "loss": N_("Loss"),
}
_INITIALS = {"ndcg", "hr", "mrr", "map"}


def curves(
    series: Sequence[Line],
    view: View,
    *,
    digits: int = 3,
    percent: bool = False,
    extent: Sequence[float] = (),
) -> go.Figure:
    """Draw lines over the progress of a training.

    Parameters
    ----------
    series : sequence of Line
        Those of training thin, those of validation thick.
    digits : int
        Decimals under the pointer.
    percent : bool
        Whether the values are shares, which are shown as percentages.
    extent : sequence of float
        As for ``lines``.
    """
    drawn_lines = [line for line in series if any(value is not None for value in line.y)]
    plot = lines(
        drawn_lines,
        view.theme,
        x_title=axis_title(view.axis),
        digits=digits,
        extent=[*extent, 0.0] if percent else extent,
    )
    plot.update_layout(uirevision=f"{view.about} {view.axis}", dragmode="zoom")
    plot.update_xaxes(rangemode="tozero")
    if view.axis == "epoch":
        last = max((line.x[-1] for line in drawn_lines), default=1)
        plot.update_xaxes(
            tickformat=",d", dtick=max(1, math.ceil(last / _TICKS)), hoverformat=".2~f"
        )
    if percent:
        plot.update_yaxes(tickformat=percentages(".1~%"), rangemode="tozero")
        plot.update_traces(hovertemplate=percentages("%{y:.2%}"), selector={"hoverinfo": None})
    return plot


def label_best(figure: go.Figure, x: float, y: float, epoch: int, theme: str | None) -> None:
    """Write the number of the best epoch above its marker, legible over other lines."""
    text = _("best: epoch {epoch}").format(epoch=epoch)
    surface = colour("surface", theme)
    figure.add_annotation(x=x, y=y, text=text, yshift=18, bgcolor=surface, borderpad=1, opacity=0.9)


def metric_name(name: str) -> str:
    """Return the label of a metric.

    Examples
    --------
    >>> metric_name("val_ndcg@10"), metric_name("coverage@10"), metric_name("map@10")
    ('NDCG@10', 'Coverage@10', 'MAP@10')
    """
    plain = name.removeprefix("val_")
    head, at, depth = plain.partition("@")
    label = head.upper() if head in _INITIALS else _(_WORDS.get(head, head))
    return f"{label}{at}{depth}"


def epoch_table(history: History, columns: dict[str, str]) -> pd.DataFrame:
    """Return a table of metrics by epoch.

    Parameters
    ----------
    columns : dict
        From metrics of the history to column headings.
    """
    rows: dict[str, list[Any]] = {_("Epoch"): [entry["epoch"] for entry in history]}
    for key, heading in columns.items():
        rows[heading] = [entry.get(key) for entry in history]
    return pd.DataFrame(rows)
