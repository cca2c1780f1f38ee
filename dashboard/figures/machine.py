"""How a training runs rather than what it learns: learning rate, speed, memory, processor."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from dashboard import formats
from dashboard.figures.chart import Chart
from dashboard.figures.curves import THIN, curves
from dashboard.figures.line_chart import Line
from dashboard.figures.progress_axis import Learning, View, smooth
from data.i18n import N_, _

_MEBIBYTE = 1 << 20
_SMOOTHED_SHARE = 25  # a smoothed line averages over a 25th of its curve


@dataclass(frozen=True)
class Gauge:
    """One of these figures.

    Attributes
    ----------
    name : str
        As the training reports it by step.
    label, finding, subtitle : str
        Marked for translation; the finding names the newest value.
    words : callable
        Writes a value.
    divisor : float
        What a value is divided by where it is drawn.
    smoothed : bool
        Whether the raw line stands as a shadow behind a smoothed one.
    """

    name: str
    label: str
    finding: str
    subtitle: str
    words: Callable[[float], str]
    divisor: float = 1.0
    smoothed: bool = False


GAUGES = (
    Gauge(
        "learning_rate",
        N_("Learning rate"),
        N_("The learning rate is {value}"),
        N_("Size of a step of the optimizer"),
        lambda value: f"{value:.3g}",
    ),
    Gauge(
        "speed",
        N_("Speed"),
        N_("It learns from {value} targets a second"),
        N_("Targets a second of training; validation is not counted"),
        formats.compact,
        smoothed=True,
    ),
    Gauge(
        "memory",
        N_("Memory"),
        N_("The process holds {value} MiB of memory"),
        N_("Memory of the training process, in MiB"),
        formats.number,
        divisor=_MEBIBYTE,
    ),
    Gauge(
        "processor",
        N_("Processor"),
        N_("The process keeps {value} of a core busy"),
        N_("Processor time of the training process; 100% is one core"),
        lambda value: formats.percent(value, 0),
        divisor=100.0,
        smoothed=True,
    ),
)


def gauge(one: Gauge, learning: Learning, view: View) -> Chart:
    """Draw one of ``GAUGES``, which the training must have reported."""
    curve = learning.curves[one.name]
    raw = [None if value is None else value / one.divisor for value in curve.value]
    places = learning.step_places(one.name, view.axis)
    drawn = smooth(raw, len(raw) / _SMOOTHED_SHARE) if one.smoothed else raw
    shadow = raw if one.smoothed else None
    line = Line(_(one.label), places, drawn, "training", THIN, shadow=shadow)
    figure = curves([line], view, digits=4 if one.name == "learning_rate" else 0)
    figure.update_yaxes(rangemode="tozero")
    if one.name == "processor":
        figure.update_yaxes(tickformat=".0%")
        figure.update_traces(hovertemplate="%{y:.0%}", selector={"hoverinfo": None})
    newest = next((value for value in reversed(drawn) if value is not None), 0.0)
    table = pd.DataFrame({_("Epoch"): curve.epoch, _("Step"): curve.step, _(one.label): raw})
    return Chart(figure, _(one.finding).format(value=one.words(newest)), _(one.subtitle), table)
