"""Compiled loop of the affinity baseline."""

from typing import NamedTuple

import numpy as np

from data.preparation.sequences import Floats
from model.kernels.csr import Entries, Indices
from model.kernels.math import compiled, log


class Kinds(NamedTuple):
    """Kinds of product by several groupings, numbered consecutively over all groupings.

    Attributes
    ----------
    kind : uint32 [groupings, products]
        The kind of each product; the last two groupings are pairs of the others.
    lift : float32 [groupings, products]
        Mixture weight of the grouping over the kind's share of events.
    first_pair : int
        The number of the first pair.
    left, right : uint32 [pairs]
        The kinds that a pair combines; the number of kinds stands for none.
    log_shares : float32 [products]
        The logarithm of each product's share of events.
    """

    kind: Indices
    lift: Floats
    first_pair: int
    left: Indices
    right: Indices
    log_shares: Floats


@compiled()
def log_lifted(shares: Entries, bias: Floats, kinds: Kinds, result: Floats) -> None:
    """Compute each product's log-share plus the logarithm of its mixture of lifts.

    Parameters
    ----------
    shares : Entries [histories, products]
        The share of each product in the events of a history.
    bias : float32 [histories]
        The part of the mixture that is the same for all products.
    kinds : Kinds
    result : float32 [histories, products]
        Output.
    """
    groupings, products = kinds.kind.shape
    first, second = kinds.kind[groupings - 2], kinds.kind[groupings - 1]
    for row in range(len(bias)):
        lift = np.zeros(kinds.first_pair + len(kinds.left) + 1, np.float32)
        for i in range(shares.first[row], shares.first[row + 1]):
            product = shares.column[i]
            for grouping in range(groupings):
                kind = kinds.kind[grouping, product]
                lift[kind] += shares.value[i] * kinds.lift[grouping, product]
        for i in range(len(kinds.left)):  # a pair implies its parts: two look-ups a product do
            lift[kinds.first_pair + i] += lift[kinds.left[i]] + lift[kinds.right[i]]
        scores = result[row]
        for i in range(products):
            scores[i] = lift[first[i]] + lift[second[i]] + bias[row]
        for i in range(products):  # a loop of its own, so that it is vectorised
            scores[i] = log(scores[i]) + kinds.log_shares[i]
