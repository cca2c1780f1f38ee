"""Nothing yet, not yet, not possible, not fresh, not all: the states that every view has."""

from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.components.aria import aria
from dashboard.components.icon import icon
from dashboard.components.moment import moment
from data.i18n import _


def empty_state(sentence: str, action: Component | None = None) -> html.Div:
    """Say in one sentence that there is nothing yet, and offer the one thing to do about it."""
    return html.Div(
        [html.P(sentence), *([action] if action is not None else [])], className="empty-state"
    )


def loading_state(height: int = 160, *, lines: int = 0) -> html.Div:
    """Hold the place of something that is on its way; it shows itself only after 300 ms.

    Parameters
    ----------
    height : int
        Final height in pixels.
    lines : int
        How many lines of text to suggest; 0 for one block.
    """
    shapes = [html.Div(className="skeleton-line") for _line in range(lines)]
    return html.Div(
        shapes,
        className="skeleton has-lines" if lines else "skeleton",
        style={"height": f"{height}px"},
        role="status",
        **aria(label=_("Loading")),
    )


def error_state(
    sentence: str,
    *,
    advice: str | None = None,
    incident: str | None = None,
    action: Component | None = None,
    page: bool = False,
) -> html.Div:
    """Say what went wrong, why and what to do, with the id under which the log has it.

    Parameters
    ----------
    sentence : str
        What is wrong and why.
    advice : str, optional
        What to do, where the sentence does not say it already.
    incident : str, optional
        The id in the log.
    action : Component, optional
        A button that does it.
    page : bool
        Whether the error stands in place of a whole page.
    """
    lines: list[Any] = [html.P(sentence, className="error-sentence")]
    if advice:
        lines.append(html.P(advice))
    if incident:
        lines.append(html.P([_("Id in the log:"), " ", html.Code(incident)], className="muted"))
    if action is not None:
        lines.append(action)
    words: Component = html.Div(lines)
    if page:
        words = html.Div([html.H1(_("This page could not be shown"), tabIndex="-1"), *lines])
    return html.Div(
        [icon("warning"), words],
        className="error-state is-page" if page else "error-state",
        role="alert",
    )


def stale_note(since: datetime | float) -> html.P:
    """Say that what is shown is not fresh, and from when it is."""
    return html.P([_("As of"), " ", moment(since)], className="note")


def sampled_note(sentence: str) -> html.P:
    """Say what part of the data is shown where it is too much for all of it."""
    return html.P(sentence, className="note")
