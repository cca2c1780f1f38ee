"""``vitrina backup``, ``restore``, ``verify`` and ``move``: a home in one file, or elsewhere."""

from dataclasses import asdict
from pathlib import Path

import click

from dashboard.cli.options import home_option, json_option, print_json
from data.errors import BadInput, VitrinaError
from data.home import Home
from data.i18n import _


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@home_option
def backup_command(home: Home, file: Path, as_json: bool) -> None:
    """Write datasets, runs and their table into one file; the home may be in use meanwhile."""
    from dashboard.services.backup import back_up

    backup = back_up(home, file)
    if not backup.has_table:
        click.echo(
            _("The table of runs is not in the home folder: back it up with pg_dump."), err=True
        )
    for sentence in backup.damage:
        click.echo(sentence, err=True)
    if as_json:
        size = file.stat().st_size
        counts = {"datasets": backup.datasets, "runs": backup.runs}
        print_json({"file": str(file), "bytes": size, **counts, "damage": backup.damage})
        return
    words = _("Wrote {file}: {datasets} datasets and the folders of {runs} runs.")
    click.echo(words.format(file=file, datasets=backup.datasets, runs=backup.runs))


@click.command()
@json_option
@home_option
def verify_command(home: Home, as_json: bool) -> None:
    """Read every file of datasets and runs, and name those that are not as they were written."""
    from dashboard.services.verification import verify

    result = verify(home)
    if as_json:
        print_json(asdict(result))
    else:
        for sentence in result.damage:
            click.echo(sentence)
        click.echo(
            _("{files} files read: {damaged} damaged; {unknown} without a checksum.").format(
                files=f"{result.files:,}",
                damaged=f"{len(result.damage):,}",
                unknown=f"{result.unknown:,}",
            )
        )
    if result.damage:
        raise VitrinaError(_("The home is damaged; put a backup back, or do what is said above."))


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@home_option
def restore_command(home: Home, file: Path) -> None:
    """Put back a backup as a new home folder, whole or not at all."""
    from dashboard.services.backup import restore

    restore(file, home)
    click.echo(_("Restored {file} as {folder}.").format(file=file, folder=home.path))


@click.command()
@click.option(
    "--to-database",
    metavar="URL",
    required=True,
    help="New PostgreSQL database for the table of runs, users and sessions. PGPASSWORD or the file"
    " ~/.pgpass has its password.",
)
@click.option("--to-store", metavar="URL", help="New place in an object store for the rest.")
@click.option(
    "--to-home",
    type=click.Path(file_okay=False, path_type=Path),
    help="New folder for the rest, which all machines mount.",
)
@home_option
def move_command(home: Home, to_database: str, to_store: str | None, to_home: Path | None) -> None:
    """Move the home of one machine to where many machines work on it, whole or not at all.

    The home itself stays as it is.
    """
    from dashboard.services.move import move

    if (to_store is None) == (to_home is None):
        raise BadInput(_("Say where datasets and models go: with --to-store, or with --to-home."))
    moved = move(
        home,
        to_database,
        store_url=to_store,
        folder=to_home,
        log=lambda line: click.echo(line, err=True),
    )
    words = _(
        "Moved {datasets} datasets and {runs} runs. Use them from the new place alone: {folder} is"
        " as it was, and gets nothing that is done there."
    )
    click.echo(words.format(datasets=moved.datasets, runs=moved.runs, folder=home.path))
