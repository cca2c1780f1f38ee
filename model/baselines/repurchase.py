"""Repurchase baseline: a conditional logit of whether a user buys a product again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy import sparse

from data.preparation.sequences import FIRST, Floats, Longs
from model.baselines import numpy_ops
from model.baselines.base import SparseBaseline, popularity, popularity_shares
from model.baselines.interactions import LONGEST, NextItems, next_items
from model.sequences.histories import Array, Histories, known, product_columns

if TYPE_CHECKING:
    from model.baselines.repurchase_kernel import LogitBlock

RIDGE = 1e-4
PRIOR = 4.0
"""Purchases of the catalogue's mean that smooth a user's or a product's repeat rate."""
LOWEST, HIGHEST = -25.0, 3.0
"""Bounds of the utility."""
CONSTANT = 1e-3
"""Standard deviation below which a feature counts as constant and is not scaled."""
EVENTS_PER_BLOCK = 2**19
"""Events of the examples whose features are computed at a time: in float64 they take 17 times 8
bytes a candidate, of which there are nearly as many as events."""


@dataclass(frozen=True)
class RepeatCandidates:
    """The products of each history: one entry per history and product, ordered by history.

    Attributes
    ----------
    row, product : int64 [entries]
        Index of the history and of the product.
    features : float32 [entries, features]
        Features of the conditional logit.
    """

    row: Longs
    product: Longs
    features: Floats


class TrainingCounts(NamedTuple):
    """The counts of the training events of the buyers of some histories.

    Attributes
    ----------
    matrices : tuple of CSR matrix [buyers, products]
        As ``_count_matrices`` returns them.
    buyer : int64 [histories]
        Row of the buyer of each history.
    """

    matrices: tuple[sparse.csr_matrix, ...]
    buyer: Longs


