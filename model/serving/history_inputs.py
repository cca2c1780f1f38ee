"""Model inputs from the product ids of histories, without the dataset that they come from."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from data.datasets.attribute_table import AttributeTable
from data.preparation.sequences import UNKNOWN, Floats, Ints, Longs
from model.sequences.buyer_attributes import BuyerAttributes, Codes, Values
from model.sequences.event_types import EventTypes, Types
from model.sequences.features import LEVELS, MISSING_NUMBER, context_features, missing
from model.sequences.histories import Array, Columns, EventColumns, Histories
from model.sequences.repeats_numpy import NO_TIME
from model.serving.catalogue import Catalogue

Prices = Sequence[float | None]
"""Price of each event of a history; None for the price in the catalogue."""
Times = Sequence[int | None]
"""Time of each event in microseconds since 1970; None where it is not known."""


class HistoryInputs:
    """Makes model inputs of histories; what an event lacks is that of the catalogue.

    Parameters
    ----------
    catalogue : Catalogue
    types : EventTypes
        The event types that training read.
    attributes : BuyerAttributes
        The attributes of buyers that training read.
    """

    def __init__(
        self, catalogue: Catalogue, types: EventTypes, attributes: BuyerAttributes
    ) -> None:
        self._catalogue = catalogue
        self._types = types
        self._attributes = attributes

    def of_products(
        self,
        histories: Sequence[Sequence[str]],
        prices: Sequence[Prices] | None = None,
        types: Sequence[Types] | None = None,
        times: Sequence[Times] | None = None,
        at: int | None = None,
        *,
        buyers: Sequence[Values] | None = None,
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
        buyers : sequence of mapping, optional
            Attributes of the buyer of each history; by default nothing is known.
        """
        stop = np.cumsum([len(products) for products in histories], dtype=np.int64)
        codes = np.array(
            [self._catalogue.code_of(product) for products in histories for product in products],
            dtype=np.int32,
        )
        flat_types = None if types is None else [name for row in types for name in row]
        flat_times = None if times is None else _known_times(times)
        known = buyers or [{}] * len(histories)
        attributes = [self._attributes.codes(buyer) for buyer in known if self._attributes]
        buyer_codes = np.concatenate(attributes) if attributes else None
        result = self.of_codes(codes, stop, flat_types, flat_times, at, buyers=buyer_codes)
        if prices is not None:
            flat = np.array([price for row in prices for price in row], dtype=np.float32)
            columns = {**result.columns, **_with_prices(result.columns, flat)}
            result = replace(result, columns=EventColumns(columns))
        return result

    def of_codes(
        self,
        codes: Ints,
        stop: Longs,
        types: Types | None = None,
        times: Longs | None = None,
        at: int | None = None,
        *,
        buyers: Codes | None = None,
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
        buyers : uint8 [histories, attributes], optional
            Codes of the attributes of the buyers, where training read any.
        """
        if types is None:
            types = [None] * len(codes)
        columns: dict[str, Any] = {
            "product": codes,
            "type": self._types.codes(types),
            "target": self._types.are_predicted(types),
            "time": np.full(len(codes), NO_TIME, dtype=np.int64) if times is None else times,
            "session": np.full(len(codes), -1, dtype=np.int32),
        }
        start = np.append(0, stop[:-1]).astype(np.int64)
        columns |= _context(columns["time"], columns["session"], start[start < stop])
        for name in ("brand", "category", *LEVELS):
            columns[name] = self._catalogue.look_up(codes, f"{name}_code", UNKNOWN).astype(np.int32)
        for name in ("price", "relative_price"):
            values = self._catalogue.look_up(codes, name, np.nan).astype(np.float32)
            columns[name] = np.where(np.isnan(values) | (values < 0), MISSING_NUMBER, values)
        asking_times = _asking_times(columns["time"], start, stop, at)
        return Histories(EventColumns(columns), start, stop, asking_times, buyers)

    def codes_of_users(self, table: AttributeTable, users: Array) -> Codes | None:
        """Return the attributes of some buyers of a side table, as ``of_codes`` takes them."""
        return self._attributes.codes_of_users(table, users) if self._attributes else None


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
