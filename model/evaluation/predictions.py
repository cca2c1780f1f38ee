"""A model's predictions for every test target, and the tables in which a run stores them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from data.checksums import is_there, verified
from data.errors import BadInput, damaged_unless_read
from data.i18n import _
from data.preparation.sequences import Longs
from data.preparation.splits import BY_TIME
from model.metrics.segments import are_repeats
from model.run_files import PRODUCTS, TARGETS
from model.run_folder import RunFolder
from model.sequences.histories import Array
from model.sequences.split_data import SplitData

DEPTH = 10
"""Length of the top-k lists that the stored tables count."""


@dataclass
class Predictions:
    """A model's predictions for every target, in the order of the targets.

    Attributes
    ----------
    rank : int64 [targets]
        Rank of the target among all products, from 1.
    loss : float [targets]
        Negative log-likelihood of the target; NaN where the target is not ranked or the model
        gives no probabilities.
    top : int64 [targets, 20]
        Indices of the highest-ranked products, best first.
    top_probability : float [targets]
        Probability of the first product of ``top``; NaN where the model gives no probabilities.
    """

    rank: Longs
    loss: Array
    top: Longs
    top_probability: Array

    @classmethod
    def empty(cls, targets: int, depth: int) -> "Predictions":
        """Return predictions whose values are still to be filled in."""
        unknown = np.full(targets, np.nan)
        top = np.zeros((targets, depth), dtype=np.int64)
        return cls(np.zeros(targets, dtype=np.int64), unknown, top, unknown.copy())

    def fill(self, rows: Longs, predictions: "Predictions") -> None:
        """Fill in the predictions of some targets."""
        self.rank[rows], self.loss[rows], self.top[rows] = (
            predictions.rank,
            predictions.loss,
            predictions.top,
        )
        self.top_probability[rows] = predictions.top_probability


@dataclass(frozen=True)
class StoredPredictions:
    """The prediction tables that the evaluation of a run stored.

    Attributes
    ----------
    run : RunFolder
    """

    run: RunFolder

    @property
    def exist(self) -> bool:
        """Whether the evaluation of this run stored its predictions."""
        return is_there(self.run.path / TARGETS)

    @cached_property
    def targets(self) -> pd.DataFrame:
        """One row per test target.

        ``user``; ``after``, the number of the user's targets after this one; ``time``; ``truth``
        and ``first``, indices of the purchased product and of the one ranked first (-1 for a
        product absent from training); ``rank``; ``chance``, the probability of the purchased
        product (NaN where there is none), and ``first_chance``, that of the one ranked first;
        ``history``, the number of targets in the history; ``repeat``, whether the purchased
        product is among them; ``money``, price times units (NaN without a price; absent in runs of
        version 0.1.0); where sets are predicted, ``set``, the number of the target's.
        """
        return self._read(TARGETS)

    @cached_property
    def products(self) -> pd.DataFrame:
        """One row per product.

        ``shown``, the number of top-10 lists that hold it; ``bought``, the number of targets it
        is; ``found``, the number of targets it is that were ranked in the top 10.
        """
        return self._read(PRODUCTS)

    def _read(self, name: str) -> pd.DataFrame:
        file = self.run.path / name
        if not is_there(file):
            raise BadInput(
                _(
                    "Run {run} was evaluated without storing its predictions; evaluate it again."
                ).format(run=self.run.path.name)
            )
        sentence = _("{file} of run {run} is damaged; evaluate it again: `vitrina evaluate {run}`.")
        with damaged_unless_read(sentence.format(file=name, run=self.run.path.name)):
            return pd.read_parquet(verified(file))


def save_predictions(run: RunFolder, task: SplitData, predictions: Predictions) -> None:
    """Write both tables of the test targets into the folder of a run."""
    targets = task.split.test
    answers = task.answers(targets)
    histories = task.histories(targets).of_targets()
    offsets = task.sequences.offsets
    user = np.searchsorted(offsets, targets, side="right") - 1
    before = task.columns.targets_before
    known = answers >= 0
    target_table = pd.DataFrame(
        {
            "user": task.sequences.users[user],
            "after": (before[offsets[user + 1]] - 1 - before[targets]).astype(np.int32),
            "time": pd.to_datetime(task.sequences.time[targets], unit="us", utc=True),
            "truth": answers.astype(np.int32),
            "first": predictions.top[:, 0].astype(np.int32),
            "rank": predictions.rank,
            "chance": np.exp(-predictions.loss),
            "first_chance": predictions.top_probability,
            "history": histories.lengths,
            "repeat": are_repeats(histories, task.sequences.product[targets]),
            "money": task.sequences.money[targets],
        }
    )
    lists = predictions.top
    if (sets := task.sets(targets)) is not None:
        target_table["set"] = sets.astype(np.int32)
        lists = lists[np.unique(sets, return_index=True)[1]]  # the targets of a set share one
    hit = known & (predictions.rank <= DEPTH)
    product_table = pd.DataFrame(
        {
            name: np.bincount(indices, minlength=task.products)
            for name, indices in (
                ("shown", lists[:, :DEPTH].ravel()),
                ("bought", answers[known]),
                ("found", answers[hit]),
            )
        }
    )
    run.write(TARGETS, lambda file: target_table.to_parquet(file, index=False))
    run.write(PRODUCTS, lambda file: product_table.to_parquet(file, index=False))


def held_out_starts(task: SplitData) -> dict[str, str]:
    """Return the time at which validation and test begin, as ISO 8601.

    Empty under a protocol that does not split by time.
    """
    if task.split.protocol not in BY_TIME:
        return {}
    times = task.sequences.time
    hidden = times[~task.split.visible]
    starts = {
        "validation": int(hidden.min()),
        "test": int(times[task.split.test].min()),
    }
    return {
        name: pd.Timestamp(time, unit="us", tz="UTC").isoformat() for name, time in starts.items()
    }
