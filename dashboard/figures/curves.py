"""Lines over the progress of a training, whose zoom survives being redrawn."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.line_chart import Line, lines
from dashboard.figures.progress_axis import History, View, axis_title
from data.i18n import N_, _

THIN, THICK = 1.5, 3.0
_TICKS = 10
_WORDS = {"coverage": N_("Coverage"), "novelty": N_("Novelty"), "loss": N_("Loss")}


def curves(
    series: Sequence[Line], view: View, *, digits: int = 3, percent: bool = False
) -> go.Figure:
    """Draw lines over an axis of progress.

    Parameters
    ----------
    series : sequence of Line
        Those of training thin, those of validation thick.
    digits : int
        Decimals under the pointer.
    percent : bool
        Whether the values are shares, which are written as percentages.
    """
    drawn_lines = [line for line in series if any(value is not None for value in line.y)]
    drawn = lines(drawn_lines, view.theme, x_title=axis_title(view.axis), digits=digits)
    drawn.update_layout(uirevision=f"{view.about} {view.axis}", dragmode="zoom")
    drawn.update_xaxes(rangemode="tozero")
    if view.axis == "epoch":
        last = max((line.x[-1] for line in drawn_lines), default=1)
        drawn.update_xaxes(
            tickformat=",d", dtick=max(1, math.ceil(last / _TICKS)), hoverformat=".2~f"
        )
    if percent:
        drawn.update_yaxes(tickformat=".1~%", rangemode="tozero")
        drawn.update_traces(hovertemplate="%{y:.2%}", selector={"hoverinfo": None})
    return drawn


def name_best(figure: go.Figure, place: float, value: float, epoch: int) -> None:
    """Say beside its ring which epoch was the best one."""
    words = _("best: epoch {epoch}").format(epoch=epoch)
    figure.add_annotation(x=place, y=value, text=words, yshift=16)


def best_entry(history: History, name: str, highest: bool = False) -> dict[str, Any] | None:
    """Return the epoch with the lowest (or highest) figure; the earlier one of equals.

    Examples
    --------
    >>> best_entry([{"epoch": 1, "val_loss": 6.1}, {"epoch": 2, "val_loss": 5.9}], "val_loss")
    {'epoch': 2, 'val_loss': 5.9}
    """
    judged = [entry for entry in history if entry.get(name) is not None]
    if not judged:
        return None
    sign = -1.0 if highest else 1.0
    return dict(min(judged, key=lambda entry: sign * entry[name]))


def metric_name(name: str) -> str:
    """Return how a ranking figure is written.

    Examples
    --------
    >>> metric_name("val_ndcg@10"), metric_name("coverage@10")
    ('NDCG@10', 'Coverage@10')
    """
    plain = name.removeprefix("val_")
    head, at, depth = plain.partition("@")
    shown = head.upper() if head in {"ndcg", "hr", "mrr"} else _(_WORDS.get(head, head))
    return f"{shown}{at}{depth}"


def epoch_table(history: History, columns: dict[str, str]) -> pd.DataFrame:
    """Return figures by epoch as a table: its columns are keys of the history and headings."""
    rows: dict[str, list[Any]] = {_("Epoch"): [entry["epoch"] for entry in history]}
    for key, heading in columns.items():
        rows[heading] = [entry.get(key) for entry in history]
    return pd.DataFrame(rows)
