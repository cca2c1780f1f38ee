"""Charts of buyers: purchases per buyer, days between purchases, retention by month."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard import formats
from dashboard.figures import shapes
from dashboard.figures.chart import Chart
from dashboard.figures.labels import type_colour, type_name, type_noun
from dashboard.figures.template import percentages
from data.events import PURCHASE
from data.i18n import _, ngettext

MOST_STEPS = 12
_MANY = 0.15  # share of buyers in the last bar above which bars are ranges
_GAPS = (0, 1, 3, 7, 14, 30, 60, 90, 180, 365)  # upper bound of each bar, in whole days
_LONGER = 10**6  # key of the bar above the last bound


def purchases(frame: pd.DataFrame, theme: str | None, kind: str) -> Chart | None:
    """Draw the distribution of the number of purchases per buyer; None for an empty frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns purchases, users.
    theme : str or None
        ``"light"`` or ``"dark"``; None means the default.
    kind : str
        Event type that the frame counts.
    """
    total = int(frame["users"].sum())
    if not total:
        return None
    counts = frame.set_index("purchases")["users"].sort_index()
    labels, values = _bars(counts)
    shares = [value / total for value in values]
    fig = shapes.bars(
        labels,
        values,
        theme,
        meaning=type_colour(kind),
        texts=[_percent(share) for share in shares],
        horizontal=False,
    )
    fig.update_xaxes(title_text=_("{noun} per user").format(noun=type_noun(kind)), type="category")
    once = int(counts.get(1, 0))
    return Chart(
        figure=fig,
        finding=_purchases_finding(kind).format(
            share=formats.percent(once / total),
            noun=type_noun(kind),
            mean=formats.number(float((counts * counts.index).sum()) / total, 2),
        ),
        subtitle=_("Share of users by number of {noun}").format(noun=type_noun(kind)),
        table=pd.DataFrame({type_name(kind): counts.index, _("Users"): counts.to_numpy()}),
    )


def _percent(share: float) -> str:
    """Return the words of a bar, with a decimal where it is low: few are not none."""
    return formats.percent(share, 0 if share >= 0.1 or not share else 1)


def _purchases_finding(kind: str) -> str:
    if kind == PURCHASE:
        return _("{share} of the buyers bought once; the average bought {mean} times")
    return _("{share} of the users have one event; the average is {mean} {noun}")


def _bars(counts: "pd.Series[int]") -> tuple[list[str], list[int]]:
    """Return the labels and values of bars: one per number of purchases, or per doubling range."""
    ranges = counts[counts.index >= MOST_STEPS].sum() > _MANY * counts.sum()
    starts = [1 << power for power in range(8)] if ranges else list(range(1, MOST_STEPS + 1))
    labels, values = [], []
    for start, after in zip(starts, [*starts[1:], None], strict=True):
        rest = counts[counts.index >= start]
        if not len(rest):
            break
        bar = rest if after is None else rest[rest.index < after]
        labels.append(_range_name(start, after))
        values.append(int(bar.sum()))
    return labels, values


def _range_name(start: int, after: int | None) -> str:
    if after is None:
        return _("{number} or more").format(number=start)
    return str(start) if after - start == 1 else f"{start}–{after - 1}"


def gaps(frame: pd.DataFrame, theme: str | None, kind: str) -> Chart | None:
    """Draw the distribution of days between purchases; None if no buyer bought twice.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns days (whole days between consecutive purchases of a buyer), pairs (their number).
    theme : str or None
        ``"light"`` or ``"dark"``; None means the default.
    kind : str
        Event type that the frame counts.
    """
    total = int(frame["pairs"].sum())
    if not total:
        return None
    ordered = frame.sort_values("days")
    bars = [next((gap for gap in _GAPS if days <= gap), _LONGER) for days in ordered["days"]]
    binned = ordered["pairs"].groupby(bars).sum()
    values = [int(binned.get(gap, 0)) for gap in (*_GAPS, _LONGER)]
    while len(values) > 1 and not values[-1]:
        values.pop()
    fig = shapes.bars(
        _gap_names()[: len(values)],
        values,
        theme,
        meaning=type_colour(kind),
        texts=[_percent(value / total) for value in values],
        horizontal=False,
    )
    fig.update_xaxes(
        title_text=_("days between two {noun}").format(noun=type_noun(kind)), type="category"
    )
    median = int(ordered["days"].iloc[int((ordered["pairs"].cumsum() < total / 2).sum())])
    finding = (
        _("{share} of the next {noun} come on the same day").format(
            share=formats.percent(values[0] / total), noun=type_noun(kind)
        )
        if not median
        else ngettext(
            "Half of the next {noun} come within a day",
            "Half of the next {noun} come within {number} days",
            median,
        ).format(number=formats.number(median), noun=type_noun(kind))
    )
    return Chart(
        figure=fig,
        finding=finding,
        subtitle=_("Share of all pairs of consecutive {noun} of a user").format(
            noun=type_noun(kind)
        ),
        table=ordered[["days", "pairs"]].set_axis([_("Days"), _("Pairs")], axis=1),
    )


def _gap_names() -> list[str]:
    names = []
    below = -1
    for gap in _GAPS:
        names.append(str(gap) if gap - below == 1 else f"{below + 1}–{gap}")
        below = gap
    return [*names, f"> {below}"]


def cohorts(frame: pd.DataFrame, theme: str | None, kind: str) -> Chart | None:
    """Draw the retention of each monthly cohort as a heat map; None for less than two months.

    A cohort is the buyers whose first purchase fell in the same month; retention is the share of
    them that buys in a later month.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns cohort (first day of the month), months (since then), buyers.
    theme : str or None
        ``"light"`` or ``"dark"``; None means the default.
    kind : str
        Event type that the frame counts.
    """
    if frame.empty or frame["months"].max() < 1:
        return None
    buyers = _buyers_by_month(frame)
    shares = buyers.div(buyers[0], axis=0).drop(columns=0)
    names = [pd.Timestamp(month).strftime("%Y-%m") for month in shares.index]
    fig = shapes.heat_map([str(month) for month in shares.columns], names, _cells(shares), theme)
    fig.update_traces(
        hovertemplate=percentages(_("%{y}: %{z:.1%} come back %{x} months later"))
        + "<extra></extra>",
        colorbar={"tickformat": percentages(".0%")},
    )
    fig.update_xaxes(title_text=_("months since the first month"))
    next_month = buyers[1].sum() / buyers[0][buyers[1].notna()].sum()  # of those with a next month
    return Chart(
        figure=fig,
        finding=_cohorts_finding(kind).format(share=formats.percent(next_month)),
        subtitle=_("Share of each monthly cohort with {noun} in a later month").format(
            noun=type_noun(kind)
        ),
        table=shares.set_axis(names)
        .rename_axis(index=_("First month"), columns=None)
        .reset_index(),
    )


def _buyers_by_month(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the buyers of each cohort in each month since its first; NaN after the log's end."""
    buyers = frame.pivot_table(index="cohort", columns="months", values="buyers", aggfunc="sum")
    months = np.arange(frame["months"].max() + 1)
    last = (_month_number(frame["cohort"]) + frame["months"].to_numpy()).max()
    is_in_log = np.add.outer(_month_number(buyers.index), months) <= last
    return buyers.reindex(columns=months).fillna(0).where(is_in_log)


def _month_number(days: "pd.Series[Any] | pd.Index[Any]") -> "npt.NDArray[np.int64]":
    dates = pd.DatetimeIndex(days)
    return np.asarray(12 * dates.year + dates.month, dtype=np.int64)


def _cohorts_finding(kind: str) -> str:
    if kind == PURCHASE:
        return _("{share} of the buyers buy again in the month after their first purchase")
    return _("{share} of the users return in the month after their first")


def _cells(shares: pd.DataFrame) -> list[list[float | None]]:
    return [[None if pd.isna(cell) else float(cell) for cell in row] for row in shares.to_numpy()]
