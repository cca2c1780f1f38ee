"""Sequential rules: pairs of products at every distance up to ten events."""

from typing import Any

from scipy import sparse

from model.baselines import numpy_ops
from model.baselines.base import SparseBaseline, popularity, popularity_shares
from model.baselines.interactions import reciprocal_counts
from model.sequences.histories import Histories, add_to_stored
from model.sequences.rules import pair_weights

FARTHEST = 10


class SequentialRules(SparseBaseline):
    """Ranks products by sequential rules, each occurrence weighted by 1/distance.

    Ludewig and Jannach 2018, section 3.1 (SR), but with the rules of the last ten products, each
    weighted by 1/(age + 1), instead of those of the last one; ties are broken by popularity.

    Parameters
    ----------
    damping : float
        Rules of a product that was bought ``n`` times are multiplied by
        (1 + damping) / (n + damping): close to confidences where it is small, to supports where
        it is large.
    """

    name = "sequence rules"
    grid = tuple({"damping": damping} for damping in (20.0, 1e6))
    fit_once = True

    def __init__(self, damping: float = 1e6) -> None:
        super().__init__(damping=damping)

    def fit(self, users: Histories, products: int) -> None:
        """Sum the weights of all pairs."""
        self.state = {
            "rules": pair_weights(users, products, FARTHEST)[:products],
            "bought": popularity(users, products),
            "shares": popularity_shares(users, products) * 1e-3,
        }

    def personal_scores(self, histories: Histories) -> sparse.csr_matrix:
        """Return the sum of the rules' weights for each of their consequents.

        Shape: sparse [histories, products].
        """
        damping = self.settings["damping"]
        antecedents = reciprocal_counts(histories, len(self.default_scores), FARTHEST)
        if "bought" in self.state:  # absent where an earlier version stored the model
            counts = self.state["bought"][antecedents.indices]
            antecedents.data *= (1 + damping) / (counts + damping)
        return add_to_stored((antecedents @ self.state["rules"]).tocsr(), self.default_scores)

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return the sum of the rules' weights, float32 [products]."""
        products, values = numpy_ops.reciprocal_counts(history, FARTHEST)
        if "bought" in state:  # absent where an earlier version stored the model
            damping = settings["damping"]
            values = values * (1 + damping) / (state["bought"][products] + damping)
        return numpy_ops.vector_times_matrix(products, values, state, "rules") + state["shares"]
