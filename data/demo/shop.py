"""The catalogue of the demo shop: synthetic products with a realistic popularity distribution."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product as combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from data.demo.group_sampler import Float64s, GroupSampler, Int64s
from data.demo.market import (
    BEST_SELLERS,
    BRANDLESS_SHARES,
    BRANDS,
    BY_DAY,
    CATEGORIES,
    COMPLEMENTS,
    OTHER_CATEGORIES,
    PRICE_FACTORS,
    SYLLABLES,
    TYPICAL_PRICES,
    UNNAMED_CATEGORIES,
    UNNAMED_SHARE,
)

DAYS = len(BY_DAY)
N_COMPLEMENTS = 3
PRICE_RANGES = 4
SAME_BRAND = 0.7
DRIFT = 0.6

ProductLine = tuple[str, str, float]
"""Category, brand and their share of purchases in percent."""


@dataclass(frozen=True)
class Shop:
    """The catalogue and the parameters of the purchase process.

    Attributes
    ----------
    product_id, category_id : int64, shape (products,)
        Ids in the log.
    category, brand : tuple of str
        Names in the log; ``""`` if missing there.
    price : float64, shape (products,)
        Price in dollars.
    popularity : float64, shape (DAYS, products)
        Weight of each product in the first purchase of a buyer; drifts over the month.
    often_multiple : bool, shape (products,)
        Whether several units of the product are often purchased in a row.
    complements : int64, shape (products, N_COMPLEMENTS)
        Complements of each product, the most frequent first.
    brand_group, price_group : int64, shape (products,)
        Group of products of the same category and brand; of the same category and price range.
    """

    product_id: Int64s
    category_id: Int64s
    category: tuple[str, ...]
    brand: tuple[str, ...]
    price: Float64s
    popularity: Float64s
    often_multiple: NDArray[np.bool_]
    complements: Int64s
    brand_group: Int64s
    price_group: Int64s

    def __len__(self) -> int:
        """Return the number of products."""
        return len(self.price)

    @cached_property
    def all_products(self) -> GroupSampler:
        """Sampler over the whole catalogue."""
        return GroupSampler(self.popularity, np.zeros(len(self), dtype=np.int64))

    @cached_property
    def by_brand(self) -> GroupSampler:
        """Sampler within a category and brand."""
        return GroupSampler(self.popularity, self.brand_group)

    @cached_property
    def by_price_range(self) -> GroupSampler:
        """Sampler within a category and price range."""
        return GroupSampler(self.popularity, self.price_group)


def create_shop(buyers: int, random: np.random.Generator) -> Shop:
    """Create the catalogue of a shop.

    Parameters
    ----------
    buyers : int
        Number of buyers; the number of products grows with its square root.
    random : numpy.random.Generator
        Source of randomness.
    """
    size = 34 * buyers**0.5
    lines = list(_product_lines(brands=int(np.clip(size / 400, 2, 60))))
    weights = _weights(lines, size)
    group = np.repeat(np.arange(len(lines)), [len(products) for products in weights])
    weight = np.concatenate(weights)
    names = list(dict.fromkeys(name for name, _, _ in lines))
    category = np.array([names.index(name) for name, _, _ in lines])[group]
    brand = tuple(lines[k][1] for k in group)
    log_price = np.log(
        [_typical_price(name) * PRICE_FACTORS.get(label, 1) for name, label, _ in lines]
    )
    price = _prices(log_price[group] + random.normal(0, 0.5, len(group)), weight)
    drift = np.linspace(-0.5, 0.5, DAYS)[:, None] * random.normal(0, DRIFT, len(group))
    price_range = PRICE_RANGES * _rank(category, price) // np.bincount(category)[category]
    return Shop(
        product_id=1_000_000 + 37 * random.permutation(len(group)),
        category_id=2_053_013_550_000_000_000 + 7_919_000_003 * category,
        category=tuple("" if names[k] in UNNAMED_CATEGORIES else names[k] for k in category),
        brand=brand,
        price=price,
        popularity=weight * np.exp(drift),
        often_multiple=np.isin(_rank(category, -weight) % 5, (1, 3)),
        complements=_complements(
            names=names, category=category, brand=brand, group=group, weight=weight, random=random
        ),
        brand_group=group,
        price_group=PRICE_RANGES * category + price_range,
    )


def _read(text: str) -> dict[str, float]:
    """Parse a text such as ``"apple 32 sony .6"``."""
    words = text.split()
    return dict(zip(words[::2], map(float, words[1::2]), strict=True))


def _categories() -> dict[str, float]:
    """Return all categories with their share of purchases in percent."""
    shares = {name: share for name, (share, _) in CATEGORIES.items()}
    rest = 100 - UNNAMED_SHARE - sum(shares.values())
    for names, total in ((OTHER_CATEGORIES, rest), (UNNAMED_CATEGORIES, UNNAMED_SHARE)):
        zipf = 1 / (np.arange(len(names)) + 5)
        shares |= dict(zip(names, total * zipf / zipf.sum(), strict=True))
    return shares


def _typical_price(category: str) -> float:
    return CATEGORIES.get(category, (0, TYPICAL_PRICES[category.split(".", maxsplit=1)[0]]))[1]


def _product_lines(brands: int) -> Iterator[ProductLine]:
    """Yield the product lines of all categories, with ``brands`` invented brands in each."""
    names = _brand_names()
    for category, share in _categories().items():
        known = _read(BRANDS.get(category, ""))
        known = known or {"": BRANDLESS_SHARES.get(category.split(".")[0], 0.0)}
        zipf = 1 / (np.arange(brands) + 2)
        others = (100 - sum(known.values())) * zipf / zipf.sum()
        for brand, part in (known | {next(names): part for part in others}).items():
            if part:
                yield category, brand, share * part / 100


def _brand_names() -> Iterator[str]:
    """Yield thousands of invented brand names; neighbouring ones have different syllables."""
    names = ["".join(parts) for parts in combinations(*SYLLABLES)]
    stride = 2_657  # coprime with the number of names
    return (names[k * stride % len(names)] for k in range(len(names)))


def _weights(lines: Sequence[ProductLine], size: float) -> list[Float64s]:
    """Return the popularity of the products of each line.

    The published shares of best sellers, then Zipf's law. ``size`` is the approximate number of
    products of the catalogue.
    """
    shares = np.array([share for _, _, share in lines]) ** 0.6
    weights = []
    for (category, brand, share), part in zip(lines, shares / shares.sum(), strict=True):
        best = np.array(BEST_SELLERS.get((category, brand), ()))
        products = max(round(size * part) - len(best), 1)
        rest = (np.arange(products) + 4.0) ** -0.9
        weights.append(np.concatenate([best, (share - best.sum()) * rest / rest.sum()]))
    return weights


def _rank(group: Int64s, value: Float64s) -> Int64s:
    """Return the rank of each product within its group by rising value, from 0."""
    order = np.lexsort((value, group))
    rank = np.empty(len(group), dtype=np.int64)
    sizes = np.bincount(group)
    rank[order] = np.arange(len(group)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return rank


def _prices(log_price: Float64s, weight: Float64s) -> Float64s:
    """Return prices in the given order whose distribution over purchases is the published one.

    The published quartiles, mean and standard deviation are those of a log-normal distribution
    with location 5.17 and scale 1.1, truncated at the highest price of the log.
    """
    order = np.argsort(log_price, kind="stable")
    cumulative = np.empty(len(weight))
    cumulative[order] = np.cumsum(weight[order]) - weight[order] / 2
    highest = ndtr((np.log(2574.07) - 5.17) / 1.1)
    quantile = cumulative / weight.sum() * highest
    return np.asarray(np.round(np.exp(5.17 + 1.1 * ndtri(quantile)), 2))


def _complements(
    *,
    names: list[str],
    category: Int64s,
    brand: tuple[str, ...],
    group: Int64s,
    weight: Float64s,
    random: np.random.Generator,
) -> Int64s:
    """Sample the complements of each product, mostly of the same brand if it has the category."""
    index = {name: number for number, name in enumerate(names)}
    popularity = np.bincount(category, weight)
    transition = np.tile(0.4 * popularity / popularity.sum(), (len(names), 1))
    transition += 0.6 * np.eye(len(names))
    for name, text in COMPLEMENTS.items():
        transition[index[name]] = 0
        for other, percent in _read(text).items():
            transition[index[name], index[other]] = percent / 100
    cumulative = np.cumsum(transition, axis=1)
    uniform = random.random((3, len(group), N_COMPLEMENTS))
    categories = (uniform[0][..., None] >= cumulative[category][:, None, :-1]).sum(axis=2)
    day = np.zeros_like(categories)
    complement = GroupSampler(weight[None], category).sample(categories, day, uniform[1])
    first = np.unique(group, return_index=True)[1]
    lines = {(category[k], brand[k]): group[k] for k in first}
    same_brand_line = np.array(
        [
            [lines.get((other, name), -1) for other in row]
            for row, name in zip(categories, brand, strict=True)
        ]
    )
    same_brand = (same_brand_line >= 0) & (uniform[2] < SAME_BRAND)
    of_brand = GroupSampler(weight[None], group).sample(
        np.maximum(same_brand_line, 0), day, uniform[1]
    )
    complement = np.where(same_brand, of_brand, complement)
    is_itself = complement == np.arange(len(group))[:, None]
    return np.asarray((complement + is_itself) % len(group), dtype=np.int64)
