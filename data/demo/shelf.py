"""Products that stand together, each as likely to be taken as it is popular on the day."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ALMOST_ONE = 1 - 1e-9
"""Keeps luck just below 1 from being rounded up into the next group."""


class Shelf:
    """A division of the catalogue into groups, and the draw of a product from a group.

    Parameters
    ----------
    popularity : float64, shape (days, products)
        Positive weights; those of a day need not sum to one.
    group : int64, shape (products,)
        The group that each product stands in, counted from 0.

    Examples
    --------
    >>> shelf = Shelf(np.array([[3.0, 1.0, 4.0]]), np.array([0, 0, 1]))
    >>> shelf.chance[0]
    array([0.75, 0.25, 1. ])
    >>> shelf.draw(np.array([0, 0, 1]), day=np.zeros(3, int), luck=np.array([0.7, 0.8, 0.5]))
    array([0, 1, 2])
    """

    def __init__(self, popularity: Floats, group: Ints) -> None:
        self.group = group
        self._order = np.argsort(group, kind="stable")
        self._first = np.searchsorted(group[self._order], np.arange(group.max() + 1))
        total = np.add.reduceat(popularity[:, self._order], self._first, axis=1)
        self.chance: Floats = popularity / total[:, group]
        """float64 (days, products): the chance of each product within its group; sums to one."""
        self._reached = self._heaps()

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self._first)

    def _heaps(self) -> Floats:
        """Return one ascending row: each product's upper bound, plus its day's and group's place.

        Within a group the bounds climb from 0 to 1, so that a draw is one search for
        ``place + luck``, whatever the day and the group.
        """
        chance = self.chance[:, self._order]
        summed = np.cumsum(chance, axis=1)
        before = summed[:, self._first] - chance[:, self._first]
        group = self.group[self._order]
        within = np.minimum(summed - before[:, group], 1.0)
        within[:, np.append(self._first[1:], len(group)) - 1] = 1.0
        place = np.arange(len(chance))[:, None] * self.groups + group
        return np.asarray(np.ravel(within + place), dtype=np.float64)

    def draw(self, group: Ints, day: Ints, luck: Floats) -> Ints:
        """Return one product for each group, day and number in [0, 1)."""
        wanted = day * self.groups + group + luck * ALMOST_ONE
        place = np.searchsorted(self._reached, wanted, side="right")
        return np.asarray(self._order[place % len(self._order)], dtype=np.int64)
