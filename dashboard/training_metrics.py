"""The metrics that a training has reported, by epoch and by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from model.training.monitored import best_epoch

History = Sequence[Mapping[str, Any]]
"""One mapping an epoch: ``epoch``, counted from 1, and the metrics of the whole of it."""


@dataclass(frozen=True)
class Curve:
    """A metric by step, thinned to what a screen can show: four lists of equal length."""

    epoch: list[int]
    step: list[int]
    value: list[float | None]
    time: list[float]


@dataclass(frozen=True)
class TrainingMetrics:
    """The metrics that a training has reported so far.

    Attributes
    ----------
    history : sequence of mapping
        The metrics of each epoch.
    curves : mapping
        Metrics by step, by name.
    steps : float or None
        Steps of one epoch, where they are known.
    """

    history: History = ()
    curves: Mapping[str, Curve] = field(default_factory=dict)
    steps: float | None = None

    @property
    def best(self) -> dict[str, Any]:
        """The metrics of the epoch with the best monitored figure; empty before there is one."""
        return best_epoch(self.history)

    @property
    def steps_per_epoch(self) -> float:
        """The steps of one epoch, estimated from the longest curve where they are not known."""
        if self.steps:
            return self.steps
        longest = max(self.curves.values(), key=lambda curve: len(curve.step), default=None)
        if longest is None or not longest.step:
            return 1.0
        return longest.step[-1] / max(longest.epoch[-1], 1)

    @property
    def start(self) -> float:
        """The time of the first metric by step, in seconds since 1970; 0 where there is none."""
        return min((curve.time[0] for curve in self.curves.values() if curve.time), default=0.0)

    def values(self, name: str) -> list[float | None]:
        """Return a metric of each epoch; None where it was not reported."""
        return [entry.get(name) for entry in self.history]


def extreme_epoch(history: History, name: str, *, highest: bool) -> dict[str, Any]:
    """Return the epoch with the lowest or highest value of a metric; the earlier one of equals.

    Empty where no epoch has the metric. Which epoch is the best one is decided by the monitored
    figure alone, see ``model.training.monitored``.

    Examples
    --------
    >>> history = [{"epoch": 1, "val_loss": 6.1}, {"epoch": 2, "val_loss": 5.9}]
    >>> extreme_epoch(history, "val_loss", highest=False)
    {'epoch': 2, 'val_loss': 5.9}
    """
    entries = [entry for entry in history if entry.get(name) is not None]
    sign = -1.0 if highest else 1.0
    return dict(min(entries, key=lambda entry: sign * entry[name], default={}))
