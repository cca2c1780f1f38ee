"""A dataset, prepared and split into training, validation and test by a configuration."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from data.datasets.attribute_table import AttributeTable
from data.datasets.dataset import Dataset
from data.errors import BadInput
from data.i18n import _
from data.preparation.prepare import PreparedEvents, prepare
from data.preparation.sequences import FIRST, Longs, Sequences, sequences
from data.preparation.splits import Split, split
from model.config.run_config import RunConfig
from model.sequences.buyer_attributes import BUYER, BuyerAttributes
from model.sequences.features import event_columns
from model.sequences.histories import (
    EventColumns,
    Histories,
    histories_of_targets,
    repeat_share,
    training_histories,
)


@dataclass(frozen=True)
class SplitData:
    """The training events, and the validation and test targets.

    Attributes
    ----------
    sequences : Sequences
        All events of every buyer; the vocabularies are of the training events only.
    split : Split
        Training, validation and test targets, and the end of each event's history.
    columns : mapping
        Columns of the events that networks and baselines read, each of shape (events,).
    buyer_attributes : BuyerAttributes
        Those whose codes the column ``buyer`` holds; empty where the dataset has none.
    product_attributes : AttributeTable
        What is known of the products, where the configuration asks for it.
    has_times : bool
        Whether the log has times; otherwise the place of an event stands for its time.
    """

    sequences: Sequences
    split: Split
    columns: EventColumns
    buyer_attributes: BuyerAttributes = field(default_factory=BuyerAttributes)
    product_attributes: AttributeTable = field(default_factory=AttributeTable)
    has_times: bool = True

    @property
    def products(self) -> int:
        """Number of ranked products: those of the training events of every type."""
        return len(self.sequences.products.ids)

    @cached_property
    def buyers(self) -> Histories:
        """The training events of each buyer, as one history."""
        return training_histories(self.columns, self.sequences.offsets, self.split.visible)

    @property
    def has_other_types(self) -> bool:
        """Whether histories hold events of types that are not predicted."""
        return not self.sequences.is_target.all()

    @cached_property
    def repeat_share(self) -> float:
        """Share of the training targets whose product is in their history; 0 without targets."""
        return repeat_share(self.buyers)

    @cached_property
    def ordered_share(self) -> float:
        """Share of the training targets that are later than the same buyer's target before them.

        The others have the time of the one before; 0 without such pairs, and where the log has no
        times, so that the order of its lines stands for them.
        """
        if not self.has_times:
            return 0.0
        targets = np.sort(self.split.train)
        user, time = self.sequences.user[targets], self.sequences.time[targets]
        is_later = np.diff(time)[user[1:] == user[:-1]] > 0
        return float(is_later.mean()) if len(is_later) else 0.0

    @cached_property
    def popularity(self) -> Longs:
        """Number of training targets of each product, shape (products,)."""
        return self.sequences.products.counts

    def histories(self, targets: Longs) -> Histories:
        """Return the history of each target, of at most the length that the protocol allows."""
        histories = histories_of_targets(self.columns, self.sequences.offsets, targets)
        return histories.latest(self.split.history)

    def sets(self, targets: Longs) -> Longs | None:
        """Return the number of each held-out target's set, from 0; None where there are no sets."""
        if not self.split.in_sets:
            return None
        numbers: Longs = np.unique(self.split.ends[targets], return_inverse=True)[1]
        return numbers

    def answers(self, targets: Longs) -> Longs:
        """Return the index of each target among the ranked products; -1 for a cold one."""
        codes = self.sequences.product[targets].astype(np.int64)
        return np.where(codes >= FIRST, codes - FIRST, -1)


def split_dataset(
    config: RunConfig, dataset: Dataset, attributes: BuyerAttributes | None = None
) -> SplitData:
    """Prepare and split a dataset; parameters and errors are those of ``split_prepared``."""
    prepared = prepare(dataset, config.preparation, with_products=config.product_attributes)
    return split_prepared(prepared, config, attributes)


def split_prepared(
    prepared: PreparedEvents, config: RunConfig, attributes: BuyerAttributes | None = None
) -> SplitData:
    """Split prepared events by the protocol of a configuration.

    Parameters
    ----------
    prepared : PreparedEvents
    config : RunConfig
    attributes : BuyerAttributes, optional
        The attributes of buyers that a finished run knows; by default those of its training.

    Raises
    ------
    BadInput
        Where there are no training, validation or test targets.
    """
    parts = split(prepared, config.protocol, config.seed, config.moment, config.horizon_days)
    for targets, name in (
        (parts.train, _("training")),
        (parts.validation, _("validation")),
        (parts.test, _("test")),
    ):
        if not len(targets):
            sentence = _(
                "No target is left for the {part} under protocol {protocol};"
                " loosen the preparation or bring more purchases."
            )
            if config.protocol == "horizon":
                sentence = _(
                    "No target is left for the {part} under protocol {protocol};"
                    " lower horizon_days (now {days}) or bring more purchases."
                )
            raise BadInput(
                sentence.format(part=name, protocol=config.protocol, days=config.horizon_days)
            )
    all_sequences = sequences(prepared, parts.visible)
    if attributes is None:
        training = all_sequences.users[np.unique(all_sequences.user[parts.visible])]
        attributes = BuyerAttributes.of(prepared.buyers, training)
    return with_columns(all_sequences, prepared, parts, config, attributes)


def with_columns(
    sequences: Sequences,
    prepared: PreparedEvents,
    parts: Split,
    config: RunConfig,
    attributes: BuyerAttributes,
) -> SplitData:
    """Return split sequences with the columns that networks and baselines read."""
    columns = event_columns(sequences, config.columns) | {
        "lag": np.arange(len(sequences)) - parts.ends,
        "asking_time": parts.asking_time,
    }
    if attributes:
        codes = attributes.codes_of_users(prepared.buyers, sequences.users)
        columns[BUYER] = codes[sequences.user]
    return SplitData(
        sequences,
        parts,
        EventColumns(columns),
        attributes,
        prepared.products,
        has_times=prepared.has_times,
    )
