"""The card of a dataset's tables of products and buyers: how they match the log, and new ones."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dash
from dash import ALL, Input, Output, State, callback, ctx, dcc, html
from dash.development.base_component import Component

from dashboard import components as kit
from dashboard import formats
from dashboard.context import current_folders, current_home
from dashboard.pages.datasets import side_table_fields
from dashboard.services.datasets import imports, library, side_tables
from data.datasets.dataset import Dataset
from data.datasets.side_tables import BUYERS, PRODUCTS
from data.errors import BadInput
from data.home import Home
from data.i18n import _
from data.importing.side_table_preview import SideTablePreview

PREFIX = "side"
DATASET, JOB, CLOCK = "side-dataset", "side-job", "side-clock"
BODY, START, ERROR, REMOVE = "side-body", "side-start", "side-error", "side-remove"
PERIOD = 700  # milliseconds


def layout(dataset: Dataset) -> html.Section:
    """Return the card."""
    return kit.card(
        [
            dcc.Store(id=DATASET, data=dataset.name),
            dcc.Store(id=JOB),
            dcc.Interval(id=CLOCK, interval=PERIOD, disabled=True),
            html.Div(_tables(dataset), id=BODY, className="stack", role="status"),
            html.Details(
                [
                    html.Summary(_("Add or replace a table")),
                    side_table_fields.layout(PREFIX),
                    kit.button(_("Use these tables"), START, kind="primary"),
                    html.P(id=ERROR, className="field-error", role="alert"),
                ],
                className="side-change",
            ),
        ],
        title=_("Tables of products and buyers"),
        subtitle=_(
            "Titles, categories, brands and prices fill events that have none; every other column "
            "is an attribute that filters, charts and tables show."
        ),
    )


def register() -> None:
    """Register the callbacks: previews, start, removal, progress."""
    side_table_fields.register(PREFIX, [State(DATASET, "data")], _look)

    @callback(
        Output(JOB, "data"),
        Output(CLOCK, "disabled"),
        Output(ERROR, "children"),
        Input(START, "n_clicks"),
        Input({"type": REMOVE, "table": ALL}, "n_clicks"),
        State(side_table_fields.chosen_id(PREFIX, PRODUCTS), "data"),
        State(side_table_fields.chosen_id(PREFIX, BUYERS), "data"),
        State(DATASET, "data"),
        prevent_initial_call=True,
    )
    def start(
        clicks: int | None,
        removals: list[int | None],
        products: str | None,
        buyers: str | None,
        dataset: str,
    ) -> tuple[Any, Any, str]:
        home, triggered = current_home(), ctx.triggered_id
        try:
            if triggered == START and clicks:
                files = {
                    table: imports.check_file(home, file, current_folders())
                    for table, file in ((PRODUCTS, products), (BUYERS, buyers))
                    if file
                }
                return side_tables.start(home, dataset, files), False, ""
            if any(removals) and isinstance(triggered, dict):
                return side_tables.start(home, dataset, {}, [triggered["table"]]), False, ""
        except BadInput as error:
            return dash.no_update, dash.no_update, str(error)
        return dash.no_update, dash.no_update, ""

    @callback(
        Output(BODY, "children"),
        Output(CLOCK, "disabled", allow_duplicate=True),
        Input(CLOCK, "n_intervals"),
        State(JOB, "data"),
        State(DATASET, "data"),
        prevent_initial_call=True,
    )
    def follow(_ticks: int | None, job: str | None, dataset: str) -> tuple[Any, bool]:
        home = current_home()
        progress = next((current for current in imports.current(home) if current.run == job), None)
        if progress is not None and progress.active:
            return kit.progress(None, label=_("Reading the tables")), False
        problem = [kit.error_state(progress.problem)] if progress and progress.problem else []
        return [*problem, *_tables(library.open_dataset(home, dataset))], True


def _look(home: Home, table: str, file: Path, states: Sequence[Any]) -> SideTablePreview:
    return side_tables.preview(home, states[0], table, file)


def _tables(dataset: Dataset) -> list[Component]:
    """Return how each table matches the log; one sentence where there are none."""
    figures = dataset.manifest.summary.get("side_tables", {})
    if not figures:
        return [kit.empty_state(_("The log has no table of products or buyers yet."))]
    return [_table(dataset, table, figures[table]) for table in figures]


def _table(dataset: Dataset, table: str, figures: dict[str, Any]) -> html.Div:
    matched = _(
        "{file}: {matched} of {ids} ids of the log are in its {rows} rows; {unused} of its ids are "
        "not in the log, {duplicates} rows repeat an id, {rejected} were rejected."
    ).format(
        file=figures["file"],
        matched=formats.number(figures["matched"]),
        ids=formats.number(figures["matched"] + figures["unmatched_in_log"]),
        rows=formats.number(figures["rows"]),
        unused=formats.number(figures["unmatched_in_table"]),
        duplicates=formats.number(figures["duplicates"]),
        rejected=formats.number(figures["rejected"]),
    )
    return html.Div(
        [
            html.Div(
                [
                    html.H3(_(side_table_fields.LABELS[table]), className="field-label"),
                    html.P(matched),
                    html.P(
                        side_table_fields.summary(dataset.manifest.side_tables[table]),
                        className="muted",
                    ),
                ]
            ),
            kit.button(_("Remove"), {"type": REMOVE, "table": table}, kind="quiet"),
        ],
        className="side-table",
    )
