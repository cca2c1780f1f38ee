"""Where a training tells how it goes."""

from typing import Any, Protocol


class Sink(Protocol):
    """Receives figures and signs of life while a run trains."""

    def metric(self, epoch: int, step: int | None, name: str, value: float) -> None:
        """Take a figure: of one step, or of a whole epoch where ``step`` is None.

        Epochs and steps count from 1, steps over all epochs. ``progress`` is the share of the
        epoch that is done.
        """

    def progress(self, **numbers: float) -> None:
        """Take numbers that are shown but are no curve: ``steps`` of an epoch."""

    def resumed(self, history: list[dict[str, Any]]) -> None:
        """Learn which epochs lie behind, when an earlier try is gone on with."""

    def log(self, text: str) -> None:
        """Take a line of the log."""

    def beat(self) -> None:
        """Learn that the training is alive."""
