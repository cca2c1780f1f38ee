"""Windows: stretches of a history that are read once and give a prediction at many places.

One pass over a buyer's events predicts the next product at every one of them. Windows of like
length make a batch, so that little of it is padding.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from data.preparation.sequences import FIRST, Ints, Longs
from model.sequences.histories import Histories


@dataclass(frozen=True)
class Batch:
    """What a step of training or validation reads.

    Attributes
    ----------
    inputs : dict
        Features, [windows, width], and ``length``, [windows].
    place : int32, shape (targets,)
        Where the prediction of each target is made: window × width + event.
    answer : int32, shape (targets,)
        The product that came next, as an index among the ranked ones.
    """

    inputs: dict[str, Any]
    place: Ints
    answer: Ints


@dataclass(frozen=True)
class Windows:
    """Windows and the targets that are predicted in them.

    Attributes
    ----------
    histories : Histories
        One a window: the events that are read.
    target : int64, shape (targets,)
        The targets' event indices, grouped by window.
    first : int64, shape (windows + 1,)
        Where each window's targets begin.
    """

    histories: Histories
    target: Longs
    first: Longs

    def sample(self, targets: int, random: np.random.Generator) -> "Windows":
        """Return some windows, drawn at random, with about so many targets."""
        count = max(len(self.histories) * targets // max(len(self.target), 1), 1)
        if count >= len(self.histories):
            return self
        chosen = np.sort(random.choice(len(self.histories), count, replace=False))
        sizes = np.diff(self.first)[chosen]
        index = np.concatenate([self.target[self.first[i] : self.first[i + 1]] for i in chosen])
        first = np.append(0, np.cumsum(sizes))
        return Windows(self.histories.some(chosen), index, first)

    def batches(
        self, names: tuple[str, ...], budget: int, random: np.random.Generator | None = None
    ) -> Iterator[Batch]:
        """Yield batches of windows of like length.

        Parameters
        ----------
        names : tuple of str
            The features to read.
        budget : int
            Events of a batch, padding included; a batch holds at least one window.
        random : numpy.random.Generator, optional
            Shuffles windows and batches; the order is fixed without it.
        """
        lengths = self.histories.lengths
        if random is None:
            order = np.argsort(lengths, kind="stable")
        else:
            order = np.argsort(lengths * random.uniform(0.9, 1.1, len(lengths)), kind="stable")
        groups = list(_groups(lengths[order], budget))
        for group in random.permutation(len(groups)) if random else range(len(groups)):
            yield self._batch(names, order[groups[group]])

    def _batch(self, names: tuple[str, ...], chosen: Longs) -> Batch:
        inputs = self.histories.some(chosen).padded(names)
        width = int(inputs["length"].max())
        sizes = (self.first[1:] - self.first[:-1])[chosen]
        window = np.repeat(np.arange(len(chosen)), sizes)
        before = np.cumsum(sizes) - sizes
        index = np.repeat(self.first[chosen] - before, sizes) + np.arange(sizes.sum())
        target = self.target[index]
        event = target - 1 - self.histories.start[chosen][window]
        answer = self.histories.columns["product"][target] - FIRST
        return Batch(inputs, (window * width + event).astype(np.int32), answer.astype(np.int32))


def _groups(lengths: Longs, budget: int) -> Iterator[slice]:
    """Yield slices of windows (nearly in order of length) that fit into the budget."""
    start, longest = 0, 0
    for end, length in enumerate(lengths.tolist()):
        longest = max(longest, length)
        if end > start and longest * (end + 1 - start) > budget:
            yield slice(start, end)
            start, longest = end, length
    if len(lengths):
        yield slice(start, len(lengths))


def training_windows(buyers: Histories, length: int, random: np.random.Generator) -> Windows:
    """Cut what training sees into windows whose every event predicts the next.

    Histories that are too long for one window are cut at a place that is drawn anew each time,
    so that an event is read with more of its past in one epoch than in another.

    Parameters
    ----------
    buyers : Histories
        One a buyer.
    length : int
        Events of a window at most.
    random : numpy.random.Generator
        Draws where long histories are cut.
    """
    buyers = buyers.some(buyers.lengths > 1)
    readable = buyers.lengths - 1
    shift = np.where(readable > length, random.integers(0, length, len(readable)), 0)
    count = -(-(readable + shift) // length)
    owner = np.repeat(np.arange(len(readable)), count)
    nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    begin = buyers.start[owner] - shift[owner] + nth * length
    start = np.maximum(begin, buyers.start[owner])
    stop = np.minimum(begin + length, buyers.stop[owner] - 1)
    histories = Histories(buyers.columns, start, stop)
    return _with_known_targets(histories, histories.indices() + 1, histories.lengths)


def target_windows(histories: Histories, length: int) -> Windows:
    """Return the windows in which given targets are predicted, each from its latest events.

    Targets whose whole history fits are predicted in one pass with the others of their buyer;
    every other target has a window of its own. A prediction is thus the same as if its history
    were read alone.

    Parameters
    ----------
    histories : Histories
        One a target, which is the event at its end; a buyer's targets follow one another.
    length : int
        Events of a window at most.
    """
    cut = histories.latest(length)
    own = cut.start > histories.start
    key = np.where(own, -1 - np.arange(len(cut)), histories.start)
    order = np.lexsort((histories.stop, key))
    key, cut = key[order], cut.some(order)
    last = np.append(key[1:] != key[:-1], True)
    ends = np.flatnonzero(last)
    sizes = np.diff(np.append(-1, ends))
    windows = Histories(cut.columns, cut.start[ends], cut.stop[ends])
    return _with_known_targets(windows, cut.stop, sizes)


def _with_known_targets(histories: Histories, target: Longs, sizes: Longs) -> Windows:
    """Leave out targets that are not ranked, and windows that have none left."""
    known = histories.columns["product"][target] >= FIRST
    window = np.repeat(np.arange(len(sizes)), sizes)
    left: npt.NDArray[Any] = np.bincount(window[known], minlength=len(sizes))
    kept = left > 0
    first = np.append(0, np.cumsum(left[kept])).astype(np.int64)
    return Windows(histories.some(kept), target[known], first)
