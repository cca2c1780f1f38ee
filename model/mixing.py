"""Mixing: the weighted sum of what the members of a blend say, for many histories at once.

Most members say the same of most products to everybody. That part of the sum is made once; of each
history only the few products are touched of which such a member says something else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from data.sequences import Floats, Ints, Longs
from model.histories import Array, Histories, places
from model.ranker import Ranker, SparseBaseline
from model.weights import TINY, Weights

NEAR = 2**16
"""Scores that are dealt with at a time."""


class Mixer:
    """The members of a blend, ready to be summed.

    Parameters
    ----------
    members : sequence of Ranker
        Fitted.
    weights : sequence of Weights
        One a context.
    scales : array [members]
        The size of each member's highest scores.
    """

    def __init__(
        self, members: Sequence[Ranker], weights: Sequence[Weights], scales: Array
    ) -> None:
        pool, new, own = (
            np.array([getattr(one, name) for one in weights], dtype=np.float32)
            for name in ("pool", "new", "own")
        )
        again = np.array([one.again for one in weights], dtype=np.float32)
        self._mixture, self._again = (new[:, -1], own[:, -1]), again
        self._sparse, self._dense = [], []
        for i, (member, scale) in enumerate(zip(members, scales, strict=True)):
            share = Share(member.probabilities, float(scale), pool[:, i], new[:, i], own[:, i])
            if isinstance(member, SparseBaseline):
                self._sparse.append(Usual(member, share))
            else:
                self._dense.append(share)
        if self._sparse:
            said = np.stack([one.said for one in self._sparse])
            self._new = np.stack([one.share.new for one in self._sparse], axis=1) @ said
            self._own = np.stack([one.share.own for one in self._sparse], axis=1) @ said
            self._raw = np.stack([one.raw for one in self._sparse])

    def mixed(self, histories: Histories, of: Longs, of_dense: Sequence[Floats]) -> Floats:
        """Return the sum, float32 [histories, products].

        Parameters
        ----------
        histories : Histories
        of : int array [histories]
            The context of each.
        of_dense : sequence of array [histories, products]
            What those members say that are no sparse baselines.
        """
        products = of_dense[0].shape[1] if of_dense else self._raw.shape[1]
        found = Sum.empty(histories, of, products)
        if self._sparse:
            np.take(self._new, of, axis=0, out=found.new)
            found.own += self._own[found.of_own, found.place % products]
            changes = [one.changes(histories) for one in self._sparse]
            parts = [
                one.share.pool[of] / change.whole
                for one, change in zip(self._sparse, changes, strict=True)
            ]
            np.matmul(np.stack(parts, axis=1), self._raw, out=found.mixture)
            for one, change in zip(self._sparse, changes, strict=True):
                one.add(change, found)
        for share, scores in zip(self._dense, of_dense, strict=True):
            share.add(scores, found)
        return found.total(*self._mixture, self._again)


@dataclass
class Sum:
    """A sum under way; what a history holds is kept apart, as it has weights of its own.

    Attributes
    ----------
    new, mixture : float32 [histories, products]
    level : float32 [histories]
        What is to be added to all of ``new``.
    of : int64 [histories]
        The context of each history.
    of_own : int64 [entries]
        The context of each entry of ``place``.
    first : int [histories + 1]
        Where each history's entries of ``place`` begin.
    place : int64 [entries]
        The products that each history holds: history × products + product.
    number : int32 [histories × products]
        Where in ``place`` a product of a history is; -1 where it is not held.
    own : float32 [entries]
        Of what is held, what ``new`` is of the rest.
    """

    new: Floats
    mixture: Floats
    level: Floats
    of: Longs
    of_own: Longs
    first: Ints
    place: Longs
    number: Ints
    own: Floats

    @classmethod
    def empty(cls, histories: Histories, of: Longs, products: int) -> "Sum":
        """Return a sum of nothing."""
        held = histories.matrix(products)
        row, product = places(held)
        place = row * products + product
        number = np.full(len(histories) * products, -1, dtype=np.int32)
        number[place] = np.arange(len(place))
        shape = (len(histories), products)
        new, mixture = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        level, own = np.zeros(len(histories), np.float32), np.zeros(len(place), np.float32)
        return cls(new, mixture, level, of, of[row], held.indptr, place, number, own)

    def near(self) -> Iterator[tuple[slice, slice]]:
        """Yield histories and their entries, so few at a time that they stay near the processor."""
        step = max(NEAR // self.new.shape[1], 1)
        for begin in range(0, len(self.new), step):
            end = min(begin + step, len(self.new))
            yield slice(begin, end), slice(self.first[begin], self.first[end])

    def lower(self, rows: slice, entries: slice, share: "Share", level: Floats) -> None:
        """Take a member's levels, the logarithms of its sums, from what some histories have."""
        self.level[rows] -= share.new[self.of[rows]] * level
        counts = np.diff(self.first)[rows]
        self.own[entries] -= share.own[self.of_own[entries]] * np.repeat(level, counts)

    def total(self, new: Floats, own: Floats, again: Floats) -> Floats:
        """Return the sum with the mixture and a buyer's own products in it.

        ``new`` and ``own`` are what the mixture counts, ``again`` what is added to own products,
        each [contexts].
        """
        for rows, entries in self.near():
            mixture = self.mixture[rows]
            np.maximum(mixture, TINY, out=mixture)
            np.log(mixture, out=mixture)
            held = self.place[entries] - rows.start * mixture.shape[1]
            self.own[entries] += own[self.of_own[entries]] * mixture.ravel()[held]
            mixture *= new[self.of[rows], None]
            mixture += self.level[rows, None]
            self.new[rows] += mixture
        self.new.ravel()[self.place] = self.own + again[self.of_own]
        return self.new


