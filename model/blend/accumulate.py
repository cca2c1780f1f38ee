"""Compiled accumulation of a blend's scores, member by member.

The blend's score of a new product is the sum over members of weight × score on the log scale, plus
the weight of the mixture × its log-probability; products of the history have weights of their own.
Scores of a sparse baseline are split into its default scores, summed once for all histories, and
differences for a few products of each history.
"""

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from data.preparation.sequences import Floats, Longs
from model.blend.conditional_logit import TINY
from model.kernels.csr import Entries
from model.kernels.math import ZERO, compiled, exp, highest, log, log1p, total


class MemberWeights(NamedTuple):
    """How a member's scores are transformed and weighted.

    Attributes
    ----------
    probabilistic : bool
        Whether the scores are log-probabilities up to a constant per history.
    factor : float32
        Scale of other scores, before log(1 + x).
    mixture, new, repeat : float32 [strata]
    """

    probabilistic: bool
    factor: Any
    mixture: Floats
    new: Floats
    repeat: Floats


class DefaultTerms(NamedTuple):
    """The terms of a sparse baseline's default scores.

    Attributes
    ----------
    raw : float32 [products]
        Unnormalised probabilities.
    log : float32 [products]
        Scores on the log scale; those of probabilistic members are not normalised.
    raw_sum : float32
    """

    raw: Floats
    log: Floats
    raw_sum: Any

    @classmethod
    def of(cls, scores: Floats, weights: MemberWeights) -> "DefaultTerms":
        """Return the terms of default scores, [products]."""
        if weights.probabilistic:
            raw, log_scores = np.exp(scores), scores
        else:
            raw = np.maximum(scores, ZERO) * weights.factor
            log_scores = np.log1p(raw)
        return cls(raw, log_scores, np.float32(raw.sum(dtype=np.float64)))


class PersonalTerms(NamedTuple):
    """The terms of a sparse baseline's personal scores, minus those of its default scores.

    Attributes
    ----------
    log : Entries [histories, products]
        Difference of the scores on the log scale.
    mixture : float32 [entries]
        Difference of the member's part of the mixture.
    default_factor : float32 [histories]
        Factor of the default terms' ``raw`` in the mixture.
    log_normaliser : float32 [histories]
        Subtracted from all scores on the log scale: the log-sum-exp of probabilistic members.
    """

    log: Entries
    mixture: Floats
    default_factor: Floats
    log_normaliser: Floats

    @classmethod
    def of(
        cls,
        personal: sparse.csr_matrix,
        default: DefaultTerms,
        weights: MemberWeights,
        stratum: Longs,
    ) -> "PersonalTerms":
        """Return the terms of personal scores.

        Parameters
        ----------
        personal : float32 CSR matrix [histories, products]
            The scores that replace the default ones.
        default : DefaultTerms
        weights : MemberWeights
        stratum : int64 [histories]
            Popularity stratum of each history, which chooses its weights.
        """
        scores = Entries.of(personal)
        mixture, factor, normaliser = (
            np.zeros(size, np.float32) for size in (personal.nnz, len(stratum), len(stratum))
        )
        terms = cls(scores._replace(value=np.empty_like(mixture)), mixture, factor, normaliser)
        _subtract_default(scores.value, default, weights, stratum, terms)
        return terms


class Accumulator(NamedTuple):
    """Sums of the members' terms for a batch of histories.

    Attributes
    ----------
    stratum : int64 [histories]
    new : float32 [histories, products]
        Sum of the members' scores with the weights of new products.
    mixture : float32 [histories, products]
        Probability under the mixture.
    log_normaliser : float32 [histories]
        Still to be subtracted from ``new``.
    repeat : Entries [histories, products]
        The same sum as ``new``, with the weights of repeat products, for the products of each
        history.
    """

    stratum: Longs
    new: Floats
    mixture: Floats
    log_normaliser: Floats
    repeat: Entries

    @classmethod
    def zeros(cls, stratum: Longs, counts: Entries, products: int) -> "Accumulator":
        """Return sums of no members; ``counts`` names the products of each history."""
        new, mixture = (np.zeros((len(stratum), products), np.float32) for _sum in range(2))
        normaliser, repeat = np.zeros(len(stratum), np.float32), np.zeros_like(counts.value)
        return cls(stratum, new, mixture, normaliser, counts._replace(value=repeat))

    def add_personal(self, terms: PersonalTerms, begin: int, weights: MemberWeights) -> None:
        """Add the personal terms of a sparse baseline; its default terms are in the sums already.

        Parameters
        ----------
        terms : PersonalTerms
            Of more histories than the sums.
        begin : int
            Row of the sums' first history in ``terms``.
        weights : MemberWeights
        """
        first = terms.log.first
        if first[begin] < first[begin + len(self.stratum)]:
            _add_personal(self, terms, begin, weights)

    def add_dense(self, scores: Floats, weights: MemberWeights) -> None:
        """Add a member's scores of all products, [histories, products]."""
        _add_dense(self, np.ascontiguousarray(scores, np.float32), weights)

    def finish(self, new: Floats, repeat: Floats, intercept: Floats) -> Floats:
        """Return the blend's scores, [histories, products].

        Parameters
        ----------
        new, repeat : float32 [strata]
            Weights of the mixture's log-probability.
        intercept : float32 [strata]
            Added to the scores of repeat products.
        """
        _finish(self, new, repeat, intercept)
        return self.new


