"""Attributes of products as traits: labels, numbers, and the words of titles and other texts."""

import re
import zlib
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from data.datasets.attribute_table import AttributeTable
from data.preparation.sequences import FIRST, UNKNOWN, Ints, Texts

MOST_LABELS = 6
"""Labels of a list, such as the genres of a film, that are read."""
LEAST_PRODUCTS = 5
"""Products with a label from which it has a code of its own; rarer labels share one."""
INTERVALS = 10
"""Intervals of a number, with about as many products each."""
MOST_WORDS = 16
"""Words and pairs of neighbouring words of a text that are read."""
BUCKETS = 2048
"""Codes that the words of a text are hashed to."""

_WORD = re.compile(r"\w+")


def attribute_traits(table: AttributeTable, products: Texts) -> list[Ints]:
    """Return the codes of the traits of products, an array [products, values] for each attribute.

    A value that is missing has the code ``UNKNOWN``. Codes do not depend on what was bought, so
    that a product that nobody bought yet has those of the products that it resembles.

    Parameters
    ----------
    table : AttributeTable
    products : array of str
        The catalogue.
    """
    rows = table.rows.reindex(products)
    return [_CODES[attribute.kind](rows[attribute.name]) for attribute in table.attributes]


def words(text: str) -> list[str]:
    """Return the words of a text and the pairs of neighbouring words, in lower case.

    Examples
    --------
    >>> words("Star Wars (1977)")
    ['star', 'wars', '1977', 'star wars', 'wars 1977']
    """
    single = _WORD.findall(text.lower())
    return single + [" ".join(pair) for pair in pairwise(single)]


def _label_codes(values: "pd.Series[Any]") -> Ints:
    """Return codes of labels by falling frequency; the first one is that of rare ones."""
    labels = [value.split(", ")[:MOST_LABELS] if isinstance(value, str) else [] for value in values]
    counts = Counter(label for row in labels for label in row)
    ordered = sorted(counts, key=lambda label: (-counts[label], label))
    frequent = [label for label in ordered if counts[label] >= LEAST_PRODUCTS]
    code = {label: FIRST + 1 + number for number, label in enumerate(frequent)}
    return _padded([[code.get(label, FIRST) for label in row] for row in labels])


def _interval_codes(values: "pd.Series[Any]") -> Ints:
    numbers = values.to_numpy(dtype=np.float64)
    known = numbers[~np.isnan(numbers)]
    shares = np.arange(1, INTERVALS) / INTERVALS
    bounds = np.unique(np.quantile(known, shares)) if len(known) else np.zeros(0)
    codes = FIRST + np.searchsorted(bounds, numbers, side="right")
    return np.where(np.isnan(numbers), UNKNOWN, codes).astype(np.int32)[:, None]


def _word_codes(values: "pd.Series[Any]") -> Ints:
    texts = [words(value)[:MOST_WORDS] if isinstance(value, str) else [] for value in values]
    return _padded([[FIRST + zlib.crc32(word.encode()) % BUCKETS for word in row] for row in texts])


def _padded(rows: list[list[int]]) -> Ints:
    """Return rows of codes as an array, filled up with ``UNKNOWN``."""
    result = np.full((len(rows), max(map(len, rows), default=0)), UNKNOWN, dtype=np.int32)
    for number, row in enumerate(rows):
        result[number, : len(row)] = row
    return result


_CODES = {"category": _label_codes, "number": _interval_codes, "text": _word_codes}
