"""``vitrina notify``: try the targets of notifications, and list the messages."""

from dataclasses import asdict
from datetime import UTC, datetime

import click

from dashboard.cli.options import home_option, json_option, print_json, print_table
from data.errors import VitrinaError
from data.home import Home
from data.i18n import _


@click.group()
def notify_command() -> None:
    """Tell by e-mail, chat or webhook when runs end or fail, data arrive, or a model falls.

    Targets are addresses of Apprise (pip install 'vitrina[notify]'): those in VITRINA_NOTIFY, with
    spaces between them, and those in the file that VITRINA_NOTIFY_FILE names, one a line. The
    worker sends; it needs the same environment.
    """


@notify_command.command()
@json_option
@home_option
def test(home: Home, as_json: bool) -> None:
    """Send a test message to every target."""
    from dashboard.services import notifications

    del home
    answers = notifications.send_test()
    if as_json:
        print_json([asdict(answer) for answer in answers])
    else:
        print_table(
            [_("target"), _("kind"), _("taken")],
            [
                [str(answer.number), answer.scheme, _("yes") if answer.taken else _("no")]
                for answer in answers
            ],
        )
    if not all(answer.taken for answer in answers):
        raise VitrinaError(_("Not every target took the message."))


@notify_command.command("list")
@json_option
@home_option
def list_messages(home: Home, as_json: bool) -> None:
    """List the newest messages, and whether they were sent."""
    from dashboard.services import notifications

    messages = notifications.messages(home)
    if as_json:
        print_json([asdict(message) for message in messages])
        return
    print_table(
        [_("time"), _("event"), _("about"), _("sent")],
        [
            [
                datetime.fromtimestamp(message.created, UTC).isoformat(" ", "minutes")[:16],
                message.event,
                str(message.data.get("run") or message.data.get("dataset")),
                _("yes") if message.sent else message.dropped or _("waiting"),
            ]
            for message in messages
        ],
    )
