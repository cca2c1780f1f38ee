"""Filters of the catalogue: which products a ranking may hold."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from data.datasets.dataset import Dataset
from model.serving.catalogue import Catalogue

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
    catalogue: Catalogue, conditions: CatalogueFilter, dataset: Dataset | None
) -> Bools | None:
    """Return which products meet the conditions, bool [products]; None where all do.

    Without the dataset the times of the last sales are unknown and ``days`` has no effect.
    """
    if conditions == CatalogueFilter():
        return None
    mask = np.ones(len(catalogue), dtype=bool)
    if conditions.category:
        prefix = f"{conditions.category}."
        mask &= [
            name is not None and f"{name}.".startswith(prefix) for name in catalogue.categories
        ]
    price = catalogue.table["price"].to_numpy()
    if conditions.low:
        mask &= price >= conditions.low
    if conditions.high:
        mask &= price <= conditions.high
    if conditions.days and dataset is not None:
        mask &= _days_since_sale(catalogue, dataset) < conditions.days
    return mask


def _days_since_sale(catalogue: Catalogue, dataset: Dataset) -> npt.NDArray[np.float64]:
    """Return the days between each product's last event and the dataset's, float [products]."""
    with dataset.connect() as connection:
        last = connection.execute("SELECT product, last FROM products").df()
    times = last.set_index("product")["last"].reindex(catalogue.products)
    days: npt.NDArray[np.float64] = (last["last"].max() - times).dt.total_seconds().fillna(
        np.inf
    ).to_numpy() / 86_400
    return days


@lru_cache(maxsize=4)
def category_counts(catalogue: Catalogue) -> list[tuple[str, int]]:
    """Return the categories at every level with their numbers of products, by name.

    ``electronics.audio.headphone`` counts as a product of ``electronics`` and of
    ``electronics.audio`` too.
    """
    counts: dict[str, int] = {}
    for category in catalogue.categories:
        levels = category.split(".") if category else []
        for depth in range(1, len(levels) + 1):
            name = ".".join(levels[:depth])
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items())
