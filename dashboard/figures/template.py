"""Plotly templates of both themes, made from the colours and fonts of ``dashboard.theme``."""

import re
from functools import cache
from typing import Any

import plotly.graph_objects as go

from dashboard.theme import FONT, Theme, colour, known
from data.i18n import language

SEPARATORS = {"es": ",."}  # decimal and thousands separators of a language
SPACED_PERCENT = {"es"}  # languages with a space before the percent sign
_PERCENT = re.compile(r"(?<![$\d])\.\d~?%")
CATEGORIES = ("validation", "training", "purchase", "test", "network", "view", "baseline")


def figure(theme: str | None, **layout: Any) -> go.Figure:
    """Return an empty figure with the template of a theme.

    Parameters
    ----------
    theme : str or None
        ``"light"`` or ``"dark"``; None means the default.
    **layout
        Plotly layout attributes.

    Examples
    --------
    >>> figure("dark").layout.template.layout.paper_bgcolor
    '#171a1f'
    """
    separators = SEPARATORS.get(language(), ".,")
    return go.Figure(
        layout={"template": template(known(theme)), "separators": separators, **layout}
    )


def percentages(text: str) -> str:
    """Return a number format or template of Plotly whose percentages follow the language.

    Plotly takes the sign of a currency from a locale, but not the percent sign: the format of a
    currency, ``$``, stands for a percentage with a space (``assets/plotly-es.js``).

    Parameters
    ----------
    text : str
        Such as ``".0%"`` or ``"%{x}: %{y:.1%}"``.

    Examples
    --------
    >>> percentages("%{x}: %{y:.1%}")
    '%{x}: %{y:.1%}'
    """
    return _PERCENT.sub(r"$\g<0>", text) if language() in SPACED_PERCENT else text


@cache
def template(theme: Theme) -> go.layout.Template:
    """Return the Plotly template of a theme."""
    text, muted, line = (colour(name, theme) for name in ("text", "text-muted", "line"))
    surface = colour("surface", theme)
    axis = {
        "automargin": True,
        "color": muted,
        "gridcolor": line,
        "linecolor": line,
        "zerolinecolor": line,
        "zerolinewidth": 1,
        "showgrid": False,
        "ticks": "",
        "title": {"font": {"size": 12, "color": muted}, "standoff": 8},
        "tickfont": {"size": 12, "color": muted},
    }
    return go.layout.Template(
        layout={
            "paper_bgcolor": surface,
            "plot_bgcolor": surface,
            "font": {"family": FONT, "size": 12, "color": text},
            "margin": {"l": 8, "r": 16, "t": 8, "b": 8, "pad": 4},
            "colorway": [colour(name, theme) for name in CATEGORIES],
            "xaxis": axis,
            "yaxis": axis | {"showgrid": True},
            "hoverlabel": {
                "bgcolor": surface,
                "bordercolor": colour("line-strong", theme),
                "font": {"family": FONT, "size": 12, "color": text},
                "align": "left",
            },
            "hovermode": "closest",
            "dragmode": False,
            "showlegend": False,
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "bargap": 0.4,
            "annotationdefaults": {"font": {"size": 12, "color": text}, "showarrow": False},
            "colorscale": {"sequential": "Cividis"},
            "coloraxis": {"colorbar": {"outlinewidth": 0, "thickness": 8, "len": 0.9}},
        },
        data={
            "bar": [go.Bar(marker={"line": {"width": 0}})],
            "scatter": [go.Scatter(line={"width": 2}, cliponaxis=False)],
            "heatmap": [
                go.Heatmap(
                    colorscale="Cividis",
                    xgap=1,
                    ygap=1,
                    colorbar={"outlinewidth": 0, "thickness": 8, "len": 0.9},
                )
            ],
        },
    )
