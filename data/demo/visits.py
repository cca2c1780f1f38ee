"""What the demo shop's synthetic visitors look at before they buy, or without buying."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.demo.shelf import Ints
from data.demo.shop import Shop
from data.demo.simulated_buyers import END, HOURS, Purchases, in_order

VIEW, CART, PURCHASE = range(3)
HOUR = 3600

FULL_SIZE = 100_000
IDLE, FULL_IDLE = 1.2, 13.0
"""Visits without a purchase, for each purchase. A shop of ``FULL_SIZE`` buyers or more has the
published 69 views and 3.3 carts a purchase; a smaller one is thinned to 11 views and about one
cart, so that it is read in no time."""
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
    """Yield the month's events by time, a day or an hour at a time, so that memory stays small."""
    rows = in_order(log)
    buyers = int(log.first[1])
    share, span = (FULL_IDLE, 1) if buyers >= FULL_SIZE else (IDLE, 24)
    idle = random.multinomial(round(len(rows) * share), HOURS)
    people = buyers + 1 + round(idle.sum() * LOOKERS)
    visit = len(log)
    waiting = Events(*np.empty((5, 0), dtype=np.int64))
    for begin in range(0, len(HOURS), span):
        end = begin + span
        bought = rows[slice(*np.searchsorted(log.time[rows], (begin * HOUR, end * HOUR)))]
        hour = np.repeat(np.arange(begin, end), idle[begin:end])
        user = _visitors(len(hour), buyers, people, random)
        aims = _purchases(log, bought).join(_idle(shop, hour, user, visit, random))
        visit += len(hour)
        waiting = waiting.join(_before(shop, aims, random)).join(aims.take(aims.kind == PURCHASE))
        waiting = waiting.take(np.argsort(waiting.time, kind="stable"))
        # What leads to later purchases may still fall into the last hour.
        ready = np.searchsorted(waiting.time, (end - 1) * HOUR if end < len(HOURS) else END)
        yield _stutter(waiting.take(slice(None, ready)), random)
        waiting = waiting.take(slice(ready, None))


def _visitors(count: int, buyers: int, people: int, random: np.random.Generator) -> Ints:
    """Return who comes without buying: now and then one of the buyers."""
    someone = random.integers(buyers, people, count)
    buyer = random.integers(0, buyers, count)
    return np.where(random.random(count) < IDLE_BUYERS, buyer, someone)


def _purchases(log: Purchases, rows: Ints) -> Events:
    kind = np.full(len(rows), PURCHASE)
    return Events(log.time[rows], kind, log.product[rows], log.buyer[rows], log.visit[rows])


def _idle(shop: Shop, hour: Ints, user: Ints, visit: int, random: np.random.Generator) -> Events:
    """Return visits that end in a view, each with the product that it is about."""
    count = len(hour)
    time = hour * HOUR + random.integers(0, HOUR, count)
    product = shop.everything.draw(np.zeros_like(hour), hour // 24, random.random(count))
    return Events(time, np.full(count, VIEW), product, user, visit + np.arange(count))


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
