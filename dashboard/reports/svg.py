"""Elements of SVG as text."""

import math
from typing import Any

from markupsafe import Markup, escape

from dashboard.figures.plain_text import MARK

FONT_SIZE = 12
_LETTER, _CAPITAL = 6.3, 8.2
"""Mean widths of letters in pixels; a browser's own differ a little by its font."""


def element(tag: str, content: str = "", **attributes: Any) -> Markup:
    """Return an element; attributes that are None are left out, and pixels have one decimal.

    Examples
    --------
    >>> element("rect", x=1.26, fill="#ffffff", stroke_width=None)
    Markup('<rect x="1.3" fill="#ffffff"/>')
    >>> element("text", "a < b")
    Markup('<text>a &lt; b</text>')
    """
    shown = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    body = escape(content)
    return Markup(f"<{tag}{shown}>{body}</{tag}>" if body else f"<{tag}{shown}/>")


def _value(value: Any) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else escape(value)


def together(*parts: str) -> Markup:
    """Return elements one after another."""
    return Markup("").join(parts)


def text(
    words: str, x: float, y: float, *, fill: str, anchor: str = "start", **more: Any
) -> Markup:
    """Return a line of text whose middle is at a height; a mark before it keeps its colour.

    Parameters
    ----------
    anchor : {"start", "middle", "end"}
    """
    content: str = words
    if mark := MARK.match(words):
        dot = element("tspan", "● ", fill=mark["colour"])
        content = together(dot, escape(words[mark.end() :]))
    return element("text", content, x=x, y=y, dy=".35em", text_anchor=anchor, fill=fill, **more)


def text_width(words: str) -> float:
    """Return about how wide a line of text is, in pixels."""
    letters = MARK.sub("● ", words)
    return sum(_CAPITAL if letter.isupper() else _LETTER for letter in letters)


def path(points: list[tuple[float, float]], **attributes: Any) -> Markup:
    """Return a line through points; a point that is not a number interrupts it."""
    commands, is_down = [], False
    for x, y in points:
        is_known = math.isfinite(x) and math.isfinite(y)
        if is_known:
            commands.append(f"{'L' if is_down else 'M'}{_value(x)} {_value(y)}")
        is_down = is_known
    return element("path", d="".join(commands), fill="none", **attributes)
