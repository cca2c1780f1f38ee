"""Demographic popularity: what buyers with the same attributes bought."""

from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from data.preparation.sequences import FIRST, UNKNOWN, Floats, Longs
from model.baselines.base import Baseline, popularity_shares
from model.sequences.histories import Histories


class Demographic(Baseline):
    """Ranks by the popularity of products among buyers who share attributes with the buyer.

    Naive Bayes over the attributes, each shrunk to the overall popularity: log p_j + w · Σ_a log(1
    + n_aj / (κ p_j)), with n_aj the events of product j by training buyers who have the buyer's
    value of attribute a. It is the posterior mean under κ events of prior popularity, without what
    is the same for all products. Of a buyer of whom nothing is known, it is popularity. Pazzani
    1999, A framework for collaborative, content-based and demographic filtering, section 2.3, has
    the idea.

    Parameters
    ----------
    strength : float
        Events that the overall popularity counts for in each group, κ.
    weight : float
        Weight of each attribute, w: below 1 where attributes say the same.
    """

    name = "demographic"
    probabilistic = True
    reads_buyer = True
    fit_once = True
    grid = tuple(
        {"strength": strength, "weight": weight}
        for strength in (100.0, 1000.0, 10_000.0)
        for weight in (0.5, 1.0)
    )

    def __init__(self, strength: float = 1000.0, weight: float = 1.0) -> None:
        super().__init__(strength=strength, weight=weight)

    def fit(self, users: Histories, products: int) -> None:
        """Count the events of every product in each group of buyers."""
        buyer = _codes(users)
        sizes = buyer.max(axis=0, initial=UNKNOWN) + 1
        begins = np.append(0, np.cumsum(sizes)).astype(np.int64)
        counts = _one_hot(buyer, begins).T @ users.matrix(products)
        self.state = {
            "counts": counts.tocsr().astype(np.float32),
            "begins": begins,
            "shares": popularity_shares(users, products),
        }

    @cached_property
    def _lifts(self) -> sparse.csr_matrix:
        """What each group adds to the logarithm of a product's share, CSR [groups, products]."""
        lifts = self.state["counts"].copy()
        lifts.data = log_lift(lifts.data, self.state["shares"][lifts.indices], self.settings)
        return lifts

    def scores(self, histories: Histories) -> Floats:
        """Return the logarithm of the popularity, lifted by that in the groups of the buyer.

        Shape: float32 [histories, products].
        """
        begins, shares = self.state["begins"], self.state["shares"]
        profiles, row = np.unique(_codes(histories), axis=0, return_inverse=True)
        scores = (_one_hot(profiles, begins) @ self._lifts).toarray() + np.log(shares)
        result: Floats = scores[row.ravel()].astype(np.float32)
        return result

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return the logarithm of the popularity, lifted by that in the groups of the buyer."""
        shares, begins = state["shares"], state["begins"]
        scores = np.log(shares)
        codes = np.ones(0, dtype=np.int64) if history.buyer is None else history.buyer
        for begin, end, code in zip(begins[:-1], begins[1:], codes, strict=False):
            if 1 < code < end - begin:
                first, last = state["counts.indptr"][begin + code : begin + code + 2]
                products = state["counts.indices"][first:last]
                counts = state["counts.data"][first:last]
                scores[products] += log_lift(counts, shares[products], settings)
        return scores


def log_lift(counts: Any, shares: Any, settings: Any) -> Any:
    """Return the terms that a group's events of a product add to the logarithm of its share.

    Examples
    --------
    A product of one event in a hundred has 18 of a group's events, beside 10 of 1,000 of the prior:

    >>> lift = log_lift(np.array([18.0]), np.array([0.01]), {"strength": 1000.0, "weight": 1.0})
    >>> np.exp(lift).round(2).tolist()
    [2.8]
    """
    return settings["weight"] * np.log1p(counts / (settings["strength"] * shares))


def _codes(histories: Histories) -> Longs:
    """Return the attributes of buyers, int64 [histories, attributes]; none where none is known."""
    if histories.buyer is None:
        return np.zeros((len(histories), 0), dtype=np.int64)
    return histories.buyer.astype(np.int64)


def _one_hot(codes: Longs, begins: Longs) -> sparse.csr_matrix:
    """Return a 1 for each group that buyers are in, float32 [buyers, groups].

    A value that the groups do not have, or that is missing, is in none.
    """
    columns = codes + begins[:-1][: codes.shape[1]]
    inside = (codes >= FIRST) & (columns < begins[1:][: codes.shape[1]])
    first = np.append(0, np.cumsum(inside.sum(axis=1)))
    ones = np.ones(first[-1], dtype=np.float32)
    return sparse.csr_matrix((ones, columns[inside], first), shape=(len(codes), begins[-1]))
