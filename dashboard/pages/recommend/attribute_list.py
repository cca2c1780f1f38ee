"""The attributes of one product or buyer as a list."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from data.datasets.side_tables import Attribute


def attribute_list(attributes: Sequence[tuple[Attribute, str | float]]) -> list[Component]:
    """Return a list of labels and values; nothing where there are none.

    The address of a picture is a link: pictures of other hosts are never loaded.
    """
    if not attributes:
        return []
    items = [
        html.Div([html.Dt(attribute.label), html.Dd(_value(value))])
        for attribute, value in attributes
    ]
    return [html.Dl(items, className="attributes")]


def _value(value: str | float) -> Component | str:
    if not isinstance(value, str):
        return formats.value(value)
    if value.startswith(("http://", "https://")):
        return html.A(value, href=value, target="_blank", rel="noopener noreferrer", title=value)
    return html.Span(value, title=value)
