"""``vitrina backtest``: train until several days, and judge each model on what came after."""

from collections.abc import Sequence
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
    from model.metrics.protocol_metrics import metrics_of

    click.echo(backtests.finding(result.judged))
    cuts, ages = result.judged["cuts"], result.judged["ages"]
    metrics = ("ndcg@10", metrics_of(result.judged["protocol"]).hits)
    names = [model["name"] for model in cuts[0]["models"]]
    print_table(
        [
            *(_("run"), _("last day"), _("targets after it")),
            *(f"{name} {metric}" for metric in metrics for name in names),
        ],
        [
            [
                *(cut["run"], cut["last_day"], f"{cut['targets']:,}"),
                *(
                    _with_interval(model["metrics"][metric], model["ci95"][metric])
                    for metric in metrics
                    for model in cut["models"]
                ),
            ]
            for cut in cuts
        ],
    )
    if not ages:
        return
    print_table(
        [_("days older"), _("targets"), *(_("{metric} less").format(metric=m) for m in metrics)],
        [
            [
                *(str(age["days"]), f"{age['targets']:,}"),
                *(_with_interval(age["loss"][metric], age["ci95"][metric]) for metric in metrics),
            ]
            for age in ages
        ],
    )


def _with_interval(value: float, ends: Sequence[float]) -> str:
    low, high = ends
    return f"{value:.4f} ({low:.4f} to {high:.4f})"
