"""A map of the products that keeps neighbours: their embeddings on a plane by t-SNE."""

import hashlib
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from data.checksums import checked_write, verified
from data.errors import BadInput, Damaged, damaged_unless_read
from data.i18n import _
from data.preparation.sequences import Floats
from model.run_files import NEIGHBOUR_MAP
from model.serving.similar_items import ItemEmbeddings

Progress = Callable[[int, int], object]

MIN_PRODUCTS = 5
PERPLEXITY = 30
"""About how many neighbours of each product count."""
ITERATIONS = (250, 500)
"""Of early exaggeration, and after it."""
EVERY = 25
"""Iterations between two reports."""
SAMPLE = 500
"""Products of which ``neighbour_share`` looks at the neighbours, at most."""


def make_neighbour_map(folder: Path, on_progress: Progress = lambda _done, _all: None) -> None:
    """Compute the map of a run's products and store it in the run's folder.

    Parameters
    ----------
    folder : Path
        The run's folder.
    on_progress : callable
        Called with the iterations that are done and their number; what it raises ends the work.

    Raises
    ------
    BadInput
        Where the network learns no embedding of each product, or there are fewer than five.
    """
    vectors = ItemEmbeddings.load(folder).vectors
    if len(vectors) < MIN_PRODUCTS:
        raise BadInput(
            _("A map of neighbours needs {least} products; the model has {count}.").format(
                least=MIN_PRODUCTS, count=len(vectors)
            )
        )
    points = tsne_layout(vectors, on_progress)
    with checked_write(folder / NEIGHBOUR_MAP) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, points=points, digest=np.array(_digest(vectors)))


def tsne_layout(vectors: Floats, on_progress: Progress = lambda _done, _all: None) -> Floats:
    """Lay products out on a plane so that similar ones lie together.

    t-SNE (van der Maaten and Hinton 2008) with gradients interpolated on a grid (Linderman and
    others 2019), from the principal components and with a fixed seed.

    Parameters
    ----------
    vectors : float32 [products, units]
        Of length 1, so that the nearest products by distance are those by cosine.
    on_progress : callable
        As for ``make_neighbour_map``.

    Returns
    -------
    float32 [products, 2]
    """
    from openTSNE import TSNE

    reports = itertools.count(1)

    def report(_iteration: int, _divergence: float, _points: Any) -> None:
        on_progress(min(next(reports) * EVERY, sum(ITERATIONS)), sum(ITERATIONS))

    early, late = ITERATIONS
    tsne = TSNE(
        perplexity=min(PERPLEXITY, (len(vectors) - 1) / 3),
        early_exaggeration_iter=early,
        n_iter=late,
        random_state=0,
        callbacks=report,
        callbacks_every_iters=EVERY,
    )
    return np.asarray(tsne.fit(vectors), dtype=np.float32)


def load_neighbour_map(folder: Path, vectors: Floats) -> Floats | None:
    """Return the stored map of a run, float32 [products, 2].

    None where it was not computed, or for embeddings of before the training went on, or is damaged:
    it has to be computed again then.
    """
    file = folder / NEIGHBOUR_MAP
    if not file.exists():
        return None
    try:
        with damaged_unless_read(file.name), np.load(verified(file), allow_pickle=False) as content:
            points: Floats = content["points"].astype(np.float32)
            return points if str(content["digest"]) == _digest(vectors) else None
    except Damaged:
        return None


def _digest(vectors: Floats) -> str:
    return hashlib.blake2b(np.ascontiguousarray(vectors).tobytes(), digest_size=16).hexdigest()


def neighbour_share(items: ItemEmbeddings, points: Floats, k: int = 10) -> float:
    """Return the share of the nearest products that are among the nearest on a map, too.

    Parameters
    ----------
    items : ItemEmbeddings
    points : float32 [products, 2]
    k : int
        Nearest products of each one, in both spaces.

    Returns
    -------
    float
        Mean over an even sample of at most 500 products; 1 where there is only one product.

    Examples
    --------
    >>> circle = np.exp(2j * np.pi * np.arange(40) / 40)
    >>> vectors = np.stack([circle.real, circle.imag], axis=1).astype(np.float32)
    >>> neighbour_share(ItemEmbeddings(vectors), vectors, k=2)
    1.0
    """
    from scipy.spatial import KDTree

    k = min(k, len(points) - 1)
    if not k:
        return 1.0
    chosen = np.unique(np.linspace(0, len(points) - 1, SAMPLE).astype(int))
    on_map, kept = KDTree(points), 0
    for product in chosen.tolist():
        nearest = {other for other, _cosine in items.nearest(product, k)}
        # One more, since each product is the nearest to itself.
        nearest_on_map = on_map.query(points[product], k + 1)[1].tolist()
        kept += len(
            nearest.intersection([other for other in nearest_on_map if other != product][:k])
        )
    return kept / (k * len(chosen))
