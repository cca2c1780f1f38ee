"""The settings of ``best`` that follow from the size of a log.

A rule of sizes only: how many targets, buyers and products a log has, never which log it is. What
was measured for it is in ``tests/benchmarks/RESULTS.md``.
"""

import dataclasses
import math
from dataclasses import dataclass

from data.datasets.store import Dataset
from data.i18n import _, number
from data.preparation.preparation import Preparation
from model.config.run_config import RunConfig

TRAINING_SHARE = 0.8
"""Share of the targets before the first cut of the temporal protocol."""
STEPS_OF_AN_EPOCH = 200
"""Steps that an epoch should have, as far as the bounds of the batch size allow."""
SMALLEST_BATCH, LARGEST_BATCH = 64, 2048
REFERENCE_BATCH, REFERENCE_RATE = 512, 0.002
FEW_PRODUCTS = 2048
"""Products up to which a full softmax costs no more than a sampled one."""
MOST_TARGETS = 40_000_000
"""Training targets of all epochs together, at most: about an hour where a core trains 10,000 a
second."""
FEWEST_EPOCHS, MOST_EPOCHS = 12, 100
LEAST_PATIENCE, MOST_PATIENCE = 4, 8


@dataclass(frozen=True)
class LogSize:
    """The size of a log.

    Attributes
    ----------
    targets : int
        Events of the types that are predicted.
    users : int
        Users with such an event: buyers where purchases are predicted, else of any type.
    products : int
        Products in events of any type.
    """

    targets: int
    users: int
    products: int

    @classmethod
    def of(cls, dataset: Dataset, preparation: Preparation) -> "LogSize":
        """Return the size of a dataset before its filters, as its manifest counts it."""
        summary = dataset.manifest.summary
        types = summary["events_by_type"]
        predicted = preparation.target_types or types
        targets = sum(types.get(name, 0) for name in predicted)
        users = summary["buyers" if tuple(predicted) == ("purchase",) else "users"]
        return cls(targets, users, summary["products"])

    @property
    def training_targets(self) -> int:
        """Targets of an epoch, about: without the first event of each user, which has no history.

        Examples
        --------
        >>> LogSize(targets=100_000, users=943, products=1682).training_targets
        79057
        """
        return training_targets(self.targets, self.users)


def training_targets(targets: int, users: int) -> int:
    """Return about how many of the targets of a log an epoch trains on."""
    return max(int(TRAINING_SHARE * targets) - users, 0)


def sized(config: RunConfig, size: LogSize) -> RunConfig:
    """Return a configuration with the settings that follow from the size of a log.

    - The batch is the power of two that gives an epoch about ``STEPS_OF_AN_EPOCH`` steps, and the
      learning rate of Adam grows with its square root (Malladi et al. 2022).
    - A small catalogue has a full softmax.
    - Epochs are a limit, so high that patience comes first where it can: at most ``MOST_EPOCHS``,
      fewer where they would be more than ``MOST_TARGETS`` targets. Patience is a tenth of it.

    Examples
    --------
    >>> small, large = LogSize(6_000, 3_000, 1_800), LogSize(1_400_000, 2_500, 68_000)
    >>> for size in (small, large):
    ...     it = sized(RunConfig(), size)
    ...     print(it.batch_size, it.learning_rate, it.loss, it.epochs, it.early_stopping)
    64 0.0007 full_softmax 100 8
    2048 0.004 sampled_softmax 35 4
    """
    targets = max(size.training_targets, 1)
    batch = 2 ** round(math.log2(targets / STEPS_OF_AN_EPOCH))
    batch = min(max(batch, SMALLEST_BATCH), LARGEST_BATCH)
    epochs = min(max(MOST_TARGETS // targets, FEWEST_EPOCHS), MOST_EPOCHS)
    return dataclasses.replace(
        config,
        batch_size=batch,
        learning_rate=round(REFERENCE_RATE * math.sqrt(batch / REFERENCE_BATCH), 4),
        loss="full_softmax" if size.products <= FEW_PRODUCTS else "sampled_softmax",
        epochs=epochs,
        early_stopping=min(max(round(epochs / 10), LEAST_PATIENCE), MOST_PATIENCE),
    )


def reason(config: RunConfig, size: LogSize) -> str:
    """Return a sentence that says what ``sized`` chose for a log, and why."""
    targets = size.training_targets
    steps = math.ceil(targets / config.batch_size)
    loss = (
        _("a full softmax, since there are only {products} products")
        if config.loss == "full_softmax"
        else _("a sampled softmax, since there are {products} products")
    ).format(products=number(size.products))
    return _(
        "Chosen for about {targets} training targets: batches of {batch} give {steps} steps an"
        " epoch, with a learning rate of {rate}; {loss}; training ends after {patience} epochs"
        " without a better one, at the latest after {epochs}."
    ).format(
        targets=number(targets),
        batch=number(config.batch_size),
        steps=number(steps),
        rate=number(config.learning_rate, 4),
        loss=loss,
        patience=config.early_stopping,
        epochs=config.epochs,
    )
