"""A chart as static SVG, so that a report needs neither a script nor another file.

The figure functions of ``dashboard.figures`` make Plotly figures, which only a browser draws, with
4.8 MB of JavaScript. What these functions use of Plotly is drawn here; anything else raises
``NotImplementedError``, so that no report lacks a part of a chart without a word.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
from markupsafe import Markup
from plotly.colors import sample_colorscale

from dashboard import formats
from dashboard.figures.chart import Chart
from dashboard.reports.chart_axes import Axis, Tick, axis
from dashboard.reports.svg import element, path, text, text_width, together
from dashboard.reports.treemap import Rectangle
from dashboard.reports.treemap_svg import treemap_svg
from dashboard.theme import colour

WIDTH = 880
"""Width in pixels; the height is that of the figure, or of the card on a page."""
_EDGE, _LINE, _LEGEND = 8.0, 20.0, 28.0
_DASHES = {"dot": "2 3", "dash": "6 4"}
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_PIXELS_A_TICK = {"x": 90, "y": 48}
_COLOUR_BAR = 64.0
_BAR_GAP = 0.4


def chart_svg(chart: Chart, theme: str, height: float) -> Markup:
    """Draw a chart.

    Parameters
    ----------
    chart : Chart
    theme : {"light", "dark"}
        The theme with whose colours the figure was made.
    height : float
        In pixels, where the figure itself has none.

    Raises
    ------
    NotImplementedError
        For a kind of trace that no figure function used when this was written.
    """
    figure = chart.figure
    height = float(figure.layout.height or height)
    if any(isinstance(trace, go.Treemap) for trace in figure.data):
        content = treemap_svg(figure.data[0], Rectangle(0, 0, WIDTH, height))
    else:
        content = _Plot(figure, theme, height).draw()
    return element(
        "svg",
        content,
        viewBox=f"0 0 {WIDTH} {height:g}",
        role="img",
        aria_label=chart.summary or f"{chart.finding}. {chart.subtitle}",
        font_size=12,
    )


@dataclass(frozen=True)
class _Panel:
    """The traces on one y axis."""

    y: Axis
    traces: tuple[Any, ...]


class _Plot:
    """A figure with axes."""

    def __init__(self, figure: go.Figure, theme: str, height: float) -> None:
        self.layout, self.theme, self.height = figure.layout, theme, height
        self.traces = figure.data
        self.text, self.muted = colour("text", theme), colour("text-muted", theme)
        self.surface, self.line = colour("surface", theme), colour("line", theme)
        lowest = self.traces[-1].xaxis or "x"  # panels share the axis of the lowest one
        x = axis(
            self.layout[f"xaxis{lowest[1:]}"],
            _values(self.traces, "x"),
            self.traces,
            vertical=False,
            extra=_ends(self.traces, "x"),
        )
        panels = [self._panel(name) for name in self._y_names()]
        self.x, self.panels = self._place(x, panels)

    def draw(self) -> Markup:
        """Return every part of the plot."""
        parts: list[str] = [self._legend(), self._x_grid()]
        for panel in self.panels:
            parts.append(self._y_axis(panel.y))
            parts += [self._trace(trace, panel) for trace in panel.traces]
            parts += self._shapes(panel)
        parts += [self._x_axis(), *map(self._annotation, self.layout.annotations)]
        return together(*parts)

    def _y_names(self) -> list[str]:
        return sorted({trace.yaxis or "y" for trace in self.traces})

    def _panel(self, name: str) -> _Panel:
        traces = tuple(trace for trace in self.traces if (trace.yaxis or "y") == name)
        layout = self.layout[f"yaxis{name[1:]}"]
        values, ends = _values(traces, "y"), _ends(traces, "y")
        return _Panel(axis(layout, values, traces, vertical=True, extra=ends), traces)

    def _place(self, x: Axis, panels: list[_Panel]) -> tuple[Axis, list[_Panel]]:
        """Return the axes with their pixels: what ticks, titles, labels and legend leave over."""
        margin = self.layout.margin
        top = max(margin.t or _EDGE, _LEGEND if self.layout.showlegend else 0.0)
        bottom = self.height - _EDGE - self._room_below(x)
        left = _EDGE + max(self._room_left(panel.y) for panel in panels)
        right = WIDTH - max(margin.r or 16.0, self._room_right())
        x = replace(x, start=left, end=right)
        placed = []
        for panel in panels:
            low, high = panel.y.layout.domain or (0.0, 1.0)
            ends = (bottom - low * (bottom - top), bottom - high * (bottom - top))
            if panel.y.layout.autorange == "reversed":
                ends = ends[::-1]
            placed.append(replace(panel, y=replace(panel.y, start=ends[0], end=ends[1])))
        self.left, self.right, self.top, self.bottom = left, right, top, bottom
        return x, placed

    def _room_below(self, x: Axis) -> float:
        room = _LINE if x.layout.title.text else 0.0
        if x.layout.showticklabels is False:
            return room
        if x.layout.tickangle:
            return room + 8.0 + 0.7 * max(text_width(label) for _place, label in x.ticks(8))
        return room + _LINE

    def _room_left(self, y: Axis) -> float:
        room = _LINE if y.layout.title.text else 0.0
        if y.layout.showticklabels is False:
            return room
        return room + 6.0 + max((text_width(label) for _place, label in y.ticks(6)), default=0.0)

    def _room_right(self) -> float:
        labels = [
            text_width(note.text) + 14.0
            for note in self.layout.annotations
            if note.xref == "paper" and note.x == 1
        ]
        has_bar = any(isinstance(trace, go.Heatmap) for trace in self.traces)
        return max([*labels, _COLOUR_BAR if has_bar else 0.0])

    def _legend(self) -> Markup:
        if not self.layout.showlegend:
            return Markup("")
        parts, x = [], self.left
        for trace in self.traces:
            if trace.showlegend is not False and trace.name:
                fill = trace.line.color if "lines" in (trace.mode or "") else trace.marker.color
                parts.append(element("circle", cx=x + 5, cy=12.0, r=4.0, fill=fill))
                parts.append(text(trace.name, x + 14, 12.0, fill=self.text))
                x += 34 + text_width(trace.name)
        return together(*parts)

    def _y_axis(self, y: Axis) -> Markup:
        parts: list[str] = []
        most = max(int(abs(y.end - y.start) / _PIXELS_A_TICK["y"]), 2)
        for place, label in y.ticks(y.layout.nticks or most):
            height = y.pixel(place)
            if y.layout.showgrid is not False:
                parts.append(self._grid_line(self.left, height, self.right, height))
            if y.layout.showticklabels is not False:
                parts.append(text(label, self.left - 6, height, fill=self.muted, anchor="end"))
        if title := y.layout.title.text:
            middle = (y.start + y.end) / 2
            turn = f"rotate(-90 12 {middle:.0f})"
            parts.append(
                text(title, 12.0, middle, fill=self.muted, anchor="middle", transform=turn)
            )
        return together(*parts)

    def _x_ticks(self) -> list[Tick]:
        return self.x.ticks(max(int((self.right - self.left) / _PIXELS_A_TICK["x"]), 2))

    def _x_grid(self) -> Markup:
        if not self.x.layout.showgrid:
            return Markup("")
        lines = (self.x.pixel(place) for place, _label in self._x_ticks())
        return together(*(self._grid_line(at, self.top, at, self.bottom) for at in lines))

    def _x_axis(self) -> Markup:
        parts: list[str] = []
        layout, end = self.x.layout, None
        for place, label in self._x_ticks():
            at = self.x.pixel(place)
            if layout.showticklabels is False:
                continue
            if layout.tickangle:
                turn = f"rotate({layout.tickangle:g} {at:.0f} {self.bottom + 8:.0f})"
                parts.append(
                    text(label, at, self.bottom + 8, fill=self.muted, anchor="end", transform=turn)
                )
            elif end is None or at - text_width(label) / 2 > end + 6:
                end = at + text_width(label) / 2
                parts.append(text(label, at, self.bottom + 12, fill=self.muted, anchor="middle"))
        if title := layout.title.text:
            middle = (self.left + self.right) / 2
            parts.append(text(title, middle, self.height - 10, fill=self.muted, anchor="middle"))
        return together(*parts)

    def _grid_line(self, x1: float, y1: float, x2: float, y2: float) -> Markup:
        return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=self.line)

    def _shapes(self, panel: _Panel) -> Iterator[Markup]:
        """Yield the vertical lines across a panel."""
        for shape in self.layout.shapes:
            if shape.type != "line" or shape.x0 != shape.x1:
                raise NotImplementedError(shape.type)
            at = self.x.at(shape.x0)
            yield element(
                "line",
                x1=at,
                x2=at,
                y1=panel.y.start,
                y2=panel.y.end,
                stroke=shape.line.color,
                stroke_width=shape.line.width,
                stroke_dasharray=_DASHES.get(shape.line.dash or ""),
            )

    def _trace(self, trace: Any, panel: _Panel) -> Markup:
        if isinstance(trace, go.Scatter):
            return self._scatter(trace, panel.y)
        if isinstance(trace, go.Bar):
            return self._bars(trace, panel.y)
        if isinstance(trace, go.Heatmap):
            return self._cells(trace, panel.y)
        raise NotImplementedError(trace.type)

    def _scatter(self, trace: go.Scatter, y: Axis) -> Markup:
        points = [(self.x.at(left), y.at(up)) for left, up in zip(trace.x, trace.y, strict=True)]
        mode, parts = trace.mode or "lines", list(self._error_bars(trace, y))
        if "lines" in mode:
            parts.append(
                path(
                    points,
                    stroke=trace.line.color,
                    stroke_width=trace.line.width or 2,
                    stroke_dasharray=_DASHES.get(trace.line.dash or ""),
                    stroke_linejoin="round",
                    opacity=trace.opacity,
                )
            )
        if "markers" in mode:
            fills = _each(trace.marker.color or trace.line.color, len(points))
            radius = (trace.marker.size or 6) / 2
            for (at, up), fill in zip(points, fills, strict=True):
                if math.isfinite(at) and math.isfinite(up):
                    edge = trace.marker.line
                    parts.append(
                        element(
                            *("circle", ""),
                            cx=at,
                            cy=up,
                            r=radius,
                            fill=fill,
                            stroke=edge.color,
                            stroke_width=edge.width,
                        )
                    )
        if "text" in mode:
            parts += [
                text(str(words), at, up - 13, fill=self.text, anchor="middle", font_size=11)
                for (at, up), words in zip(points, trace.text, strict=True)
            ]
        return together(*parts)

    def _error_bars(self, trace: go.Scatter, y: Axis) -> Iterator[Markup]:
        for name, bars in (("x", trace.error_x), ("y", trace.error_y)):
            if bars.array is None:
                continue
            for low, high, other in _intervals(trace, bars, name):
                if name == "x":
                    ends = (self.x.at(low), y.at(other)), (self.x.at(high), y.at(other))
                else:
                    ends = (self.x.at(other), y.at(low)), (self.x.at(other), y.at(high))
                yield path([*ends], stroke=bars.color, stroke_width=bars.thickness)

    def _bars(self, trace: go.Bar, y: Axis) -> Markup:
        lies = trace.orientation == "h"
        places, lengths = (trace.y, trace.x) if lies else (trace.x, trace.y)
        across, along = (y, self.x) if lies else (self.x, y)
        gap = _BAR_GAP if self.layout.bargap is None else self.layout.bargap
        widths = _each(1 - gap if trace.width is None else trace.width, len(places))
        fills = _each(trace.marker.color, len(places))
        texts = _each(trace.text, len(places))
        parts: list[str] = []
        for place, length, width, fill, words in zip(
            places, lengths, widths, fills, texts, strict=True
        ):
            sides = sorted(self._sides(across, place, width))
            ends = sorted(
                (along.at(0) if along.kind == "linear" else along.start, along.at(length))
            )
            box = (ends, sides) if lies else (sides, ends)
            parts.append(_box(*box, fill=fill, rx=2))
            if words is not None:
                parts.append(self._bar_text(str(words), box, lies=lies))
        return together(*parts)

    @staticmethod
    def _sides(across: Axis, place: Any, width: float) -> tuple[float, float]:
        """Return the pixels of both sides of a bar; on a logarithmic axis its width is a value."""
        if across.kind == "log":
            return across.at(place - width / 2), across.at(place + width / 2)
        middle = across.coordinate(place)
        return across.pixel(middle - width / 2), across.pixel(middle + width / 2)

    def _bar_text(self, words: str, box: Sequence[Sequence[float]], *, lies: bool) -> Markup:
        (left, right), (top, bottom) = box
        if lies:
            return text(words, right + 6, (top + bottom) / 2, fill=self.text)
        return text(words, (left + right) / 2, top - 9, fill=self.text, anchor="middle")

    def _cells(self, trace: go.Heatmap, y: Axis) -> Markup:
        values = np.array(
            [[math.nan if cell is None else cell for cell in row] for row in trace.z], dtype=float
        )
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        parts: list[str] = []
        for row, name in enumerate(trace.y):
            sides = sorted(self._sides(y, name, 1.0))
            for column, heading in enumerate(trace.x):
                value = values[row, column]
                if math.isfinite(value):
                    share = (value - low) / (high - low) if high > low else 0.0
                    ends = self._sides(self.x, heading, 1.0)
                    parts.append(_box(ends, sides, fill=_cividis(share), gap=0.5))
        return together(*parts, self._colour_bar(low, high, trace.colorbar.tickformat))

    def _colour_bar(self, low: float, high: float, form: str | None) -> Markup:
        """Return the scale of a heat map, beside it."""
        left, steps = self.right + 12, 24
        height = (self.bottom - self.top) / steps
        parts: list[str] = [
            element(
                "rect",
                x=left,
                y=self.bottom - (step + 1) * height,
                width=8,
                height=height + 0.5,
                fill=_cividis(step / (steps - 1)),
            )
            for step in range(steps)
        ]
        for value, at in ((high, self.top + 6), (low, self.bottom - 6)):
            words = formats.percent(value, 0) if form else formats.compact(value)
            parts.append(text(words, left + 13, at, fill=self.muted))
        return together(*parts)

    def _annotation(self, note: Any) -> Markup:
        x = (
            self.left + note.x * (self.right - self.left)
            if note.xref == "paper"
            else self._on_x(note.x)
        )
        y = self._height(note) - (note.yshift or 0)
        y += {"bottom": -9, "top": 9}.get(note.yanchor or "", 0)
        return text(
            note.text,
            x + (note.xshift or 0),
            y,
            fill=self.text,
            anchor=_ANCHORS[note.xanchor or "center"],
            stroke=self.surface,
            stroke_width=3,
            paint_order="stroke",
        )

    def _on_x(self, value: Any) -> float:
        """Return the pixel of an annotation, which gives the exponent on a logarithmic axis."""
        return self.x.pixel(float(value)) if self.x.kind == "log" else self.x.at(value)

    def _height(self, note: Any) -> float:
        reference = note.yref or "y"
        if reference == "paper":
            return self.bottom - float(note.y) * (self.bottom - self.top)
        name, _space, domain = reference.partition(" ")
        number = self._y_names().index(name)
        y = self.panels[number].y
        if domain:
            return y.start + float(note.y) * (y.end - y.start)
        return y.pixel(float(note.y)) if y.kind == "log" else y.at(note.y)


def _values(traces: Iterable[Any], name: str) -> list[Any]:
    return [value for trace in traces for value in _list(trace[name])]


def _list(values: Any) -> list[Any]:
    return [] if values is None else list(values)


def _ends(traces: Iterable[Any], name: str) -> list[float]:
    """Return the ends of the error bars of traces, and of the sides of bars that have a width."""
    ends: list[float] = []
    for trace in traces:
        if isinstance(trace, go.Scatter) and (bars := trace[f"error_{name}"]).array is not None:
            for low, high, _other in _intervals(trace, bars, name):
                ends += [low, high]
        if isinstance(trace, go.Bar) and trace.width is not None and name == "x":
            widths = _each(trace.width, len(trace.x))
            for place, width in zip(trace.x, widths, strict=True):
                ends += [place - width / 2, place + width / 2]
    return ends


def _intervals(trace: go.Scatter, bars: Any, name: str) -> Iterator[tuple[float, float, Any]]:
    """Yield both ends of each error bar, and where it is on the other axis."""
    others = trace["y" if name == "x" else "x"]
    below = bars.array if bars.arrayminus is None else bars.arrayminus
    for value, more, less, other in zip(trace[name], bars.array, below, others, strict=True):
        if value is not None:
            yield value - less, value + more, other


def _each(value: Any, number: int) -> list[Any]:
    """Return a list of one value each, also where all share one."""
    if value is None or isinstance(value, str | int | float):
        return [value] * number
    return list(value)


def _box(
    x: Sequence[float], y: Sequence[float], *, fill: str, rx: float | None = None, gap: float = 0.0
) -> Markup:
    (left, right), (top, bottom) = x, y
    return element(
        "rect",
        x=left + gap,
        y=top + gap,
        width=max(right - left - 2 * gap, 0.5),
        height=max(bottom - top - 2 * gap, 0.5),
        fill=fill,
        rx=rx,
    )


def _cividis(share: float) -> str:
    (fill,) = sample_colorscale("Cividis", [share])
    return str(fill)
