"""Two runs on the same targets: how sure it is that one is better than the other."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.preparation.sequences import Longs
from model.evaluation.per_target import TARGETS
from model.metrics.bootstrap import intervals
from model.metrics.ranking import per_target
from model.run_folder import RunFolder


@dataclass(frozen=True)
class Ranked:
    """Where a run ranked each of its test targets.

    Attributes
    ----------
    buyer : array [targets]
        Whose each target is.
    after : int array [targets]
        How many of the buyer's events come after it.
    rank : int array [targets]
    missed : bool array [targets]
        Targets that are not ranked.
    """

    buyer: npt.NDArray[np.object_]
    after: Longs
    rank: Longs
    missed: npt.NDArray[np.bool_]

    def same_targets(self, other: "Ranked") -> bool:
        """Tell whether another run was judged on the same targets of the same buyers."""
        return np.array_equal(self.buyer, other.buyer) and np.array_equal(self.after, other.after)


@dataclass(frozen=True)
class Difference:
    """By how much one run's figure is higher than another's, and its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def certain(self) -> bool:
        """Whether the interval does not hold zero."""
        return self.low > 0 or self.high < 0


def ranked(run: RunFolder) -> Ranked | None:
    """Return where a run ranked its targets, as its evaluation kept it; None where it did not."""
    file = run.path / TARGETS
    if not file.exists():
        return None
    kept = pd.read_parquet(file, columns=["user", "after", "truth", "rank"])
    user, after, truth, rank = (kept[name].to_numpy() for name in kept)
    return Ranked(user, after, rank, truth < 0)


def differences(first: Ranked, second: Ranked) -> dict[str, Difference]:
    """Return by how much the figures of the first are higher than those of the second.

    Buyers are drawn with replacement, each with all of its targets and with what both runs did on
    them: what makes a buyer hard is hard for both, and does not widen the interval.

    Parameters
    ----------
    first, second : Ranked
        On the same targets.

    Returns
    -------
    dict
        By figure, such as ``ndcg@10``.
    """
    ours, theirs = (per_target(one.rank, one.missed) for one in (first, second))
    apart = {name: ours[name] - theirs[name] for name in ours}
    buyers = pd.factorize(first.buyer)[0].astype(np.int32)
    sure = intervals(apart, buyers)
    return {
        name: Difference(float(values.mean()) if len(values) else 0.0, *sure[name])
        for name, values in apart.items()
    }
