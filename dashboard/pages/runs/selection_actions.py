"""What can be done with the runs that are selected in the table: tag, stop and delete them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html, no_update

from dashboard.components import button, confirm, confirm_opener, confirmed, toast
from dashboard.context import current_home, may
from dashboard.identity import Role
from dashboard.jobs.runs_table import Runs
from dashboard.pages.runs.runs_table import TABLE
from dashboard.services.runs import control
from dashboard.web.callback_types import Keys
from data.errors import BadInput
from data.home import Home
from data.i18n import _, ngettext

SELECTION, NUMBER, TAGS, CHANGED = (
    f"runs-{part}" for part in ("selection", "number", "tags", "changed")
)
STOP, TAG, DELETE = (f"runs-{action}" for action in ("stop", "tag", "delete"))
Rows = Sequence[Annotated[Mapping[str, Any], Keys(runs=list[str])]]


def layout() -> html.Div:
    """Return the actions, hidden until runs are selected, and their dialogs."""
    return html.Div(
        [
            dcc.Store(id=CHANGED),
            html.Span(id=NUMBER, className="muted"),
            html.Label(_("Tags"), htmlFor=TAGS, className="visually-hidden"),
            dbc.Input(id=TAGS, placeholder=_("wide, second try"), size="sm", maxlength=200),
            button(_("Add tags"), TAG, kind="quiet"),
            button(_("Stop"), confirm_opener(STOP), kind="quiet"),
            button(_("Delete"), confirm_opener(DELETE), kind="quiet"),
            confirm(
                STOP,
                _("Stop the selected runs?"),
                _("Each keeps its best epoch and can be resumed from its last whole epoch."),
                _("Stop the runs"),
            ),
            confirm(
                DELETE,
                _("Delete the selected runs?"),
                _(
                    "Their metrics, logs and models are deleted. This can be undone for five"
                    " minutes."
                ),
                _("Delete"),
            ),
        ],
        id=SELECTION,
        className="runs-selection",
        hidden=True,
    )


def names(selected: Rows | None) -> list[str]:
    """Return the runs in the selected rows, each of which may hold several."""
    return [name for row in selected or () for name in row["runs"]]


def for_each(home: Home, runs: Sequence[str], act: Callable[[Home, str], object]) -> list[str]:
    """Do something to each run and return those to which it was done; toasts name the others."""
    done = []
    for run in runs:
        try:
            act(home, run)
        except BadInput as error:
            toast(str(error), tone="bad")
        else:
            done.append(run)
    return done


def _add_tags(home: Home, run: str, tags: Sequence[str]) -> None:
    control.describe(home, run, tags=(*Runs(home).get(run).tags, *tags))


def register() -> None:
    """Register the callbacks of the actions; the page of runs does so."""

    @callback(
        Output(SELECTION, "hidden"),
        Output(NUMBER, "children"),
        Input(TABLE, "selectedRows"),
    )
    def offer(selected: Rows | None) -> tuple[bool, str]:
        """Offer the actions where runs are selected."""
        number = len(names(selected))
        words = ngettext("{n} run selected", "{n} runs selected", number).format(n=number)
        return not (number and may(Role.TRAIN)), words

    @callback(
        Output(CHANGED, "data"),
        Output(TAGS, "value"),
        Input(TAG, "n_clicks"),
        State(TABLE, "selectedRows"),
        State(TAGS, "value"),
        prevent_initial_call=True,
    )
    def tag(clicks: int | None, selected: Rows | None, tags: str | None) -> tuple[Any, Any]:
        """Add tags to the selected runs."""
        if not clicks or not tags:
            return no_update, no_update
        home = current_home()
        done = for_each(
            home, names(selected), lambda home, run: _add_tags(home, run, tags.split(","))
        )
        toast(ngettext("Tagged {n} run.", "Tagged {n} runs.", len(done)).format(n=len(done)))
        return clicks, ""

    @callback(
        Output(CHANGED, "data", allow_duplicate=True),
        Input(confirmed(STOP), "n_clicks"),
        State(TABLE, "selectedRows"),
        prevent_initial_call=True,
    )
    def stop(clicks: int | None, selected: Rows | None) -> Any:
        """Ask the selected runs to stop."""
        if not clicks:
            return no_update
        done = for_each(current_home(), names(selected), control.stop)
        toast(ngettext("{n} run stops.", "{n} runs stop.", len(done)).format(n=len(done)))
        return clicks

    @callback(
        Output("_pages_location", "href", allow_duplicate=True),
        Input(confirmed(DELETE), "n_clicks"),
        State(TABLE, "selectedRows"),
        prevent_initial_call=True,
    )
    def delete(clicks: int | None, selected: Rows | None) -> Any:
        """Hide the selected runs, which can be restored."""
        if not clicks:
            return no_update
        done = for_each(current_home(), names(selected), control.remove)
        return f"/runs?deleted={','.join(done)}" if done else no_update
