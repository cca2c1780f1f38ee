"""The ranked list of products after a history."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dashboard.services.recommendations.what_if import HistoryEvent
from data.preparation.sequences import to_microseconds
from model.baselines.base import log_softmax
from model.sequences.buyer_attributes import Values
from model.sequences.histories import Histories
from model.serving.predictor import Predictor

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

CANDIDATES = 1_000
"""Most probable products from which a diversified list is chosen."""


@dataclass(frozen=True)
class RankedProduct:
    """One product of a ranked list.

    Attributes
    ----------
    rank : int
        Rank by probability among the products that pass the filters, from 1; under rules the
        position in the list that they leave.
    product, title, brand, category, price
        As the model describes the product.
    probability : float
        That it is bought next.
    popularity : float
        Its share of all training events.
    bought : int
        How often the history has it as a target: how often it was bought.
    previous_rank : int or None
        Its rank after the history that this one is compared with.
    model_rank : int or None
        Under rules, its rank by probability alone.
    rules : tuple of str
        The rules that moved it up.
    """

    rank: int
    product: str
    title: str | None
    brand: str | None
    category: str | None
    price: float | None
    probability: float
    popularity: float
    bought: int
    previous_rank: int | None = None
    model_rank: int | None = None
    rules: tuple[str, ...] = ()

    @property
    def rise(self) -> int:
        """Number of ranks it gained; negative where it fell, 0 without a comparison."""
        return 0 if self.previous_rank is None else self.previous_rank - self.rank


@dataclass(frozen=True)
class RankedList:
    """The products ranked after a history.

    Attributes
    ----------
    items : tuple of RankedProduct
        The first ``k``.
    target : RankedProduct or None
        The product bought next, where it is known, the model knows it and it passes the filters
        and the rules.
    products : int
        Number of ranked products.
    probabilities : float32 [products]
        Of the whole catalogue, in the order of the model's products.
    popularity : float32 [products]
    removed : dict of str to int
        How many products each rule removed for this history, or passed over.
    left_out : tuple of (RankedProduct, str)
        The products among the first ``k`` by probability that rules keep out of the list, with the
        rule of each.
    """

    items: tuple[RankedProduct, ...]
    target: RankedProduct | None
    products: int
    probabilities: Floats
    popularity: Floats
    removed: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[tuple[RankedProduct, str], ...] = ()

    @property
    def covered(self) -> float:
        """Probability that one of the items is bought next."""
        return sum(item.probability for item in self.items)


@dataclass(frozen=True)
class ScoredHistory:
    """A history with the scores of a model, and that which it is compared with.

    Attributes
    ----------
    model : Predictor
    histories : Histories
        The history, and the previous one where there is one.
    scores : float32 [histories, products]
        Of the model; their softmax are probabilities.
    bought : Counter
        How often the history has each product as a target.
    mask : bool [products]
        Products that may be recommended.
    """

    model: Predictor
    histories: Histories
    scores: Floats
    bought: Counter[str]
    mask: Bools

    @classmethod
    def of(
        cls,
        model: Predictor,
        history: Sequence[HistoryEvent],
        previous: Sequence[HistoryEvent] | None,
        *,
        exclude_seen: bool,
        allowed: Bools | None,
        at: datetime | None,
        buyers: Sequence[Values] | None,
    ) -> "ScoredHistory":
        """Score a history, with one call of the model; the parameters are ``rank_products``'."""
        compared = [history] if previous is None else [history, previous]
        histories = history_inputs(model, compared, at, buyers and buyers[: len(compared)])
        products = [event.product for event in history]
        bought = Counter(model.targets_of(products, [event.type for event in history]))
        mask = (
            np.ones(len(model.catalogue.products), dtype=bool)
            if allowed is None
            else allowed.copy()
        )
        if exclude_seen:
            mask[
                [index for name in bought if (index := model.catalogue.index_of(name)) is not None]
            ] = False
        return cls(model, histories, model.raw_scores(histories), bought, mask)

    @cached_property
    def probabilities(self) -> Floats:
        """The probability of each product after each history, float32 [histories, products]."""
        probabilities: Floats = np.exp(log_softmax(self.scores))
        return probabilities

    @cached_property
    def popularity(self) -> Floats:
        """The share of each product of all training events, float32 [products]."""
        counts = self.model.catalogue.counts
        popularity: Floats = (counts / max(counts.sum(), 1)).astype(np.float32)
        return popularity

    def item(
        self,
        rank: int,
        index: int,
        previous_rank: int | None,
        *,
        model_rank: int | None = None,
        rules: tuple[str, ...] = (),
    ) -> RankedProduct:
        """Return a product of a list."""
        product = self.model.catalogue.describe(self.model.catalogue.products[index])
        return RankedProduct(
            rank=rank,
            product=product.product,
            title=product.title,
            brand=product.brand,
            category=product.category,
            price=product.price,
            probability=float(self.probabilities[0, index]),
            popularity=float(self.popularity[index]),
            bought=self.bought[product.product],
            previous_rank=previous_rank,
            model_rank=model_rank,
            rules=rules,
        )


