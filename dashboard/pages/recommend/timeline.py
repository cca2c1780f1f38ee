"""The history of a buyer as a timeline, the newest purchase on top."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components.aria import aria
from dashboard.pages.recommend.fragments import action_button
from dashboard.pages.recommend.history_row import effect_bar, event, hidden_event
from dashboard.services.recommendations.what_if import Entry
from data.i18n import _, ngettext

USUAL = 40
MORE = 160
_DAY = 86400


@dataclass(frozen=True)
class Timeline:
    """What a timeline shows.

    Attributes
    ----------
    entries : sequence of Entry
        What the model is given, oldest first.
    hidden : sequence of Entry
        What it is not given, oldest first: the first of them is what it should find.
    recorded : int
        How many events the buyer's record holds, hidden ones included; 0 for a basket.
    read : int
        How many of the latest entries the model reads.
    shown : int
        How many entries are drawn at most.
    effects : mapping or None
        What each entry does for the product that is explained, by key.
    priced : bool
        Whether the model reads prices, so that they can be changed.
    """

    entries: Sequence[Entry]
    hidden: Sequence[Entry] = ()
    recorded: int = 0
    read: int = 0
    shown: int = USUAL
    effects: Mapping[str, float] | None = None
    priced: bool = False


def timeline(content: Timeline) -> html.Div:
    """Return the timeline."""
    truth = content.hidden[0] if content.hidden else None
    rows = [hidden_event(entry, truth=entry is truth) for entry in reversed(content.hidden)]
    left = len(content.entries) - content.shown
    return html.Div(
        [
            html.Ol([*rows, *_rows(content)], className="timeline"),
            *([_older(left, content.shown)] if left > 0 else []),
        ],
        className="timeline-window",
        tabIndex=0,
        role="region",
        **aria(label=_("History")),
    )


def _rows(content: Timeline) -> Iterator[Component]:
    newest = list(reversed(content.entries))
    effects = content.effects
    strongest = max((abs(value) for value in (effects or {}).values()), default=0.0)
    for place, entry in enumerate(newest[: content.shown]):
        above = newest[place - 1] if place else None
        if content.read and place == content.read:
            yield _limit(content.read)
        if above is None or not together(above, entry):
            if above is not None:
                yield _gap(above, entry)
            yield _day(entry)
        yield event(
            entry,
            effect=None if effects is None else effect_bar(effects.get(entry.key), strongest),
            hide=0 if entry.added or entry.key == "0" else content.recorded - int(entry.key),
            newest=place == 0,
            oldest=place == len(newest) - 1,
            priced=content.priced,
        )


def together(one: Entry, other: Entry) -> bool:
    """Tell whether two neighbours belong to one session, or one day where there are none."""
    if one.time is None or other.time is None:
        return one.time is None and other.time is None
    if one.session is not None and other.session is not None:
        return one.session == other.session
    return one.time.date() == other.time.date()


def _day(entry: Entry) -> html.Li:
    words: Component = html.Span(_("Put in by you"))
    if entry.time is not None:
        words = html.Time(
            formats.day(entry.time),
            dateTime=entry.time.isoformat(timespec="seconds"),
            title=formats.utc(entry.time),
        )
    return html.Li(words, className="timeline-day")


def _gap(newer: Entry, older: Entry) -> html.Li:
    words = gap(newer, older)
    return html.Li(words, className="timeline-gap" if words else "timeline-gap is-empty")


def gap(newer: Entry, older: Entry) -> str:
    """Say how much earlier the older of two events was; empty where that means nothing."""
    if newer.time is None or older.time is None:
        return ""
    seconds = (newer.time - older.time).total_seconds()
    if seconds <= 0:
        return ""
    if seconds < _DAY:
        return _("{time} before").format(time=formats.duration(seconds))
    days = round(seconds / _DAY)
    return ngettext("{count} day before", "{count} days before", days).format(
        count=formats.number(days)
    )


def _limit(read: int) -> html.Li:
    words = ngettext(
        "The model reads the latest purchase alone; older ones do not count.",
        "The model reads the latest {count} purchases; older ones do not count.",
        read,
    )
    return html.Li(words.format(count=formats.number(read)), className="timeline-limit")


def _older(left: int, shown: int) -> html.Div:
    words = ngettext(
        "{count} older purchase is not shown.", "{count} older purchases are not shown.", left
    )
    more = {"do": "set", "name": "shown", "value": str(shown + MORE)}
    return html.Div(
        [
            html.Span(words.format(count=formats.number(left)), className="note"),
            action_button(_("Show more"), more),
        ],
        className="timeline-older",
    )
