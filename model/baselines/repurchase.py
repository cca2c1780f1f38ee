"""Repurchase: how probable it is that a buyer takes again what that buyer has bought."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from data.preparation.sequences import FIRST, Floats, Longs
from model.baselines.base import SparseBaseline, popularity
from model.baselines.knn import LONGEST
from model.sequences.histories import Array, Histories, known, sample_events

LEARNED_FROM = 60_000
RIDGE = 1e-4
STEADY = 4.0
"""How many purchases the shop's mean counts as beside a buyer's or a product's own."""
LOWEST, HIGHEST = -25.0, 3.0
ALIKE = 1e-3
"""A trait that deviates less is taken to be the same for all."""


@dataclass(frozen=True)
class Own:
    """What each history holds: one entry a history and product, in order of history.

    Attributes
    ----------
    row, product : int64 [entries]
        Which history, and which product of the catalogue.
    traits : float32 [entries, traits]
        What the chance of one more purchase may depend on.
    """

    row: Longs
    product: Longs
    traits: Floats


class Repurchase(SparseBaseline):
    """Popularity, but a buyer's own products have a chance of their own.

    The chance of an own product is a conditional logit of how often and how lately it was bought
    (the base-level activation of Anderson and Schooler 1991 among it), of how often others buy it
    and buy it again, and of how often the buyer buys anything again (as in Benson, Kumar and
    Tomkins 2016). Only own products need a term, so that the likelihood over the whole catalogue
    is exact and cheap. Where products have categories, it also depends on how often and how lately
    the buyer bought in a product's own, and on how often what is in it is bought again.
    """

    name = "repurchase"
    probabilistic = True

    def fit(self, buyers: Histories, products: int) -> None:
        """Make the next purchases within training most probable."""
        held, at_once, followed = _counts(buyers, products)
        counts = popularity(buyers, products)
        self.learned = {
            "counts": counts,
            "again": counts - np.bincount(held.indices, minlength=products),
            "at_once": np.asarray(at_once.sum(axis=0)).ravel(),
            "followed": np.asarray(followed.sum(axis=0)).ravel(),
            "log_share": np.log(self.shares(buyers, products)),
        }
        category = buyers.columns["category"][sample_events(buyers, products)]
        if len(np.unique(category)) > 1:
            self.learned["category"] = category.astype(np.int32)
        before, answers, owner = positions(buyers)
        own = self.own(before, buyers.some(owner))
        hit = own.product == answers[own.row]
        self.learned["theta"] = _fit(own, hit, np.exp(self.learned["log_share"]), len(before))

    @property
    def usual(self) -> Floats:
        """The logarithm of each product's share of events."""
        scores: Floats = self.learned["log_share"]
        return scores

    def changed(self, histories: Histories) -> sparse.csr_matrix:
        """Return the logarithm of what an own product's probability is in proportion to."""
        own = self.own(histories)
        worth = np.clip(own.traits @ self.learned["theta"], LOWEST, HIGHEST).astype(np.float32)
        shape = (len(histories), len(self.usual))
        return sparse.csr_matrix((worth, (own.row, own.product)), shape=shape)

    def own(self, histories: Histories, whole: Histories | None = None) -> Own:
        """Return what each history holds.

        Parameters
        ----------
        histories : Histories
        whole : Histories, optional
            What training sees of each one's buyer, whose part in the counts must not speak for
            that buyer; the histories themselves, where it is left out.
        """
        products = len(self.learned["counts"])
        recent = histories.latest(LONGEST)
        held = recent.matrix(products)
        held.sum_duplicates()
        row = np.repeat(np.arange(len(histories)), np.diff(held.indptr))
        product = held.indices.astype(np.int64)
        count, key = held.data.astype(np.float64), row * products + product
        place = _places(recent, key, products)
        age, active, streak = _recency(recent, place, len(key))
        if whole is None:
            some = known(recent.of("product"))
            parts = (one[some] for one in _weights(recent))
            mine = [np.bincount(place, weights=one, minlength=len(key)) for one in parts]
        else:
            mine = [_entries(one, row, product) for one in _counts(whole, products)]
        others, at_once, followed = (
            np.maximum(self.learned[name][product] - part, 0.0)
            for name, part in zip(("counts", "at_once", "followed"), mine, strict=True)
        )
        again = np.maximum(self.learned["again"][product] - np.maximum(mine[0] - 1, 0), 0.0)
        mean = self.learned["again"].sum() / max(self.learned["counts"].sum(), 1)
        mean_once = self.learned["at_once"].sum() / max(self.learned["followed"].sum(), 1)
        length = np.maximum(recent.lengths, 1)[row]
        loyal = _odds((recent.lengths - np.diff(held.indptr))[row], length, mean)
        latest = (age == 0).astype(np.float64)
        traits = [
            np.ones(len(row)),
            np.log(count),
            np.log(active),
            np.log1p(age),
            latest,
            np.log(length),
            np.log((others + 1) / (self.learned["counts"].sum() + 1)),
            _odds(again, others, mean),
            loyal,
            np.log(count) * np.log(length),
            latest * _odds(at_once, followed, mean_once),
            latest * loyal,
            latest * np.log(length),
            streak,
        ]
        if "category" in self.learned:
            traits += self._of_category(recent, row, product, mine[0], mean)
        return Own(row, product, np.stack(traits, axis=1).astype(np.float32))

    def _of_category(
        self, recent: Histories, row: Longs, product: Longs, mine: Array, mean: float
    ) -> list[Array]:
        """Return how often a category is bought again, how much the buyer did, and how lately."""
        category = self.learned["category"]
        width = int(category.max()) + 1
        counts, again = (
            np.bincount(category, weights=self.learned[name], minlength=width)[category[product]]
            for name in ("counts", "again")
        )
        counts = np.maximum(counts - mine, 0.0)
        again = np.maximum(again - np.maximum(mine - 1, 0), 0.0)
        some = known(recent.of("product"))
        bought = category[recent.of("product")[some] - FIRST]
        keys, place = np.unique(recent.rows()[some] * width + bought, return_inverse=True)
        latest = np.full(len(keys), LONGEST, dtype=np.float64)
        np.minimum.at(latest, place, recent.ages()[some])
        own = np.searchsorted(keys, row * width + category[product])
        events = np.bincount(place, minlength=len(keys))
        return [_odds(again, counts, mean), np.log(events[own]), np.log1p(latest[own])]


