"""Sums: what members of a blend say of some histories, added up row by row in compiled loops."""

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from data.preparation.sequences import Floats, Longs
from model.blend.weights import TINY
from model.kernels.csr import Entries
from model.kernels.math import ZERO, compiled, exp, highest, log, log1p, total


class Share(NamedTuple):
    """How a member's scores are read, and what they count.

    Attributes
    ----------
    probable : bool
        Whether their softmax are probabilities.
    factor : float32
        What they are multiplied with where they are none.
    pool, new, own : float32 [contexts]
    """

    probable: bool
    factor: Any
    pool: Floats
    new: Floats
    own: Floats


class Usual(NamedTuple):
    """What a sparse baseline says to everybody, in the form of the sum.

    Attributes
    ----------
    raw : float32 [products]
        What probabilities are in proportion to.
    said : float32 [products]
        What is summed: logarithms, but for a history's level.
    whole : float32
        The sum of ``raw``.
    """

    raw: Floats
    said: Floats
    whole: Any

    @classmethod
    def of(cls, scores: Floats, share: Share) -> "Usual":
        """Return what these scores come to."""
        if share.probable:
            raw, said = np.exp(scores), scores
        else:
            raw = np.maximum(scores, ZERO) * share.factor
            said = np.log1p(raw)
        return cls(raw, said, np.float32(raw.sum(dtype=np.float64)))


class Changes(NamedTuple):
    """What a sparse baseline says otherwise of a few products of each history.

    Attributes
    ----------
    said : Entries [histories, products]
        How far what is summed is from what is usual.
    mixture : float32 [entries]
        The same of the member's part in the mixture.
    part : float32 [histories]
        How much of what is usual belongs into the mixture.
    level : float32 [histories]
        What is taken from all that is summed: the logarithm of the sum of probabilities.
    """

    said: Entries
    mixture: Floats
    part: Floats
    level: Floats

    @classmethod
    def of(cls, changed: sparse.csr_matrix, usual: Usual, share: Share, of: Longs) -> "Changes":
        """Return how far changed scores are from the usual ones, in histories of some contexts."""
        scores = Entries.of(changed)
        mixture, part, level = (np.zeros(n, np.float32) for n in (changed.nnz, len(of), len(of)))
        found = cls(scores._replace(value=np.empty_like(mixture)), mixture, part, level)
        _differ(scores.value, usual, share, of, found)
        return found


class Sum(NamedTuple):
    """A sum under way; what a history holds is kept apart, as it has weights of its own.

    Attributes
    ----------
    of : int64 [histories]
        The context of each history.
    new, mixture : float32 [histories, products]
    level : float32 [histories]
        What is still to be taken from all of ``new``.
    own : Entries [histories, products]
        Of what a history holds, what ``new`` is of all other products.
    """

    of: Longs
    new: Floats
    mixture: Floats
    level: Floats
    own: Entries

    @classmethod
    def empty(cls, of: Longs, held: Entries, products: int) -> "Sum":
        """Return the sum of nothing."""
        new, mixture = (np.zeros((len(of), products), np.float32) for _sum in range(2))
        level, own = np.zeros(len(of), np.float32), np.zeros_like(held.value)
        return cls(of, new, mixture, level, held._replace(value=own))

    def change(self, changes: Changes, begin: int, share: Share) -> None:
        """Add what a member says otherwise; what is usual is there already.

        Parameters
        ----------
        changes : Changes
            Of more histories than these.
        begin : int
            Which of them is the first of these.
        share : Share
        """
        first = changes.said.first
        if first[begin] < first[begin + len(self.of)]:
            _change(self, changes, begin, share)

    def add(self, scores: Floats, share: Share) -> None:
        """Add what a member says of every product."""
        _add(self, np.ascontiguousarray(scores, np.float32), share)

    def finish(self, new: Floats, own: Floats, again: Floats) -> Floats:
        """Return the sum with the mixture and a buyer's own products in it.

        ``new`` and ``own`` are what the mixture counts, ``again`` what is added to own products,
        each [contexts].
        """
        _finish(self, new, own, again)
        return self.new


@compiled()
def _differ(scores: Floats, usual: Usual, share: Share, of: Longs, found: Changes) -> None:
    first, product, said = found.said
    raw = found.mixture
    for i in range(len(scores)):  # apart from what follows, so that many are done at a time
        raw[i] = exp(scores[i]) if share.probable else max(scores[i], ZERO) * share.factor
    for i in range(len(scores)):
        said[i] = scores[i] if share.probable else log1p(raw[i])
    for row in range(len(of)):
        whole = usual.whole
        for i in range(first[row], first[row + 1]):
            said[i] -= usual.said[product[i]]
            raw[i] -= usual.raw[product[i]]
            whole += raw[i]
        whole = max(whole, TINY)
        part = share.pool[of[row]] / whole
        found.part[row] = part
        if share.probable:
            found.level[row] = log(whole)
        for i in range(first[row], first[row + 1]):
            raw[i] *= part


@compiled()
def _change(to: Sum, changes: Changes, begin: int, share: Share) -> None:
    first, product, said = changes.said
    own_first, held, own_sum = to.own
    entry = np.full(to.new.shape[1], -1, np.int32)  # of each product among those held
    for row in range(len(to.of)):
        new, own = share.new[to.of[row]], share.own[to.of[row]]
        for i in range(own_first[row], own_first[row + 1]):
            entry[held[i]] = i
        for i in range(first[begin + row], first[begin + row + 1]):
            one = product[i]
            to.new[row, one] += new * said[i]
            to.mixture[row, one] += changes.mixture[i]
            if entry[one] >= 0:
                own_sum[entry[one]] += own * said[i]
        for i in range(own_first[row], own_first[row + 1]):
            entry[held[i]] = -1


@compiled()
def _add(to: Sum, scores: Floats, share: Share) -> None:
    own_first, held, own_sum = to.own
    raw = np.empty(scores.shape[1], np.float32)
    for row in range(len(scores)):
        said, sums, mixed = scores[row], to.new[row], to.mixture[row]
        new, own = share.new[to.of[row]], share.own[to.of[row]]
        if share.probable:
            best = highest(said)
            for i in range(len(raw)):
                raw[i] = exp(said[i] - best)
            whole = total(raw)
            level = best + log(whole)
            for i in range(len(raw)):
                sums[i] += new * (said[i] - level)
            for i in range(own_first[row], own_first[row + 1]):
                own_sum[i] += own * (said[held[i]] - level)
        else:
            for i in range(len(raw)):
                raw[i] = max(said[i], ZERO) * share.factor
            whole = max(total(raw), TINY)
            for i in range(len(raw)):
                sums[i] += new * log1p(raw[i])
            for i in range(own_first[row], own_first[row + 1]):
                own_sum[i] += own * log1p(raw[held[i]])
        part = share.pool[to.of[row]] / whole
        for i in range(len(raw)):
            mixed[i] += part * raw[i]


@compiled()
def _finish(to: Sum, new: Floats, own: Floats, again: Floats) -> None:
    own_first, held, own_sum = to.own
    for row in range(len(to.of)):
        sums, mixed, of = to.new[row], to.mixture[row], to.of[row]
        weight, level = new[of], to.level[row]
        for i in range(len(sums)):
            mixed[i] = log(max(mixed[i], TINY))
            sums[i] += weight * mixed[i] - level
        for i in range(own_first[row], own_first[row + 1]):
            sums[held[i]] = own_sum[i] + again[of] + own[of] * mixed[held[i]]
