"""Outlook: what a model expects a buyer to buy next, with all that a page says about it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashboard.services.recommendations.what_if import Entry
from model.serving.predictor import Predictor

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

POOL = 1_000
"""Products that a varied list is chosen from: the most probable ones."""


@dataclass(frozen=True)
class Offer:
    """One product of the ranking.

    Attributes
    ----------
    rank : int
        Place among the products that may be offered; 1 is the first.
    product, brand, category, price
        As the model knows them.
    probability : float
        That it is bought next.
    popularity : float
        Its share of all training events: what one would expect knowing nothing of the buyer.
    bought : int
        How often the history holds it.
    before : int or None
        Its rank in the outlook that this one is compared with.
    """

    rank: int
    product: str
    brand: str | None
    category: str | None
    price: float | None
    probability: float
    popularity: float
    bought: int
    before: int | None = None

    @property
    def rise(self) -> int:
        """How many places it is better than before; negative where it fell."""
        return 0 if self.before is None else self.before - self.rank


@dataclass(frozen=True)
class Outlook:
    """What comes next.

    Attributes
    ----------
    offers : tuple of Offer
        Best first.
    truth : Offer or None
        What was in fact bought next, where it is known and the model knows the product.
    products : int
        How many products were ranked.
    probabilities : float32, shape (products,)
        Of the whole catalogue, in the order of the model's products.
    popularity : float32, shape (products,)
    """

    offers: tuple[Offer, ...]
    truth: Offer | None
    products: int
    probabilities: Floats
    popularity: Floats

    @property
    def covered(self) -> float:
        """The probability that one of the offers is bought next."""
        return sum(offer.probability for offer in self.offers)


def look_ahead(
    model: Predictor,
    history: Sequence[Entry],
    *,
    k: int,
    only_new: bool = False,
    truth: str | None = None,
    before: Sequence[Entry] | None = None,
    among: Bools | None = None,
    mix: int = 0,
) -> Outlook:
    """Rank the products that come after a history.

    Parameters
    ----------
    model : Predictor
    history : sequence of Entry
        Oldest first; may be empty.
    k : int
        How many offers are wanted.
    only_new : bool
        Whether products of the history are left out.
    truth : str, optional
        The product that was in fact bought next. It keeps its rank where it is not among the
        first ``k``; ties count against it.
    before : sequence of Entry, optional
        The history to compare with.
    among : bool array, shape (products,), optional
        Which products may be offered; the others have no rank.
    mix : int
        By how many percent a product counts less for each one of its category that is offered
        before it; ranks stay those of the model.
    """
    given = [history] if before is None else [history, before]
    found = np.exp(_asked(model, given))
    bought = Counter(entry.product for entry in history)
    allowed = np.ones(len(model.products), dtype=bool) if among is None else among.copy()
    if only_new:
        allowed[[place for name in bought if (place := model.index_of(name)) is not None]] = False
    now = np.where(allowed, found[0], -1)
    then = np.where(allowed, found[1], -1) if before is not None else None
    popularity = (model.counts / max(model.counts.sum(), 1)).astype(np.float32)

    def offer(rank: int, place: int) -> Offer:
        name = model.products[place]
        known = model.describe(name)
        return Offer(
            rank=rank,
            product=name,
            brand=known.brand,
            category=known.category,
            price=known.price,
            probability=float(found[0, place]),
            popularity=float(popularity[place]),
            bought=bought[name],
            before=None if then is None else int((then > then[place]).sum()) + 1,
        )

    count = min(k, int(allowed.sum()))
    first = mixed(now, model.categories, count, mix) if mix else best(now, count)
    ranks = [int((now > now[place]).sum()) + 1 for place in first] if mix else range(1, count + 1)
    answer = None if truth is None else model.index_of(truth)
    if answer is not None and not allowed[answer]:
        answer = None
    return Outlook(
        offers=tuple(offer(rank, place) for rank, place in zip(ranks, first, strict=True)),
        truth=None if answer is None else offer(int((now >= now[answer]).sum()), answer),
        products=int(allowed.sum()),
        probabilities=found[0],
        popularity=popularity,
    )


def effects(model: Predictor, history: Sequence[Entry], product: str) -> dict[str, float]:
    """Return what each entry of a history does for a product, by leaving it out.

    Parameters
    ----------
    model : Predictor
    history : sequence of Entry
        Oldest first.
    product : str
        The product to explain; it must be one that the model knows.

    Returns
    -------
    dict
        From the key of each entry that the model reads to the change of the natural logarithm of
        the product's probability that the entry makes: above 0 it speaks for the product. Leaving
        one out lets an older one move up, as it would have without the purchase.
    """
    place = model.index_of(product)
    if place is None or not history:
        return {}
    read = list(history)[-model.length :]
    start = len(history) - len(read)
    without = [[*history[: start + at], *history[start + at + 1 :]] for at in range(len(read))]
    logs = _asked(model, [history, *without])[:, place]
    return {entry.key: float(logs[0] - left) for entry, left in zip(read, logs[1:], strict=True)}


def _asked(model: Predictor, histories: Sequence[Sequence[Entry]]) -> Floats:
    """Return the logarithms of all probabilities after each history."""
    products = [[entry.product for entry in entries] for entries in histories]
    if not any(entry.repriced for entries in histories for entry in entries):
        return model.scores_of_histories(products)
    prices = [
        [entry.price if entry.repriced else None for entry in entries] for entries in histories
    ]
    return model.scores_of_histories(products, prices)


def best(scores: Floats, k: int) -> list[int]:
    """Return the places of the highest scores, best first; equal ones keep their order.

    Examples
    --------
    >>> best(np.array([0.1, 0.5, 0.1, 0.3], dtype=np.float32), 3)
    [1, 3, 0]
    """
    if k <= 0:
        return []
    if k < len(scores):
        limit = np.partition(scores, len(scores) - k)[len(scores) - k]
        among = np.flatnonzero(scores >= limit)
    else:
        among = np.arange(len(scores))
    order = np.argsort(-scores[among], kind="stable")[:k]
    return [int(place) for place in among[order]]


def mixed(scores: Floats, kinds: Sequence[str | None], k: int, mix: int) -> list[int]:
    """Return the places of a list that is less of one kind.

    The best product is taken again and again; each one taken lets all others of its kind count
    ``mix`` percent less.

    Examples
    --------
    >>> scores = np.array([0.5, 0.4, 0.3], dtype=np.float32)
    >>> mixed(scores, ["cup", "cup", "pot"], 3, mix=50)
    [0, 2, 1]
    """
    pool = best(scores, max(POOL, k))
    worth = scores[pool].astype(np.float64)
    kind = np.array([kinds[place] or "" for place in pool], dtype=object)
    chosen = []
    for _turn in range(k):
        taken = int(worth.argmax())
        chosen.append(pool[taken])
        worth[kind == kind[taken]] *= 1 - mix / 100
        worth[taken] = -np.inf
    return chosen
