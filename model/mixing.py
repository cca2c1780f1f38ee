"""Mixing: the weighted sum of what the members of a blend say, for many histories at once.

Most members say the same of most products to everybody. That part of the sum is made once; of each
history only the few products are touched of which such a member says something else. These are
found for many histories together, and the sums are then made for so few at a time that they stay
near the processor.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from data.sequences import Floats, Ints, Longs
from model.histories import Array, Histories, places
from model.ranker import Ranker, SparseBaseline, row_sums
from model.weights import TINY, Weights

NEAR = 2**19
"""Scores that are summed at a time."""
Said = Callable[[slice], Sequence[Floats]]
"""What the dense members say of some of the histories, [histories, products] each; it is kept."""


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

    def mixed(
        self, histories: Histories, of: Longs, dense: Said, step: int
    ) -> Iterator[tuple[slice, Floats]]:
        """Yield which histories, and their sums, float32 [histories, products].

        Parameters
        ----------
        histories : Histories
        of : int array [histories]
            The context of each.
        dense : callable
            What those members say that are no sparse baselines.
        step : int
            Histories that the dense members are asked of at a time; sums are of fewer.
        """
        products = self._raw.shape[1] if self._sparse else dense(slice(0, 1))[0].shape[1]
        near = max(min(NEAR // products, step), 1)
        changes = [one.changes(histories, of, near) for one in self._sparse]
        for begin in range(0, len(histories), step // near * near):
            some = slice(begin, min(begin + step // near * near, len(histories)))
            said = dense(some)
            for first in range(begin, some.stop, near):
                rows = slice(first, min(first + near, some.stop))
                found = Sum.empty(histories.some(rows), of[rows], products)
                self._start(found, [change.part[rows] for change in changes])
                for one, change in zip(self._sparse, changes, strict=True):
                    found.change(change, rows, one.share)
                for share, scores in zip(self._dense, said, strict=True):
                    found.add(scores[first - begin : rows.stop - begin], share)
                yield rows, found.total(*self._mixture, self._again)

    def _start(self, found: "Sum", parts: Sequence[Floats]) -> None:
        """Begin a sum with what sparse members say to everybody."""
        if not self._sparse:
            return
        np.take(self._new, found.of, axis=0, out=found.new, mode="clip")
        found.own += self._own[found.of_own, found.place % found.new.shape[1]]
        np.matmul(np.stack(parts, axis=1), self._raw, out=found.mixture)


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

    def raw(self, scores: Floats, room: Floats | None = None) -> Floats:
        """Return what probabilities are in proportion to, in ``room`` where it is given."""
        if self.probable:
            found: Floats = np.exp(scores, out=room)
        else:  # NumPy is three times slower where one number is compared with all
            found = np.maximum(scores, np.zeros(scores.shape[-1:], np.float32), out=room)
            found *= np.float32(10 / self.scale)
        return found

    def said(self, scores: Floats, raw: Floats) -> Floats:
        """Return what is summed: logarithms, but for a history's level."""
        return scores if self.probable else np.log1p(raw)


