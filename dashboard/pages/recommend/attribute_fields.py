"""What is known of the buyer: attributes that the model reads are fields, the others are texts."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import NO_CHOICE, no_choice
from dashboard.pages.recommend.attribute_list import attribute_list
from data.datasets.side_tables import Attribute
from data.i18n import _
from model.sequences.attributes_numpy import as_number, as_text
from model.sequences.buyer_attributes import BuyerAttributes


def attribute_fields(
    attributes: BuyerAttributes,
    values: Mapping[str, Any],
    recorded: Sequence[tuple[Attribute, str | float]],
) -> list[Component]:
    """Return a field for each attribute that the model reads, and the list of the others.

    The page's script turns the changes of fields into edits.

    Parameters
    ----------
    attributes : BuyerAttributes
        Those that the model reads.
    values : mapping
        What the model is given, by name.
    recorded : sequence of (Attribute, value)
        What the table of buyers has.
    """
    fields = [
        html.Label(
            [html.Span(entry["label"]), _field(entry, values.get(entry["name"]))],
            className="attribute-field",
        )
        for entry in attributes.vocabulary
    ]
    others = [pair for pair in recorded if pair[0].name not in attributes.names]
    shown: list[Component] = [html.Div(fields, className="attribute-fields")] if fields else []
    return [*shown, *attribute_list(others)]


def _field(entry: Mapping[str, Any], value: Any) -> Any:
    name = f"buyer-{entry['name']}"
    if "bounds" in entry:
        number = as_number(value)
        return dbc.Input(
            id=name,
            type="number",
            step="any",
            value=None if math.isnan(number) else number,
            placeholder=formats.MISSING,
        )
    text = as_text(value)
    choices = [*entry["values"], *([text] if text and text not in entry["values"] else [])]
    options = [
        no_choice(_("Not known")),
        *({"label": choice, "value": choice} for choice in choices),
    ]
    return dbc.Select(id=name, options=options, value=text or NO_CHOICE)
