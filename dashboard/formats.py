"""Formats of numbers and times, in the current language.

Every function returns plain text; a missing value becomes an en dash.
"""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from babel import Locale, dates, numbers

from dashboard.context import preferred_zone
from data import i18n
from data.i18n import N_, _, language, ngettext
from model.baselines import BASELINES
from model.registry import NETWORKS

MISSING = "–"
BLEND = "blend"
_PRESETS = {"best": N_("best"), "fast": N_("fast"), "paper": N_("paper")}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_NAMED_TYPES = 8  # event types in a sentence


def _is_missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def number(value: float | None, digits: int = 0) -> str:
    """Format a number with grouped thousands and a fixed number of decimals.

    Examples
    --------
    >>> number(67_501_979), number(5.71304, 3), number(None)
    ('67,501,979', '5.713', '–')
    """
    if value is None or _is_missing(value):
        return MISSING
    return i18n.number(value, digits)


def value(number: float | None) -> str:
    """Format a number of unknown meaning with the decimals it has, at most three.

    Whole numbers below 10,000 are not grouped: they may be years.

    Examples
    --------
    >>> value(1995.0), value(24.5), value(35000.0), value(None)
    ('1995', '24.5', '35,000', '–')
    """
    if number is None or _is_missing(number):
        return MISSING
    if number == round(number) and abs(number) < 10_000:
        return str(int(number))
    digits = next(digits for digits in range(4) if digits == 3 or number == round(number, digits))
    return i18n.number(number, digits)


def compact(value: float | None) -> str:
    """Format a count with three significant digits.

    Examples
    --------
    >>> compact(940.3), compact(67_501_979), compact(12_400)
    ('940', '67.5M', '12.4K')
    """
    if value is None or _is_missing(value):
        return MISSING
    if abs(value) < 1000:
        return number(value)
    return str(numbers.format_compact_decimal(value, locale=language(), fraction_digits=1)).replace(
        "\u00a0", "\u202f"
    )


def event_types(counts: Mapping[str, int]) -> str:
    """Return the most frequent event types of a log with their numbers of events.

    Examples
    --------
    >>> event_types({"view": 1234, "cart": 12})
    'view (1,234), cart (12)'
    """
    words = [f"{shortened(kind, 40)} ({number(count)})" for kind, count in counts.items()]
    return ", ".join([*words[:_NAMED_TYPES], "…"] if len(words) > _NAMED_TYPES else words)


def shortened(text: str, longest: int) -> str:
    """Cut a text that is longer than a number of characters; an ellipsis says so.

    Examples
    --------
    >>> shortened("Toy Story", 20), shortened("Toy Story", 5)
    ('Toy Story', 'Toy…')
    """
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def network(name: str) -> str:
    """Return the label of a network; a name that is not registered is written as words.

    Examples
    --------
    >>> network("gru"), network("conv_lstm"), network("paper")
    ('GRU', 'Conv-LSTM', 'Paper')
    """
    if name in NETWORKS:
        return NETWORKS.label(name)
    return name.replace("_", " ").replace("-", " ").capitalize()


def networks(config: Mapping[str, Any]) -> str:
    """Return the name of the network that a configuration trains, or of an ensemble of several.

    Examples
    --------
    >>> networks({"network": "gru"}), networks({"network": "gru", "ensemble_size": 3})
    ('GRU network', 'Ensemble of 3 GRU networks')
    """
    size = config.get("ensemble_size", 1)
    words = ngettext("{network} network", "Ensemble of {n} {network} networks", size)
    return words.format(n=size, network=network(config.get("network", "")))


def model(name: str) -> str:
    """Return the label of a model of an evaluation: the blend, a baseline or a network.

    Examples
    --------
    >>> model("blend"), model("markov"), model("gru")
    ('Blend', 'Markov', 'GRU')
    """
    if name == BLEND:
        return _("Blend")
    return BASELINES.label(name) if name in BASELINES else network(name)


