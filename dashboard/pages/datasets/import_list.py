"""The list of current and recent imports, updated by polling."""

from typing import Any

import dash
from dash import ALL, Input, Output, State, callback, ctx, dcc, html
from dash.development.base_component import Component

from dashboard import components as kit
from dashboard import formats
from dashboard.components.aria import aria
from dashboard.context import current_home
from dashboard.jobs.states import State as RunState
from dashboard.services.datasets import first_training, imports, library
from dashboard.services.datasets.imports import Import
from data.errors import VitrinaError
from data.i18n import _

FINISHED = "import-finished"
LIST, CLOCK, SHOWN = "import-list", "import-clock", "import-shown"
CANCEL, DISMISS = "import-cancel", "import-dismiss"
PERIOD = 700  # milliseconds


def layout() -> html.Div:
    """Return the container of the list; it is empty if there are no imports."""
    return html.Div(
        [
            dcc.Interval(id=CLOCK, interval=PERIOD),
            dcc.Store(id=SHOWN),
            dcc.Store(id=FINISHED),
            html.Div(id=LIST, className="stack", **aria(live="polite")),
        ],
        className="import-area",
    )


def register() -> None:
    """Register the callbacks: poll, cancel, dismiss."""

    @callback(
        Output(LIST, "children"),
        Output(SHOWN, "data"),
        Output(FINISHED, "data"),
        Input(CLOCK, "n_intervals"),
        State(SHOWN, "data"),
        State(FINISHED, "data"),
    )
    def poll(
        _ticks: int | None, shown: list[Any] | None, known: list[str] | None
    ) -> tuple[Any, Any, Any]:
        try:
            current = imports.current(current_home())
        except VitrinaError as error:  # data pages work without the table of runs
            unchanged = shown == [str(error)]
            problem = dash.no_update if unchanged else kit.error_state(str(error))
            return problem, [str(error)], dash.no_update
        now = [[job.run, str(job.state), job.rows, job.share, job.stage] for job in current]
        if now == shown:
            return dash.no_update, dash.no_update, dash.no_update
        finished = sorted(job.run for job in current if job.state == RunState.FINISHED)
        cards = [_card(job) for job in current]
        return cards, now, dash.no_update if finished == (known or []) else finished

    @callback(Input({"type": CANCEL, "run": ALL}, "n_clicks"), prevent_initial_call=True)
    def cancel(clicks: list[int | None]) -> None:
        if any(clicks) and isinstance(ctx.triggered_id, dict):
            imports.cancel(current_home(), ctx.triggered_id["run"])

    @callback(Input({"type": DISMISS, "run": ALL}, "n_clicks"), prevent_initial_call=True)
    def dismiss(clicks: list[int | None]) -> None:
        if any(clicks) and isinstance(ctx.triggered_id, dict):
            imports.dismiss(current_home(), ctx.triggered_id["run"])


def _card(job: Import) -> html.Section:
    body = _running(job) if job.active else _ended(job)
    return kit.card(html.Div(body, className="import-line"))


def _running(job: Import) -> list[Component]:
    stopping = job.state == RunState.STOPPING
    label = _("Stopping") if stopping else _("Cancel")
    cancel = kit.button(label, {"type": CANCEL, "run": job.run}, disabled=stopping)
    if job.state == RunState.QUEUED:
        return [html.P(_("{name} waits for the worker.").format(name=job.dataset)), cancel]
    detail = [job.stage]
    if job.rows:
        detail.append(_("{number} rows").format(number=formats.number(job.rows)))
    if job.speed:
        detail.append(_("{number} rows/s").format(number=formats.compact(job.speed)))
    bar = kit.progress(
        job.share,
        label=_("Importing {name}").format(name=job.dataset),
        left=job.left,
        detail=" · ".join(detail),
    )
    return [bar, cancel]


def _ended(job: Import) -> list[Component]:
    hide = kit.button(_("Hide"), {"type": DISMISS, "run": job.run}, kind="quiet")
    if job.state == RunState.FINISHED:
        return [
            html.P(_summary(job.dataset)),
            _open(job.dataset),
            *_first_training(job.dataset),
            hide,
        ]
    if job.problem:
        title = _("The import of {name} failed.").format(name=job.dataset)
        return [kit.error_state(f"{title} {job.problem}"), hide]
    return [html.P(_("The import of {name} was cancelled.").format(name=job.dataset)), hide]


def _open(name: str) -> Component:
    return kit.button(_("Open {name}").format(name=name), href=f"/data/{name}")


def _first_training(name: str) -> list[Component]:
    """Return the way to a first model: the default preset takes far longer on a long log."""
    try:
        summary = library.summary(current_home(), name)
    except VitrinaError:  # the summary above says so
        return []
    if not summary["purchases"]:
        return []
    day = first_training.first_day(summary)
    days = _("the events since {day}").format(day=formats.day(day)) if day else _("all events")
    return [
        kit.button(
            _("Train a first model"),
            href=first_training.address(summary),
            title=_("The preset fast on {days}: minutes, to be changed before it starts.").format(
                days=days
            ),
        )
    ]


def _summary(name: str) -> str:
    """Return a sentence with the numbers of rows of a finished import."""
    try:
        summary = library.summary(current_home(), name)
    except VitrinaError:
        return _("{name} was imported and has been renamed or deleted since.").format(name=name)
    words = _(
        "{name} is imported: {read} rows read, {kept} kept, {rejected} rejected; "
        "{purchases} purchases of {users} buyers."
    ).format(
        name=name,
        read=formats.number(summary["rows_read"]),
        kept=formats.number(summary["rows_kept"]),
        rejected=formats.number(summary["rows_rejected"]),
        purchases=formats.number(summary["purchases"]),
        users=formats.number(summary["users"]),
    )
    if summary["purchases"]:
        return words
    counts = formats.event_types(summary["events_by_type"])
    return f"{words} {_('It has no purchases, but {counts}.').format(counts=counts)}"
