"""Buyers' histories as flat arrays: one array a feature, and where each buyer's part begins.

Never an object column and never a padded matrix: padding belongs to whoever makes a batch.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.preparation.prepare import Prepared

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[Any]

PADDING = 0
"""The code that stands for no event."""
UNKNOWN = 1
"""The code of a missing value, or of one that the visible events do not hold."""
FIRST = 2
"""The code of the most frequent value."""


@dataclass(frozen=True)
class Vocabulary:
    """Which code stands for which id.

    Code 0 is padding, 1 is unknown; known ids follow by falling frequency, ties by id.

    Attributes
    ----------
    ids : array of str, shape (known,)
        ``ids[code - 2]`` is the id of a code.
    counts : array of int64, shape (known,)
        In how many visible events each id occurs.

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
    def of(cls, values: "pd.Series[str]") -> "Vocabulary":
        """Build the vocabulary of a column; missing values are left out."""
        counted = values.dropna().astype(str).value_counts(sort=False).sort_index()
        counted = counted.sort_values(ascending=False, kind="stable")
        return cls(
            np.asarray(counted.index, dtype=object),
            counted.to_numpy().astype(np.int64),
        )

    def __len__(self) -> int:
        """Return the number of codes, padding and unknown included."""
        return FIRST + len(self.ids)

    def codes(self, values: "pd.Series[str] | list[str] | Texts") -> Ints:
        """Return the code of each value; ``UNKNOWN`` for missing and unseen ones."""
        index = pd.Index(self.ids, dtype=object)
        found = index.get_indexer(pd.Index(np.asarray(values, dtype=object), dtype=object))
        return np.where(found < 0, UNKNOWN, found + FIRST).astype(np.int32)


@dataclass(frozen=True)
class Sequences:
    """Every buyer's events in order, as codes.

    The events of buyer ``u`` are ``[offsets[u], offsets[u + 1])`` of every flat array.

    Attributes
    ----------
    users : array of str, shape (users,)
        Buyers' ids.
    offsets : int64, shape (users + 1,)
        Where each buyer's events begin.
    product, brand, category, type : int32, shape (events,)
        Codes of the vocabularies.
    price : float32, shape (events,)
        NaN where it is missing.
    time : int64, shape (events,)
        Microseconds since 1970, UTC.
    session : int32, shape (events,)
        Equal within a buyer's session; -1 where it is missing.
    row : int64, shape (events,)
        Source order.
    products, brands, categories, types : Vocabulary
        Of the visible events only.
    product_brand, product_category : int32, shape (len(products),)
        Each product's last visible brand and category; ``UNKNOWN`` where it has none.
    product_price : float32, shape (len(products),)
        Each product's last visible price; NaN where it has none.
    """

    users: Texts
    offsets: Longs
    product: Ints
    brand: Ints
    category: Ints
    type: Ints
    price: Floats
    time: Longs
    session: Ints
    row: Longs
    products: Vocabulary
    brands: Vocabulary
    categories: Vocabulary
    types: Vocabulary
    product_brand: Ints
    product_category: Ints
    product_price: Floats

    @property
    def user(self) -> Ints:
        """The buyer (index into ``users``) of every event, int32, shape (events,)."""
        return np.repeat(np.arange(len(self.users), dtype=np.int32), np.diff(self.offsets))

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.product)


def offsets(users: "pd.Series[str]") -> Longs:
    """Return where each buyer's events begin, and the end; events are ordered by buyer."""
    ids = users.to_numpy(dtype=object)
    changes = np.flatnonzero(ids[1:] != ids[:-1]) + 1
    start = [0] if len(ids) else []
    return np.concatenate([start, changes, [len(ids)]]).astype(np.int64)


def microseconds(times: "pd.Series[pd.Timestamp]") -> Longs:
    """Return times as microseconds since 1970."""
    return times.to_numpy().astype("datetime64[us]").astype(np.int64)


def sequences(prepared: Prepared, visible: Bools | None = None) -> Sequences:
    """Turn prepared events into sequences.

    Parameters
    ----------
    prepared : Prepared
        Events ordered by buyer, time and row.
    visible : bool array, shape (events,), optional
        The events that training may see; vocabularies and the products' features come from
        them alone. All, where it is left out.
    """
    events = prepared.events
    seen = events if visible is None else events[visible]
    start = offsets(events["user"])
    products, brands, categories, types = (
        Vocabulary.of(seen[column]) for column in ("product", "brand", "category", "type")
    )
    last = seen.iloc[np.argsort(microseconds(seen["time"]), kind="stable")]
    last = last.groupby("product").last().reindex(products.ids)
    unknown = np.full(FIRST, UNKNOWN, dtype=np.int32)
    sessions = pd.factorize(events["session"])[0].astype(np.int32)
    return Sequences(
        users=events["user"].to_numpy(dtype=object)[start[:-1]],
        offsets=start,
        product=products.codes(events["product"]),
        brand=brands.codes(events["brand"]),
        category=categories.codes(events["category"]),
        type=types.codes(events["type"]),
        price=events["price"].to_numpy(dtype=np.float32),
        time=microseconds(events["time"]),
        session=sessions,
        row=events["row"].to_numpy(dtype=np.int64),
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
