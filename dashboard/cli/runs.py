"""``vitrina runs``, ``show``, ``stop``, ``resume``, ``delete`` and ``archive``."""

from pathlib import Path
from typing import Any

import click

from dashboard.cli.options import (
    home_option,
    json_option,
    print_json,
    print_notes,
    print_pairs,
    print_table,
)
from data.home import Home
from data.i18n import _


@click.command()
@json_option
@home_option
def runs_command(home: Home, as_json: bool) -> None:
    """List every training, the newest first."""
    from dashboard.services.runs.records import damaged, records

    runs = records(home)
    print_notes(damaged(home))
    if as_json:
        print_json(runs)
        return
    print_table(
        [_("run"), _("state"), _("dataset"), _("preset"), _("epochs")],
        [
            [
                run["run"],
                run["state"],
                run["dataset"],
                run["preset"] or "–",
                str(run["epochs_done"]),
            ]
            for run in runs
        ],
    )


@click.command()
@click.argument("run")
@json_option
@home_option
def show_command(home: Home, run: str, as_json: bool) -> None:
    """Print a run's state, configuration, history and test figures."""
    from dashboard.services.runs import records

    record = records.record(home, run)
    print_notes([record["problem"] or ""])
    if as_json:
        print_json(record)
        return
    scalars = {key: value for key, value in record.items() if not isinstance(value, dict | list)}
    print_pairs((key.replace("_", " "), str(value)) for key, value in scalars.items())
    _print_history(record["history"])
    print_pairs((f"test {key}", f"{value:.4f}") for key, value in _figures(record["test"]))


@click.command()
@click.argument("run")
@home_option
def stop_command(home: Home, run: str) -> None:
    """Ask a run to stop after the batch it is in; its best epoch is kept."""
    from dashboard.services.runs import control

    control.stop(home, run)
    click.echo(_("Asked run {run} to stop.").format(run=run))


@click.command()
@click.argument("run")
@home_option
def resume_command(home: Home, run: str) -> None:
    """Continue a stopped or interrupted run from its last whole epoch."""
    from dashboard.jobs.supervisor import start_worker
    from dashboard.services.runs import control

    control.resume(home, run)
    start_worker(home)
    click.echo(_("Run {run} is queued again.").format(run=run))


@click.command()
@click.argument("run")
@home_option
def delete_command(home: Home, run: str) -> None:
    """Delete a run that is not active, with its model."""
    from dashboard.services.runs import control

    control.delete(home, run)
    click.echo(_("Deleted run {run}.").format(run=run))


@click.command()
@click.argument("run")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: RUN.zip.")
@home_option
def archive_command(home: Home, run: str, out: Path | None) -> None:
    """Write everything that is stored about a run into a ZIP file."""
    from dashboard.services.runs.records import archive

    file = archive(home, run, out or Path(f"{run}.zip"))
    click.echo(_("Wrote {file}.").format(file=file))


def _print_history(history: list[dict[str, Any]]) -> None:
    names = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "targets", "seconds")
    if history:
        print_table(names, [[_cell(epoch.get(name)) for name in names] for epoch in history])


def _cell(value: Any) -> str:
    return "–" if value is None else f"{value:.4f}" if isinstance(value, float) else f"{value:,}"


def _figures(test: dict[str, Any]) -> list[tuple[str, float]]:
    return [(key, value) for key, value in test.items() if isinstance(value, int | float)]
