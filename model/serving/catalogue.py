"""The catalogue of a run: its products, and what is known of each."""

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from data.datasets.titles import NO_TITLES, ProductTitles
from data.preparation.sequences import FIRST, UNKNOWN, Ints, Longs


@dataclass(frozen=True)
class Product:
    """A product of the catalogue, as of its last training event."""

    product: str
    title: str | None = None
    brand: str | None = None
    category: str | None = None
    price: float | None = None


class Catalogue:
    """The products that a model ranks, in the order of its scores: most frequent first.

    Parameters
    ----------
    table : DataFrame
        One row per product, as in ``vocabulary.parquet``.

    Attributes
    ----------
    table : DataFrame
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table
        self._titles = NO_TITLES
        ids = table["product"].tolist()
        self._codes = {product: code for code, product in enumerate(ids, start=FIRST)}

    def with_titles(self, titles: ProductTitles) -> "Catalogue":
        """Return the same catalogue with products described by their titles, too."""
        other = copy(self)
        other._titles = titles
        return other

    def __len__(self) -> int:
        return len(self._codes)

    def __contains__(self, product: str) -> bool:
        return product in self._codes

    @cached_property
    def products(self) -> list[str]:
        """The product ids, most frequent first."""
        return list(self._codes)

    @cached_property
    def counts(self) -> Longs:
        """The number of training targets of each product, [products]."""
        counts: Longs = self._columns["count"].astype(np.int64)
        return counts

    @cached_property
    def categories(self) -> list[str | None]:
        """The category of each product, None where it has none."""
        return [_text(name) for name in self._columns["category"]]

    @property
    def titles(self) -> list[str | None]:
        """The title of each product, None where it has none."""
        return [self._titles.get(product) for product in self.products]

    def index_of(self, product: str) -> int | None:
        """Return a product's index in ``products``; None where it is not in the catalogue."""
        code = self._codes.get(product)
        return None if code is None else code - FIRST

    def indices_of(self, products: Collection[str]) -> set[int]:
        """Return the indices of the products that are in the catalogue."""
        return {self._codes[product] - FIRST for product in products if product in self._codes}

    def code_of(self, product: str) -> int:
        """Return a product's code; ``UNKNOWN`` where it is not in the catalogue."""
        return self._codes.get(product, UNKNOWN)

    def codes(self, products: "pd.Series[str]") -> Ints:
        """Return the code of each product; ``UNKNOWN`` where it is not in the catalogue."""
        index = self._index.get_indexer(pd.Index(products, dtype=object))
        return np.where(index < 0, UNKNOWN, index + FIRST).astype(np.int32)

    def describe(self, product: str) -> Product:
        """Return a product of the catalogue; an unknown one has only its id and its title."""
        index = self.index_of(product)
        if index is None:
            return Product(product, self._titles.get(product))
        row = {name: values[index] for name, values in self._columns.items()}
        price = float(row["price"])
        return Product(
            product=product,
            title=self._titles.get(product),
            brand=_text(row["brand"]),
            category=_text(row["category"]),
            price=None if np.isnan(price) else round(price, 4),
        )

    def look_up(self, codes: Ints, column: str, missing: float) -> Any:
        """Return a column's value of each code; ``missing`` where either is not in the table."""
        if column not in self._columns:
            return np.full(len(codes), missing)
        values = self._columns[column]
        index = np.maximum(codes - FIRST, 0)
        return np.where(codes >= FIRST, values[index], missing)

    @cached_property
    def _index(self) -> "pd.Index[str]":
        return pd.Index(self.products, dtype=object)

    @cached_property
    def _columns(self) -> dict[str, Any]:
        return {name: self.table[name].to_numpy() for name in self.table.columns}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
