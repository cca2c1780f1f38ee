"""The catalogue of a model: search by id, title, brand or category, and filters of a ranking."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.datasets.store import Dataset
from model.serving.predictor import Predictor

MAX_RESULTS = 8

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CatalogueFilter:
    """Conditions on the products that may be recommended.

    Attributes
    ----------
    category : str
        Prefix of the category, such as ``electronics`` or ``electronics.audio``; empty for all.
    low, high : float
        Price range, both ends included; 0 sets no limit. A product without a price never matches
        a limit.
    days : int
        Only products sold in the last days of the dataset; 0 for all.
    """

    category: str = ""
    low: float = 0.0
    high: float = 0.0
    days: int = 0


def filter_mask(
    model: Predictor, conditions: CatalogueFilter, dataset: Dataset | None
) -> Bools | None:
    """Return which products of a model meet the conditions, bool [products]; None where all do.

    Without the dataset the times of the last sales are unknown and ``days`` has no effect.
    """
    if conditions == CatalogueFilter():
        return None
    mask = np.ones(len(model.products), dtype=bool)
    if conditions.category:
        prefix = f"{conditions.category}."
        mask &= [name is not None and f"{name}.".startswith(prefix) for name in model.categories]
    price = model.table["price"].to_numpy()
    if conditions.low:
        mask &= price >= conditions.low
    if conditions.high:
        mask &= price <= conditions.high
    if conditions.days and dataset is not None:
        mask &= _days_since_sale(model, dataset) < conditions.days
    return mask


def _days_since_sale(model: Predictor, dataset: Dataset) -> npt.NDArray[np.float64]:
    """Return the days between each product's last event and the dataset's, float [products]."""
    with dataset.connect() as connection:
        last = connection.execute("SELECT product, last FROM products").df()
    times = last.set_index("product")["last"].reindex(model.products)
    days: npt.NDArray[np.float64] = (last["last"].max() - times).dt.total_seconds().fillna(
        np.inf
    ).to_numpy() / 86_400
    return days


@lru_cache(maxsize=4)
def category_counts(model: Predictor) -> list[tuple[str, int]]:
    """Return the categories at every level with their numbers of products, by name.

    ``electronics.audio.headphone`` counts as a product of ``electronics`` and of
    ``electronics.audio`` too.
    """
    counts: dict[str, int] = {}
    for category in model.categories:
        levels = category.split(".") if category else []
        for depth in range(1, len(levels) + 1):
            name = ".".join(levels[:depth])
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items())


@dataclass(frozen=True)
class ProductMatch:
    """A product in a search result; ``count`` is its number of training events."""

    product: str
    title: str | None
    brand: str | None
    category: str | None
    count: int


def search_products(model: Predictor, words: str) -> list[ProductMatch]:
    """Return the products that match every word, most popular first.

    Parameters
    ----------
    model : Predictor
        Its products are ordered by popularity.
    words : str
        Parts of an id, title, brand or category; an empty text matches every product. A product
        whose id equals the text comes first.
    """
    text = _search_text(model)
    matches = pd.Series(True, index=text.index)
    for word in words.lower().split():
        matches &= text.str.contains(word, regex=False)
    indices = list(matches[matches].index[: MAX_RESULTS + 1])
    exact = model.index_of(words.strip())
    if exact is not None:
        indices = [exact, *(index for index in indices if index != exact)]
    return [_match(model, index) for index in indices[:MAX_RESULTS]]


@lru_cache(maxsize=4)
def _search_text(model: Predictor) -> "pd.Series[str]":
    """Return id, title, brand and category of each product in lower case."""
    products = (model.describe(product) for product in model.products)
    lines = [
        " ".join(
            filter(None, (product.product, product.title, product.brand, product.category))
        ).lower()
        for product in products
    ]
    return pd.Series(lines, dtype="string[pyarrow]")


def _match(model: Predictor, index: int) -> ProductMatch:
    product = model.describe(model.products[index])
    count = int(model.counts[index])
    return ProductMatch(product.product, product.title, product.brand, product.category, count)
