"""Charts of events: by day, by weekday and hour, and the funnel from view to purchase."""

from datetime import date

import pandas as pd
import plotly.graph_objects as go
from babel.dates import get_day_names

from dashboard import formats
from dashboard.figures import shapes
from dashboard.figures.chart import Chart
from dashboard.figures.labels import in_order, main_type, type_colour, type_name, type_noun
from dashboard.figures.plain_text import mark
from dashboard.figures.template import figure
from dashboard.theme import colour
from data.exploration.statistics import Filters, Statistics
from data.i18n import N_, _, language

MOST_PANELS = 4
_SPIKE = 3.0  # a day with this multiple of the median is the finding
_FUNNEL_FINDINGS = {
    ("view", "purchase"): N_("{share} of the visitors buy"),
    ("view", "cart"): N_("{share} of the visitors add something to the cart"),
    ("cart", "purchase"): N_("{share} of those who add something to the cart buy"),
}
"""By the first and the last step that the log has."""
_FEW = 4  # events: ticks stand at whole numbers
_TREND = 1.25  # ratio of the last to the first quarter of the days that counts as growth


def query_days(statistics: Statistics, filters: Filters) -> pd.DataFrame:
    """Return day, type, events; with the hour as well if all events fall on one day."""
    frame = statistics.events_by_day(filters)
    if frame["day"].nunique() != 1:
        return frame
    return statistics.events_by_hour(filters).assign(day=frame["day"].iloc[0])


def days(frame: pd.DataFrame, theme: str | None) -> Chart | None:
    """Draw the number of events by day, one panel per event type; None for an empty frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns day, type, events; with a column hour, the events of one day are drawn by hour.
    theme : str or None
        ``"light"`` or ``"dark"``; None means the default.
    """
    if frame.empty:
        return None
    if "hour" in frame:
        return one_day(frame, frame["day"].iloc[0], theme)
    main, types = _drawn_types(frame)
    frame = frame[frame["type"].isin(types)]
    counts = frame.pivot_table(
        index="day", columns="type", values="events", aggfunc="sum", fill_value=0
    )
    counts.index = pd.to_datetime(counts.index)
    counts = counts.asfreq("D", fill_value=0)
    return Chart(
        figure=_panels(counts, types, theme),
        finding=_days_finding(counts[main], type_noun(main)),
        subtitle=_("Events a day (UTC), each type on a scale of its own"),
        table=counts[types]
        .rename(columns=type_name)
        .rename_axis(index=_("Day"), columns=None)
        .reset_index(),
    )


def one_day(frame: pd.DataFrame, day: date, theme: str | None) -> Chart | None:
    """Draw the number of events of one day by hour, one panel per event type; None if empty.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns hour, type, events.
    day : datetime.date
        Day of the events.
    theme : str or None
        ``"light"`` or ``"dark"``; None means the default.
    """
    if frame.empty:
        return None
    main, types = _drawn_types(frame)
    counts = (
        frame[frame["type"].isin(types)]
        .pivot_table(index="hour", columns="type", values="events", aggfunc="sum", fill_value=0)
        .reindex(range(24), fill_value=0)
    )
    counts.index = pd.Timestamp(day) + pd.to_timedelta(counts.index, unit="h")
    peak = counts.index[int(counts[main].argmax())].hour
    return Chart(
        figure=_panels(counts, types, theme),
        finding=_("{share} of the {noun} of {day} fall between {first} and {last} o’clock").format(
            share=formats.percent(counts[main].max() / counts[main].sum()),
            noun=type_noun(main),
            day=formats.day(day),
            first=peak,
            last=peak + 1,
        ),
        subtitle=_("Events an hour (UTC), each type on a scale of its own"),
        table=counts[types]
        .set_axis([f"{hour:02d}:00" for hour in range(24)])
        .rename(columns=type_name)
        .rename_axis(index=_("Hour"), columns=None)
        .reset_index(),
    )


def _drawn_types(frame: pd.DataFrame) -> tuple[str, list[str]]:
    """Return the event type that is counted, and the most frequent types, purchases on top."""
    by_frequency = frame.groupby("type")["events"].sum().sort_values(ascending=False).index
    main = main_type(by_frequency)
    others = [kind for kind in by_frequency if kind != main]
    return main, in_order([main, *others[: MOST_PANELS - 1]])[::-1]


def _panels(counts: pd.DataFrame, kinds: list[str], theme: str | None) -> go.Figure:
    fig = figure(theme, hovermode="x unified")
    fig.set_subplots(rows=len(kinds), cols=1, shared_xaxes=True, vertical_spacing=0.1)
    for row, kind in enumerate(kinds, 1):
        fig.add_scatter(
            x=counts.index,
            y=counts[kind],
            name=type_name(kind),
            mode="lines" if len(counts) > 1 else "markers",
            line={"color": colour(type_colour(kind), theme), "width": 2},
            hovertemplate="%{y:,}",
            row=row,
            col=1,
        )
        fig.add_annotation(
            text=mark(colour(type_colour(kind), theme)) + type_name(kind),
            x=0,
            xref="paper",
            xanchor="left",
            y=1,
            yref=f"y{'' if row == 1 else row} domain",
            yanchor="bottom",
        )
    fig.update_yaxes(rangemode="tozero", nticks=4, tickformat="~s")
    for row, kind in enumerate(kinds, 1):
        if counts[kind].max() < _FEW:  # half an event would be a tick: "500m"
            fig.update_yaxes(dtick=1, row=row, col=1)
    hourly = counts.index[1] - counts.index[0] < pd.Timedelta(days=1) if len(counts) > 1 else False
    fig.update_xaxes(hoverformat="%H:%M" if hourly else "%a %d %b %Y")
    fig.update_layout(margin={"t": 24})
    return fig


