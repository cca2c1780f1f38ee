"""The part of the filter bar for attributes of products and buyers, of a dataset that has them."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, html
from dash.development.base_component import Component

from dashboard import components as kit
from dashboard.context import current_home
from dashboard.pages.datasets import filter_query
from dashboard.services.datasets import library
from data.comma_list import write_list
from data.datasets.side_tables import BUYERS, PRODUCTS
from data.exploration.attributes import AttributeFilter, TableAttribute, table_attributes
from data.exploration.filters import Filters
from data.i18n import N_, _

TYPE = "explore-attribute"
VALUES, LOW, HIGH = "values", "low", "high"
TABLES = {PRODUCTS: N_("Products"), BUYERS: N_("Buyers")}


def control_id(name: Any, part: Any) -> dict[str, Any]:
    """Return the id of a control: the ``values`` of a category, ``low`` or ``high`` of a number."""
    return {"type": TYPE, "name": name, "part": part}


CONTROLS = control_id(ALL, ALL)


def layout(attributes: Mapping[str, TableAttribute], filters: Filters) -> html.Details:
    """Return the controls with the values of the filters; they are open if one is set."""
    chosen = {attribute_filter.of.name: attribute_filter for attribute_filter in filters.attributes}
    groups = []
    for table, legend in TABLES.items():
        fields = [
            field
            for name, attribute in attributes.items()
            if attribute.table == table
            for field in _fields(attribute, chosen.get(name))
        ]
        if fields:
            heading = html.Legend(_(legend), className="field-label")
            groups.append(html.Fieldset([heading, html.Div(fields, className="filter-group")]))
    return html.Details(
        [html.Summary(_("Attributes of products and buyers")), *groups],
        open=bool(chosen),
        className="filter-attributes",
    )


def parameters(places: Sequence[Mapping[str, str]], values: Sequence[Any]) -> dict[str, str]:
    """Return the query parameters of the values of controls.

    Parameters
    ----------
    places : sequence of mapping
        Ids of the controls.
    values : sequence
        Their values: a list of texts of a category, a number or None of a bound.

    Examples
    --------
    >>> places = [control_id("product.genre", VALUES), control_id("user.age", LOW)]
    >>> parameters([*places, control_id("user.age", HIGH)], [["Drama", "War"], 20, None])
    {'product.genre': 'Drama|War', 'user.age': '20..'}
    """
    result: dict[str, str] = {}
    for place, value in zip(places, values, strict=True):
        name, part = place["name"], place["part"]
        if part == VALUES:
            values = value if isinstance(value, list) else []
            result[name] = write_list(values, filter_query.SEPARATOR)
        else:
            bound = "" if value is None else str(value)
            low, _range, high = result.get(name, "").partition(filter_query.RANGE)
            low, high = (bound, high) if part == LOW else (low, bound)
            result[name] = f"{low}{filter_query.RANGE}{high}"
    return result


def cleared(places: Sequence[Mapping[str, str]]) -> list[Any]:
    """Return the values of controls that filter nothing."""
    return [[] if place["part"] == VALUES else None for place in places]


def register(dataset: str, most_options: int) -> None:
    """Register the callback that fills the choices of values.

    Parameters
    ----------
    dataset : str
        Id of the store that holds the name of the dataset.
    most_options : int
        Number of values that are offered.
    """

    @callback(
        Output(control_id(ALL, VALUES), "options"),
        Input(dataset, "data"),
        State(control_id(ALL, VALUES), "id"),
        State(control_id(ALL, VALUES), "value"),
    )
    def fill(
        name: str, places: list[dict[str, str]], chosen: list[list[str] | None]
    ) -> list[list[str]]:
        statistics = library.statistics(current_home(), name)
        attributes = table_attributes(statistics.dataset)
        offered = [
            statistics.attribute_values(attributes[place["name"]], most_options)
            if place["name"] in attributes  # its table may have been removed meanwhile
            else []
            for place in places
        ]
        return [
            list(dict.fromkeys([*values, *(selected or [])]))
            for values, selected in zip(offered, chosen, strict=True)
        ]


def _fields(attribute: TableAttribute, chosen: AttributeFilter | None) -> list[Component]:
    name, label = attribute.name, attribute.label
    if not attribute.is_number:
        values = list(chosen.values) if chosen else []
        control = kit.dropdown(control_id(name, VALUES), values, values, placeholder=_("Any"))
        return [kit.field(label, control)]
    bounds = (
        (LOW, _("{attribute} from"), chosen.low if chosen else None),
        (HIGH, _("{attribute} to"), chosen.high if chosen else None),
    )
    return [
        kit.field(
            text.format(attribute=label),
            dbc.Input(
                id=control_id(name, part), type="number", step="any", value=value, debounce=True
            ),
        )
        for part, text, value in bounds
    ]
