"""The purchase process of the demo shop, and the exact probability of each of its purchases.

The next purchase of a buyer is

- the last product again, with a probability that depends on the product and on whether its last
  two purchases were equal;
- otherwise, with a fixed probability, a complement of the last product;
- otherwise a product of the buyer's taste: an earlier purchase is drawn uniformly, and the same
  product, a product of its brand or one of its price range is taken; or, with a probability that
  falls with the number of earlier purchases, a product is drawn by popularity.

Drawing uniformly from the earlier purchases is a Blackwell-MacQueen urn, that is, a Dirichlet
process with the buyer's taste integrated out (Blackwell and MacQueen 1973, equation 2). The log
therefore contains everything that the next purchase depends on, and the probabilities are exact.
Popularity is that of the day of the previous purchase, for the first purchase that of its own day.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from data.demo.group_sampler import Float64s, Int64s
from data.demo.market import BY_DAY, BY_HOUR
from data.demo.shop import N_COMPLEMENTS, Shop

DAY = 86_400
HOURS = np.outer(BY_DAY, BY_HOUR / BY_HOUR.sum()).ravel()
HOURS = HOURS / HOURS.sum()
"""Share of each hour in the purchases of the month, shape (open days * 24,)."""
END = len(BY_DAY) * DAY

SAME_VISIT = 0.5
REPEAT_IN_VISIT = 0.75
REPEAT = np.array([0.02, 0.36])
REPEAT_AGAIN = 0.2
COMPLEMENT = 0.6
COMPLEMENT_SHARES = np.array([0.66, 0.22, 0.12])
NEWNESS = 1.0
SAME_PRODUCT, SAME_BRAND = 0.2, 0.5
"""Shares among the purchases that follow taste; the rest is of the same price range."""


@dataclass(frozen=True)
class Purchases:
    """Purchases ordered by their number: the first ones of all buyers, then the second ones.

    Buyers are numbered by falling number of purchases, so that purchase ``n`` of buyer ``b`` is at
    index ``first[n] + b``.

    Attributes
    ----------
    first : int64, shape (maximum number of purchases + 1,)
        Index of the first purchase with each number, and the number of purchases.
    buyer, product, visit : int64, shape (purchases,)
        Indices of the buyer, the product and the visit.
    time : int64, shape (purchases,)
        Seconds since the beginning of the month, without the missing day.
    """

    first: Int64s
    buyer: Int64s
    time: Int64s
    visit: Int64s
    product: Int64s

    def __len__(self) -> int:
        """Return the number of purchases."""
        return len(self.time)

    @property
    def earlier(self) -> Int64s:
        """Number of earlier purchases of the same buyer, int64, shape (purchases,)."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))


def by_time(log: Purchases) -> Int64s:
    """Return the indices of the purchases in order of time, without those after the month."""
    order = np.argsort(log.time, kind="stable")
    return np.asarray(order[log.time[order] < END])


def _sample_times(count: int, random: np.random.Generator) -> Int64s:
    """Sample seconds within the month by the shares of the hours."""
    hour = np.searchsorted(np.cumsum(HOURS)[:-1], random.random(count), side="right")
    return np.asarray(hour * 3600 + random.integers(0, 3600, count))


def purchases(shop: Shop, buyers: int, random: np.random.Generator) -> Purchases:
    """Simulate the purchases of a month.

    Parameters
    ----------
    shop : Shop
        The catalogue.
    buyers : int
        Number of buyers.
    random : numpy.random.Generator
        Source of randomness.
    """
    sizes = _sizes(buyers)
    at_least = np.searchsorted(-sizes, -np.arange(sizes[0]), side="left")
    first = np.concatenate([[0], np.cumsum(at_least)])
    buyer = np.arange(first[-1]) - np.repeat(first[:-1], at_least)
    same_visit = random.random(first[-1]) < SAME_VISIT
    same_visit[:buyers] = False
    time, visit = _times(first, buyer, same_visit, random)
    product = _products(shop, first, time, same_visit, random)
    return Purchases(first, buyer, time, visit, product)


def _sizes(buyers: int) -> Int64s:
    """Return the number of purchases of each buyer, in falling order.

    Quantiles of a log-normal distribution, rounded up. The mean (2.08) and the fifth largest of
    441,638 buyers (190) are the published ones.
    """
    quantile = (np.arange(buyers, 0, -1) - 0.5) / buyers
    return np.asarray(np.ceil(np.exp(-0.53 + 1.355 * ndtri(quantile))), dtype=np.int64)


def _times(
    first: Int64s, buyer: Int64s, same_visit: NDArray[np.bool_], random: np.random.Generator
) -> tuple[Int64s, Int64s]:
    """Return the time and the visit of each purchase; purchases of a visit are minutes apart."""
    time = np.zeros(len(buyer), dtype=np.int64)
    starts = np.flatnonzero(~same_visit)
    times = _sample_times(len(starts), random)
    time[starts[np.argsort(buyer[starts], kind="stable")]] = times[
        np.lexsort((times, buyer[starts]))
    ]
    pause = 1 + random.exponential(120, len(buyer)).astype(np.int64)
    visit = np.arange(len(buyer))
    for n in range(1, len(first) - 1):
        current = slice(first[n], first[n + 1])
        previous = slice(first[n - 1], first[n - 1] + first[n + 1] - first[n])
        time[current] = np.maximum(time[current], time[previous] + pause[current])
        visit[current] = np.where(same_visit[current], visit[previous], visit[current])
    return time, visit


