"""The map of a model's products: principal components, or by t-SNE similar ones together."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dashboard.jobs.run import Run
from dashboard.services.recommendations import run_jobs
from dashboard.services.recommendations.served_run import ServedRun
from dashboard.services.recommendations.similar_products import item_embeddings
from data.file_cache import FileCache
from data.preparation.sequences import Floats
from model.run_files import MODEL, NEIGHBOUR_MAP, VOCABULARY
from model.serving.neighbour_map import load_neighbour_map, neighbour_share
from model.serving.similar_items import ItemEmbeddings

COMPONENTS, NEIGHBOURS = "components", "neighbours"
"""Methods of the map."""
MOST_POPULAR = 1_000
"""Products among which the agreement of neighbours and categories is measured."""
GROUPS = 7
"""Categories with a colour of their own on the map; the others share one."""
SPAN = 10_000
"""Coordinates of the map are integers from 0 to this, which keeps the JSON small."""


@dataclass(frozen=True)
class ProductMap:
    """All products on a plane, by their embeddings.

    Attributes
    ----------
    method : str
        ``components``: the first two principal components; ``neighbours``: t-SNE.
    points : dict
        ``x`` and ``y`` (integers), ``group`` (index of ``groups``), ``product``, ``title`` (empty
        where no product has one) and ``about`` (index of ``kinds``, the category names), ready for
        JSON.
    groups : tuple of str
        The top-level categories with most products; an empty last one stands for all others, where
        there are any.
    kept : float
        Share of the ten nearest products by cosine that are among the ten nearest on the map.
    variance : float or None
        Share of the variance that the two components explain; None for t-SNE.
    same_category, by_chance : float
        Of the popular products whose category is known: how often the most similar one is of the
        same category, and how often a random one is; NaN where fewer than two are known.
    """

    method: str
    points: dict[str, Any]
    groups: tuple[str, ...]
    kept: float
    variance: float | None
    same_category: float
    by_chance: float


@dataclass(frozen=True)
class _Layout:
    """The products on a plane, float32 [products, 2], and how many neighbours that keeps."""

    points: Floats
    kept: float


def has_neighbour_map(served: ServedRun) -> bool:
    """Return whether the map of neighbours was computed for the model as it is."""
    return _NEIGHBOURS.get(served.handle.folder) is not None


def start_neighbour_map(served: ServedRun) -> None:
    """Queue the computation of the map of neighbours, unless a job does that already.

    Raises
    ------
    BadInput
        Where the run's dataset is gone.
    """
    if map_job(served) is None:
        config = {"run": served.name}
        run_jobs.queue_job(served.handle.home, served.name, run_jobs.MAP, config)


def map_job(served: ServedRun) -> Run | None:
    """Return the queued or running job that computes the map, if there is one."""
    job = _last_job(served)
    return job if job is not None and not job.ended else None


def failed_map(served: ServedRun) -> Run | None:
    """Return the last job that was to compute the map, where it ended with an error message."""
    job = _last_job(served)
    return job if job is not None and job.ended and job.message else None


def _last_job(served: ServedRun) -> Run | None:
    jobs = run_jobs.jobs_of_run(served.handle.home, served.name, run_jobs.MAP)
    return jobs[0] if jobs else None


def product_map(served: ServedRun, method: str = "") -> ProductMap:
    """Return the map of a run's products.

    Parameters
    ----------
    method : str
        ``components`` or ``neighbours``; any other one is that of neighbours where it was
        computed.

    Raises
    ------
    BadInput
        Where the network learns no embedding of each product.
    """
    model = served.model
    space = item_embeddings(served.handle.folder)
    neighbours = _NEIGHBOURS.get(served.handle.folder) if method != COMPONENTS else None
    layout = neighbours or _COMPONENTS.get(served.handle.folder)
    points = layout.points
    low, high = points.min(axis=0), points.max(axis=0)
    scaled = np.rint((points - low) / np.maximum(high - low, 1e-9) * SPAN).astype(int)
    top_level = [(category or "").split(".")[0] for category in model.catalogue.categories]
    largest = [name for name, _count in Counter(filter(None, top_level)).most_common(GROUPS)]
    group = {name: index for index, name in enumerate(largest)}
    others = any(name not in group for name in top_level)
    kinds = sorted({category or "" for category in model.catalogue.categories})
    about = {kind: index for index, kind in enumerate(kinds)}
    same_category, by_chance = category_agreement(space, model.catalogue.categories)
    return ProductMap(
        method=COMPONENTS if neighbours is None else NEIGHBOURS,
        points={
            "x": scaled[:, 0].tolist(),
            "y": scaled[:, 1].tolist(),
            "group": [group.get(name, len(largest)) for name in top_level],
            "product": model.catalogue.products,
            "title": model.catalogue.titles if any(model.catalogue.titles) else [],
            "about": [about[category or ""] for category in model.catalogue.categories],
            "kinds": kinds,
        },
        groups=(*largest, *([""] if others else [])),
        kept=layout.kept,
        variance=space.projection[1] if neighbours is None else None,
        same_category=same_category,
        by_chance=by_chance,
    )


def category_agreement(
    space: ItemEmbeddings, categories: Sequence[str | None]
) -> tuple[float, float]:
    """Return how often nearest neighbours, and random pairs, are of one category."""
    known = [place for place, name in enumerate(categories[:MOST_POPULAR]) if name]
    count = len(known)
    if count < 2:
        return math.nan, math.nan
    codes = np.unique([str(categories[place]) for place in known], return_inverse=True)[1]
    cosines = space.vectors[known] @ space.vectors[known].T
    np.fill_diagonal(cosines, -np.inf)
    same = codes == codes[cosines.argmax(axis=1)]
    sizes = np.bincount(codes)
    by_chance = (sizes * (sizes - 1)).sum() / (count * (count - 1))
    return float(same.mean()), float(by_chance)


def _components(folder: Path) -> _Layout:
    space = item_embeddings(folder)
    points = space.projection[0]
    return _Layout(points, neighbour_share(space, points))


def _neighbours(folder: Path) -> _Layout | None:
    space = item_embeddings(folder)
    points = load_neighbour_map(folder, space.vectors)
    return None if points is None else _Layout(points, neighbour_share(space, points))


_COMPONENTS = FileCache(_components, MODEL, VOCABULARY, size=2)
_NEIGHBOURS = FileCache(_neighbours, MODEL, VOCABULARY, NEIGHBOUR_MAP, size=2)
