"""The commands ``vitrina evaluate`` and ``vitrina recommend``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from dashboard.cli.options import (
    home_option,
    json_option,
    parse_list,
    print_json,
    print_notes,
    print_table,
    served_run_option,
)
from dashboard.formats import shortened
from data.errors import BadInput
from data.home import Home
from data.i18n import _

LONGEST_TITLE = 48  # characters in the table


@click.command()
@click.argument("run")
@click.option("--exclude-seen", is_flag=True, help="Leave out products of the history.")
@json_option
@home_option
def evaluate_command(home: Home, run: str, exclude_seen: bool, as_json: bool) -> None:
    """Evaluate a run beside the baselines, with its own evaluation protocol."""
    from dashboard.services.runs.evaluation import evaluate

    answer = evaluate(home, run, exclude_seen)
    if as_json:
        print_json(answer)
    else:
        print_evaluation(answer)


def print_evaluation(answer: Mapping[str, Any]) -> None:
    """Print the figures of every model on the test targets as a table."""
    from model.metrics.protocol_metrics import metrics_of

    click.echo(_about(answer))
    names = metrics_of(answer["protocol"]).table
    print_table(
        [_("model"), *names],
        [[model["name"], *_cells(model["metrics"], names)] for model in answer["models"]],
    )


@click.command()
@click.option("--user", help="A buyer of the run's dataset.")
@click.option(
    "--history",
    "histories",
    multiple=True,
    help="Product ids, oldest first: P1,P2,…; an id that holds a comma stands in double quotes: "
    "'\"TV, black\",P2'. view:P1 is a view where the run reads views. Given several times, the "
    "lists follow each other.",
)
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]),
    help="Rank as of this time (UTC): with --user from the events before it, with --history for"
    " networks that know when they are asked.",
)
@click.option(
    "--buyer",
    "attributes",
    multiple=True,
    metavar="NAME=VALUE",
    help="An attribute of the buyer, such as age=25, for models that read them; with --user it"
    " stands in place of that in the table of buyers. May be given several times.",
)
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--exclude-seen", is_flag=True, help="Leave out products of the history.")
@json_option
@home_option
@served_run_option
def recommend_command(
    *,
    home: Home,
    run: str,
    placement: str,
    user: str | None,
    histories: tuple[str, ...],
    at: datetime | None,
    attributes: tuple[str, ...],
    k: int,
    exclude_seen: bool,
    as_json: bool,
) -> None:
    """Rank the next products of a buyer, or after a given history."""
    from dashboard.services.recommendations import recommend

    if (user is None) == (not histories):
        raise BadInput(_("Give either a buyer with --user or products with --history."))
    buyer = dict(map(_attribute, attributes))
    if user is not None:
        answer = recommend.for_user(
            home, run, user, k, exclude_seen, at=at, buyer=buyer, placement=placement
        )
    else:
        words = [word for line in histories for word in parse_list(line, "--history")]
        events = recommend.typed_history(home, run, words)
        answer = recommend.for_history(
            home, run, events, k, exclude_seen, at=at, buyer=buyer, placement=placement
        )
    if as_json:
        print_json(answer)
        return
    if answer.get("unknown"):
        print_notes(
            [
                _("Training never saw {products}.").format(
                    products=recommend.quoted_names(answer["unknown"])
                )
            ]
        )
    if not_known := [name for name in buyer if name not in answer["buyer"]]:
        print_notes(
            [
                _("Training never saw the value of {names}; it counts as missing.").format(
                    names=", ".join(not_known)
                )
            ]
        )
    print_table(
        [
            *(_("product"), _("title"), _("rank"), _("probability")),
            *(_("category"), _("brand"), _("repeat")),
        ],
        [_row(item) for item in answer["items"]],
    )
    if answer["placement"]:
        print_notes(_rule_notes(answer["placement"]))


def _attribute(text: str) -> tuple[str, str]:
    """Return the name and the value of an attribute."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise BadInput(_("--buyer cannot be “{text}”: write NAME=VALUE.").format(text=text))
    return name, value


def _rule_notes(applied: dict[str, Any]) -> list[str]:
    """Return sentences on the changes of a list by the rules of a placement."""
    from dashboard.services.recommendations.placements import RULE_NAMES

    notes = [
        _("{product}, number {rank} of the model, is not in the list: {reason}.").format(
            product=missing["product"], rank=missing["model_rank"], reason=_(RULE_NAMES[rule])
        )
        for missing in applied["left_out"]
        if (rule := missing["rule"])
    ]
    removed = ", ".join(f"{rule} {count:,}" for rule, count in applied["removed"].items())
    notes.append(
        _("Rules of {placement} (version {number}) removed: {removed}.").format(
            placement=applied["name"], number=applied["number"], removed=removed or _("none")
        )
    )
    return notes


def _about(answer: Mapping[str, Any]) -> str:
    """Return the protocol of an evaluation, and how many targets and sets it has."""
    words = _("{protocol}: {targets} targets, {cold} of them never seen in training")
    if answer["sets"]:
        words = _("{protocol}: {sets} sets of {targets} targets, {cold} never seen in training")
    return words.format(
        protocol=answer["protocol"],
        sets=answer["sets"],
        targets=answer["targets"],
        cold=answer["cold_targets"],
    )


def _cells(metrics: dict[str, Any], names: Sequence[str]) -> list[str]:
    return ["–" if metrics.get(name) is None else f"{metrics[name]:.4f}" for name in names]


def _row(item: dict[str, Any]) -> list[str]:
    return [
        item["product"],
        shortened(item["title"] or "–", LONGEST_TITLE),
        str(item["rank"]),
        f"{item['probability']:.4f}",
        item["category"] or "–",
        item["brand"] or "–",
        _("yes") if item["repeat"] else _("no"),
    ]
