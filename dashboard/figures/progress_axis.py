"""The horizontal axis of training curves: epochs, steps or minutes."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dashboard.training_metrics import TrainingMetrics
from data.i18n import _

Axis = Literal["epoch", "step", "time"]
AXES: tuple[Axis, ...] = ("epoch", "step", "time")

_MINUTE = 60.0


@dataclass(frozen=True)
class View:
    """Axis, theme and identity of a chart of training curves.

    Attributes
    ----------
    axis : {"epoch", "step", "time"}
        The unit of the horizontal axis.
    theme : str or None
        ``"light"`` or ``"dark"``.
    about : str
        What is drawn, such as the run's name: the zoom is kept while this and the axis are equal.
    """

    axis: Axis = "epoch"
    theme: str | None = None
    about: str = ""


def epoch_positions(metrics: TrainingMetrics, axis: Axis) -> list[float]:
    """Return the position of the end of each epoch on an axis."""
    epochs = [int(entry["epoch"]) for entry in metrics.history]
    if axis == "epoch":
        return [float(epoch) for epoch in epochs]
    if axis == "step":
        return [epoch * metrics.steps_per_epoch for epoch in epochs]
    return _minutes(metrics, epochs)


def step_positions(metrics: TrainingMetrics, name: str, axis: Axis) -> list[float]:
    """Return the position of each step of a metric on an axis."""
    curve = metrics.curves[name]
    if axis == "epoch":
        return [step / metrics.steps_per_epoch for step in curve.step]
    if axis == "step":
        return [float(step) for step in curve.step]
    return [(time - metrics.start) / _MINUTE for time in curve.time]


def axis_title(axis: Axis) -> str:
    """Return the title of an axis."""
    return {"epoch": _("Epoch"), "step": _("Step"), "time": _("Minutes since the start")}[axis]


def axis_name(axis: Axis) -> str:
    """Return the label of an axis in the choice of axes."""
    return {"epoch": _("By epoch"), "step": _("By step"), "time": _("By time")}[axis]


def smooth(values: Sequence[float | None], span: float) -> list[float | None]:
    """Return an exponential moving average, corrected for the bias of its start towards zero.

    Parameters
    ----------
    values : sequence of float or None
        None where the metric was not a finite number; it stays None.
    span : float
        Span of the average: the weight of a new value is ``2 / (span + 1)``.

    Examples
    --------
    >>> smooth([4.0, 2.0, None, 2.0], span=3)
    [4.0, 2.6666666666666665, None, 2.2857142857142856]
    """
    decay = 1 - 2 / (max(span, 1.0) + 1)
    total = weight = 0.0
    smoothed: list[float | None] = []
    for value in values:
        if value is None:
            smoothed.append(None)
            continue
        total = decay * total + value
        weight = decay * weight + 1
        smoothed.append(total / weight)
    return smoothed


def _minutes(metrics: TrainingMetrics, epochs: Sequence[int]) -> list[float]:
    """Return the minutes from the start to the last step of each epoch.

    Where an epoch has no metrics by step, the seconds of the epochs are added up instead.
    """
    ends = {
        epoch: time
        for curve in metrics.curves.values()
        for epoch, time in zip(curve.epoch, curve.time, strict=True)
    }
    if all(epoch in ends for epoch in epochs):
        return [(ends[epoch] - metrics.start) / _MINUTE for epoch in epochs]
    seconds = itertools.accumulate(entry.get("seconds") or 0.0 for entry in metrics.history)
    return [total / _MINUTE for total in seconds]