@compiled()
def _subtract_default(
    scores: Floats,
    default: DefaultTerms,
    weights: MemberWeights,
    stratum: Longs,
    result: PersonalTerms,
) -> None:
    first, product, log_scores = result.log
    raw = result.mixture
    for i in range(len(scores)):  # a loop of its own, so that it is vectorised
        raw[i] = exp(scores[i]) if weights.probabilistic else max(scores[i], ZERO) * weights.factor
    for i in range(len(scores)):
        log_scores[i] = scores[i] if weights.probabilistic else log1p(raw[i])
    for row in range(len(stratum)):
        raw_sum = default.raw_sum
        for i in range(first[row], first[row + 1]):
            log_scores[i] -= default.log[product[i]]
            raw[i] -= default.raw[product[i]]
            raw_sum += raw[i]
        raw_sum = max(raw_sum, TINY)
        factor = weights.mixture[stratum[row]] / raw_sum
        result.default_factor[row] = factor
        if weights.probabilistic:
            result.log_normaliser[row] = log(raw_sum)
        for i in range(first[row], first[row + 1]):
            raw[i] *= factor


@compiled()
def _add_personal(
    sums: Accumulator, terms: PersonalTerms, begin: int, weights: MemberWeights
) -> None:
    first, product, log_scores = terms.log
    repeat_first, repeat_product, repeat_sum = sums.repeat
    entry = np.full(sums.new.shape[1], -1, np.int32)  # of each product of the history, else -1
    for row in range(len(sums.stratum)):
        new, repeat = weights.new[sums.stratum[row]], weights.repeat[sums.stratum[row]]
        for i in range(repeat_first[row], repeat_first[row + 1]):
            entry[repeat_product[i]] = i
        for i in range(first[begin + row], first[begin + row + 1]):
            item = product[i]
            sums.new[row, item] += new * log_scores[i]
            sums.mixture[row, item] += terms.mixture[i]
            if entry[item] >= 0:
                repeat_sum[entry[item]] += repeat * log_scores[i]
        for i in range(repeat_first[row], repeat_first[row + 1]):
            entry[repeat_product[i]] = -1


@compiled()
def _add_dense(sums: Accumulator, scores: Floats, weights: MemberWeights) -> None:
    repeat_first, repeat_product, repeat_sum = sums.repeat
    raw = np.empty(scores.shape[1], np.float32)
    for row in range(len(scores)):
        member, new_sum, mixture = scores[row], sums.new[row], sums.mixture[row]
        new, repeat = weights.new[sums.stratum[row]], weights.repeat[sums.stratum[row]]
        if weights.probabilistic:
            best = highest(member)
            for i in range(len(raw)):
                raw[i] = exp(member[i] - best)
            raw_sum = total(raw)
            normaliser = best + log(raw_sum)
            for i in range(len(raw)):
                new_sum[i] += new * (member[i] - normaliser)
            for i in range(repeat_first[row], repeat_first[row + 1]):
                repeat_sum[i] += repeat * (member[repeat_product[i]] - normaliser)
        else:
            for i in range(len(raw)):
                raw[i] = max(member[i], ZERO) * weights.factor
            raw_sum = max(total(raw), TINY)
            for i in range(len(raw)):
                new_sum[i] += new * log1p(raw[i])
            for i in range(repeat_first[row], repeat_first[row + 1]):
                repeat_sum[i] += repeat * log1p(raw[repeat_product[i]])
        factor = weights.mixture[sums.stratum[row]] / raw_sum
        for i in range(len(raw)):
            mixture[i] += factor * raw[i]


@compiled()
def _finish(sums: Accumulator, new: Floats, repeat: Floats, intercept: Floats) -> None:
    repeat_first, repeat_product, repeat_sum = sums.repeat
    for row in range(len(sums.stratum)):
        new_sum, mixture, stratum = sums.new[row], sums.mixture[row], sums.stratum[row]
        weight, normaliser = new[stratum], sums.log_normaliser[row]
        for i in range(len(new_sum)):
            mixture[i] = log(max(mixture[i], TINY))
            new_sum[i] += weight * mixture[i] - normaliser
        for i in range(repeat_first[row], repeat_first[row + 1]):
            item = repeat_product[i]
            new_sum[item] = repeat_sum[i] + intercept[stratum] + repeat[stratum] * mixture[item]
