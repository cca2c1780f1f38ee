"""The choice of several values from a list that is searched."""

from collections.abc import Sequence
from typing import Any

from dash import dcc

from data.i18n import _


def dropdown(
    id: Any, options: Sequence[Any], value: Sequence[str], *, placeholder: str, stays: bool = False
) -> dcc.Dropdown:
    """Return a list of which several values can be chosen, with its words in the page's language.

    Parameters
    ----------
    id : str or dict
        Id of the control, whose ``value`` callbacks listen to.
    options : sequence
        Texts, or dicts with ``label`` and ``value``.
    value : sequence of str
        Those that are chosen.
    placeholder : str
        Text where none is chosen.
    stays : bool
        Whether the list stays open after a choice.
    """
    return dcc.Dropdown(
        id=id,
        options=list(options),
        value=list(value),
        multi=True,
        placeholder=placeholder,
        closeOnSelect=not stays,
        labels={
            "select_all": _("Choose all"),
            "deselect_all": _("Choose none"),
            "selected_count": _("{count} chosen").format(count="{num_selected}"),
            "search": _("Search"),
            "clear_search": _("Clear the search"),
            "clear_selection": _("Choose none"),
            "no_options_found": _("Nothing matches"),
        },
    )
