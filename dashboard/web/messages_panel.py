"""The messages behind the bell: runs that end or fail, data that arrive, a model that falls."""

from collections.abc import Sequence
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, html
from dash.development.base_component import Component

from dashboard.components.aria import aria
from dashboard.components.help_text import guide_link
from dashboard.components.icon import icon
from dashboard.components.moment import moment
from dashboard.components.placeholders import empty_state
from dashboard.context import current_home, current_identity, may
from dashboard.identity import Role
from dashboard.jobs.inbox import Entry
from dashboard.jobs.notifier import text_of
from dashboard.jobs.outbox import ARRIVED, DIVERGED, FAILED, FELL, Message
from dashboard.services import notifications
from data.errors import BadInput, VitrinaError
from data.i18n import _, ngettext

OPEN, PANEL, CONTENT = "messages-open", "messages-panel", "messages-content"
COUNT, STATUS = "messages-count", "messages-status"
TEST, TEST_ANSWER = "messages-test", "messages-test-answer"
_BAD = {FAILED, DIVERGED, FELL}


def opener() -> html.Div:
    """Return the bell with the number of unread messages, which a live region says, too."""
    count = _unread()
    bell = html.Button(
        [
            icon("bell"),
            html.Span(_("Messages"), className="visually-hidden"),
            html.Span(_number(count), id=COUNT, className="unread-count"),
        ],
        id=OPEN,
        type="button",
        className="quiet-button bell",
        title=_("Messages"),
        **aria(haspopup="dialog"),
    )
    status = html.Span(_status(count), id=STATUS, className="visually-hidden", role="status")
    return html.Div([bell, status])


def panel() -> dbc.Modal:
    """Return the dialog, which is empty until it is opened."""
    return dbc.Modal(
        dbc.ModalBody(id=CONTENT, className="help-panel"),
        id=PANEL,
        is_open=False,
        centered=True,
        scrollable=True,
        fade=False,
        labelledby="messages-title",
    )


def changes(status: str) -> tuple[Any, Any]:
    """Return the number in the bell and the words of the live region, where they are new.

    Parameters
    ----------
    status : str
        The words that are there.
    """
    count = _unread()
    words = _status(count)
    return (dash.no_update, dash.no_update) if words == status else (_number(count), words)


def register(app: dash.Dash) -> None:
    """Register the callbacks of the dialog."""

    @app.callback(
        Output(CONTENT, "children"),
        Output(PANEL, "is_open"),
        Output(COUNT, "children", allow_duplicate=True),
        Output(STATUS, "children", allow_duplicate=True),
        Input(OPEN, "n_clicks"),
        prevent_initial_call=True,
    )
    def show(_clicks: int) -> tuple[Any, ...]:
        entries = notifications.open_inbox(current_home(), _user())
        return _content(entries), True, _number(0), _status(0)

    @app.callback(
        Output(TEST_ANSWER, "children"), Input(TEST, "n_clicks"), prevent_initial_call=True
    )
    def send_test(clicks: int | None) -> Any:
        return _answer() if clicks else dash.no_update


def _user() -> str | None:
    identity = current_identity()
    return identity.name if identity else None


def _unread() -> int:
    """Return the number of unread messages; 0 where the table cannot be read, as is said there."""
    try:
        return notifications.unread(current_home(), _user())
    except VitrinaError:
        return 0


def _number(count: int) -> str:
    return str(count) if count else ""


def _status(count: int) -> str:
    return ngettext("{n} unread message", "{n} unread messages", count).format(n=count)


def _content(entries: Sequence[Entry]) -> list[Component]:
    messages: Component = html.Ul([_row(entry) for entry in entries], className="messages")
    if not entries:
        messages = empty_state(
            _("Nothing has happened lately: runs that end or fail, and new data, are told here.")
        )
    return [
        html.H2(_("Messages of the last week"), id="messages-title", className="card-title"),
        messages,
        *_targets(),
    ]


def _row(entry: Entry) -> html.Li:
    """Return a message with a link to what it is about; a dot and a word mark an unread one."""
    message = entry.message
    title, body = text_of(message)
    unread = [] if entry.is_read else [html.Span(_("unread"), className="visually-hidden")]
    return html.Li(
        [
            icon("warning" if message.event in _BAD else "check"),
            html.Div(
                [
                    html.A(title, href=_address(message)),
                    *unread,
                    *([html.P(body)] if body != title else []),
                    html.P(moment(message.created), className="muted"),
                ]
            ),
        ],
        className=f"message{'' if entry.is_read else ' is-unread'}"
        f"{' is-bad' if message.event in _BAD else ''}",
    )


def _address(message: Message) -> str:
    """Return the page of what a message is about: of data that arrived, or of the run or job."""
    if message.event == ARRIVED:
        return f"/data/{message.data['dataset']}"
    return f"/runs/{message.data['run']}"


def _targets() -> list[Component]:
    """Return the button that sends a test to the targets; nothing for who may not press it."""
    if not may(Role.ADMINISTER):
        return []
    place = "after-training#notifications"
    return [
        html.Hr(),
        html.P(
            [
                _("E-mail, chats and webhooks can be told, too."),
                " ",
                guide_link(place, _("How to name them")),
            ]
        ),
        html.Button(_("Send a test message"), id=TEST, type="button", className="button"),
        html.Div(id=TEST_ANSWER, role="status", className="test-answer"),
    ]


def _answer() -> list[Component]:
    """Send a test message; return a line for each target, none of which holds its address."""
    try:
        answers = notifications.send_test_from_page(current_home())
    except BadInput as error:
        return [html.P(str(error))]
    return [
        html.P(
            (
                _("Target {number} ({kind}) took the message.")
                if answer.taken
                else _("Target {number} ({kind}) did not take the message.")
            ).format(number=answer.number, kind=answer.scheme),
            className="" if answer.taken else "is-bad",
        )
        for answer in answers
    ]
