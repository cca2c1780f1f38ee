"""Line charts: thin for training, thick for validation, each line labelled where it ends."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from dashboard.figures.template import figure
from dashboard.theme import colour
from data.i18n import _

MOST_DIRECT_LABELS = 3
_MARK_ROOM, _LETTER, _CAPITAL, _LETTERS = 28, 7, 9, 18
"""Room at the right of lines that are labelled where they end: pixels of the mark, of a letter and
of a capital, and letters at most, so that a run's long name leaves the lines theirs."""


@dataclass(frozen=True)
class Line:
    """One line of a line chart.

    Attributes
    ----------
    name : str
        What a reader calls it.
    x, y : sequence
        Its points, at most 2,000.
    meaning : str
        A series colour of ``dashboard.theme``.
    width : float
        Thin for training (1.5), thick for validation (2.5).
    shadow : sequence or None
        The raw values behind smoothed ones, drawn faintly.
    best : int or None
        Position of the point that gets a marker, such as the best epoch.
    """

    name: str
    x: Sequence[Any]
    y: Sequence[Any]
    meaning: str
    width: float = 2
    shadow: Sequence[Any] | None = None
    best: int | None = None


def lines(
    series: Sequence[Line],
    theme: str | None,
    *,
    unit: str = "",
    x_title: str = "",
    digits: int = 0,
    log: bool = False,
) -> go.Figure:
    """Draw lines, each labelled where it ends; more than three get a legend.

    Parameters
    ----------
    series : sequence of Line
        What is drawn, in this order.
    theme : str or None
        ``"light"`` or ``"dark"``.
    unit, x_title : str
        Said after the number on hover, and below the horizontal axis.
    digits : int
        Decimals on hover.
    log : bool
        Whether the vertical axis is logarithmic, which the axis then says.
    """
    direct = len(series) <= MOST_DIRECT_LABELS
    drawn = figure(theme, hovermode="x unified", showlegend=not direct)
    for line in series:
        if line.shadow is not None:
            _add_shadow(drawn, line, theme)
        drawn.add_scatter(
            x=line.x,
            y=line.y,
            name=line.name,
            mode="lines+markers" if len(line.x) == 1 else "lines",
            line={"color": colour(line.meaning, theme), "width": line.width},
            hovertemplate=f"%{{y:,.{digits}f}} {unit}".rstrip(),
        )
        if line.best is not None:
            _add_best(drawn, line, theme)
    if direct:
        _label_ends(drawn, series, theme, log)
    drawn.update_xaxes(title_text=x_title or None)
    if log:
        drawn.update_yaxes(type="log", title_text=_("logarithmic"))
    return drawn


def _add_shadow(drawn: go.Figure, line: Line, theme: str | None) -> None:
    drawn.add_scatter(
        x=line.x,
        y=line.shadow,
        mode="lines",
        line={"color": colour(line.meaning, theme), "width": 1},
        opacity=0.3,
        hoverinfo="skip",
        showlegend=False,
    )


def _add_best(drawn: go.Figure, line: Line, theme: str | None) -> None:
    assert line.best is not None
    drawn.add_scatter(
        x=[line.x[line.best]],
        y=[line.y[line.best]],
        mode="markers",
        marker={
            "size": 10,
            "color": colour("surface", theme),
            "line": {"color": colour(line.meaning, theme), "width": 2.5},
        },
        hoverinfo="skip",
        showlegend=False,
    )


def _label_ends(drawn: go.Figure, series: Sequence[Line], theme: str | None, log: bool) -> None:
    """Name each line where it ends, in the colour of text with a mark in its own."""
    ends = [line for line in series if len(line.x) and line.y[-1] is not None]
    drawn_values = [
        float(y) for line in series for y in (*line.y, *(line.shadow or ())) if y is not None
    ]
    height = max(drawn_values, default=0.0) - min(drawn_values, default=0.0)
    shifts = _shifts([float(line.y[-1]) for line in ends], height)
    for line, shift in zip(ends, shifts, strict=True):
        mark = f'<span style="color:{colour(line.meaning, theme)}">●</span>'
        drawn.add_annotation(
            x=1,
            xref="paper",
            y=_on_axis(float(line.y[-1]), log),
            text=f"{mark} {line.name}",
            xanchor="left",
            xshift=6,
            yshift=shift,
        )
    drawn.update_layout(margin={"r": max((_room(line.name) for line in ends), default=_MARK_ROOM)})


def _room(name: str) -> int:
    """Return the pixels that a name takes beside its line, its mark included."""
    wide = (one.isupper() or one == "@" for one in name[:_LETTERS])
    return _MARK_ROOM + sum(_CAPITAL if one else _LETTER for one in wide)


def _on_axis(value: float, log: bool) -> float:
    """Return where an annotation lies: Plotly wants the exponent on a logarithmic axis."""
    return math.log10(value) if log and value > 0 else value


def _shifts(values: Sequence[float], height: float) -> list[int]:
    """Return pixels that keep apart the labels of lines that end close to each other.

    Parameters
    ----------
    values : sequence of float
        Where the lines end.
    height : float
        How much the axis spans.

    Examples
    --------
    >>> _shifts([5.0, 5.01], height=4.0)
    [-8, 8]
    """
    order = sorted(range(len(values)), key=lambda at: values[at])
    shifts = [0] * len(values)
    for low, high in itertools.pairwise(order):
        if values[high] - values[low] <= 0.08 * height:
            shifts[low] -= 8
            shifts[high] += 8
    return shifts
