"""Pruning of a blend: members are removed while the loss hardly rises, as each costs time.

The rise of the loss without a member is estimated by the second-order expansion of the loss around
the fitted weights, so that no further fit is needed (optimal brain surgeon; Hassibi and Stork
1993). Members are removed one by one, the one with the smallest rise first.
"""

import numpy as np

from model.blend.conditional_logit import (
    BlendWeights,
    CandidateSample,
    add_mixture,
    hessian,
    prior_weights,
    ridge,
)
from model.sequences.histories import Array

TOLERANCE = 0.0005
"""Rise of the loss that one removal may cause, in nats per target."""
LEAST_MIXTURE_WEIGHT = 0.05
"""Members with at least this mixture weight are never pruned."""


def select_members(sample: CandidateSample, weights: BlendWeights, probabilistic: Array) -> Array:
    """Return the indices of the members to keep, in order; the first member is always kept.

    Parameters
    ----------
    sample : CandidateSample
        The one on which the weights were fitted.
    weights : BlendWeights
        Of all members.
    probabilistic : bool array [members]
        Whether each member's scores are log-probabilities.
    """
    members = len(weights.mixture)
    parameters = np.concatenate([weights.new, weights.repeat, [weights.repeat_intercept]])
    features = add_mixture(sample, weights.mixture, probabilistic)
    inverse = np.linalg.inv(hessian(features, sample, parameters))
    strength = ridge(len(sample.offset))
    selected = np.ones(members, dtype=bool)
    removable = weights.mixture < LEAST_MIXTURE_WEIGHT
    removable[0] = False
    while (selected & removable).any():
        rise = np.full(members, np.inf)
        for member in np.flatnonzero(selected & removable).tolist():
            rise[member] = _loss_rise(parameters, inverse, strength, _indices(member, members))
        least = int(rise.argmin())
        if rise[least] > TOLERANCE:
            break
        selected[least] = False
        parameters, inverse = _remove(parameters, inverse, _indices(least, members))
    return np.flatnonzero(selected)


def _indices(member: int, members: int) -> Array:
    """Return the indices of a member's two weights among the parameters."""
    return np.array([member, members + 1 + member])


def _loss_rise(parameters: Array, inverse: Array, strength: float, removed: Array) -> float:
    """Return the rise of the loss where some parameters are 0 and the others are adapted.

    Without the ridge penalty: of two members with equal scores, one has to be removable.
    """
    values = parameters[removed]
    rise = values @ np.linalg.solve(inverse[np.ix_(removed, removed)], values) / 2
    rest, _inverse = _remove(parameters, inverse, removed)
    prior = prior_weights(len(parameters) // 2)
    penalties = [strength * ((weights - prior) ** 2).sum() for weights in (rest, parameters)]
    return float(rise - (penalties[0] - penalties[1]))


def _remove(parameters: Array, inverse: Array, removed: Array) -> tuple[Array, Array]:
    """Return parameters and inverse Hessian with some parameters constrained to 0."""
    correction = np.linalg.solve(inverse[np.ix_(removed, removed)], inverse[removed])
    parameters = parameters - parameters[removed] @ correction
    inverse = inverse - inverse[:, removed] @ correction
    parameters[removed] = 0
    return parameters, inverse
