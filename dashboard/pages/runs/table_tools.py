"""How the table of runs is looked at: its columns, rows over seeds, and the reference."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import (
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    dcc,
    html,
    no_update,
)

from dashboard.components import button, icon
from dashboard.components.aria import aria
from dashboard.components.table import column_definitions
from dashboard.pages.runs import selection_actions
from dashboard.pages.runs.run_columns import USUAL, View, choices, columns, sort_of
from dashboard.pages.runs.runs_table import TABLE
from dashboard.pages.runs.selection_actions import Rows, names
from data.i18n import _

COLUMNS, GROUPED, REFERENCE, SORT, ADDRESS = (
    f"runs-{part}" for part in ("columns", "grouped", "reference", "sort", "address")
)
PIN = "runs-pin"


def layout(view: View) -> html.Div:
    """Return the tools; the columns that a person chose are kept in the browser."""
    chosen = dbc.Checklist(
        id=COLUMNS, options=choices(), value=[*USUAL], persistence=True, persistence_type="local"
    )
    return html.Div(
        [
            dcc.Store(id=REFERENCE, data=view.reference),
            dcc.Store(id=SORT, data=dict(view.sort)),
            dcc.Store(id=ADDRESS),
            html.Details(
                [
                    html.Summary([html.Span(_("Columns")), icon("down")], className="button"),
                    html.Div(
                        chosen, className="menu-list", role="group", **aria(label=_("Columns"))
                    ),
                ],
                className="menu runs-columns",
            ),
            dbc.Switch(
                id=GROUPED, label=_("One row for equal settings, over seeds"), value=view.grouped
            ),
            button("", PIN, kind="quiet"),
            selection_actions.layout(),
        ],
        className="runs-tools",
    )


def register() -> None:
    """Register the callbacks of the tools; the page of runs does so."""
    clientside_callback(
        ClientsideFunction("vitrina_runs", "keep_address"),
        Output(ADDRESS, "data"),
        Input(TABLE, "filterModel"),
        Input(TABLE, "columnState"),
        Input(GROUPED, "value"),
        Input(REFERENCE, "data"),
        prevent_initial_call=True,
    )

    @callback(
        Output(TABLE, "columnDefs"),
        Input(COLUMNS, "value"),
        Input(GROUPED, "value"),
        Input(REFERENCE, "data"),
        State(TABLE, "columnState"),
        State(SORT, "data"),
    )
    def choose_columns(
        shown: list[str],
        grouped: bool,
        reference: str,
        state: list[dict[str, Any]] | None,
        sort: dict[str, str],
    ) -> list[dict[str, Any]]:
        """Show the columns that are chosen; the order of the rows stays."""
        view = View({}, sort_of(state) if state else sort, grouped, reference)
        return column_definitions(columns(shown or (), view))

    @callback(
        Output(PIN, "children"),
        Output(PIN, "hidden"),
        Input(TABLE, "selectedRows"),
        Input(REFERENCE, "data"),
    )
    def offer_reference(selected: Rows | None, reference: str) -> tuple[str, bool]:
        """Offer to make the selected run the reference, or to have none."""
        if reference:
            return _("Without reference {run}").format(run=reference), False
        return _("Use as reference"), len(names(selected)) != 1

    @callback(
        Output(REFERENCE, "data"),
        Input(PIN, "n_clicks"),
        State(TABLE, "selectedRows"),
        State(REFERENCE, "data"),
        prevent_initial_call=True,
    )
    def pin(clicks: int | None, selected: Rows | None, reference: str) -> Any:
        """Put the selected run on top, from which the others differ; or take it off again."""
        if not clicks:
            return no_update
        return "" if reference else next(iter(names(selected)), "")
