"""Texts of a figure as they are: Plotly takes ``<b>``, ``<a href=…>`` and ``&lt;`` for markup."""

import re
from typing import Any

import numpy as np
import plotly.graph_objects as go

MARK = re.compile(r'<span style="color:(?P<colour>#[0-9a-f]{6})">●</span> ')
"""The dot that ``mark`` returns."""
_TEMPLATES = ("template", "hovertemplate", "texttemplate")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def mark(colour: str) -> str:
    """Return a dot in a colour (``#rrggbb``), which may begin the text of an annotation.

    Examples
    --------
    >>> mark("#aa0000")
    '<span style="color:#aa0000">●</span> '
    """
    return f'<span style="color:{colour}">●</span> '


def plain_text(figure: go.Figure) -> dict[str, Any]:
    """Return the JSON of a figure whose texts, names of brands for instance, are never markup.

    Templates of texts are not changed: they are written here, and refer to values by name.
    """
    values: dict[str, Any] = _plain(figure.to_plotly_json())
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        start = MARK.match(value)
        length = start.end() if start else 0
        return value[:length] + value[length:].translate(_ENTITIES)
    if isinstance(value, dict):
        return {key: inner if key in _TEMPLATES else _plain(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind in "OU":
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
