"""``vitrina workers``: the machines that carry out runs."""

from dataclasses import asdict

import click

from dashboard.cli.options import home_option, json_option, print_json, print_table
from data.home import Home
from data.i18n import _


@click.group()
def workers_command() -> None:
    """List the workers of all machines, and let one finish."""


@workers_command.command("list")
@json_option
@home_option
def list_workers(home: Home, as_json: bool) -> None:
    """List the workers: machine, state, what each works on, load and memory."""
    from dashboard.formats import number, percent
    from dashboard.services.runs.workers import workers

    rows = workers(home, listen=True)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    print_table(
        [
            *(_("machine"), _("state"), _("slots"), _("load"), _("memory"), _("runs")),
            _("labels"),
        ],
        [
            (
                row.name,
                row.state,
                number(row.slots),
                f"{number(row.load, 1)} / {number(row.cores)}",
                percent(row.memory_share, 0),
                ", ".join(row.runs),
                ", ".join(row.labels),
            )
            for row in rows
        ],
    )


@workers_command.command()
@click.argument("machine")
@home_option
def drain(home: Home, machine: str) -> None:
    """Let the worker of a machine finish its runs, take no further one, and then end."""
    from dashboard.services.runs import workers

    workers.drain(home, machine)
    click.echo(_("The worker of {machine} takes no further run.").format(machine=machine))