class Repurchase(SparseBaseline):
    """Popularity, with a conditional logit for the products of the history.

    The utility of buying a product again depends on how often and how recently the user bought it
    (including the base-level activation of Anderson and Schooler 1991), on how often other users
    buy it and buy it again, and on the user's rate of repeat purchases (as in Benson, Kumar and
    Tomkins 2016); where products have categories, also on how often and how recently the user
    bought from the category and on its rate of repeat purchases. All other products share the
    rest of the probability by popularity, so that the likelihood over the whole catalogue is exact
    and cheap to compute.
    """

    name = "repurchase"
    probabilistic = True

    def fit(self, users: Histories, products: int) -> None:
        """Maximise the likelihood of the next purchases in training."""
        matrices = item_counts, at_once, followed = _count_matrices(users, products)
        counts = popularity(users, products)
        self.state = {
            "counts": counts,
            "again": counts - np.bincount(item_counts.indices, minlength=products),
            "at_once": np.asarray(at_once.sum(axis=0)).ravel(),
            "followed": np.asarray(followed.sum(axis=0)).ravel(),
            "log_share": np.log(popularity_shares(users, products)),
        }
        (category,) = product_columns(users, products, "category")
        if len(np.unique(category)) > 1:
            self.state["category"] = category.astype(np.int32)
        self.state["theta"] = _fit_logit(list(self._logit_blocks(next_items(users), matrices)))

    def _logit_blocks(
        self, examples: NextItems, matrices: tuple[sparse.csr_matrix, ...]
    ) -> Iterator["LogitBlock"]:
        """Yield the candidates of the examples, some examples at a time."""
        from model.baselines.repurchase_kernel import LogitBlock

        shares = np.exp(self.state["log_share"])
        histories = examples.histories.latest(LONGEST)
        for rows in list(histories.blocks(EVENTS_PER_BLOCK)) or [slice(0)]:
            target = examples.target[rows]
            training = TrainingCounts(matrices, examples.user[rows])
            candidates = self.candidates(histories.select(rows), training)
            of_products = np.bincount(
                candidates.row, shares[candidates.product], minlength=len(target)
            )
            yield LogitBlock(
                np.searchsorted(candidates.row, np.arange(len(target) + 1)),
                candidates.features,
                candidates.product == target[candidates.row],
                1 - np.minimum(of_products, 0.99),
            )

    @property
    def default_scores(self) -> Floats:
        """The logarithm of each product's share of events, float32 [products]."""
        scores: Floats = self.state["log_share"]
        return scores

    def personal_scores(self, histories: Histories) -> sparse.csr_matrix:
        """Return the utility of each product of the history: its unnormalised log-probability.

        Shape: sparse [histories, products].
        """
        candidates = self.candidates(histories)
        utility = candidates.features @ self.state["theta"]
        scores = np.clip(utility, LOWEST, HIGHEST).astype(np.float32)
        shape = (len(histories), len(self.default_scores))
        return sparse.csr_matrix((scores, (candidates.row, candidates.product)), shape=shape)

    def candidates(
        self, histories: Histories, training: TrainingCounts | None = None
    ) -> RepeatCandidates:
        """Return the products of each history with their features.

        Parameters
        ----------
        histories : Histories
        training : TrainingCounts, optional
            Counts of all training events of the buyer of each history; they are subtracted from
            the counts over other users. By default those of the histories themselves.
        """
        state = self.state
        products = len(state["counts"])
        recent = histories.latest(LONGEST)
        item_counts = recent.matrix(products)
        item_counts.sum_duplicates()
        row = np.repeat(np.arange(len(histories)), np.diff(item_counts.indptr))
        product = item_counts.indices.astype(np.int64)
        count, key = item_counts.data.astype(np.float64), row * products + product
        entry = _event_entries(recent, key, products)
        age, activation, streak = _recency(recent, entry, len(key))
        if training is None:
            is_known = known(recent.flat("product"))
            parts = (weights[is_known] for weights in _event_weights(recent))
            own = [np.bincount(entry, weights=weights, minlength=len(key)) for weights in parts]
        else:
            buyer = training.buyer[row]
            own = [_values(matrix, buyer, product) for matrix in training.matrices]
        others, at_once, followed = (
            np.maximum(state[name][product] - part, 0.0)
            for name, part in zip(("counts", "at_once", "followed"), own, strict=True)
        )
        again = np.maximum(state["again"][product] - np.maximum(own[0] - 1, 0), 0.0)
        mean = state["again"].sum() / max(state["counts"].sum(), 1)
        mean_at_once = state["at_once"].sum() / max(state["followed"].sum(), 1)
        length = np.maximum(recent.lengths, 1)[row]
        repeats = (recent.lengths - np.diff(item_counts.indptr))[row]
        user_rate = _smoothed_log_odds(repeats, length, mean)
        is_last = (age == 0).astype(np.float64)
        features = [
            np.ones(len(row)),
            np.log(count),
            np.log(activation),
            np.log1p(age),
            is_last,
            np.log(length),
            np.log((others + 1) / (state["counts"].sum() + 1)),
            _smoothed_log_odds(again, others, mean),
            user_rate,
            np.log(count) * np.log(length),
            is_last * _smoothed_log_odds(at_once, followed, mean_at_once),
            is_last * user_rate,
            is_last * np.log(length),
            streak,
        ]
        if "category" in state:
            features += self._category_features(recent, row, product, own[0], mean)
        return RepeatCandidates(row, product, np.stack(features, axis=1).astype(np.float32))

    def _category_features(
        self, recent: Histories, row: Longs, product: Longs, own: Array, mean: float
    ) -> list[Array]:
        """Return a category's repeat rate, the user's events in it, and the age of the last."""
        category = self.state["category"]
        width = int(category.max()) + 1
        counts, again = (
            np.bincount(category, weights=self.state[name], minlength=width)[category[product]]
            for name in ("counts", "again")
        )
        counts = np.maximum(counts - own, 0.0)
        again = np.maximum(again - np.maximum(own - 1, 0), 0.0)
        is_known = known(recent.flat("product"))
        event_category = category[recent.flat("product")[is_known] - FIRST]
        keys, entry = np.unique(
            recent.rows()[is_known] * width + event_category, return_inverse=True
        )
        age = np.full(len(keys), LONGEST, dtype=np.float64)
        np.minimum.at(age, entry, recent.ages()[is_known])
        index = np.searchsorted(keys, row * width + category[product])
        events = np.bincount(entry, minlength=len(keys))
        rate = _smoothed_log_odds(again, counts, mean)
        return [rate, np.log(events[index]), np.log1p(age[index])]

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        """Return log-shares, and the utility of each product of the history, float32 [products]."""
        result = state["log_share"].copy()
        recent = history.product[-numpy_ops.LONGEST :]
        ages, known = np.arange(len(recent))[::-1], recent >= numpy_ops.FIRST
        product, entry = np.unique(recent[known] - numpy_ops.FIRST, return_inverse=True)
        if not len(product):
            return result

        def sums(weights: Any) -> Any:
            return np.bincount(entry, weights=weights[known], minlength=len(product))

        count, last_two = sums(np.ones(len(recent))), sums(ages < 2)
        age = np.full(len(product), numpy_ops.LONGEST, dtype=np.float64)
        np.minimum.at(age, entry, ages[known])
        same = np.append(recent[1:] == recent[:-1], False)
        own = (("counts", count), ("at_once", sums(same)), ("followed", sums(ages > 0)))
        others, at_once, followed = (
            np.maximum(state[key][product] - part, 0.0) for key, part in own
        )
        again = np.maximum(state["again"][product] - np.maximum(count - 1, 0), 0.0)
        mean = state["again"].sum() / max(state["counts"].sum(), 1)
        mean_at_once = state["at_once"].sum() / max(state["followed"].sum(), 1)
        length, ones = float(len(recent)), np.ones(len(product))
        is_last = (age == 0).astype(np.float64)
        user_rate = _smoothed_log_odds(length - len(product), length, mean)
        features = [
            ones,
            np.log(count),
            np.log(sums((1.0 + ages) ** -0.5)),
            np.log1p(age),
            is_last,
            ones * np.log(length),
            np.log((others + 1) / (state["counts"].sum() + 1)),
            _smoothed_log_odds(again, others, mean),
            ones * user_rate,
            np.log(count) * np.log(length),
            is_last * _smoothed_log_odds(at_once, followed, mean_at_once),
            is_last * user_rate,
            is_last * np.log(length),
            (last_two == 2).astype(np.float64),
        ]
        if "category" in state:
            features += _category_features_of_one(
                state, product, count, recent[known] - numpy_ops.FIRST, ages[known]
            )
        utility = np.stack(features, axis=1).astype(np.float32) @ state["theta"]
        result[product] = np.clip(utility, LOWEST, HIGHEST)
        return result


