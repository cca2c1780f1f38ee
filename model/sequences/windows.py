"""Windows of histories, and their batches.

A network reads a window once and predicts targets after its events, each after the last event of
its history. Where the asking moment is before a session or basket, several targets are predicted
after the same event; events that no history ends with are read only. Batches hold windows of
similar length, to save padding.

Targets with one history, such as those of a basket, have one state: what a network computes of it
is computed once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from data.preparation.sequences import FIRST, Ints, Longs
from model.sequences.asking import asking_time_codes
from model.sequences.buyer_attributes import BUYER, buyer_codes
from model.sequences.histories import Histories, targets_within
from model.sequences.repeats import RepeatCandidates, repeat_candidates


@dataclass(frozen=True)
class TrainingBatch:
    """The input of a training or evaluation step.

    Attributes
    ----------
    inputs : dict
        Features, [windows, length], ``length``, [windows], and for a network that knows them the
        attributes of each buyer, [windows, attributes].
    position : int32, shape (states,)
        Event after which each state is: window × length + event.
    state : int32, shape (targets,)
        The state from which each target is predicted.
    target : int32, shape (targets,)
        The product of each target, as an index among the ranked products.
    number : int64, shape (targets,)
        The number of each target among those of the windows.
    asking_time : int32, shape (states, 4), or None
        Asking time of each state, for a network that knows it; see ``model.sequences.asking``.
    candidates : RepeatCandidates or None
        Candidates of each state, for a network with a repeat head.
    seen : int32, shape (2, pairs), or None
        Index of a target, and that of a product of the targets in its history, where these are left
        out of the ranking; each pair once.
    following : int32, shape (states, latest), or None
        Codes of the training targets after the history of each state, the next first, for a
        network with a transition head.
    """

    inputs: dict[str, Any]
    position: Ints
    state: Ints
    target: Ints
    number: Longs
    asking_time: Ints | None = None
    candidates: RepeatCandidates | None = None
    seen: Ints | None = None
    following: Ints | None = None


@dataclass(frozen=True)
class Windows:
    """Windows and the targets that are predicted in them.

    Attributes
    ----------
    histories : Histories
        The events of each window.
    target : int64, shape (targets,)
        Event indices of the targets, grouped by window.
    end : int64, shape (targets,)
        Index after the last event of each target's history, which is in its window.
    begin : int64, shape (targets,)
        Index of the first event of each target's history, which may be before its window.
    first : int64, shape (windows + 1,)
        Index of each window's first target.
    """

    histories: Histories
    target: Longs
    end: Longs
    begin: Longs
    first: Longs

    def sample(self, targets: int, random: np.random.Generator) -> "Windows":
        """Return a random sample of windows with about ``targets`` targets."""
        count = max(len(self.histories) * targets // max(len(self.target), 1), 1)
        if count >= len(self.histories):
            return self
        chosen = np.sort(random.choice(len(self.histories), count, replace=False))
        sizes = np.diff(self.first)[chosen]
        index = np.concatenate([np.arange(self.first[i], self.first[i + 1]) for i in chosen])
        first = np.append(0, np.cumsum(sizes))
        histories = self.histories.select(chosen)
        return Windows(histories, self.target[index], self.end[index], self.begin[index], first)

    def batches(
        self,
        names: tuple[str, ...],
        budget: int,
        random: np.random.Generator | None = None,
        *,
        repeats: bool = False,
        asking_time: bool = False,
        buyer: bool = False,
        seen: bool = False,
        following: int = 0,
    ) -> Iterator[TrainingBatch]:
        """Yield batches of windows of similar length.

        Parameters
        ----------
        names : tuple of str
            The features to read.
        budget : int
            Most events of a batch, padding included; a batch holds at least one window.
        random : numpy.random.Generator, optional
            Shuffles windows and batches; without it the order is fixed.
        repeats : bool
            Whether to add the candidates of a repeat head.
        asking_time : bool
            Whether to add the asking time of each target.
        buyer : bool
            Whether to add the attributes of the buyer of each window to the inputs.
        seen : bool
            Whether to add the products of the targets in the history of each target.
        following : int
            How many of the targets after each history to add, at most.
        """
        lengths = self.histories.lengths
        if random is None:
            order = np.argsort(lengths, kind="stable")
        else:
            order = np.argsort(lengths * random.uniform(0.9, 1.1, len(lengths)), kind="stable")
        groups = list(_groups(lengths[order], budget))
        for group in random.permutation(len(groups)) if random else range(len(groups)):
            yield self._batch(
                names,
                order[groups[group]],
                repeats=repeats,
                asking_time=asking_time,
                buyer=buyer,
                seen=seen,
                following=following,
            )

    def _batch(
        self,
        names: tuple[str, ...],
        chosen: Longs,
        *,
        repeats: bool,
        asking_time: bool,
        buyer: bool,
        seen: bool,
        following: int,
    ) -> TrainingBatch:
        windows = self.histories.select(chosen)
        inputs = windows.padded(names)
        length = int(inputs["length"].max())
        if buyer:
            inputs[BUYER] = buyer_codes(windows)
        sizes = (self.first[1:] - self.first[:-1])[chosen]
        window = np.repeat(np.arange(len(chosen)), sizes)
        before = np.cumsum(sizes) - sizes
        index = np.repeat(self.first[chosen] - before, sizes) + np.arange(sizes.sum())
        event = self.end[index] - 1 - self.histories.start[chosen][window]
        product = self.histories.columns["product"][self.target[index]] - FIRST
        position = window * length + event
        whole = self._whole_histories(index)
        histories, state = whole.distinct()
        first = np.unique(state, return_index=True)[1]
        return TrainingBatch(
            inputs,
            position[first].astype(np.int32),
            state.astype(np.int32),
            product.astype(np.int32),
            index,
            asking_time_codes(histories) if asking_time else None,
            repeat_candidates(histories) if repeats else None,
            _seen_products(whole) if seen else None,
            self._following(index[first], following) if following else None,
        )

    def _following(self, index: Longs, most: int) -> Ints:
        """Return the codes of the targets that come after the histories of some, [index, most].

        What is no target of a window, such as a product that training does not rank, is 0.
        """
        columns = self.histories.events
        before = columns.targets_before
        codes = np.zeros((len(index), most), dtype=np.int32)
        for later in range(most):
            other = np.minimum(index + later, len(self.target) - 1)
            place = before[self.target[other]] - before[self.end[index]]
            usable = (self.begin[other] == self.begin[index]) & (place < most)
            usable &= index + later < len(self.target)
            row = np.flatnonzero(usable)
            codes[row, place[row]] = columns["product"][self.target[other[row]]]
        return codes

    def _whole_histories(self, index: Longs) -> Histories:
        """Return the histories of some targets, not cut to their windows."""
        columns = self.histories.columns
        at = columns["asking_time"][self.target[index]]
        return Histories(columns, self.begin[index], self.end[index], at)


def _seen_products(histories: Histories) -> Ints:
    """Return the row and product index of each known product of the targets in histories."""
    bought = histories.of_targets()
    codes, rows = bought.flat("product").astype(np.int64), bought.rows()
    width = int(codes.max(initial=0)) + 1
    row, code = np.divmod(np.unique((rows * width + codes)[codes >= FIRST]), width)
    return np.stack([row, code - FIRST]).astype(np.int32)


def _groups(lengths: Longs, budget: int) -> Iterator[slice]:
    """Yield slices of windows, sorted roughly by length, whose padded size is within the budget."""
    start, longest = 0, 0
    for end, length in enumerate(lengths.tolist()):
        longest = max(longest, length)
        if end > start and longest * (end + 1 - start) > budget:
            yield slice(start, end)
            start, longest = end, length
    if len(lengths):
        yield slice(start, len(lengths))


def training_windows(buyers: Histories, length: int, random: np.random.Generator) -> Windows:
    """Return the training windows with every training target.

    Histories longer than a window are cut at a random offset, which differs between epochs, so
    that an event is read with more of its past in some epochs than in others.

    Parameters
    ----------
    buyers : Histories
        The training events of each buyer.
    length : int
        Most events of a window.
    random : numpy.random.Generator
        Draws the offsets.
    """
    target, end, row = targets_within(buyers)
    begin_of_buyer = buyers.start[row]
    last = buyers.start.copy()
    np.maximum.at(last, row, end)
    buyers = replace(buyers, stop=last)  # what comes later is in no history
    buyers = buyers.select(buyers.lengths > 0)
    readable = buyers.lengths
    shift = np.where(readable > length, random.integers(0, length, len(readable)), 0)
    count = -(-(readable + shift) // length)
    owner = np.repeat(np.arange(len(readable)), count)
    nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    begin = buyers.start[owner] - shift[owner] + nth * length
    start = np.maximum(begin, buyers.start[owner])
    stop = np.minimum(begin + length, buyers.stop[owner])
    order = np.argsort(end, kind="stable")
    target, end, whole = target[order], end[order], begin_of_buyer[order]
    sizes = np.diff(np.searchsorted(end, np.stack([start, stop]), side="right"), axis=0)[0]
    windows = replace(buyers.select(owner), start=start, stop=stop)
    return _with_known_targets(windows, target, end, whole, sizes)


def target_windows(histories: Histories, targets: Longs, length: int) -> Windows:
    """Return the windows for the evaluation of targets, each from its most recent events.

    Targets of a buyer whose history fits into one window share it; every longer history has a
    window of its own. Each prediction is the same as if its history were read alone.

    Parameters
    ----------
    histories : Histories
        The history of each target; grouped by buyer.
    targets : int64 array [targets]
        Column index of each target.
    length : int
        Most events of a window.
    """
    cut = histories.latest(length)
    own = cut.start > histories.start
    key = np.where(own, -1 - cut.stop, histories.start)
    order = np.lexsort((histories.stop, key))
    key, cut = key[order], cut.select(order)
    last = np.append(key[1:] != key[:-1], True)
    ends = np.flatnonzero(last)
    sizes = np.diff(np.append(-1, ends))
    return _with_known_targets(
        cut.select(ends), targets[order], cut.stop, histories.start[order], sizes
    )


def _with_known_targets(
    histories: Histories, target: Longs, end: Longs, begin: Longs, sizes: Longs
) -> Windows:
    """Return windows without cold targets, and without windows that have no other target."""
    known = histories.columns["product"][target] >= FIRST
    window = np.repeat(np.arange(len(sizes)), sizes)
    counts: npt.NDArray[Any] = np.bincount(window[known], minlength=len(sizes))
    not_empty = counts > 0
    first = np.append(0, np.cumsum(counts[not_empty])).astype(np.int64)
    return Windows(histories.select(not_empty), target[known], end[known], begin[known], first)
