"""Basic chart types: bars, heat maps, treemaps and Lorenz curves, without titles."""

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.figures.line_chart import Line, lines
from dashboard.figures.template import figure, percentages
from dashboard.theme import colour, mix
from data.i18n import _

__all__ = ["MAX_BARS", "Line", "bars", "heat_map", "lines", "lorenz", "treemap", "with_other"]

MAX_BARS = 12


def bars(
    labels: Sequence[str],
    values: Sequence[float],
    theme: str | None,
    *,
    meaning: str = "baseline",
    meanings: Sequence[str] | None = None,
    texts: Sequence[str] | None = None,
    unit: str = "",
    horizontal: bool = True,
) -> go.Figure:
    """Draw bars from zero, the first one on top.

    Parameters
    ----------
    labels, values : sequence
        Labels and lengths of at most twelve bars; see ``with_other``.
    theme : str or None
        ``"light"`` or ``"dark"``.
    meaning, meanings : str, sequence of str
        Series colour of all bars, or of each.
    texts : sequence of str, optional
        Text at the end of each bar, which replaces the axis.
    unit : str
        Unit after the value on hover.
    horizontal : bool
        Whether the bars are horizontal; vertical bars are for ordered categories.
    """
    fill = [colour(name, theme) for name in meanings or [meaning] * len(labels)]
    hover = "%{label}: %{value:,}" + (f" {unit}" if unit else "") + "<extra></extra>"
    lying = {"x": values, "y": labels, "orientation": "h"}
    standing = {"x": labels, "y": values}
    plot = figure(theme)
    plot.add_bar(
        **(lying if horizontal else standing),
        marker={"color": fill, "cornerradius": 2},
        text=texts,
        textposition="outside" if texts is not None else "none",
        textfont={"color": colour("text", theme)},
        cliponaxis=False,
        hovertemplate=hover,
    )
    if horizontal:
        plot.update_yaxes(autorange="reversed", showgrid=False, type="category")
        plot.update_xaxes(rangemode="tozero", showgrid=texts is None, showticklabels=texts is None)
        plot.update_layout(margin={"r": 56 if texts is not None else 16})
    else:
        plot.update_yaxes(rangemode="tozero", showgrid=texts is None, showticklabels=texts is None)
    return plot


def with_other(
    labels: Sequence[str], values: Sequence[float], most: int = MAX_BARS
) -> tuple[list[str], list[float]]:
    """Keep the first bars and sum up the rest as one bar.

    Examples
    --------
    >>> with_other(["a", "b", "c", "d"], [5, 3, 2, 1], most=3)
    (['a', 'b', 'Other'], [5, 3, 3])
    >>> with_other(["Other", "b", "c", "d"], [5, 3, 2, 1], most=3)
    (['Other', 'b', 'All others'], [5, 3, 3])
    """
    if len(labels) <= most:
        return list(labels), list(values)
    first, rest = list(labels[: most - 1]), sum(values[most - 1 :])
    other = _("All others") if _("Other") in first else _("Other")
    return [*first, other], [*values[: most - 1], rest]


def heat_map(
    columns: Sequence[Any],
    rows: Sequence[Any],
    values: Sequence[Sequence[float | None]],
    theme: str | None,
    *,
    unit: str = "",
) -> go.Figure:
    """Draw a value for each pair of row and column, in cividis.

    Parameters
    ----------
    columns, rows : sequence
        Names of the columns and rows; the first row is on top.
    values : sequence of sequences
        Shape ``[rows, columns]``; None is an empty cell.
    theme : str or None
        ``"light"`` or ``"dark"``.
    unit : str
        Unit after the value on hover.
    """
    plot = figure(theme)
    hover = f"%{{y}} · %{{x}}: %{{z:,}} {unit}".rstrip() + "<extra></extra>"
    plot.add_heatmap(x=columns, y=rows, z=values, hovertemplate=hover)
    plot.update_yaxes(autorange="reversed", showgrid=False, type="category")
    plot.update_xaxes(type="category")
    return plot


def treemap(
    ids: Sequence[str],
    labels: Sequence[str],
    parents: Sequence[str],
    values: Sequence[float],
    theme: str | None,
    *,
    meaning: str = "purchase",
    unit: str = "",
) -> go.Figure:
    """Draw nested areas whose colour follows their size.

    Parameters
    ----------
    ids, labels, parents : sequence of str
        Each area, its name, and the id of the area around it (``""`` for none).
    values : sequence of float
        Size of each area, the areas inside it included.
    theme : str or None
        ``"light"`` or ``"dark"``.
    meaning : str
        Series colour; larger areas have a stronger tint of it.
    unit : str
        Unit after the value on hover.
    """
    surface, text = colour("surface", theme), colour("text", theme)
    most = max(values, default=0) or 1
    inner = set(parents)
    fills = [
        colour("sunken", theme)
        if name in inner
        else mix(surface, colour(meaning, theme), 0.12 + 0.38 * math.sqrt(value / most))
        for name, value in zip(ids, values, strict=True)
    ]
    plot = figure(theme, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    plot.add_treemap(
        ids=ids,
        labels=labels,
        parents=parents,
        values=values,
        branchvalues="total",
        maxdepth=2,
        marker={
            "colors": fills,
            "line": {"color": surface, "width": 1},
            "pad": {"t": 20, "l": 2, "r": 2, "b": 2},
        },
        textfont={"color": text, "size": 12},
        texttemplate=percentages("%{label}<br>%{percentRoot:.0%}"),
        tiling={"pad": 1},
        root={"color": surface},
        pathbar={"visible": False},
        hovertemplate=f"%{{label}}: %{{value:,}} {unit}".rstrip() + "<extra></extra>",
    )
    plot.update_layout(uniformtext={"minsize": 11, "mode": "hide"})  # no words too small to read
    return plot


def lorenz(
    shares: Sequence[float],
    cumulative: Sequence[float],
    theme: str | None,
    *,
    meaning: str,
    name: str,
) -> go.Figure:
    """Draw a Lorenz curve beside the line of equality.

    Parameters
    ----------
    shares, cumulative : sequence of float
        Points from (0, 0) to (1, 1): share of the members, smallest first, and their share of the
        total.
    theme : str or None
        ``"light"`` or ``"dark"``.
    meaning : str
        Series colour of the curve.
    name : str
        Label of the curve.
    """
    plot = lines(
        [
            Line(_("Equality"), [0, 1], [0, 1], "baseline", width=1),
            Line(name, shares, cumulative, meaning),
        ],
        theme,
    )
    plot.update_layout(hovermode="closest")
    plot.update_traces(hovertemplate=percentages("%{x:.1%} → %{y:.1%}<extra></extra>"))
    plot.update_xaxes(tickformat=percentages(".0%"), range=[0, 1])
    plot.update_yaxes(tickformat=percentages(".0%"), rangemode="tozero")
    plot.layout.annotations = ()
    plot.update_layout(margin={"r": 24})
    return plot
