"""Simulation of the views and carts before purchases, and of visits without a purchase."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.demo.group_sampler import Int64s
from data.demo.shop import Shop
from data.demo.simulated_buyers import END, HOURS, Purchases, by_time

VIEW, CART, PURCHASE = range(3)
HOUR = 3600

FULL_SIZE = 100_000
IDLE, FULL_IDLE = 1.2, 13.0
"""Visits without a purchase per purchase. A shop of ``FULL_SIZE`` buyers or more has the published
69 views and 3.3 carts per purchase; a smaller one has 11 views and about one cart, so that it is
imported quickly."""
VIEWS = 4.95
"""Mean number of views per purchase and per visit without one."""
SAME_VIEW = 0.5
CART_BEFORE, CART_ALONE = 0.9, 0.18
IDLE_BUYERS = 0.2
PLANNED = 0.5
"""Share of a buyer's visits without a purchase that are about the product of the next purchase."""
NON_BUYERS = 0.27
"""Number of users who never purchase, per visit without a purchase."""
DUPLICATES = 0.0022


@dataclass(frozen=True)
class Events:
    """Rows of the log as columns, each int64, shape (rows,).

    Attributes
    ----------
    time : int64
        Seconds since the beginning of the month, without the missing day.
    kind : int64
        ``VIEW``, ``CART`` or ``PURCHASE``.
    product : int64
        Index into the catalogue.
    user : int64
        Buyers first, as in ``Purchases``, then users who never purchase.
    visit : int64
        Number of the visit.
    """

    time: Int64s
    kind: Int64s
    product: Int64s
    user: Int64s
    visit: Int64s

    def take(self, rows: Int64s | NDArray[np.bool_] | slice) -> "Events":
        """Return the rows of an index array, a mask or a slice."""
        return Events(*(column[rows] for column in vars(self).values()))

    def join(self, other: "Events") -> "Events":
        """Return these rows followed by those of ``other``."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Events(*(np.concatenate(pair) for pair in pairs))


@dataclass(frozen=True)
class _NextPurchases:
    """The next purchase of every buyer at any time.

    Attributes
    ----------
    key : int64, shape (purchases,)
        Buyer and time of each purchase as one number, ascending.
    product : int64, shape (purchases,)
        Its product.
    """

    key: Int64s
    product: Int64s

    @classmethod
    def of(cls, log: Purchases, rows: Int64s) -> "_NextPurchases":
        """Return those of some purchases."""
        key = log.buyer[rows] * END + log.time[rows]
        order = np.argsort(key, kind="stable")
        return cls(key[order], log.product[rows][order])

    def viewed_in(self, visits: Events, random: np.random.Generator) -> Events:
        """Let a share ``PLANNED`` of visits be about what their user purchases next, if any."""
        at = np.searchsorted(self.key, visits.user * END + visits.time, side="right")
        at = np.minimum(at, len(self.key) - 1)
        is_planned = (self.key[at] // END == visits.user) & (self.key[at] % END > visits.time)
        is_planned &= random.random(len(at)) < PLANNED
        return replace(visits, product=np.where(is_planned, self.product[at], visits.product))


def events(shop: Shop, log: Purchases, random: np.random.Generator) -> Iterator[Events]:
    """Yield the events of the month in order of time, in blocks of a day or an hour.

    Parameters
    ----------
    shop : Shop
        The catalogue.
    log : Purchases
        The simulated purchases.
    random : numpy.random.Generator
        Source of randomness for views, carts and visits without a purchase.
    """
    rows = by_time(log)
    following = _NextPurchases.of(log, rows)
    buyers = int(log.first[1])
    share, span = (FULL_IDLE, 1) if buyers >= FULL_SIZE else (IDLE, 24)
    idle = random.multinomial(round(len(rows) * share), HOURS)
    users = buyers + 1 + round(idle.sum() * NON_BUYERS)
    visit = len(log)
    pending = Events(*np.empty((5, 0), dtype=np.int64))
    for begin in range(0, len(HOURS), span):
        end = begin + span
        block = rows[slice(*np.searchsorted(log.time[rows], (begin * HOUR, end * HOUR)))]
        hour = np.repeat(np.arange(begin, end), idle[begin:end])
        user = _idle_users(len(hour), buyers, users, random)
        idle_visits = following.viewed_in(_idle_visits(shop, hour, user, visit, random), random)
        targets = _purchases(log, block).join(idle_visits)
        visit += len(hour)
        pending = pending.join(_events_before(shop, targets, random))
        pending = pending.join(targets.take(targets.kind == PURCHASE))
        pending = pending.take(np.argsort(pending.time, kind="stable"))
        # Views before the purchases of the next block may still fall into the last hour.
        complete = np.searchsorted(pending.time, (end - 1) * HOUR if end < len(HOURS) else END)
        yield _duplicate_some(pending.take(slice(None, complete)), random)
        pending = pending.take(slice(complete, None))


def _idle_users(count: int, buyers: int, users: int, random: np.random.Generator) -> Int64s:
    """Return the users of visits without a purchase; a share ``IDLE_BUYERS`` of them are buyers."""
    non_buyer = random.integers(buyers, users, count)
    buyer = random.integers(0, buyers, count)
    return np.where(random.random(count) < IDLE_BUYERS, buyer, non_buyer)


def _purchases(log: Purchases, rows: Int64s) -> Events:
    kind = np.full(len(rows), PURCHASE)
    return Events(log.time[rows], kind, log.product[rows], log.buyer[rows], log.visit[rows])


def _idle_visits(
    shop: Shop, hour: Int64s, user: Int64s, visit: int, random: np.random.Generator
) -> Events:
    """Return the last views of visits without a purchase."""
    count = len(hour)
    time = hour * HOUR + random.integers(0, HOUR, count)
    product = shop.all_products.sample(np.zeros_like(hour), hour // 24, random.random(count))
    return Events(time, np.full(count, VIEW), product, user, visit + np.arange(count))


def _events_before(shop: Shop, targets: Events, random: np.random.Generator) -> Events:
    """Return the views and carts within the hour before purchases and last views."""
    is_purchase = targets.kind == PURCHASE
    has_cart = random.random(len(is_purchase)) < np.where(is_purchase, CART_BEFORE, CART_ALONE)
    cart = targets.take(has_cart)
    views = random.geometric(1 / VIEWS, len(is_purchase))
    view = targets.take(np.repeat(np.arange(len(is_purchase)), views))
    first = np.zeros(len(view.time), dtype=bool)
    first[np.cumsum(views) - views] = True
    same_product = first | (random.random(len(first)) < SAME_VIEW)
    other_product = shop.by_price_range.sample(
        shop.price_group[view.product], view.time // (24 * HOUR), random.random(len(first))
    )
    lead = np.minimum(40 + random.exponential(300, len(first)).astype(np.int64), HOUR - 1)
    events = Events(
        np.append(view.time - lead, cart.time - random.integers(5, 40, len(cart.time))),
        np.repeat([VIEW, CART], [len(first), len(cart.time)]),
        np.append(np.where(same_product, view.product, other_product), cart.product),
        np.append(view.user, cart.user),
        np.append(view.visit, cart.visit),
    )
    return events.take(events.time >= 0)


def _duplicate_some(events: Events, random: np.random.Generator) -> Events:
    """Duplicate a share ``DUPLICATES`` of views and carts, as in the real log."""
    is_duplicated = (events.kind != PURCHASE) & (random.random(len(events.kind)) < DUPLICATES)
    return events.take(np.repeat(np.arange(len(is_duplicated)), 1 + is_duplicated))
