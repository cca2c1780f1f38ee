"""What a training reports while it runs."""

from typing import Any, Protocol

from model.phases import Phase


class TrainingCallback(Protocol):
    """Receives the metrics, the log and the heartbeats of a training."""

    def metric(self, epoch: int, step: int | None, name: str, value: float) -> None:
        """Receive a metric: of one step, or of a whole epoch where ``step`` is None.

        Epochs and steps count from 1, steps over all epochs. ``progress`` is the fraction of the
        epoch that is done.
        """

    def progress(self, **numbers: float) -> None:
        """Receive numbers that are no curve.

        ``steps`` are the steps of an epoch; ``patience_over`` says whether patience ended the
        training, which it may do in the last epoch of the limit, too.
        """

    def phase(self, phase: Phase, share: float | None = None) -> None:
        """Receive which phase of the training runs, and the share of it that is done, if known."""

    def resumed(self, history: list[dict[str, Any]]) -> None:
        """Receive the completed epochs of the training that is resumed."""

    def saved(self) -> None:
        """Receive that the checkpoint and the history of the last complete epoch are written."""

    def log(self, text: str) -> None:
        """Receive a line of the log."""

    def heartbeat(self) -> None:
        """Receive a sign that the training is alive."""
