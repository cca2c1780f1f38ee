"""Prediction of the next products of a history, from the folder of a finished run."""

from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.datasets.titles import NO_TITLES, ProductTitles
from data.errors import BadInput
from data.i18n import _
from data.preparation.sequences import FIRST, UNKNOWN, Floats, Ints, Longs
from model.baselines.base import Recommender, log_softmax
from model.metrics.ranking import top_k
from model.run_folder import RunFolder
from model.sequences.event_types import Types
from model.sequences.features import LEVELS, MISSING_NUMBER, context_features, missing
from model.sequences.histories import Columns, EventColumns, Histories
from model.sequences.repeats_numpy import NO_TIME
from model.serving.onnx_model import load_recommenders
from model.serving.rules.ranking import ruled_list
from model.serving.rules.rules_numpy import RuleTables

Prices = Sequence[float | None]
Times = Sequence[int | None]
"""Time of each event in microseconds since 1970; None where it is not known."""
"""Price of each event of a history; None for the price in the catalogue."""


@dataclass(frozen=True)
class Product:
    """A product of the catalogue, as of its last training event."""

    product: str
    title: str | None = None
    brand: str | None = None
    category: str | None = None
    price: float | None = None


@dataclass(frozen=True)
class Recommendation:
    """A ranked product.

    Attributes
    ----------
    repeat : bool
        Whether the history has a target of it.
    model_rank : int
        Its rank by probability, before rules.
    rules : tuple of str
        The rules that moved it up.
    """

    rank: int
    product: str
    title: str | None
    probability: float
    brand: str | None
    category: str | None
    price: float | None
    repeat: bool
    model_rank: int
    rules: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return asdict(self) | {"rules": list(self.rules)}


@dataclass(frozen=True)
class LeftOut:
    """A product among the first k by probability that rules keep out of the list.

    Attributes
    ----------
    product : str
    model_rank : int
    rule : str
        The rule that removed it; ``moved`` where others were moved up before it.
    """

    product: str
    model_rank: int
    rule: str


@dataclass(frozen=True)
class RuledRecommendations:
    """The list that rules leave, and what they did.

    Attributes
    ----------
    items : list of Recommendation
    left_out : list of LeftOut
    removed : dict of str to int
        How many products each rule removed from the catalogue for this buyer, or passed over.
    """

    items: list[Recommendation]
    left_out: list[LeftOut]
    removed: dict[str, int]


