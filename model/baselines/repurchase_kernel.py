"""Compiled loop of the fit of the repurchase baseline."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from data.preparation.sequences import Bools, Floats, Longs
from model.kernels.math import compiled

Doubles = npt.NDArray[np.float64]


class LogitBlock(NamedTuple):
    """The candidates of some examples, ordered by example.

    Attributes
    ----------
    first : int64 [examples + 1]
        Where each example's candidates begin.
    features : float32 [candidates, features]
    is_target : bool [candidates]
    rest : float64 [examples]
        What all other products add to the denominator.
    """

    first: Longs
    features: Floats
    is_target: Bools
    rest: Doubles


@compiled("reassoc")
def loss_and_gradient(
    block: LogitBlock, weights: Doubles, constant: float, low: float, high: float
) -> tuple[float, Doubles]:
    """Return the summed loss of the examples, and its gradient.

    Parameters
    ----------
    block : LogitBlock
    weights : float64 [features]
    constant : float
        Added to each utility.
    low, high : float
        Bounds of the utility.

    Returns
    -------
    loss : float
    gradient : float64 [features + 1]
        By the weights, and by the constant.
    """
    loss = 0.0
    gradient = np.zeros(len(weights) + 1)
    utility = np.empty(np.diff(block.first).max() if len(block.rest) else 0)
    for row in range(len(block.rest)):
        begin, count = block.first[row], block.first[row + 1] - block.first[row]
        total = block.rest[row]
        for i in range(count):
            features = block.features[begin + i]
            sum_ = 0.0
            for feature in range(len(weights)):
                sum_ += features[feature] * weights[feature]
            sum_ += constant
            if block.is_target[begin + i]:
                loss -= sum_
            utility[i] = np.exp(min(max(sum_, low), high))
            total += utility[i]
        loss += np.log(total)
        for i in range(count):
            features = block.features[begin + i]
            residual = utility[i] / total - block.is_target[begin + i]
            for feature in range(len(weights)):
                gradient[feature] += residual * features[feature]
            gradient[-1] += residual
    return loss, gradient
