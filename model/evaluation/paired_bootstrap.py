"""Paired bootstrap comparison of two runs on the same test targets."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.checksums import is_there, verified
from data.errors import damaged_unless_read
from data.i18n import _
from data.preparation.sequences import Longs
from model.metrics.held_out import HeldOutTargets
from model.run_files import TARGETS
from model.run_folder import RunFolder
from model.sequences.histories import Array


@dataclass(frozen=True)
class TargetRanks:
    """The rank of each test target of a run.

    Attributes
    ----------
    user : array [targets]
    after : int array [targets]
        Number of the user's targets after the target.
    rank : int array [targets]
    cold : bool array [targets]
        Targets that are not in the catalogue.
    sets : int array [targets], optional
        Number of each target's set, where sets were predicted.
    money : float array [targets], optional
        Price times units of each target, where the evaluation stored it.
    """

    user: npt.NDArray[np.object_]
    after: Longs
    rank: Longs
    cold: npt.NDArray[np.bool_]
    sets: Longs | None = None
    money: Array | None = None

    def same_targets(self, other: "TargetRanks") -> bool:
        """Return whether another run was evaluated on the same targets of the same users."""
        if self.sets is None or other.sets is None:
            same_sets = self.sets is other.sets
        else:
            same_sets = np.array_equal(self.sets, other.sets)
        same_users = np.array_equal(self.user, other.user)
        return same_sets and same_users and np.array_equal(self.after, other.after)


@dataclass(frozen=True)
class Difference:
    """The difference between two means of a metric, with its 95 % confidence interval."""

    value: float
    low: float
    high: float

    @property
    def significant(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0 or self.high < 0


def read_ranks(run: RunFolder) -> TargetRanks | None:
    """Return the ranks that the evaluation of a run stored; None where it stored none."""
    file = run.path / TARGETS
    if not is_there(file):
        return None
    names = ["user", "after", "truth", "rank"]
    sentence = _("{file} of run {run} is damaged; evaluate it again: `vitrina evaluate {run}`.")
    with damaged_unless_read(sentence.format(file=file.name, run=run.path.name)):
        table = pd.read_parquet(verified(file))
        user, after, truth, rank = (table[name].to_numpy() for name in names)
        sets, money = (
            table[name].to_numpy() if name in table else None for name in ("set", "money")
        )
    return TargetRanks(user, after, rank, truth < 0, sets, money)


def paired_differences(first: TargetRanks, second: TargetRanks) -> dict[str, Difference]:
    """Return the metrics of the first run minus those of the second.

    The interval is a paired bootstrap: users are resampled with all of their targets and with the
    metrics of both runs on them, so that variance which both runs share cancels out.

    Parameters
    ----------
    first, second : TargetRanks
        On the same targets.

    Returns
    -------
    dict
        By metric, such as ``ndcg@10``; ``value@10`` where prices are stored.
    """
    user = pd.factorize(first.user)[0].astype(np.int32)
    held_out = [HeldOutTargets(user, run.cold, run.sets, first.money) for run in (first, second)]
    ranks = first.rank, second.rank
    ours, theirs = (targets.figures(rank) for targets, rank in zip(held_out, ranks, strict=True))
    differences = [ours.minus(theirs)]
    worth, other = (targets.value(rank) for targets, rank in zip(held_out, ranks, strict=True))
    if worth is not None and other is not None:
        differences.append(worth.minus(other))
    return {
        name: Difference(mean, *difference.intervals[name])
        for difference in differences
        for name, mean in difference.means.items()
    }
