"""Where epochs and steps of a training lie on its horizontal axis: by epoch, step or time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from dashboard.jobs.metric_reader import Curve
from data.i18n import _

Axis = Literal["epoch", "step", "time"]
AXES: tuple[Axis, ...] = ("epoch", "step", "time")
History = Sequence[Mapping[str, Any]]

_MINUTE = 60.0


@dataclass(frozen=True)
class Learning:
    """What a training has reported so far.

    Attributes
    ----------
    history : sequence of mapping
        One an epoch, as ``Runs.metrics.history`` returns it.
    curves : mapping
        Figures by step, by name.
    steps : float or None
        Steps of one epoch, where they are known.
    """

    history: History = ()
    curves: Mapping[str, Curve] = field(default_factory=dict)
    steps: float | None = None

    @property
    def steps_an_epoch(self) -> float:
        """Return how many steps make an epoch, as well as it is known."""
        if self.steps:
            return self.steps
        longest = max(self.curves.values(), key=lambda curve: len(curve.step), default=None)
        if longest is None or not longest.step:
            return 1.0
        return longest.step[-1] / max(longest.epoch[-1], 1)

    @property
    def begun(self) -> float:
        """Return the moment of the first figure by step, in seconds since 1970."""
        return min((curve.time[0] for curve in self.curves.values() if curve.time), default=0.0)

    def figures(self, name: str) -> list[float | None]:
        """Return a figure of each epoch; None where it was not reported."""
        return [entry.get(name) for entry in self.history]

    def epoch_places(self, axis: Axis) -> list[float]:
        """Return where the end of each epoch lies."""
        epochs = [float(entry["epoch"]) for entry in self.history]
        if axis == "epoch":
            return epochs
        if axis == "step":
            return [epoch * self.steps_an_epoch for epoch in epochs]
        return self._minutes(epochs)

    def step_places(self, name: str, axis: Axis) -> list[float]:
        """Return where each step of a figure lies."""
        curve = self.curves[name]
        if axis == "epoch":
            return [step / self.steps_an_epoch for step in curve.step]
        if axis == "step":
            return [float(step) for step in curve.step]
        return [(time - self.begun) / _MINUTE for time in curve.time]

    def _minutes(self, epochs: Sequence[float]) -> list[float]:
        """Return the minutes at which epochs ended: those of their last steps."""
        ends = {
            epoch: time
            for curve in self.curves.values()
            for epoch, time in zip(curve.epoch, curve.time, strict=True)
        }
        if all(epoch in ends for epoch in epochs):
            return [(ends[int(epoch)] - self.begun) / _MINUTE for epoch in epochs]
        passed, places = 0.0, []
        for entry in self.history:
            passed += entry.get("seconds") or 0.0
            places.append(passed / _MINUTE)
        return places


@dataclass(frozen=True)
class View:
    """How the progress of a training is looked at.

    Attributes
    ----------
    axis : {"epoch", "step", "time"}
        What runs along the horizontal axis.
    theme : str or None
        ``"light"`` or ``"dark"``.
    about : str
        What is looked at, such as the run's name: another one, or another axis, forgets the zoom.
    """

    axis: Axis = "epoch"
    theme: str | None = None
    about: str = ""


def axis_title(axis: Axis) -> str:
    """Return what stands below the axis."""
    return {"epoch": _("Epoch"), "step": _("Step"), "time": _("Minutes since the start")}[axis]


def axis_name(axis: Axis) -> str:
    """Return the word for a choice of axis."""
    return {"epoch": _("By epoch"), "step": _("By step"), "time": _("By time")}[axis]


def smooth(values: Sequence[float | None], span: float) -> list[float | None]:
    """Return an exponential moving average that starts without a bias towards zero.

    Parameters
    ----------
    values : sequence of float or None
        None where the figure was not a number; it stays a gap.
    span : float
        Over about how many values the average reaches.

    Examples
    --------
    >>> smooth([4.0, 2.0, None, 2.0], span=3)
    [4.0, 2.6666666666666665, None, 2.2857142857142856]
    """
    keep = 1 - 2 / (max(span, 1.0) + 1)
    total = weight = 0.0
    smoothed: list[float | None] = []
    for value in values:
        if value is None:
            smoothed.append(None)
            continue
        total = keep * total + value
        weight = keep * weight + 1
        smoothed.append(total / weight)
    return smoothed
