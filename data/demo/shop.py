"""The demo shop's catalogue: synthetic products that sell as a real shop's do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product as combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from data.demo.market import (
    BEST_SELLERS,
    BRANDLESS,
    BRANDS,
    BY_DAY,
    CATEGORIES,
    COMPLEMENTS,
    COSTLY,
    FURTHER,
    SYLLABLES,
    TYPICAL,
    UNNAMED,
    UNNAMED_SHARE,
)
from data.demo.shelf import Floats, Ints, Shelf

DAYS = len(BY_DAY)
COMPANIONS = 3
BUDGETS = 4
SAME_BRAND = 0.7
DRIFT = 0.6

Range = tuple[str, str, float]
"""Category, brand and share of fresh purchases in percent."""


@dataclass(frozen=True)
class Shop:
    """The products and what the shop knows of them.

    Attributes
    ----------
    product_id, category_id : int64, shape (products,)
    category, brand : tuple of str
        As the log has them; ``""`` where it has none.
    price : float64, shape (products,)
    popularity : float64, shape (DAYS, products)
        How likely a newcomer takes each product, up to a factor; it drifts over the month.
    several : bool, shape (products,)
        Whether people tend to take several units.
    companions : int64, shape (products, COMPANIONS)
        What goes with each product, the most usual first.
    brand_group, budget_group : int64, shape (products,)
        Category and brand; category and price range.
    """

    product_id: Ints
    category_id: Ints
    category: tuple[str, ...]
    brand: tuple[str, ...]
    price: Floats
    popularity: Floats
    several: NDArray[np.bool_]
    companions: Ints
    brand_group: Ints
    budget_group: Ints

    def __len__(self) -> int:
        """Return the number of products."""
        return len(self.price)

    @cached_property
    def everything(self) -> Shelf:
        """All products as one group."""
        return Shelf(self.popularity, np.zeros(len(self), dtype=np.int64))

    @cached_property
    def brands(self) -> Shelf:
        """Products by category and brand."""
        return Shelf(self.popularity, self.brand_group)

    @cached_property
    def budgets(self) -> Shelf:
        """Products by category and price range within it."""
        return Shelf(self.popularity, self.budget_group)


def open_shop(buyers: int, random: np.random.Generator) -> Shop:
    """Fill the shelves of a shop with so many buyers; they grow with the square root of these."""
    wanted = 34 * buyers**0.5
    ranges = list(_ranges(makers=int(np.clip(wanted / 400, 2, 60))))
    weights = _weights(ranges, wanted)
    group = np.repeat(np.arange(len(ranges)), [len(one) for one in weights])
    weight = np.concatenate(weights)
    names = list(dict.fromkeys(name for name, _, _ in ranges))
    category = np.array([names.index(name) for name, _, _ in ranges])[group]
    brand = tuple(ranges[k][1] for k in group)
    dear = np.log([_typical_price(name) * COSTLY.get(maker, 1) for name, maker, _ in ranges])
    price = _prices(dear[group] + random.normal(0, 0.5, len(group)), weight)
    drift = np.linspace(-0.5, 0.5, DAYS)[:, None] * random.normal(0, DRIFT, len(group))
    quarter = BUDGETS * _place(category, price) // np.bincount(category)[category]
    return Shop(
        product_id=1_000_000 + 37 * random.permutation(len(group)),
        category_id=2_053_013_550_000_000_000 + 7_919_000_003 * category,
        category=tuple("" if names[k] in UNNAMED else names[k] for k in category),
        brand=brand,
        price=price,
        popularity=weight * np.exp(drift),
        several=np.isin(_place(category, -weight) % 5, (1, 3)),
        companions=_companions(
            names=names, category=category, brand=brand, group=group, weight=weight, random=random
        ),
        brand_group=group,
        budget_group=BUDGETS * category + quarter,
    )


def _read(text: str) -> dict[str, float]:
    """Read ``"apple 32 sony .6"``."""
    words = text.split()
    return dict(zip(words[::2], map(float, words[1::2]), strict=True))


def _categories() -> dict[str, float]:
    """Return every category with its share of fresh purchases in percent."""
    shares = {name: share for name, (share, _) in CATEGORIES.items()}
    left = 100 - UNNAMED_SHARE - sum(shares.values())
    for names, whole in ((FURTHER, left), (UNNAMED, UNNAMED_SHARE)):
        zipf = 1 / (np.arange(len(names)) + 5)
        shares |= dict(zip(names, whole * zipf / zipf.sum(), strict=True))
    return shares


def _typical_price(category: str) -> float:
    return CATEGORIES.get(category, (0, TYPICAL[category.split(".", maxsplit=1)[0]]))[1]


def _ranges(makers: int) -> Iterator[Range]:
    """Yield all ranges; each category has so many makers of its own beside the known ones."""
    names = _made_up()
    for category, share in _categories().items():
        known = _read(BRANDS.get(category, ""))
        known = known or {"": BRANDLESS.get(category.split(".")[0], 0.0)}
        zipf = 1 / (np.arange(makers) + 2)
        others = (100 - sum(known.values())) * zipf / zipf.sum()
        for brand, part in (known | {next(names): part for part in others}).items():
            if part:
                yield category, brand, share * part / 100


def _made_up() -> Iterator[str]:
    """Yield thousands of names of brands that do not exist, neighbours unlike each other."""
    names = ["".join(parts) for parts in combinations(*SYLLABLES)]
    stride = 2_657  # shares no factor with their number
    return (names[k * stride % len(names)] for k in range(len(names)))


def _weights(ranges: Sequence[Range], wanted: float) -> list[Floats]:
    """Share out what each brand sells in a category: best sellers as published, then Zipf's law."""
    shares = np.array([share for _, _, share in ranges]) ** 0.6
    weights = []
    for (category, brand, share), part in zip(ranges, shares / shares.sum(), strict=True):
        best = np.array(BEST_SELLERS.get((category, brand), ()))
        size = max(round(wanted * part) - len(best), 1)
        rest = (np.arange(size) + 4.0) ** -0.9
        weights.append(np.concatenate([best, (share - best.sum()) * rest / rest.sum()]))
    return weights


