"""Empty, loading and error states, and notes on outdated or sampled data."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components.aria import aria
from dashboard.components.code_words import code_words
from dashboard.components.icon import icon
from dashboard.components.moment import moment
from data.i18n import _, ngettext

_SEEN_PROBLEMS = 3


def empty_state(sentence: str, action: Component | None = None) -> html.Div:
    """Return the empty state of a view: one sentence, and optionally one action."""
    return html.Div(
        [html.P(sentence), *([action] if action is not None else [])], className="empty-state"
    )


def loading_state(height: int = 160, *, lines: int = 0) -> html.Div:
    """Return a placeholder for content that is loading; CSS shows it after 300 ms.

    Parameters
    ----------
    height : int
        Height of the content in pixels.
    lines : int
        Number of placeholder lines of text; 0 for one block.
    """
    shapes = [html.Div(className="skeleton-line") for _line in range(lines)]
    return html.Div(
        shapes,
        className="skeleton has-lines" if lines else "skeleton",
        style={"height": f"{height}px"},
        role="status",
        **aria(label=_("Loading")),
    )


def error_list(sentences: Sequence[str]) -> list[Component]:
    """Return one error message on all that is wrong, of which a few sentences are seen at once."""
    if len(sentences) < 2:
        return [error_state(sentence) for sentence in sentences]
    lines = [html.P(code_words(sentence), className="error-sentence") for sentence in sentences]
    body: list[Component] = [*lines[:_SEEN_PROBLEMS]]
    if hidden := lines[_SEEN_PROBLEMS:]:
        words = ngettext("{count} more problem", "{count} more problems", len(hidden))
        head = html.Summary(words.format(count=formats.number(len(hidden))))
        body.append(html.Details([head, *hidden], className="error-more"))
    return [html.Div([icon("warning"), html.Div(body)], className="error-state", role="alert")]


def error_state(
    sentence: str,
    *,
    advice: str | None = None,
    incident: str | None = None,
    action: Component | None = None,
    page: bool = False,
) -> html.Div:
    """Return an error message with what to do and the id of the log entry.

    Parameters
    ----------
    sentence : str
        Error and its cause.
    advice : str, optional
        What to do, unless the sentence says it.
    incident : str, optional
        Id of the log entry.
    action : Component, optional
        Button that solves the problem.
    page : bool
        Whether the message replaces a whole page.
    """
    lines: list[Any] = [html.P(code_words(sentence), className="error-sentence")]
    if advice:
        lines.append(html.P(code_words(advice)))
    if incident:
        lines.append(html.P([_("Id in the log:"), " ", html.Code(incident)], className="muted"))
    if action is not None:
        lines.append(action)
    body: Component = html.Div(lines)
    if page:
        body = html.Div([html.H1(_("This page could not be shown"), tabIndex="-1"), *lines])
    return html.Div(
        [icon("warning"), body],
        className="error-state is-page" if page else "error-state",
        role="alert",
    )


def stale_note(since: datetime | float) -> html.P:
    """Return a note with the time of data that may be outdated."""
    return html.P([_("As of"), " ", moment(since)], className="note")


def sampled_note(sentence: str) -> html.P:
    """Return a note on which part of the data is shown."""
    return html.P(sentence, className="note")
