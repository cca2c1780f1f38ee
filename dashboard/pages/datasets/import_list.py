"""The imports that are under way or have just ended, followed live."""

from typing import Any

import dash
from dash import ALL, Input, Output, State, callback, ctx, dcc, html
from dash.development.base_component import Component

from dashboard import components as kit
from dashboard import formats
from dashboard.components.aria import aria
from dashboard.context import current_home
from dashboard.jobs.states import State as RunState
from dashboard.services.datasets import imports, library
from dashboard.services.datasets.imports import Import
from data.errors import BadInput
from data.i18n import _

FINISHED = "import-finished"
LIST, CLOCK, SHOWN = "import-list", "import-clock", "import-shown"
CANCEL, DISMISS = "import-cancel", "import-dismiss"
PERIOD = 700  # milliseconds


def layout() -> html.Div:
    """Return the place where imports show themselves; it is empty when there is none."""
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
    """Add the callbacks: look, cancel, dismiss."""

    @callback(
        Output(LIST, "children"),
        Output(SHOWN, "data"),
        Output(FINISHED, "data"),
        Input(CLOCK, "n_intervals"),
        State(SHOWN, "data"),
        State(FINISHED, "data"),
    )
    def look(
        _ticks: int | None, shown: list[Any] | None, known: list[str] | None
    ) -> tuple[Any, Any, Any]:
        current = imports.current(current_home())
        now = [[one.run, str(one.state), one.rows, one.share, one.stage] for one in current]
        if now == shown:
            return dash.no_update, dash.no_update, dash.no_update
        finished = sorted(one.run for one in current if one.state == RunState.FINISHED)
        cards = [_card(one) for one in current]
        return cards, now, dash.no_update if finished == (known or []) else finished

    @callback(Input({"type": CANCEL, "run": ALL}, "n_clicks"), prevent_initial_call=True)
    def cancel(clicks: list[int | None]) -> None:
        if any(clicks) and isinstance(ctx.triggered_id, dict):
            imports.cancel(current_home(), ctx.triggered_id["run"])

    @callback(Input({"type": DISMISS, "run": ALL}, "n_clicks"), prevent_initial_call=True)
    def dismiss(clicks: list[int | None]) -> None:
        if any(clicks) and isinstance(ctx.triggered_id, dict):
            imports.dismiss(current_home(), ctx.triggered_id["run"])


def _card(one: Import) -> html.Section:
    body = _running(one) if one.active else _ended(one)
    return kit.card(html.Div(body, className="import-line"))


def _running(one: Import) -> list[Component]:
    stopping = one.state == RunState.STOPPING
    words = _("Stopping") if stopping else _("Cancel")
    cancel = kit.button(words, {"type": CANCEL, "run": one.run}, disabled=stopping)
    if one.state == RunState.QUEUED:
        return [html.P(_("{name} waits for the worker.").format(name=one.dataset)), cancel]
    detail = [one.stage]
    if one.rows:
        detail.append(_("{number} rows").format(number=formats.number(one.rows)))
    if one.speed:
        detail.append(_("{number} rows/s").format(number=formats.compact(one.speed)))
    bar = kit.progress(
        one.share,
        label=_("Importing {name}").format(name=one.dataset),
        left=one.left,
        detail=" · ".join(detail),
    )
    return [bar, cancel]


def _ended(one: Import) -> list[Component]:
    hide = kit.button(_("Hide"), {"type": DISMISS, "run": one.run}, kind="quiet")
    if one.state == RunState.FINISHED:
        return [html.P(_kept(one.dataset)), _open(one.dataset), hide]
    if one.problem:
        title = _("The import of {name} failed.").format(name=one.dataset)
        return [kit.error_state(f"{title} {one.problem}"), hide]
    return [html.P(_("The import of {name} was cancelled.").format(name=one.dataset)), hide]


def _open(name: str) -> Component:
    return kit.button(_("Open {name}").format(name=name), href=f"/data/{name}")


def _kept(name: str) -> str:
    """Say what came in, what was kept and what was rejected."""
    try:
        summary = library.summary(current_home(), name)
    except BadInput:
        return _("{name} was imported, and is renamed or deleted by now.").format(name=name)
    return _(
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
