"""Ranking metrics of sets of targets: one ranking, several relevant products.

They equal those of trec_eval (``recall``, ``P``, ``success``, ``map_cut`` and ``ndcg_cut``) on the
same rankings. Ties count against the model: of products with equal scores the relevant ones are
ranked last.
"""

from typing import NamedTuple

import numpy as np

from data.preparation.sequences import Bools, Floats, Longs
from model.sequences.histories import Array

CUTOFFS = (5, 10, 20)


class SetMetrics(NamedTuple):
    """Metrics of each set that has a relevant product.

    Attributes
    ----------
    number : int64 [sets]
        Number of the set.
    size : int64 [sets]
        Its relevant products, those that are not in the catalogue included.
    values : dict of str to array [sets]
        By metric, such as ``recall@10``.
    """

    number: Longs
    size: Longs
    values: dict[str, Floats]


def positions(rank: Longs, sets: Longs) -> Longs:
    """Return the position of each target in the ranking of its set, from 1.

    Parameters
    ----------
    rank : int array [targets]
        Number of products whose score is not lower than the target's.
    sets : int array [targets]
        Number of each target's set.

    Examples
    --------
    Two targets of one score, which one other product has, too, are in positions 2 and 3:

    >>> positions(np.array([3, 3, 1]), np.array([0, 0, 1]))
    array([2, 3, 1])
    """
    order = np.lexsort((rank, sets))
    changes = np.append((np.diff(rank[order]) != 0) | (np.diff(sets[order]) != 0), True)
    last = np.flatnonzero(changes)
    index = np.arange(len(order))
    behind = last[np.searchsorted(last, index)] - index  # targets of the same score that follow
    result = np.empty_like(rank)
    result[order] = rank[order] - behind
    return result


def metrics_per_set(
    rank: Longs, cold: Bools, sets: Longs, relevant: Bools | None = None
) -> SetMetrics:
    """Return recall, precision, hit rate, MAP and NDCG at 5, 10 and 20 (and HR@1) of each set.

    Within the first k of a ranking: recall is the share of the relevant products, precision that of
    the k places, the hit rate 1 where any is, MAP the mean over the relevant products of the
    precision at their positions, and NDCG the discounted gain by that of a ranking with them first.

    Parameters
    ----------
    rank : int array [targets]
        Number of products whose score is not lower than the target's.
    cold : bool array [targets]
        Cold targets: relevant, and in no ranking.
    sets : int array [targets]
        Number of each target's set; a product is in a set once.
    relevant : bool array [targets], optional
        The targets that count, such as repeat purchases; all others are as any other product.

    Examples
    --------
    >>> found = metrics_per_set(np.array([1, 3, 40]), np.zeros(3, dtype=bool), np.array([0, 0, 0]))
    >>> {name: values.round(3).tolist() for name, values in found.values.items() if "@5" in name}
    {'recall@5': [0.667], 'precision@5': [0.4], 'hr@5': [1.0], 'map@5': [0.556], 'ndcg@5': [0.704]}
    """
    if relevant is not None:
        rank, cold, sets = rank[relevant], cold[relevant], sets[relevant]
    position = positions(rank, sets)
    number, index = np.unique(sets, return_inverse=True)
    size = np.bincount(index)
    order = np.lexsort((position, cold, index))
    index, position, cold = index[order], position[order], cold[order]
    first = np.cumsum(size) - size
    hits = np.arange(1, len(index) + 1) - first[index]  # relevant products up to each position
    ideal = np.append(0.0, np.cumsum(1 / np.log2(np.arange(2, max(CUTOFFS) + 2))))
    values: dict[str, Floats] = {}
    for k in (1, *CUTOFFS):
        inside = (position <= k) & ~cold

        def total(gains: Array, inside: Bools = inside) -> Array:
            sums: Array = np.bincount(index[inside], gains[inside], minlength=len(size))
            return sums

        listed = total(np.ones(len(index)))
        of_k: dict[str, Array] = {"hr": np.minimum(listed, 1.0)}
        if k in CUTOFFS:
            gain = total(1 / np.log2(position + 1.0))
            of_k = {
                "recall": listed / size,
                "precision": listed / k,
                **of_k,
                "map": total(hits / position) / size,
                "ndcg": gain / ideal[np.minimum(size, k)],
            }
        values |= {f"{name}@{k}": value for name, value in of_k.items()}
    return SetMetrics(number, size, values)
