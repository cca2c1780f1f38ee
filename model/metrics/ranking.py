"""Ranking metrics over the whole catalogue; ranks start at 1 and ties count against the model."""

from collections.abc import Mapping

import numpy as np

from data.preparation.sequences import Floats, Ints, Longs

CUTOFFS = {"hr": (1, 5, 10, 20), "ndcg": (10, 20), "mrr": (10, 20)}


def target_ranks(scores: Floats, answers: Longs, row: Longs | None = None) -> Longs:
    """Return the rank of each target among all products.

    The rank is the number of products whose score is not lower than the target's: ties count
    against the model, and so does a NaN score.

    Parameters
    ----------
    scores : array [rows, products]
    answers : int array [targets]
        Index of each target; -1 for a cold product, whose rank is beyond the last.
    row : int array [targets], optional
        Row of the scores of each target; by default each has its own.

    Examples
    --------
    >>> target_ranks(np.array([[3., 1, 2], [1, 1, 0], [9, 8, 7]]), np.array([2, 0, -1]))
    array([2, 2, 4])
    """
    from model.kernels.topk import count_not_below

    ranks = np.full(len(answers), scores.shape[1] + 1)
    known = np.flatnonzero(answers >= 0)
    rows = known if row is None else row[known]
    target_scores = scores[rows, answers[known]]
    counts = np.empty(len(known), dtype=np.int64)
    count_not_below(np.ascontiguousarray(scores), rows, target_scores, counts)
    ranks[known] = counts
    return ranks


def metrics_per_target(rank: Longs, cold: "np.typing.NDArray[np.bool_]") -> dict[str, Floats]:
    """Return HR, NDCG and MRR at each of ``CUTOFFS`` for each target.

    Within the first k, HR is 1, NDCG with one relevant product is 1/log2(rank + 1), and MRR is
    1/rank; beyond k all are 0.

    Parameters
    ----------
    rank : int array [targets]
    cold : bool array [targets]
        Cold targets, which are a miss at any k.

    Examples
    --------
    >>> metrics = metrics_per_target(np.array([1, 3, 40]), np.array([False, False, False]))
    >>> metrics["ndcg@10"], metrics["mrr@10"].round(3)
    (array([1. , 0.5, 0. ]), array([1.   , 0.333, 0.   ]))
    """
    gains = {
        "hr": np.ones(len(rank)),
        "ndcg": 1 / np.log2(rank + 1.0),
        "mrr": 1 / rank.astype(np.float64),
    }
    return {
        f"{name}@{k}": np.where((rank <= k) & ~cold, gains[name], 0.0)
        for name, cutoffs in CUTOFFS.items()
        for k in cutoffs
    }


def top_k(scores: Floats, k: int) -> Longs:
    """Return the indices of the ``k`` highest scores of each row, best first.

    Ties are broken by index; NaN sorts last.

    Examples
    --------
    >>> top_k(np.array([[1., 3, 2, 3]]), 3)
    array([[1, 3, 2]])
    """
    from model.kernels.topk import largest

    indices = np.empty((len(scores), min(k, scores.shape[1])), dtype=np.int64)
    if indices.size:
        largest(np.ascontiguousarray(scores), indices)
    return indices


def beyond_accuracy(top: Longs, popularity: Longs, categories: Ints) -> dict[str, float]:
    """Return metrics of top-k lists that do not depend on the targets.

    Parameters
    ----------
    top : int array [targets, 10]
        Product indices of each list.
    popularity : int array [products]
        Training events of each product.
    categories : int array [products]
        Category of each product.

    Returns
    -------
    dict
        ``coverage@10``: share of the catalogue in at least one list. ``novelty@10``: mean
        −log2 of a listed product's share of events. ``diversity@10``: share of a list's pairs
        with different categories. ``gini@10``: Gini coefficient of the products' exposure.
    """
    exposure = np.bincount(top.ravel(), minlength=len(popularity))
    share = np.maximum(popularity, 1) / max(popularity.sum(), 1)
    depth = top.shape[1]
    category = categories[top]
    equal = sum((category[:, [i]] == category[:, i + 1 :]).sum() for i in range(depth - 1))
    pairs = max(len(top) * depth * (depth - 1) / 2, 1)
    return {
        "coverage@10": float((exposure > 0).mean()),
        "novelty@10": float(-np.log2(share)[top].mean()),
        "diversity@10": float(1 - equal / pairs),
        "gini@10": gini(exposure),
    }


def gini(amounts: Longs) -> float:
    """Return the Gini coefficient: 0 for equal amounts, near 1 where one holds everything.

    Examples
    --------
    >>> gini(np.array([1, 1])), gini(np.array([0, 0, 0, 4]))
    (0.0, 0.75)
    """
    ordered = np.sort(amounts).astype(np.float64)
    if not ordered.sum():
        return 0.0
    position = np.arange(1, len(ordered) + 1)
    return float(
        2 * (position * ordered).sum() / (len(ordered) * ordered.sum()) - 1 - 1 / len(ordered)
    )


def means(per_target: Mapping[str, Floats]) -> dict[str, float]:
    """Return the mean of each metric over targets; 0 without targets."""
    return {
        name: float(values.mean()) if len(values) else 0.0 for name, values in per_target.items()
    }