@dataclass(frozen=True)
class Share:
    """How a member's scores are read, and what they count.

    Attributes
    ----------
    probable : bool
        Whether their softmax are probabilities.
    scale : float
        Their size, where they are none.
    pool, new, own : float32 [contexts]
    """

    probable: bool
    scale: float
    pool: Floats
    new: Floats
    own: Floats

    def raw(self, scores: Floats) -> Floats:
        """Return what probabilities are in proportion to."""
        found: Floats = (
            np.exp(scores) if self.probable else np.maximum(scores, 0) * np.float32(10 / self.scale)
        )
        return found

    def said(self, scores: Floats, raw: Floats) -> Floats:
        """Return what is summed: logarithms, but for a history's level."""
        return scores if self.probable else np.log(raw + 1)

    def add(self, scores: Floats, to: Sum) -> None:
        """Add what a member says of every product."""
        for rows, entries in to.near():
            part = scores[rows]
            if self.probable:
                part = part - part.max(axis=1, keepdims=True)
            raw = self.raw(part)
            whole = raw.sum(axis=1)
            said = self.said(part, raw)
            held = to.place[entries] - rows.start * said.shape[1]
            to.own[entries] += self.own[to.of_own[entries]] * said.ravel()[held]
            if self.probable:
                to.lower(rows, entries, self, np.log(whole))
            said *= self.new[to.of[rows], None]
            to.new[rows] += said
            if self.pool.any():
                raw *= (self.pool[to.of[rows]] / np.maximum(whole, TINY))[:, None]
                to.mixture[rows] += raw


@dataclass(frozen=True)
class Changes:
    """What a member says of a few products of each history.

    Attributes
    ----------
    row, place : int64 [entries]
        Which history, and history × products + product.
    said, raw : float32 [entries]
        How far they are from what is usual.
    whole : float32 [histories]
        The sum of ``raw`` over all products.
    """

    row: Longs
    place: Longs
    said: Floats
    raw: Floats
    whole: Floats


class Usual:
    """What a sparse baseline says to everybody, in the form of the sum.

    Parameters
    ----------
    member : SparseBaseline
        Fitted.
    share : Share
    """

    def __init__(self, member: SparseBaseline, share: Share) -> None:
        self.member, self.share = member, share
        self.raw = share.raw(member.usual)
        self.said = share.said(member.usual, self.raw)
        self._whole = np.float32(self.raw.sum(dtype=np.float64))

    def changes(self, histories: Histories) -> Changes:
        """Return what is otherwise for some histories."""
        changed = self.member.changed(histories)
        row, product = places(changed)
        raw = self.share.raw(changed.data)
        said = self.share.said(changed.data, raw) - self.said[product]
        raw = raw - self.raw[product]
        whole = self._whole + np.add.reduceat(np.append(raw, np.float32(0)), changed.indptr[:-1])
        whole[np.diff(changed.indptr) == 0] = self._whole
        place = row * len(self.raw) + product
        return Changes(row, place, said, raw, np.maximum(whole, TINY))

    def add(self, changes: Changes, to: Sum) -> None:
        """Add what is otherwise; ``to`` has what is usual already."""
        share = self.share
        to.new.ravel()[changes.place] += share.new[to.of][changes.row] * changes.said
        if share.pool.any():
            parts = share.pool[to.of] / changes.whole
            to.mixture.ravel()[changes.place] += parts[changes.row] * changes.raw
        number = to.number[changes.place]
        held = number >= 0
        number = number[held]
        to.own[number] += share.own[to.of_own[number]] * changes.said[held]
        if share.probable:
            to.lower(slice(None), slice(None), share, np.log(changes.whole))
