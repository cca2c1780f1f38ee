"""Figures of a ranking: each target has a rank, 1 is best, and ties count against the model."""

from collections.abc import Mapping

import numpy as np

from data.preparation.sequences import Floats, Ints, Longs

CUTS = {"hr": (1, 5, 10, 20), "ndcg": (10, 20), "mrr": (10, 20)}
ACCURACY = tuple(f"{name}@{k}" for name, cuts in CUTS.items() for k in cuts)
"""The names of the figures that are means over targets."""


def ranks(scores: Floats, answers: Longs) -> Longs:
    """Return each target's rank among all products.

    A rank is the number of products that do not score lower than the target, so a tie counts
    against the model, and a score that is not a number never helps it.

    Parameters
    ----------
    scores : array [targets, products]
    answers : int array [targets]
        Index of each target; -1 where it is not ranked, which is a miss at any depth.

    Examples
    --------
    >>> ranks(np.array([[3., 1, 2], [1, 1, 0], [9, 8, 7]]), np.array([2, 0, -1]))
    array([2, 2, 4])
    """
    targets = scores[np.arange(len(scores)), np.maximum(answers, 0)]
    found = np.count_nonzero(~(scores < targets[:, None]), axis=1)
    rank: Longs = np.where(answers < 0, scores.shape[1] + 1, found).astype(np.int64)
    return rank


def per_target(rank: Longs, missed: "np.typing.NDArray[np.bool_]") -> dict[str, Floats]:
    """Return each figure of ``ACCURACY`` for each target.

    The hit rate is 1 within the first k; NDCG with one relevant product is 1/log2(rank + 1);
    MRR is 1/rank; all are 0 beyond k.

    Parameters
    ----------
    rank : int array [targets]
    missed : bool array [targets]
        Targets that are not ranked; misses however few products there are.

    Examples
    --------
    >>> figures = per_target(np.array([1, 3, 40]), np.array([False, False, False]))
    >>> figures["ndcg@10"], figures["mrr@10"].round(3)
    (array([1. , 0.5, 0. ]), array([1.   , 0.333, 0.   ]))
    """
    gains = {
        "hr": np.ones(len(rank)),
        "ndcg": 1 / np.log2(rank + 1.0),
        "mrr": 1 / rank.astype(np.float64),
    }
    return {
        f"{name}@{k}": np.where((rank <= k) & ~missed, gains[name], 0.0)
        for name, cuts in CUTS.items()
        for k in cuts
    }


def top(scores: Floats, k: int) -> Longs:
    """Return the ``k`` best products of each row, best first; ties by product index.

    Examples
    --------
    >>> top(np.array([[1., 3, 2, 3]]), 3)
    array([[1, 3, 2]])
    """
    from model.kernels.topk import largest

    best = np.empty((len(scores), min(k, scores.shape[1])), dtype=np.int64)
    if best.size:
        largest(np.ascontiguousarray(scores), best)
    return best


def beyond_accuracy(best: Longs, popularity: Longs, categories: Ints) -> dict[str, float]:
    """Return what lists are like, whether or not they are right.

    Parameters
    ----------
    best : int array [targets, 10]
        The first products of each list.
    popularity : int array [products]
        Events of each product in training.
    categories : int array [products]
        Category of each product.

    Returns
    -------
    dict
        ``coverage@10``: share of the catalogue that some list holds. ``novelty@10``: mean
        −log2 of a listed product's share of events. ``diversity@10``: share of a list's pairs
        with different categories. ``gini@10``: inequality of how often products are listed.
    """
    shown = np.bincount(best.ravel(), minlength=len(popularity))
    share = np.maximum(popularity, 1) / max(popularity.sum(), 1)
    depth = best.shape[1]
    of = categories[best]
    equal = sum((of[:, [i]] == of[:, i + 1 :]).sum() for i in range(depth - 1))
    pairs = max(len(best) * depth * (depth - 1) / 2, 1)
    return {
        "coverage@10": float((shown > 0).mean()),
        "novelty@10": float(-np.log2(share)[best].mean()),
        "diversity@10": float(1 - equal / pairs),
        "gini@10": gini(shown),
    }


def gini(amounts: Longs) -> float:
    """Return the Gini coefficient: 0 where all amounts are equal, near 1 where one has all.

    Examples
    --------
    >>> gini(np.array([1, 1])), gini(np.array([0, 0, 0, 4]))
    (0.0, 0.75)
    """
    ordered = np.sort(amounts).astype(np.float64)
    if not ordered.sum():
        return 0.0
    place = np.arange(1, len(ordered) + 1)
    return float(
        2 * (place * ordered).sum() / (len(ordered) * ordered.sum()) - 1 - 1 / len(ordered)
    )


def means(figures: Mapping[str, Floats]) -> dict[str, float]:
    """Return each figure's mean over targets; 0 where there is none."""
    return {name: float(values.mean()) if len(values) else 0.0 for name, values in figures.items()}
