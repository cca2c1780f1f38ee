"""Prediction of the next products of a history, from the folder of a finished run."""

from collections.abc import Collection, Sequence
from copy import copy
from pathlib import Path

import numpy as np

from data.datasets.titles import ProductTitles
from data.errors import BadInput
from data.i18n import _
from data.preparation.sequences import Floats
from model.baselines.base import Recommender, log_softmax
from model.metrics.ranking import top_k
from model.run_folder import RunFolder
from model.sequences.buyer_attributes import BuyerAttributes, Values
from model.sequences.event_types import Types
from model.sequences.histories import Histories
from model.serving.catalogue import Catalogue
from model.serving.history_inputs import HistoryInputs, Prices, Times
from model.serving.onnx_model import load_recommenders
from model.serving.recommendation import LeftOut, Recommendation, RuledRecommendations
from model.serving.rules.ranking import ruled_list
from model.serving.rules.rules_numpy import RuleTables


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
    catalogue : Catalogue
        The products that it ranks.
    inputs : HistoryInputs
        Makes the model inputs of histories.

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
        self.catalogue = Catalogue(self._run.vocabulary)
        self.inputs = HistoryInputs(self.catalogue, self.types, self._run.buyer_attributes)

    @property
    def recommender(self) -> Recommender:
        """The model that scores the products."""
        return self._recommender

    @property
    def buyer_attributes(self) -> BuyerAttributes:
        """The attributes of buyers that the model reads; empty where it reads none."""
        return self._run.buyer_attributes if self._recommender.reads_buyer else BuyerAttributes()

    def check(self) -> None:
        """Raise an error where catalogue and model do not fit, or a score is not finite."""
        scores = self.scores([])
        if len(scores) != len(self.catalogue) or not np.isfinite(scores).all():
            raise ValueError("the scores do not fit the catalogue")
        if not {"count", "brand", "category", "price"} <= set(self.catalogue.table.columns):
            raise ValueError("the catalogue lacks a column")

    def with_recommender(self, recommender: Recommender) -> "Predictor":
        """Return a predictor over the same catalogue with another model."""
        other = copy(self)
        other._recommender = recommender
        return other

    def with_titles(self, titles: ProductTitles) -> "Predictor":
        """Return a predictor with the same model that describes products by their titles too."""
        other = copy(self)
        other.catalogue = self.catalogue.with_titles(titles)
        return other

    def scores(
        self,
        products: Sequence[str],
        types: Types | None = None,
        times: Times | None = None,
        at: int | None = None,
        buyer: Values | None = None,
    ) -> Floats:
        """Return the log-probability of every product after one history, [products]."""
        result: Floats = self.scores_of_histories(
            [products],
            types=None if types is None else [types],
            times=None if times is None else [times],
            at=at,
            buyers=None if buyer is None else [buyer],
        )[0]
        return result

    def scores_of_histories(
        self,
        histories: Sequence[Sequence[str]],
        prices: Sequence[Prices] | None = None,
        types: Sequence[Types] | None = None,
        times: Sequence[Times] | None = None,
        at: int | None = None,
        *,
        buyers: Sequence[Values] | None = None,
    ) -> Floats:
        """Return the log-probability of every product, [histories, products]."""
        inputs = self.inputs.of_products(histories, prices, types, times, at, buyers=buyers)
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
        buyer: Values | None = None,
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
        buyer : mapping, optional
            Attributes of the buyer by name; by default nothing is known.

        Raises
        ------
        BadInput
            Where ``k`` is less than 1.
        """
        _check_length(k)
        scores = self.scores(history, types, times, at, buyer)
        allowed = np.ones(len(scores), dtype=bool)
        seen = self.catalogue.indices_of(self.targets_of(history, types))
        if exclude_seen:
            allowed[list(seen)] = False
        if only is not None:
            allowed &= np.isin(np.arange(len(scores)), list(self.catalogue.indices_of(only)))
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
        buyer: Values | None = None,
    ) -> RuledRecommendations:
        """Return the next products under the rules of a placement, and what the rules did.

        Parameters
        ----------
        tables : RuleTables
            On the catalogue of this model.
        history, k, exclude_seen, types, times, at, buyer
            As for ``recommend``.
        """
        _check_length(k)
        histories = self.inputs.of_products(
            [history],
            types=None if types is None else [types],
            times=None if times is None else [times],
            at=at,
            buyers=None if buyer is None else [buyer],
        )
        scores = self.raw_scores(histories)[0]
        probabilities = np.exp(log_softmax(scores[None])[0])
        seen = self.catalogue.indices_of(self.targets_of(history, types))
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
                LeftOut(self.catalogue.products[index], own.index(index) + 1, rule)
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
        product = self.catalogue.describe(self.catalogue.products[index])
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
