"""Neighbours: products that a run's network takes for alike, and a map of all of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from dashboard.services.recommendations.predictors import predictor
from data.errors import BadInput
from data.home import Home
from data.i18n import _
from model.serving.predictor import Product
from model.serving.similar_items import ItemEmbeddings

JUDGED = 1_000
GROUPS = 7
"""Categories that have a colour of their own on the map; the others share one."""
SPAN = 10_000
"""Places of the map are whole numbers from 0 to this, so that many of them are few bytes."""


@dataclass(frozen=True)
class Neighbour:
    """A product that is like another one: what it is, the cosine, and its purchases."""

    product: Product
    cosine: float
    count: int


def space(home: Home, run: str) -> ItemEmbeddings:
    """Return the products of a run as points; the ones used last are kept.

    Raises
    ------
    BadInput
        Where the run has no model, or its network learns no vector a product.
    """
    predictor(home, run)
    folder = home.runs / run
    return _space(folder, (folder / "model.onnx").stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _space(folder: Path, _changed: int) -> ItemEmbeddings:
    return ItemEmbeddings.load(folder)


def nearest(home: Home, run: str, product: str, k: int = 20) -> list[Neighbour]:
    """Return the products that are most like one, most alike first.

    Raises
    ------
    BadInput
        Where the run does not know the product.
    """
    model = predictor(home, run)
    place = model.index_of(product)
    if place is None:
        raise BadInput(_("The model does not know {product}.").format(product=product))
    return [
        Neighbour(model.describe(model.products[other]), cosine, int(model.counts[other]))
        for other, cosine in space(home, run).nearest(place, k)
    ]


@dataclass(frozen=True)
class Plane:
    """All products on a plane.

    Attributes
    ----------
    points : dict
        ``x`` and ``y`` (whole numbers), ``group`` (index of ``names``), ``product`` and ``about``
        (index of ``kinds``), ready for JSON.
    names : tuple of str
        The first level of the largest categories; the last one is that of all others, empty.
    share : float
        Of the variance that the two axes show.
    kin, chance : float
        How often a product's nearest neighbour is of its category, and how often any other one
        is; of the products bought most.
    """

    points: dict[str, Any]
    names: tuple[str, ...]
    share: float
    kin: float
    chance: float


def plane(home: Home, run: str) -> Plane:
    """Return the map of a run's products; raises as ``space`` does."""
    model = predictor(home, run)
    points, share = space(home, run).projection
    low, high = points.min(axis=0), points.max(axis=0)
    placed = np.rint((points - low) / np.maximum(high - low, 1e-9) * SPAN).astype(int)
    firsts = [(kind or "").split(".")[0] for kind in model.categories]
    largest = [name for name, _count in Counter(filter(None, firsts)).most_common(GROUPS)]
    number = {name: place for place, name in enumerate(largest)}
    kinds = sorted({kind or "" for kind in model.categories})
    about = {kind: place for place, kind in enumerate(kinds)}
    return Plane(
        points={
            "x": placed[:, 0].tolist(),
            "y": placed[:, 1].tolist(),
            "group": [number.get(name, len(largest)) for name in firsts],
            "product": model.products,
            "about": [about[kind or ""] for kind in model.categories],
            "kinds": kinds,
        },
        names=(*largest, ""),
        share=share,
        **_kinship(space(home, run), model.categories),
    )


def _kinship(products: ItemEmbeddings, categories: Sequence[str | None]) -> dict[str, float]:
    kinds = np.unique(np.array([kind or "" for kind in categories]), return_inverse=True)[1]
    judged = min(JUDGED, len(kinds))
    cosines = products.vectors[:judged] @ products.vectors[:judged].T
    np.fill_diagonal(cosines, -np.inf)
    mine = kinds[:judged]
    same = mine == mine[cosines.argmax(axis=1)]
    sizes = np.bincount(mine)
    others = (sizes * (sizes - 1)).sum() / max(judged * (judged - 1), 1)
    return {"kin": float(same.mean()), "chance": float(others)}
