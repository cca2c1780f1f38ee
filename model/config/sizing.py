"""The settings of ``best`` that follow from the size of a log.

A rule of sizes only: how many events and products a log has, never which log it is. What was
measured for it is in ``tests/benchmarks/RESULTS.md``.
"""

import dataclasses
import math
from dataclasses import dataclass

from data.datasets.dataset import Dataset
from data.i18n import _, ngettext, number
from data.preparation.preparation import Preparation
from model.config.run_config import RunConfig

TRAINING_SHARE = 0.8
"""Share of the targets before the first cut of the temporal protocol."""
STEPS_OF_AN_EPOCH = 50
"""Steps that an epoch should have, as far as the bounds of the batch size allow: more took longer
and ranked no better."""
SMALLEST_BATCH, LARGEST_BATCH = 64, 2048
REFERENCE_BATCH, REFERENCE_RATE = 512, 0.002
FEW_PRODUCTS = 2048
"""Products up to which a full softmax costs no more than a sampled one."""
MOST_EVENTS = 40_000_000
"""Events that all epochs together read, at most: an hour or two on two cores, which read 5,000 to
10,000 a second."""
FEWEST_EPOCHS, MOST_EPOCHS = 5, 100
ENSEMBLES = ((100_000, 5), (250_000, 3))
"""Training events up to which an ensemble is trained, and its networks: a quarter of an hour on two
cores, by the speed of MovieLens 100K."""
LEAST_PATIENCE, MOST_PATIENCE = 3, 8


@dataclass(frozen=True)
class LogSize:
    """The size of a log.

    Attributes
    ----------
    events : int
        Events of the types that histories hold.
    products : int
        Products in events of any type.
    """

    events: int
    products: int

    @classmethod
    def of(cls, dataset: Dataset, preparation: Preparation) -> "LogSize":
        """Return the size of a dataset before its filters, as its manifest counts it."""
        summary = dataset.manifest.summary
        types = summary["events_by_type"]
        events = sum(types.get(name, 0) for name in preparation.history_types or types)
        return cls(events, summary["products"])

    @property
    def training_events(self) -> int:
        """Events that an epoch reads, about."""
        return int(TRAINING_SHARE * self.events)


def sized(config: RunConfig, size: LogSize) -> RunConfig:
    """Return a configuration with the settings that follow from the size of a log.

    - The batch is the power of two that gives an epoch about ``STEPS_OF_AN_EPOCH`` steps, and the
      learning rate of Adam grows with its square root (Malladi et al. 2022).
    - A small catalogue has a full softmax.
    - Epochs are a limit, so high that patience comes first where it can: at most ``MOST_EPOCHS``,
      fewer where they would read more than ``MOST_EVENTS``. Patience is a tenth of it.
    - Of a small log an ensemble is trained, of more networks where the log is smaller.

    Examples
    --------
    >>> small, large = LogSize(6_000, 1_800), LogSize(1_400_000, 68_000)
    >>> for size in (small, large):
    ...     it = sized(RunConfig(), size)
    ...     print(it.batch_size, it.learning_rate, it.loss, it.epochs, it.early_stopping)
    ...     print(it.ensemble_size)
    128 0.001 full_softmax 100 8
    5
    2048 0.004 sampled_softmax 35 4
    1
    """
    events = max(size.training_events, 1)
    batch = 2 ** round(math.log2(max(events / STEPS_OF_AN_EPOCH, SMALLEST_BATCH)))
    batch = min(batch, LARGEST_BATCH)
    epochs = min(max(MOST_EVENTS // events, FEWEST_EPOCHS), MOST_EPOCHS)
    return dataclasses.replace(
        config,
        batch_size=batch,
        learning_rate=round(REFERENCE_RATE * math.sqrt(batch / REFERENCE_BATCH), 4),
        loss="full_softmax" if size.products <= FEW_PRODUCTS else "sampled_softmax",
        epochs=epochs,
        early_stopping=min(max(round(epochs / 10), LEAST_PATIENCE), MOST_PATIENCE),
        ensemble_size=next((n for most, n in ENSEMBLES if size.training_events <= most), 1),
    )


def reason(config: RunConfig, size: LogSize) -> str:
    """Return a sentence on what the settings that ``sized`` chooses mean for a log of a size.

    Examples
    --------
    >>> log = LogSize(100_000, 1_682)
    >>> print(reason(sized(RunConfig(), log), log))
    For about 80,000 training events and 1,682 products, before the preparation: an ensemble of 5
    networks; batches of 2,048 events, 40 of them an epoch, with a learning rate of 0.0040; a
    softmax over all products; patience ends the training after 8 epochs without a better one, at
    the latest it ends after 100.
    """
    loss = (
        _("a softmax over all products")
        if config.loss == "full_softmax"
        else _("a softmax over {negatives} sampled products")
    )
    end = (
        _(
            "patience ends the training after {patience} epochs without a better one, at the latest"
            " it ends after {epochs}"
        )
        if config.early_stopping
        else _("training ends after {epochs} epochs")
    )
    networks = ngettext("one network", "an ensemble of {n} networks", config.ensemble_size)
    words = _(
        "For about {events} training events and {products} products, before the preparation:"
        " {networks}; batches of {batch} events, {batches} of them an epoch, with a learning rate"
        " of {rate}; {loss}; {end}."
    )
    return words.format(
        events=number(size.training_events),
        networks=networks.format(n=config.ensemble_size),
        products=number(size.products),
        batch=number(config.batch_size),
        batches=number(math.ceil(size.training_events / config.batch_size)),
        rate=number(config.learning_rate, 4),
        loss=loss.format(negatives=number(config.negatives)),
        end=end.format(patience=config.early_stopping, epochs=config.epochs),
    )
