"""What the rules of a placement change on the test targets: figures, or the offer of them."""

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import button, empty_state, error_state, progress
from dashboard.figures.curves import metric_name
from dashboard.jobs.placements import Placement
from dashboard.jobs.states import State
from dashboard.services.recommendations import placement_effects
from dashboard.services.recommendations.placements import RULE_NAMES
from data.errors import Damaged
from data.home import Home
from data.i18n import _

MEASURE = "placement-measure"


def effect(home: Home, run: str, placement: Placement) -> list[Component]:
    """Return the figures of the newest job on this version, its progress, or the offer to start."""
    job = placement_effects.newest_job(home, run, placement)
    if job is None:
        return [
            empty_state(
                _("What these rules cost on the test targets of {run} is not known yet.").format(
                    run=run
                ),
                _start(),
            )
        ]
    if not job.ended:
        done, total = job.progress.get("lists"), job.progress.get("all")
        share = done / total if total else None
        return [progress(share, label=_("Comparing the lists"))]
    if job.state is not State.FINISHED:
        return [error_state(job.message or _("It was stopped."), action=_start())]
    try:
        return _figures(placement_effects.result(home, job.run))
    except Damaged as error:
        return [error_state(str(error), action=_start())]


def _start() -> Component:
    return button(_("Measure the effect"), MEASURE, kind="primary")


def _figures(result: Mapping[str, Any]) -> list[Component]:
    head = [
        html.Th(words, scope="col", className="is-number" if place else "")
        for place, words in enumerate(
            (_("Metric"), _("Without rules"), _("With rules"), _("Difference"), _("95% interval"))
        )
    ]
    rows = [_row(result, metric) for metric in ("hr@10", "ndcg@10", "coverage@10", "price")]
    return [
        html.P(placement_effects.in_words(result)),
        html.Div(
            html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="plain-table"),
            className="table-scroll",
        ),
        html.P(_note(result), className="note"),
        html.P(_left_out(result), className="note"),
    ]


def _row(result: Mapping[str, Any], metric: str) -> html.Tr:
    without, ruled = result["without"][metric], result["with"][metric]
    write = formats.money if metric == "price" else _four_digits
    change = result["difference"].get(metric)
    interval, difference = "", "–"
    if metric == "price":
        difference = "–" if change is None else _signed_percent(change["value"])
        if change is not None:
            low, high = _signed_percent(change["low"]), _signed_percent(change["high"])
            interval = _("{low} to {high}").format(low=low, high=high)
    else:
        difference = _signed(ruled - without)
        if change is not None:
            low, high = _signed(change["low"]), _signed(change["high"])
            interval = _("{low} to {high}").format(low=low, high=high)
    name = _("Mean price") if metric == "price" else metric_name(metric)
    cells = (write(without), write(ruled), difference, interval or "–")
    return html.Tr(
        [html.Th(name, scope="row"), *(html.Td(cell, className="is-number") for cell in cells)]
    )


def _note(result: Mapping[str, Any]) -> str:
    words = _("{targets} test targets of {buyers} buyers").format(
        targets=formats.number(result["targets"]), buyers=formats.number(result["buyers"])
    )
    if result["targets"] < result["all_targets"]:
        words += _(", a random sample of {all} targets").format(
            all=formats.number(result["all_targets"])
        )
    short = formats.number(result["short"])
    return _("{words}; {short} of {lists} lists have fewer than ten products.").format(
        words=words, short=short, lists=formats.number(result["lists"])
    )


def _left_out(result: Mapping[str, Any]) -> str:
    counts = sorted(result["left_out"].items(), key=lambda pair: -pair[1])
    return _("Left out of the model's own lists: {counts}.").format(
        counts=", ".join(f"{_(RULE_NAMES[rule])} {formats.number(n)}" for rule, n in counts)
        or _("none")
    )


def _four_digits(value: float) -> str:
    return formats.number(value, 4)


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + formats.number(value, 4)


def _signed_percent(share: float) -> str:
    return ("+" if share > 0 else "") + formats.percent(share)
