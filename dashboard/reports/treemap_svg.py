"""A treemap as static SVG."""

from collections.abc import Iterator, Sequence

import plotly.graph_objects as go
from markupsafe import Markup

from dashboard import formats
from dashboard.reports.svg import element, text, text_width, together
from dashboard.reports.treemap import Rectangle, squarified

_HEADING = 20.0  # pixels, height of the name of an area that holds others


def treemap_svg(trace: go.Treemap, frame: Rectangle) -> Markup:
    """Return the areas of a treemap, those with a parent inside it, as SVG elements.

    Parameters
    ----------
    trace : go.Treemap
        With ``ids``, ``parents`` of at most two levels, ``values`` and a colour for each area.
    frame : Rectangle
        Where they are drawn, pixels.
    """
    parents, values = list(trace.parents), list(trace.values)
    total = sum(value for value, parent in zip(values, parents, strict=True) if not parent)
    return together(*_areas(trace, "", frame, total))


def _areas(trace: go.Treemap, parent: str, frame: Rectangle, total: float) -> Iterator[Markup]:
    children = [
        number
        for number, name in enumerate(trace.parents)
        if name == parent and trace.values[number] > 0
    ]
    children.sort(key=lambda number: -trace.values[number])
    places = squarified([float(trace.values[number]) for number in children], frame)
    for number, area in zip(children, places, strict=True):
        fill, ink = trace.marker.colors[number], trace.textfont.color
        yield element(
            *("rect", ""),
            x=area.x,
            y=area.y,
            width=area.width,
            height=area.height,
            fill=fill,
            stroke=trace.marker.line.color,
        )
        label, share = str(trace.labels[number]), formats.percent(trace.values[number] / total, 0)
        is_outer = not parent and trace.ids[number] in trace.parents
        if is_outer:
            words = _fitting([f"{label} {share}", label], area.width - 8)
            yield text(words, area.x + 5, area.y + _HEADING / 2 + 1, fill=ink)
            inner = Rectangle(
                area.x + 2, area.y + _HEADING, area.width - 4, area.height - _HEADING - 2
            )
            if inner.width > 4 and inner.height > 4:
                yield from _areas(trace, str(trace.ids[number]), inner, total)
        elif area.height > 18 and (words := _fitting([label], area.width - 8)):
            yield text(words, area.x + 5, area.y + 11, fill=ink)
            if area.height > 34 and area.width > 34:
                yield text(share, area.x + 5, area.y + 26, fill=ink)


def _fitting(texts: Sequence[str], width: float) -> str:
    """Return the first text that fits into a width; empty where none does."""
    return next((words for words in texts if text_width(words) <= width), "")
