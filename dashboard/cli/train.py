"""``vitrina train``: queue a training, and print its epochs until it ends."""

from pathlib import Path
from typing import Any

import click

from dashboard.cli.options import (
    INTERRUPTED,
    home_option,
    json_option,
    parse_pairs,
    print_json,
    print_notes,
)
from data.errors import BadInput, VitrinaError
from data.files import read_json
from data.home import Home
from data.i18n import _


@click.command()
@click.argument("name")
@click.option("--preset", default="best", show_default=True, help="paper, fast or best.")
@click.option("--protocol", help="temporal, basket, horizon, leave-one-out or paper.")
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    help="A JSON file with settings, such as the config of an earlier run.",
)
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change one setting.")
@click.option("--detach", is_flag=True, help="Return at once; the run goes on by itself.")
@json_option
@home_option
def train_command(
    *,
    home: Home,
    name: str,
    preset: str,
    protocol: str | None,
    config_file: Path | None,
    settings: tuple[str, ...],
    detach: bool,
    as_json: bool,
) -> int:
    """Train a network on a dataset and print its history and test figures."""
    from dashboard.cli.predictions import print_evaluation
    from dashboard.jobs.run_handle import open_run
    from dashboard.jobs.runs_table import Runs
    from dashboard.jobs.supervisor import start_worker
    from dashboard.services.runs import records
    from dashboard.services.runs.start import configure, start_training
    from dashboard.services.runs.workers import missing_label

    changes = _read_config(config_file) | parse_pairs(settings, "--set")
    if protocol:
        changes["protocol"] = protocol
    configured = configure(home, name, preset, changes)
    run = start_training(home, name, configured.config, preset=preset)
    missing = missing_label(home, Runs(home).get(run)) or ""
    print_notes([configured.adaptation, configured.sizing, missing])
    if detach:
        start_worker(home)
    else:
        follow(home, run, as_json)
    record = records.record(home, run)
    if as_json:
        print_json(record)
    elif detach:
        click.echo(_("Run {run} is queued; vitrina show {run} tells how it goes.").format(run=run))
    elif evaluation := open_run(home, run).evaluation:
        print_evaluation(evaluation)
        click.echo(_("Run {run} is finished.").format(run=run))
    elif record["state"] == "stopped":
        click.echo(_("Run {run} is stopped; vitrina resume {run} continues it.").format(run=run))
    if not detach and record["state"] in ("failed", "interrupted"):
        raise VitrinaError(records.failure(home, run))
    return 0


def _read_config(file: Path | None) -> dict[str, Any]:
    """Return the settings in a file: a flat JSON object, or a run's record with a "config"."""
    if file is None:
        return {}
    try:
        content = read_json(file)
    except OSError as error:
        raise BadInput(
            _("Cannot read {file}: {reason}.").format(file=file, reason=error.strerror)
        ) from error
    except ValueError as error:
        raise BadInput(_("{file} is not a JSON file.").format(file=file)) from error
    settings = content.get("config", content) if isinstance(content, dict) else None
    if not isinstance(settings, dict):
        raise BadInput(_("{file} does not hold a JSON object of settings.").format(file=file))
    return settings


def follow(home: Home, run: str, quiet: bool) -> None:
    """Wait for the end of a run, printing phases and epochs; Ctrl-C asks the run to stop."""
    from dashboard.services.runs import control, monitor
    from model.phases import Phase, phase_name

    try:
        for step in monitor.follow(home, run):
            if not quiet:
                click.echo(f"{phase_name(step)}." if isinstance(step, Phase) else _epoch_line(step))
    except KeyboardInterrupt as interrupt:
        control.stop(home, run)
        click.echo(_("Asked run {run} to stop.").format(run=run), err=True)
        raise click.exceptions.Exit(INTERRUPTED) from interrupt


def _epoch_line(epoch: dict[str, Any]) -> str:
    names = ("loss", "accuracy", "val_loss", "val_accuracy", "seconds")
    metrics = (f"{name} {epoch[name]:.4f}" for name in names if epoch.get(name) is not None)
    return f"epoch {epoch['epoch']}  " + "  ".join(metrics)
