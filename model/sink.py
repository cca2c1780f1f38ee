"""Where a training tells how it goes."""

from typing import Protocol


class Sink(Protocol):
    """Receives figures and signs of life while a run trains."""

    def metric(self, epoch: int, step: int | None, name: str, value: float) -> None:
        """Take a figure: of one step, or of a whole epoch where ``step`` is None."""

    def log(self, text: str) -> None:
        """Take a line of the log."""

    def beat(self) -> None:
        """Learn that the training is alive."""
