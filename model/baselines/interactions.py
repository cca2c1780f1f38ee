"""User-item matrices, item pairs and training examples that several baselines are fitted on."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from data.preparation.sequences import FIRST, PADDING, Longs
from model.sequences.histories import Array, Histories, known, targets_within

LONGEST = 200
"""Most recent events of a history that are read."""
MOST_EXAMPLES = 60_000


def decayed_counts(histories: Histories, products: int, decay: float) -> sparse.csr_matrix:
    """Return the sum of decay^age over the events of each product, CSR [histories, products].

    The age of an event is the number of later events; without decay (1) this is a count.
    """
    recent = histories.latest(LONGEST)
    weights = np.power(np.float32(decay), recent.ages()).astype(np.float32)
    return recent.matrix(products, weights)


def reciprocal_counts(histories: Histories, products: int, longest: int) -> sparse.csr_matrix:
    """Return the sum of 1/(age + 1) over the events of each product, CSR [histories, products]."""
    recent = histories.latest(longest)
    return recent.matrix(products, (1 / (1 + recent.ages())).astype(np.float32))


def binary_matrix(users: Histories, products: int) -> sparse.csr_matrix:
    """Return 1 where a user has bought a product, CSR [users, products]."""
    matrix = users.latest(LONGEST).matrix(products)
    matrix.data[:] = 1
    return matrix


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


def last_items(histories: Histories, products: int) -> Longs:
    """Return the index of each history's last product; ``products`` where it is unknown."""
    last = np.full(len(histories), PADDING, dtype=np.int32)
    filled = histories.lengths > 0
    last[filled] = histories.columns["product"][histories.stop[filled] - 1]
    return np.where(known(last), last - FIRST, products)


class NextItems(NamedTuple):
    """Training examples: a history within the training events, and the product of its target.

    Attributes
    ----------
    histories : Histories
    target : int64 [examples]
        Index of the product.
    user : int64 [examples]
        Row of the user.
    """

    histories: Histories
    target: Array
    user: Longs


def next_items(users: Histories) -> NextItems:
    """Return one example per training target with a history; at most 60,000, drawn."""
    event, end, user = targets_within(users)
    usable = known(users.columns["product"][event])
    event, end, user = event[usable], end[usable], user[usable]
    if len(event) > MOST_EXAMPLES:
        drawn = np.random.default_rng(0).choice(len(event), MOST_EXAMPLES, replace=False)
        drawn.sort()
        event, end, user = event[drawn], end[drawn], user[drawn]
    histories = Histories(users.columns, users.start[user], end)
    return NextItems(histories, users.columns["product"][event].astype(np.int64) - FIRST, user)