def _products(
    shop: Shop,
    first: Int64s,
    time: Int64s,
    same_visit: NDArray[np.bool_],
    random: np.random.Generator,
) -> Int64s:
    """Sample the products: the first purchases of all buyers, then the second ones, and so on."""
    product = np.empty(first[-1], dtype=np.int64)
    day = np.minimum(time, END - 1) // DAY
    uniform = random.random(first[1])
    product[: first[1]] = shop.all_products.sample(
        np.zeros_like(day[: first[1]]), day[: first[1]], uniform
    )
    for n in range(1, len(first) - 1):
        current = np.arange(first[n], first[n + 1])
        buyer = current - first[n]
        last = product[first[n - 1] + buyer]
        last_day = day[first[n - 1] + buyer]
        uniform = random.random((5, len(current)))
        steps_back = (uniform[2] * (n + NEWNESS)).astype(np.int64)
        by_popularity = steps_back >= n
        earlier = product[first[np.minimum(steps_back, n - 1)] + buyer]
        complement = np.searchsorted(np.cumsum(COMPLEMENT_SHARES)[:-1], uniform[2], side="right")
        repeat = _repeat_probability_in_visit(shop, product, first, n, same_visit[current])
        product[current] = np.select(
            [
                uniform[0] < repeat,
                uniform[1] < COMPLEMENT,
                by_popularity,
                uniform[4] < SAME_PRODUCT,
                uniform[4] < SAME_PRODUCT + SAME_BRAND,
            ],
            [
                last,
                shop.complements[last, complement],
                shop.all_products.sample(np.zeros_like(last), last_day, uniform[3]),
                earlier,
                shop.by_brand.sample(shop.brand_group[earlier], last_day, uniform[3]),
            ],
            shop.by_price_range.sample(shop.price_group[earlier], last_day, uniform[3]),
        )
    return product


def _repeat_probability(shop: Shop, product: Int64s, first: Int64s, n: int) -> Float64s:
    """Return the probability that purchase ``n`` of each buyer repeats the previous product."""
    count = first[n + 1] - first[n]
    last = product[first[n - 1] : first[n - 1] + count]
    probability = REPEAT[shop.often_multiple[last].astype(np.int64)]
    if n > 1:
        repeated = last == product[first[n - 2] : first[n - 2] + count]
        probability = probability + REPEAT_AGAIN * repeated
    return np.asarray(probability)


def _repeat_probability_in_visit(
    shop: Shop, product: Int64s, first: Int64s, n: int, same_visit: NDArray[np.bool_]
) -> Float64s:
    """Return the same probability given whether both purchases are in the same visit."""
    share = np.where(
        same_visit, REPEAT_IN_VISIT / SAME_VISIT, (1 - REPEAT_IN_VISIT) / (1 - SAME_VISIT)
    )
    return np.asarray(_repeat_probability(shop, product, first, n) * share)


def probabilities(
    shop: Shop, log: Purchases, block: int = 256
) -> Iterator[tuple[Int64s, Float64s]]:
    """Yield the probability of every product for each purchase.

    Probabilities are conditional on the buyer's earlier purchases and their times, not on the time
    since the last one, from which it would follow whether the visit continues.

    Parameters
    ----------
    shop : Shop
        The catalogue.
    log : Purchases
        The purchases.
    block : int
        Number of buyers whose probabilities are held in memory at once.

    Yields
    ------
    rows : int64, shape (n,)
        Indices into ``log``.
    probability : float64, shape (n, products)
        Rows sum to one.
    """
    day = np.minimum(log.time, END - 1) // DAY
    for lowest in range(0, log.first[1], block):
        buyers = np.arange(lowest, min(lowest + block, log.first[1]))
        yield buyers, shop.all_products.probability[day[buyers]]
        product_counts = np.zeros((len(buyers), len(shop)))
        brand_counts = np.zeros((len(buyers), shop.by_brand.groups))
        price_counts = np.zeros((len(buyers), shop.by_price_range.groups))
        for n in range(1, len(log.first) - 1):
            buyers = buyers[buyers < log.first[n + 1] - log.first[n]]
            if not len(buyers):
                break
            row = np.arange(len(buyers))
            previous = log.first[n - 1] + buyers
            last, last_day = log.product[previous], day[previous]
            product_counts[row, last] += 1
            brand_counts[row, shop.brand_group[last]] += 1
            price_counts[row, shop.price_group[last]] += 1
            taste = SAME_PRODUCT * product_counts[row]
            taste += (
                SAME_BRAND
                * brand_counts[row][:, shop.brand_group]
                * shop.by_brand.probability[last_day]
            )
            taste += (
                (1 - SAME_PRODUCT - SAME_BRAND)
                * price_counts[row][:, shop.price_group]
                * shop.by_price_range.probability[last_day]
            )
            taste += NEWNESS * shop.all_products.probability[last_day]
            repeat = _repeat_probability(shop, log.product, log.first, n)[buyers]
            probability = taste * ((1 - repeat) * (1 - COMPLEMENT) / (n + NEWNESS))[:, None]
            for k in range(N_COMPLEMENTS):
                probability[row, shop.complements[last, k]] += (
                    (1 - repeat) * COMPLEMENT * COMPLEMENT_SHARES[k]
                )
            probability[row, last] += repeat
            yield log.first[n] + buyers, probability
