"""User-item matrices and training examples that several baselines are fitted on."""

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
        sample = np.random.default_rng(0).choice(len(event), MOST_EXAMPLES, replace=False)
        sample.sort()
        event, end, user = event[sample], end[sample], user[sample]
    histories = Histories(users.columns, users.start[user], end)
    return NextItems(histories, users.columns["product"][event].astype(np.int64) - FIRST, user)
