"""Buyers: how often they buy, how long they wait, and whether they come back."""

import pandas as pd

from dashboard import formats
from dashboard.figures import shapes
from dashboard.figures.chart import Chart
from dashboard.figures.words import type_colour, type_name, type_noun
from data.events import PURCHASE
from data.i18n import _, ngettext

MOST_STEPS = 12
_OFTEN = 0.15  # share of buyers in the last bar from which ranges tell more
_GAPS = (0, 1, 3, 7, 14, 30, 60, 90, 180, 365)  # last whole day of each bar
_LONGER = 10**6


def purchases(frame: pd.DataFrame, theme: str | None, kind: str) -> Chart | None:
    """Draw how many buyers bought how often; None where nobody bought.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns purchases, users.
    theme : str or None
        ``"light"`` or ``"dark"``.
    kind : str
        The event type that is counted.
    """
    total = int(frame["users"].sum())
    if not total:
        return None
    counts = frame.set_index("purchases")["users"].sort_index()
    labels, values = _bars(counts)
    share = [value / total for value in values]
    drawn = shapes.bars(
        labels,
        values,
        theme,
        meaning=type_colour(kind),
        texts=[formats.percent(part, 0 if part >= 0.1 else 1) for part in share],
        horizontal=False,
    )
    drawn.update_xaxes(
        title_text=_("{noun} of one person").format(noun=type_noun(kind)), type="category"
    )
    once = int(counts.get(1, 0))
    return Chart(
        figure=drawn,
        finding=_purchases_finding(kind).format(
            share=formats.percent(once / total),
            noun=type_noun(kind),
            mean=formats.number(float((counts * counts.index).sum()) / total, 2),
        ),
        subtitle=_("Share of the people by number of {noun}").format(noun=type_noun(kind)),
        table=pd.DataFrame({type_name(kind): counts.index, _("People"): counts.to_numpy()}),
    )


def _purchases_finding(kind: str) -> str:
    if kind == PURCHASE:
        return _("{share} of the buyers bought once; the average bought {mean} times")
    return _("{share} of the people come once; the average has {mean} {noun}")


def _bars(counts: "pd.Series[int]") -> tuple[list[str], list[int]]:
    """Return a bar for each number of purchases, or for ranges that double where many buy often."""
    often = counts[counts.index >= MOST_STEPS].sum() > _OFTEN * counts.sum()
    starts = [1 << power for power in range(8)] if often else list(range(1, MOST_STEPS + 1))
    labels, values = [], []
    for start, after in zip(starts, [*starts[1:], None], strict=True):
        beyond = counts[counts.index >= start]
        if not len(beyond):
            break
        inside = beyond if after is None else beyond[beyond.index < after]
        labels.append(_range_name(start, after))
        values.append(int(inside.sum()))
    return labels, values


def _range_name(start: int, after: int | None) -> str:
    if after is None:
        return _("{number} or more").format(number=start)
    return str(start) if after - start == 1 else f"{start}–{after - 1}"


def gaps(frame: pd.DataFrame, theme: str | None, kind: str) -> Chart | None:
    """Draw how many days lie between two purchases; None where nobody bought twice.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns days (whole days between consecutive purchases of a buyer), pairs.
    theme : str or None
        ``"light"`` or ``"dark"``.
    kind : str
        The event type that is counted.
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
    drawn = shapes.bars(
        _gap_names()[: len(values)],
        values,
        theme,
        meaning=type_colour(kind),
        texts=[formats.percent(value / total, 0) for value in values],
        horizontal=False,
    )
    drawn.update_xaxes(title_text=_("days until the next one"), type="category")
    median = int(ordered["days"].iloc[int((ordered["pairs"].cumsum() < total / 2).sum())])
    finding = (
        _("Half of the next {noun} come on the same day").format(noun=type_noun(kind))
        if not median
        else ngettext(
            "Half of the next {noun} come within a day",
            "Half of the next {noun} come within {number} days",
            median,
        ).format(number=formats.number(median), noun=type_noun(kind))
    )
    return Chart(
        figure=drawn,
        finding=finding,
        subtitle=_("Share of all pairs of consecutive {noun} of one person").format(
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
    """Draw what share of the buyers of each month buys again in the months after it.

    None where there are fewer than two months.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns cohort (first day of the month of the first purchase), months (later), buyers.
    theme : str or None
        ``"light"`` or ``"dark"``.
    kind : str
        The event type that is counted.
    """
    if frame.empty or frame["months"].max() < 1:
        return None
    buyers = frame.pivot_table(index="cohort", columns="months", values="buyers", aggfunc="sum")
    shares = buyers.div(buyers[0], axis=0).drop(columns=0)
    names = [pd.Timestamp(month).strftime("%Y-%m") for month in shares.index]
    drawn = shapes.heat_map([str(month) for month in shares.columns], names, _cells(shares), theme)
    drawn.update_traces(
        hovertemplate=_("%{y}: %{z:.1%} come back %{x} months later") + "<extra></extra>",
        colorbar={"tickformat": ".0%"},
    )
    drawn.update_xaxes(title_text=_("months after the first time"))
    next_month = buyers[1].sum() / buyers[0][buyers[1].notna()].sum()
    return Chart(
        figure=drawn,
        finding=_cohorts_finding(kind).format(share=formats.percent(next_month)),
        subtitle=_("Share with {noun} in a later month, by the month of the first").format(
            noun=type_noun(kind)
        ),
        table=shares.set_axis(names)
        .rename_axis(index=_("First month"), columns=None)
        .reset_index(),
    )


def _cohorts_finding(kind: str) -> str:
    if kind == PURCHASE:
        return _("{share} of the buyers buy again in the month after their first purchase")
    return _("{share} of the people come back in the month after they first came")


def _cells(shares: pd.DataFrame) -> list[list[float | None]]:
    return [[None if pd.isna(cell) else float(cell) for cell in row] for row in shares.to_numpy()]
