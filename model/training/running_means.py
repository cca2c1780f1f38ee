"""Mean loss and accuracy of the steps of an epoch."""

import time
from dataclasses import dataclass, field

SECONDS_BETWEEN_REPORTS = 0.4


@dataclass
class TargetSums:
    """Sums over targets.

    Attributes
    ----------
    loss : float
    correct : float
        Targets that were ranked first.
    targets : int
    """

    loss: float = 0.0
    correct: float = 0.0
    targets: int = 0

    def add(self, loss: float, correct: float, targets: int) -> None:
        """Add a batch: its mean loss, its targets that were ranked first, all its targets."""
        self.loss += loss * targets
        self.correct += correct
        self.targets += targets

    @property
    def means(self) -> dict[str, float]:
        """Mean loss and accuracy per target.

        Examples
        --------
        >>> sums = TargetSums()
        >>> sums.add(2.0, 3, targets=4)
        >>> sums.means
        {'loss': 2.0, 'accuracy': 0.75}
        """
        return {"loss": self.loss / self.targets, "accuracy": self.correct / self.targets}


@dataclass
class RunningMeans:
    """Accumulates the batches of an epoch.

    Attributes
    ----------
    epoch, recent : TargetSums
        Over the whole epoch, and since ``take_recent`` was last called.
    """

    epoch: TargetSums = field(default_factory=TargetSums)
    recent: TargetSums = field(default_factory=TargetSums)
    _since: float = field(default_factory=time.monotonic)

    def add(self, loss: float, correct: float, targets: int) -> None:
        """Add a batch, as ``TargetSums.add`` does."""
        for sums in (self.epoch, self.recent):
            sums.add(loss, correct, targets)

    @property
    def report_is_due(self) -> bool:
        """Whether enough time has passed since ``take_recent`` was last called."""
        return time.monotonic() - self._since > SECONDS_BETWEEN_REPORTS

    def take_recent(self) -> dict[str, float]:
        """Return loss, accuracy and targets per second since the last call, and reset them."""
        now = time.monotonic()
        metrics = self.recent.means | {"speed": self.recent.targets / (now - self._since)}
        self.recent, self._since = TargetSums(), now
        return metrics
