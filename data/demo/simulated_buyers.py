"""How the demo shop's synthetic buyers buy, and the exact chance of each of their purchases.

A buyer takes, one after another:

- the product bought last once more, with a chance that depends on the product and on whether it
  has just been repeated;
- otherwise a companion of it;
- otherwise what suits the buyer's taste: an earlier purchase is picked at random and the same
  product, one of its brand or one of its price range is taken; or, the less often the more has
  been bought, whatever is popular.

Picking among earlier purchases is a Blackwell-MacQueen urn: what remains of a taste of the
buyer's own, drawn from a Dirichlet process, when that taste is integrated out (Blackwell and
MacQueen 1973, equation 2). So nothing that matters is hidden from the log, and the chances are
exact. Popularity is that of the day of the buyer's previous purchase, of the purchase's own day
for the first one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from data.demo.market import BY_DAY, BY_HOUR
from data.demo.shelf import Floats, Ints
from data.demo.shop import COMPANIONS, Shop

DAY = 86_400
HOURS = np.outer(BY_DAY, BY_HOUR / BY_HOUR.sum()).ravel()
HOURS = HOURS / HOURS.sum()
"""Share of each open hour in the month's purchases."""
END = len(BY_DAY) * DAY

SAME_VISIT = 0.5
REPEAT_IN_VISIT = 0.75
REPEAT = np.array([0.02, 0.36])
REPEAT_AGAIN = 0.2
COMPANION = 0.6
COMPANION_SHARES = np.array([0.66, 0.22, 0.12])
NEWNESS = 1.0
SAME_PRODUCT, SAME_BRAND = 0.2, 0.5
"""Of what is taken after an earlier purchase; the rest is of the same price range."""


@dataclass(frozen=True)
class Purchases:
    """Purchases, all buyers' first ones, then all second ones and so on.

    Buyers are numbered by falling number of purchases, so that purchase ``n`` of buyer ``b`` lies
    at ``first[n] + b``.

    Attributes
    ----------
    first : int64, shape (most purchases of a buyer + 1,)
    buyer, product, visit : int64, shape (purchases,)
    time : int64, shape (purchases,)
        Seconds since the beginning of the month on which the shop was open.
    """

    first: Ints
    buyer: Ints
    time: Ints
    visit: Ints
    product: Ints

    def __len__(self) -> int:
        """Return the number of purchases."""
        return len(self.time)

    @property
    def earlier(self) -> Ints:
        """How many earlier purchases of its buyer each purchase has."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))


def in_order(log: Purchases) -> Ints:
    """Return the places of the month's purchases by time; what would fall after it is left out."""
    order = np.argsort(log.time, kind="stable")
    return np.asarray(order[log.time[order] < END])


def moments(count: int, random: np.random.Generator) -> Ints:
    """Draw seconds within the open month, by the days' and hours' shares."""
    hour = np.searchsorted(np.cumsum(HOURS)[:-1], random.random(count), side="right")
    return np.asarray(hour * 3600 + random.integers(0, 3600, count))


def purchases(shop: Shop, buyers: int, random: np.random.Generator) -> Purchases:
    """Let the buyers buy for a month."""
    sizes = _sizes(buyers)
    at_least = np.searchsorted(-sizes, -np.arange(sizes[0]), side="left")
    first = np.concatenate([[0], np.cumsum(at_least)])
    buyer = np.arange(first[-1]) - np.repeat(first[:-1], at_least)
    same_visit = random.random(first[-1]) < SAME_VISIT
    same_visit[:buyers] = False
    time, visit = _times(first, buyer, same_visit, random)
    product = _products(shop, first, time, same_visit, random)
    return Purchases(first, buyer, time, visit, product)


def _sizes(buyers: int) -> Ints:
    """Return falling numbers of purchases: a log-normal distribution's quantiles, rounded up.

    Its mean (2.08) and the fifth heaviest of 441,638 buyers (190) are the published ones.
    """
    quantile = (np.arange(buyers, 0, -1) - 0.5) / buyers
    return np.asarray(np.ceil(np.exp(-0.53 + 1.355 * ndtri(quantile))), dtype=np.int64)


def _times(
    first: Ints, buyer: Ints, same_visit: NDArray[np.bool_], random: np.random.Generator
) -> tuple[Ints, Ints]:
    """Return each purchase's second and visit; those of a visit follow within minutes."""
    time = np.zeros(len(buyer), dtype=np.int64)
    begins = np.flatnonzero(~same_visit)
    drawn = moments(len(begins), random)
    time[begins[np.argsort(buyer[begins], kind="stable")]] = drawn[
        np.lexsort((drawn, buyer[begins]))
    ]
    pause = 1 + random.exponential(120, len(buyer)).astype(np.int64)
    visit = np.arange(len(buyer))
    for n in range(1, len(first) - 1):
        here = slice(first[n], first[n + 1])
        before = slice(first[n - 1], first[n - 1] + first[n + 1] - first[n])
        time[here] = np.maximum(time[here], time[before] + pause[here])
        visit[here] = np.where(same_visit[here], visit[before], visit[here])
    return time, visit