class Predictor:
    """Ranks the catalogue by the model of a finished run, without its dataset and TensorFlow.

    Parameters
    ----------
    folder : Path
        The run's folder.
    threads : int
        Threads of a prediction; 1 suits a web process.

    Attributes
    ----------
    length : int
        Number of a history's most recent events that the network reads.
    features : tuple of str
        Features of an event that the network reads.
    preparation : Preparation
        Selects the events of a user that make a history.
    types : EventTypes
        The event types that training read.

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
        self.types = self._run.event_types
        self._table = self._run.vocabulary
        self._titles = NO_TITLES
        ids = self._table["product"].tolist()
        self._codes = {product: code for code, product in enumerate(ids, start=FIRST)}

    @cached_property
    def products(self) -> list[str]:
        """The product ids of the catalogue, most frequent first."""
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

    @property
    def recommender(self) -> Recommender:
        """The model that scores the products."""
        return self._recommender

    def check(self) -> None:
        """Raise an error where catalogue and model do not fit, or a score is not finite."""
        scores = self.scores([])
        if len(scores) != len(self.products) or not np.isfinite(scores).all():
            raise ValueError("the scores do not fit the catalogue")
        if not {"count", "brand", "category", "price"} <= set(self._columns):
            raise ValueError("the catalogue lacks a column")

    def with_recommender(self, recommender: Recommender) -> "Predictor":
        """Return a predictor over the same catalogue with another model."""
        other = copy(self)
        other._recommender = recommender
        return other

    def with_titles(self, titles: ProductTitles) -> "Predictor":
        """Return a predictor with the same model that describes products by their titles too."""
        other = copy(self)
        other._titles = titles
        return other

    @property
    def table(self) -> pd.DataFrame:
        """The catalogue, one row per product in the order of ``products``."""
        return self._table

    def knows(self, product: str) -> bool:
        """Return whether a product is in the catalogue."""
        return product in self._codes

    def index_of(self, product: str) -> int | None:
        """Return a product's index in ``products``; None where it is not in the catalogue."""
        code = self._codes.get(product)
        return None if code is None else code - FIRST

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

    def histories(
        self,
        histories: Sequence[Sequence[str]],
        prices: Sequence[Prices] | None = None,
        types: Sequence[Types] | None = None,
        times: Sequence[Times] | None = None,
        at: int | None = None,
    ) -> Histories:
        """Return lists of product ids, oldest first, as model inputs.

        Unknown products keep their position. Prices default to those of the catalogue, event types
        to the one that is predicted; features of the time, such as the hour, are missing where it
        is not known.

        Parameters
        ----------
        histories, prices, types, times
            Of each event of each history.
        at : int, optional
            Asking time in microseconds; by default, and at least, the time of the last event.
        """
        stop = np.cumsum([len(products) for products in histories], dtype=np.int64)
        codes = np.array(
            [self._codes.get(product, UNKNOWN) for products in histories for product in products],
            dtype=np.int32,
        )
        flat_types = None if types is None else [name for row in types for name in row]
        flat_times = None if times is None else _known_times(times)
        result = self.histories_of_codes(codes, stop, flat_types, flat_times, at)
        if prices is not None:
            flat = np.array([price for row in prices for price in row], dtype=np.float32)
            columns = {**result.columns, **_with_prices(result.columns, flat)}
            result = replace(result, columns=EventColumns(columns))
        return result

    def codes(self, products: "pd.Series[str]") -> Ints:
        """Return the code of each product; ``UNKNOWN`` where it is not in the catalogue."""
        index = self._index.get_indexer(pd.Index(products, dtype=object))
        return np.where(index < 0, UNKNOWN, index + FIRST).astype(np.int32)

    def histories_of_codes(
        self,
        codes: Ints,
        stop: Longs,
        types: Types | None = None,
        times: Longs | None = None,
        at: int | None = None,
    ) -> Histories:
        """Return histories from their concatenated product codes and the end of each.

        Parameters
        ----------
        codes : int32 [events]
        stop : int64 [histories]
        types : sequence of str or None, optional
            Event types of all codes; by default the one that is predicted.
        times : int64 [events], optional
            Microseconds; ``NO_TIME`` for all events of a history whose times are not known.
        at : int, optional
            Asking time in microseconds; by default, and at least, the time of the last event.
        """
        if types is None:
            types = [None] * len(codes)
        columns: dict[str, Any] = {
            "product": codes,
            "type": self.types.codes(types),
            "target": self.types.are_predicted(types),
            "time": np.full(len(codes), NO_TIME, dtype=np.int64) if times is None else times,
            "session": np.full(len(codes), -1, dtype=np.int32),
        }
        start = np.append(0, stop[:-1]).astype(np.int64)
        columns |= _context(columns["time"], columns["session"], start[start < stop])
        for name in ("brand", "category", *LEVELS):
            columns[name] = self._look_up(codes, f"{name}_code", UNKNOWN).astype(np.int32)
        for name in ("price", "relative_price"):
            values = self._look_up(codes, name, np.nan).astype(np.float32)
            columns[name] = np.where(np.isnan(values) | (values < 0), MISSING_NUMBER, values)
        asked = _asking_times(columns["time"], start, stop, at)
        return Histories(EventColumns(columns), start, stop, asked)

    def scores(
        self,
        products: Sequence[str],
        types: Types | None = None,
        times: Times | None = None,
        at: int | None = None,
    ) -> Floats:
        """Return the log-probability of every product after one history, [products]."""
        result: Floats = self.scores_of_histories(
            [products],
            types=None if types is None else [types],
            times=None if times is None else [times],
            at=at,
        )[0]
        return result

    def scores_of_histories(
        self,
        histories: Sequence[Sequence[str]],
        prices: Sequence[Prices] | None = None,
        types: Sequence[Types] | None = None,
        times: Sequence[Times] | None = None,
        at: int | None = None,
    ) -> Floats:
        """Return the log-probability of every product, [histories, products]."""
        inputs = self.histories(histories, prices, types, times, at)
        result: Floats = log_softmax(self.raw_scores(inputs))
        return result

    def raw_scores(self, histories: Histories) -> Floats:
        """Return the model's scores, [histories, products]; their softmax are probabilities."""
        return self._recommender.scores(self._recommender.read(histories))

    def recommend(
        self,
        history: Sequence[str],
        k: int = 10,
        exclude_seen: bool = False,
        only: Collection[str] | None = None,
        *,
        types: Types | None = None,
        times: Times | None = None,
        at: int | None = None,
    ) -> list[Recommendation]:
        """Return the most probable next products, best first.

        Parameters
        ----------
        history : sequence of str
            Product ids, oldest first; may be empty, and may hold products that are not in the
            catalogue.
        k : int
            Maximum number of products to return.
        exclude_seen : bool
            Whether products that the history has a target of are excluded.
        only : collection of str, optional
            Products to rank; probabilities remain those over the whole catalogue.
        types : sequence of str or None, optional
            Event type of each event of the history; by default the one that is predicted.
        times : sequence of int or None, optional
            Time of each event in microseconds.
        at : int, optional
            Asking time in microseconds; by default, and at least, the time of the last event.

        Raises
        ------
        BadInput
            Where ``k`` is less than 1.
        """
        _check_length(k)
        scores = self.scores(history, types, times, at)
        allowed = np.ones(len(scores), dtype=bool)
        seen = self._indices(self.targets_of(history, types))
        if exclude_seen:
            allowed[list(seen)] = False
        if only is not None:
            allowed &= np.isin(np.arange(len(scores)), list(self._indices(only)))
        ranked = top_k(np.where(allowed, scores, -np.inf)[None], min(k, int(allowed.sum())) or 1)[0]
        top = [int(index) for index in ranked if allowed[index]]
        return [
            self._recommendation(
                rank, index, float(np.exp(scores[index])), repeat=index in seen, model_rank=rank
            )
            for rank, index in enumerate(top, start=1)
        ]

    def recommend_by_rules(
        self,
        tables: RuleTables,
        history: Sequence[str],
        k: int = 10,
        exclude_seen: bool = False,
        *,
        types: Types | None = None,
        times: Times | None = None,
        at: int | None = None,
    ) -> RuledRecommendations:
        """Return the next products under the rules of a placement, and what the rules did.

        Parameters
        ----------
        tables : RuleTables
            On the catalogue of this model.
        history, k, exclude_seen, types, times, at
            As for ``recommend``.
        """
        _check_length(k)
        histories = self.histories(
            [history],
            types=None if types is None else [types],
            times=None if times is None else [times],
            at=at,
        )
        scores = self.raw_scores(histories)[0]
        probabilities = np.exp(log_softmax(scores[None])[0])
        seen = self._indices(self.targets_of(history, types))
        if exclude_seen:
            scores[list(seen)] = -np.inf
        ruled = ruled_list(tables, histories.of_targets(), 0, scores, k)
        own = [int(index) for index in top_k(scores[None], k)[0] if np.isfinite(scores[index])]
        return RuledRecommendations(
            [
                self._recommendation(
                    rank,
                    index,
                    float(probabilities[index]),
                    repeat=index in seen,
                    model_rank=rank_of(scores, index),
                    rules=ruled.moves.get(index, ()),
                )
                for rank, index in enumerate(ruled.top.tolist(), start=1)
            ],
            [
                LeftOut(self.products[index], own.index(index) + 1, rule)
                for index, rule in ruled.missing(own).items()
            ],
            ruled.removed(),
        )

    def targets_of(self, history: Sequence[str], types: Types | None = None) -> list[str]:
        """Return the products of the events of a history that are of a predicted type."""
        if types is None:
            return list(history)
        predicted = self.types.are_predicted(types)
        return [product for product, is_target in zip(history, predicted, strict=True) if is_target]

    def _indices(self, products: Collection[str]) -> set[int]:
        """Return the indices of the products that are in the catalogue."""
        return {self._codes[product] - FIRST for product in products if product in self._codes}

    @cached_property
    def _index(self) -> "pd.Index[str]":
        return pd.Index(self.products, dtype=object)

    @cached_property
    def _columns(self) -> dict[str, Any]:
        return {name: self._table[name].to_numpy() for name in self._table.columns}

    def _look_up(self, codes: Ints, column: str, missing: float) -> Any:
        if column not in self._columns:
            return np.full(len(codes), missing)
        values = self._columns[column]
        index = np.maximum(codes - FIRST, 0)
        return np.where(codes >= FIRST, values[index], missing)

    def _recommendation(
        self,
        rank: int,
        index: int,
        probability: float,
        *,
        repeat: bool,
        model_rank: int,
        rules: tuple[str, ...] = (),
    ) -> Recommendation:
        product = self.describe(self.products[index])
        return Recommendation(
            rank=rank,
            product=product.product,
            title=product.title,
            probability=probability,
            brand=product.brand,
            category=product.category,
            price=product.price,
            repeat=repeat,
            model_rank=model_rank,
            rules=rules,
        )