@dataclass
class Sum:
    """A sum under way; what a history holds is kept apart, as it has weights of its own.

    Attributes
    ----------
    new, mixture, room : float32 [histories, products]
        The last one is room to work in.
    level : float32 [histories]
        What is to be added to all of ``new``.
    of : int64 [histories]
        The context of each history.
    row : int64 [entries]
        The history of each entry of ``place``.
    place : int64 [entries]
        The products that each history holds: history × products + product.
    number : int32 [histories × products]
        Where in ``place`` a product of a history is; -1 where it is not held.
    own : float32 [entries]
        Of what is held, what ``new`` is of the rest.
    """

    new: Floats
    mixture: Floats
    room: Floats
    level: Floats
    of: Longs
    row: Longs
    place: Longs
    number: Ints
    own: Floats

    @classmethod
    def empty(cls, histories: Histories, of: Longs, products: int) -> "Sum":
        """Return a sum of nothing."""
        row, product = places(histories.matrix(products))
        place = row * products + product
        number = np.full(len(histories) * products, -1, dtype=np.int32)
        number[place] = np.arange(len(place))
        shape = (len(histories), products)
        new, mixture, room = (
            make(shape, dtype=np.float32) for make in (np.zeros, np.zeros, np.empty)
        )
        level, own = np.zeros(len(histories), np.float32), np.zeros(len(place), np.float32)
        return cls(new, mixture, room, level, of, row, place, number, own)

    @property
    def of_own(self) -> Longs:
        """The context of each entry of ``place``."""
        return self.of[self.row]

    def change(self, changes: "Changes", rows: slice, share: Share) -> None:
        """Add what a member says otherwise to these histories; what is usual is there already."""
        entries = slice(changes.first[rows.start], changes.first[rows.stop])
        place, said = changes.place[entries], changes.said[entries]
        weights = np.repeat(share.new[self.of], np.diff(changes.first[rows.start : rows.stop + 1]))
        np.add.at(self.new.ravel(), place, weights * said)
        if share.pool.any():
            np.add.at(self.mixture.ravel(), place, changes.mixture[entries])
        number = self.number[place]
        held = np.flatnonzero(number >= 0)
        number = number[held]
        self.own[number] += share.own[self.of_own[number]] * said[held]
        if share.probable:
            self.lower(changes.level[rows], share)

    def add(self, scores: Floats, share: Share) -> None:
        """Add what a member says of every product."""
        raw, highest = self.room, np.zeros((len(scores), 1), np.float32)
        if share.probable:
            highest = scores.max(axis=1, keepdims=True)
            np.subtract(scores, highest, out=raw)
            share.raw(raw, raw)
        else:
            share.raw(scores, raw)
        whole = row_sums(raw)
        said = share.said(scores, raw)
        self.own += share.own[self.of_own] * said.ravel()[self.place]
        if share.probable:
            self.lower(highest[:, 0] + np.log(whole), share)
        if share.pool.any():
            parts = share.pool[self.of] / np.maximum(whole, TINY)
            self._add(self.mixture, raw, parts.astype(np.float32))
        self._add(self.new, said, share.new[self.of])

    def _add(self, to: Floats, what: Floats, weights: Floats) -> None:
        """Add something so many times as each history's weight says."""
        np.multiply(what, weights[:, None], out=self.room)
        to += self.room

    def lower(self, level: Floats, share: Share) -> None:
        """Take a member's levels, the logarithms of its sums, from what the histories have."""
        self.level -= share.new[self.of] * level
        self.own -= share.own[self.of_own] * level[self.row]

    def total(self, new: Floats, own: Floats, again: Floats) -> Floats:
        """Return the sum with the mixture and a buyer's own products in it.

        ``new`` and ``own`` are what the mixture counts, ``again`` what is added to own products,
        each [contexts].
        """
        mixture = self.mixture
        np.maximum(mixture, np.full(mixture.shape[1], TINY, np.float32), out=mixture)
        np.log(mixture, out=mixture)
        self.own += own[self.of_own] * mixture.ravel()[self.place] + again[self.of_own]
        self._add(self.new, mixture, new[self.of])
        self.new += self.level[:, None]
        self.new.ravel()[self.place] = self.own
        return self.new


@dataclass(frozen=True)
class Changes:
    """What a member says of a few products of each history.

    Attributes
    ----------
    first : int [histories + 1]
        Where each history's entries begin.
    place : int64 [entries]
        History × products + product, counted from the first history of a sum.
    said : float32 [entries]
        How far what is summed is from what is usual.
    mixture : float32 [entries]
        The same of the member's part in the mixture.
    part : float32 [histories]
        How much of what is usual belongs into the mixture.
    level : float32 [histories]
        The logarithm of the sum over all products.
    """

    first: Ints
    place: Longs
    said: Floats
    mixture: Floats
    part: Floats
    level: Floats


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

    def changes(self, histories: Histories, of: Longs, step: int) -> Changes:
        """Return what is otherwise for some histories, so many of them a sum."""
        changed = self.member.changed(histories)
        row, product = places(changed)
        raw = self.share.raw(changed.data)
        said = self.share.said(changed.data, raw) - self.said[product]
        raw -= self.raw[product]
        whole = self._whole + np.add.reduceat(np.append(raw, np.float32(0)), changed.indptr[:-1])
        counts = np.diff(changed.indptr)
        whole[counts == 0] = self._whole
        whole = np.maximum(whole, TINY)
        part = self.share.pool[of] / whole
        raw *= np.repeat(part, counts)
        place = row % step * len(self.raw) + product
        return Changes(changed.indptr, place, said, raw, part, np.log(whole))
