"""A search field with a list of suggestions (an ARIA combobox)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from dashboard.components.aria import aria, data
from dashboard.pages.recommend.fragments import Action
from data.i18n import _


@dataclass(frozen=True)
class Option:
    """A suggestion: its content, and the action of the page's script when it is chosen."""

    children: Sequence[Any]
    action: Action


def search_box(name: str, label: str, placeholder: str, *, value: str = "") -> html.Div:
    """Return the field and its empty list.

    A callback reads the ``value`` of ``words_id(name)`` and fills the ``children`` of
    ``list_id(name)`` with ``suggestions``.

    Parameters
    ----------
    name : str
        Prefix of the ids.
    label : str
        Label for screen readers.
    placeholder : str
        An example of what to type.
    value : str
        Initial text.
    """
    return html.Div(
        [
            html.Label(label, htmlFor=words_id(name), className="visually-hidden"),
            dbc.Input(
                id=words_id(name),
                type="search",
                value=value,
                placeholder=placeholder,
                autocomplete="off",
                maxLength=200,
            ),
            html.Ul(
                id=list_id(name),
                className="search-list",
                role="listbox",
                **aria(label=_("Suggestions")),
            ),
        ],
        className="search-box",
    )


def words_id(name: str) -> str:
    """Return the id of the text field of a search."""
    return f"{name}-words"


def list_id(name: str) -> str:
    """Return the id of the list of a search."""
    return f"{name}-list"


def suggestions(name: str, words: str, options: Sequence[Option], empty: str) -> list[html.Li]:
    """Return the rows of the list of a search.

    Parameters
    ----------
    name : str
        Prefix of the ids.
    words : str
        The text searched for; by it the page's script recognises the list of the typed text.
    options : sequence of Option
        Best first.
    empty : str
        Text of the only row where there are no options.
    """
    searched = data(words=words.strip())
    if not options:
        return [
            html.Li(
                empty, className="search-none", role="option", **aria(disabled="true"), **searched
            )
        ]
    return [
        html.Li(
            option.children,
            id=f"{name}-option-{place}",
            role="option",
            className="search-option",
            **searched,
            **data(**option.action),
        )
        for place, option in enumerate(options)
    ]
