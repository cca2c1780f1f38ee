"""Prices: what people pay, on a logarithmic scale."""

import math

import pandas as pd

from dashboard import formats
from dashboard.figures.chart import Chart
from dashboard.figures.template import figure
from dashboard.figures.words import type_colour, type_name, type_noun
from dashboard.theme import colour
from data.i18n import _


def prices(frame: pd.DataFrame, theme: str | None, kind: str) -> Chart | None:
    """Draw how many events have which price; None where none has one.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns low, high (of bins that grow by a factor), events.
    theme : str or None
        ``"light"`` or ``"dark"``.
    kind : str
        The event type that is counted.
    """
    noun = type_noun(kind)
    if not frame["events"].sum():
        return None
    drawn = figure(theme, bargap=0)
    drawn.add_bar(
        x=(frame["low"] * frame["high"]) ** 0.5,
        y=frame["events"],
        width=(frame["high"] - frame["low"]) * 0.94,
        marker={"color": colour(type_colour(kind), theme)},
        customdata=frame[["low", "high"]],
        hovertemplate="%{customdata[0]:,.2f} – %{customdata[1]:,.2f}: %{y:,}<extra></extra>",
    )
    quartiles = [_quantile(frame, share) for share in (0.25, 0.5, 0.75)]
    drawn.add_vline(
        x=quartiles[1], line={"color": colour("text", theme), "width": 1, "dash": "dot"}
    )
    drawn.add_annotation(
        text=_("median {price}").format(price=formats.money(quartiles[1])),
        x=math.log10(quartiles[1]),  # annotations, unlike shapes, want the exponent
        y=1,
        yref="paper",
        yanchor="bottom",
    )
    drawn.update_xaxes(type="log", title_text=_("price, logarithmic"), dtick=1)
    drawn.update_yaxes(rangemode="tozero", tickformat="~s")
    drawn.update_layout(margin={"t": 24})
    return Chart(
        figure=drawn,
        finding=_("Half of the {noun} cost between {low} and {high}").format(
            noun=noun, low=formats.money(quartiles[0]), high=formats.money(quartiles[2])
        ),
        subtitle=_("{noun} by price, in the currency of the log").format(noun=type_name(kind)),
        table=frame[["low", "high", "events"]].set_axis(
            [_("Price from"), _("Price to"), _("Events")], axis=1
        ),
    )


def _quantile(frame: pd.DataFrame, share: float) -> float:
    """Return the price that a share of the events stays below, inside its bin by proportion."""
    counts = frame["events"].to_numpy()
    wanted = share * counts.sum()
    place = int((counts.cumsum() < wanted).sum())
    inside = (wanted - counts[:place].sum()) / max(counts[place], 1)
    low, high = float(frame["low"].iloc[place]), float(frame["high"].iloc[place])
    return float(low * (high / low) ** float(inside))
