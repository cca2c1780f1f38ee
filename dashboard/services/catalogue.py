"""The products that a model knows, searched by id, brand or category."""

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from model.prediction import Predictor

FOUND = 8


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
    exact = model.place(words.strip())
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
