"""Held-out targets, each judged by itself or as one of a set, as the protocol has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.preparation.sequences import Bools, Floats, Ints, Longs
from model.metrics.bootstrap import confidence_intervals
from model.metrics.ranking import means, metrics_per_target
from model.metrics.sets import metrics_per_set
from model.sequences.histories import Array
from model.sequences.split_data import SplitData


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
    """

    per_case: Mapping[str, Floats]
    user: Ints
    events: Longs

    @property
    def means(self) -> dict[str, float]:
        """Means over the cases."""
        return means(self.per_case)

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
        intervals = confidence_intervals(self.per_case, self.user)
        return {name: list(ends) for name, ends in intervals.items()}

    def minus(self, other: "Figures") -> "Figures":
        """Return the differences from the figures of another model for the same cases."""
        differences = {
            name: values - other.per_case[name] for name, values in self.per_case.items()
        }
        return Figures(differences, self.user, self.events)

    def _weighted(self, weights: Array) -> dict[str, float]:
        total = max(float(weights.sum()), 1e-9)
        return {name: float(values @ weights) / total for name, values in self.per_case.items()}


@dataclass(frozen=True)
class HeldOutTargets:
    """What metrics need to know of held-out targets.

    Attributes
    ----------
    user : int array [targets]
    missed : bool array [targets]
        Cold targets.
    sets : int array [targets] or None
        Number of each target's set; None where every target is judged by itself.
    """

    user: Ints
    missed: Bools
    sets: Longs | None

    @classmethod
    def of(cls, task: SplitData, targets: Longs) -> "HeldOutTargets":
        """Return those of some targets of a split, given by their event indices."""
        return cls(task.sequences.user[targets], task.answers(targets) < 0, task.sets(targets))

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
            per_target = metrics_per_target(rank, self.missed[rows])
            return Figures(per_target, user, np.ones(len(rank), dtype=np.int64))
        of_sets = metrics_per_set(rank, self.missed, self.sets, chosen)
        user = np.zeros(int(self.sets.max(initial=-1)) + 1, dtype=self.user.dtype)
        user[self.sets] = self.user
        return Figures(of_sets.values, user[of_sets.number], of_sets.size)
