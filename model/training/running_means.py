"""What the steps of an epoch have shown: since it was last told, and over the whole epoch."""

import time
from dataclasses import dataclass, field

SECONDS_BETWEEN_STEPS = 0.4


@dataclass
class TargetSums:
    """Sums over targets.

    Attributes
    ----------
    loss : float
    correct : float
        Targets whose product was ranked first.
    targets : int
    """

    loss: float = 0.0
    correct: float = 0.0
    targets: int = 0

    def add(self, loss: float, correct: float, targets: int) -> None:
        """Add a batch: its mean loss, how many of its targets came first, how many it has."""
        self.loss += loss * targets
        self.correct += correct
        self.targets += targets

    @property
    def means(self) -> dict[str, float]:
        """Return the loss and accuracy of a target.

        Examples
        --------
        >>> tally = TargetSums()
        >>> tally.add(2.0, 3, targets=4)
        >>> tally.means
        {'loss': 2.0, 'accuracy': 0.75}
        """
        return {"loss": self.loss / self.targets, "accuracy": self.correct / self.targets}


@dataclass
class RunningMeans:
    """Takes the batches of an epoch.

    Attributes
    ----------
    epoch, recent : TargetSums
        Over the whole epoch, and since ``take`` was last called.
    """

    epoch: TargetSums = field(default_factory=TargetSums)
    recent: TargetSums = field(default_factory=TargetSums)
    _since: float = field(default_factory=time.monotonic)

    def add(self, loss: float, correct: float, targets: int) -> None:
        """Add a batch, as ``TargetSums.add`` does."""
        for tally in (self.epoch, self.recent):
            tally.add(loss, correct, targets)

    @property
    def due(self) -> bool:
        """Whether it is time to tell how it goes."""
        return time.monotonic() - self._since > SECONDS_BETWEEN_STEPS

    def take(self) -> dict[str, float]:
        """Return loss, accuracy and targets a second since the last call, and begin anew."""
        now = time.monotonic()
        figures = self.recent.means | {"speed": self.recent.targets / (now - self._since)}
        self.recent, self._since = TargetSums(), now
        return figures
