"""The results of a run: its test metrics beside every baseline, and the diagnosis."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import card, figure_card, grid, render
from dashboard.figures.curves import metric_name
from dashboard.figures.model_ranking import (
    MOST_MODELS,
    has_segments,
    ranking_chart,
    segment_chart,
)
from dashboard.services.runs.overfitting import Diagnosis
from data.i18n import N_, _
from model.metrics.protocol_metrics import metrics_of

LOWER_IS_BETTER = {"loss"}
AVERAGED = ("ndcg@10", "recall@10")


def results(evaluation: Mapping[str, Any], metric: str, theme: str | None) -> list[Component]:
    """Return the chart of models, the chart of segments, and the table of every metric."""
    if not evaluation.get("models"):
        return []
    models = evaluation["models"]
    height = max(28 * min(len(models), MOST_MODELS) + 96, 200)
    first = figure_card(
        "ladder", span=6, height=height, data=render(ranking_chart(models, metric, theme))
    )
    second = None
    if has_segments(models):
        chart = render(segment_chart(models, metric, theme))
        second = figure_card("segments", span=6, height=height, data=chart)
    averages = [averages_card(models)] if evaluation.get("sets") else []
    return [grid(first, second), figures_card(evaluation), *averages]


def figures_card(evaluation: Mapping[str, Any]) -> html.Section:
    """Return the table of every metric of every model; the best of each is marked."""
    models = evaluation["models"]
    known = metrics_of(evaluation.get("protocol", "")).table
    names = [name for name in known if any(_value(model, name) is not None for model in models)]
    best = {name: _best(models, name) for name in names}
    head = [html.Th(_("Model"), scope="col")] + [
        html.Th(metric_name(name), scope="col", className="is-number") for name in names
    ]
    rows = [
        html.Tr(
            [html.Th(formats.model(model["name"]), scope="row")]
            + [_cell(model, name, best[name]) for name in names],
            className="is-network" if model["kind"] == "network" else "",
        )
        for model in models
    ]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="plain-table")
    return card(
        html.Div(table, className="table-scroll", tabIndex="0"),
        title=_("Test metrics of every model"),
        subtitle=_subtitle(evaluation),
    )


def averages_card(models: Sequence[Mapping[str, Any]]) -> html.Section:
    """Return the table of means over sets, over buyers and over purchases, where sets are judged.

    Means over sets count a small set as much as a large one, means over purchases do not.
    """
    averages = {
        "metrics": N_("{metric}, sets"),
        "per_buyer": N_("{metric}, buyers"),
        "per_event": N_("{metric}, purchases"),
    }
    columns = [(name, over) for name in AVERAGED for over in averages]
    head = [html.Th(_("Model"), scope="col")] + [
        html.Th(
            _(averages[over]).format(metric=metric_name(name)), scope="col", className="is-number"
        )
        for name, over in columns
    ]
    rows = [
        html.Tr(
            [html.Th(formats.model(model["name"]), scope="row")]
            + [
                html.Td(formats.number(model[over][name], 4), className="is-number")
                for name, over in columns
            ],
            className="is-network" if model["kind"] == "network" else "",
        )
        for model in models
    ]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="plain-table")
    return card(
        html.Div(table, className="table-scroll", tabIndex="0"),
        title=_("Means over sets, buyers and purchases"),
        subtitle=_(
            "Every set, every buyer or every purchase counts the same; a purchase has the figure"
            " of its set."
        ),
    )


def reading(diagnosis: Diagnosis | None) -> list[Component]:
    """Return the diagnosis of the curves and the advice; empty where there is none yet."""
    if diagnosis is None:
        return []
    return [
        html.Div(
            [html.P(diagnosis.finding, className="reading-finding"), html.P(diagnosis.advice)],
            className=f"reading is-{diagnosis.tone}",
        )
    ]


def _subtitle(evaluation: Mapping[str, Any]) -> str:
    words = _(
        "{targets} targets under protocol {protocol}, ranked among the whole catalogue;"
        " {cold} of them were never seen in training and count as misses."
        " In brackets: 95% intervals."
    )
    if evaluation.get("sets"):
        words = _(
            "{sets} sets of {targets} targets under protocol {protocol}, ranked among the whole"
            " catalogue; {cold} targets were never seen in training and count as misses."
            " In brackets: 95% intervals."
        )
    return words.format(
        sets=formats.number(evaluation.get("sets")),
        targets=formats.number(evaluation.get("targets")),
        protocol=evaluation.get("protocol", "–"),
        cold=formats.number(evaluation.get("cold_targets")),
    )


def _value(model: Mapping[str, Any], name: str) -> float | None:
    value: float | None = model["metrics"].get(name)
    return value


def _best(models: Sequence[Mapping[str, Any]], name: str) -> float | None:
    values = [value for model in models if (value := _value(model, name)) is not None]
    if not values:
        return None
    return min(values) if name in LOWER_IS_BETTER else max(values)


def _cell(model: Mapping[str, Any], name: str, best: float | None) -> html.Td:
    value = _value(model, name)
    digits = 3 if name == "loss" else 4
    bounds = model.get("ci95", {}).get(name)
    interval = (
        html.Span(f"[{formats.number(bounds[0], digits)}–{formats.number(bounds[1], digits)}]",
                  className="interval")
        if bounds
        else None
    )  # fmt: skip
    marked = value is not None and value == best
    return html.Td(
        [formats.number(value, digits), interval],
        className="is-number is-best" if marked else "is-number",
    )
