"""The filters above the charts of a dataset; their values are in the address."""

from typing import Annotated, Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, clientside_callback, dcc, html
from dash.development.base_component import Component

from dashboard import components as kit
from dashboard.components.aria import aria
from dashboard.context import current_home
from dashboard.pages.datasets import attribute_filters, filter_query
from dashboard.pages.datasets.type_choice import type_choice
from dashboard.services.datasets import library
from dashboard.web.callback_types import Keys
from data.comma_list import write_list
from data.datasets.dataset import Dataset
from data.exploration.attributes import table_attributes
from data.exploration.statistics import Filters
from data.i18n import _

DATASET, FILTERS = "explore-dataset", "explore-filters"
CLEAR = "explore-clear"
_PARTS = ("first", "last", "types", "categories", "brands", "low", "high")
_MOST_OPTIONS = 500

FilterState = Annotated[dict[str, Any], Keys(given=dict[str, str], query=str)]
"""The data of the store: the query parameters, and the query of the address."""
_Value = str | int | float | list[str] | None

# Writes the filters into the address without loading the page again.
_WRITE_ADDRESS = """function (filters) {
    const place = window.location.pathname + filters.query + window.location.hash;
    window.history.replaceState(window.history.state, "", place);
    return !filters.query;
}"""


def layout(dataset: Dataset, parameters: dict[str, str]) -> html.Div:
    """Return the filters with the values of the query parameters of the address."""
    attributes = table_attributes(dataset)
    filters = filter_query.read(parameters, attributes)
    summary = dataset.manifest.summary
    bounds = {"min": _day(summary["first_event"]), "max": _day(summary["last_event"])}
    fields = [
        _field("first", _("From"), _date("first", filters.first, bounds)),
        _field("last", _("To"), _date("last", filters.last, bounds)),
        _field("categories", _("Categories"), _multiple("categories", filters.categories)),
        _field("brands", _("Brands"), _multiple("brands", filters.brands)),
        _field("low", _("Price from"), _price("low", filters.price_low)),
        _field("high", _("Price to"), _price("high", filters.price_high)),
    ]
    return html.Div(
        [
            dcc.Store(id=DATASET, data=dataset.name),
            dcc.Store(id=FILTERS, data=_state(filters)),
            *fields,
            _types(dataset, filters),
            *([attribute_filters.layout(attributes, filters)] if attributes else []),
            kit.button(
                _("Clear filters"), CLEAR, kind="quiet", hidden=not filter_query.write(filters)
            ),
        ],
        className="filter-bar",
        role="search",
        **aria(label=_("Filters of every chart")),
    )


def register() -> None:
    """Register the callbacks: options, collected filters, address, clearing."""

    @callback(
        Output(_id("categories"), "options"),
        Output(_id("brands"), "options"),
        Input(DATASET, "data"),
        State(_id("categories"), "value"),
        State(_id("brands"), "value"),
    )
    def fill(
        name: str, categories: list[str] | None, brands: list[str] | None
    ) -> tuple[list[str], list[str]]:
        values = library.filter_values(current_home(), name, _MOST_OPTIONS)
        return (
            list(dict.fromkeys([*values.categories, *(categories or [])])),
            list(dict.fromkeys([*values.brands, *(brands or [])])),
        )

    @callback(
        output=Output(FILTERS, "data"),
        inputs={
            "values": {part: Input(_id(part), "value") for part in _PARTS},
            "given": Input(attribute_filters.CONTROLS, "value"),
        },
        state={
            "places": State(attribute_filters.CONTROLS, "id"),
            "name": State(DATASET, "data"),
        },
        prevent_initial_call=True,
    )
    def collect(
        values: dict[str, _Value], given: list[_Value], places: list[dict[str, str]], name: str
    ) -> FilterState:
        parameters = {part: _text(value) for part, value in values.items()}
        parameters |= attribute_filters.parameters(places, given)
        attributes = table_attributes(library.open_dataset(current_home(), name))
        return _state(filter_query.read(parameters, attributes))

    @callback(
        *[Output(_id(part), "value") for part in _PARTS],
        Output(attribute_filters.CONTROLS, "value"),
        Input(CLEAR, "n_clicks"),
        State(attribute_filters.CONTROLS, "id"),
        prevent_initial_call=True,
    )
    def clear(_clicks: int | None, places: list[dict[str, str]]) -> tuple[Any, ...]:
        return None, None, [], [], [], None, None, attribute_filters.cleared(places)

    attribute_filters.register(DATASET, _MOST_OPTIONS)
    clientside_callback(_WRITE_ADDRESS, Output(CLEAR, "hidden"), Input(FILTERS, "data"))


def _id(part: str) -> str:
    return f"explore-{part}"


def _state(filters: Filters) -> FilterState:
    return {"given": filter_query.parameters(filters), "query": filter_query.write(filters)}


def _text(value: _Value) -> str:
    if isinstance(value, list):
        return write_list(value, filter_query.SEPARATOR)
    return "" if value is None else str(value)


def _field(part: str, label: str, control: Component) -> html.Div:
    return html.Div(kit.field(label, control), className=f"filter-{part}")


def _date(part: str, value: Any, bounds: dict[str, str]) -> dbc.Input:
    text = value.isoformat() if value else None
    return dbc.Input(id=_id(part), type="date", value=text, debounce=True, **bounds)


def _price(part: str, value: float | None) -> dbc.Input:
    return dbc.Input(id=_id(part), type="number", min=0, step="any", value=value, debounce=True)


def _multiple(part: str, values: tuple[str, ...]) -> dcc.Dropdown:
    return kit.dropdown(_id(part), values, values, placeholder=_("Any"))


def _types(dataset: Dataset, filters: Filters) -> html.Fieldset:
    """Return the choice of event types; none chosen means all."""
    choice = type_choice(_id("types"), dataset.types, filters.types)
    legend = html.Legend(_("Event types"), className="field-label")
    return html.Fieldset([legend, choice], className="filter-types", hidden=len(dataset.types) < 2)


def _day(moment: str | None) -> str:
    return (moment or "")[:10]
