"""Weights of a blend: a conditional logit over candidate products of validation targets.

The utility of a product is a weighted sum of the members' scores and of the log-probability of a
mixture of the members (a weighted mean of their probabilities, fitted by expectation maximisation;
Dempster, Laird and Rubin 1977), which suits users whose choices follow different members at
different times. Each has one weight for products that are new to the user and one for repeat
products. The weights maximise the likelihood of the targets (McFadden 1974) less a ridge penalty,
which draws them to the first member alone: the fewer targets, the more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from data.preparation.sequences import Floats
from model.metrics.ranking import top_k
from model.sequences.histories import Array

TOP, DRAWN, DRAWN_REPEATS = 20, 200, 100
"""Candidates of a target: the top of each member's ranking, and products drawn at random, of those
that are new to the user and of those of the history."""
RIDGE, RIDGE_OF_ALL = 5e-3, 2.0
"""Ridge penalty of the mean loss, at least, and of the sum of the losses of few targets."""
PADDING = -1e9
"""Log-offset of padding candidates."""
EM_STEPS = 100
LEAST = 1e-3
"""Mixture weights below this are set to 0."""
STOPPING = {"maxiter": 100, "ftol": 1e-6}
PRECONDITIONER_TARGETS = 1000
"""Targets by whose curvature the weights are scaled before they are optimised."""
HESSIAN_BATCH = 200
TINY = np.float32(1e-9)


@dataclass(frozen=True)
class BlendWeights:
    """The weights of a blend's members.

    Attributes
    ----------
    mixture : float array [members]
        Weights of the mixture; they sum to 1.
    new, repeat : float arrays [members + 1]
        Weights of the members' scores for new and for repeat products; the last one is that of the
        mixture's log-probability.
    repeat_intercept : float
        Added to the utility of repeat products.
    """

    mixture: Array
    new: Array
    repeat: Array
    repeat_intercept: float

    def members(self, members: Array) -> "BlendWeights":
        """Return the weights of a subset of the members, and of the mixture."""
        kept = np.append(members, len(self.mixture))
        return BlendWeights(
            self.mixture[members], self.new[kept], self.repeat[kept], self.repeat_intercept
        )


@dataclass(frozen=True)
class CandidateSample:
    """Candidate products of each target, the target itself first.

    Attributes
    ----------
    features : float32 [targets, candidates, members]
        The members' scores, as ``model.blend.blend.to_log_scale`` gives them.
    repeat : bool [targets, candidates]
        Whether the product is in the history.
    offset : float32 [targets, candidates]
        Logarithm of the number of products that each candidate stands for.
    total : float32 [targets, members]
        Sum of e^score - 1 over all products: the normaliser of non-probabilistic members.
    """

    features: Floats
    repeat: Array
    offset: Floats
    total: Floats

    @classmethod
    def concatenate(cls, parts: Sequence["CandidateSample"]) -> "CandidateSample":
        """Return the targets of all parts, padded to the widest with candidates of no weight."""
        width = max(part.offset.shape[1] for part in parts)

        def joined(name: str, fill: float) -> Array:
            """Fill one array part by part: a padded copy of each would take as much again."""
            arrays = [getattr(part, name) for part in parts]
            targets, first = sum(len(values) for values in arrays), arrays[0]
            result = np.full((targets, width, *first.shape[2:]), fill, first.dtype)
            begin = 0
            for values in arrays:
                result[begin : begin + len(values), : values.shape[1]] = values
                begin += len(values)
            return result

        total = np.concatenate([part.total for part in parts])
        return cls(joined("features", 0), joined("repeat", 0), joined("offset", PADDING), total)

    def rows(self, targets: slice | Array) -> "CandidateSample":
        """Return a subset of the targets."""
        return CandidateSample(
            self.features[targets], self.repeat[targets], self.offset[targets], self.total[targets]
        )

    def members(self, members: Array) -> "CandidateSample":
        """Return the features of a subset of the members."""
        return CandidateSample(
            self.features[:, :, members], self.repeat, self.offset, self.total[:, members]
        )


def member_probabilities(scores: Floats, total: Floats, probabilistic: bool) -> Floats:
    """Return a member's probabilities of some products, float32 [targets, products].

    Parameters
    ----------
    scores : array [targets, products]
        The member's scores on the log scale.
    total : array [targets]
        Sum of e^score - 1 over all products; normalises members that are not probabilistic.
    probabilistic : bool
        Whether the scores are log-probabilities.
    """
    if probabilistic:
        probabilities = np.exp(scores)
    else:
        probabilities = np.expm1(scores) / np.maximum(total, TINY)[:, None]
    return probabilities.astype(np.float32)


def sample_candidates(
    scores: Sequence[Floats],
    counts: sparse.csr_matrix,
    answers: Array,
    random: np.random.Generator,
) -> CandidateSample:
    """Return candidate products of each target.

    The top of each member's ranking, the target and the products of a history of at most
    ``DRAWN_REPEATS`` stand for themselves. Products drawn at random stand for all others by their
    offset: new ones for the new ones, and ``DRAWN_REPEATS`` of a longer history for the rest of it.

    Parameters
    ----------
    scores : sequence of array [targets, products]
        One per member, on the log scale.
    counts : CSR matrix [targets, products]
        The products of each history.
    answers : int array [targets]
        Index of each target.
    random : numpy.random.Generator
    """
    products = scores[0].shape[1]
    repeat = np.zeros(scores[0].shape, dtype=bool)
    repeat[counts.nonzero()] = True
    chosen = _choose(scores, repeat, answers)
    rows = np.arange(len(repeat))[:, None]
    drawn = np.zeros_like(repeat)
    drawn[rows, random.integers(0, products, (len(repeat), DRAWN))] = True
    drawn &= ~(chosen | repeat)
    drawn_repeat = _draw_repeats(repeat & ~chosen, random)
    log_others = _log_others(~(chosen | repeat), drawn)
    log_repeats = _log_others(repeat & ~chosen, drawn_repeat)
    row, product = np.nonzero(chosen | drawn | drawn_repeat)
    order = np.lexsort((product != answers[row], row))
    row, product = row[order], product[order]
    lengths = np.bincount(row, minlength=len(repeat))
    position = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    index = np.zeros((len(repeat), int(lengths.max())), dtype=np.int64)
    offset = np.full(index.shape, PADDING, dtype=np.float32)
    index[row, position] = product
    offset[row, position] = np.where(drawn[row, product], log_others[row], 0)
    offset[row, position] += np.where(drawn_repeat[row, product], log_repeats[row], 0)
    features = np.stack([member[rows, index] for member in scores], axis=2)
    total = np.stack([np.expm1(member).sum(axis=1) for member in scores], axis=1)
    return CandidateSample(features, repeat[rows, index], offset, total)


def _choose(scores: Sequence[Floats], repeat: Array, answers: Array) -> Array:
    """Return the products that stand for themselves, bool [targets, products]."""
    rows = np.arange(len(repeat))[:, None]
    chosen: Array = repeat & (repeat.sum(axis=1, keepdims=True) <= DRAWN_REPEATS)
    for member in scores:
        chosen[rows, top_k(member, min(TOP, repeat.shape[1]))] = True
    chosen[rows[:, 0], answers] = True
    return chosen


def _draw_repeats(repeat: Array, random: np.random.Generator) -> Array:
    """Return up to ``DRAWN_REPEATS`` random products of each row, bool [targets, products]."""
    row, product = np.nonzero(repeat)
    order = np.lexsort((random.random(len(row)), row))
    first = np.cumsum(np.bincount(row, minlength=len(repeat))) - repeat.sum(axis=1)
    drawn = order[np.arange(len(row)) - first[row] < DRAWN_REPEATS]
    result = np.zeros_like(repeat)
    result[row[drawn], product[drawn]] = True
    return result


def _log_others(others: Array, drawn: Array) -> Array:
    """Return the logarithm of how many products each drawn one stands for, [targets]."""
    result: Array = np.log(np.maximum(others.sum(axis=1), 1) / np.maximum(drawn.sum(axis=1), 1))
    return result


def fit_weights(
    sample: CandidateSample, probabilistic: Array, start: BlendWeights | None = None
) -> BlendWeights:
    """Return the weights under which the targets are most probable.

    Parameters
    ----------
    sample : CandidateSample
    probabilistic : bool array [members]
        Whether each member's scores are log-probabilities.
    start : BlendWeights, optional
        Weights of the same members on a similar sample, near which these are looked for.
    """
    mixture = _fit_mixture(sample, probabilistic)
    features = add_mixture(sample, mixture, probabilistic)
    new, repeat, intercept = fit_logit(features, sample, start)
    return BlendWeights(mixture, new, repeat, intercept)


def add_mixture(sample: CandidateSample, mixture: Array, probabilistic: Array) -> Floats:
    """Return the features with the mixture's log-probability as the last one."""
    probability = np.zeros_like(sample.offset)
    members = _probabilities_by_member(sample, probabilistic, sample.features)
    for weight, member in zip(mixture, members, strict=True):
        probability += np.float32(weight) * member
    log_probability = np.log(np.maximum(probability, TINY))[:, :, None]
    return np.concatenate([sample.features, log_probability], axis=2)


