"""The history of a buyer as a list, newest event first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components.aria import aria
from dashboard.pages.recommend.fragments import action_button
from dashboard.pages.recommend.history_row import effect_bar, event_row, hidden_event_row
from dashboard.services.recommendations.what_if import HistoryEvent
from data.i18n import _, ngettext

DEFAULT_ROWS = 40
MORE_ROWS = 160
_SECONDS_PER_DAY = 86400


@dataclass(frozen=True)
class Timeline:
    """The history of a buyer as the timeline draws it.

    Attributes
    ----------
    events : sequence of HistoryEvent
        The history the model is given, oldest first.
    hidden : sequence of HistoryEvent
        Events hidden from the model, oldest first.
    target : HistoryEvent or None
        The hidden event that is to be predicted.
    recorded : int
        Number of events of the buyer's record, hidden ones included; 0 for a basket.
    window : int
        How many of the latest events the model reads.
    max_rows : int
        Maximum number of events to render.
    effects : mapping or None
        Effect of each event on the explained product, by key.
    editable_prices : bool
        Whether the model reads prices, so that they can be edited.
    """

    events: Sequence[HistoryEvent]
    hidden: Sequence[HistoryEvent] = ()
    target: HistoryEvent | None = None
    recorded: int = 0
    window: int = 0
    max_rows: int = DEFAULT_ROWS
    effects: Mapping[str, float] | None = None
    editable_prices: bool = False


def timeline(content: Timeline) -> html.Div:
    """Return the timeline."""
    rows = [
        hidden_event_row(event, target=event is content.target)
        for event in reversed(content.hidden)
    ]
    older = len(content.events) - content.max_rows
    return html.Div(
        [
            html.Ol([*rows, *_rows(content)], className="timeline"),
            *([_older(older, content.max_rows)] if older > 0 else []),
        ],
        className="timeline-window",
        tabIndex=0,
        role="region",
        **aria(label=_("History")),
    )


def _rows(content: Timeline) -> Iterator[Component]:
    newest = list(reversed(content.events))
    effects = content.effects
    largest = max((abs(effect) for effect in (effects or {}).values()), default=0.0)
    for place, event in enumerate(newest[: content.max_rows]):
        newer = newest[place - 1] if place else None
        if content.window and place == content.window:
            yield _window_end(content.window)
        if newer is None or not same_group(newer, event):
            if newer is not None:
                yield _gap(newer, event)
            yield _group_head(event)
        yield event_row(
            event,
            effect=None if effects is None else effect_bar(effects.get(event.key), largest),
            hide=0 if event.added or event.key == "0" else content.recorded - int(event.key),
            newest=place == 0,
            oldest=place == len(newest) - 1,
            editable_price=content.editable_prices,
        )


def same_group(left: HistoryEvent, right: HistoryEvent) -> bool:
    """Return whether two events are of one session, or of one day where there are no sessions."""
    if left.time is None or right.time is None:
        return left.time is None and right.time is None
    if left.session is not None and right.session is not None:
        return left.session == right.session
    return left.time.date() == right.time.date()


def _group_head(event: HistoryEvent) -> html.Li:
    text: Component = html.Span(_("Added by you"))
    if event.time is not None:
        text = html.Time(
            formats.day(event.time),
            dateTime=event.time.isoformat(timespec="seconds"),
            title=formats.utc(event.time),
        )
    return html.Li(text, className="timeline-day")


def _gap(newer: HistoryEvent, older: HistoryEvent) -> html.Li:
    text = time_gap(newer, older)
    return html.Li(text, className="timeline-gap" if text else "timeline-gap is-empty")


def time_gap(newer: HistoryEvent, older: HistoryEvent) -> str:
    """Return how much earlier the older of two events was; empty where an edit swapped them."""
    if newer.time is None or older.time is None:
        return ""
    seconds = (newer.time - older.time).total_seconds()
    if seconds <= 0:
        return ""
    if seconds < _SECONDS_PER_DAY:
        return _("{time} before").format(time=formats.duration(seconds))
    days = round(seconds / _SECONDS_PER_DAY)
    return ngettext("{count} day before", "{count} days before", days).format(
        count=formats.number(days)
    )


def _window_end(window: int) -> html.Li:
    text = ngettext(
        "The model reads the latest event only; older ones do not count.",
        "The model reads the latest {count} events only; older ones do not count.",
        window,
    )
    return html.Li(text.format(count=formats.number(window)), className="timeline-limit")


def _older(older: int, max_rows: int) -> html.Div:
    text = ngettext(
        "{count} older event is not shown.", "{count} older events are not shown.", older
    )
    more = {"do": "set", "name": "shown", "value": str(max_rows + MORE_ROWS)}
    return html.Div(
        [
            html.Span(text.format(count=formats.number(older)), className="note"),
            action_button(_("Show more"), more),
        ],
        className="timeline-older",
    )
