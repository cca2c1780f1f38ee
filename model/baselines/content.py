"""Content: what is like the history in category, brand and price."""

from functools import cached_property

import numpy as np
from scipy import sparse

from data.preparation.sequences import FIRST, UNKNOWN, Floats
from model.baselines.base import Baseline
from model.baselines.knn import decayed
from model.kernels.csr import Places
from model.sequences.histories import Histories, known, places

PRICES = 10
TRAITS = 3


class Content(Baseline):
    """Ranks products by their cosine with the history in category, brand and tenth of price.

    Rare traits count more (their inverse frequency). Products that are alike are ranked by
    popularity.

    Parameters
    ----------
    decay : float
        What an event counts in comparison with the one after it.
    """

    name = "content"
    choices = tuple({"decay": decay} for decay in (1.0, 0.8))
    late = True

    def __init__(self, decay: float = 0.8) -> None:
        super().__init__(decay=decay)

    def fit(self, buyers: Histories, products: int) -> None:
        """Note every product's traits."""
        columns = buyers.columns
        codes = columns["product"]
        row = codes[known(codes)] - FIRST
        first = np.full(products, -1, dtype=np.int64)
        first[row[::-1]] = np.flatnonzero(known(codes))[::-1]
        price = columns["price"][first]
        edges = np.quantile(price, np.linspace(0, 1, PRICES + 1)[1:-1])
        tenth = np.where(price >= 0, np.searchsorted(edges, price) + FIRST, UNKNOWN)
        parts = [_one_hot(columns["category"][first]), _one_hot(columns["brand"][first])]
        traits = sparse.hstack([*parts, _one_hot(tenth)]).tocsr()
        counts = np.maximum(np.asarray(traits.sum(axis=0)).ravel(), 1)
        traits = traits @ sparse.diags(np.log(1 + products / counts))
        norms = np.sqrt(np.asarray(traits.multiply(traits).sum(axis=1)).ravel())
        scaled = sparse.diags(1 / np.maximum(norms, 1e-9)) @ traits
        shares = self.shares(buyers, products)
        self.learned = {"traits": scaled.tocsr().astype(np.float32), "shares": shares}

    def scores(self, histories: Histories) -> Floats:
        """Return the likeness with the history's traits."""
        from model.baselines import kernels

        traits, shares = self.learned["traits"], self.learned["shares"]
        vectors = decayed(histories, len(shares), self.settings["decay"])
        wanted = (vectors @ traits).toarray()
        wanted /= np.maximum(np.linalg.norm(wanted, axis=1, keepdims=True), 1e-9)
        found: Floats = np.empty((len(wanted), len(shares)), dtype=np.float32)
        kernels.alike(wanted, *self._traits, 0.1 * shares / shares.max(), found)
        return found

    @cached_property
    def _traits(self) -> tuple[Places, Floats]:
        """Each product's traits, [3, products], and what they count: 0 where it has fewer."""
        traits = self.learned["traits"]
        row, trait = places(traits)
        number = np.arange(len(row)) - traits.indptr[row]
        found = (
            np.zeros((TRAITS, traits.shape[0]), np.uint32),
            np.zeros((TRAITS, traits.shape[0]), np.float32),
        )
        found[0][number, row], found[1][number, row] = trait, traits.data
        return found


def _one_hot(codes: "np.typing.NDArray[np.int32]") -> sparse.csr_matrix:
    """Return one column a code; unknown codes have none."""
    some = codes > UNKNOWN
    places = (np.flatnonzero(some), codes[some])
    shape = (len(codes), int(codes.max(initial=0)) + 1)
    return sparse.coo_matrix((np.ones(some.sum()), places), shape=shape).tocsr()