def rank_of(scores: Floats, index: int) -> int:
    """Return the rank of a product; of equal scores the first ones of the catalogue come first.

    Examples
    --------
    >>> [rank_of(np.array([1, 3, 3], dtype=np.float32), index) for index in range(3)]
    [3, 1, 2]
    """
    higher = int((scores > scores[index]).sum())
    return higher + int((scores[:index] == scores[index]).sum()) + 1


def _check_length(k: int) -> None:
    """Raise BadInput for a length that no list has."""
    if k < 1:
        raise BadInput(_("k cannot be “{k}”: it takes a whole number from 1.").format(k=k))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _with_prices(columns: Columns, prices: Floats) -> dict[str, Any]:
    """Return the price columns with the given prices; NaN keeps the price.

    A relative price changes in proportion to the price.
    """
    before, relative = columns["price"], columns["relative_price"]
    price = np.where(np.isnan(prices), before, prices).astype(np.float32)
    scale = np.divide(price, before, out=np.ones_like(price), where=before > 0)
    return {"price": price, "relative_price": np.where(relative > 0, relative * scale, relative)}


def _context(times: Longs, session: Ints, first: Longs) -> dict[str, Any]:
    """Return the context features of all events, missing where the time is not known."""
    return {
        name: np.where(times == NO_TIME, missing(name), values)
        for name, values in context_features(times, session, first).items()
    }


def _known_times(times: Sequence[Times]) -> Longs:
    """Return the times of all events; one that is not known is that of the event before it.

    The first events of a history, where their times are not known, have that of the first event
    with a time. Where no event has any, all have ``NO_TIME``.
    """
    flat: list[int] = []
    for history in times:
        latest = next((time for time in history if time is not None), NO_TIME)
        for time in history:
            latest = latest if time is None else time
            flat.append(latest)
    return np.array(flat, dtype=np.int64)


def _asking_times(times: Longs, start: Longs, stop: Longs, at: int | None) -> Longs:
    """Return the asking time of each history, ``NO_TIME`` where neither it nor times are known."""
    latest: Longs = np.append(times, NO_TIME)[np.where(stop > start, stop - 1, -1)]
    return latest if at is None else np.maximum(latest, at)
