"""Features: what is known of each event, as codes and numbers that a network reads."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from data.preparation.sequences import FIRST, UNKNOWN, Floats, Ints, Sequences
from model.sequences.histories import Array

ALWAYS = ("product", "brand", "category", "price", "time", "session")
"""Columns that baselines read, too."""

LEVELS = ("category_1", "category_2")
"""The category up to its first and second level: ``electronics``, ``electronics.audio``."""
NUMBERS = ("price", "relative_price", "gap")
"""Features that are no codes; below zero where they are missing."""
CONTEXT = ("type", "hour", "weekday", "gap", "start")
"""Of an event, what its product does not tell: a list of products has none of it. ``start`` is 1
where an event starts another session than the one before, else 0."""
MISSING_NUMBER = np.float32(-1)
HIDDEN = 0.1
"""Share of histories that training reads without their context, so that a network learns what to
say of a list of products."""

MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000
IDLE = 30
"""Minutes without an event after which another session starts."""
THURSDAY = 3
"""The weekday of the first of January 1970, from Monday 0."""


def missing(name: str) -> Any:
    """Return what stands for a missing value of a feature."""
    if name == "start":
        return np.int32(0)
    return MISSING_NUMBER if name in NUMBERS else np.int32(UNKNOWN)


def event_columns(sequences: Sequences, features: Collection[str] = ()) -> dict[str, Array]:
    """Return the events' columns: those that baselines read, and the features that are named.

    A known product's brand, category and price are those of the catalogue, as they are when a
    person puts together a history of products by hand: what was trained is what is served.

    Parameters
    ----------
    sequences : Sequences
    features : collection of str
        Features to make beside product, brand, category, price, time and session.
    """
    known = sequences.product >= FIRST

    def looked_up(own: Array, of_product: Array) -> Array:
        return np.where(known, of_product[sequences.product], own)

    price = looked_up(sequences.price, sequences.product_price).astype(np.float32)
    category = looked_up(sequences.category, sequences.product_category).astype(np.int32)
    columns = {
        "product": sequences.product,
        "brand": looked_up(sequences.brand, sequences.product_brand).astype(np.int32),
        "category": category,
        "price": np.where(np.isnan(price) | (price < 0), MISSING_NUMBER, price),
        "time": sequences.time,
        "session": sequences.session,
    }
    if set(features) & {*LEVELS, "relative_price"}:
        columns |= category_features(sequences, category, columns["price"])
    if set(features) & set(CONTEXT):
        columns |= _context(sequences)
    return {name: values for name, values in columns.items() if name in {*ALWAYS, *features}}


def product_features(sequences: Sequences) -> dict[str, Array]:
    """Return every feature of each product code, [products]: codes, and numbers."""
    price = sequences.product_price
    price = np.where(np.isnan(price) | (price < 0), MISSING_NUMBER, price)
    category = sequences.product_category
    return {
        "brand": sequences.product_brand,
        "category": category,
        "price": price,
        **category_features(sequences, category, price),
    }


def traits(sequences: Sequences) -> Ints:
    """Return what each ranked product is, [products, 5]: brand, category by level, tenth of price.

    Codes of one kind follow those of another, so that one table holds a vector for each.
    """
    told = product_features(sequences)
    price = told["price"][FIRST:]
    kinds = [told[name][FIRST:] for name in ("brand", "category", *LEVELS)]
    priced = price[price >= 0]
    bounds = np.quantile(priced, np.arange(1, 10) / 10) if len(priced) else np.zeros(9)
    kinds.append(np.where(price < 0, UNKNOWN, FIRST + np.searchsorted(bounds, price)))
    begin, columns = 1, []
    for codes in kinds:
        columns.append(begin + codes)
        begin += int(codes.max(initial=0)) + 1
    return np.stack(columns, axis=1).astype(np.int32)


def category_features(sequences: Sequences, category: Ints, price: Floats) -> dict[str, Array]:
    """Return what a category says: its levels, and the price beside what is usual there.

    The relative price is the price over the geometric mean of the category's products.
    """
    usual = _usual_prices(sequences)[category]
    comparable = (price > 0) & np.isfinite(usual)
    relative = np.divide(price, usual, out=np.full(len(price), MISSING_NUMBER), where=comparable)
    levels = {name: level(sequences, depth)[category] for depth, name in enumerate(LEVELS, start=1)}
    return {**levels, "relative_price": relative.astype(np.float32)}


def level(sequences: Sequences, depth: int) -> Ints:
    """Return the code of each category's first levels, shape (len(categories),).

    Codes fall with the frequency of the level; a category that is not so deep is its own level.
    """
    paths = [".".join(str(path).split(".")[:depth]) for path in sequences.categories.ids]
    counts = pd.Series(sequences.categories.counts, dtype=np.int64).groupby(paths).sum()
    order = counts.sort_index().sort_values(ascending=False, kind="stable").index
    codes = pd.Index(order).get_indexer(pd.Index(paths, dtype=object)) + FIRST
    return np.concatenate([np.arange(FIRST), codes]).astype(np.int32)


def sizes(sequences: Sequences) -> dict[str, int]:
    """Return how many codes each feature has, padding and unknown included."""
    deep = {name: int(level(sequences, depth).max()) + 1 for depth, name in enumerate(LEVELS, 1)}
    return {
        "product": len(sequences.products),
        "brand": len(sequences.brands),
        "category": len(sequences.categories),
        **deep,
        "type": len(sequences.types),
        "hour": FIRST + 24,
        "weekday": FIRST + 7,
    }


def drop_context(inputs: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    """Return the features of a batch of which some histories have lost their context.

    Parameters
    ----------
    inputs : dict
        Features, [histories, width]; others pass as they are.
    random : numpy.random.Generator
        Draws the histories; asked only where there is something to lose.
    """
    held = [name for name in CONTEXT if name in inputs]
    if not held:
        return inputs
    lost = random.random(len(inputs["length"])) < HIDDEN
    return inputs | {name: np.where(lost[:, None], missing(name), inputs[name]) for name in held}


def _context(sequences: Sequences) -> dict[str, Array]:
    """Return type, hour, weekday (UTC, from Monday), minutes since the buyer's last event, start.

    Where a session is missing, an event starts one after half an hour without any.
    """
    gap = np.diff(sequences.time, prepend=0) / MINUTE
    gap[sequences.offsets[:-1]] = MISSING_NUMBER
    session = sequences.session
    before = np.append(-1, session[:-1])
    start = np.where((session < 0) | (before < 0), gap > IDLE, session != before)
    start[sequences.offsets[:-1]] = False
    return {
        "type": sequences.type,
        "hour": (sequences.time // HOUR % 24 + FIRST).astype(np.int32),
        "weekday": ((sequences.time // DAY + THURSDAY) % 7 + FIRST).astype(np.int32),
        "gap": gap.astype(np.float32),
        "start": start.astype(np.int32),
    }


def _usual_prices(sequences: Sequences) -> Array:
    """Return the geometric mean price of the products of each category; NaN where none is known."""
    price, category = sequences.product_price, sequences.product_category
    priced = (price > 0) & (category >= FIRST)
    size = len(sequences.categories)
    logs = np.bincount(category[priced], np.log(price[priced]), minlength=size)
    counts = np.bincount(category[priced], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Array = np.exp(logs / counts)
    return found
