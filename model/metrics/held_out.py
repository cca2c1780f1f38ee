"""Held-out targets, each judged by itself or as one of a set, as the protocol has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.preparation.sequences import Bools, Floats, Ints, Longs
from model.metrics.bootstrap import confidence_intervals
from model.metrics.protocol_metrics import VALUE
from model.metrics.ranking import means, metrics_per_target
from model.metrics.sets import metrics_per_set, positions
from model.sequences.histories import Array
from model.sequences.split_data import SplitData

_DEPTH = 10


@dataclass(frozen=True)
class Figures:
    """Metrics of a model for each case: a target, or a set of them.

    Attributes
    ----------
    per_case : mapping of str to array [cases]
        By metric, such as ``ndcg@10``.
    user : int array [cases]
    events : int array [cases]
        Targets of each case.
    weights : float array [cases], optional
        Of the means and their intervals, above 0; by default every case counts the same.
    """

    per_case: Mapping[str, Floats]
    user: Ints
    events: Longs
    weights: Array | None = None

    @property
    def means(self) -> dict[str, float]:
        """Means over the cases."""
        return means(self.per_case) if self.weights is None else self._weighted(self.weights)

    @property
    def means_of_events(self) -> dict[str, float]:
        """Means over the targets, each of which has the figures of its case."""
        return self._weighted(self.events)

    @property
    def means_of_buyers(self) -> dict[str, float]:
        """Means over the buyers of each one's mean over its cases."""
        index = np.unique(self.user, return_inverse=True)[1]
        return self._weighted(1 / np.bincount(index)[index])

    @cached_property
    def intervals(self) -> dict[str, list[float]]:
        """The 95 % interval of each of ``means``, by bootstrap over buyers."""
        intervals = confidence_intervals(self.per_case, self.user, weights=self.weights)
        return {name: list(ends) for name, ends in intervals.items()}

    def minus(self, other: "Figures") -> "Figures":
        """Return the differences from the figures of another model for the same cases."""
        differences = {
            name: values - other.per_case[name] for name, values in self.per_case.items()
        }
        return Figures(differences, self.user, self.events, self.weights)

    def _weighted(self, weights: Array) -> dict[str, float]:
        total = max(float(weights.sum()), 1e-9)
        return {name: float(values @ weights) / total for name, values in self.per_case.items()}


@dataclass(frozen=True)
class HeldOutTargets:
    """Held-out targets as metrics take them: users, cold ones, sets and prices.

    Attributes
    ----------
    user : int array [targets]
    cold : bool array [targets]
        Which targets training never saw; these count as misses.
    sets : int array [targets] or None
        Number of each target's set; None where every target is judged by itself.
    money : float array [targets] or None
        Price of a unit times units, NaN where it is unknown; None where nothing is known of it.
    """

    user: Ints
    cold: Bools
    sets: Longs | None
    money: Array | None = None

    @classmethod
    def of(cls, task: SplitData, targets: Longs) -> "HeldOutTargets":
        """Return those of some targets of a split, given by their event indices."""
        return cls(
            task.sequences.user[targets],
            task.answers(targets) < 0,
            task.sets(targets),
            task.sequences.money[targets],
        )

    @property
    def cases(self) -> int:
        """Number of targets or of sets."""
        return len(self.user) if self.sets is None else len(np.unique(self.sets))

    def figures(self, rank: Longs, chosen: Bools | None = None) -> Figures:
        """Return the metrics of the ranks of the targets.

        Parameters
        ----------
        rank : int array [targets]
        chosen : bool array [targets], optional
            The targets that count; of a set the others are as any other product.
        """
        if self.sets is None:
            rows = slice(None) if chosen is None else chosen
            rank, user = rank[rows], self.user[rows]
            per_target = metrics_per_target(rank, self.cold[rows])
            return Figures(per_target, user, np.ones(len(rank), dtype=np.int64))
        of_sets = metrics_per_set(rank, self.cold, self.sets, chosen)
        user = np.zeros(int(self.sets.max(initial=-1)) + 1, dtype=self.user.dtype)
        user[self.sets] = self.user
        return Figures(of_sets.values, user[of_sets.number], of_sets.size)

    @property
    def has_price(self) -> Bools:
        """Which targets have a price above 0, shape [targets]."""
        if self.money is None:
            return np.zeros(len(self.user), dtype=bool)
        return self.money > 0

    def value(self, rank: Longs) -> Figures | None:
        """Return the share of the targets' value that the first ten hold; None without prices.

        Targets without a price do not count. Of a set each target counts by itself.

        Parameters
        ----------
        rank : int array [targets]

        Examples
        --------
        Of purchases of 30 and 10 the dearer one is found:

        >>> held_out = HeldOutTargets(
        ...     np.array([0, 1]), np.zeros(2, dtype=bool), None, np.array([30.0, 10.0])
        ... )
        >>> held_out.value(np.array([4, 11])).means
        {'value@10': 0.75}
        """
        rows = self.has_price
        if self.money is None or not rows.any():
            return None
        position = rank if self.sets is None else positions(rank, self.sets)
        hits = (position <= _DEPTH) & ~self.cold
        weights = self.money[rows].astype(np.float64)
        events = np.ones(len(weights), dtype=np.int64)
        return Figures({VALUE: hits[rows].astype(np.float64)}, self.user[rows], events, weights)
