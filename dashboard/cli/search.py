"""``vitrina search``: search the best values of some settings by training with several."""

from typing import TYPE_CHECKING, Any

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
from model.training.monitored import MONITORED

if TYPE_CHECKING:
    from dashboard.services.runs.searches import SearchResult


@click.command()
@click.argument("name")
@click.option(
    "--try",
    "varied",
    multiple=True,
    metavar="KEY=VALUES",
    help="A setting to search: a range such as 0.001..0.01, or values separated by commas.",
)
@click.option("--trials", default=20, show_default=True, help="How many trainings are run.")
@click.option("--preset", default="best", show_default=True, help="paper, fast or best.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change one setting.")
@click.option("--detach", is_flag=True, help="Return at once; the search goes on by itself.")
@json_option
@home_option
def search_command(
    *,
    home: Home,
    name: str,
    varied: tuple[str, ...],
    trials: int,
    preset: str,
    settings: tuple[str, ...],
    detach: bool,
    as_json: bool,
) -> None:
    """Search the best values of a few settings on a dataset, by NDCG@10 on validation."""
    from dashboard.cli.train import follow
    from dashboard.jobs.supervisor import start_worker
    from dashboard.services.runs import records, searches
    from dashboard.services.runs.start import configure

    configured = configure(home, name, preset, parse_pairs(settings, "--set"))
    search = searches.start(
        home,
        name,
        configured.config,
        preset=preset,
        varied=parse_pairs(varied, "--try"),
        trials=trials,
    )
    print_notes([configured.adaptation, configured.sizing])
    if detach:
        start_worker(home)
        if not as_json:
            click.echo(_("Search {run} is queued; its page shows how it goes.").format(run=search))
    else:
        follow(home, search, quiet=True)
    state = records.record(home, search)["state"]
    result = searches.result(home, search)
    if as_json:
        print_json(_as_dict(search, state, result))
    elif not detach:
        _print_result(result)
    if not detach and state in ("failed", "interrupted"):
        raise VitrinaError(records.failure(home, search))


def _as_dict(search: str, state: str, result: "SearchResult") -> dict[str, Any]:
    best = result.ranked[0] if result.ranked else None
    return {
        "run": search,
        "state": state,
        "trials": [vars(trial) for trial in result.trials],
        "best": None if best is None else vars(best),
        "importance": result.importance,
    }


def _print_result(result: "SearchResult") -> None:
    from dashboard.jobs.training_series import short

    keys = list(result.trials[0].values) if result.trials else []
    rows = [
        [trial.run, *map(short, trial.values.values()), f"{trial.value:.4f}"]
        for trial in result.ranked
    ]
    print_table([_("run"), *keys, MONITORED], rows)
    for key, share in result.importance.items():
        click.echo(
            _("{field} explains {share} of the differences.").format(
                field=key, share=f"{share:.0%}"
            )
        )
