"""Chart of prices: their histogram on a logarithmic axis."""

import math

import pandas as pd

from dashboard import formats
from dashboard.figures.chart import Chart
from dashboard.figures.labels import type_colour, type_name, type_noun
from dashboard.figures.template import figure
from dashboard.theme import colour
from data.i18n import _


def prices(frame: pd.DataFrame, theme: str | None, kind: str) -> Chart | None:
    """Draw the histogram of prices; None if no event has a price.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns low, high (bounds of bins of equal width in the logarithm), events; lower, median,
        upper (quartiles of all prices, in every row).
    theme : str or None
        ``"light"`` or ``"dark"``; None means the default.
    kind : str
        Event type that the frame counts.
    """
    noun = type_noun(kind)
    if not frame["events"].sum():
        return None
    fig = figure(theme, bargap=0)
    fig.add_bar(
        x=(frame["low"] * frame["high"]) ** 0.5,
        y=frame["events"],
        width=(frame["high"] - frame["low"]) * 0.94,
        marker={"color": colour(type_colour(kind), theme)},
        customdata=frame[["low", "high"]],
        hovertemplate="%{customdata[0]:,.2f} – %{customdata[1]:,.2f}: %{y:,}<extra></extra>",
    )
    lower, median, upper = frame[["lower", "median", "upper"]].iloc[0]
    fig.add_vline(x=median, line={"color": colour("text", theme), "width": 1, "dash": "dot"})
    fig.add_annotation(
        text=_("median {price}").format(price=formats.money(median)),
        x=math.log10(median),  # the position on a logarithmic axis is the exponent
        y=1,
        yref="paper",
        yanchor="bottom",
    )
    # Powers of ten alone, unless prices within one would leave the axis without a number.
    wide = frame["high"].max() >= 10 * frame["low"].min()
    fig.update_xaxes(type="log", title_text=_("price, logarithmic"), dtick=1 if wide else None)
    fig.update_yaxes(rangemode="tozero", tickformat="~s")
    fig.update_layout(margin={"t": 24})
    return Chart(
        figure=fig,
        finding=_("Half of the {noun} cost between {low} and {high}").format(
            noun=noun, low=formats.money(lower), high=formats.money(upper)
        ),
        subtitle=_("{noun} by price, in the currency of the log").format(noun=type_name(kind)),
        table=frame[["low", "high", "events"]].set_axis(
            [_("Price from"), _("Price to"), _("Events")], axis=1
        ),
    )
