"""Selection: which members of a blend are worth the time that they take.

Leaving out a member raises the loss of the targets that the weights were fitted to; by how much,
the loss's curvature tells without another fit (the optimal brain surgeon of Hassibi and Stork
1993). Members go one by one, the least missed first.
"""

import numpy as np

from data.preparation.sequences import Floats
from model.blend.weights import RIDGE, Sample, Weights, probabilities, with_mixture
from model.sequences.histories import Array

TOLERANCE = 0.0005
"""By how much, in nats a target, the loss may rise for one member less."""
IN_THE_MIXTURE = 0.05
"""Who counts so much in the mixture stays."""
AT_ONCE = 200


def worthwhile(sample: Sample, weights: Weights, logarithms: Array) -> Array:
    """Return the members to keep, as indices in order; the first always stays.

    Parameters
    ----------
    sample : Sample
        What the weights were fitted to.
    weights : Weights
        Of all members.
    logarithms : bool array [members]
        Which members say logarithms of probabilities.
    """
    members = len(weights.pool)
    packed = np.concatenate([weights.new, weights.own, [weights.again]])
    inverse = np.linalg.inv(_curvature(sample, weights, logarithms))
    left = np.ones(members, dtype=bool)
    free = weights.pool < IN_THE_MIXTURE
    free[0] = False
    while (left & free).any():
        losses = np.full(members, np.inf)
        for member in np.flatnonzero(left & free).tolist():
            losses[member] = _loss(packed, inverse, _both(member, members))
        least = int(losses.argmin())
        if losses[least] > TOLERANCE:
            break
        left[least] = False
        packed, inverse = _without(packed, inverse, _both(least, members))
    return np.flatnonzero(left)


def _both(member: int, members: int) -> Array:
    """Return where a member's two weights are; those of the mixture follow all the members'."""
    return np.array([member, members + 1 + member])


def _loss(packed: Array, inverse: Array, gone: Array) -> float:
    """Return by how much the loss rises where some weights are zero and the others make up.

    The ridge does not count: of two members who say the same, one has to be able to go.
    """
    part = packed[gone]
    rise = part @ np.linalg.solve(inverse[np.ix_(gone, gone)], part) / 2
    rest, _inverse = _without(packed, inverse, gone)
    return float(rise - RIDGE * (rest @ rest - packed @ packed))


def _without(packed: Array, inverse: Array, gone: Array) -> tuple[Array, Array]:
    """Return the weights and the inverse of the curvature with some weights held at zero."""
    pull = np.linalg.solve(inverse[np.ix_(gone, gone)], inverse[gone])
    packed = packed - packed[gone] @ pull
    inverse = inverse - inverse[:, gone] @ pull
    packed[gone] = 0
    return packed, inverse


def _curvature(sample: Sample, weights: Weights, logarithms: Array) -> Array:
    """Return the second derivatives of the mean loss by all weights."""
    size = 2 * len(weights.new) + 1
    total = np.zeros((size, size))
    for begin in range(0, len(sample.offset), AT_ONCE):
        part = sample.some(slice(begin, begin + AT_ONCE))
        said = with_mixture(part, weights.pool, logarithms)
        chance = probabilities(said, part, weights)
        own = part.own[:, :, None].astype(np.float32)
        traits: Floats = np.concatenate([said * (1 - own), said * own, own], axis=2)
        mean = (chance[:, :, None] * traits).sum(axis=1).astype(np.float64)
        flat = (np.sqrt(chance)[:, :, None] * traits).reshape(-1, size)
        total += flat.T @ flat - mean.T @ mean
    found: Array = total / len(sample.offset) + 2 * RIDGE * np.eye(size)
    return found