def _products(
    shop: Shop,
    first: Ints,
    time: Ints,
    same_visit: NDArray[np.bool_],
    random: np.random.Generator,
) -> Ints:
    """Draw what is bought, purchase after purchase, for all buyers at once."""
    product = np.empty(first[-1], dtype=np.int64)
    day = np.minimum(time, END - 1) // DAY
    luck = random.random(first[1])
    product[: first[1]] = shop.everything.draw(
        np.zeros_like(day[: first[1]]), day[: first[1]], luck
    )
    for n in range(1, len(first) - 1):
        here = np.arange(first[n], first[n + 1])
        buyer = here - first[n]
        last = product[first[n - 1] + buyer]
        today = day[first[n - 1] + buyer]
        luck = random.random((5, len(here)))
        picked = (luck[2] * (n + NEWNESS)).astype(np.int64)
        fresh = picked >= n
        like = product[first[np.minimum(picked, n - 1)] + buyer]
        companion = np.searchsorted(np.cumsum(COMPANION_SHARES)[:-1], luck[2], side="right")
        product[here] = np.select(
            [
                luck[0] < _repeat_in_turn(shop, product, first, n, same_visit[here]),
                luck[1] < COMPANION,
                fresh,
                luck[4] < SAME_PRODUCT,
                luck[4] < SAME_PRODUCT + SAME_BRAND,
            ],
            [
                last,
                shop.companions[last, companion],
                shop.everything.draw(np.zeros_like(last), today, luck[3]),
                like,
                shop.brands.draw(shop.brand_group[like], today, luck[3]),
            ],
            shop.budgets.draw(shop.budget_group[like], today, luck[3]),
        )
    return product


def _repeat(shop: Shop, product: Ints, first: Ints, n: int) -> Floats:
    """Return the chance that the buyers' purchases ``n`` repeat the ones before, as ``luck[0]``."""
    count = first[n + 1] - first[n]
    last = product[first[n - 1] : first[n - 1] + count]
    chance = REPEAT[shop.several[last].astype(np.int64)]
    if n > 1:
        again = last == product[first[n - 2] : first[n - 2] + count]
        chance = chance + REPEAT_AGAIN * again
    return np.asarray(chance)


def _repeat_in_turn(
    shop: Shop, product: Ints, first: Ints, n: int, same_visit: NDArray[np.bool_]
) -> Floats:
    """Return the same chance given whether the visit goes on: most repeats are within a visit."""
    share = np.where(
        same_visit, REPEAT_IN_VISIT / SAME_VISIT, (1 - REPEAT_IN_VISIT) / (1 - SAME_VISIT)
    )
    return np.asarray(_repeat(shop, product, first, n) * share)


def chances(shop: Shop, log: Purchases, block: int = 256) -> Iterator[tuple[Ints, Floats]]:
    """Yield the chance of every product for purchase after purchase, some buyers at a time.

    The chances are given the buyer's earlier purchases and nothing else: not the time since the
    last one, which would tell whether the visit goes on.

    Yields
    ------
    rows : int64, shape (n,)
        Places in ``log``.
    chance : float64, shape (n, products)
        Rows sum to one.
    """
    day = np.minimum(log.time, END - 1) // DAY
    for lowest in range(0, log.first[1], block):
        buyers = np.arange(lowest, min(lowest + block, log.first[1]))
        yield buyers, shop.everything.chance[day[buyers]]
        bought = np.zeros((len(buyers), len(shop)))
        by_brand = np.zeros((len(buyers), shop.brands.groups))
        by_budget = np.zeros((len(buyers), shop.budgets.groups))
        for n in range(1, len(log.first) - 1):
            buyers = buyers[buyers < log.first[n + 1] - log.first[n]]
            if not len(buyers):
                break
            row = np.arange(len(buyers))
            before = log.first[n - 1] + buyers
            last, today = log.product[before], day[before]
            bought[row, last] += 1
            by_brand[row, shop.brand_group[last]] += 1
            by_budget[row, shop.budget_group[last]] += 1
            suits = SAME_PRODUCT * bought[row]
            suits += SAME_BRAND * by_brand[row][:, shop.brand_group] * shop.brands.chance[today]
            suits += (
                (1 - SAME_PRODUCT - SAME_BRAND)
                * by_budget[row][:, shop.budget_group]
                * shop.budgets.chance[today]
            )
            suits += NEWNESS * shop.everything.chance[today]
            repeat = _repeat(shop, log.product, log.first, n)[buyers]
            chance = suits * ((1 - repeat) * (1 - COMPANION) / (n + NEWNESS))[:, None]
            for k in range(COMPANIONS):
                chance[row, shop.companions[last, k]] += (
                    (1 - repeat) * COMPANION * COMPANION_SHARES[k]
                )
            chance[row, last] += repeat
            yield log.first[n] + buyers, chance
