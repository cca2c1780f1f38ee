"""Mixing: the weighted sum of what the members of a blend say, for many histories at once.

Most members say the same of most products to everybody. That part of the sum is made once; of each
history only the few products are touched of which such a member says something else. These are
found for many histories together, and the sums are then made for so few at a time that they stay
near the processor.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from data.preparation.sequences import Floats, Longs
from model.baselines.base import Recommender, SparseBaseline
from model.blend.accumulate import Changes, Share, Sum, Usual
from model.blend.weights import Weights
from model.kernels.csr import Entries
from model.sequences.histories import Array, Histories

NEAR = 2**19
"""Scores that are summed at a time."""
Said = Callable[[slice], Sequence[Floats]]
"""What the dense members say of some of the histories, [histories, products] each; it is kept."""


class Mixer:
    """The members of a blend, ready to be summed.

    Parameters
    ----------
    members : sequence of Recommender
        Fitted.
    weights : sequence of Weights
        One a context.
    scales : array [members]
        The size of each member's highest scores.
    """

    def __init__(
        self, members: Sequence[Recommender], weights: Sequence[Weights], scales: Array
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
            share = Share(member.probabilistic, factor, *(one[:, i] for one in (pool, new, own)))
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
        begun = self._begin(changes, of, Entries.of(histories.matrix(products)), products)
        for begin in range(0, len(histories), step):
            some = slice(begin, min(begin + step, len(histories)))
            said = dense(some)
            for first in range(begin, some.stop, near):
                rows = slice(first, min(first + near, some.stop))
                found = begun(rows)
                for one, (*_, share) in zip(changes, self._sparse, strict=True):
                    found.change(one, first, share)
                for scores, share in zip(said, self._dense, strict=True):
                    found.add(scores[first - begin : rows.stop - begin], share)
                yield rows, found.finish(*self._mixture)

    def _begin(
        self, changes: Sequence[Changes], of: Longs, held: Entries, products: int
    ) -> Callable[[slice], Sum]:
        """Return what begins sums: with what sparse members say to everybody, less their levels."""
        if not changes:
            return lambda rows: Sum.empty(of[rows], held.some(rows), products)
        part, level = (
            np.stack([getattr(one, name) for one in changes], axis=1) for name in ("part", "level")
        )
        new_level, own_level = ((weight[of] * level).sum(axis=1) for weight in self._weights)
        own = held._replace(value=self._own[of[held.row], held.column] - own_level[held.row])

        def begun(rows: slice) -> Sum:
            new, mixture = self._new[of[rows]], part[rows] @ self._raw
            return Sum(of[rows], new, mixture, new_level[rows], own.some(rows))

        return begun
