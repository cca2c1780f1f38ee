"""Vocabulary sizes and feature statistics that a network is built with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from model.sequences.features import NUMBERS, sizes, traits
from model.sequences.histories import Array
from model.sequences.split_data import SplitData

Scale = tuple[float, float]


@dataclass(frozen=True)
class DataSizes:
    """Vocabulary sizes and scales of numeric features, over the training events.

    Attributes
    ----------
    codes : mapping of str to int
        Number of codes of each categorical feature, padding and unknown included.
    plain, logarithmic : mapping of str to (mean, deviation)
        Of each numeric feature, and of log(1 + value).
    traits : int array [products, traits of a product]
        Traits (attributes) of each ranked product, as rows of one embedding table.
    buyer : tuple of int
        Number of codes of each attribute of buyers.
    target_types : tuple of int
        Codes of the event types that are predicted, where there are others.
    """

    codes: Mapping[str, int]
    plain: Mapping[str, Scale] = field(default_factory=dict)
    logarithmic: Mapping[str, Scale] = field(default_factory=dict)
    traits: Array = field(default_factory=lambda: np.zeros((0, 1), dtype=np.int32))
    buyer: tuple[int, ...] = ()
    target_types: tuple[int, ...] = ()

    @property
    def products(self) -> int:
        """Number of product codes, padding and unknown included."""
        return self.codes["product"]

    @classmethod
    def of(cls, data: SplitData) -> "DataSizes":
        """Return the sizes and scales of the training events."""
        columns = data.buyers.columns
        numbers = {name: columns[name][columns[name] >= 0] for name in NUMBERS if name in columns}
        return cls(
            sizes(data.sequences),
            {name: _scale(values) for name, values in numbers.items()},
            {name: _scale(np.log1p(values)) for name, values in numbers.items()},
            traits(data.sequences, data.product_attributes),
            data.buyer_attributes.sizes,
            _target_types(data) if data.has_other_types else (),
        )


def _target_types(data: SplitData) -> tuple[int, ...]:
    """Return the codes of the event types that are predicted."""
    sequences = data.sequences
    return tuple(np.unique(sequences.type[sequences.is_target]).tolist())


def _scale(values: Array) -> Scale:
    """Return mean and standard deviation; 0 and 1 where there are no values."""
    if not len(values):
        return 0.0, 1.0
    return float(values.mean()), float(values.std()) or 1.0