def rank_products(
    model: Predictor,
    history: Sequence[HistoryEvent],
    *,
    k: int,
    exclude_seen: bool = False,
    target: str | None = None,
    previous: Sequence[HistoryEvent] | None = None,
    allowed: Bools | None = None,
    diversity: int = 0,
    at: datetime | None = None,
    buyers: Sequence[Values] | None = None,
) -> RankedList:
    """Rank the products that come after a history, with one call of the model.

    Parameters
    ----------
    model : Predictor
    history : sequence of HistoryEvent
        Oldest first; may be empty.
    k : int
        Length of the list.
    exclude_seen : bool
        Whether products that were bought are left out.
    target : str, optional
        The product that was in fact bought next. It gets a rank also where it is not among the
        first ``k``; ties count against it.
    previous : sequence of HistoryEvent, optional
        A history to compare the ranks with.
    allowed : bool [products], optional
        Products that may be recommended; the others have no rank.
    diversity : int
        Percentage by which the probability of a product is discounted for each product of its
        category before it. ``rank`` stays that of the model.
    at : datetime, optional
        Asking time (UTC); by default, and at least, the time of the last event.
    buyers : pair of mapping, optional
        Attributes of the buyer by name, and those that the ranks are compared with; by default
        nothing is known.
    """
    scored = ScoredHistory.of(
        model, history, previous, exclude_seen=exclude_seen, allowed=allowed, at=at, buyers=buyers
    )
    mask, probabilities = scored.mask, scored.probabilities
    scores = np.where(mask, probabilities[0], -1)
    previous_scores = None if previous is None else np.where(mask, probabilities[1], -1)

    def item(rank: int, index: int) -> RankedProduct:
        previous_rank = None
        if previous_scores is not None:
            previous_rank = int((previous_scores > previous_scores[index]).sum()) + 1
        return scored.item(rank, index, previous_rank)

    count = min(k, int(mask.sum()))
    if diversity:
        indices = diversified(scores, model.catalogue.categories, count, diversity)
        ranks = [int((scores > scores[index]).sum()) + 1 for index in indices]
    else:
        indices, ranks = top_indices(scores, count), list(range(1, count + 1))
    target_index = None if target is None else model.catalogue.index_of(target)
    if target_index is not None and not mask[target_index]:
        target_index = None
    return RankedList(
        items=tuple(item(rank, index) for rank, index in zip(ranks, indices, strict=True)),
        target=None
        if target_index is None
        else item(int((scores >= scores[target_index]).sum()), target_index),
        products=int(mask.sum()),
        probabilities=probabilities[0],
        popularity=scored.popularity,
    )


def history_inputs(
    model: Predictor,
    histories: Sequence[Sequence[HistoryEvent]],
    at: datetime | None,
    buyers: Sequence[Values] | None,
) -> Histories:
    """Return histories as the model reads them, with the asking time and buyers' attributes."""
    products = [[event.product for event in events] for events in histories]
    types = [[event.type for event in events] for events in histories]
    times = [[_microseconds(event.time) for event in events] for events in histories]
    prices = None
    if any(event.repriced for events in histories for event in events):
        prices = [
            [event.price if event.repriced else None for event in events] for events in histories
        ]
    asking_time = _microseconds(at)
    return model.inputs.of_products(products, prices, types, times, asking_time, buyers=buyers)


def _microseconds(time: datetime | None) -> int | None:
    """Return a time in microseconds since 1970, None where it is not known."""
    return None if time is None else to_microseconds(time)


def top_indices(scores: Floats, k: int) -> list[int]:
    """Return the indices of the highest scores, best first; ties keep the order of the indices.

    Examples
    --------
    >>> top_indices(np.array([0.1, 0.5, 0.1, 0.3], dtype=np.float32), 3)
    [1, 3, 0]
    """
    if k <= 0:
        return []
    if k < len(scores):
        threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
        candidates = np.flatnonzero(scores >= threshold)
    else:
        candidates = np.arange(len(scores))
    order = np.argsort(-scores[candidates], kind="stable")[:k]
    return [int(index) for index in candidates[order]]


def diversified(
    scores: Floats, categories: Sequence[str | None], k: int, discount: int
) -> list[int]:
    """Return the indices of a diversified list, chosen greedily among the best candidates.

    Each chosen product discounts the scores of all others of its category by ``discount`` per
    cent.

    Examples
    --------
    >>> scores = np.array([0.5, 0.4, 0.3], dtype=np.float32)
    >>> diversified(scores, ["cup", "cup", "pot"], 3, discount=50)
    [0, 2, 1]
    """
    candidates = top_indices(scores, max(CANDIDATES, k))
    discounted = scores[candidates].astype(np.float64)
    category = np.array([categories[index] or "" for index in candidates], dtype=object)
    chosen = []
    for _place in range(k):
        best = int(discounted.argmax())
        chosen.append(candidates[best])
        discounted[category == category[best]] *= 1 - discount / 100
        discounted[best] = -np.inf
    return chosen
