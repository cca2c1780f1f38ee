"""Search of products by id, title, brand or category."""

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from model.serving.catalogue import Catalogue

MAX_RESULTS = 8


@dataclass(frozen=True)
class ProductMatch:
    """A product in a search result; ``count`` is its number of training events."""

    product: str
    title: str | None
    brand: str | None
    category: str | None
    count: int


def search_products(catalogue: Catalogue, words: str) -> list[ProductMatch]:
    """Return the products that match every word, most popular first.

    Parameters
    ----------
    catalogue : Catalogue
        Its products are in the order of their popularity.
    words : str
        Parts of an id, title, brand or category; an empty text matches every product. A product
        whose id equals the text comes first.
    """
    text = _search_text(catalogue)
    matches = pd.Series(True, index=text.index)
    for word in words.lower().split():
        matches &= text.str.contains(word, regex=False)
    indices = list(matches[matches].index[: MAX_RESULTS + 1])
    exact = catalogue.index_of(words.strip())
    if exact is not None:
        indices = [exact, *(index for index in indices if index != exact)]
    return [_match(catalogue, index) for index in indices[:MAX_RESULTS]]


@lru_cache(maxsize=4)
def _search_text(catalogue: Catalogue) -> "pd.Series[str]":
    """Return id, title, brand and category of each product in lower case."""
    products = (catalogue.describe(product) for product in catalogue.products)
    lines = [
        " ".join(
            filter(None, (product.product, product.title, product.brand, product.category))
        ).lower()
        for product in products
    ]
    return pd.Series(lines, dtype="string[pyarrow]")


def _match(catalogue: Catalogue, index: int) -> ProductMatch:
    product = catalogue.describe(catalogue.products[index])
    count = int(catalogue.counts[index])
    return ProductMatch(product.product, product.title, product.brand, product.category, count)