def _category_features_of_one(
    state: Any, product: Any, count: Any, events: Any, ages: Any
) -> list[Any]:
    """Return the same as ``_category_features``, of one history."""
    category = state["category"]
    mean = state["again"].sum() / max(state["counts"].sum(), 1)
    counts, again = (
        np.bincount(category, weights=state[key])[category[product]] for key in ("counts", "again")
    )
    counts = np.maximum(counts - count, 0.0)
    again = np.maximum(again - np.maximum(count - 1, 0), 0.0)
    same = category[events] == category[product][:, None]
    age = np.where(same, ages, numpy_ops.LONGEST).min(axis=1)
    return [_smoothed_log_odds(again, counts, mean), np.log(same.sum(axis=1)), np.log1p(age)]


def _event_entries(recent: Histories, key: Longs, products: int) -> Longs:
    """Return the index in ``key`` of the history and product of each known event."""
    codes = recent.flat("product")
    is_known = known(codes)
    event_key = recent.rows()[is_known] * products + codes[is_known] - FIRST
    entries: Longs = np.searchsorted(key, event_key)
    return entries


def _recency(recent: Histories, entry: Longs, entries: int) -> tuple[Array, Array, Array]:
    """Return age, activation and streak of each history and product.

    Age is the number of events since the last purchase; activation the sum of (1 + age)^-½ over
    the purchases; streak is 1 where the last two events both are of the product.
    """
    ages = recent.ages()[known(recent.flat("product"))]
    activation = np.bincount(entry, weights=(1.0 + ages) ** -0.5, minlength=entries)
    last_two = np.bincount(entry, weights=ages < 2, minlength=entries)
    age = np.full(entries, LONGEST, dtype=np.float64)
    np.minimum.at(age, entry, ages)
    return age, activation, (last_two == 2).astype(np.float64)


