"""A run's network among the baselines, each figure with its 95 % interval."""

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
from model.baselines import BASELINES

MOST_RUNGS = 12
NETWORK = "network"
BLEND = "blend"
SEGMENT_NAMES = {"repeat": N_("Bought before"), "explore": N_("New to the buyer")}
_ROW = 28  # pixels of a rung


@dataclass(frozen=True)
class Rung:
    """One model's figure: its value and the ends of its interval, where there is one.

    ``behind`` is the paired interval of how far it lies behind what the run serves.
    """

    name: str
    kind: str
    value: float
    low: float | None = None
    high: float | None = None
    behind: tuple[float, float] | None = None
    served: bool = False


def rungs(models: Sequence[Mapping[str, Any]], metric: str) -> list[Rung]:
    """Return the models that have a figure, the best one first.

    At most twelve are kept; the network is always one of them.
    """
    found = []
    for number, model in enumerate(models):
        value = model["metrics"].get(metric)
        if value is not None:
            low, high = model.get("ci95", {}).get(metric) or (None, None)
            behind = model.get("behind95", {}).get(metric)
            name = model_name(model["name"])
            rung = Rung(name, model["kind"], float(value), low, high, behind, served=number == 0)
            found.append(rung)
    found.sort(key=lambda rung: (rung.value, rung.kind == NETWORK), reverse=True)
    if len(found) <= MOST_RUNGS:
        return found
    networks = [rung for rung in found[MOST_RUNGS:] if rung.kind == NETWORK]
    return [*found[: MOST_RUNGS - len(networks)], *networks]


def model_name(name: str) -> str:
    """Return the label of a model: the blend, a baseline or a network."""
    if name == BLEND:
        return _("Blend")
    return BASELINES.label(name) if name in BASELINES else formats.network(name)


def ladder(models: Sequence[Mapping[str, Any]], metric: str, theme: str | None) -> Chart:
    """Draw every model's figure as a dot on its interval, the best one on top."""
    found = rungs(models, metric)
    drawn = figure(
        theme,
        height=_ROW * len(found) + 64,
        yaxis={"showgrid": False, "autorange": "reversed"},
        xaxis={"rangemode": "tozero", "showgrid": True},
        margin={"l": 8, "r": 24, "t": 8, "b": 8},
    )
    drawn.add_scatter(
        x=[rung.value for rung in found],
        y=[rung.name for rung in found],
        mode="markers+text",
        marker={"size": 10, "color": [colour(_meaning(rung), theme) for rung in found]},
        error_x=_intervals(found, theme),
        text=[formats.number(rung.value, 4) for rung in found],
        textposition="top center",
        hovertemplate="%{y}: %{x:.4f}<extra></extra>",
    )
    return Chart(
        drawn,
        ladder_finding(found, metric),
        _("{metric} on the test part with its 95% interval, by resampling buyers").format(
            metric=metric_name(metric)
        ),
        _table(found, metric),
    )


def ladder_finding(found: Sequence[Rung], metric: str) -> str:
    """Say where the network stands among the baselines."""
    network = next((rung for rung in found if rung.kind == NETWORK), None)
    baselines = [rung for rung in found if rung.kind != NETWORK]
    if network is None or not baselines:
        return _("{metric} on the test part").format(metric=metric_name(metric))
    rival = baselines[0]
    if network.value == rival.value:
        words = _("The network and {rival} are level: {own} in {metric}")
    elif network.value > rival.value:
        words = (
            _("The network is clearly ahead of every baseline: {own} in {metric}")
            if all(_certain(network, baseline) for baseline in baselines)
            else _("The network is ahead of {rival}, {own} to {other} in {metric}, within chance")
        )
    else:
        words = (
            _("{rival} is clearly ahead of the network: {other} to {own} in {metric}")
            if _certain(network, rival)
            else _("{rival} is ahead of the network, {other} to {own} in {metric}, within chance")
        )
    return words.format(
        rival=rival.name,
        own=formats.number(network.value, 4),
        other=formats.number(rival.value, 4),
        metric=metric_name(metric),
    )


