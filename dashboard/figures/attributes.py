"""Charts of an attribute of products or buyers: bars of a category, the histogram of a number."""

import numpy as np
import pandas as pd

from dashboard import formats
from dashboard.figures import shapes
from dashboard.figures.chart import Chart
from dashboard.figures.labels import type_colour, type_name, type_noun
from dashboard.figures.template import figure
from dashboard.theme import colour
from data.i18n import _

MOST_BINS = 24
_TAIL = 0.005  # share of the events at either end that share the first and the last bin
_NICE = (1, 2, 5)


def categories(frame: pd.DataFrame, theme: str | None, kind: str, label: str) -> Chart | None:
    """Draw the most frequent values of an attribute as bars; None if no event has a value.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns value (missing for events without one), events, in falling order.
    theme : str or None
        ``"light"`` or ``"dark"``; None means the default.
    kind : str
        Event type that the frame counts.
    label : str
        Name of the attribute.
    """
    known, total = frame.dropna(subset="value"), int(frame["events"].sum())
    if known.empty or not total:
        return None
    labels, counts = shapes.with_other(known["value"].tolist(), known["events"].tolist())
    colours = [type_colour(kind)] * len(labels)
    if len(labels) < len(known):
        colours[-1] = "baseline"
    first = known.iloc[0]
    return Chart(
        figure=shapes.bars(
            labels,
            counts,
            theme,
            meanings=colours,
            texts=[formats.percent(count / total) for count in counts],
        ),
        finding=_("{attribute}: {value} makes {share} of the {noun}").format(
            attribute=label,
            value=first["value"],
            share=formats.percent(first["events"] / total),
            noun=type_noun(kind),
        ),
        subtitle=_subtitle(frame, kind, label),
        table=pd.DataFrame(
            {
                label: known["value"],
                _("Events"): known["events"],
                _("Share"): known["events"] / total,
            }
        ),
    )


def numbers(frame: pd.DataFrame, theme: str | None, kind: str, label: str) -> Chart | None:
    """Draw the histogram of a number; None if no event has a value.

    Parameters
    ----------
    frame, theme, kind, label
        As for ``categories``; the values are numbers.
    """
    known = frame.dropna(subset="value").astype({"value": float}).sort_values("value")
    if known.empty or not known["events"].sum():
        return None
    bins = histogram(known)
    low, middle, high = (_quantile(known, share) for share in (0.25, 0.5, 0.75))
    plot = figure(theme, bargap=0)
    plot.add_bar(
        x=bins["middle"],
        y=bins["events"],
        width=bins["width"] * 0.94,
        marker={"color": colour(type_colour(kind), theme)},
        customdata=bins[["low", "high"]].map(formats.value),
        hovertemplate="%{customdata[0]} – %{customdata[1]}: %{y:,}<extra></extra>",
    )
    plot.add_vline(x=middle, line={"color": colour("text", theme), "width": 1, "dash": "dot"})
    plot.add_annotation(
        text=_("median {value}").format(value=formats.value(middle)),
        x=middle,
        y=1,
        yref="paper",
        yanchor="bottom",
    )
    plot.update_xaxes(title_text=label, separatethousands=False)
    plot.update_yaxes(rangemode="tozero", tickformat="~s")
    plot.update_layout(margin={"t": 24})
    return Chart(
        figure=plot,
        finding=_("{attribute}: half of the {noun} lie between {low} and {high}").format(
            attribute=label, noun=type_noun(kind), low=formats.value(low), high=formats.value(high)
        ),
        subtitle=_subtitle(frame, kind, label),
        table=bins[["low", "high", "events"]].set_axis([_("From"), _("To"), _("Events")], axis=1),
    )


def histogram(known: pd.DataFrame) -> pd.DataFrame:
    """Return at most 26 bins of equal width; the first and the last one hold the outliers, too.

    Parameters
    ----------
    known : pandas.DataFrame
        Columns value, events, in rising order.

    Returns
    -------
    pandas.DataFrame
        Columns low, high (the smallest and largest value in the bin), middle, width (of its bar)
        and events.

    Examples
    --------
    >>> ages = pd.DataFrame({"value": [18.0, 19.0, 44.0, 61.0], "events": [1, 2, 4, 1]})
    >>> histogram(ages)[["low", "high", "events"]].values.tolist()
    [[18.0, 19.0, 3.0], [44.0, 44.0, 4.0], [61.0, 61.0, 1.0]]
    """
    values = known["value"].to_numpy()
    start, stop = _quantile(known, _TAIL), _quantile(known, 1 - _TAIL)
    step = nice_step((stop - start) / MOST_BINS, bool((values == np.rint(values)).all()))
    places = np.clip(np.floor(values / step), np.floor(start / step), np.floor(stop / step))
    grouped = known.assign(place=places).groupby("place")
    # Whole numbers are centred on their tick where a bin holds one each.
    shift = 0.0 if step == 1 else 0.5
    return (
        grouped.agg(low=("value", "min"), high=("value", "max"), events=("events", "sum"))
        .assign(middle=lambda bins: (bins.index + shift) * step, width=step)
        .reset_index(drop=True)
    )


def nice_step(least: float, whole: bool) -> float:
    """Return 1, 2 or 5 times a power of ten that is not less than a width; at least 1 if whole.

    Examples
    --------
    >>> nice_step(2.4, True), nice_step(0.3, False), nice_step(0.3, True)
    (5.0, 0.5, 1.0)
    """
    least = max(least, 1.0 if whole else 0.0) or 1.0
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(m * power for m in (*_NICE, 10) if m * power >= least * (1 - 1e-9)))


def _quantile(known: pd.DataFrame, share: float) -> float:
    """Return the value that a share of the events do not exceed."""
    cumulative = known["events"].cumsum().to_numpy()
    return float(known["value"].iloc[int(np.searchsorted(cumulative, share * cumulative[-1]))])


def _subtitle(frame: pd.DataFrame, kind: str, label: str) -> str:
    missing = frame.loc[frame["value"].isna(), "events"].sum() / frame["events"].sum()
    return _("{noun} by {attribute}; {missing} have none").format(
        noun=type_name(kind), attribute=label, missing=formats.percent(missing)
    )
