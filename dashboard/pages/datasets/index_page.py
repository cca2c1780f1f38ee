"""The list of datasets, with the import form."""

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, ctx, html
from dash.development.base_component import Component

from dashboard import components as kit
from dashboard.context import current_home, may
from dashboard.identity import Role
from dashboard.jobs.supervisor import start_worker
from dashboard.pages.datasets import import_form, import_list
from dashboard.pages.datasets.period import period
from dashboard.services.datasets import library, samples
from dashboard.web.callback_types import Named
from data.errors import BadInput
from data.i18n import _
from data.importing.complete_journey import TERMS

dash.register_page(__name__, path="/data", title=lambda **_parts: f"{_('Data')} · Vitrina")

TABLE, SAMPLE = "data-table", "data-sample"
RENAME, DELETE = "data-rename", "data-delete"
NEW_NAME = "data-new-name"
_NAMES = "data-names"
BROKEN = "data-broken"


def layout(**_query: str) -> html.Div:
    """Return the page: imports, datasets and the import form."""
    home = current_home()
    rows = library.table(home)
    sample = kit.button(_("Import a real log"), SAMPLE, title=_(TERMS))
    return html.Div(
        [
            kit.page_header(
                _("Data"),
                _("Import purchase logs, and open them to explore and prepare them."),
                actions=[sample] if may(Role.TRAIN) and samples.is_offered(home) else [],
            ),
            kit.stack(
                import_list.layout(),
                *(_damaged(name, problem) for name, problem in library.damaged(home).items()),
                _datasets(rows),
                *([import_form.layout()] if may(Role.TRAIN) else []),
            ),
            *_dialogs(),
        ]
    )


def _datasets(rows: list[dict[str, Any]]) -> html.Section:
    columns = [
        kit.Column("name", _("Name"), least=160, link="/data/{name}"),
        kit.Column("origin", _("Origin"), width=112),
        kit.Column("rows_read", _("Rows"), "number"),
        kit.Column("purchases", _("Purchases"), "number"),
        kit.Column("users", _("Buyers"), "number", least=112),
        kit.Column("products", _("Products"), "number"),
        kit.Column("period", _("Period"), width=216, sortable=False),
        kit.Column("imported", _("Imported"), "time"),
    ]
    table = kit.data_table(
        TABLE,
        columns,
        _with_texts(rows),
        label=_("Datasets"),
        row_id="name",
        select=True,
        empty=_("No dataset yet. Import a purchase log below.")
        if may(Role.TRAIN)
        else _("No dataset yet."),
    )
    actions = [
        kit.button(_("Rename"), kit.confirm_opener(RENAME), disabled=True),
        kit.button(_("Delete"), kit.confirm_opener(DELETE), disabled=True),
    ]
    return kit.card(table, title=_("Datasets"), actions=actions, flush=True)


def _damaged(name: str, problem: str) -> Component:
    """Return the error message for a damaged dataset, with a button that deletes it."""
    return kit.error_state(
        problem,
        action=kit.button(_("Delete {name}").format(name=name), {"type": BROKEN, "name": name}),
    )


def _with_texts(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with origin and period as text."""
    return [
        row
        | {
            "origin": _("synthetic") if row["synthetic"] else _("imported"),
            "period": period(row["first_event"], row["last_event"]),
        }
        for row in rows
    ]


def _dialogs() -> list[dbc.Modal]:
    name = kit.field(
        _("New name"),
        dbc.Input(id=NEW_NAME, type="text", maxLength=60, autoComplete="off"),
        hint=_("Letters, digits, dots, hyphens and underscores."),
    )
    consequence: list[Component | str] = [
        html.Strong(id=_NAMES),
        ". ",
        _("Their tables are removed from the disk. Source files and trained runs remain."),
    ]
    return [
        kit.confirm(RENAME, _("Rename the dataset"), html.Div(name), _("Rename"), danger=False),
        kit.confirm(
            DELETE, _("Delete the selected datasets?"), html.Span(consequence), _("Delete")
        ),
    ]


@callback(
    Output(kit.confirm_opener(RENAME), "disabled"),
    Output(kit.confirm_opener(DELETE), "disabled"),
    Output(NEW_NAME, "value"),
    Output(_NAMES, "children"),
    Input(TABLE, "selectedRows"),
)
def offer_actions(selected: list[Named] | None) -> tuple[bool, bool, str, str]:
    """Enable the actions that apply to the selected rows."""
    names = [row["name"] for row in selected or []]
    return len(names) != 1, not names, names[0] if len(names) == 1 else "", ", ".join(names)


@callback(
    Output(TABLE, "rowData", allow_duplicate=True),
    Output(TABLE, "selectedRows", allow_duplicate=True),
    Input(kit.confirmed(RENAME), "n_clicks"),
    State(TABLE, "selectedRows"),
    State(NEW_NAME, "value"),
    prevent_initial_call=True,
)
def rename_dataset(clicks: int | None, selected: list[Named], new: str | None) -> tuple[Any, Any]:
    """Rename the selected dataset."""
    if not clicks or not selected:
        return dash.no_update, dash.no_update
    library.rename(current_home(), selected[0]["name"], (new or "").strip())
    kit.toast(_("Renamed to {name}.").format(name=(new or "").strip()))
    return _with_texts(library.table(current_home())), []


@callback(
    Output(TABLE, "rowData", allow_duplicate=True),
    Output(TABLE, "selectedRows", allow_duplicate=True),
    Input(kit.confirmed(DELETE), "n_clicks"),
    State(TABLE, "selectedRows"),
    prevent_initial_call=True,
)
def delete_datasets(clicks: int | None, selected: list[Named]) -> tuple[Any, Any]:
    """Delete the selected datasets; a toast names those that are in use."""
    if not clicks:
        return dash.no_update, dash.no_update
    for row in selected:
        try:
            library.delete(current_home(), row["name"])
        except BadInput as error:
            kit.toast(str(error), tone="bad")
        else:
            kit.toast(_("Deleted {name}.").format(name=row["name"]))
    return _with_texts(library.table(current_home())), []


@callback(
    Output(TABLE, "rowData"),
    Input(import_list.FINISHED, "data"),
    prevent_initial_call=True,
)
def show_new_datasets(_finished: list[str]) -> list[dict[str, Any]]:
    """Update the table when an import has finished."""
    return _with_texts(library.table(current_home()))


@callback(
    Output(SAMPLE, "disabled"),
    Input(SAMPLE, "n_clicks", allow_optional=True),
    prevent_initial_call=True,
)
def import_sample(clicks: int | None) -> Any:
    """Queue the import of a real log."""
    if not clicks:
        return dash.no_update
    samples.start(current_home())
    start_worker(current_home())
    return True


@callback(
    Output("_pages_location", "href", allow_duplicate=True),
    Input({"type": BROKEN, "name": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
def delete_damaged(clicks: list[int | None]) -> Any:
    """Delete a dataset that cannot be opened."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return dash.no_update
    name = ctx.triggered_id["name"]
    library.delete(current_home(), name)
    kit.toast(_("Deleted {name}.").format(name=name))
    return "/data"


import_list.register()
import_form.register()
