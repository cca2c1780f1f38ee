"""Similar products by the learned embeddings of a network, and a map of all products."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.services.recommendations.served_run import ServedRun
from data.errors import BadInput
from data.file_cache import FileCache
from data.i18n import _
from model.run_files import MODEL, VOCABULARY
from model.serving.predictor import Product
from model.serving.similar_items import ItemEmbeddings

MOST_POPULAR = 1_000
"""Products among which the agreement of neighbours and categories is measured."""
GROUPS = 7
"""Categories with a colour of their own on the map; the others share one."""
SPAN = 10_000
"""Coordinates of the map are integers from 0 to this, which keeps the JSON small."""


@dataclass(frozen=True)
class SimilarProduct:
    """A product similar to another one: the cosine of their embeddings, and its events."""

    product: Product
    cosine: float
    count: int


def similar_products(served: ServedRun, product: str, k: int = 20) -> list[SimilarProduct]:
    """Return the products most similar to one, most similar first.

    Raises
    ------
    BadInput
        Where the model does not know the product, or its network learns no embedding of each
        product.
    """
    model = served.model
    index = model.index_of(product)
    if index is None:
        raise BadInput(_("The model does not know {product}.").format(product=product))
    return [
        SimilarProduct(model.describe(model.products[other]), cosine, int(model.counts[other]))
        for other, cosine in _SPACES.get(served.handle.folder).nearest(index, k)
    ]


@dataclass(frozen=True)
class ProductMap:
    """All products projected on the first two principal components of their embeddings.

    Attributes
    ----------
    points : dict
        ``x`` and ``y`` (integers), ``group`` (index of ``groups``), ``product``, ``title`` (empty
        where no product has one) and ``about`` (index of ``kinds``, the category names), ready for
        JSON.
    groups : tuple of str
        The top-level categories with most products; the last one, empty, stands for all others.
    variance : float
        Share of the variance that the two components explain.
    same_category, by_chance : float
        How often the nearest neighbour of a popular product is of its category, and how often a
        random one is.
    """

    points: dict[str, Any]
    groups: tuple[str, ...]
    variance: float
    same_category: float
    by_chance: float


def product_map(served: ServedRun) -> ProductMap:
    """Return the map of a run's products.

    Raises
    ------
    BadInput
        Where the network learns no embedding of each product.
    """
    model = served.model
    space = _SPACES.get(served.handle.folder)
    points, variance = space.projection
    low, high = points.min(axis=0), points.max(axis=0)
    scaled = np.rint((points - low) / np.maximum(high - low, 1e-9) * SPAN).astype(int)
    top_level = [(category or "").split(".")[0] for category in model.categories]
    largest = [name for name, _count in Counter(filter(None, top_level)).most_common(GROUPS)]
    group = {name: index for index, name in enumerate(largest)}
    kinds = sorted({category or "" for category in model.categories})
    about = {kind: index for index, kind in enumerate(kinds)}
    same_category, by_chance = _category_agreement(space, model.categories)
    return ProductMap(
        points={
            "x": scaled[:, 0].tolist(),
            "y": scaled[:, 1].tolist(),
            "group": [group.get(name, len(largest)) for name in top_level],
            "product": model.products,
            "title": model.titles if any(model.titles) else [],
            "about": [about[category or ""] for category in model.categories],
            "kinds": kinds,
        },
        groups=(*largest, ""),
        variance=variance,
        same_category=same_category,
        by_chance=by_chance,
    )


def _category_agreement(
    space: ItemEmbeddings, categories: Sequence[str | None]
) -> tuple[float, float]:
    """Return how often nearest neighbours, and random pairs, are of one category."""
    codes = np.unique(np.array([name or "" for name in categories]), return_inverse=True)[1]
    count = min(MOST_POPULAR, len(codes))
    cosines = space.vectors[:count] @ space.vectors[:count].T
    np.fill_diagonal(cosines, -np.inf)
    codes = codes[:count]
    same = codes == codes[cosines.argmax(axis=1)]
    sizes = np.bincount(codes)
    by_chance = (sizes * (sizes - 1)).sum() / max(count * (count - 1), 1)
    return float(same.mean()), float(by_chance)


_SPACES = FileCache(ItemEmbeddings.load, MODEL, VOCABULARY, size=2)
