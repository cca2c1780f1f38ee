"""Mixing: the weighted sum of what the members of a blend say, for many histories at once.

Most members say the same of most products to everybody. That part of the sum is made once; of each
history only the few products are touched of which such a member says something else. These are
found for many histories together, and the sums are then made for so few at a time that they stay
near the processor.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from data.sequences import Floats, Longs
from model.histories import Array, Histories, places
from model.ranker import Ranker, SparseBaseline
from model.sums import Changes, Share, Sum
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
        step -= step % near  # so that sums begin where ``changes`` takes them to begin
        changes = [one.changes(histories, of, near) for one in self._sparse]
        for begin in range(0, len(histories), step):
            some = slice(begin, min(begin + step, len(histories)))
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

    def _start(self, found: Sum, parts: Sequence[Floats]) -> None:
        """Begin a sum with what sparse members say to everybody."""
        if not self._sparse:
            return
        np.take(self._new, found.of, axis=0, out=found.new, mode="clip")  # else through a copy
        found.own += self._own[found.of_own, found.place % found.new.shape[1]]
        np.matmul(np.stack(parts, axis=1), self._raw, out=found.mixture)


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
