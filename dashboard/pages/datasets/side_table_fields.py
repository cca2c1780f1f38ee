"""Fields that choose a table of products and one of buyers, with what each is taken for."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html
from dash.development.base_component import Component

from dashboard import components as kit
from dashboard import formats
from dashboard.context import current_folders, current_home
from dashboard.services.datasets import imports, uploads
from data.datasets.side_tables import BUYERS, PRODUCTS, SideTable
from data.errors import BadInput
from data.events import COLUMNS
from data.home import Home
from data.i18n import N_, _
from data.importing.side_table_preview import SideTablePreview

Look = Callable[[Home, str, Path, Sequence[Any]], SideTablePreview]
"""Returns what a file is taken for: home, table, file, values of the states of ``register``."""

LABELS = {PRODUCTS: N_("Table of the products"), BUYERS: N_("Table of the buyers")}
_PATHS = {
    PRODUCTS: N_("Or the path of the products on the server"),
    BUYERS: N_("Or the path of the buyers on the server"),
}
ACCEPT = ".csv,.tsv,.txt,.dat,.item,.user,.json,.jsonl,.xlsx,.xls,.ods,.parquet,.gz,.zip"
_KINDS = {"category": N_("category"), "number": N_("number"), "text": N_("text")}
_LABELS = {column.name: column.label for column in COLUMNS}


def layout(prefix: str, files: dict[str, str] | None = None) -> html.Div:
    """Return the fields of both tables.

    Parameters
    ----------
    prefix : str
        Of the ids.
    files : dict, optional
        Table → file that is chosen at first.
    """
    return html.Div(
        [_fields(prefix, table, (files or {}).get(table)) for table in LABELS],
        className="side-tables",
    )


def chosen_id(prefix: str, table: str) -> str:
    """Return the id of the store whose ``data`` is the path of the chosen file, or None."""
    return f"{prefix}-{table}-file"


def register(prefix: str, states: Sequence[State], look: Look) -> None:
    """Register the callbacks: the choice of a file, and what it is taken for."""
    for table in LABELS:
        _register(prefix, table, states, look)


def summary(table: SideTable) -> str:
    """Return in a sentence what the columns of a table are."""
    parts = [_("{column} holds the ids").format(column=table.key)]
    if table.fills:
        names = ", ".join(_(_LABELS[name]).lower() for name in table.fills)
        parts.append(_("it gives {columns} to events that have none").format(columns=names))
    if table.attributes:
        names = ", ".join(
            f"{attribute.label} ({_(_KINDS[attribute.kind])})" for attribute in table.attributes
        )
        parts.append(_("attributes: {names}").format(names=names))
    return "; ".join(parts) + "."


def _fields(prefix: str, table: str, file: str | None) -> html.Fieldset:
    path = _path_id(prefix, table)
    return html.Fieldset(
        [
            html.Legend(_(LABELS[table]), className="field-label"),
            dcc.Store(id=chosen_id(prefix, table), data=file),
            kit.upload(f"{prefix}-{table}", accept=ACCEPT),
            kit.field(_(_PATHS[table]), dbc.Input(id=path, type="text", autoComplete="off")),
            kit.button(_("Read this file"), f"{path}-read"),
            html.Div(id=f"{prefix}-{table}-preview", role="status"),
        ],
        className="stack",
    )


def _path_id(prefix: str, table: str) -> str:
    return f"{prefix}-{table}-path"


def _register(prefix: str, table: str, states: Sequence[State], look: Look) -> None:
    path, chosen = _path_id(prefix, table), chosen_id(prefix, table)

    @callback(
        Output(chosen, "data"),
        Output(kit.error_id(path), "children"),
        Input(kit.uploaded(f"{prefix}-{table}"), "data"),
        Input(f"{path}-read", "n_clicks"),
        Input(path, "n_submit"),
        State(path, "value"),
        prevent_initial_call=True,
    )
    def choose(
        uploaded: dict[str, Any] | None, _clicks: int | None, _submits: int | None, text: str | None
    ) -> tuple[Any, str]:
        by_upload = dash.ctx.triggered_id == kit.uploaded(f"{prefix}-{table}")
        files = (uploaded or {}).get("files", [])
        if by_upload and not files:
            return dash.no_update, ""
        try:
            if by_upload:
                return str(uploads.find(current_home(), files[0]["path"])), ""
            return str(imports.file_at(text or "", current_folders())) if text else None, ""
        except BadInput as error:
            return dash.no_update, str(error)

    @callback(
        Output(f"{prefix}-{table}-preview", "children"),
        Input(chosen, "data"),
        *states,
    )
    def show(file: str | None, *values: Any) -> Component | list[Component]:
        if not file:
            return []
        home = current_home()
        try:
            checked = imports.check_file(home, file, current_folders())
            return _preview(look(home, table, checked, values))
        except BadInput as error:
            return html.P(str(error), className="field-error")


def _preview(preview: SideTablePreview) -> html.Div:
    table = preview.table
    matched = _("{file}: {matched} of {ids} ids of the log are in its {rows} rows.").format(
        file=table.file,
        matched=formats.number(preview.matched),
        ids=formats.number(preview.log_ids),
        rows=formats.number(table.rows),
    )
    return html.Div([html.P(matched), html.P(summary(table), className="muted")])
