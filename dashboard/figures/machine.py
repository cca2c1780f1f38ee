"""Gauges of a training: learning rate, throughput, memory and processor time by step."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from dashboard import formats
from dashboard.figures.chart import Chart
from dashboard.figures.curves import THIN, curves
from dashboard.figures.line_chart import Line
from dashboard.figures.progress_axis import View, smooth, step_positions
from dashboard.figures.template import percentages
from dashboard.training_metrics import TrainingMetrics
from data.i18n import N_, _

_MEBIBYTE = 1 << 20
_SMOOTHED_SHARE = 25  # the span of a smoothed line is a 25th of its curve


@dataclass(frozen=True)
class Gauge:
    """A metric of the training process that is reported by step.

    Attributes
    ----------
    name : str
        Name of the metric.
    label, finding, subtitle : str
        Marked for translation; the finding contains the newest value.
    words : callable
        Formats a value.
    divisor : float
        Values are divided by it before they are drawn.
    smoothed : bool
        Whether a moving average is drawn, with the raw values faintly behind it.
    """

    name: str
    label: str
    finding: str
    subtitle: str
    words: Callable[[float], str]
    divisor: float = 1.0
    smoothed: bool = False


def _rate(value: float) -> str:
    """Return a learning rate with three significant digits, in the decimals of the language."""
    if not math.isfinite(value):
        return formats.MISSING
    digits = Decimal(f"{value:.3g}")
    return formats.number(float(digits), max(0, -int(digits.as_tuple().exponent)))


GAUGES = (
    Gauge(
        "learning_rate",
        N_("Learning rate"),
        N_("The learning rate is {value}"),
        N_("Size of a step of the optimizer"),
        _rate,
    ),
    Gauge(
        "speed",
        N_("Speed"),
        N_("The training processes {value} targets a second"),
        N_("Training targets per second, without the time of validation"),
        formats.compact,
        smoothed=True,
    ),
    Gauge(
        "memory",
        N_("Memory"),
        N_("The training process uses {value} MiB of memory"),
        N_("Memory of the training process, in MiB"),
        formats.number,
        divisor=_MEBIBYTE,
    ),
    Gauge(
        "processor",
        N_("Processor"),
        N_("The training process uses {value} of a core"),
        N_("Processor time of the training process; 100% is one core"),
        lambda value: formats.percent(value, 0),
        divisor=100.0,
        smoothed=True,
    ),
)


def gauge_chart(gauge: Gauge, metrics: TrainingMetrics, view: View) -> Chart:
    """Draw one of ``GAUGES``, which the training must have reported."""
    curve = metrics.curves[gauge.name]
    raw = [None if value is None else value / gauge.divisor for value in curve.value]
    x = step_positions(metrics, gauge.name, view.axis)
    values = smooth(raw, len(raw) / _SMOOTHED_SHARE) if gauge.smoothed else raw
    shadow = raw if gauge.smoothed else None
    line = Line(_(gauge.label), x, values, "training", THIN, shadow=shadow)
    figure = curves([line], view, digits=4 if gauge.name == "learning_rate" else 0)
    figure.update_yaxes(rangemode="tozero")
    if gauge.name == "processor":
        figure.update_yaxes(tickformat=percentages(".0%"))
        figure.update_traces(hovertemplate=percentages("%{y:.0%}"), selector={"hoverinfo": None})
    newest = next((value for value in reversed(values) if value is not None), 0.0)
    table = pd.DataFrame({_("Epoch"): curve.epoch, _("Step"): curve.step, _(gauge.label): raw})
    finding = _(gauge.finding).format(value=gauge.words(newest))
    return Chart(figure, finding, _(gauge.subtitle), table)
