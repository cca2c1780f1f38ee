"""Line charts whose lines are labelled at their ends."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from dashboard.figures.plain_text import mark
from dashboard.figures.template import figure
from dashboard.theme import colour
from data.i18n import _

MAX_DIRECT_LABELS = 3
_MARK_WIDTH, _LETTER_WIDTH, _CAPITAL_WIDTH, _MAX_LETTERS = 28, 7, 9, 18
"""Widths in pixels of the parts of a label at the end of a line, and the number of letters that the
right margin makes room for, so that a long name does not squeeze the chart."""


@dataclass(frozen=True)
class Line:
    """One line of a line chart.

    Attributes
    ----------
    name : str
        Its label.
    x, y : sequence
        Coordinates of its points, at most 2,000.
    meaning : str
        Name of a series colour of ``dashboard.theme``.
    width : float
        Width in pixels.
    shadow : sequence or None
        Raw values that are drawn faintly behind smoothed ones.
    best : int or None
        Index of the point that gets a marker, such as the best epoch.
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
    extent: Sequence[float] = (),
) -> go.Figure:
    """Draw lines with a label at the end of each; more than three get a legend instead.

    Parameters
    ----------
    series : sequence of Line
        The lines, in drawing order.
    theme : str or None
        ``"light"`` or ``"dark"``.
    unit, x_title : str
        Unit after the value on hover, and title of the horizontal axis.
    digits : int
        Decimals on hover.
    log : bool
        Whether the vertical axis is logarithmic; its title says so.
    extent : sequence of float
        Values beside those of the lines that the vertical axis spans.
    """
    direct = len(series) <= MAX_DIRECT_LABELS
    plot = figure(theme, hovermode="x unified", showlegend=not direct)
    for line in series:
        if line.shadow is not None:
            _add_shadow(plot, line, theme)
        plot.add_scatter(
            x=column(line.x),
            y=column(line.y),
            name=line.name,
            mode="lines+markers" if len(line.x) == 1 else "lines",
            line={"color": colour(line.meaning, theme), "width": line.width},
            hovertemplate=f"%{{y:,.{digits}f}} {unit}".rstrip(),
        )
        if line.best is not None:
            _add_best(plot, line, theme)
    if direct:
        _label_ends(plot, series, theme, log, extent)
    plot.update_xaxes(title_text=x_title or None)
    if log:
        plot.update_yaxes(type="log", title_text=_("logarithmic"))
    return plot


def column(values: Sequence[Any]) -> Sequence[Any] | npt.NDArray[np.float64]:
    """Return coordinates as Plotly takes and sends them fastest: numbers as an array.

    A list is checked and copied number by number, again and again until it is sent.

    Parameters
    ----------
    values : sequence
        None where there is no value, which becomes NaN and interrupts a line as well.
    """
    if all(value is None or isinstance(value, int | float) for value in values):
        return np.array(values, dtype=np.float64)
    return values


def _add_shadow(plot: go.Figure, line: Line, theme: str | None) -> None:
    assert line.shadow is not None
    plot.add_scatter(
        x=column(line.x),
        y=column(line.shadow),
        mode="lines",
        line={"color": colour(line.meaning, theme), "width": 1},
        opacity=0.3,
        hoverinfo="skip",
        showlegend=False,
    )


def _add_best(plot: go.Figure, line: Line, theme: str | None) -> None:
    assert line.best is not None
    plot.add_scatter(
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


def _label_ends(
    plot: go.Figure, series: Sequence[Line], theme: str | None, log: bool, extent: Sequence[float]
) -> None:
    """Write the label of each line at its end, after a mark in the colour of the line."""
    ends = [line for line in series if len(line.x) and line.y[-1] is not None]
    drawn_values = [
        float(y) for line in series for y in (*line.y, *(line.shadow or ())) if y is not None
    ] + list(extent)
    height = max(drawn_values, default=0.0) - min(drawn_values, default=0.0)
    shifts = _shifts([float(line.y[-1]) for line in ends], height)
    for line, shift in zip(ends, shifts, strict=True):
        plot.add_annotation(
            x=1,
            xref="paper",
            y=_on_axis(float(line.y[-1]), log),
            text=mark(colour(line.meaning, theme)) + line.name,
            xanchor="left",
            xshift=6,
            yshift=shift,
        )
    plot.update_layout(margin={"r": max((_room(line.name) for line in ends), default=_MARK_WIDTH)})


def _room(name: str) -> int:
    """Return the width in pixels of a label with its mark."""
    capitals = (letter.isupper() or letter == "@" for letter in name[:_MAX_LETTERS])
    return _MARK_WIDTH + sum(_CAPITAL_WIDTH if capital else _LETTER_WIDTH for capital in capitals)


def _on_axis(value: float, log: bool) -> float:
    """Return the coordinate of an annotation: the exponent on a logarithmic axis, as for Plotly."""
    return math.log10(value) if log and value > 0 else value


def _shifts(values: Sequence[float], height: float) -> list[int]:
    """Return vertical shifts in pixels that separate labels of lines with close ends.

    Parameters
    ----------
    values : sequence of float
        Last values of the lines.
    height : float
        Range of the axis.

    Examples
    --------
    >>> _shifts([5.0, 5.01], height=4.0)
    [-8, 8]
    """
    order = sorted(range(len(values)), key=lambda index: values[index])
    shifts = [0] * len(values)
    for low, high in itertools.pairwise(order):
        if values[high] - values[low] <= 0.08 * height:
            shifts[low] -= 8
            shifts[high] += 8
    return shifts
