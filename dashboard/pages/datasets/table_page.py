"""Tables of a dataset with paging, search and sorting by the server."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, clientside_callback, dcc, html
from pydantic import NonNegativeInt

from dashboard import components as kit
from dashboard import formats
from dashboard.context import current_home
from dashboard.figures.chart import plain
from dashboard.services.datasets import library
from dashboard.web.callback_types import Keys
from data.datasets.dataset import Dataset
from data.datasets.side_tables import Attribute
from data.exploration.statistics import Statistics
from data.i18n import _

# (statistics, search, column to sort by or None, descending, first row, row after the last)
Rows = Callable[[Statistics, str, str | None, bool, int, int], tuple[Any, int]]

RowsRequest = Annotated[
    dict[str, Any],
    Keys(startRow=NonNegativeInt, endRow=NonNegativeInt, sortModel=list[dict[str, Any]] | None),
]
"""What the grid asks for when it is scrolled or sorted."""
ORDERS = ("asc", "desc")
WIDTH = 128
"""Pixels of a column of days or of an attribute's texts."""

# A new search empties the cache of the grid, so that it requests rows again. Search and sorting
# are written into the address.
_WRITE_ADDRESS = """function (search, request, grid) {
    const {callback_context, no_update} = window.dash_clientside;
    const api = window.dash_ag_grid && window.dash_ag_grid.getApi(grid);
    if (api && callback_context.triggered_id.endsWith("-search")) {
        api.purgeInfiniteCache();
        api.ensureIndexVisible(0);
    }
    const given = new URLSearchParams(search ? {search} : {});
    for (const {colId, sort} of (request && request.sortModel) || []) {
        given.set("by", colId);
        given.set("order", sort);
    }
    const query = given.toString() ? `?${given}` : "";
    if (query !== window.location.search) {  // rows are asked for at every scroll
        const place = window.location.pathname + query + window.location.hash;
        window.history.replaceState(window.history.state, "", place);
    }
    return no_update;
}"""


def has(dataset: Dataset, name: str) -> bool:
    """Return whether any event has a category, brand or price; its column is left out otherwise."""
    share = dataset.manifest.summary[f"missing_{name}_share"]
    return share is None or share < 1


def attribute_columns(attributes: Sequence[Attribute]) -> list[kit.Column]:
    """Return the columns of the attributes of a side table."""
    return [
        kit.Column(attribute.name, attribute.label, "value")
        if attribute.kind == "number"
        else kit.Column(attribute.name, attribute.label, width=WIDTH)
        for attribute in attributes
    ]


def layout(
    name: str,
    dataset: str,
    columns: Sequence[kit.Column],
    label: str,
    parameters: Mapping[str, str],
) -> html.Div:
    """Return a search field above a table that requests rows when they are scrolled to.

    Parameters
    ----------
    name : str
        Prefix of the ids.
    dataset : str
        Name of the dataset.
    columns : sequence of Column
        Columns in order.
    label : str
        Accessible name of the table.
    parameters : mapping
        Query parameters of the address: search, by (the column to sort by) and order (``asc`` or
        ``desc``). Invalid values are ignored.
    """
    order = parameters.get("order")
    if order in ORDERS:
        columns = [
            replace(column, order=order if column.key == parameters.get("by") else None)
            for column in columns
        ]
    search = dbc.Input(
        id=f"{name}-search",
        value=parameters.get("search", ""),
        type="search",
        placeholder=_("Search"),
        debounce=300,
        autoComplete="off",
    )
    return html.Div(
        [
            dcc.Store(id=f"{name}-dataset", data=dataset),
            html.Div(
                [
                    html.Label(_("Search"), htmlFor=f"{name}-search", className="visually-hidden"),
                    search,
                    html.Span(id=f"{name}-count", className="muted", role="status"),
                ],
                className="table-search",
            ),
            kit.card(kit.data_table(f"{name}-table", columns, label=label, height=640), flush=True),
        ]
    )


def register(name: str, rows: Rows) -> None:
    """Register the callbacks: requested rows, and search and sorting in the address."""

    @callback(
        Output(f"{name}-table", "getRowsResponse"),
        Output(f"{name}-count", "children"),
        Input(f"{name}-table", "getRowsRequest"),
        State(f"{name}-search", "value"),
        State(f"{name}-dataset", "data"),
    )
    def respond(request: RowsRequest | None, search: str | None, dataset: str) -> tuple[Any, Any]:
        if request is None:
            return dash.no_update, dash.no_update
        sort = (request.get("sortModel") or [{}])[0]
        frame, total = rows(
            library.statistics(current_home(), dataset),
            search or "",
            sort.get("colId"),
            sort.get("sort") == "desc",
            request["startRow"],
            request["endRow"],
        )
        records = [
            {key: _json_value(value) for key, value in record.items()}
            for record in frame.to_dict("records")
        ]
        count = _("{number} found").format(number=formats.number(total))
        return {"rowData": records, "rowCount": total}, count

    clientside_callback(
        _WRITE_ADDRESS,
        Output(f"{name}-count", "title"),
        Input(f"{name}-search", "value"),
        Input(f"{name}-table", "getRowsRequest"),
        State(f"{name}-table", "id"),
        prevent_initial_call=True,
    )


def _json_value(value: Any) -> Any:
    """Return a value of a row for JSON; times as days."""
    if isinstance(value, datetime):
        return formats.day(value) if value == value else None  # noqa: PLR0124 - NaT is not itself
    return plain(value)