def _places(recent: Histories, key: Longs, products: int) -> Longs:
    """Return which entry of ``key`` each event of a known product belongs to."""
    codes = recent.of("product")
    some = known(codes)
    found: Longs = np.searchsorted(key, recent.rows()[some] * products + codes[some] - FIRST)
    return found


def _recency(recent: Histories, place: Longs, entries: int) -> tuple[Array, Array, Array]:
    """Return for each history and product: age, activation, and whether it came last and before.

    Age is the number of events since the product was bought; activation the sum over purchases
    of (1 + age)^-½.
    """
    ages = recent.ages()[known(recent.of("product"))]
    active = np.bincount(place, weights=(1.0 + ages) ** -0.5, minlength=entries)
    lately = np.bincount(place, weights=ages < 2, minlength=entries)
    age = np.full(entries, LONGEST, dtype=np.float64)
    np.minimum.at(age, place, ages)
    return age, active, (lately == 2).astype(np.float64)


def _entries(matrix: sparse.csr_matrix, row: Longs, product: Longs) -> Array:
    """Return some entries of a sparse matrix; scipy gives no array where none is asked for."""
    return np.asarray(matrix[row, product]).ravel() if len(row) else np.zeros(0)


def _counts(histories: Histories, products: int) -> tuple[sparse.csr_matrix, ...]:
    """Return how often each history holds a product, holds it twice at once, and goes on after.

    Three sparse matrices, [histories, products].
    """
    recent = histories.latest(LONGEST)
    held, at_once, followed = (recent.matrix(products, one) for one in _weights(recent))
    return held, at_once, followed


def _weights(recent: Histories) -> tuple[Floats, Floats, Floats]:
    """Return 1 for each event; where the same product comes next; and where any does."""
    codes, last = recent.of("product"), recent.ages() == 0
    same = np.append(codes[1:] == codes[:-1], False) & ~last
    return np.ones(len(codes), np.float32), same.astype(np.float32), (~last).astype(np.float32)


def _odds(part: Array, whole: Array, mean: float) -> Array:
    """Return the logarithm of odds, drawn towards the shop's mean."""
    share = (part + STEADY * mean + 0.01) / (whole + STEADY + 0.02)
    return np.log(share) - np.log1p(-np.minimum(share, 0.999))


def positions(buyers: Histories) -> tuple[Histories, Array, Longs]:
    """Return histories within training, the product that came next, and each one's buyer."""
    event, owner = buyers.indices(), buyers.rows()
    follows = (event > buyers.start[owner]) & known(buyers.columns["product"][event])
    event, owner = event[follows], owner[follows]
    if len(event) > LEARNED_FROM:
        chosen = np.random.default_rng(0).choice(len(event), LEARNED_FROM, replace=False)
        event, owner = event[np.sort(chosen)], owner[np.sort(chosen)]
    before = Histories(buyers.columns, buyers.start[owner], event)
    return before, buyers.columns["product"][event].astype(np.int64) - FIRST, owner


def _fit(own: Own, hit: Array, shares: Array, rows: int) -> Array:
    """Return the weights of the traits that make what came next most probable.

    The chance of own product j is e^V_j / (1 - s + Σ e^V), where s is what popularity gives to
    all own products, and V_j the weighted sum of its traits.
    """
    traits = own.traits.astype(np.float64)
    rest = 1 - np.minimum(np.bincount(own.row, shares[own.product], minlength=rows), 0.99)
    mean, scale = traits.mean(axis=0), traits.std(axis=0)
    mean[0] = 0.0
    scale[scale < ALIKE] = 1.0
    traits = (traits - mean) / scale

    def cost(theta: Array) -> tuple[float, Array]:
        raised = np.exp(np.clip(traits @ theta, LOWEST, HIGHEST))
        total = rest + np.bincount(own.row, raised, minlength=rows)
        loss = np.log(total).sum() - (traits[hit] @ theta).sum()
        chance = raised / total[own.row]
        slope = traits.T @ (chance - hit)
        ridge = RIDGE * rows
        return (loss + ridge * (theta**2).sum()) / rows, (slope + 2 * ridge * theta) / rows

    start = np.zeros(traits.shape[1])
    start[0] = np.log(0.01)
    if not len(own.row):
        return start
    from scipy import optimize  # 24 MB that whoever only serves predictions does without

    found = optimize.minimize(cost, start, jac=True, method="L-BFGS-B")
    theta: Array = found.x / scale
    theta[0] -= theta @ mean
    return theta