def preset(name: str | None) -> str:
    """Return the name of a preset in the language; one that this version lacks keeps its name.

    Examples
    --------
    >>> preset("fast"), preset(None)
    ('fast', 'none')
    """
    return _(_PRESETS[name]) if name in _PRESETS else name or _("none")


def percent(share: float | None, digits: int = 1) -> str:
    """Format a share from 0 to 1 as a percentage.

    Examples
    --------
    >>> percent(0.3037), percent(0.5, 0)
    ('30.4%', '50%')
    """
    if share is None or _is_missing(share):
        return MISSING
    whole = str(Locale.parse(language()).percent_formats[None].pattern)
    pattern = whole.replace("0", "0." + "0" * digits) if digits else whole
    return str(numbers.format_percent(share, format=pattern, locale=language()))


def points(share: float, digits: int = 1) -> str:
    """Format a difference of shares in percentage points.

    Examples
    --------
    >>> points(0.0412), points(-0.1)
    ('4.1', '-10.0')
    """
    return number(100 * share, digits)


def money(value: float | None, currency: str | None = None) -> str:
    """Format an amount with two decimals, and its currency if it is known.

    Examples
    --------
    >>> money(1302.5), money(9.99, "EUR")
    ('1,302.50', '€9.99')
    """
    if value is None or _is_missing(value):
        return MISSING
    if currency is None:
        return number(value, 2)
    return str(numbers.format_currency(value, currency, locale=language()))


def duration(seconds: float | None) -> str:
    """Format a duration with its two largest units.

    Parameters
    ----------
    seconds : float or None
        Duration; a negative one counts as zero.

    Examples
    --------
    >>> duration(0.42), duration(8.6), duration(247), duration(8040), duration(200_000)
    ('0.4 s', '9 s', '4 min 7 s', '2 h 14 min', '2 d 7 h')
    """
    if seconds is None or _is_missing(seconds):
        return MISSING
    if seconds < 1:
        return f"{number(max(seconds, 0.0), 1)} s"
    whole = round(seconds)
    for unit, name, smaller, small_name in (
        (_DAY, "d", _HOUR, "h"),
        (_HOUR, "h", _MINUTE, "min"),
        (_MINUTE, "min", 1, "s"),
    ):
        if whole >= unit:
            rest = whole % unit // smaller
            return f"{number(whole // unit)} {name}" + (f" {rest} {small_name}" if rest else "")
    return f"{whole} s"


def day(value: date | datetime | None) -> str:
    """Format a date.

    Examples
    --------
    >>> day(date(2019, 11, 17))
    'Nov 17, 2019'
    """
    return MISSING if value is None else dates.format_date(value, "medium", locale=language())


def moment(value: datetime | float | None) -> str:
    """Format a time in the time zone of the browser.

    Parameters
    ----------
    value : datetime, float or None
        Time; a naive datetime is UTC, a number is seconds since 1970 UTC.
    """
    if value is None:
        return MISSING
    return dates.format_datetime(
        aware(value).astimezone(preferred_zone()), "medium", locale=language()
    ).replace("\u202f", " ")


def utc(value: datetime | float) -> str:
    """Format a time in UTC, for the tooltip of a local time.

    Examples
    --------
    >>> utc(1574000000.0)
    '2019-11-17 14:13:20 UTC'
    """
    return aware(value).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def aware(value: datetime | float) -> datetime:
    """Return a timezone-aware datetime; naive ones and numbers of seconds are UTC."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.fromtimestamp(value, UTC)


def ago(seconds: float | None) -> str:
    """Format the time since an event.

    Examples
    --------
    >>> ago(3), ago(61), ago(7300)
    ('just now', '1 minute ago', '2 hours ago')
    """
    if seconds is None or _is_missing(seconds):
        return MISSING
    if seconds < 10:
        return _("just now")
    return dates.format_timedelta(
        -round(seconds), add_direction=True, threshold=1, locale=language()
    )
