"""Weights of a blend: a conditional logit over what its members say of some products.

Beside the members stands their mixture: the weighted mean of their probabilities, which is what
buyers make who now follow one rule and now another; its weights are found by expectation
maximisation (Dempster, Laird and Rubin 1977). Each member and the mixture have two weights, one
for products that are new to the buyer and one for the buyer's own: what tells which new product
comes next says little of which one is bought again. They are those that make the targets most
probable (McFadden 1974), drawn a little towards zero.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from data.preparation.sequences import Floats
from model.metrics.ranking import top_k
from model.sequences.histories import Array

BEST, DRAWN = 20, 200
RIDGE = 5e-3
NEVER = -1e9
STEPS = 100
LEAST = 1e-3
"""Of what counts less in the mixture, nothing is left there."""
ENOUGH = {"maxiter": 100, "ftol": 1e-6}
TINY = np.float32(1e-9)


@dataclass(frozen=True)
class Weights:
    """What each member counts, and what is added to a buyer's own products.

    Attributes
    ----------
    pool : float array [members]
        Each member's part in the mixture.
    new, own : float arrays [members + 1]
        The last weight is the mixture's.
    again : float
    """

    pool: Array
    new: Array
    own: Array
    again: float


@dataclass(frozen=True)
class Sample:
    """Some products for each target, the target first.

    Attributes
    ----------
    features : float32 [targets, products, members]
        What each member says.
    own : bool [targets, products]
        Whether the history holds a product.
    offset : float32 [targets, products]
        The logarithm of how many products each stands for.
    total : float32 [targets, members]
        What ``share`` divides by.
    """

    features: Floats
    own: Array
    offset: Floats
    total: Floats

    @classmethod
    def joined(cls, parts: Sequence["Sample"]) -> "Sample":
        """Put parts together, padded to the widest with products that never come."""
        width = max(part.offset.shape[1] for part in parts)

        def padded(values: Array, fill: float) -> Array:
            gap = [(0, 0), (0, width - values.shape[1]), (0, 0)][: values.ndim]
            return np.pad(values, gap, constant_values=fill)

        return cls(
            np.concatenate([padded(part.features, 0) for part in parts]),
            np.concatenate([padded(part.own, 0) for part in parts]),
            np.concatenate([padded(part.offset, NEVER) for part in parts]),
            np.concatenate([part.total for part in parts]),
        )

    def some(self, targets: slice | Array) -> "Sample":
        """Keep some of the targets."""
        return Sample(
            self.features[targets], self.own[targets], self.offset[targets], self.total[targets]
        )

    def of(self, members: Array) -> "Sample":
        """Keep what some of the members say."""
        return Sample(self.features[:, :, members], self.own, self.offset, self.total[:, members])


def share(said: Floats, total: Floats, logarithms: bool) -> Floats:
    """Return the probabilities that a member's part in the mixture is.

    Parameters
    ----------
    said : array [targets, products]
        What the member says, in the blend's form.
    total : array [targets]
        The sum of e^said - 1 over all products, which scores that are no logarithms of
        probabilities are divided by.
    logarithms : bool
        Whether the member says logarithms of probabilities.
    """
    found = np.exp(said) if logarithms else np.expm1(said) / np.maximum(total, TINY)[:, None]
    return found.astype(np.float32)


def draw(
    scores: Sequence[Floats],
    held: sparse.csr_matrix,
    answers: Array,
    random: np.random.Generator,
) -> Sample:
    """Return products to compare each target with, and what the members say of them.

    The best of each member and all of the buyer's own stand for themselves; some drawn at random
    stand for all the others, which their offset makes up for.

    Parameters
    ----------
    scores : sequence of array [targets, products]
        One a member.
    held : sparse matrix [targets, products]
        What each history holds.
    answers : int array [targets]
        The targets, every one of them ranked.
    random : numpy.random.Generator
    """
    products = scores[0].shape[1]
    own = np.zeros(scores[0].shape, dtype=bool)
    own[held.nonzero()] = True
    chosen, drawn = _chosen(scores, own, answers, random)
    others = products - chosen.sum(axis=1)
    stands_for: Array = np.log(np.maximum(others, 1) / np.maximum(drawn.sum(axis=1), 1))
    row, product = np.nonzero(chosen | drawn)
    order = np.lexsort((product != answers[row], row))
    row, product = row[order], product[order]
    counts = np.bincount(row, minlength=len(own))
    place = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    index = np.zeros((len(own), int(counts.max())), dtype=np.int64)
    offset = np.full(index.shape, NEVER, dtype=np.float32)
    index[row, place] = product
    offset[row, place] = np.where(drawn[row, product], stands_for[row], 0)
    here = np.arange(len(own))[:, None]
    features = np.stack([one[here, index] for one in scores], axis=2)
    total = np.stack([np.expm1(one).sum(axis=1) for one in scores], axis=1)
    return Sample(features, own[here, index], offset, total)


def _chosen(
    scores: Sequence[Floats], own: Array, answers: Array, random: np.random.Generator
) -> tuple[Array, Array]:
    """Tell which products stand for themselves and which for others, [targets, products]."""
    rows, products = own.shape
    here = np.arange(rows)[:, None]
    chosen = own.copy()
    for one in scores:
        chosen[here, top_k(one, min(BEST, products))] = True
    chosen[here[:, 0], answers] = True
    drawn = np.zeros((rows, products), dtype=bool)
    drawn[here, random.integers(0, products, (rows, DRAWN))] = True
    return chosen, drawn & ~chosen


def fit(sample: Sample, logarithms: Array) -> Weights:
    """Return the weights that make the first product of each row most probable.

    Parameters
    ----------
    sample : Sample
    logarithms : bool array [members]
        Which members say logarithms of probabilities.
    """
    pool = _pool(sample, logarithms)
    new, own, again = logit(with_mixture(sample, pool, logarithms), sample)
    return Weights(pool, new, own, again)


def with_mixture(sample: Sample, pool: Array, logarithms: Array) -> Floats:
    """Return what the members say and, last, the logarithm of their mixture's probabilities."""
    mixture = np.zeros_like(sample.offset)
    parts = _shares(sample, logarithms, sample.features)
    for part, chances in zip(pool, parts, strict=True):
        mixture += np.float32(part) * chances
    mixed = np.log(np.maximum(mixture, TINY))[:, :, None]
    return np.concatenate([sample.features, mixed], axis=2)