def _days_finding(counts: "pd.Series[int]", noun: str) -> str:
    """Return a sentence on the peak day if it stands out, else on the trend."""
    total, peak = counts.sum(), counts.index[int(counts.argmax())]
    if len(counts) == 1 or counts.max() == total:
        return _("All {number} {noun} fall on {day}").format(
            number=formats.number(total), noun=noun, day=formats.day(peak)
        )
    median = counts.median()
    if len(counts) >= 5 and median and counts.max() >= _SPIKE * median:
        return _("{share} of the {noun} fall on {day}, {times} times an ordinary day").format(
            share=formats.percent(counts.max() / total),
            noun=noun,
            day=formats.day(peak),
            times=formats.number(counts.max() / median, 1),
        )
    quarter = max(len(counts) // 4, 1)
    first, last = counts.iloc[:quarter].mean(), counts.iloc[-quarter:].mean()
    if len(counts) >= 8 and first and not 1 / _TREND < last / first < _TREND:
        sentence = (
            _("From the first to the last quarter of the time, {noun} grow by {share}")
            if last > first
            else _("From the first to the last quarter of the time, {noun} fall by {share}")
        )
        return sentence.format(noun=noun, share=formats.percent(abs(last / first - 1), 0))
    return _("About {number} {noun} a day, and no day stands out").format(
        number=formats.number(median), noun=noun
    )


def hours(frame: pd.DataFrame, theme: str | None) -> Chart | None:
    """Draw the number of events by weekday and hour as a heat map; None for an empty frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns weekday (0 is Monday), hour, type, events.
    theme : str or None
        ``"light"`` or ``"dark"``; None means the default.
    """
    if frame.empty:
        return None
    main = main_type(frame.groupby("type")["events"].sum().sort_values(ascending=False).index)
    counts = (
        frame[frame["type"] == main]
        .pivot_table(index="weekday", columns="hour", values="events", aggfunc="sum")
        .reindex(index=range(7), columns=range(24))
        .fillna(0)
        .astype(int)
    )
    short = get_day_names("abbreviated", locale=language())
    busiest = counts.stack().idxmax()
    names = [short[weekday] for weekday in range(7)]
    assert isinstance(busiest, tuple)
    fig = shapes.heat_map(list(range(24)), names, counts.to_numpy().tolist(), theme)
    fig.update_xaxes(tickmode="array", tickvals=list(range(0, 24, 3)))
    return Chart(
        figure=fig,
        finding=_("The hour with the most {noun} is {weekday}, {first} to {last} o’clock").format(
            noun=type_noun(main),
            weekday=get_day_names("wide", locale=language())[busiest[0]],
            first=busiest[1],
            last=busiest[1] + 1,
        ),
        subtitle=_("{type} by weekday and hour of the day (UTC)").format(type=type_name(main)),
        table=counts.set_axis(names).rename_axis(index=_("Weekday"), columns=None).reset_index(),
    )


def funnel(frame: pd.DataFrame, theme: str | None) -> Chart | None:
    """Draw the funnel from view over cart to purchase; None for fewer than two steps.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns type, events, users (with an event of this step and of every earlier step).
    theme : str or None
        ``"light"`` or ``"dark"``; None means the default.
    """
    steps = frame[frame["type"].isin(["view", "cart", "purchase"])]
    steps = steps.set_index("type").reindex(in_order(steps["type"]))
    if len(steps) < 2 or not steps["users"].iloc[0]:
        return None
    first, last = steps.iloc[0], steps.iloc[-1]
    shares = steps["users"] / first["users"]
    names = [type_name(kind) for kind in steps.index]
    return Chart(
        figure=shapes.bars(
            names,
            steps["users"].tolist(),
            theme,
            meanings=[type_colour(kind) for kind in steps.index],
            texts=[
                f"{formats.compact(users)} · {formats.percent(share)}"
                for users, share in zip(steps["users"], shares, strict=True)
            ],
        ).update_layout(margin={"r": 112}),
        finding=_(_FUNNEL_FINDINGS[steps.index[0], steps.index[-1]]).format(
            share=formats.percent(last["users"] / first["users"])
        ),
        subtitle=_("Users who reached each step, and their share of the first step"),
        table=pd.DataFrame(
            {
                _("Step"): names,
                _("Users"): steps["users"].tolist(),
                _("Share of the first step"): shares.tolist(),
                _("Events"): steps["events"].tolist(),
            }
        ),
    )
