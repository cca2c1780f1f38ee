"""``vitrina backtest``: train until several days, and judge each model on what came after."""

from typing import TYPE_CHECKING

import click

from dashboard.cli.options import (
    home_option,
    json_option,
    parse_pairs,
    print_json,
    print_notes,
    print_table,
)
from data.errors import VitrinaError
from data.home import Home
from data.i18n import _

if TYPE_CHECKING:
    from dashboard.services.runs.backtests import BacktestResult


@click.command()
@click.argument("name")
@click.option("--cuts", default=4, show_default=True, help="How many trainings are run.")
@click.option("--preset", default="best", show_default=True, help="paper, fast or best.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change one setting.")
@click.option("--detach", is_flag=True, help="Return at once; the backtest goes on by itself.")
@json_option
@home_option
def backtest_command(
    *,
    home: Home,
    name: str,
    cuts: int,
    preset: str,
    settings: tuple[str, ...],
    detach: bool,
    as_json: bool,
) -> None:
    """Train until several days of a dataset, and judge each model on the weeks after.

    It says how a model ages, and so how often training again pays. The trainings are ordinary runs
    whose setting preparation.last is the day of the cut.
    """
    from dashboard.cli.train import follow
    from dashboard.jobs.supervisor import start_worker
    from dashboard.services.runs import backtests, records
    from dashboard.services.runs.start import configure

    configured = configure(home, name, preset, parse_pairs(settings, "--set"))
    run = backtests.start(home, name, configured.config, preset=preset, cuts=cuts)
    print_notes([configured.adaptation, configured.sizing])
    if detach:
        start_worker(home)
        if not as_json:
            click.echo(_("Backtest {run} is queued; its page shows how it goes.").format(run=run))
    else:
        follow(home, run, quiet=True)
    state, result = records.record(home, run)["state"], backtests.result(home, run)
    if as_json:
        finding = backtests.finding(result.judged) if result.judged else None
        trials = [vars(trial) for trial in result.trials]
        print_json(
            {"run": run, "state": state, "trials": trials, "finding": finding, **result.judged}
        )
    elif result.judged:
        _print_result(result)
    if not detach and state in ("failed", "interrupted"):
        raise VitrinaError(records.failure(home, run))


def _print_result(result: "BacktestResult") -> None:
    from dashboard.services.runs import backtests

    click.echo(backtests.finding(result.judged))
    points = result.judged["points"]
    names = [model["name"] for model in points[0]["models"]]
    print_table(
        [_("run"), _("from"), _("targets"), *(f"{name} hr@10" for name in names)],
        [
            [
                point["run"],
                point["from"][:10],
                f"{point['targets']:,}",
                *(f"{model['metrics']['hr@10']:.4f}" for model in point["models"]),
            ]
            for point in points
        ],
    )
