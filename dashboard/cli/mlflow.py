"""``vitrina mlflow``: runs on a tracking server of MLflow."""

import os
from dataclasses import asdict

import click

from dashboard.cli.options import home_option, json_option, print_json
from data.errors import BadInput
from data.home import Home
from data.i18n import _


@click.command()
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
@click.option(
    "--tracking-uri",
    metavar="URL",
    help="The tracking server (or MLFLOW_TRACKING_URI, where the URL holds a password).",
)
@click.option(
    "--experiment",
    default="",
    help="Name of the experiment (or MLFLOW_EXPERIMENT_NAME; default: vitrina/DATASET).",
)
@json_option
@home_option
def mlflow_command(
    *, home: Home, runs: tuple[str, ...], tracking_uri: str | None, experiment: str, as_json: bool
) -> None:
    """Log runs to a tracking server of MLflow: parameters, curve, test figures and bundle.

    A run that was logged before is brought up to date. It needs the extra mlflow (pip install
    'vitrina[mlflow]'); user, password or token of the server come from the environment
    (MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN).
    """
    from dashboard.services.runs import mlflow_tracking

    address = _address(tracking_uri)
    experiment = experiment or os.environ.get("MLFLOW_EXPERIMENT_NAME", "")
    logged = []
    for run in dict.fromkeys(runs):
        logged.append(mlflow_tracking.log_run(home, run, address, experiment))
        if not as_json:
            words = (
                _("Brought run {run} up to date in experiment {experiment}: {id}.")
                if logged[-1].was_there
                else _("Logged run {run} in experiment {experiment}: {id}.")
            )
            click.echo(
                words.format(run=run, experiment=logged[-1].experiment, id=logged[-1].mlflow_run)
            )
    if as_json:
        print_json([asdict(run_of_mlflow) for run_of_mlflow in logged])


def _address(option: str | None) -> str:
    """Return the address of the tracking server: that of the option, else of the environment.

    Raises
    ------
    BadInput
        Where the option has a password: other users of the machine can read command lines.
    """
    from dashboard.services.runs.mlflow_server import ADDRESS, holds_secret

    if option and holds_secret(option):
        raise BadInput(
            _(
                "--tracking-uri must hold no password, which others on this machine could read:"
                " set {variable} instead, or MLFLOW_TRACKING_PASSWORD."
            ).format(variable=ADDRESS)
        )
    return option or os.environ.get(ADDRESS, "")