def losses(sample: Sample, weights: Weights, logarithms: Array) -> Array:
    """Return minus the logarithm of each target's probability, [targets]."""
    said = with_mixture(sample, weights.pool, logarithms)
    found: Array = -np.log(np.maximum(probabilities(said, sample, weights)[:, 0], TINY))
    return found


def probabilities(features: Floats, sample: Sample, weights: Weights) -> Floats:
    """Return how probable each product is by some weights, [targets, products]."""
    new, own = weights.new.astype(np.float32), weights.own.astype(np.float32)
    again = np.float32(weights.again)
    scores = np.where(sample.own, features @ own + again, features @ new) + sample.offset
    chances: Floats = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    return chances


def _shares(sample: Sample, logarithms: Array, features: Floats) -> Iterator[Floats]:
    """Yield each member's probabilities of some products, [targets, products]."""
    for number, one in enumerate(logarithms):
        yield share(features[:, :, number], sample.total[:, number], one)


def _pool(sample: Sample, logarithms: Array) -> Array:
    """Return the parts of a mixture that make the targets most probable."""
    first = _shares(sample, logarithms, sample.features[:, :1])
    chances = np.maximum(np.concatenate(list(first), axis=1).astype(np.float64), float(TINY))
    pool = np.full(chances.shape[1], 1 / chances.shape[1])
    for _step in range(STEPS):
        parts = chances * pool
        pool = (parts / parts.sum(axis=1, keepdims=True)).mean(axis=0)
    pool[pool < LEAST] = 0
    found: Array = pool / pool.sum()
    return found


def logit(features: Floats, sample: Sample) -> tuple[Array, Array, float]:
    """Return the weights for new products, for a buyer's own, and what these have besides."""
    rows, width, members = features.shape
    flat = features.reshape(-1, members)
    own = sample.own.astype(np.float32)

    def cost(packed: Array) -> tuple[float, Array]:
        new, again = packed[:members].astype(np.float32), packed[members:].astype(np.float32)
        scores = (flat @ new).reshape(rows, width) * (1 - own)
        scores += ((flat @ again[:-1]).reshape(rows, width) + again[-1]) * own + sample.offset
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        chances /= chances.sum(axis=1, keepdims=True)
        loss = -np.log(np.maximum(chances[:, 0], 1e-30)).mean(dtype=np.float64)
        surplus = chances
        surplus[:, 0] -= 1
        mine = surplus * own
        slope = np.concatenate(
            [(surplus - mine).ravel() @ flat, mine.ravel() @ flat, [mine.sum(dtype=np.float64)]]
        )
        penalty = RIDGE * float((packed**2).sum())
        return float(loss) + penalty, slope.astype(np.float64) / rows + 2 * RIDGE * packed

    start = np.zeros(2 * members + 1)
    start[[0, members]] = 1.0
    from scipy import optimize  # 24 MB that whoever only serves predictions does without

    found = optimize.minimize(cost, start, jac=True, method="L-BFGS-B", options=ENOUGH).x
    return found[:members], found[members:-1], float(found[-1])