def _certain(network: Rung, rival: Rung) -> bool:
    """Tell whether two models differ by more than chance: on the same targets, where that is known.

    Paired, a difference is seen much sooner than by whether the intervals overlap.
    """
    if network.served and rival.behind is not None:
        low, high = rival.behind
        return low > 0 or high < 0
    first, second = (network, rival) if network.value > rival.value else (rival, network)
    return first.low is not None and second.high is not None and first.low > second.high


def segments(models: Sequence[Mapping[str, Any]], metric: str, theme: str | None) -> Chart:
    """Draw a figure of products bought before beside that of products new to the buyer."""
    order = {rung.name: place for place, rung in enumerate(rungs(models, metric))}
    known = [model for model in models if model_name(model["name"]) in order]
    known.sort(key=lambda model: order[model_name(model["name"])])
    drawn = figure(
        theme,
        height=_ROW * len(known) + 64,
        yaxis={"showgrid": False, "autorange": "reversed"},
        xaxis={"rangemode": "tozero", "showgrid": True},
        showlegend=True,
        margin={"l": 8, "r": 24, "t": 32, "b": 8},
    )
    names = [model_name(model["name"]) for model in known]
    columns: dict[str, list[Any]] = {_("Model"): names}
    for segment, hue in (("repeat", "purchase"), ("explore", "view")):
        values = [_segment(model, segment).get(metric) for model in known]
        heading = _(SEGMENT_NAMES[segment])
        columns[heading] = values
        drawn.add_scatter(
            x=values,
            y=names,
            mode="markers",
            name=heading,
            marker={"size": 10, "color": colour(hue, theme)},
            hovertemplate=heading + ", %{y}: %{x:.4f}<extra></extra>",
        )
    return Chart(
        drawn,
        segments_finding(models, metric),
        _("{metric} on test targets that the buyer had bought before, and on new ones").format(
            metric=metric_name(metric)
        ),
        _frame(columns),
    )


def segments_finding(models: Sequence[Mapping[str, Any]], metric: str) -> str:
    """Say how much of what the network gets right is buying the same again."""
    network = next((model for model in models if model["kind"] == NETWORK), None)
    if network is None:
        return _("Products bought before and new ones")
    repeat, explore = (_segment(network, name) for name in ("repeat", "explore"))
    targets = (repeat.get("targets") or 0) + (explore.get("targets") or 0)
    share = (repeat.get("targets") or 0) / targets if targets else None
    return _(
        "{share} of targets were bought before; there the network reaches {repeat}, on new"
        " products {explore}"
    ).format(
        share=formats.percent(share),
        repeat=formats.number(repeat.get(metric), 4),
        explore=formats.number(explore.get(metric), 4),
    )


def has_segments(models: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether an evaluation distinguishes repeated from new products."""
    return any(_segment(model, "repeat") for model in models)


def _segment(model: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = model.get("segments", {}).get("target", {}).get(name, {})
    return found


def _meaning(rung: Rung) -> str:
    return NETWORK if rung.kind == NETWORK else "baseline"


def _intervals(found: Sequence[Rung], theme: str | None) -> dict[str, Any]:
    """Return what Plotly draws as the ends of intervals."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [(rung.high or rung.value) - rung.value for rung in found],
        "arrayminus": [
            rung.value - (rung.value if rung.low is None else rung.low) for rung in found
        ],
        "color": colour("line-strong", theme),
        "thickness": 1.5,
        "width": 4,
    }


def _table(found: Sequence[Rung], metric: str) -> Any:
    return _frame(
        {
            _("Model"): [rung.name for rung in found],
            metric_name(metric): [rung.value for rung in found],
            _("From"): [rung.low for rung in found],
            _("To"): [rung.high for rung in found],
        }
    )


def _frame(columns: Mapping[str, Any]) -> Any:
    return pd.DataFrame(dict(columns))
