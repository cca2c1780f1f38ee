"""Features of events and products: categorical codes and numbers."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from data.datasets.attribute_table import AttributeTable
from data.preparation.moments import SESSION_GAP
from data.preparation.sequences import FIRST, UNKNOWN, Floats, Ints, Longs, Sequences
from model.sequences.histories import Array
from model.sequences.product_attributes import attribute_traits

ALWAYS = ("product", "brand", "category", "price", "time", "session", "type", "target")
"""Columns that are always made, since baselines read them. ``target`` tells whether an event is of
a type that is predicted."""

LEVELS = ("category_1", "category_2")
"""The category up to its first and second level: ``electronics``, ``electronics.audio``."""
NUMBERS = ("price", "relative_price", "gap")
"""Numeric features; below 0 where they are missing. All others are categorical."""
CONTEXT = ("hour", "weekday", "gap", "start", "month")
"""Features of the event and not of its product; a list of product ids has none of them. ``start``
is 1 where an event starts a session, else 0; ``month`` counts periods of 30 days since 1970."""
MONTHS = 1218
"""Number of months, to 2070; later events are of the last one."""
MISSING_NUMBER = np.float32(-1)
CONTEXT_DROPOUT = 0.1
"""Share of histories whose context features are masked in training, so that the network also learns
to predict from a list of product ids."""

NO_ATTRIBUTES = AttributeTable()

MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000
THURSDAY = 3
"""Weekday of 1970-01-01, counted from Monday as 0."""


def missing(name: str) -> Any:
    """Return the value that stands for a missing one."""
    if name == "start":
        return np.int32(0)
    return MISSING_NUMBER if name in NUMBERS else np.int32(UNKNOWN)


def event_columns(sequences: Sequences, features: Collection[str] = ()) -> dict[str, Array]:
    """Return the columns of the events, each of shape (events,).

    Brand, category and price of a ranked product are those of the catalogue, not of the event: a
    history that consists of product ids only has the same features when it is served.

    Parameters
    ----------
    sequences : Sequences
    features : collection of str
        Features to add to those of ``ALWAYS``.
    """
    known = sequences.product >= FIRST

    def from_catalogue(event_value: Array, product_value: Array) -> Array:
        return np.where(known, product_value[sequences.product], event_value)

    price = from_catalogue(sequences.price, sequences.product_price).astype(np.float32)
    category = from_catalogue(sequences.category, sequences.product_category).astype(np.int32)
    columns = {
        "product": sequences.product,
        "brand": from_catalogue(sequences.brand, sequences.product_brand).astype(np.int32),
        "category": category,
        "price": np.where(np.isnan(price) | (price < 0), MISSING_NUMBER, price),
        "time": sequences.time,
        "session": sequences.session,
        "type": sequences.type,
        "target": sequences.is_target,
    }
    if set(features) & {*LEVELS, "relative_price"}:
        columns |= category_features(sequences, category, columns["price"])
    if set(features) & set(CONTEXT):
        columns |= context_features(sequences.time, sequences.session, sequences.offsets[:-1])
    return {name: values for name, values in columns.items() if name in {*ALWAYS, *features}}


def product_features(sequences: Sequences) -> dict[str, Array]:
    """Return the features of each product code, each of shape (product codes,)."""
    price = sequences.product_price
    price = np.where(np.isnan(price) | (price < 0), MISSING_NUMBER, price)
    category = sequences.product_category
    return {
        "brand": sequences.product_brand,
        "category": category,
        "price": price,
        **category_features(sequences, category, price),
    }


LOG_TRAITS = 5
"""Traits of a product that the events of the log say; those of other attributes follow."""


def traits(sequences: Sequences, attributes: AttributeTable = NO_ATTRIBUTES) -> Ints:
    """Return the traits of each ranked product as rows of one table, int32 [products, traits].

    They are the brand, the category, its first and second level, and the decile of the price; then
    those that ``product_attributes.attribute_traits`` makes of other attributes.
    """
    features = product_features(sequences)
    price = features["price"][FIRST:]
    kinds = [features[name][FIRST:] for name in ("brand", "category", *LEVELS)]
    priced = price[price >= 0]
    bounds = np.quantile(priced, np.arange(1, 10) / 10) if len(priced) else np.zeros(9)
    kinds.append(np.where(price < 0, UNKNOWN, FIRST + np.searchsorted(bounds, price)))
    begin, columns = 1, []
    for codes in (
        *(kind[:, None] for kind in kinds),
        *attribute_traits(attributes, sequences.products.ids),
    ):
        columns.append(begin + codes)
        begin += int(codes.max(initial=0)) + 1
    return np.concatenate(columns, axis=1).astype(np.int32)


def category_features(sequences: Sequences, category: Ints, price: Floats) -> dict[str, Array]:
    """Return the levels of each category, and the relative price.

    The relative price is the price divided by the geometric mean over the category's products.
    """
    mean = _mean_prices(sequences)[category]
    comparable = (price > 0) & np.isfinite(mean)
    relative = np.divide(price, mean, out=np.full(len(price), MISSING_NUMBER), where=comparable)
    levels = {name: level(sequences, depth)[category] for depth, name in enumerate(LEVELS, start=1)}
    return {**levels, "relative_price": relative.astype(np.float32)}


def context_features(time: Longs, session: Ints, first: Longs) -> dict[str, Array]:
    """Return hour, weekday (UTC, from Monday), minutes since the buyer's last event, start, month.

    Without session ids, a session starts after ``SESSION_GAP`` minutes without an event.

    Parameters
    ----------
    time : int64 [events]
        Microseconds.
    session : int32 [events]
        Codes; below 0 where an event has no session id.
    first : int64 array
        Index of the first event of each buyer.
    """
    gap = np.diff(time, prepend=0) / MINUTE
    gap[first] = MISSING_NUMBER
    before = np.append(-1, session[:-1])
    start = np.where((session < 0) | (before < 0), gap > SESSION_GAP, session != before)
    start[first] = False
    return {
        "hour": (time // HOUR % 24 + FIRST).astype(np.int32),
        "weekday": ((time // DAY + THURSDAY) % 7 + FIRST).astype(np.int32),
        "gap": gap.astype(np.float32),
        "start": start.astype(np.int32),
        "month": (FIRST + np.clip(time // (30 * DAY), 0, MONTHS - 1)).astype(np.int32),
    }


def level(sequences: Sequences, depth: int) -> Ints:
    """Return the code of the first ``depth`` levels of each category, shape (len(categories),).

    Codes are in the order of descending frequency; a category with fewer levels is kept as it is.
    """
    paths = [".".join(str(path).split(".")[:depth]) for path in sequences.categories.ids]
    counts = pd.Series(sequences.categories.counts, dtype=np.int64).groupby(paths).sum()
    order = counts.sort_index().sort_values(ascending=False, kind="stable").index
    codes = pd.Index(order).get_indexer(pd.Index(paths, dtype=object)) + FIRST
    return np.concatenate([np.arange(FIRST), codes]).astype(np.int32)


def sizes(sequences: Sequences) -> dict[str, int]:
    """Return the number of codes of each categorical feature, padding and unknown included."""
    levels = {name: int(level(sequences, depth).max()) + 1 for depth, name in enumerate(LEVELS, 1)}
    return {
        "product": len(sequences.products),
        "brand": len(sequences.brands),
        "category": len(sequences.categories),
        **levels,
        "type": len(sequences.types),
        "hour": FIRST + 24,
        "weekday": FIRST + 7,
    }


def drop_context(inputs: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    """Mask the context features of a random ``CONTEXT_DROPOUT`` of the histories of a batch.

    Parameters
    ----------
    inputs : dict
        Features, [histories, length], and ``length``, [histories].
    random : numpy.random.Generator
        Draws the histories; not used where there are no context features.
    """
    names = [name for name in CONTEXT if name in inputs]
    if not names:
        return inputs
    dropped = random.random(len(inputs["length"])) < CONTEXT_DROPOUT
    return inputs | {
        name: np.where(dropped[:, None], missing(name), inputs[name]) for name in names
    }


def _mean_prices(sequences: Sequences) -> Array:
    """Return the geometric mean price of each category's products; NaN where no price is known."""
    price, category = sequences.product_price, sequences.product_category
    priced = (price > 0) & (category >= FIRST)
    size = len(sequences.categories)
    logs = np.bincount(category[priced], np.log(price[priced]), minlength=size)
    counts = np.bincount(category[priced], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Array = np.exp(logs / counts)
    return means