def _place(group: Ints, value: Floats) -> Ints:
    """Return each product's place within its group by rising value, from 0."""
    order = np.lexsort((value, group))
    place = np.empty(len(group), dtype=np.int64)
    sizes = np.bincount(group)
    place[order] = np.arange(len(group)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return place


def _prices(dearness: Floats, weight: Floats) -> Floats:
    """Turn each product's place among all sales into a price.

    The published quartiles, mean and standard deviation are those of a log-normal distribution
    with location 5.17 and scale 1.1, cut at the highest price of the log.
    """
    order = np.argsort(dearness, kind="stable")
    reached = np.empty(len(weight))
    reached[order] = np.cumsum(weight[order]) - weight[order] / 2
    highest = ndtr((np.log(2574.07) - 5.17) / 1.1)
    return np.asarray(np.round(np.exp(5.17 + 1.1 * ndtri(reached / weight.sum() * highest)), 2))


def _companions(
    *,
    names: list[str],
    category: Ints,
    brand: tuple[str, ...],
    group: Ints,
    weight: Floats,
    random: np.random.Generator,
) -> Ints:
    """Choose what goes with each product: a complement, of its own brand where there is one."""
    place = {name: number for number, name in enumerate(names)}
    popular = np.bincount(category, weight)
    chances = np.tile(0.4 * popular / popular.sum(), (len(names), 1)) + 0.6 * np.eye(len(names))
    for name, text in COMPLEMENTS.items():
        chances[place[name]] = 0
        for other, percent in _read(text).items():
            chances[place[name], place[other]] = percent / 100
    bound = np.cumsum(chances, axis=1)
    luck = random.random((3, len(group), COMPANIONS))
    where = (luck[0][..., None] >= bound[category][:, None, :-1]).sum(axis=2)
    day = np.zeros_like(where)
    chosen = Shelf(weight[None], category).draw(where, day, luck[1])
    first = np.unique(group, return_index=True)[1]
    made = {(category[k], brand[k]): group[k] for k in first}
    own = np.array(
        [[made.get((c, name), -1) for c in row] for row, name in zip(where, brand, strict=True)]
    )
    loyal = (own >= 0) & (luck[2] < SAME_BRAND)
    by_brand = Shelf(weight[None], group).draw(np.maximum(own, 0), day, luck[1])
    chosen = np.where(loyal, by_brand, chosen)
    itself = chosen == np.arange(len(group))[:, None]
    return np.asarray((chosen + itself) % len(group), dtype=np.int64)
