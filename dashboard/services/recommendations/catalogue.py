"""The products that a model knows: searched by id, brand or category, and narrowed down."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.datasets.store import Dataset
from model.serving.predictor import Predictor

FOUND = 8

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Shelf:
    """What may be offered.

    Attributes
    ----------
    category : str
        How the category begins, such as ``electronics`` or ``electronics.audio``; all if empty.
    low, high : float
        The price, both ends included; 0 sets no limit. A product without a price has none.
    days : int
        Only what was sold in the dataset's last days; 0 takes all.
    """

    category: str = ""
    low: float = 0.0
    high: float = 0.0
    days: int = 0


def among(model: Predictor, shelf: Shelf, dataset: Dataset | None) -> Bools | None:
    """Return which products of the model lie on a shelf; None where all do.

    Without the dataset nobody knows when a product was sold last, and ``days`` narrows nothing.
    """
    if shelf == Shelf():
        return None
    kept = np.ones(len(model.products), dtype=bool)
    if shelf.category:
        start = f"{shelf.category}."
        kept &= [kind is not None and f"{kind}.".startswith(start) for kind in model.categories]
    price = model.table["price"].to_numpy()
    if shelf.low:
        kept &= price >= shelf.low
    if shelf.high:
        kept &= price <= shelf.high
    if shelf.days and dataset is not None:
        kept &= _days_ago(model, dataset) < shelf.days
    return kept


def _days_ago(model: Predictor, dataset: Dataset) -> npt.NDArray[np.float64]:
    """Return how many days before the dataset's last event each product was last in it."""
    with dataset.connect() as connection:
        last = connection.execute("SELECT product, last FROM products").df()
    times = last.set_index("product")["last"].reindex(model.products)
    days: npt.NDArray[np.float64] = (last["last"].max() - times).dt.total_seconds().fillna(
        np.inf
    ).to_numpy() / 86_400
    return days


@lru_cache(maxsize=4)
def shelves(model: Predictor) -> list[tuple[str, int]]:
    """Return the categories at every level with how many products each holds, in order.

    Examples
    --------
    ``electronics``, ``electronics.audio`` and ``electronics.audio.headphone`` are three.
    """
    counts: dict[str, int] = {}
    for kind in model.categories:
        parts = kind.split(".") if kind else []
        for depth in range(1, len(parts) + 1):
            name = ".".join(parts[:depth])
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items())


@dataclass(frozen=True)
class Found:
    """A product as the search shows one."""

    product: str
    brand: str | None
    category: str | None
    count: int


def search(model: Predictor, words: str) -> list[Found]:
    """Return products that match every word, those bought most often first.

    Parameters
    ----------
    model : Predictor
        Its catalogue is searched, which is in the order of popularity.
    words : str
        Parts of an id, brand or category; the most popular products where it is empty. A
        product whose id is exactly this comes first.
    """
    text = _text(model)
    found = pd.Series(True, index=text.index)
    for word in words.lower().split():
        found &= text.str.contains(word, regex=False)
    places = list(found[found].index[: FOUND + 1])
    exact = model.index_of(words.strip())
    if exact is not None:
        places = [exact, *(place for place in places if place != exact)]
    return [_found(model, place) for place in places[:FOUND]]


@lru_cache(maxsize=4)
def _text(model: Predictor) -> "pd.Series[str]":
    """Return what is searched of each product, in small letters."""
    described = (model.describe(product) for product in model.products)
    lines = [
        " ".join(filter(None, (known.product, known.brand, known.category))).lower()
        for known in described
    ]
    return pd.Series(lines, dtype="string[pyarrow]")


def _found(model: Predictor, place: int) -> Found:
    known = model.describe(model.products[place])
    return Found(known.product, known.brand, known.category, int(model.counts[place]))
