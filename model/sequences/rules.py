"""Sequential rules: which products were targets soon after which others."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from data.preparation.sequences import FIRST, Floats, Ints, Longs
from model.sequences.histories import Histories, known


class Rules(NamedTuple):
    """The strongest rules of each product.

    Attributes
    ----------
    consequent : int32 [products, rules]
        Code of the product that followed; 0 where there are no more.
    weight : float32 [products, rules]
        Sum of 1/distance over the targets within ``latest`` events.
    adjacent : float32 [products, rules]
        Targets right after the product.
    total : float32 [products]
        Sum of the weights of all rules of a product.
    least : float32 [products]
        Weight of the strongest rule that is left out, 0 where none is: no other is below it.
    popularity : float32 [products]
        Logarithm of the number of targets by the mean one.
    """

    consequent: Ints
    weight: Floats
    adjacent: Floats
    total: Floats
    least: Floats
    popularity: Floats


def sequential_rules(buyers: Histories, popularity: Longs, latest: int, most: int) -> Rules:
    """Return the rules of the training targets (Ludewig and Jannach 2018, section 3.1).

    Distances are in events of the types that are predicted.

    Parameters
    ----------
    buyers : Histories
        The training events of each buyer.
    popularity : int64 [products]
        Number of training targets of each product.
    latest : int
        Longest distance.
    most : int
        Rules of a product, at most.
    """
    buyers, products = buyers.of_targets(), len(popularity)
    weights, counts = (
        pair_weights(buyers, products, farthest)[:products] for farthest in (latest, 1)
    )
    return _strongest(weights.tocsr(), counts.tocsr(), popularity, most)


def pair_weights(users: Histories, products: int, farthest: int) -> sparse.csr_matrix:
    """Return the weight of every ordered pair of products within a user's sequence.

    The weight is the sum of 1/distance over the pair's occurrences up to a distance of
    ``farthest`` events. The later one is a target.

    Returns
    -------
    CSR matrix [products + 1, products]
        The last row is empty; it stands for an unknown product.
    """
    codes, rows = users.flat("product"), users.rows()
    is_target = users.events.is_target[users.indices()]
    total = sparse.csr_matrix((products + 1, products), dtype=np.float32)
    for distance in range(1, farthest + 1):
        earlier, later = codes[:-distance], codes[distance:]
        pair = (rows[distance:] == rows[:-distance]) & known(earlier) & known(later)
        pair &= is_target[distance:]
        indices = (earlier[pair] - FIRST, later[pair] - FIRST)
        weights = np.full(len(indices[0]), 1 / distance, dtype=np.float32)
        total = total + sparse.coo_matrix((weights, indices), shape=total.shape).tocsr()
    return total.tocsr()


def _strongest(
    weights: sparse.csr_matrix, counts: sparse.csr_matrix, popularity: Longs, most: int
) -> Rules:
    row = np.repeat(np.arange(len(popularity)), np.diff(weights.indptr))
    order = np.lexsort((-weights.data, row))
    place = np.arange(len(order)) - weights.indptr[row]
    least = np.zeros(len(popularity), dtype=np.float32)
    least[row[place == most]] = weights.data[order[place == most]]
    kept = place < most
    order, row, place = order[kept], row[kept], place[kept]
    shape = (len(popularity), most)
    consequent = np.zeros(shape, dtype=np.int32)
    weight, count = (np.zeros(shape, dtype=np.float32) for _array in range(2))
    column = weights.indices[order]
    consequent[row, place] = column + FIRST
    weight[row, place] = weights.data[order]
    count[row, place] = np.asarray(counts[row, column]).ravel()
    total = np.asarray(weights.sum(axis=1), dtype=np.float32).ravel()
    shares = np.log((popularity + 1) / (popularity.mean() + 1)).astype(np.float32)
    return Rules(consequent, weight, count, total, least, shares)
