"""Data tables (AG Grid): right-aligned numbers, monospace ids, and rows that are links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import dash_ag_grid as dag
from dash import html

from dashboard.components.aria import aria
from dashboard.components.badge import state_cells
from dashboard.components.table_words import table_words
from data.i18n import language

ROW = 32  # pixels
Kind = Literal["text", "number", "percent", "money", "value", "id", "time", "state"]
_LEAST_WIDTH = 96  # pixels
_WIDER = {"money": 120, "time": 160}
"""Least width of the kinds that have more digits; a time is at most \"Nov 30, 12:40 PM\"."""
_NUMBERS = {"number", "percent", "money", "value"}


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    key : str
        Key of its values in the rows.
    label : str
        Heading.
    kind : str
        ``text``, ``number``, ``percent`` (a share from 0 to 1), ``money``, ``value`` (a number
        with the decimals it has), ``id`` (exact text in monospace), ``time`` (seconds since 1970
        or ISO text in UTC) or ``state`` (of a run).
    digits : int
        Decimals of numbers and percentages.
    width : int or None
        Width in pixels; columns without a width share the rest.
    least : int or None
        Least width in pixels of a column that shares the rest, such as of names.
    link : str or None
        Address template that makes the row a link, such as ``"/runs/{run}"``.
    sortable, filterable : bool
        Whether the header offers to sort or filter.
    order : str or None
        ``asc`` or ``desc`` if the rows are sorted by it initially.
    order_rank : int or None
        Place of the column among those that rows are sorted by, from 0.
    hidden : bool
        Whether it is not shown; its filter and order stay.
    words : str or None
        Key of the text that a filter compares, where that is not the value.
    deviation : str or None
        Key of the standard deviation of a mean, shown behind it where a row has one.
    """

    key: str
    label: str
    kind: Kind = "text"
    digits: int = 0
    width: int | None = None
    least: int | None = None
    link: str | None = None
    sortable: bool = True
    filterable: bool = False
    order: str | None = None
    order_rank: int | None = None
    hidden: bool = False
    words: str | None = None
    deviation: str | None = None


def data_table(
    id: Any,
    columns: Sequence[Column],
    rows: Sequence[dict[str, Any]] | None = None,
    *,
    label: str,
    row_id: str | None = None,
    height: int | None = None,
    select: bool = False,
    empty: str | None = None,
    options: dict[str, Any] | None = None,
    filters: Mapping[str, Any] | None = None,
) -> html.Div:
    """Return a table.

    Parameters
    ----------
    id : str or dict
        Id of the grid. Callbacks set its ``rowData``; without ``rows`` they respond to its
        ``getRowsRequest`` with ``getRowsResponse`` (``{"rowData": …, "rowCount": …}``), so that
        the server pages, searches and sorts.
    columns : sequence of Column
        Columns in order.
    rows : sequence of dict, optional
        All rows; None for paging by the server.
    label : str
        Accessible name.
    row_id : str, optional
        Key that identifies a row, so that updates change rows in place.
    height : int, optional
        Height in pixels; by default it grows with the rows.
    select : bool
        Whether rows have checkboxes (``selectedRows``).
    empty : str, optional
        Text of a table without rows.
    options : dict, optional
        Further options of the grid.
    filters : dict, optional
        Filters of the columns at first, as the grid's ``filterModel``.
    """
    paged = rows is None
    grid: dict[str, Any] = {
        "rowHeight": ROW,
        "headerHeight": ROW,
        "animateRows": False,
        "suppressCellFocus": False,
        "suppressColumnVirtualisation": True,
        "enableCellTextSelection": True,
        "ensureDomOrder": True,
        "tooltipShowMode": "whenTruncated",
        "localeText": table_words(empty),
        **({"rowSelection": {"mode": "multiRow", "enableClickSelection": False}} if select else {}),
        **({} if paged or height else {"domLayout": "autoHeight"}),
        **({"cacheBlockSize": 100, "maxBlocksInCache": 10} if paged else {}),
        **(options or {}),
    }
    arguments: dict[str, Any] = (
        {"rowModelType": "infinite"} if paged else {"rowData": list(rows or ())}
    )
    if filters:
        arguments["filterModel"] = dict(filters)
    if row_id:
        # Dash's grid selects rows again after an update only where this has exactly this form.
        arguments["getRowId"] = f"params.data.{row_id}"
    table = dag.AgGrid(
        id=id,
        columnDefs=column_definitions(columns),
        defaultColDef={
            "resizable": True,
            "suppressMovable": True,
            "suppressHeaderMenuButton": True,
        },
        columnSize="responsiveSizeToFit",
        dashGridOptions=grid,
        className="ag-theme-vitrina",
        style={"height": f"{height or 480}px"} if paged or height else {"height": None},
        **arguments,
    )
    linked = " has-links" if any(column.link for column in columns) else ""
    return html.Div(table, className=f"data-table{linked}", role="group", **aria(label=label))


def column_definitions(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Return the ``columnDefs`` of a grid, for callbacks that change its columns."""
    return [_definition(column) for column in columns]


def _definition(column: Column) -> dict[str, Any]:
    """Return the AG Grid column definition of a column."""
    right = column.kind in _NUMBERS
    definition: dict[str, Any] = {
        "field": column.key,
        "headerName": column.label,
        "sortable": column.sortable,
        "sort": column.order,
        "sortIndex": column.order_rank,
        "hide": column.hidden,
        "filter": _filter(column),
        "cellClass": f"is-{column.kind}",
        "headerClass": "is-right" if right else "",
        "minWidth": column.least or _WIDER.get(column.kind, _LEAST_WIDTH),
        "sortingOrder": ["desc", "asc", None] if right else ["asc", "desc", None],
    }
    if column.width:
        definition |= {
            "width": column.width,
            "minWidth": column.width,
            "maxWidth": column.width * 2,
        }
    if column.kind in {"text", "id"}:
        definition["tooltipField"] = column.key
    if column.kind == "state":
        definition["cellRenderer"] = "StateCell"
        definition["cellRendererParams"] = {"states": state_cells()}
    elif column.link:
        definition["cellRenderer"] = "RowLink"
        definition["cellRendererParams"] = {"link": column.link}
    if column.words:
        definition["filterValueGetter"] = {"function": f"params.data['{column.words}']"}
    if column.kind in {*_NUMBERS, "time"}:
        call = f"vitrinaFormat(params.value, '{column.kind}', {column.digits}, '{language()}')"
        if column.deviation:
            spread = f"params.data['{column.deviation}']"
            call = f"vitrinaSpread({call}, {spread}, {column.digits}, '{language()}')"
        # A row that has not come yet has no data, and no missing values either.
        definition["valueFormatter"] = {"function": f"params.data ? {call} : ''"}
    return definition


def _filter(column: Column) -> str | bool:
    if not column.filterable:
        return False
    return "agNumberColumnFilter" if column.kind in _NUMBERS else ("agTextColumnFilter")
