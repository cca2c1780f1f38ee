"""Negative sampling: products drawn in proportion to a power of their popularity."""

import numpy as np

from data.preparation.sequences import Floats, Ints, Longs


class NegativeSampler:
    """Draws the negatives of the steps of a sampled softmax.

    Parameters
    ----------
    popularity : int64, shape (products,)
        Events of each product; at least 1.
    power : float
        0 draws uniformly, 1 in proportion to popularity.
    number : int
        Negatives of a step, drawn with replacement.

    Attributes
    ----------
    log_expected : float32, shape (products,)
        Logarithm of each product's expected number of draws in a step.

    Examples
    --------
    >>> sampler = NegativeSampler(np.array([100, 1]), power=0.5, number=1100)
    >>> len(sampler.draw(np.random.default_rng(0)))
    1100
    >>> sampler.log_expected.round(2)
    array([6.91, 4.61], dtype=float32)
    """

    def __init__(self, popularity: Longs, power: float, number: int) -> None:
        weights = np.asarray(popularity, dtype=np.float64) ** power
        self._bounds = np.cumsum(weights) / weights.sum()
        self.number = number
        self.log_expected: Floats = np.log(number * weights / weights.sum()).astype(np.float32)

    def draw(self, random: np.random.Generator) -> Ints:
        """Return the negatives of one step as product indices, shape (number,)."""
        products = np.searchsorted(self._bounds, random.random(self.number), side="right")
        return np.minimum(products, len(self._bounds) - 1).astype(np.int32)
