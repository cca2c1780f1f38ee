"""Event sequences of all users as flat arrays of integer codes, without padding."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.preparation.prepare import PreparedEvents

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[Any]

PADDING = 0
"""Code of padding."""
UNKNOWN = 1
"""Code of missing values and of values that do not occur in the visible events."""
FIRST = 2
"""Code of the most frequent value."""


@dataclass(frozen=True)
class Vocabulary:
    """A mapping between ids and integer codes.

    Code 0 is padding, 1 is unknown; known ids follow by falling frequency, ties by id.

    Attributes
    ----------
    ids : array of str, shape (known,)
        ``ids[code - 2]`` is the id of a code.
    counts : array of int64, shape (known,)
        Number of visible events of each id; of products, the number of targets.

    Examples
    --------
    >>> vocabulary = Vocabulary.of(pd.Series(["b", "a", "b", "c", None]))
    >>> len(vocabulary), list(vocabulary.ids)
    (5, ['b', 'a', 'c'])
    >>> vocabulary.codes(["c", "never seen", "b"])
    array([4, 1, 2], dtype=int32)
    """

    ids: Texts
    counts: Longs

    @classmethod
    def of(cls, values: "pd.Series[str]", is_target: Bools | None = None) -> "Vocabulary":
        """Build the vocabulary of a column; missing values are left out.

        With ``is_target``, [events], the counts are those of the targets; ids that no target has
        follow by their number of events.
        """
        events = values.dropna().astype(str).value_counts(sort=False).sort_index()
        events = events.sort_values(ascending=False, kind="stable")
        if is_target is None:
            return cls(np.asarray(events.index, dtype=object), events.to_numpy().astype(np.int64))
        targets = values[is_target].value_counts(sort=False).reindex(events.index, fill_value=0)
        targets = targets.sort_values(ascending=False, kind="stable")
        return cls(np.asarray(targets.index, dtype=object), targets.to_numpy().astype(np.int64))

    def __len__(self) -> int:
        """Return the number of codes, padding and unknown included."""
        return FIRST + len(self.ids)

    def codes(self, values: "pd.Series[str] | list[str] | Texts") -> Ints:
        """Return the code of each value, int32; ``UNKNOWN`` for missing and unknown values."""
        index = pd.Index(self.ids, dtype=object)
        positions = index.get_indexer(pd.Index(np.asarray(values, dtype=object), dtype=object))
        return np.where(positions < 0, UNKNOWN, positions + FIRST).astype(np.int32)


@dataclass(frozen=True)
class Sequences:
    """The events of all users in order, as codes.

    The events of user ``u`` are ``[offsets[u], offsets[u + 1])`` of every flat array.

    Attributes
    ----------
    users : array of str, shape (users,)
        Ids of the users.
    offsets : int64, shape (users + 1,)
        Position of each user's first event, and the number of events.
    product, brand, category, type : int32, shape (events,)
        Codes of the vocabularies.
    price : float32, shape (events,)
        Of one unit; NaN where it is missing.
    money : float32, shape (events,)
        Price times units; NaN where the price is missing.
    time : int64, shape (events,)
        Microseconds since 1970, UTC.
    session : int32, shape (events,)
        Code of the session; -1 where it is missing.
    row : int64, shape (events,)
        Row number in the dataset.
    is_target : bool, shape (events,)
        Whether an event is of a type that is predicted.
    products, brands, categories, types : Vocabulary
        Built from the visible events only. The catalogue, which targets are ranked among, holds
        the products of every visible event: a product that was viewed but not yet bought can be
        bought next. Whether it ever was is not known beforehand.
    product_brand, product_category : int32, shape (len(products),)
        Last brand and category of each product in the visible events; ``UNKNOWN`` if missing.
    product_price : float32, shape (len(products),)
        Last price of each product in the visible events; NaN if missing.
    """

    users: Texts
    offsets: Longs
    product: Ints
    brand: Ints
    category: Ints
    type: Ints
    price: Floats
    money: Floats
    time: Longs
    session: Ints
    row: Longs
    is_target: Bools
    products: Vocabulary
    brands: Vocabulary
    categories: Vocabulary
    types: Vocabulary
    product_brand: Ints
    product_category: Ints
    product_price: Floats

    @property
    def user(self) -> Ints:
        """Index into ``users`` of every event, int32, shape (events,)."""
        return np.repeat(np.arange(len(self.users), dtype=np.int32), np.diff(self.offsets))

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.product)


def offsets(users: "pd.Series[str]") -> Longs:
    """Return the position of each user's first event, and the number of events.

    Parameters
    ----------
    users : Series of str, shape (events,)
        The user of each event; events of a user are adjacent.

    Returns
    -------
    int64 array, shape (users + 1,)
    """
    ids = users.to_numpy(dtype=object)
    changes = np.flatnonzero(ids[1:] != ids[:-1]) + 1
    start = [0] if len(ids) else []
    return np.concatenate([start, changes, [len(ids)]]).astype(np.int64)


def microseconds(times: "pd.Series[pd.Timestamp]") -> Longs:
    """Return times as microseconds since 1970, int64."""
    return times.to_numpy().astype("datetime64[us]").astype(np.int64)


def to_microseconds(time: datetime) -> int:
    """Return a time as microseconds since 1970; without a zone it is UTC.

    Examples
    --------
    >>> to_microseconds(datetime(1970, 1, 2)), to_microseconds(datetime(1970, 1, 2, tzinfo=UTC))
    (86400000000, 86400000000)
    """
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def session_codes(sessions: "pd.Series[str]") -> Ints:
    """Return a code for each session, int32; -1 where it is missing."""
    return pd.factorize(sessions)[0].astype(np.int32)


def sequences(prepared: PreparedEvents, visible: Bools | None = None) -> Sequences:
    """Turn prepared events into sequences.

    Parameters
    ----------
    prepared : PreparedEvents
        Events ordered by user, time and row.
    visible : bool array, shape (events,), optional
        The events that training may use; vocabularies and features of products are built from
        them alone. Default: all events.
    """
    events = prepared.events
    visible_events = events if visible is None else events[visible]
    is_target = events["target"].to_numpy(dtype=bool)
    targets = is_target if visible is None else is_target[visible]
    products = Vocabulary.of(visible_events["product"], targets)
    brands, categories, types = (
        Vocabulary.of(visible_events[column]) for column in ("brand", "category", "type")
    )
    ordered = visible_events.iloc[np.argsort(microseconds(visible_events["time"]), kind="stable")]
    last = ordered.groupby("product").last().reindex(products.ids)
    unknown = np.full(FIRST, UNKNOWN, dtype=np.int32)
    return Sequences(
        **_event_arrays(events),
        product=products.codes(events["product"]),
        brand=brands.codes(events["brand"]),
        category=categories.codes(events["category"]),
        type=types.codes(events["type"]),
        products=products,
        brands=brands,
        categories=categories,
        types=types,
        product_brand=np.concatenate([unknown, brands.codes(last["brand"])]),
        product_category=np.concatenate([unknown, categories.codes(last["category"])]),
        product_price=np.concatenate(
            [[np.nan] * FIRST, last["price"].to_numpy(dtype=np.float64)]
        ).astype(np.float32),
    )


def encoded_as(training: Sequences, prepared: PreparedEvents) -> Sequences:
    """Turn other events into sequences with the vocabularies and products of a training.

    What the training did not see has the code ``UNKNOWN``.
    """
    events = prepared.events
    return replace(
        training,
        **_event_arrays(events),
        product=training.products.codes(events["product"]),
        brand=training.brands.codes(events["brand"]),
        category=training.categories.codes(events["category"]),
        type=training.types.codes(events["type"]),
    )


def _event_arrays(events: pd.DataFrame) -> dict[str, Any]:
    """Return the users, and the arrays of the events that need no vocabulary."""
    start = offsets(events["user"])
    return {
        "users": events["user"].to_numpy(dtype=object)[start[:-1]],
        "offsets": start,
        "price": events["price"].to_numpy(dtype=np.float32),
        "money": (events["price"] * events["quantity"].fillna(1)).to_numpy(dtype=np.float32),
        "time": microseconds(events["time"]),
        "session": session_codes(events["session"]),
        "row": events["row"].to_numpy(dtype=np.int64),
        "is_target": events["target"].to_numpy(dtype=bool),
    }
