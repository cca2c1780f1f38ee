"""What the demo shop's synthetic visitors look at before they buy, or without buying."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.buyers import END, HOURS, Purchases, in_order
from data.shelf import Ints
from data.shop import Shop

VIEW, CART, PURCHASE = range(3)
HOUR = 3600

FULL_SIZE = 100_000
IDLE, FULL_IDLE = 1.2, 13.0
"""Visits without a purchase, for each purchase. A shop of ``FULL_SIZE`` buyers or more has the
published 69 views a purchase; a smaller one is thinned to 11, so that it is read in no time."""
VIEWS = 4.95
"""Mean views for each purchase and each visit without one."""
SAME_VIEW = 0.5
CART_BEFORE, CART_ALONE = 0.9, 0.18
IDLE_BUYERS = 0.2
LOOKERS = 0.27
"""People who never buy, for each visit without a purchase."""
DUPLICATES = 0.0022


@dataclass(frozen=True)
class Events:
    """Rows of the log, each an int64 array: second of the open month, kind, product and so on.

    ``user`` counts buyers first, as in ``Purchases``, then those who only look.
    """

    time: Ints
    kind: Ints
    product: Ints
    user: Ints
    visit: Ints

    def take(self, rows: Ints | NDArray[np.bool_] | slice) -> "Events":
        """Return some rows."""
        return Events(*(column[rows] for column in vars(self).values()))

    def join(self, other: "Events") -> "Events":
        """Return both's rows, one after the other."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Events(*(np.concatenate(pair) for pair in pairs))


def events(shop: Shop, log: Purchases, random: np.random.Generator) -> Iterator[Events]:
    """Yield the month's events by time, about an hour at a time, so that memory stays small."""
    rows = in_order(log)
    buyers = int(log.first[1])
    idle = round(len(rows) * (FULL_IDLE if buyers >= FULL_SIZE else IDLE))
    people = buyers + round(idle * LOOKERS)
    bounds = np.searchsorted(log.time[rows], np.arange(len(HOURS) + 1) * HOUR)
    visit = len(log)
    waiting = Events(*np.empty((5, 0), dtype=np.int64))
    for hour, count in enumerate(random.multinomial(idle, HOURS)):
        bought = rows[bounds[hour] : bounds[hour + 1]]
        aims = _purchases(log, bought).join(
            _idle(shop, hour, visit + np.arange(count), buyers=buyers, people=people, random=random)
        )
        visit += count
        waiting = waiting.join(_before(shop, aims, random)).join(aims.take(aims.kind == PURCHASE))
        waiting = waiting.take(np.argsort(waiting.time, kind="stable"))
        # What comes before later purchases may still fall into the last hour.
        ready = np.searchsorted(waiting.time, hour * HOUR if hour + 1 < len(HOURS) else END)
        yield _stutter(waiting.take(slice(None, ready)), random)
        waiting = waiting.take(slice(ready, None))


def _purchases(log: Purchases, rows: Ints) -> Events:
    kind = np.full(len(rows), PURCHASE)
    return Events(log.time[rows], kind, log.product[rows], log.buyer[rows], log.visit[rows])


def _idle(
    shop: Shop, hour: int, visit: Ints, *, buyers: int, people: int, random: np.random.Generator
) -> Events:
    """Return visits that end in a view, each with the product that it is about."""
    count = len(visit)
    time = hour * HOUR + random.integers(0, HOUR, count)
    by_buyer = random.random(count) < IDLE_BUYERS
    user = np.where(
        by_buyer, random.integers(0, buyers, count), random.integers(buyers, people, count)
    )
    nought, day = np.zeros(count, dtype=np.int64), np.full(count, hour // 24)
    product = shop.everything.draw(nought, day, random.random(count))
    return Events(time, np.full(count, VIEW), product, user, visit)


def _before(shop: Shop, aims: Events, random: np.random.Generator) -> Events:
    """Return the views and carts that lead to each aim within the hour before it."""
    buys = aims.kind == PURCHASE
    carted = random.random(len(buys)) < np.where(buys, CART_BEFORE, CART_ALONE)
    cart = aims.take(carted)
    views = random.geometric(1 / VIEWS, len(buys))
    view = aims.take(np.repeat(np.arange(len(buys)), views))
    first = np.zeros(len(view.time), dtype=bool)
    first[np.cumsum(views) - views] = True
    itself = first | (random.random(len(first)) < SAME_VIEW)
    others = shop.budgets.draw(
        shop.budget_group[view.product], view.time // (24 * HOUR), random.random(len(first))
    )
    sooner = np.minimum(40 + random.exponential(300, len(first)).astype(np.int64), HOUR - 1)
    both = Events(
        np.append(view.time - sooner, cart.time - random.integers(5, 40, len(cart.time))),
        np.repeat([VIEW, CART], [len(first), len(cart.time)]),
        np.append(np.where(itself, view.product, others), cart.product),
        np.append(view.user, cart.user),
        np.append(view.visit, cart.visit),
    )
    return both.take(both.time >= 0)


def _stutter(rows: Events, random: np.random.Generator) -> Events:
    """Write a few views and carts twice, as the real log does."""
    twice = (rows.kind != PURCHASE) & (random.random(len(rows.kind)) < DUPLICATES)
    return rows.take(np.repeat(np.arange(len(twice)), 1 + twice))
