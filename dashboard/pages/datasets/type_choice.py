"""The choice of some event types of a dataset."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc

from dashboard import formats
from dashboard.components import dropdown
from dashboard.figures.labels import in_order, type_name
from data.i18n import _

_MOST_CHECKBOXES = 12
_MOST_OPTIONS = 500
_LONGEST = 60


def type_choice(name: Any, types: Sequence[str], value: Sequence[str]) -> Any:
    """Return a checkbox for each event type; a list that is searched where there are many.

    Parameters
    ----------
    name : str or dict
        Id of the control.
    types : sequence of str
        The dataset's event types, the most frequent first.
    value : sequence of str
        Those that are chosen.
    """
    few = len(types) <= _MOST_CHECKBOXES
    offered = in_order(types) if few else dict.fromkeys((*types[:_MOST_OPTIONS], *value))
    options = [
        {"label": formats.shortened(type_name(kind), _LONGEST), "value": kind} for kind in offered
    ]
    if few:
        return dbc.Checklist(id=name, options=options, value=list(value), inline=True)
    return dropdown(name, options, value, placeholder=_("Any"))
