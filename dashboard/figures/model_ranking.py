"""Charts of a run's network among the baselines, by a metric and by segment of the targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard import formats
from dashboard.figures.chart import Chart
from dashboard.figures.curves import metric_name
from dashboard.figures.template import figure
from dashboard.theme import colour
from data.i18n import N_, _

MOST_MODELS = 12
NETWORK = "network"
SEGMENT_NAMES = {"repeat": N_("Bought before"), "explore": N_("New to the buyer")}
_ROW = 28  # pixels


@dataclass(frozen=True)
class ModelValue:
    """The value of a metric of one model.

    Attributes
    ----------
    name : str
        Label of the model.
    kind : {"network", "baseline"}
    value : float
    low, high : float or None
        Ends of the 95 % confidence interval.
    behind : (float, float) or None
        Interval of the paired difference between the served model and this one.
    behind_network : (float, float) or None
        The same between the network alone and this one, where a blend is served.
    served : bool
        Whether the run serves this model.
    """

    name: str
    kind: str
    value: float
    low: float | None = None
    high: float | None = None
    behind: tuple[float, float] | None = None
    behind_network: tuple[float, float] | None = None
    served: bool = False


def ranked_models(models: Sequence[Mapping[str, Any]], metric: str) -> list[ModelValue]:
    """Return the models that have a value of the metric, best first.

    At most twelve; the network is always one of them.
    """
    values = []
    for number, model in enumerate(models):
        value = model["metrics"].get(metric)
        if value is not None:
            low, high = model.get("ci95", {}).get(metric) or (None, None)
            values.append(
                ModelValue(
                    formats.model(model["name"]),
                    model["kind"],
                    float(value),
                    low,
                    high,
                    behind=model.get("behind95", {}).get(metric),
                    behind_network=model.get("behind_network95", {}).get(metric),
                    served=number == 0,
                )
            )
    values.sort(key=lambda model: (model.value, model.kind == NETWORK), reverse=True)
    if len(values) <= MOST_MODELS:
        return values
    networks = [model for model in values[MOST_MODELS:] if model.kind == NETWORK]
    return [*values[: MOST_MODELS - len(networks)], *networks]


def ranking_chart(models: Sequence[Mapping[str, Any]], metric: str, theme: str | None) -> Chart:
    """Draw each model's value of a metric as a dot on its interval, the best at the top."""
    values = ranked_models(models, metric)
    chart = figure(
        theme,
        height=_ROW * len(values) + 64,
        yaxis={"showgrid": False, "autorange": "reversed"},
        xaxis={"rangemode": "tozero", "showgrid": True},
        margin={"l": 8, "r": 24, "t": 8, "b": 8},
    )
    chart.add_scatter(
        x=[model.value for model in values],
        y=[model.name for model in values],
        mode="markers+text",
        marker={"size": 10, "color": [colour(_meaning(model), theme) for model in values]},
        error_x=_error_bars(values, theme),
        text=[formats.number(model.value, 4) for model in values],
        textposition="top center",
        hovertemplate="%{y}: %{x:.4f}<extra></extra>",
    )
    return Chart(
        chart,
        ranking_finding(values, metric),
        _("{metric} on the test part with its 95% interval, by resampling buyers").format(
            metric=metric_name(metric)
        ),
        _table(values, metric),
        note=network_finding(values, metric),
    )


def ranking_finding(values: Sequence[ModelValue], metric: str) -> str:
    """Return a sentence on the rank of the served model among the baselines.

    It is called by its own name: a blend that is ahead does not mean that its network is.
    """
    networks = [model for model in values if model.kind == NETWORK]
    served = next((model for model in networks if model.served), next(iter(networks), None))
    baselines = [model for model in values if model.kind != NETWORK]
    if served is None or not baselines:
        return _("{metric} on the test part").format(metric=metric_name(metric))
    return _comparison(served, baselines, metric)


def network_finding(values: Sequence[ModelValue], metric: str) -> str:
    """Return a sentence on the rank of the network alone, empty unless a blend is served."""
    networks = [model for model in values if model.kind == NETWORK]
    baselines = [model for model in values if model.kind != NETWORK]
    alone = [model for model in networks if not model.served]
    if not baselines or len(networks) != 2 or len(alone) != 1:
        return ""
    comparison = _comparison(alone[0], baselines, metric)
    return _("The network alone: {comparison}.").format(comparison=comparison)


def _comparison(model: ModelValue, baselines: Sequence[ModelValue], metric: str) -> str:
    """Return a sentence on a model and the baselines, the best of them first."""
    rival = baselines[0]
    if model.value == rival.value:
        sentence = _("{model} and {rival} are level: {own} in {metric}")
    elif model.value > rival.value:
        if not all(_differ(model, baseline) for baseline in baselines):
            sentence = _("{model} is ahead of {rival}, {own} to {other} in {metric}, within chance")
        elif len(baselines) == 1:  # the others were not fitted: nothing is known of them
            sentence = _("{model} is clearly ahead of {rival}: {own} to {other} in {metric}")
        else:
            sentence = _("{model} is clearly ahead of every baseline: {own} in {metric}")
    else:
        sentence = (
            _("{rival} is clearly ahead of {model}: {other} to {own} in {metric}")
            if _differ(model, rival)
            else _("{rival} is ahead of {model}, {other} to {own} in {metric}, within chance")
        )
    return sentence.format(
        model=model.name,
        rival=rival.name,
        own=formats.number(model.value, 4),
        other=formats.number(rival.value, 4),
        metric=metric_name(metric),
    )


