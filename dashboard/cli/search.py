"""``vitrina search``: find good values of some fields by training with some of them."""

from typing import Any

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
from data.text import _


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
    from dashboard.services import runs, searches

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
        _follow(home, search)
    state = runs.record(home, search)["state"]
    found = searches.found(home, search)
    if as_json:
        print_json(_as_dict(search, state, found))
    elif not detach:
        _report(found)
    if not detach and state in ("failed", "interrupted"):
        raise VitrinaError(runs.failure(home, search))


def _follow(home: Home, search: str) -> None:
    """Wait for the end of a search; Ctrl-C asks it to stop."""
    from dashboard.services import runs

    try:
        for _epoch in runs.follow(home, search):
            """A search has no epochs of its own."""
    except KeyboardInterrupt:
        runs.stop(home, search)
        click.echo(_("Asked run {run} to stop.").format(run=search), err=True)
        raise


def _as_dict(search: str, state: str, found: Any) -> dict[str, Any]:
    best = found.ranked[0] if found.ranked else None
    return {
        "run": search,
        "state": state,
        "trials": [vars(trial) for trial in found.trials],
        "best": None if best is None else vars(best),
        "importance": found.importance,
    }


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _report(found: Any) -> None:
    keys = list(found.trials[0].values) if found.trials else []
    rows = [
        [trial.run, *map(_short, trial.values.values()), f"{trial.value:.4f}"]
        for trial in found.ranked
    ]
    print_table([_("run"), *keys, "val_ndcg@10"], rows)
    for key, share in found.importance.items():
        click.echo(
            _("{field} explains {share} of the differences.").format(
                field=key, share=f"{share:.0%}"
            )
        )