def log_losses(sample: CandidateSample, weights: BlendWeights, probabilistic: Array) -> Array:
    """Return the negative log-likelihood of each target, [targets]."""
    features = add_mixture(sample, weights.mixture, probabilistic)
    probabilities = candidate_probabilities(features, sample, weights)
    losses: Array = -np.log(np.maximum(probabilities[:, 0], TINY))
    return losses


def utilities(features: Floats, sample: CandidateSample, weights: BlendWeights) -> Floats:
    """Return the blend's score of each candidate, [targets, candidates]."""
    new, repeat = weights.new.astype(np.float32), weights.repeat.astype(np.float32)
    intercept = np.float32(weights.repeat_intercept)
    scores: Floats = np.where(sample.repeat, features @ repeat + intercept, features @ new)
    return scores


def candidate_probabilities(
    features: Floats, sample: CandidateSample, weights: BlendWeights
) -> Floats:
    """Return the probability of each candidate under the conditional logit.

    Shape (targets, candidates).
    """
    utility = utilities(features, sample, weights) + sample.offset
    probabilities: Floats = np.exp(utility - utility.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return probabilities


def _probabilities_by_member(
    sample: CandidateSample, probabilistic: Array, features: Floats
) -> Iterator[Floats]:
    """Yield each member's probabilities of the products of ``features``, [targets, products]."""
    for member, is_probabilistic in enumerate(probabilistic):
        yield member_probabilities(
            features[:, :, member], sample.total[:, member], is_probabilistic
        )


def _fit_mixture(sample: CandidateSample, probabilistic: Array) -> Array:
    """Return the mixture weights that maximise the likelihood of the targets, by EM."""
    targets = _probabilities_by_member(sample, probabilistic, sample.features[:, :1])
    likelihoods = np.concatenate(list(targets), axis=1).astype(np.float64)
    likelihoods = np.maximum(likelihoods, float(TINY))
    weights = np.full(likelihoods.shape[1], 1 / likelihoods.shape[1])
    for _step in range(EM_STEPS):
        joint = likelihoods * weights
        weights = (joint / joint.sum(axis=1, keepdims=True)).mean(axis=0)
    weights[weights < LEAST] = 0
    normalised: Array = weights / weights.sum()
    return normalised


def ridge(targets: int) -> float:
    """Return the strength of the ridge penalty of a mean loss over some targets.

    Examples
    --------
    >>> ridge(40), ridge(8_000)
    (0.05, 0.005)
    """
    return max(RIDGE, RIDGE_OF_ALL / max(targets, 1))


def prior_weights(features: int) -> Array:
    """Return the weights, repeat intercept last, to which the penalty draws: the first member's."""
    prior = np.zeros(2 * features + 1)
    prior[[0, features]] = 1.0
    return prior


def fit_logit(
    features: Floats, sample: CandidateSample, start: BlendWeights | None = None
) -> tuple[Array, Array, float]:
    """Return the weights for new and for repeat products, and the intercept of the latter.

    Parameters
    ----------
    features : float32 [targets, candidates, features]
    sample : CandidateSample
    start : BlendWeights, optional
        Where the optimisation starts: the loss is convex, so that it ends at the same weights.

    Notes
    -----
    Scores of members differ in scale and resemble each other. L-BFGS is preconditioned by the
    Cholesky factor of the Hessian at the start, and so takes a quarter of the evaluations.
    """
    rows, width, count = features.shape
    flat = features.reshape(-1, count)
    repeat = sample.repeat.astype(np.float32)
    prior, strength = prior_weights(count), ridge(rows)
    first = prior
    if start is not None:
        first = np.concatenate([start.new, start.repeat, [start.repeat_intercept]])
    every = slice(None, None, max(rows // PRECONDITIONER_TARGETS, 1))
    curvature = hessian(features[every], sample.rows(every), first)
    scale = np.linalg.inv(np.linalg.cholesky(curvature)).T

    def objective(scaled: Array) -> tuple[float, Array]:
        parameters = first + scale @ scaled
        # The features, most of the memory, are read once for the utilities and once for the
        # gradient, for the weights of new and of repeat products together.
        by_kind = parameters[:-1].reshape(2, count).astype(np.float32)
        of_new, of_repeat = (flat @ by_kind.T).T.reshape(2, rows, width)
        utility = np.where(sample.repeat, of_repeat + np.float32(parameters[-1]), of_new)
        utility += sample.offset
        utility -= utility.max(axis=1, keepdims=True)
        probabilities = np.exp(utility)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        loss = -np.log(np.maximum(probabilities[:, 0], 1e-30)).mean(dtype=np.float64)
        residual = probabilities
        residual[:, 0] -= 1
        of_repeat_items = residual * repeat
        residuals = np.stack([(residual - of_repeat_items).ravel(), of_repeat_items.ravel()])
        intercept = of_repeat_items.sum(dtype=np.float64)
        gradient = np.append((residuals @ flat).ravel(), intercept)
        deviation = parameters - prior
        penalty = strength * float((deviation**2).sum())
        of_parameters = gradient.astype(np.float64) / rows + 2 * strength * deviation
        return float(loss) + penalty, scale.T @ of_parameters

    from scipy import optimize  # 24 MB, which prediction does not need

    origin = np.zeros_like(first)
    scaled = optimize.minimize(objective, origin, jac=True, method="L-BFGS-B", options=STOPPING).x
    optimum = first + scale @ scaled
    return optimum[:count], optimum[count:-1], float(optimum[-1])


def hessian(features: Floats, sample: CandidateSample, parameters: Array) -> Array:
    """Return the second derivatives of the mean penalised loss with respect to the parameters.

    Parameters
    ----------
    features : float32 [targets, candidates, features]
    sample : CandidateSample
    parameters : float array [2 * features + 1]
        Weights for new and for repeat products, and the intercept of the latter.
    """
    rows, _width, count = features.shape
    total = np.zeros((len(parameters), len(parameters)))
    weights = BlendWeights(
        np.empty(0), parameters[:count], parameters[count:-1], float(parameters[-1])
    )
    for begin in range(0, rows, HESSIAN_BATCH):
        batch = slice(begin, begin + HESSIAN_BATCH)
        part = sample.rows(batch)
        probabilities = candidate_probabilities(features[batch], part, weights).astype(np.float64)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        repeat = part.repeat[:, :, None].astype(np.float64)
        # In single precision the matrix of large scores would not be positive definite.
        inputs: Floats = np.concatenate(
            [features[batch] * (1 - repeat), features[batch] * repeat, repeat], axis=2
        )
        mean = (probabilities[:, :, None] * inputs).sum(axis=1)
        flat = (np.sqrt(probabilities)[:, :, None] * inputs).reshape(-1, len(parameters))
        total += flat.T @ flat - mean.T @ mean
    result: Array = total / rows + 2 * ridge(rows) * np.eye(len(parameters))
    return result
