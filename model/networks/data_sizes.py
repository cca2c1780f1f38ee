"""What a network must know of the data before it is built."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from model.sequences.features import NUMBERS, sizes, traits
from model.sequences.histories import Array
from model.sequences.split_data import SplitData

Scale = tuple[float, float]


@dataclass(frozen=True)
class DataSizes:
    """DataSizes of vocabularies and scales of numbers, as training sees them.

    Attributes
    ----------
    codes : mapping of str to int
        Codes of each feature that is one, padding and unknown included.
    plain, logarithmic : mapping of str to (mean, deviation)
        Of each feature that is a number, and of log(1 + number).
    traits : int array [products, traits of a product]
        Which traits each ranked product has.
    """

    codes: Mapping[str, int]
    plain: Mapping[str, Scale] = field(default_factory=dict)
    logarithmic: Mapping[str, Scale] = field(default_factory=dict)
    traits: Array = field(default_factory=lambda: np.zeros((0, 1), dtype=np.int32))

    @property
    def products(self) -> int:
        """Products, padding and unknown included."""
        return self.codes["product"]

    @classmethod
    def of(cls, task: SplitData) -> "DataSizes":
        """Measure what training sees of a task."""
        seen = task.buyers.columns
        numbers = {name: seen[name][seen[name] >= 0] for name in NUMBERS if name in seen}
        return cls(
            sizes(task.sequences),
            {name: _scale(values) for name, values in numbers.items()},
            {name: _scale(np.log1p(values)) for name, values in numbers.items()},
            traits(task.sequences),
        )


def _scale(values: Array) -> Scale:
    """Return mean and deviation; such as change nothing where there is nothing to measure."""
    if not len(values):
        return 0.0, 1.0
    return float(values.mean()), float(values.std()) or 1.0
