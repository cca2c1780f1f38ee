"""A search with suggestions: a box to type in and a list that the arrow keys walk through."""

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
    """A suggestion: what it shows, and what the page's script does when it is chosen."""

    children: Sequence[Any]
    action: Action


def search_box(name: str, label: str, placeholder: str, *, value: str = "") -> html.Div:
    """Return the box; ``value`` of ``words_id(name)`` are the words, and a callback fills the list.

    Parameters
    ----------
    name : str
        Names the box in callbacks.
    label : str
        What is searched, for screen readers.
    placeholder : str
        An example of what to type.
    value : str
        What stands in it at first.
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
    """Return the id of the box of a search."""
    return f"{name}-words"


def list_id(name: str) -> str:
    """Return the id of the list of a search; its ``children`` are options."""
    return f"{name}-list"


def suggestions(name: str, words: str, found: Sequence[Option], none: str) -> list[html.Li]:
    """Return the list of a search.

    Parameters
    ----------
    name : str
        Names the box.
    words : str
        What was searched; the page's script waits for the list that belongs to what was typed.
    found : sequence of Option
        Best first.
    none : str
        What stands there when nothing was found.
    """
    asked = data(words=words.strip())
    if not found:
        return [
            html.Li(none, className="search-none", role="option", **aria(disabled="true"), **asked)
        ]
    return [
        html.Li(
            one.children,
            id=f"{name}-option-{place}",
            role="option",
            className="search-option",
            **asked,
            **data(**one.action),
        )
        for place, one in enumerate(found)
    ]
