"""``vitrina search``: find good values of some fields by training with some of them."""

from typing import TYPE_CHECKING, Any

import click

from dashboard.cli.options import (
    home_option,
    json_option,
    parse_pairs,
    print_json,
    print_table,
)
from data.errors import VitrinaError
from data.home import Home
from data.i18n import _

if TYPE_CHECKING:
    from dashboard.services.runs.searches import Found


@click.command()
@click.argument("name")
@click.option(
    "--try",
    "varied",
    multiple=True,
    metavar="KEY=VALUES",
    help="A field to search: a range such as 0.001..0.01, or values with commas between them.",
)
@click.option("--trials", default=20, show_default=True, help="How many trainings there will be.")
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
    """Search a dataset's best values of a few fields, by NDCG@10 on validation."""
    from dashboard.cli.train import follow
    from dashboard.services.runs import runs, searches

    search = searches.start(
        home,
        name,
        preset=preset,
        changes=parse_pairs(settings, "--set"),
        varied=parse_pairs(varied, "--try"),
        trials=trials,
    )
    if detach:
        runs.leave_running(home)
        if not as_json:
            click.echo(_("Search {run} is queued; its page shows how it goes.").format(run=search))
    else:
        follow(home, search, quiet=True)
    state = runs.record(home, search)["state"]
    found = searches.found(home, search)
    if as_json:
        print_json(_as_dict(search, state, found))
    elif not detach:
        _report(found)
    if not detach and state in ("failed", "interrupted"):
        raise VitrinaError(runs.failure(home, search))


def _as_dict(search: str, state: str, found: "Found") -> dict[str, Any]:
    best = found.ranked[0] if found.ranked else None
    return {
        "run": search,
        "state": state,
        "trials": [vars(trial) for trial in found.trials],
        "best": None if best is None else vars(best),
        "importance": found.importance,
    }


def _report(found: "Found") -> None:
    from dashboard.jobs.hyperparameter_search import short

    keys = list(found.trials[0].values) if found.trials else []
    rows = [
        [trial.run, *map(short, trial.values.values()), f"{trial.value:.4f}"]
        for trial in found.ranked
    ]
    print_table([_("run"), *keys, "val_ndcg@10"], rows)
    for key, share in found.importance.items():
        click.echo(
            _("{field} explains {share} of the differences.").format(
                field=key, share=f"{share:.0%}"
            )
        )
