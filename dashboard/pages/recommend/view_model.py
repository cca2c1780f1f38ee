"""What the buyer view shows for one query: history, ranking, explanation and comparison."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np

from dashboard.jobs.run_handle import RunHandle
from dashboard.pages.recommend.explanations import (
    co_purchase_sentence,
    effect_sentence,
    strongest,
)
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.side_by_side import ComparedList
from dashboard.services.recommendations import buyers
from dashboard.services.recommendations.catalogue_filter import CatalogueFilter, filter_mask
from dashboard.services.recommendations.co_purchases import count_co_purchases
from dashboard.services.recommendations.comparison_models import NotFitted, comparison_model
from dashboard.services.recommendations.effects import leave_one_out_effects
from dashboard.services.recommendations.placements import AppliedRules, apply_placement
from dashboard.services.recommendations.ranking import RankedList, rank_products
from dashboard.services.recommendations.ruled_ranking import rank_by_rules
from dashboard.services.recommendations.served_run import ServedRun
from dashboard.services.recommendations.what_if import (
    History,
    HistoryEvent,
    apply_edits,
    edited_buyer,
    without_last_edit,
)
from data.errors import VitrinaError
from model.sequences.buyer_attributes import Values
from model.sequences.event_types import EventTypes
from model.serving.catalogue import Product
from model.serving.predictor import Predictor


@dataclass(frozen=True)
class RankedHistory:
    """A history and the products ranked after it.

    Attributes
    ----------
    served : ServedRun
    query : Query
    events : tuple of HistoryEvent
        The history the model is given, oldest first.
    hidden : tuple of HistoryEvent
        Recorded events that the query hides, oldest first.
    recorded : int
        Length of the buyer's record; 0 for a basket.
    previous : tuple of HistoryEvent or None
        The history whose ranks the edits are compared with; None without edits.
    buyer, previous_buyer : mapping
        What is known of the buyer, by the name of the attribute, and what the ranks are compared
        with.
    """

    served: ServedRun
    query: Query
    events: History
    hidden: History
    recorded: int
    previous: History | None = None
    buyer: Values = field(default_factory=dict)
    previous_buyer: Values = field(default_factory=dict)

    @cached_property
    def ranked(self) -> RankedList:
        """The products ranked by the model of the run, computed once."""
        return self.rank(self.served.model, self.served.handle, self.previous)

    @cached_property
    def placement(self) -> AppliedRules | None:
        """The placement of the query, with its rules on the catalogue of the run."""
        return self._placement_of(self.served.handle)

    def _placement_of(self, handle: RunHandle) -> AppliedRules | None:
        if not self.query.placement:
            return None
        return apply_placement(handle, self.served.require_dataset(), self.query.placement)

    def rank(
        self, model: Predictor, handle: RunHandle, previous: History | None = None
    ) -> RankedList:
        """Return the products that a model ranks after the history.

        The query's filters apply and, where it names one, the rules of a placement.

        Parameters
        ----------
        model : Predictor
        handle : RunHandle
            The run whose catalogue the model ranks.
        previous : tuple of HistoryEvent, optional
            The history to compare the ranks with.
        """
        query = self.query
        conditions = CatalogueFilter(query.category, query.low, query.high, query.days)
        settings: dict[str, Any] = {
            "k": query.size,
            "exclude_seen": query.new,
            "target": self.target.product if self.target else None,
            "previous": previous,
            "allowed": filter_mask(model.catalogue, conditions, self.served.dataset),
            "at": self.asked,
            "buyers": [self.buyer, self.previous_buyer],
        }
        own = handle.name == self.served.name
        placement = self.placement if own else self._placement_of(handle)
        if placement is not None:
            return rank_by_rules(model, placement.tables, self.events, **settings)
        return rank_products(model, self.events, diversity=query.mix, **settings)

    @property
    def asked(self) -> datetime | None:
        """The asking time: that of the target, of the end of the log where none is known."""
        if self.target:
            return self.target.time
        return self.served.end_of_log if self.recorded else None

    @cached_property
    def target(self) -> HistoryEvent | None:
        """The first hidden event of a type that the model predicts; None where there is none."""
        predicted = self.model.types.are_predicted([event.type for event in self.hidden])
        targets = (event for event, is_one in zip(self.hidden, predicted, strict=True) if is_one)
        return next(targets, None)

    @property
    def bought(self) -> int:
        """Number of events of the history that are of a type that the model predicts."""
        return int(self.model.types.are_predicted([event.type for event in self.events]).sum())

    @property
    def model(self) -> Predictor:
        """The model of the run."""
        return self.served.model

    @property
    def unknown(self) -> tuple[Product, ...]:
        """Products of the history that the model does not know."""
        products = dict.fromkeys(event.product for event in self.events)
        return tuple(
            self.model.catalogue.describe(product)
            for product in products
            if product not in self.model.catalogue
        )


@dataclass(frozen=True)
class Explanation:
    """Why a product has its rank: the effect of each event by key, and sentences."""

    effects: Mapping[str, float]
    text: str


@dataclass(frozen=True)
class Comparison:
    """Two lists side by side, or why there are none.

    Attributes
    ----------
    lists : pair of ComparedList or None
    not_fitted : tuple of str
        Baselines that have to be fitted first.
    error : str
        Why a model cannot be compared with.
    """

    lists: tuple[ComparedList, ComparedList] | None = None
    not_fitted: tuple[str, ...] = ()
    error: str = ""


def edited_history(served: ServedRun, query: Query) -> RankedHistory:
    """Return the history of a query, with the query's edits applied.

    Raises
    ------
    VitrinaError
        Where the run's dataset does not know the buyer, it has no such placement, or the edits
        cannot be parsed.
    """
    record = buyers.history(served, query.user) if query.user else ()
    visible = visible_events(served.model.types, record, query.hide)
    given, hidden = record[:visible], record[visible:]

    def describe(product: str) -> HistoryEvent:
        known = served.model.catalogue.describe(product)
        return HistoryEvent(
            "",
            product,
            title=known.title,
            brand=known.brand,
            category=known.category,
            price=known.price,
        )

    events = apply_edits(given, query.edit, describe)
    # Ranks of a buyer are compared with those of the record, of a basket with the last edit's.
    before = "" if query.user else without_last_edit(query.edit)
    previous = apply_edits(given, before, describe)
    values = buyers.recorded_values(served, query.user) if query.user else {}
    buyer, previous_buyer = edited_buyer(values, query.edit), edited_buyer(values, before)
    served.model.buyer_attributes.check(edited_buyer({}, query.edit))
    history = RankedHistory(
        served,
        query,
        events,
        hidden,
        len(record),
        previous if query.edit else None,
        buyer,
        previous_buyer,
    )
    _placement = history.placement  # an unknown one is refused here
    return history


def visible_events(types: EventTypes, record: History, hide: int) -> int:
    """Return how many events of a record are not hidden.

    Where no event of a type that the model predicts is among the last ``hide``, all from the last
    such event on are hidden: what a buyer viewed after the last purchase is no target.
    """
    visible = len(record) - min(hide, len(record))
    if not hide:
        return visible
    targets = np.flatnonzero(types.are_predicted([event.type for event in record]))
    return min(visible, int(targets[-1])) if len(targets) else visible


def explain(history: RankedHistory) -> Explanation | None:
    """Return the explanation of the rank the query asks for; None where it asks for none."""
    product = history.query.why
    if not product:
        return None
    effects = leave_one_out_effects(
        history.model, history.events, product, history.asked, history.buyer
    )
    sentence = effect_sentence(history.model, history.events, effects, history.ranked, product)
    return Explanation(effects, f"{sentence} {_co_purchases(history, effects)}".strip())


def compare(history: RankedHistory) -> Comparison | None:
    """Return the comparison the query asks for; None where it asks for none."""
    served, query = history.served, history.query
    if not query.beside:
        return None
    lists, not_fitted = [], []
    for key in (query.compare, query.beside):
        if not key:
            lists.append(ComparedList(served.handle.run.label or served.name, history.ranked))
            continue
        try:
            other = comparison_model(served, key)
        except NotFitted as error:
            not_fitted.append(error.baseline)
        except VitrinaError as error:
            return Comparison(error=str(error))
        else:
            ranked = history.rank(other.model, other.handle)
            lists.append(ComparedList(other.name, ranked, other.probabilistic))
    if not_fitted:
        return Comparison(not_fitted=tuple(dict.fromkeys(not_fitted)))
    return Comparison(lists=(lists[0], lists[1]))


def _co_purchases(history: RankedHistory, effects: Mapping[str, float]) -> str:
    """Return a sentence on other buyers of the product with the strongest effect."""
    key = strongest(effects)
    event = next((event for event in history.events if event.key == key), None)
    if event is None or history.served.dataset is None:
        return ""
    counts = count_co_purchases(
        history.served, event.product, history.query.why, except_user=history.query.user
    )
    return co_purchase_sentence(counts, event, history.model.catalogue.describe(history.query.why))
