"""Matrix factorisation of events that are weighted by their type and age (implicit ALS)."""

from typing import Any

import numpy as np
from scipy import sparse

from data.preparation.sequences import FIRST, Floats, Longs
from model.baselines import numpy_ops
from model.baselines.base import Baseline, popularity_shares
from model.kernels.csr import Entries
from model.sequences.histories import Array, Histories

DAY = 86_400_000_000
RANK = 32
PASSES = 8
"""Times that the factors of users and of products are computed in turn."""
PRIOR = 20.0
"""Events without a later purchase that are added to those of each type."""


class WeightedALS(Baseline):
    """Ranks by a factorisation of confidences, which an event raises by its type and age.

    Hu, Koren and Volinsky 2008, Collaborative filtering for implicit feedback datasets, equations
    3 to 5: factors minimise Σ c_ui (p_ui − x_u · y_i)^2 + λ (Σ |x_u|^2 + Σ |y_i|^2), with p_ui = 1
    for products of the history, else 0, and c_ui = 1 + confidence · Σ w_e over the events e of user
    and product. The weight of an event is w_e = √rate · 2^(−age / half_life): age is the time until
    it is asked, or until the end of training, and rate is 1 for the types that are predicted and
    for others the share of their events that the same user later has a target of. The factors of a
    history are solved for given those of the products. Ties are broken by popularity.

    Parameters
    ----------
    half_life : float
        Days after which the weight of an event is halved.
    confidence : float
        What the confidence rises by with an event of weight 1 (α in the paper).
    penalty : float
        L2 penalty of the factors (λ in the paper).
    """

    name = "weighted als"
    reads_times = True
    grid = tuple(
        {"half_life": half_life, "confidence": confidence, "penalty": penalty}
        for half_life in (20.0, 10_000.0)
        for confidence, penalty in ((3.0, 3.0), (3.0, 30.0), (30.0, 3.0))
    )

    def __init__(
        self, half_life: float = 10_000.0, confidence: float = 3.0, penalty: float = 30.0
    ) -> None:
        super().__init__(half_life=half_life, confidence=confidence, penalty=penalty)

    def fit(self, users: Histories, products: int) -> None:
        """Alternate between the factors of users and of products."""
        self.state = {
            "type_weights": np.sqrt(conversion_rates(users)),
            "shares": popularity_shares(users, products) * 1e-3,
        }
        end = int(users.flat("time").max(initial=numpy_ops.NO_TIME))
        by_user = self._confidences(users, np.full(len(users), end))
        by_product = by_user.T.tocsr()
        random = np.random.default_rng(0)
        factors = random.normal(0, 0.1, (products, RANK)).astype(np.float32)
        for _pass in range(PASSES):
            of_users = _solved(by_user, factors, self._gram(factors))
            factors = _solved(by_product, of_users, self._gram(of_users))
        self.state |= {"factors": factors, "gram": self._gram(factors)}

    def _gram(self, factors: Floats) -> Array:
        """Return Y^T Y plus the penalty, float64 [rank, rank]."""
        exact = factors.astype(np.float64)
        gram: Array = exact.T @ exact + self.settings["penalty"] * np.eye(factors.shape[1])
        return gram

    def _confidences(self, histories: Histories, at: Longs) -> sparse.csr_matrix:
        """Return the confidences of each history by its events, CSR [histories, products]."""
        kinds, times = histories.flat("type"), histories.flat("time")
        asking_time = np.repeat(at, histories.lengths)
        half_life, confidence = self.settings["half_life"], np.float32(self.settings["confidence"])
        weights = event_weights(kinds, times, asking_time, self.state["type_weights"], half_life)
        return histories.matrix(len(self.state["shares"]), confidence * weights)

    def scores(self, histories: Histories) -> Floats:
        """Return the products of the factors of each history with those of the products.

        Shape: float32 [histories, products].
        """
        unknown = np.full(len(histories), numpy_ops.NO_TIME)
        at = unknown if histories.at is None else histories.at
        weights = self._confidences(histories, at)
        factors = _solved(weights, self.state["factors"], self.state["gram"])
        scores: Floats = factors @ self.state["factors"].T
        scores += self.state["shares"]
        return scores

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return the product of the history's factors with those of the products, [products]."""
        weights = event_weights(
            history.type, history.time, history.at, state["type_weights"], settings["half_life"]
        )
        confidence = np.float32(settings["confidence"])
        products, values = numpy_ops.item_weights(history.product, confidence * weights)
        factors = state["factors"][products].astype(np.float64)
        left = state["gram"] + factors.T @ (factors * values[:, None])
        right = factors.T @ (1 + values.astype(np.float64))
        user = np.linalg.solve(left, right).astype(np.float32)
        return state["factors"] @ user + state["shares"]


def event_weights(kind: Any, time: Any, at: Any, type_weights: Any, half_life: float) -> Any:
    """Return the weight of each event, float32 [events].

    Parameters
    ----------
    kind : int array [events]
        Codes of the event types.
    time : int64 array [events]
    at : int or int64 array [events]
        The asking time; where it or the time of an event is not known, the event does not decay.
    type_weights : float array [types]
        By code.
    half_life : float
        Days.

    Examples
    --------
    A purchase three days ago and a view a day ago:

    >>> time, weights = np.array([0, 2]) * DAY, np.array([0, 0, 1.0, 0.25])
    >>> event_weights(np.array([2, 3]), time, 3 * DAY, weights, half_life=1.0).tolist()
    [0.125, 0.125]
    """
    timed = (time != numpy_ops.NO_TIME) & (at != numpy_ops.NO_TIME)
    age = np.where(timed, np.maximum(at - time, 0), 0) / DAY
    known_kind = np.minimum(kind, len(type_weights) - 1)
    return (type_weights[known_kind] * 0.5 ** (age / half_life)).astype(np.float32)


def conversion_rates(users: Histories) -> Array:
    """Return by type code the share of events whose user later has a target of the product.

    It is 1 for the types that are predicted, and lowered for types with few events.

    Examples
    --------
    A view of a product that is then bought, and one of a product that is not:

    >>> columns = {
    ...     "product": np.array([2, 3, 2]),
    ...     "type": np.array([3, 3, 2]),
    ...     "target": np.array([False, False, True]),
    ... }
    >>> users = Histories(columns, np.array([0]), np.array([3]))
    >>> conversion_rates(users).round(3).tolist()
    [0.0, 0.0, 1.0, 0.045]
    """
    index, kinds = users.indices(), users.flat("type")
    codes, is_target = users.flat("product").astype(np.int64), users.events.is_target[index]
    key = users.rows() * (int(codes.max(initial=0)) + 1) + codes
    pairs, pair = np.unique(key, return_inverse=True)
    last_target = np.full(len(pairs), -1)
    np.maximum.at(last_target, pair[is_target], index[is_target])
    converted = (codes >= FIRST) & (last_target[pair] > index)
    events, bought, predicted = (
        np.bincount(kinds, weights=values, minlength=FIRST)
        for values in (np.ones(len(kinds)), converted, is_target)
    )
    rates: Array = np.where(predicted > 0, 1.0, bought / (events + PRIOR))
    return rates


def _solved(weights: sparse.csr_matrix, factors: Floats, gram: Array) -> Floats:
    """Return the factors of the rows of a matrix, given those of its columns."""
    from model.baselines.weighted_als_kernel import solve_rows

    result = np.zeros((weights.shape[0], factors.shape[1]), dtype=np.float32)
    solve_rows(Entries.of(weights), factors, gram, result)
    return result
