"""Key figures: a number, its unit, and what to compare it with."""

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
) -> html.Div:
    """Return one key figure.

    Parameters
    ----------
    label : str
        What is counted.
    value : str
        The number, already formatted (``dashboard.formats``).
    unit : str, optional
        Its unit, in muted text.
    comparison : str, optional
        What it is to be compared with, such as "popularity: 4.1%".
    tone : {"good", "bad"}, optional
        Whether the comparison is good or bad news.
    explanation : str, optional
        Help text in the field's own terms.
    """
    number: list[Any] = [value, *([html.Span(unit, className="unit")] if unit else [])]
    named: list[Any] = [label, *([help_text(explanation, about=label)] if explanation else [])]
    lines: list[Any] = [
        html.Dt(named, className="key-label"),
        html.Dd(number, className="key-value"),
    ]
    if comparison:
        look = f"key-comparison is-{tone}" if tone else "key-comparison"
        lines.append(html.Dd(comparison, className=look))
    return html.Div(lines, className="key-figure")


def key_figures(*figures: html.Div) -> html.Dl:
    """Return a row of at most five key figures."""
    return html.Dl(list(figures), className="key-figures")
