"""``vitrina model``: which run recommends where none is named."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from dashboard.cli.options import home_option, json_option, print_json, print_table
from dashboard.jobs.promotions import Promotion
from data.errors import VitrinaError
from data.home import Home
from data.i18n import _

_WEEKLY = ("hr@10", "ndcg@10")
placement_option = click.option(
    "--placement", default="", help="The model of this placement, in the place of the dataset's."
)


@click.group()
def model_command() -> None:
    """Put runs into service: a dataset's model in service recommends where no run is named."""


@model_command.command()
@click.argument("run")
@placement_option
@json_option
@home_option
def promote(home: Home, run: str, placement: str, as_json: bool) -> None:
    """Put a run into service for the dataset that it was trained on, or a placement of it."""
    from dashboard.services.runs import model_in_service

    _print_change(model_in_service.promote(home, run, placement=placement), as_json)


@model_command.command()
@click.argument("dataset")
@placement_option
@json_option
@home_option
def rollback(home: Home, dataset: str, placement: str, as_json: bool) -> None:
    """Put the run that was in service before into service again."""
    from dashboard.services.runs import model_in_service

    _print_change(model_in_service.roll_back(home, dataset, placement=placement), as_json)


@model_command.command()
@click.argument("dataset")
@placement_option
@json_option
@home_option
def withdraw(home: Home, dataset: str, placement: str, as_json: bool) -> None:
    """Take the model in service of a dataset out of service."""
    from dashboard.services.runs import model_in_service

    _print_change(model_in_service.withdraw(home, dataset, placement=placement), as_json)


@model_command.command()
@click.argument("dataset")
@json_option
@home_option
def check(home: Home, dataset: str, as_json: bool) -> None:
    """Judge the model in service on what came after its training, week by week.

    Beside popularity fitted on the same past, with the drift of buyers, products, prices and
    categories. Add later files first: vitrina import FILE --name DATASET --append.
    """
    from dashboard.cli.train import follow
    from dashboard.jobs.states import State
    from dashboard.services.runs import drift, model_in_service, records

    run = model_in_service.chosen_run(home, None, dataset)
    job = drift.start(home, run)
    follow(home, job, quiet=True)
    if records.record(home, job)["state"] != State.FINISHED:
        raise VitrinaError(records.failure(home, job))
    result = drift.result(home, run)
    reading = drift.read(result)
    if as_json:
        print_json(dict(result) | {"finding": reading.finding, "advice": reading.advice})
        return
    click.echo(f"{reading.finding} {reading.advice}")
    _print_weeks(result["weeks"])


@model_command.command()
@click.argument("run")
@json_option
@home_option
def compare(home: Home, run: str, as_json: bool) -> None:
    """Compare a run with the model in service, on targets that neither was trained on."""
    from dashboard.services.runs import candidates

    comparison = candidates.compare(home, run)
    words = candidates.in_words(comparison)
    if as_json:
        print_json(dict(comparison) | {"finding": words})
    else:
        click.echo(words)


@model_command.command()
@click.argument("dataset")
@click.option("--days", type=float, help="Days since the training.")
@click.option("--growth", type=float, help="Share by which the events have grown, such as 0.1.")
@click.option("--lead", type=float, help="Least lead over popularity in NDCG@10 on later events.")
@click.option("--tolerance", type=float, help="How much worse a new model may be; default 0.005.")
@click.option("--warm", is_flag=True, help="Start from the weights of the model in service.")
@click.option("--off", is_flag=True, help="Train no more by itself.")
@json_option
@home_option
def schedule(
    *,
    home: Home,
    dataset: str,
    days: float | None,
    growth: float | None,
    lead: float | None,
    tolerance: float | None,
    warm: bool,
    off: bool,
    as_json: bool,
) -> None:
    """Let the worker train again by itself; without options, print the rule.

    As soon as the dataset has changed and one of the conditions holds, the settings of the model in
    service are trained again. The new model replaces it where the paired interval on purchases new
    to both says that it is no worse, and stays a candidate otherwise, with the reason in its note.
    """
    from dashboard.services.runs import retraining

    chosen = {
        "days": days,
        "growth": growth,
        "lead": lead,
        "tolerance": tolerance,
        "warm": warm or None,
    }
    changes = {name: value for name, value in chosen.items() if value is not None}
    rule = retraining.set_rule(home, dataset, changes, off=off)
    if as_json:
        print_json(None if rule is None else asdict(rule))
    else:
        click.echo(retraining.in_words(dataset, rule))


@model_command.command("list")
@json_option
@home_option
def list_models(home: Home, as_json: bool) -> None:
    """List the model in service of every dataset."""
    from dashboard.services.runs import model_in_service

    _print_promotions(model_in_service.current(home), as_json)


@model_command.command()
@click.argument("dataset")
@placement_option
@json_option
@home_option
def history(home: Home, dataset: str, placement: str, as_json: bool) -> None:
    """List every change of the model in service of a dataset, the newest first."""
    from dashboard.services.runs import model_in_service

    _print_promotions(model_in_service.history(home, dataset, placement), as_json)


def _print_change(promotion: Promotion, as_json: bool) -> None:
    if as_json:
        print_json(asdict(promotion))
    elif promotion.run is None:
        click.echo(
            _("No model is in service for dataset {dataset} any more.").format(
                dataset=promotion.dataset
            )
        )
    else:
        click.echo(
            _("Run {run} is in service for dataset {dataset}.").format(
                run=promotion.run, dataset=promotion.dataset
            )
        )


def _print_weeks(weeks: list[dict[str, Any]]) -> None:
    names = [model["name"] for model in weeks[0]["models"]]
    print_table(
        [
            *(_("week from"), _("targets"), _("of unknown products"), _("unknown buyers")),
            *(f"{name} {metric}" for name in names for metric in _WEEKLY),
        ],
        [
            [
                week["from"][:10],
                f"{week['targets']:,}",
                f"{week['unknown_products']:.1%}",
                f"{week['unknown_buyers']:.1%}",
                *(
                    f"{model['metrics'][metric]:.4f}"
                    for model in week["models"]
                    for metric in _WEEKLY
                ),
            ]
            for week in weeks
        ],
    )


def _print_promotions(promotions: list[Promotion], as_json: bool) -> None:
    if as_json:
        print_json([asdict(promotion) for promotion in promotions])
        return
    print_table(
        [_("dataset"), _("placement"), _("run"), _("since"), _("by")],
        [
            [
                promotion.dataset,
                promotion.placement or "–",
                promotion.run or "–",
                datetime.fromtimestamp(promotion.time, UTC).isoformat(" ", "minutes")[:16],
                promotion.user or "–",
            ]
            for promotion in promotions
        ],
    )
