"""Negatives: products drawn in proportion to popularity raised to a power."""

import numpy as np

from data.preparation.sequences import Floats, Ints, Longs


class NegativeSampler:
    """Draws products for the steps of a sampled softmax.

    Parameters
    ----------
    popularity : int64, shape (products,)
        Events of each product; at least 1.
    power : float
        0 draws all products alike, 1 in proportion to popularity.
    number : int
        Draws of a step, with replacement.

    Examples
    --------
    >>> draws = NegativeSampler(np.array([100, 1]), power=0.5, number=1100)
    >>> len(draws.draw(np.random.default_rng(0)))
    1100
    >>> draws.log_expected.round(2)
    array([6.91, 4.61], dtype=float32)
    """

    def __init__(self, popularity: Longs, power: float, number: int) -> None:
        weights = np.asarray(popularity, dtype=np.float64) ** power
        self._bounds = np.cumsum(weights) / weights.sum()
        self.number = number
        self.log_expected: Floats = np.log(number * weights / weights.sum()).astype(np.float32)

    def draw(self, random: np.random.Generator) -> Ints:
        """Return the products of one step, as indices."""
        found = np.searchsorted(self._bounds, random.random(self.number), side="right")
        return np.minimum(found, len(self._bounds) - 1).astype(np.int32)
