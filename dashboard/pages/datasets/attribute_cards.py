"""Charts of the attributes of products and of buyers, each with a choice of the attribute."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, html
from dash.development.base_component import Component

from dashboard import components as kit
from dashboard.context import current_home
from dashboard.figures import attributes as figures
from dashboard.pages.datasets import filter_bar, filter_query
from dashboard.services.datasets import library
from data.datasets.dataset import Dataset
from data.datasets.side_tables import BUYERS, PRODUCTS
from data.errors import BadInput
from data.exploration.attributes import table_attributes
from data.i18n import N_, _

CHOICES = {PRODUCTS: N_("Attribute of the products"), BUYERS: N_("Attribute of the buyers")}
HEIGHT = 400


def layout(dataset: Dataset) -> list[Component]:
    """Return a card for each side table with attributes; callbacks fill them."""
    attributes = table_attributes(dataset).values()
    tables = [
        table for table in CHOICES if any(attribute.table == table for attribute in attributes)
    ]
    cards: list[Component] = []
    for table in tables:
        options = [
            {"label": attribute.label, "value": name}
            for name, attribute in table_attributes(dataset).items()
            if attribute.table == table
        ]
        control = html.Div(
            [
                html.Label(
                    _(CHOICES[table]), htmlFor=choice_id(table), className="visually-hidden"
                ),
                dbc.Select(id=choice_id(table), options=options, value=options[0]["value"]),
            ],
            className="attribute-choice",
        )
        cards.append(
            kit.figure_card(
                card_name(table), span=12 // len(tables), height=HEIGHT, actions=[control]
            )
        )
    return cards


def register() -> None:
    """Register the callback of each card."""
    for table in CHOICES:
        _register(table)


def card_name(table: str) -> str:
    """Return the name of the card of a side table."""
    return f"attribute-{table}"


def choice_id(table: str) -> str:
    """Return the id of the choice of an attribute of a side table."""
    return f"attribute-choice-{table}"


def _register(table: str) -> None:
    @callback(
        Output(kit.chart_id(card_name(table)), "data"),
        Input("theme", "data"),
        Input(filter_bar.FILTERS, "data"),
        Input(choice_id(table), "value"),
        State(filter_bar.DATASET, "data"),
    )
    def show(
        theme: str, filters: filter_bar.FilterState, name: str, dataset: str
    ) -> dict[str, Any]:
        statistics = library.statistics(current_home(), dataset)
        attributes = table_attributes(statistics.dataset)
        query = filter_query.read(filters["given"], attributes)
        if name not in attributes:
            raise BadInput(_("The dataset has no attribute {name} any more.").format(name=name))
        attribute = attributes[name]
        draw = figures.numbers if attribute.is_number else figures.categories
        frame, kind = statistics.attribute(query, attribute), statistics.counted(query)
        chart = draw(frame, theme, kind, attribute.label)
        if chart is None:
            return kit.render_empty(_("No event has a value under these filters."), attribute.label)
        return kit.render(chart)
