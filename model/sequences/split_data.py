"""A task: one dataset, prepared and split as a run's configuration says."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.datasets.store import Dataset
from data.errors import BadInput
from data.i18n import _
from data.preparation.prepare import Prepared, prepare
from data.preparation.sequences import FIRST, Longs, Sequences, sequences
from data.preparation.splits import Split, split
from model.config.run_config import RunConfig
from model.sequences.features import event_columns
from model.sequences.histories import Columns, Histories, of_buyers, of_targets


@dataclass(frozen=True)
class SplitData:
    """What there is to learn and what it is judged on.

    Attributes
    ----------
    sequences : Sequences
        Every buyer's events; vocabularies of the visible ones only.
    split : Split
        Training, validation and test targets.
    columns : mapping
        The events' columns that networks and baselines read.
    """

    sequences: Sequences
    split: Split
    columns: Columns

    @property
    def products(self) -> int:
        """How many products training has seen: those that are ranked."""
        return len(self.sequences.products.ids)

    @cached_property
    def buyers(self) -> Histories:
        """What training sees, one history a buyer."""
        return of_buyers(self.columns, self.sequences.offsets, self.split.visible)

    @cached_property
    def popularity(self) -> Longs:
        """In how many visible events each product occurs, shape (products,)."""
        return self.sequences.products.counts

    def histories(self, targets: Longs) -> Histories:
        """Return the targets' histories, as long as the protocol lets them be."""
        whole = of_targets(self.columns, self.sequences.offsets, targets)
        return whole.latest(self.split.history)

    def answers(self, targets: Longs) -> Longs:
        """Return each target's index among the ranked products; -1 where it is not one."""
        codes = self.sequences.product[targets].astype(np.int64)
        return np.where(codes >= FIRST, codes - FIRST, -1)


def split_dataset(config: RunConfig, dataset: Dataset) -> SplitData:
    """Prepare and split a dataset as the configuration says; raises as ``split_prepared`` does."""
    return split_prepared(prepare(dataset, config.preparation), config)


def split_prepared(prepared: Prepared, config: RunConfig) -> SplitData:
    """Split prepared events as the configuration says.

    Raises
    ------
    BadInput
        Where nothing is left to learn from or to be judged on.
    """
    parts = split(prepared, config.protocol, config.seed)
    for targets, name in (
        (parts.train, _("training")),
        (parts.validation, _("validation")),
        (parts.test, _("test")),
    ):
        if not len(targets):
            raise BadInput(
                _(
                    "No target is left for the {part} under protocol {protocol};"
                    " loosen the preparation or bring more purchases."
                ).format(part=name, protocol=config.protocol)
            )
    found = sequences(prepared, parts.visible)
    return SplitData(found, parts, event_columns(found, config.columns))
