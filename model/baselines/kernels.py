"""Loops of the baselines, compiled: what they do to every product of every history."""

import numpy as np

from data.preparation.sequences import Floats
from model.baselines.affinity import Kinds
from model.kernels.csr import Entries, Places
from model.kernels.math import compiled, log


@compiled()
def lifted(taken: Entries, level: Floats, kinds: Kinds, found: Floats) -> None:
    """Find the logarithm of each product's probability by the kinds that histories take.

    Parameters
    ----------
    taken : Entries [histories, products]
        The share of each product in what a history takes.
    level : float32 [histories]
        By how much every product is lifted.
    kinds : Kinds
    found : float32 [histories, products]
        Where to put it.
    """
    ways, products = kinds.of.shape
    one, other = kinds.of[ways - 2], kinds.of[ways - 1]
    for row in range(len(level)):
        lift = np.zeros(kinds.first + len(kinds.left) + 1, np.float32)
        for i in range(taken.first[row], taken.first[row + 1]):
            product = taken.column[i]
            for way in range(ways):
                lift[kinds.of[way, product]] += taken.value[i] * kinds.lift[way, product]
        for i in range(len(kinds.left)):  # a product's pair tells its kinds, too
            lift[kinds.first + i] += lift[kinds.left[i]] + lift[kinds.right[i]]
        into = found[row]
        for i in range(products):
            into[i] = lift[one[i]] + lift[other[i]] + level[row]
        for i in range(products):  # apart from the above, so that many are done at a time
            into[i] = log(into[i]) + kinds.log_shares[i]


@compiled()
def alike(wanted: Floats, trait: Places, value: Floats, usual: Floats, found: Floats) -> None:
    """Find the likeness of each product with what histories want.

    Parameters
    ----------
    wanted : float32 [histories, traits]
    trait : uint32 [3, products]
        The traits of each product.
    value : float32 [3, products]
        What they count; 0 where a product has fewer.
    usual : float32 [products]
        What is added.
    found : float32 [histories, products]
        Where to put it.
    """
    for row in range(len(wanted)):
        one, into = wanted[row], found[row]
        for i in range(len(usual)):
            into[i] = (
                value[0, i] * one[trait[0, i]]
                + value[1, i] * one[trait[1, i]]
                + value[2, i] * one[trait[2, i]]
                + usual[i]
            )
