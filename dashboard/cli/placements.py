"""``vitrina placement``: named places of a dataset, each with rules."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from dashboard.cli.options import (
    home_option,
    json_option,
    parse_pairs,
    print_json,
    print_pairs,
    print_table,
)
from dashboard.jobs.placements import Placement
from data.comma_list import write_list
from data.errors import BadInput, VitrinaError
from data.files import read_json
from data.home import Home
from data.i18n import _


@click.group()
def placement_command() -> None:
    """Give the places where a dataset's products are recommended rules, such as only in stock."""


@placement_command.command("list")
@click.argument("dataset", required=False)
@json_option
@home_option
def list_placements(home: Home, dataset: str | None, as_json: bool) -> None:
    """List the placements of a dataset, or of all."""
    from dashboard.services.recommendations import placements

    rows = placements.placements(home, dataset)
    if as_json:
        print_json([asdict(placement) for placement in rows])
        return
    print_table(
        [_("dataset"), _("placement"), _("rules"), _("version"), _("since"), _("by")],
        [
            [
                placement.dataset,
                placement.name,
                str(len(placement.rules or {})),
                str(placement.number),
                _moment(placement.time),
                placement.user or "–",
            ]
            for placement in rows
        ],
    )


@placement_command.command()
@click.argument("dataset")
@click.argument("name")
@click.option("--history", is_flag=True, help="Every version, the newest first.")
@json_option
@home_option
def show(home: Home, dataset: str, name: str, history: bool, as_json: bool) -> None:
    """Print the rules of a placement, and who set them when."""
    from dashboard.services.recommendations import placements

    versions = placements.history(home, dataset, name)
    shown = versions if history else versions[:1]
    if as_json:
        print_json([asdict(version) for version in shown] if history else asdict(shown[0]))
        return
    for version in shown:
        _print_version(version)


@placement_command.command("set")
@click.argument("dataset")
@click.argument("name")
@click.option(
    "--rules",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="JSON file with an object of rules.",
)
@click.option(
    "--rule",
    "words",
    multiple=True,
    metavar="KEY=VALUE",
    help="A rule, such as max_per_brand=2 or never_brands=acme,zeta; may be given several times.",
)
@json_option
@home_option
def set_placement(
    *, home: Home, dataset: str, name: str, file: Path | None, words: tuple[str, ...], as_json: bool
) -> None:
    """Give a placement these rules, in the place of those that it had."""
    from dashboard.services.recommendations import placements

    rules = (_read_rules(file) if file else {}) | parse_pairs(words, "--rule")
    placement = placements.set_rules(home, dataset, name, rules)
    if as_json:
        print_json(asdict(placement))
    else:
        _print_version(placement)


@placement_command.command()
@click.argument("dataset")
@click.argument("name")
@json_option
@home_option
def remove(home: Home, dataset: str, name: str, as_json: bool) -> None:
    """Remove a placement, and take its own model, where it has one, out of service."""
    from dashboard.services.recommendations import placements

    removed = placements.remove(home, dataset, name)
    if as_json:
        print_json(asdict(removed))
    else:
        click.echo(
            _("Dataset {dataset} has no placement {name} any more.").format(
                dataset=dataset, name=name
            )
        )


@placement_command.command()
@click.argument("dataset")
@click.argument("name")
@click.option("--run", help="The run to judge; by default the model in service there.")
@json_option
@home_option
def effect(*, home: Home, dataset: str, name: str, run: str | None, as_json: bool) -> None:
    """Compare the lists without and with the rules on the test targets of a run."""
    from dashboard.cli.train import follow
    from dashboard.jobs.states import State
    from dashboard.services.recommendations import placement_effects
    from dashboard.services.runs import records
    from dashboard.services.runs.model_in_service import chosen_run

    judged = run or chosen_run(home, None, dataset, name)
    job = placement_effects.start(home, judged, name)
    follow(home, job, quiet=True)
    if records.record(home, job)["state"] != State.FINISHED:
        raise VitrinaError(records.failure(home, job))
    result = placement_effects.result(home, job)
    words = placement_effects.in_words(result)
    if as_json:
        print_json({"run": judged, "placement": name} | dict(result) | {"finding": words})
        return
    click.echo(words)
    _print_effect(result)


def _print_effect(result: Mapping[str, Any]) -> None:
    rows = []
    for metric in ("hr@10", "ndcg@10", "coverage@10", "price"):
        change = result["difference"].get(metric)
        form = "+.1%" if metric == "price" else "+.4f"  # that of the price is a share of it
        rows.append(
            [
                metric,
                _figure(result["without"][metric]),
                _figure(result["with"][metric]),
                "–" if change is None else f"{change['low']:{form}} … {change['high']:{form}}",
            ]
        )
    print_table(
        [_("metric"), _("without rules"), _("with rules"), _("difference, 95% interval")], rows
    )


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _read_rules(file: Path) -> dict[str, Any]:
    try:
        rules = read_json(file)
    except (OSError, ValueError):
        rules = None
    if not isinstance(rules, dict):
        raise BadInput(_("{file} is no file with a JSON object of rules.").format(file=file))
    return rules


def _print_version(version: Placement) -> None:
    who = _("by {user}").format(user=version.user) if version.user else ""
    click.echo(
        _("{placement} of {dataset}, version {number}, {time} {who}")
        .format(
            placement=version.name,
            dataset=version.dataset,
            number=version.number,
            time=_moment(version.time),
            who=who,
        )
        .strip()
    )
    if version.rules is None:
        click.echo(_("removed"))
    elif not version.rules:
        click.echo(_("no rules"))
    print_pairs(
        (key, write_list(value) if isinstance(value, list) else str(value))
        for key, value in (version.rules or {}).items()
    )


def _moment(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(" ", "minutes")[:16]
