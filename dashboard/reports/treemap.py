"""The areas of a treemap: rectangles as square as possible (Bruls, Huizing and van Wijk, 2000)."""

from collections.abc import Sequence
from typing import NamedTuple


class Rectangle(NamedTuple):
    """Left and upper corner, width and height."""

    x: float
    y: float
    width: float
    height: float


def squarified(values: Sequence[float], frame: Rectangle) -> list[Rectangle]:
    """Divide a rectangle into areas that are proportional to values.

    Parameters
    ----------
    values : sequence of float
        In falling order, each above zero.

    Examples
    --------
    >>> squarified([2, 1, 1], Rectangle(0, 0, 4, 2))  # doctest: +NORMALIZE_WHITESPACE
    [Rectangle(x=0.0, y=0.0, width=2.0, height=2.0), Rectangle(x=2.0, y=0.0, width=2.0, height=1.0),
     Rectangle(x=2.0, y=1.0, width=2.0, height=1.0)]
    """
    areas: list[Rectangle] = []
    rest = Rectangle(*map(float, frame))
    start = 0
    while start < len(values):
        scale = rest.width * rest.height / sum(values[start:])
        side = min(rest.width, rest.height)
        end = start + 1
        while end < len(values) and _worst(values[start : end + 1], scale, side) <= _worst(
            values[start:end], scale, side
        ):
            end += 1
        row = [value * scale for value in values[start:end]]
        placed, rest = _place(row, rest)
        areas += placed
        start = end
    return areas


def _worst(values: Sequence[float], scale: float, side: float) -> float:
    """Return the worst ratio of the sides of areas that share a row along a side."""
    thickness = sum(values) * scale / side
    return max(
        max(thickness / (value * scale / thickness), (value * scale / thickness) / thickness)
        for value in values
    )


def _place(row: Sequence[float], frame: Rectangle) -> tuple[list[Rectangle], Rectangle]:
    """Return the areas of a row along the shorter side of a frame, and the rest of the frame."""
    x, y, width, height = frame
    placed = []
    if width >= height:
        thickness = sum(row) / height
        for area in row:
            placed.append(Rectangle(x, y, thickness, area / thickness))
            y += area / thickness
        return placed, Rectangle(x + thickness, frame.y, width - thickness, height)
    thickness = sum(row) / width
    for area in row:
        placed.append(Rectangle(x, y, area / thickness, thickness))
        x += area / thickness
    return placed, Rectangle(frame.x, y + thickness, width, height - thickness)
