"""Key figures: a number with its unit and a value to compare it with."""

from typing import Any

from dash import html

from dashboard.components.help_text import help_text


def key_figure(
    label: str,
    value: str,
    *,
    unit: str | None = None,
    comparison: str | None = None,
    tone: str | None = None,
    explanation: str | None = None,
    place: str = "",
) -> html.Div:
    """Return one key figure.

    Parameters
    ----------
    label : str
        Name of the number.
    value : str
        Number, already formatted (``dashboard.formats``).
    unit : str, optional
        Unit, in muted text.
    comparison : str, optional
        Value to compare it with, such as "popularity: 4.1%".
    tone : {"good", "bad"}, optional
        Colour of the comparison.
    explanation : str, optional
        Help text.
    place : str
        Place of the guide that says more than the help text; see ``help_text``.
    """
    number: list[Any] = [value, *([html.Span(unit, className="unit")] if unit else [])]
    help_ = [help_text(explanation, about=label, place=place)] if explanation else []
    name: list[Any] = [label, *help_]
    lines: list[Any] = [
        html.Dt(name, className="key-label"),
        html.Dd(number, className="key-value"),
    ]
    if comparison:
        style = f"key-comparison is-{tone}" if tone else "key-comparison"
        lines.append(html.Dd(comparison, className=style))
    return html.Div(lines, className="key-figure")


def key_figures(*figures: html.Div) -> html.Dl:
    """Return a row of at most five key figures."""
    return html.Dl(list(figures), className="key-figures")
