"""The part of the page of runs that shows the machines, where several share the queue."""

from typing import Any

from dash import ALL, Input, Output, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import button, card, toast
from dashboard.context import current_home, may
from dashboard.identity import Role
from dashboard.services.runs import workers
from dashboard.services.runs.workers import WorkerRow
from data.home import Home
from data.i18n import _

WORKERS, CLOCK, DRAIN = "runs-workers", "runs-workers-clock", "runs-drain"
PERIOD = 3_000  # milliseconds


def layout(home: Home) -> list[Component]:
    """Return the card; nothing where only this machine uses the table of runs."""
    if home.database_url is None:
        return []
    rows = workers.workers(home)
    return [html.Div([dcc.Interval(id=CLOCK, interval=PERIOD), html.Div(view(rows), id=WORKERS)])]


def view(rows: list[WorkerRow]) -> list[Component]:
    """Return the table of machines, or that there is none."""
    if not rows:
        return [card(html.P(_("No machine has a worker: runs wait until one is started.")))]
    columns = [_("Machine"), _("State"), _("Runs"), _("Trainings at once"), _("Load"), _("Memory")]
    columns += [_("Last heartbeat"), ""]
    head = [html.Th(name, scope="col") for name in columns]
    table = html.Table(
        [html.Thead(html.Tr(head)), html.Tbody([_row(row) for row in rows])],
        className="plain-table",
    )
    return [
        card(
            html.Div(table, className="table-scroll", tabIndex="0"),
            title=_("Machines"),
            subtitle=_("Load: the average of a minute / processor cores"),
        )
    ]


def _row(row: WorkerRow) -> html.Tr:
    names = [dcc.Link(run, href=f"/runs/{run}", className="mono") for run in row.runs]
    return html.Tr(
        [
            html.Th([row.name, html.Div(", ".join(row.labels), className="muted")], scope="row"),
            html.Td(row.state),
            html.Td(html.Div(names or "–", className="worker-runs")),
            html.Td(formats.number(row.slots)),
            html.Td(f"{formats.number(row.load, 1)} / {formats.number(row.cores)}"),
            html.Td(formats.percent(row.memory_share, 0)),
            html.Td(formats.ago(row.seconds)),
            html.Td(_drain_button(row) or ""),
        ]
    )


def _drain_button(row: WorkerRow) -> Component | None:
    if row.kept or row.draining or not row.alive or not may(Role.ADMINISTER):
        return None
    title = _("It finishes what it works on, takes nothing further, and ends.")
    return button(_("Let it finish"), {"type": DRAIN, "name": row.node}, kind="quiet", title=title)


def register() -> None:
    """Register the callbacks of the card; the page of runs does so."""

    @callback(
        Output(WORKERS, "children"),
        Input(CLOCK, "n_intervals", allow_optional=True),
        prevent_initial_call=True,
    )
    def follow(_ticks: int | None) -> Any:
        """Show what the machines do now."""
        return view(workers.workers(current_home()))

    @callback(
        Output(WORKERS, "children", allow_duplicate=True),
        Input({"type": DRAIN, "name": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def drain(clicks: list[int | None]) -> Any:
        """Let the worker of a machine finish."""
        if not any(clicks):
            return no_update
        node = ctx.triggered_id["name"]
        workers.drain(current_home(), node)
        toast(_("The worker of {machine} takes no further run.").format(machine=node))
        return view(workers.workers(current_home()))
