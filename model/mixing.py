"""Mixing: the weighted sum of what the members of a blend say, for many histories at once.

Most members say the same of most products to everybody. That part of the sum is made once; of each
history only the few products are touched of which such a member says something else. These are
found for many histories together, and the sums are then made for so few at a time that they stay
near the processor.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from data.sequences import Floats, Longs
from model.entries import Entries
from model.histories import Array, Histories
from model.ranker import Ranker, SparseBaseline
from model.sums import Changes, Share, Sum, Usual
from model.weights import Weights

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
        self._mixture = (new[:, -1], own[:, -1], again)
        self._sparse: list[tuple[SparseBaseline, Usual, Share]] = []
        self._dense: list[Share] = []
        for i, (member, scale) in enumerate(zip(members, scales, strict=True)):
            factor = np.float32(10 / float(scale))
            share = Share(member.probabilities, factor, *(one[:, i] for one in (pool, new, own)))
            if isinstance(member, SparseBaseline):
                self._sparse.append((member, Usual.of(member.usual, share), share))
            else:
                self._dense.append(share)
        if self._sparse:
            said = np.stack([usual.said for _member, usual, _share in self._sparse])
            self._raw = np.stack([usual.raw for _member, usual, _share in self._sparse])
            self._weights = [
                np.stack([getattr(share, name) for *_, share in self._sparse], axis=1)
                for name in ("new", "own")
            ]
            self._new, self._own = (weight @ said for weight in self._weights)

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
        changes = [
            Changes.of(member.changed(histories), usual, share, of)
            for member, usual, share in self._sparse
        ]
        held = Entries.of(histories.matrix(products))
        for begin in range(0, len(histories), step):
            some = slice(begin, min(begin + step, len(histories)))
            said = dense(some)
            for first in range(begin, some.stop, near):
                rows = slice(first, min(first + near, some.stop))
                if changes:
                    found = self._begun(of[rows], held.some(rows), changes, rows)
                else:
                    found = Sum.empty(of[rows], held.some(rows), products)
                for one, (*_, share) in zip(changes, self._sparse, strict=True):
                    found.change(one, first, share)
                for scores, share in zip(said, self._dense, strict=True):
                    found.add(scores[first - begin : rows.stop - begin], share)
                yield rows, found.finish(*self._mixture)

    def _begun(self, of: Longs, held: Entries, changes: Sequence[Changes], rows: slice) -> Sum:
        """Begin a sum with what sparse members say to everybody, each less its level."""
        part, level = (
            np.stack([getattr(one, name)[rows] for one in changes], axis=1)
            for name in ("part", "level")
        )
        new_level, own_level = ((weight[of] * level).sum(axis=1) for weight in self._weights)
        new = self._new[of]
        new -= new_level[:, None]
        own = self._own[of[held.row], held.column] - own_level[held.row]
        return Sum(of, new, part @ self._raw, held._replace(value=own))
