"""Sampling of products from groups of the catalogue by their popularity on a day."""

import numpy as np
from numpy.typing import NDArray

Int64s = NDArray[np.int64]
Float64s = NDArray[np.float64]

ALMOST_ONE = 1 - 1e-9
"""Factor that keeps a uniform number just below 1 from being rounded up into the next group."""


class GroupSampler:
    """A partition of the catalogue into groups, with sampling of a product from a group.

    A product is drawn with a probability proportional to its popularity on the day.

    Parameters
    ----------
    popularity : float64, shape (days, products)
        Positive weights, not necessarily normalised.
    group : int64, shape (products,)
        Group of each product, counted from 0.

    Attributes
    ----------
    group : int64, shape (products,)
        As given.
    probability : float64, shape (days, products)
        Probability of each product within its group; sums to one per day and group.

    Examples
    --------
    >>> sampler = GroupSampler(np.array([[3.0, 1.0, 4.0]]), np.array([0, 0, 1]))
    >>> sampler.probability[0]
    array([0.75, 0.25, 1.  ])
    >>> uniform = np.array([0.7, 0.8, 0.5])
    >>> sampler.sample(np.array([0, 0, 1]), day=np.zeros(3, int), uniform=uniform)
    array([0, 1, 2])
    """

    def __init__(self, popularity: Float64s, group: Int64s) -> None:
        self.group = group
        self._order = np.argsort(group, kind="stable")
        self._first = np.searchsorted(group[self._order], np.arange(group.max() + 1))
        total = np.add.reduceat(popularity[:, self._order], self._first, axis=1)
        self.probability: Float64s = popularity / total[:, group]
        self._cumulative = self._cumulative_probabilities()

    @property
    def groups(self) -> int:
        """Number of groups."""
        return len(self._first)

    def _cumulative_probabilities(self) -> Float64s:
        """Return the distribution functions of all days and groups as one ascending array.

        The distribution function of day ``d`` and group ``g`` is shifted by ``d * groups + g``, so
        that sampling is one binary search for this shift plus a uniform number.
        """
        probability = self.probability[:, self._order]
        cumulative = np.cumsum(probability, axis=1)
        before = cumulative[:, self._first] - probability[:, self._first]
        group = self.group[self._order]
        within = np.minimum(cumulative - before[:, group], 1.0)
        within[:, np.append(self._first[1:], len(group)) - 1] = 1.0
        shift = np.arange(len(probability))[:, None] * self.groups + group
        return np.asarray(np.ravel(within + shift), dtype=np.float64)

    def sample(self, group: Int64s, day: Int64s, uniform: Float64s) -> Int64s:
        """Return one product per group and day by inversion of uniform numbers in [0, 1).

        All arguments and the result have the same shape.
        """
        value = day * self.groups + group + uniform * ALMOST_ONE
        index = np.searchsorted(self._cumulative, value, side="right")
        return np.asarray(self._order[index % len(self._order)], dtype=np.int64)
