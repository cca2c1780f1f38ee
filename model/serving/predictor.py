"""Prediction: what a buyer will buy next, through onnxruntime and without any network library."""

from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.errors import BadInput
from data.i18n import _
from data.preparation.sequences import FIRST, UNKNOWN, Floats, Ints, Longs
from model.baselines.base import Recommender, log_softmax
from model.metrics.ranking import top_k
from model.run_folder import RunFolder
from model.sequences.features import CONTEXT, LEVELS, MISSING_NUMBER, missing
from model.sequences.histories import Columns, Histories
from model.serving.onnx_model import load_recommenders

Prices = Sequence[float | None]
"""What each event of a history cost; None for the price of the catalogue."""


@dataclass(frozen=True)
class Product:
    """What the model knows about a product, from the last event that training saw of it."""

    product: str
    brand: str | None = None
    category: str | None = None
    price: float | None = None


@dataclass(frozen=True)
class Recommendation:
    """One ranked product: its place, what it is, and whether the history holds it already."""

    rank: int
    product: str
    probability: float
    brand: str | None
    category: str | None
    price: float | None
    repeat: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return asdict(self)


class Predictor:
    """Predicts from the folder of a finished run; needs neither the dataset nor TensorFlow.

    Parameters
    ----------
    folder : Path
        The run's folder.
    threads : int
        Threads of a prediction; 1 suits a web process.

    Attributes
    ----------
    length : int
        How many of a history's latest events the network reads.
    features : tuple of str
        What it reads of each event.
    preparation : Preparation
        Which events of a buyer are a history.

    Raises
    ------
    BadInput
        Where the run has no finished model.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        self._run = RunFolder(folder)
        self._recommender = load_recommenders(self._run, threads)[0]
        config = self._run.config()
        self.length = config.sequence_length
        self.features = config.features
        self.preparation = config.preparation
        self._table = self._run.vocabulary
        ids = self._table["product"].tolist()
        self._codes = {product: code for code, product in enumerate(ids, start=FIRST)}

    @cached_property
    def products(self) -> list[str]:
        """The catalogue's product ids, most frequent first."""
        return list(self._codes)

    @cached_property
    def counts(self) -> Longs:
        """In how many training events each product occurs, [products]."""
        counts: Longs = self._columns["count"].astype(np.int64)
        return counts

    @cached_property
    def categories(self) -> list[str | None]:
        """The category of each product, None where it has none."""
        return [_text(name) for name in self._columns["category"]]

    @property
    def recommender(self) -> Recommender:
        """What scores the products."""
        return self._recommender

    def asking(self, recommender: Recommender) -> "Predictor":
        """Return a predictor over the same products that asks another recommender."""
        other = copy(self)
        other._recommender = recommender
        return other

    @property
    def table(self) -> pd.DataFrame:
        """The catalogue, one row a product in the order of ``products``."""
        return self._table

    def knows(self, product: str) -> bool:
        """Tell whether training has seen a product."""
        return product in self._codes

    def place(self, product: str) -> int | None:
        """Return a product's index among ``products``; None where training has not seen it."""
        code = self._codes.get(product)
        return None if code is None else code - FIRST

    def describe(self, product: str) -> Product:
        """Return what is known about a product; an unknown one has only its id."""
        place = self.place(product)
        if place is None:
            return Product(product)
        row = {name: values[place] for name, values in self._columns.items()}
        price = float(row["price"])
        return Product(
            product=product,
            brand=_text(row["brand"]),
            category=_text(row["category"]),
            price=None if np.isnan(price) else round(price, 4),
        )

    def histories(
        self, histories: Sequence[Sequence[str]], prices: Sequence[Prices] | None = None
    ) -> Histories:
        """Return lists of products, each oldest first; unknown ones keep their place.

        Prices are those of the catalogue, where none are given or one is None. What a list does
        not tell, such as hours, is missing.
        """
        stop = np.cumsum([len(products) for products in histories], dtype=np.int64)
        codes = np.array(
            [self._codes.get(one, UNKNOWN) for products in histories for one in products],
            dtype=np.int32,
        )
        found = self.histories_of_codes(codes, stop)
        if prices is not None:
            given = np.array([one for some in prices for one in some], dtype=np.float32)
            found = replace(found, columns={**found.columns, **_priced(found.columns, given)})
        return found

    def codes(self, products: "pd.Series[str]") -> Ints:
        """Return the code of each product; ``UNKNOWN`` where training has not seen it."""
        place = self._index.get_indexer(pd.Index(products, dtype=object))
        return np.where(place < 0, UNKNOWN, place + FIRST).astype(np.int32)

    def histories_of_codes(self, codes: Ints, stop: Longs) -> Histories:
        """Return histories from codes, one after another, and where each of them ends."""
        columns: dict[str, Any] = {
            "product": codes,
            "time": np.zeros(len(codes), dtype=np.int64),
            "session": np.full(len(codes), -1, dtype=np.int32),
        }
        columns |= {name: np.full(len(codes), missing(name)) for name in CONTEXT}
        for name in ("brand", "category", *LEVELS):
            columns[name] = self._looked_up(codes, f"{name}_code", UNKNOWN).astype(np.int32)
        for name in ("price", "relative_price"):
            found = self._looked_up(codes, name, np.nan).astype(np.float32)
            columns[name] = np.where(np.isnan(found) | (found < 0), MISSING_NUMBER, found)
        return Histories(columns, np.append(0, stop[:-1]).astype(np.int64), stop)

    def scores(self, products: Sequence[str]) -> Floats:
        """Return the logarithm of every product's probability, [products]."""
        found: Floats = self.scores_of([products])[0]
        return found

    def scores_of(
        self, histories: Sequence[Sequence[str]], prices: Sequence[Prices] | None = None
    ) -> Floats:
        """Return the same for several histories at once, [histories, products]."""
        given = self.histories(histories, prices)
        found: Floats = log_softmax(self._recommender.scores(given))
        return found

    def recommend(
        self,
        history: Sequence[str],
        k: int = 10,
        exclude_seen: bool = False,
        only: Collection[str] | None = None,
    ) -> list[Recommendation]:
        """Return the products that are most probable next, best first.

        Parameters
        ----------
        history : sequence of str
            Product ids, oldest first; may be empty, and may hold products that training has
            never seen.
        k : int
            Products to return; fewer where fewer are left.
        exclude_seen : bool
            Whether products of the history are left out.
        only : collection of str, optional
            Rank these products alone; probabilities stay those among all products.

        Raises
        ------
        BadInput
            Where ``k`` is less than 1.
        """
        if k < 1:
            raise BadInput(_("k cannot be “{k}”: it takes a whole number from 1.").format(k=k))
        scores = self.scores(history)
        allowed = np.ones(len(scores), dtype=bool)
        seen = {self._codes[one] - FIRST for one in history if one in self._codes}
        if exclude_seen:
            allowed[list(seen)] = False
        if only is not None:
            among = [self._codes[one] - FIRST for one in only if one in self._codes]
            allowed &= np.isin(np.arange(len(scores)), among)
        ranked = top_k(np.where(allowed, scores, -np.inf)[None], min(k, int(allowed.sum())) or 1)[0]
        chosen = [int(index) for index in ranked if allowed[index]]
        return [
            self._recommendation(place, index, float(np.exp(scores[index])), index in seen)
            for place, index in enumerate(chosen, start=1)
        ]

    @cached_property
    def _index(self) -> "pd.Index[str]":
        return pd.Index(self.products, dtype=object)

    @cached_property
    def _columns(self) -> dict[str, Any]:
        return {name: self._table[name].to_numpy() for name in self._table.columns}

    def _looked_up(self, codes: Ints, column: str, missing: float) -> Any:
        if column not in self._columns:
            return np.full(len(codes), missing)
        values = self._columns[column]
        index = np.maximum(codes - FIRST, 0)
        return np.where(codes >= FIRST, values[index], missing)

    def _recommendation(
        self, rank: int, index: int, probability: float, repeat: bool
    ) -> Recommendation:
        known = self.describe(self.products[index])
        return Recommendation(
            rank=rank,
            product=known.product,
            probability=probability,
            brand=known.brand,
            category=known.category,
            price=known.price,
            repeat=repeat,
        )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _priced(columns: Columns, given: Floats) -> dict[str, Any]:
    """Return the prices of events with some changed, and so their prices beside the category."""
    before, relative = columns["price"], columns["relative_price"]
    price = np.where(np.isnan(given), before, given).astype(np.float32)
    scale = np.divide(price, before, out=np.ones_like(price), where=before > 0)
    return {"price": price, "relative_price": np.where(relative > 0, relative * scale, relative)}
