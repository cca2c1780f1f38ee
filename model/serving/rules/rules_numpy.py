"""Rules of a placement applied to the ranking after one history, in NumPy.

Imports nothing of Vitrina: it is copied into exported bundles. ``model.serving.rules.settings``
says what each rule means, ``model.serving.rules.resolve`` makes its tables.

A list is made in this order. Products that a rule removes, for every buyer or for this one, leave
the ranking. The probabilities of boosted products are multiplied by their factors. Pinned products
that no rule removes stand at their positions, the others follow by probability, ties by their
order in the catalogue; a product that exceeds a maximum per brand or category is passed over, and
pinned products count first. So a list is shorter than k only where every other product is removed
or would exceed a maximum, and a shorter list is the beginning of a longer one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

DAY = 86_400_000_000
NO_TIME = -1
"""Time of an event, or of asking, that is not known."""
REMOVALS = ("stock", "never_categories", "never_brands", "recent", "price")
"""Rules that remove products; a product counts for the first one that removes it."""
RECENT, PRICE = REMOVALS.index("recent"), REMOVALS.index("price")
CAPS = ("max_per_brand", "max_per_category")
"""Rules that pass over a product where the list has enough of its brand or category."""
NEW, LIST, PINNED = "new", "boost_list", "pinned"
"""Rules that move products up."""
MOVED = "moved"
"""Why a product is missing that no rule removes: others were moved up."""


@dataclass(frozen=True)
class RuleTables:
    """Rules on the catalogue of a model, whose products are in the order of its scores.

    Attributes
    ----------
    barred : int8 [products]
        Index in ``REMOVALS`` of the rule that removes a product for every buyer; -1 for none.
    brand, category : int [products]
        Codes; -1 where a product has none, which no maximum concerns.
    price : float32 [products]
        NaN where it is not known.
    again : bool [products]
        Whether the category is bought again and again.
    first : int64 [products]
        Time of the first event in microseconds; ``NO_TIME`` where it is not known.
    listed : bool [products]
        Whether the list of boosted products has it.
    pin_position, pin_product : int [pins]
        Positions from 1, ascending, and the indices of their products.
    end : int
        Asking time where none is known: the end of the log.
    recent_days, new_days, max_per_brand, max_per_category : int
        0 for none.
    price_low, price_high : float
        Bounds as multiples of the median price of the history; 0 for none.
    new_factor, boost_factor : float
    """

    barred: Any
    brand: Any
    category: Any
    price: Any
    again: Any
    first: Any
    listed: Any
    pin_position: Any
    pin_product: Any
    end: int
    recent_days: int = 0
    new_days: int = 0
    max_per_brand: int = 0
    max_per_category: int = 0
    price_low: float = 0.0
    price_high: float = 0.0
    new_factor: float = 1.0
    boost_factor: float = 1.0

    def save(self, file: Path | str) -> None:
        """Write the tables as an NPZ file."""
        np.savez_compressed(file, **{item.name: getattr(self, item.name) for item in fields(self)})

    @classmethod
    def load(cls, file: Path | str) -> "RuleTables":
        """Read the tables from a file that ``save`` wrote."""
        with np.load(file, allow_pickle=False) as arrays:
            return cls(
                **{
                    name: array if array.ndim else array.item()
                    for name, array in ((name, arrays[name]) for name in arrays.files)
                }
            )


@dataclass(frozen=True)
class RuledList:
    """The list that rules leave of a ranking.

    Attributes
    ----------
    top : int64 [at most k]
        Indices of the products, best first.
    removal : int8 [products]
        Index in ``REMOVALS`` of the rule that removes each product; -1 for none.
    capped : dict
        Products that were passed over before the list was full, and the rule of ``CAPS``.
    moves : dict
        Products that were boosted or pinned, and the rules that did so, those of the list alone.
    """

    top: Any
    removal: Any
    capped: dict[int, str] = field(default_factory=dict)
    moves: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def removed(self) -> dict[str, int]:
        """Return how many products each rule removed or passed over, of rules with any."""
        counts = np.bincount(self.removal[self.removal >= 0], minlength=len(REMOVALS)).tolist()
        counts += [list(self.capped.values()).count(cap) for cap in CAPS]
        return {rule: n for rule, n in zip((*REMOVALS, *CAPS), counts, strict=True) if n}

    def missing(self, ranking: Any) -> dict[int, str]:
        """Return the products of another ranking that the list has not, and the rule of each."""
        shown = set(self.top.tolist())
        return {
            int(product): self._reason(int(product))
            for product in ranking
            if int(product) not in shown
        }

    def _reason(self, product: int) -> str:
        if self.removal[product] >= 0:
            return REMOVALS[self.removal[product]]
        return self.capped.get(product, MOVED)


def apply_rules(
    tables: RuleTables, scores: Any, *, bought: Any, times: Any, asking_time: int, k: int
) -> RuledList:
    """Return the list of ``k`` products after one history under rules.

    Parameters
    ----------
    tables : RuleTables
    scores : float array [products]
        Log-probabilities, or scores that differ from them by a constant; -inf for products that
        may not be shown.
    bought : int array [events]
        Indices of the products that the history has targets of; below 0 for unknown ones.
    times : int64 array [events]
        Their times in microseconds; an event of ``NO_TIME`` counts as one of the asking time.
    asking_time : int
        Asking time in microseconds; ``NO_TIME`` for the end of the log.
    k : int
        Length of the list.
    """
    asking_time = tables.end if asking_time == NO_TIME else asking_time
    bought, times = np.asarray(bought, dtype=np.int64), np.asarray(times, dtype=np.int64)
    known = bought >= 0
    removal = _removal(
        tables, bought[known], np.where(times == NO_TIME, asking_time, times)[known], asking_time
    )
    new = _is_new(tables, asking_time)
    ranked = np.array(scores)
    if new is not None:
        ranked[new] += np.float32(np.log(tables.new_factor))
    if tables.boost_factor != 1:
        ranked[tables.listed] += np.float32(np.log(tables.boost_factor))
    ranked[(removal >= 0) | ~np.isfinite(scores)] = -np.inf
    top, capped, pinned = _fill(tables, ranked, k)
    moves = {product: _moves(tables, new, pinned, product) for product in top}
    return RuledList(
        np.array(top, dtype=np.int64),
        removal,
        capped,
        {product: rules for product, rules in moves.items() if rules},
    )


def _removal(tables: RuleTables, bought: Any, times: Any, asking_time: int) -> Any:
    """Return the index in ``REMOVALS`` of the rule that removes each product, -1 for none."""
    removal = np.array(tables.barred)
    if tables.recent_days:
        recent = bought[asking_time - times < tables.recent_days * DAY]
        recent = recent[~tables.again[recent] & (removal[recent] < 0)]
        removal[recent] = RECENT
    if tables.price_low or tables.price_high:
        paid = tables.price[bought].astype(np.float64)
        paid = paid[~np.isnan(paid)]
        if len(paid):
            ratio = tables.price.astype(np.float64) / np.median(paid)
            inside = ratio >= tables.price_low  # false where the price is not known
            if tables.price_high:
                inside &= ratio <= tables.price_high
            removal[~inside & (removal < 0)] = PRICE
    return removal


def _is_new(tables: RuleTables, asking_time: int) -> Any:
    """Return which products are new at a time, bool [products]; None where no rule asks."""
    if not tables.new_days or tables.new_factor == 1:
        return None
    age = asking_time - tables.first
    return (tables.first != NO_TIME) & (age >= 0) & (age < tables.new_days * DAY)


def _moves(tables: RuleTables, new: Any, pinned: set[int], product: int) -> tuple[str, ...]:
    """Return the rules that moved a product of the list."""
    rules = []
    if new is not None and new[product]:
        rules.append(NEW)
    if tables.boost_factor != 1 and tables.listed[product]:
        rules.append(LIST)
    if product in pinned:
        rules.append(PINNED)
    return tuple(rules)


def _fill(tables: RuleTables, scores: Any, k: int) -> tuple[list[int], dict[int, str], set[int]]:
    """Return the list, the products that were passed over by rule, and those that are pinned."""
    caps = _Caps(tables)
    places: dict[int, int] = {}
    capped: dict[int, str] = {}
    for position, product in zip(
        tables.pin_position.tolist(), tables.pin_product.tolist(), strict=True
    ):
        if np.isfinite(scores[product]):
            if cap := caps.exceeded(product):
                capped[product] = cap
            else:
                caps.add(product)
                places[position] = product
            scores[product] = -np.inf
    pinned = set(places.values())
    ranking = _best_first(scores, 2 * k)
    top: list[int] = []
    while len(top) < k:
        product = places.pop(len(top) + 1, None)
        while product is None and (follower := next(ranking, None)) is not None:
            if cap := caps.exceeded(follower):
                capped[follower] = cap
            else:
                caps.add(follower)
                product = follower
        if product is None:  # the ranking has ended: the pinned products left come next
            if not places:
                break
            product = places.pop(min(places))
        top.append(product)
    return top, capped, pinned


class _Caps:
    """Counts the products of each brand and category of a list."""

    def __init__(self, tables: RuleTables) -> None:
        limits = (tables.max_per_brand, tables.max_per_category)
        codes = (tables.brand, tables.category)
        self._caps = [
            (rule, limit, code, dict[int, int]())
            for rule, limit, code in zip(CAPS, limits, codes, strict=True)
            if limit
        ]

    def exceeded(self, product: int) -> str | None:
        """Return the rule whose maximum one more product would exceed; None for none."""
        for rule, limit, code, counts in self._caps:
            if code[product] >= 0 and counts.get(code[product], 0) >= limit:
                return rule
        return None

    def add(self, product: int) -> None:
        """Count a product of the list."""
        for _rule, _limit, code, counts in self._caps:
            counts[code[product]] = counts.get(code[product], 0) + 1


def _best_first(scores: Any, size: int) -> Iterator[int]:
    """Yield the indices of finite scores, the highest first; ties keep the order of the indices."""
    count = int(np.isfinite(scores).sum())
    done = 0
    while done < count:
        size = min(size, count)
        threshold = np.partition(scores, len(scores) - size)[len(scores) - size]
        best = np.flatnonzero(scores >= threshold)
        yield from best[np.argsort(-scores[best], kind="stable")[done:size]].tolist()
        done, size = size, 4 * size