def _differ(network: ModelValue, rival: ModelValue) -> bool:
    """Return whether two models differ significantly.

    By the interval of their paired difference where it is known, else by whether their intervals
    overlap, which detects fewer differences.
    """
    paired = rival.behind if network.served else rival.behind_network
    if paired is not None:
        low, high = paired
        return low > 0 or high < 0
    first, second = (network, rival) if network.value > rival.value else (rival, network)
    return first.low is not None and second.high is not None and first.low > second.high


def segment_chart(models: Sequence[Mapping[str, Any]], metric: str, theme: str | None) -> Chart:
    """Draw a metric on repeat purchases beside the same metric on products new to the buyer."""
    order = {model.name: rank for rank, model in enumerate(ranked_models(models, metric))}
    known = [model for model in models if formats.model(model["name"]) in order]
    known.sort(key=lambda model: order[formats.model(model["name"])])
    chart = figure(
        theme,
        height=_ROW * len(known) + 64,
        yaxis={"showgrid": False, "autorange": "reversed"},
        xaxis={"rangemode": "tozero", "showgrid": True},
        showlegend=True,
        margin={"l": 8, "r": 24, "t": 32, "b": 8},
    )
    names = [formats.model(model["name"]) for model in known]
    columns: dict[str, list[Any]] = {_("Model"): names}
    for segment, meaning in (("repeat", "purchase"), ("explore", "view")):
        metrics = [_segment(model, segment).get(metric) for model in known]
        heading = _(SEGMENT_NAMES[segment])
        columns[heading] = metrics
        chart.add_scatter(
            x=metrics,
            y=names,
            mode="markers",
            name=heading,
            marker={"size": 10, "color": colour(meaning, theme)},
            hovertemplate=heading + ", %{y}: %{x:.4f}<extra></extra>",
        )
    return Chart(
        chart,
        segment_finding(models, metric),
        _("{metric} on test targets that the buyer had bought before, and on new ones").format(
            metric=metric_name(metric)
        ),
        _frame(columns),
    )


def segment_finding(models: Sequence[Mapping[str, Any]], metric: str) -> str:
    """Return a sentence on the served model's metric for repeat purchases and new products."""
    served = next((model for model in models if model["kind"] == NETWORK), None)
    if served is None:
        return _("Products bought before and new ones")
    repeat, explore = (_segment(served, name) for name in ("repeat", "explore"))
    targets = (repeat.get("targets") or 0) + (explore.get("targets") or 0)
    share = (repeat.get("targets") or 0) / targets if targets else None
    if targets and not explore.get("targets"):
        return _("Every target was bought before; there {model} reaches {repeat}").format(
            model=formats.model(served["name"]), repeat=formats.number(repeat.get(metric), 4)
        )
    if targets and not repeat.get("targets"):
        return _("No target was bought before; on new products {model} reaches {explore}").format(
            model=formats.model(served["name"]), explore=formats.number(explore.get(metric), 4)
        )
    return _(
        "{share} of targets were bought before; there {model} reaches {repeat}, on new products"
        " {explore}"
    ).format(
        model=formats.model(served["name"]),
        share=formats.percent(share),
        repeat=formats.number(repeat.get(metric), 4),
        explore=formats.number(explore.get(metric), 4),
    )


def has_segments(models: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether an evaluation has metrics of repeat purchases."""
    return any(_segment(model, "repeat") for model in models)


def _segment(model: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    metrics: Mapping[str, Any] = model.get("segments", {}).get("target", {}).get(name, {})
    return metrics


def _meaning(model: ModelValue) -> str:
    return NETWORK if model.kind == NETWORK else "baseline"


def _error_bars(values: Sequence[ModelValue], theme: str | None) -> dict[str, Any]:
    """Return the intervals as Plotly's ``error_x``."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [(model.high or model.value) - model.value for model in values],
        "arrayminus": [
            model.value - (model.value if model.low is None else model.low) for model in values
        ],
        "color": colour("line-strong", theme),
        "thickness": 1.5,
        "width": 4,
    }


def _table(values: Sequence[ModelValue], metric: str) -> Any:
    return _frame(
        {
            _("Model"): [model.name for model in values],
            metric_name(metric): [model.value for model in values],
            _("From"): [model.low for model in values],
            _("To"): [model.high for model in values],
        }
    )


def _frame(columns: Mapping[str, Any]) -> Any:
    return pd.DataFrame(dict(columns))
