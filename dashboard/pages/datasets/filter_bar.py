"""The bar of filters above the charts of a dataset; the address holds what is chosen."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, clientside_callback, dcc, html
from dash.development.base_component import Component

from dashboard import components as kit
from dashboard.components.aria import aria
from dashboard.context import current_home
from dashboard.figures.words import in_order, type_name
from dashboard.pages.datasets import filter_query
from dashboard.services.datasets import library
from data.datasets.store import Dataset
from data.exploration.statistics import Filters
from data.i18n import _

DATASET, FILTERS = "explore-dataset", "explore-filters"
CLEAR = "explore-clear"
_PARTS = ("first", "last", "types", "categories", "brands", "low", "high")
_MOST_CHOICES = 500

# The address follows the filters without asking the server for the page again.
_FOLLOW = """function (filters) {
    const place = window.location.pathname + filters.query + window.location.hash;
    window.history.replaceState(window.history.state, "", place);
    return !filters.query;
}"""


def layout(dataset: Dataset, given: dict[str, str]) -> html.Div:
    """Return the bar, filled with what the address says."""
    filters = filter_query.read(given)
    summary = dataset.manifest.summary
    bounds = {"min": _day(summary["first_event"]), "max": _day(summary["last_event"])}
    fields = [
        _field("first", _("From"), _date("first", filters.first, bounds)),
        _field("last", _("To"), _date("last", filters.last, bounds)),
        _field("categories", _("Categories"), _several("categories", filters.categories)),
        _field("brands", _("Brands"), _several("brands", filters.brands)),
        _field("low", _("Price from"), _price("low", filters.price_low)),
        _field("high", _("Price to"), _price("high", filters.price_high)),
    ]
    return html.Div(
        [
            dcc.Store(id=DATASET, data=dataset.name),
            dcc.Store(id=FILTERS, data=_state(filters)),
            *fields,
            _types(dataset, filters),
            kit.button(
                _("Clear filters"), CLEAR, kind="quiet", hidden=not filter_query.write(filters)
            ),
        ],
        className="filter-bar",
        role="search",
        **aria(label=_("Filters of every chart")),
    )


def register() -> None:
    """Add the callbacks: choices filled in, filters collected, address kept, filters cleared."""

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
        found = library.filter_values(current_home(), name, _MOST_CHOICES)
        return (
            list(dict.fromkeys([*found.categories, *(categories or [])])),
            list(dict.fromkeys([*found.brands, *(brands or [])])),
        )

    @callback(
        Output(FILTERS, "data"),
        *[Input(_id(part), "value") for part in _PARTS],
        prevent_initial_call=True,
    )
    def collect(*values: Any) -> dict[str, Any]:
        given = dict(zip(_PARTS, map(_text, values), strict=True))
        return _state(filter_query.read(given))

    @callback(
        *[Output(_id(part), "value") for part in _PARTS],
        Input(CLEAR, "n_clicks"),
        prevent_initial_call=True,
    )
    def clear(_clicks: int | None) -> tuple[Any, ...]:
        return None, None, [], [], [], None, None

    clientside_callback(_FOLLOW, Output(CLEAR, "hidden"), Input(FILTERS, "data"))


def _id(part: str) -> str:
    return f"explore-{part}"


def _state(filters: Filters) -> dict[str, Any]:
    """Return what charts read: the parameters, and the query that the address shows for them."""
    return {"given": filter_query.parameters(filters), "query": filter_query.write(filters)}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return filter_query.SEPARATOR.join(map(str, value))
    return "" if value is None else str(value)


def _field(part: str, label: str, control: Component) -> html.Div:
    return html.Div(kit.field(label, control), className=f"filter-{part}")


def _date(part: str, value: Any, bounds: dict[str, str]) -> dbc.Input:
    shown = value.isoformat() if value else None
    return dbc.Input(id=_id(part), type="date", value=shown, debounce=True, **bounds)


def _price(part: str, value: float | None) -> dbc.Input:
    return dbc.Input(id=_id(part), type="number", min=0, step="any", value=value, debounce=True)


def _several(part: str, values: tuple[str, ...]) -> dcc.Dropdown:
    return dcc.Dropdown(
        id=_id(part), options=list(values), value=list(values), multi=True, placeholder=_("All")
    )


def _types(dataset: Dataset, filters: Filters) -> html.Fieldset:
    """Return a box for each event type; none ticked means all."""
    chosen = dbc.Checklist(
        id=_id("types"),
        options=[{"label": type_name(kind), "value": kind} for kind in in_order(dataset.types)],
        value=list(filters.types),
        inline=True,
    )
    legend = html.Legend(_("Event types"), className="field-label")
    return html.Fieldset([legend, chosen], className="filter-types", hidden=len(dataset.types) < 2)


def _day(moment: str | None) -> str:
    return (moment or "")[:10]
