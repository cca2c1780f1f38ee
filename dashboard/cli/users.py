"""``vitrina user``: who may sign in to the workbench."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

import click

from dashboard.cli.options import home_option, json_option, print_json, print_table
from dashboard.identity import Role
from data.errors import BadInput
from data.home import Home
from data.i18n import _

if TYPE_CHECKING:
    from dashboard.users.users import Users

_ROLES = click.Choice([role.value for role in Role])
_LONGEST_LINE = 10_000


def password_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option ``--password-file`` to a command."""
    return click.option(
        "--password-file",
        type=click.File("r", encoding="utf-8"),
        help="File whose first line is the password; - for the standard input. Default: ask.",
    )(command)


@click.group()
def user_command() -> None:
    """Add, list, change and remove users of the workbench.

    As soon as there is a user, everybody has to sign in.
    """


@user_command.command()
@click.argument("name")
@click.option(
    "--role",
    type=_ROLES,
    required=True,
    help="look: see everything. train: also import and train. administer: also rename and delete, "
    "and put models into service.",
)
@password_option
@home_option
def add(home: Home, name: str, role: str, password_file: IO[str] | None) -> None:
    """Add a user; the password is asked for."""
    from dashboard.users.marker import mark

    _users(home).add(name, _password(password_file), Role(role))
    mark(home)
    click.echo(_("{name} may sign in.").format(name=name))


@user_command.command("list")
@json_option
@home_option
def list_users(home: Home, as_json: bool) -> None:
    """List all users and their roles."""
    users = _users(home).list()
    if as_json:
        print_json([{"name": user.name, "role": user.role.value} for user in users])
        return
    rows = [
        [user.name, user.role.value, datetime.fromtimestamp(user.created, UTC).date().isoformat()]
        for user in users
    ]
    print_table([_("user"), _("role"), _("added")], rows)


@user_command.command()
@click.argument("name")
@home_option
def remove(home: Home, name: str) -> None:
    """Remove a user and sign the user out."""
    from dashboard.users.marker import unmark

    users = _users(home)
    users.remove(name)
    click.echo(_("{name} may no longer sign in.").format(name=name))
    if not users.exist():
        unmark(home)
        click.echo(
            _("There is no user any more: without VITRINA_PASSWORD, nobody has to sign in."),
            err=True,
        )


@user_command.command()
@click.argument("name")
@password_option
@home_option
def password(home: Home, name: str, password_file: IO[str] | None) -> None:
    """Change the password of a user and sign the user out."""
    _users(home).set_password(name, _password(password_file))
    click.echo(_("The password of {name} is changed.").format(name=name))


@user_command.command("role")
@click.argument("name")
@click.argument("role", type=_ROLES)
@home_option
def change_role(home: Home, name: str, role: str) -> None:
    """Change what a user may do."""
    _users(home).set_role(name, Role(role))
    click.echo(_("The role of {name} is now {role}.").format(name=name, role=role))


def _users(home: Home) -> "Users":
    from dashboard.jobs.runs_table import Runs
    from dashboard.users.users import Users

    return Users(Runs(home).database)


def _password(file: IO[str] | None) -> str:
    """Return the first line of a file or, without one, what is typed twice without echo."""
    if file is None and sys.stdin.isatty():
        return str(click.prompt(_("Password"), hide_input=True, confirmation_prompt=_("Again")))
    try:
        line = (file or sys.stdin).readline(_LONGEST_LINE).rstrip("\r\n")
    except UnicodeDecodeError:
        line = ""
    if not line:
        raise BadInput(_("There is no password in the first line of the input."))
    return line