def _values(matrix: sparse.csr_matrix, row: Longs, product: Longs) -> Array:
    """Return entries of a sparse matrix; SciPy returns no array for an empty selection."""
    return np.asarray(matrix[row, product]).ravel() if len(row) else np.zeros(0)


def _count_matrices(histories: Histories, products: int) -> tuple[sparse.csr_matrix, ...]:
    """Return counts of each history's products as CSR matrices, [histories, products].

    Of all events, of those that the same product follows at once, and of those that any follows.
    """
    recent = histories.latest(LONGEST)
    item_counts, at_once, followed = (
        recent.matrix(products, weights) for weights in _event_weights(recent)
    )
    return item_counts, at_once, followed


def _event_weights(recent: Histories) -> tuple[Floats, Floats, Floats]:
    """Return for each event: 1; whether the same product comes next; whether any comes next."""
    codes, last = recent.flat("product"), recent.ages() == 0
    same = np.append(codes[1:] == codes[:-1], False) & ~last
    return np.ones(len(codes), np.float32), same.astype(np.float32), (~last).astype(np.float32)


def _smoothed_log_odds(part: Array | float, whole: Array | float, mean: float) -> Array:
    """Return the log-odds of part/whole, smoothed towards a mean rate."""
    rate = (part + PRIOR * mean + 0.01) / (whole + PRIOR + 0.02)
    return np.log(rate) - np.log1p(-np.minimum(rate, 0.999))


def _fit_logit(blocks: Sequence["LogitBlock"]) -> Array:
    """Return the coefficients that maximise the ridge-penalised likelihood of the targets.

    The probability of a product j of the history is e^V_j / (1 - s + Σ e^V), where s is the
    popularity of all products of the history and V_j the linear utility of its features, scaled to
    mean 0 and standard deviation 1; the first of them is constant.
    """
    from model.baselines.repurchase_kernel import loss_and_gradient

    mean, scale = _moments([block.features for block in blocks])
    mean[0] = 0.0
    scale[scale < CONSTANT] = 1.0
    rows = sum(len(block.rest) for block in blocks)

    def objective(theta: Array) -> tuple[float, Array]:
        weights = theta / scale
        constant = -float(mean @ weights)
        loss, gradient = 0.0, np.zeros(len(theta) + 1)
        for block in blocks:
            part, part_gradient = loss_and_gradient(block, weights, constant, LOWEST, HIGHEST)
            loss += part
            gradient += part_gradient
        by_theta = (gradient[:-1] - mean * gradient[-1]) / scale
        ridge = RIDGE * rows
        return (loss + ridge * (theta**2).sum()) / rows, (by_theta + 2 * ridge * theta) / rows

    start = np.zeros(len(mean))
    start[0] = np.log(0.01)
    if not sum(len(block.features) for block in blocks):
        return start
    from scipy import optimize  # 24 MB, which prediction does not need

    optimum = optimize.minimize(objective, start, jac=True, method="L-BFGS-B")
    theta: Array = optimum.x / scale
    theta[0] -= theta @ mean
    return theta


def _moments(parts: Sequence[Floats]) -> tuple[Array, Array]:
    """Return the mean and the standard deviation of each column over all parts, float64."""
    count = max(sum(len(part) for part in parts), 1)
    sums = [part.sum(axis=0, dtype=np.float64) for part in parts]
    mean: Array = np.sum(sums, axis=0) / count
    squares = [((part - mean) ** 2).sum(axis=0) for part in parts]
    return mean, np.sqrt(np.sum(squares, axis=0) / count)
