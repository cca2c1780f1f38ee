"""What networks and baselines have in common: they score every product for a history."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
from scipy import sparse

from data.preparation.sequences import FIRST, Floats, Longs
from model.sequences.histories import Histories, places

Kind = Literal["network", "baseline"]


class Recommender(ABC):
    """Scores every product of the catalogue for each history; the highest comes first.

    Attributes
    ----------
    name : str
        What tables call it.
    kind : {"network", "baseline"}
    probabilistic : bool
        Whether the softmax of the scores is meant as probabilities.
    """

    name: str
    kind: ClassVar[Kind] = "baseline"
    probabilistic: ClassVar[bool] = False

    @abstractmethod
    def scores(self, histories: Histories) -> Floats:
        """Return the scores, float32 [histories, products]."""

    def streamed(self, histories: Histories, step: int) -> Iterator[tuple[slice, Floats]]:
        """Yield which histories, and their scores, so many histories at a time."""
        for begin in range(0, len(histories), step):
            rows = slice(begin, begin + step)
            yield rows, self.scores(histories.some(rows))


class Baseline(Recommender):
    """A simple model that is fitted by counting.

    What it has learned lies in ``learned``: arrays and sparse matrices by name, so that every
    baseline is kept and brought back alike. Settings are those of its constructor.

    Attributes
    ----------
    settings : dict
        What the constructor took.
    choices : tuple of dict
        Settings worth trying on the validation targets; none for most.
    late : bool
        Whether its settings change the scores only, so that one fit serves all choices.
    """

    choices: ClassVar[tuple[dict[str, float], ...]] = ()
    late: ClassVar[bool] = False

    def __init__(self, **settings: float) -> None:
        self.settings = settings
        self.learned: dict[str, Any] = {}

    @abstractmethod
    def fit(self, buyers: Histories, products: int) -> None:
        """Count what training sees, into ``learned``.

        Parameters
        ----------
        buyers : Histories
            Each buyer's visible events.
        products : int
            Products that are ranked.
        """

    def shares(self, buyers: Histories, products: int) -> Floats:
        """Return each product's share of the visible events; a breaker of ties below 1."""
        counts = popularity(buyers, products) + 1e-9
        found: Floats = (counts / (counts.sum() + 1)).astype(np.float32)
        return found


class SparseBaseline(Baseline):
    """A baseline that says the same of most products to everybody."""

    @property
    def usual(self) -> Floats:
        """What it says to everybody, float32 [products]: the shares that it has learned."""
        shares: Floats = self.learned["shares"]
        return shares

    @abstractmethod
    def changed(self, histories: Histories) -> sparse.csr_matrix:
        """Return the scores of those products where a history's differ from the usual ones.

        A float32 matrix, [histories, products], that stores these scores and no others.
        """

    def scores(self, histories: Histories) -> Floats:
        """Return the usual scores with the changed ones in their places."""
        scores: Floats = np.tile(self.usual, (len(histories), 1))
        changed = self.changed(histories)
        scores[places(changed)] = changed.data
        return scores


def popularity(buyers: Histories, products: int) -> Longs:
    """Return how many visible events each product has, shape (products,)."""
    codes = buyers.of("product")
    return np.bincount(codes[codes >= FIRST] - FIRST, minlength=products).astype(np.int64)


def log_sum_exp(scores: Floats) -> Floats:
    """Return the logarithm of the sum of each row's exponentials, [rows, 1]."""
    from model.kernels.math import log_totals

    found: Floats = np.empty(len(scores), dtype=np.float64)
    log_totals(np.ascontiguousarray(scores), found)
    return found[:, None]


def log_probabilities(scores: Floats) -> Floats:
    """Return the logarithm of the softmax of each row of scores."""
    found: Floats = scores - log_sum_exp(scores)
    return found
