"""The axes of a chart that is drawn as SVG: scale, range and ticks."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from babel import dates

from dashboard import formats
from data.i18n import language

Kind = Literal["linear", "log", "date", "category"]
Tick = tuple[float, str]
"""Coordinate and label."""

_HOUR, _DAY = 3600.0, 86400.0
_STEPS = (3 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY)
_MONTHS = (1, 2, 3, 6, 12, 24, 60)
_PADDING = 0.05  # share of the range beyond the data


@dataclass(frozen=True)
class Axis:
    """An axis from a coordinate to a pixel.

    A coordinate is the value itself, its logarithm to the base of ten, its seconds since 1970, or
    the index of its category.

    Attributes
    ----------
    kind : {"linear", "log", "date", "category"}
    low, high : float
        Coordinates at both ends.
    layout : plotly.graph_objects.layout.XAxis or YAxis
        What the figure says of the axis.
    categories : tuple of str
    start, end : float
        Pixels of ``low`` and ``high``.
    """

    kind: Kind
    low: float
    high: float
    layout: Any
    categories: tuple[str, ...] = ()
    start: float = 0.0
    end: float = 1.0

    def coordinate(self, value: Any) -> float:
        """Return the coordinate of a value; NaN where it has none."""
        return coordinate(self.kind, value, self.categories)

    def pixel(self, coordinate: float) -> float:
        """Return the pixel of a coordinate."""
        return self.start + (coordinate - self.low) / (self.high - self.low) * (
            self.end - self.start
        )

    def at(self, value: Any) -> float:
        """Return the pixel of a value; NaN where it has none."""
        return self.pixel(self.coordinate(value))

    def ticks(self, most: int) -> list[Tick]:
        """Return at most about ``most`` ticks within the range."""
        if self.layout.tickvals is not None:
            ticks = self._given()
        elif self.kind == "category":
            ticks = [(float(index), name) for index, name in enumerate(self.categories)]
        elif self.kind == "date":
            ticks = _date_ticks(self.low, self.high, most)
        elif self.kind == "log":
            ticks = _decades(self.low, self.high)
        else:
            ticks = self._linear(most)
        edge = 1e-9 * (self.high - self.low)
        return [tick for tick in ticks if self.low - edge <= tick[0] <= self.high + edge]

    def _given(self) -> list[Tick]:
        values = list(self.layout.tickvals)
        texts = self.layout.ticktext or [
            str(value) if self.kind == "category" else formats.value(value) for value in values
        ]
        return [
            (self.coordinate(value), str(text)) for value, text in zip(values, texts, strict=True)
        ]

    def _linear(self, most: int) -> list[Tick]:
        step = self.layout.dtick or nice_step((self.high - self.low) / max(most, 1))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [
            (number * step, _number(number * step, step, self.layout))
            for number in range(first, last + 1)
        ]


def axis(
    layout: Any,
    values: Sequence[Any],
    traces: Sequence[Any],
    *,
    vertical: bool,
    extra: Iterable[float] = (),
) -> Axis:
    """Return the axis of some values, not yet placed.

    Parameters
    ----------
    layout : plotly.graph_objects.layout.XAxis or YAxis
    values : sequence
        What the traces have on this axis.
    traces : sequence
        The traces, whose form decides how far the axis goes beyond the values.
    vertical : bool
        Whether it is the y axis.
    extra : iterable of float
        Further values that have to be within the range, such as ends of error bars.
    """
    kind = _kind(layout, values)
    if kind == "category":
        categories = tuple(dict.fromkeys(map(str, values)))
        return Axis(kind, -0.5, len(categories) - 0.5, layout, categories)
    numbers = np.array([coordinate(kind, value) for value in (*values, *extra)], dtype=float)
    numbers = numbers[np.isfinite(numbers)]
    if layout.range is not None:
        low, high = (float(end) for end in layout.range)
        return Axis(kind, low, high, layout)
    low, high = (float(numbers.min()), float(numbers.max())) if len(numbers) else (0.0, 1.0)
    is_length = any(_is_length(trace, vertical) for trace in traces)
    if kind == "linear" and (is_length or layout.rangemode == "tozero"):
        low, high = min(low, 0.0), max(high, 0.0)
    has_marks = any(
        "markers" in (trace.mode or "") for trace in traces if isinstance(trace, go.Scatter)
    )
    padding = _PADDING * (high - low) if vertical or has_marks or is_length else 0.0
    padding = padding or (0.0 if high > low else abs(high) or 1.0)
    return Axis(
        kind, low if low == 0.0 and kind == "linear" else low - padding, high + padding, layout
    )


def _is_length(trace: Any, vertical: bool) -> bool:
    """Return whether values on the axis are lengths of bars."""
    return isinstance(trace, go.Bar) and (trace.orientation != "h") == vertical


def _kind(layout: Any, values: Sequence[Any]) -> Kind:
    if layout.type is not None:
        kind: Kind = layout.type
        return kind
    first = next((value for value in values if value is not None), 0)
    if isinstance(first, str):
        return "category"
    return "date" if isinstance(first, np.datetime64 | date | datetime) else "linear"


def coordinate(kind: Kind, value: Any, categories: Sequence[str] = ()) -> float:
    """Return the coordinate of a value on an axis of a kind; NaN where it has none.

    Examples
    --------
    >>> coordinate("log", 100), coordinate("category", 7, ("3", "7"))
    (2.0, 1.0)
    """
    if kind == "category":
        name = str(value)
        return float(categories.index(name)) if name in categories else math.nan
    if pd.isna(value):
        return math.nan
    if kind == "date":
        return float(pd.Timestamp(value).timestamp())
    if kind == "log":
        return math.log10(value) if value > 0 else math.nan
    return float(value)


def nice_step(least: float) -> float:
    """Return 1, 2 or 5 times a power of ten that is not less than a width.

    Examples
    --------
    >>> nice_step(0.03), nice_step(7)
    (0.05, 10.0)
    """
    if not math.isfinite(least) or least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= least * (1 - 1e-9)))


def _number(value: float, step: float, layout: Any) -> str:
    form = layout.tickformat or ""
    if "%" in form:
        return formats.percent(value, _decimals(100 * step))
    if form == "~s":
        return formats.compact(value)
    if layout.separatethousands is False:
        return formats.value(value)
    return formats.number(value, _decimals(step))


def _decimals(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + 1e-9))


def _decades(low: float, high: float) -> list[Tick]:
    factors = (1,) if high - low >= 2 else (1, 2, 5)
    values = [
        factor * 10.0**power
        for power in range(math.floor(low), math.ceil(high) + 1)
        for factor in factors
    ]
    return [(math.log10(value), formats.value(value)) for value in values]


def _date_ticks(low: float, high: float, most: int) -> list[Tick]:
    step = next((step for step in _STEPS if (high - low) / step <= most), None)
    if step is not None:
        moments = np.arange(math.ceil(low / step) * step, high + 1, step)
        skeleton = "Hm" if step < _DAY else "MMMd"
        return [(float(moment), _day(float(moment), skeleton)) for moment in moments]
    start, stop = (datetime.fromtimestamp(end, UTC) for end in (low, high))
    months = pd.date_range(start, stop, freq="MS", normalize=True)
    every = next((n for n in _MONTHS if len(months) / n <= most), _MONTHS[-1])
    skeleton = "yMMM" if every < 12 else "y"
    return [
        (month.timestamp(), _day(month.timestamp(), skeleton))
        for month in months
        if (month.month - 1) % min(every, 12) == 0
    ]


def _day(seconds: float, skeleton: str) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return str(dates.format_skeleton(skeleton, moment, locale=language()))
