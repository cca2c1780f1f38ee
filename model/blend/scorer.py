"""Scoring of a blend for many histories at once.

Most members are sparse baselines, whose default scores are summed once; for each history only its
personal scores are added. Those are computed for all histories together, and then summed for so
few histories at a time that the sums stay in the processor's cache.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from scipy import sparse

from data.preparation.sequences import Floats, Longs
from model.baselines.base import Recommender, SparseBaseline
from model.blend.accumulate import Accumulator, DefaultTerms, MemberWeights, PersonalTerms
from model.blend.conditional_logit import BlendWeights
from model.kernels.csr import Entries
from model.sequences.histories import Array, Histories

SCORES_PER_BLOCK = 2**19
"""Scores that are summed at a time."""
DenseScores = Callable[[slice], Sequence[Floats]]
"""Returns each dense member's scores of a slice of the histories, [histories, products].

The returned arrays are not modified."""


class BlendScorer:
    """Precomputed sums of a blend's default scores, and the loop over histories.

    Parameters
    ----------
    members : sequence of Recommender
        Fitted.
    weights : sequence of BlendWeights
        One per stratum.
    scales : array [members]
        Mean of each member's highest scores.
    """

    def __init__(
        self, members: Sequence[Recommender], weights: Sequence[BlendWeights], scales: Array
    ) -> None:
        mixture, new, repeat = (
            np.array([getattr(stratum, name) for stratum in weights], dtype=np.float32)
            for name in ("mixture", "new", "repeat")
        )
        intercept = np.array([stratum.repeat_intercept for stratum in weights], dtype=np.float32)
        self._mixture = (new[:, -1], repeat[:, -1], intercept)
        self._sparse: list[tuple[SparseBaseline, DefaultTerms, MemberWeights]] = []
        self._dense: list[MemberWeights] = []
        for i, (member, scale) in enumerate(zip(members, scales, strict=True)):
            factor = np.float32(10 / float(scale))
            columns = (part[:, i] for part in (mixture, new, repeat))
            member_weights = MemberWeights(member.probabilistic, factor, *columns)
            if isinstance(member, SparseBaseline):
                default = DefaultTerms.of(member.default_scores, member_weights)
                self._sparse.append((member, default, member_weights))
            else:
                self._dense.append(member_weights)
        if self._sparse:
            log_scores = np.stack([default.log for _member, default, _weights in self._sparse])
            self._raw = np.stack([default.raw for _member, default, _weights in self._sparse])
            self._new_weights, self._repeat_weights = (
                np.stack([getattr(sparse, name) for *_, sparse in self._sparse], axis=1)
                for name in ("new", "repeat")
            )
            self._new = self._new_weights @ log_scores
            self._repeat = self._repeat_weights @ log_scores

    def score_batches(
        self,
        histories: Histories,
        stratum: Longs,
        dense: DenseScores,
        personal_scores: Callable[[SparseBaseline], sparse.csr_matrix],
        batch_size: int,
    ) -> Iterator[tuple[slice, Floats]]:
        """Yield rows of the histories and their scores, float32 [rows, products].

        Parameters
        ----------
        histories : Histories
        stratum : int array [histories]
        dense : callable
            The scores of the members that are no sparse baselines.
        personal_scores : callable
            The personal scores of a sparse baseline for all histories.
        batch_size : int
            Histories for which ``dense`` is called at a time; fewer are yielded at a time.
        """
        products = self._raw.shape[1] if self._sparse else dense(slice(0, 1))[0].shape[1]
        block_size = max(min(SCORES_PER_BLOCK // products, batch_size), 1)
        personal = [
            PersonalTerms.of(personal_scores(member), default, weights, stratum)
            for member, default, weights in self._sparse
        ]
        item_counts = Entries.of(histories.matrix(products))
        start = self._default_sums(personal, stratum, item_counts, products)
        for begin in range(0, len(histories), batch_size):
            batch = slice(begin, min(begin + batch_size, len(histories)))
            dense_scores = dense(batch)
            for first in range(begin, batch.stop, block_size):
                rows = slice(first, min(first + block_size, batch.stop))
                sums = start(rows)
                for terms, (*_, weights) in zip(personal, self._sparse, strict=True):
                    sums.add_personal(terms, first, weights)
                for scores, weights in zip(dense_scores, self._dense, strict=True):
                    sums.add_dense(scores[first - begin : rows.stop - begin], weights)
                yield rows, sums.finish(*self._mixture)

    def _default_sums(
        self,
        personal: Sequence[PersonalTerms],
        stratum: Longs,
        item_counts: Entries,
        products: int,
    ) -> Callable[[slice], Accumulator]:
        """Return a function from rows to the sums of all default terms, normalised."""
        if not personal:
            return lambda rows: Accumulator.zeros(stratum[rows], item_counts.select(rows), products)
        factor, normaliser = (
            np.stack([getattr(terms, name) for terms in personal], axis=1)
            for name in ("default_factor", "log_normaliser")
        )
        new_normaliser, repeat_normaliser = (
            (weights[stratum] * normaliser).sum(axis=1)
            for weights in (self._new_weights, self._repeat_weights)
        )
        row, column = item_counts.row, item_counts.column
        repeat = item_counts._replace(
            value=self._repeat[stratum[row], column] - repeat_normaliser[row]
        )

        def start(rows: slice) -> Accumulator:
            new, mixture = self._new[stratum[rows]], factor[rows] @ self._raw
            return Accumulator(
                stratum[rows], new, mixture, new_normaliser[rows], repeat.select(rows)
            )

        return start
