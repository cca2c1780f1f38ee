"""Chart of brands: the number of events of each."""

import pandas as pd

from dashboard import formats
from dashboard.figures import shapes
from dashboard.figures.chart import Chart
from dashboard.figures.labels import type_colour, type_name, type_noun
from data.i18n import _, ngettext


def brands(frame: pd.DataFrame, theme: str | None, kind: str) -> Chart | None:
    """Draw the most frequent brands as bars; None if no event has a brand.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns brand (missing for events without one), events.
    theme : str or None
        ``"light"`` or ``"dark"``; None means the default.
    kind : str
        Event type that the frame counts.
    """
    noun = type_noun(kind)
    known = frame.dropna(subset="brand").sort_values("events", ascending=False, kind="stable")
    total = int(frame["events"].sum())
    if known.empty or not total:
        return None
    labels, counts = shapes.with_other(known["brand"].tolist(), known["events"].tolist())
    colours = [type_colour(kind)] * len(labels)
    if len(labels) < len(known):
        colours[-1] = "baseline"
    return Chart(
        figure=shapes.bars(
            labels,
            counts,
            theme,
            meanings=colours,
            texts=[formats.percent(count / total) for count in counts],
        ),
        finding=_finding(known["events"], noun),
        subtitle=_("{noun} by brand, share of all; {missing} have none").format(
            noun=type_name(kind), missing=formats.percent(1 - known["events"].sum() / total)
        ),
        table=pd.DataFrame(
            {
                _("Brand"): known["brand"],
                _("Events"): known["events"],
                _("Share"): known["events"] / total,
            }
        ),
    )


def _finding(events: "pd.Series[int]", noun: str) -> str:
    """Return the number of brands that account for half of the events with a brand."""
    half = int((events.cumsum() < events.sum() / 2).sum()) + 1
    return ngettext(
        "One brand of {all} makes half of the {noun} with a brand",
        "{number} brands of {all} make half of the {noun} with a brand",
        half,
    ).format(number=formats.number(half), all=formats.number(len(events)), noun=noun)
